//! The cache: bounded in objects and bytes, purged by path, tag, or whole.

use super::site::Page;
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Most objects it holds.
const OBJECTS: usize = 1_000;
/// Most bytes of bodies it holds.
const BYTES: usize = 64 << 20;

/// Pages by path and query.
pub(super) struct Cache {
    objects: HashMap<String, Object>,
    bytes: usize,
    /// Counts uses, so that the least recently used object is known.
    tick: u64,
    room: (usize, usize),
}

struct Object {
    page: Arc<Page>,
    stored: Duration,
    used: u64,
}

/// What the cache says to a look-up.
pub(super) enum Found {
    /// Fresh, of this age in seconds.
    Hit(Arc<Page>, u64),
    /// There was a copy, past its lifetime.
    Stale,
    /// Never seen, or purged.
    Absent,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self::with_room(OBJECTS, BYTES)
    }

    fn with_room(objects: usize, bytes: usize) -> Self {
        Self { objects: HashMap::new(), bytes: 0, tick: 0, room: (objects, bytes) }
    }

    /// Looks up, at this reading of the monotonic clock.
    pub(super) fn find(&mut self, key: &str, now: Duration) -> Found {
        self.tick += 1;
        let Some(object) = self.objects.get_mut(key) else { return Found::Absent };
        let age = now.saturating_sub(object.stored).as_secs();
        if object.page.lifetime.is_none_or(|lifetime| age >= lifetime) {
            self.drop_keys(&[key.to_owned()]);
            return Found::Stale;
        }
        object.used = self.tick;
        Found::Hit(Arc::clone(&object.page), age)
    }

    /// Keeps a page that may be kept and fits; true when it did.
    pub(super) fn store(&mut self, key: &str, page: &Arc<Page>, now: Duration) -> bool {
        let (objects, bytes) = self.room;
        let length = page.body.len();
        // One page may not push out everything else.
        if page.lifetime.is_none_or(|lifetime| lifetime == 0) || length > bytes / 4 {
            return false;
        }
        self.drop_keys(&[key.to_owned()]);
        while self.objects.len() >= objects || self.bytes + length > bytes {
            let Some(oldest) = self.oldest() else { return false };
            self.drop_keys(&[oldest]);
        }
        self.tick += 1;
        self.bytes += length;
        let object = Object { page: Arc::clone(page), stored: now, used: self.tick };
        self.objects.insert(key.to_owned(), object);
        true
    }

    /// Drops these keys; the count of those that were there.
    pub(super) fn drop_keys(&mut self, keys: &[String]) -> usize {
        let mut dropped = 0;
        for key in keys {
            if let Some(object) = self.objects.remove(key) {
                self.bytes -= object.page.body.len();
                dropped += 1;
            }
        }
        dropped
    }

    /// Drops every page that carries one of these tags. Tags are compared exactly.
    pub(super) fn drop_tags(&mut self, tags: &[String]) -> usize {
        let tagged = |object: &Object| object.page.tags.iter().any(|tag| tags.contains(tag));
        let keys: Vec<String> =
            self.objects.iter().filter(|(_, object)| tagged(object)).map(|(key, _)| key.clone()).collect();
        self.drop_keys(&keys)
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) -> usize {
        self.bytes = 0;
        std::mem::take(&mut self.objects).len()
    }

    fn oldest(&self) -> Option<String> {
        self.objects.iter().min_by_key(|(_, object)| object.used).map(|(key, _)| key.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn page(bytes: usize, lifetime: Option<u64>, tags: &[&str]) -> Arc<Page> {
        Arc::new(Page {
            body: vec![b'x'; bytes].into(),
            lifetime,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Page::default()
        })
    }

    fn holds(cache: &mut Cache, key: &str) -> bool {
        matches!(cache.find(key, NOW), Found::Hit(..))
    }

    #[test]
    fn a_page_is_fresh_until_its_lifetime_is_reached() {
        let mut cache = Cache::new();
        assert!(cache.store("/a", &page(1, Some(60), &[]), NOW));
        let late = |seconds| NOW + Duration::from_secs(seconds);
        assert!(matches!(cache.find("/a", late(59)), Found::Hit(_, 59)));
        assert!(matches!(cache.find("/a", late(60)), Found::Stale));
        assert!(matches!(cache.find("/a", late(60)), Found::Absent), "a stale copy is dropped");
    }

    #[test]
    fn what_may_not_be_kept_is_not() {
        let mut cache = Cache::new();
        assert!(!cache.store("/a", &page(1, None, &[]), NOW));
        assert!(!cache.store("/a", &page(1, Some(0), &[]), NOW));
    }

    #[test]
    fn the_least_recently_used_object_makes_room() {
        let mut cache = Cache::with_room(2, 1_000);
        cache.store("/a", &page(1, Some(60), &[]), NOW);
        cache.store("/b", &page(1, Some(60), &[]), NOW);
        assert!(holds(&mut cache, "/a"));
        cache.store("/c", &page(1, Some(60), &[]), NOW);
        assert!(holds(&mut cache, "/a") && holds(&mut cache, "/c") && !holds(&mut cache, "/b"));
    }

    #[test]
    fn bytes_are_bounded_and_given_back() {
        let mut cache = Cache::with_room(100, 100);
        for key in ["/a", "/b", "/c", "/d", "/e"] {
            assert!(cache.store(key, &page(25, Some(60), &[]), NOW));
        }
        assert!(!holds(&mut cache, "/a") && holds(&mut cache, "/e"));
        assert!(!cache.store("/big", &page(26, Some(60), &[]), NOW));
        cache.store("/e", &page(5, Some(60), &[]), NOW);
        assert_eq!(cache.bytes, 80);
        assert_eq!(cache.drop_keys(&["/b".into(), "/nothing".into()]), 1);
        assert_eq!(cache.bytes, 55);
        assert_eq!(cache.clear(), 3);
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn a_tag_drops_its_pages_and_no_other() {
        let mut cache = Cache::new();
        cache.store("/a", &page(1, Some(60), &["red", "blue"]), NOW);
        cache.store("/b", &page(1, Some(60), &["redder"]), NOW);
        assert_eq!(cache.drop_tags(&["red".into()]), 1);
        assert!(holds(&mut cache, "/b") && !holds(&mut cache, "/a"));
    }
}
