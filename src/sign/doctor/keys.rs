//! Keys as a signer may have misread them, prepared once.

use super::digest::{Construction, Other, salts};
use crate::sign::{Key, Params, Scheme};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};
use zeroize::Zeroizing;

/// One key of the ring.
#[derive(Clone)]
pub struct Entry {
    /// Its id, where one was given.
    pub id: Option<String>,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether the bytes are the key itself, not the way in which it is written.
    pub decoded: bool,
    /// Another digest in the place of the scheme's.
    pub other: Option<Other>,
}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
        self.decoded.hash(state);
        self.other.hash(state);
    }
}

/// Keys that were prepared, by scheme, settings and bytes.
#[derive(Default)]
pub struct Bench(HashMap<u64, Option<Rc<dyn Key>>>);

impl Bench {
    /// The key; `None` where the scheme cannot use these bytes.
    pub fn key(
        &mut self,
        scheme: &'static Scheme,
        settings: &[(String, String)],
        entry: &Entry,
    ) -> Option<Rc<dyn Key>> {
        let mut hasher = DefaultHasher::new();
        (scheme.id, settings, entry).hash(&mut hasher);
        self.0.entry(hasher.finish()).or_insert_with(|| prepared(scheme, settings, entry)).clone()
    }
}

fn prepared(scheme: &'static Scheme, settings: &[(String, String)], entry: &Entry) -> Option<Rc<dyn Key>> {
    let bytes = written(scheme, entry)?;
    if let Some(other) = entry.other {
        return Some(Rc::new(Construction::new(&bytes, &salts(scheme, settings), other)));
    }
    let pairs = super::guess::borrowed(settings);
    (scheme.prepare)(&bytes, Params(&pairs)).ok().map(Rc::from)
}

/// The key's own bytes.
pub fn written(scheme: &Scheme, entry: &Entry) -> Option<Zeroizing<Vec<u8>>> {
    if entry.decoded {
        return Some(entry.bytes.clone());
    }
    scheme.secret.decode(&entry.bytes).map(Zeroizing::new)
}
