//! Minting several URLs at once, for keys that sign texts side by side.
//!
//! All texts are taken up, then signed together, then each outcome is given. Equal texts in a row are signed
//! once, as [`Seal::mint`] does it.

use super::{Claims, Seal, Stencil, Url, key::Signed, seal::no_key};
use crate::error::Result;

/// Texts that wait for their signatures, or have them; the buffers are used again.
#[derive(Default)]
pub(super) struct Queue {
    texts: Vec<Signed>,
    /// How many of them are of this batch.
    taken: usize,
    /// How many of those the seal has shown.
    shown: usize,
    /// Whether they could not be signed together.
    apart: bool,
}

impl Queue {
    /// Room for one more text.
    fn next(&mut self) -> &mut Signed {
        if self.texts.len() == self.taken {
            self.texts.push(Signed::default());
        }
        let text = &mut self.texts[self.taken];
        text.canonical.clear();
        text.signature.clear();
        text
    }
}

/// URLs that are minted together.
pub struct Batch<'b, 's>(&'b mut Seal<'s>);

/// What [`Batch::take`] gives for a URL and [`Batch::give`] wants back: how many texts stand before its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ticket(usize);

impl Ticket {
    /// That of a text of its own.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl<'s> Seal<'s> {
    /// Begins to mint several URLs together.
    pub fn batch(&mut self) -> Batch<'_, 's> {
        let Queue { taken, shown, apart, .. } = &mut self.queue;
        (*taken, *shown, *apart) = (0, 0, false);
        Batch(self)
    }
}

impl Batch<'_, '_> {
    /// Takes up a URL. It can only be given once all were signed.
    pub fn take(&mut self, url: &Url<'_>, claims: &Claims<'_>) -> Result<Ticket> {
        let Seal { signer, canonical, signature, queue, .. } = &mut *self.0;
        queue.next();
        let (before, rest) = queue.texts.split_at_mut(queue.taken);
        let text = &mut rest[0];
        (signer.scheme.canonical)(url, claims, &mut text.canonical)?;
        let known = match before.last() {
            Some(last) => last.canonical == text.canonical,
            None => !signature.is_empty() && *canonical == text.canonical,
        };
        queue.taken += usize::from(!known);
        Ok(Ticket(queue.taken))
    }

    /// Takes up a plain path in a shorter way. Its ticket is the [`Ticket::next`] of the one before.
    #[inline]
    pub fn take_plain(&mut self, stencil: &Stencil, path: &[u8]) {
        let queue = &mut self.0.queue;
        stencil.text(path, &mut queue.next().canonical);
        queue.taken += 1;
    }

    /// Signs what was taken up. Where one text cannot be signed, each is on its own again, so that the failure
    /// meets the URL that it belongs to.
    pub fn sign(&mut self) {
        let Queue { texts, taken, apart, .. } = &mut self.0.queue;
        let key = self.0.signer.keys.first().ok_or_else(no_key);
        *apart = key.and_then(|(_, key)| key.sign_all(&mut texts[..*taken])).is_err();
    }

    /// Appends the outcome of a URL that was taken up, without a line end; the tickets in their order. On an
    /// error nothing is appended.
    pub fn give(
        &mut self,
        ticket: Ticket,
        url: &Url<'_>,
        claims: &Claims<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let Seal { canonical, signature, queue, .. } = &mut *self.0;
        if queue.apart {
            return self.0.mint(url, claims, out);
        }
        while queue.shown < ticket.0 {
            let text = &mut queue.texts[queue.shown];
            std::mem::swap(canonical, &mut text.canonical);
            std::mem::swap(signature, &mut text.signature);
            queue.shown += 1;
        }
        self.0.assemble(url, claims, out)
    }

