//! One change to a guess, the cause that it would show, and its words.

use super::{causes, guess::Guess};
use std::rc::Rc;

/// What a change touches. Two changes of one kind are not tried together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// The text of the link.
    Link,
    /// The URL that was signed.
    Url,
    /// The signature as it is written.
    Signature,
    /// The claims that were signed.
    Claims,
    /// The scheme or its settings.
    Scheme,
    /// The text that was signed.
    Text,
    /// The keys.
    Key,
    /// The request.
    Request,
}

/// One change.
#[derive(Clone)]
pub struct Variant {
    /// The cause that it shows.
    pub cause: &'static str,
    /// What it touches.
    pub slot: Slot,
    /// What was changed: "each &amp; is read as &".
    pub what: String,
    apply: Rc<dyn Fn(&mut Guess)>,
}

impl Variant {
    /// A change with its words.
    pub fn new(
        cause: &'static str,
        slot: Slot,
        what: impl Into<String>,
        apply: impl Fn(&mut Guess) + 'static,
    ) -> Self {
        Self { cause, slot, what: what.into(), apply: Rc::new(apply) }
    }

    /// The guess with this change.
    #[must_use]
    pub fn applied(&self, guess: &Guess) -> Guess {
        let mut changed = guess.clone();
        (self.apply)(&mut changed);
        changed
    }

    /// Its place among the causes.
    #[must_use]
    pub fn rank(&self) -> usize {
        causes::rank(self.cause)
    }
}