    /// The signature of a plain path that was taken up; `None` where not all could be signed together, so that
    /// only [`Self::give`] can tell.
    #[inline]
    pub fn signature(&self, ticket: Ticket) -> Option<&[u8]> {
        let Queue { texts, apart, .. } = &self.0.queue;
        if *apart { None } else { Some(&texts[ticket.0 - 1].signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::Error,
        sign::{Key, Scheme, Signer},
    };

    /// Signs with the text itself, and refuses texts that hold a `!`.
    struct Choosy;

    impl Key for Choosy {
        fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
            out.extend_from_slice(canonical);
            if canonical.contains(&b'!') { Err(Error::Malformed("text")) } else { Ok(()) }
        }
    }

    static OPEN: Scheme = Scheme {
        canonical: |url, _, out| {
            url.write(out);
            if url.path.contains('?') { Err(Error::Malformed("path")) } else { Ok(()) }
        },
        assemble: |url, _, seal, out| {
            out.extend_from_slice(&seal.canonical);
            out.push(b' ');
            out.extend_from_slice(&seal.signature);
            if url.path.contains('#') { Err(Error::Malformed("fragment")) } else { Ok(()) }
        },
        ..Scheme::BASE
    };

    fn given(seal: &mut Seal<'_>, paths: &[&'static str], claims: &Claims<'_>) -> Vec<Option<String>> {
        let urls: Vec<Url<'_>> =
            paths.iter().map(|path| Url { path: (*path).into(), ..Url::default() }).collect();
        let mut batch = seal.batch();
        let taken: Vec<_> = urls.iter().map(|url| batch.take(url, claims)).collect();
        batch.sign();
        let give = |(url, taken): (&Url<'_>, Result<Ticket>)| {
            let mut out = b"kept".to_vec();
            let given = taken.and_then(|ticket| batch.give(ticket, url, claims, &mut out));
            let text = String::from_utf8(out).unwrap();
            assert!(given.is_ok() || text == "kept", "half an outcome was left");
            given.is_ok().then_some(text)
        };
        urls.iter().zip(taken).map(give).collect()
    }

    #[test]
    fn together_they_come_to_what_each_comes_to_alone() {
        let signer = Signer { scheme: &OPEN, keys: vec![(None, Box::new(Choosy))] };
        let (mut together, claims) = (signer.seal(), Claims::default());
        for paths in [
            &["/a", "/a", "/b", "/?", "/b", "/b#", "/a"][..],
            &["/a", "/!", "/a", "/b"],
            &["/b", "/c"],
            &[],
            &["/?"],
            &["/c", "/c#", "/d"],
        ] {
            let alone = |path: &&'static str| given(&mut signer.seal(), &[path], &claims).remove(0);
            let wanted: Vec<_> = paths.iter().map(alone).collect();
            assert_eq!(given(&mut together, paths, &claims), wanted, "{paths:?}");
        }
    }

    #[test]
    fn a_signer_without_a_key_says_so_for_each() {
        let signer = Signer { scheme: &OPEN, keys: Vec::new() };
        assert_eq!(given(&mut signer.seal(), &["/a", "/b"], &Claims::default()), [None, None]);
    }

    #[test]
    fn equal_texts_in_a_row_are_signed_once() {
        struct Counting(std::sync::atomic::AtomicUsize);
        impl Key for &'static Counting {
            fn sign(&self, _: &[u8], out: &mut Vec<u8>) -> Result<()> {
                out.push(b'0' + self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) as u8);
                Ok(())
            }
        }
        static COUNTING: Counting = Counting(std::sync::atomic::AtomicUsize::new(0));
        let signer = Signer { scheme: &OPEN, keys: vec![(None, Box::new(&COUNTING))] };
        let mut seal = signer.seal();
        let first = given(&mut seal, &["/a", "/a", "/b", "/b"], &Claims::default());
        let then = given(&mut seal, &["/b", "/b", "/c"], &Claims::default());
        let signatures =
            first.iter().chain(&then).map(|text| text.as_deref().unwrap().split_once(' ').unwrap().1);
        assert_eq!(signatures.collect::<Vec<_>>(), ["0", "0", "1", "1", "1", "1", "2"]);
    }
}
