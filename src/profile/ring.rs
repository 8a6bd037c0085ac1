//! The ring of signing keys of a profile: `[[profiles.NAME.signing.keys]]`, or the one `key` beside it.
//! References and dates; a secret never stands here.

use super::{
    File,
    edit::descend,
    member::{bad, misspelt, scalar, unknown},
};
use crate::error::{Error, Result};
use std::time::{Duration, UNIX_EPOCH};
use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, TableLike, Value as Toml};

/// What a key of the ring may say of itself.
const MEMBERS: &[&str] =
    &["id", "key", "state", "created", "since", "promote_after", "retire_after", "longest"];

/// What a key of the ring is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It signs, and its links are good. One key of a ring is.
    Current,
    /// Its links are good.
    Accepted,
    /// Its links are refused.
    Retired,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Current, Self::Accepted, Self::Retired];

    /// The word in config.toml and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Accepted => "accepted",
            Self::Retired => "retired",
        }
    }
}

/// One key of the ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingKey {
    /// Its name; the key id in the link, where the scheme has one.
    pub id: String,
    /// Where its secret is, never the secret.
    pub reference: String,
    /// Whether it signs.
    pub standing: Standing,
    /// When it came into the ring.
    pub created: Option<u64>,
    /// When it became what it is.
    pub since: Option<u64>,
    /// From when on the edge knows it everywhere.
    pub promote_after: Option<u64>,
    /// From when on no link of it lives.
    pub retire_after: Option<u64>,
    /// The longest lifetime that is minted with it, in seconds.
    pub longest: Option<u64>,
}

impl RingKey {
    /// A key of which nothing is known but how it is named.
    #[must_use]
    pub fn new(id: impl Into<String>, reference: impl Into<String>, standing: Standing) -> Self {
        Self {
            id: id.into(),
            reference: reference.into(),
            standing,
            created: None,
            since: None,
            promote_after: None,
            retire_after: None,
            longest: None,
        }
    }

    fn read(table: &dyn TableLike, path: &str) -> Result<Self> {
        if let Some((name, meant)) = table.iter().find_map(|(name, _)| Some((name, misspelt(name, MEMBERS)?)))
        {
            return Err(unknown(&format!("{path}.{name}"), meant));
        }
        let text = |name: &str| match table.get(name) {
            None | Some(Item::None) => Ok(None),
            Some(Item::Value(Toml::Datetime(date))) => Ok(Some(date.value().to_string())),
            Some(item) => scalar(item).map(Some).ok_or_else(|| bad(&format!("{path}.{name}"), "text")),
        };
        let wanted = |name: &str, what: &str| {
            text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| bad(&format!("{path}.{name}"), what))
        };
        let date = |name: &str| {
            let wrong = || bad(&format!("{path}.{name}"), "a date like \"2030-01-31T12:00:00Z\"");
            text(name)?.map(|text| seconds(&text).ok_or_else(wrong)).transpose()
        };
        let state = text("state")?.unwrap_or_else(|| Standing::Accepted.name().into());
        let standing = Standing::ALL.into_iter().find(|standing| standing.name() == state);
        let length = |text: String| {
            let duration = humantime::parse_duration(&text).ok().map(|duration| duration.as_secs());
            let wrong = || bad(&format!("{path}.longest"), "a duration like \"7d\" or \"90m\"");
            duration.filter(|seconds| *seconds > 0).ok_or_else(wrong)
        };
        let id = wanted("id", "a name for the key, as text")?;
        if !id_is_fine(&id) {
            return Err(bad(&format!("{path}.id"), "1 to 128 visible characters without blanks"));
        }
        Ok(Self {
            id,
            reference: wanted("key", "a reference: env:NAME, file:PATH, exec:COMMAND")?,
            standing: standing
                .ok_or_else(|| bad(&format!("{path}.state"), "\"current\", \"accepted\" or \"retired\""))?,
            created: date("created")?,
            since: date("since")?,
            promote_after: date("promote_after")?,
            retire_after: date("retire_after")?,
            longest: text("longest")?.map(length).transpose()?,
        })
    }

    /// The members as they are written; `None` for what is not there.
    fn members(&self) -> [(&'static str, Option<String>); 8] {
        let date = |seconds: Option<u64>| seconds.map(date);
        let length = |seconds| humantime::format_duration(Duration::from_secs(seconds)).to_string();
        [
            ("id", Some(self.id.clone())),
            ("key", Some(self.reference.clone())),
            ("state", Some(self.standing.name().into())),
            ("created", date(self.created)),
            ("since", date(self.since)),
            ("promote_after", date(self.promote_after)),
            ("retire_after", date(self.retire_after)),
            ("longest", self.longest.map(length)),
        ]
    }

    /// Writes what differs, so that comments stay where they are.
    fn write(&self, table: &mut dyn TableLike) {
        for (name, text) in self.members() {
            let old = table.get(name).and_then(Item::as_value);
            match (text, old) {
                (None, _) => _ = table.remove(name),
                (Some(text), Some(old)) => {
                    let mut value = Toml::from(text);
                    value.decor_mut().clone_from(old.decor());
                    table.insert(name, Item::Value(value));
                }
                (Some(text), None) => _ = table.insert(name, toml_edit::value(text)),
            }
        }
    }
}

/// Whether a word may name a key.
#[must_use]
pub fn id_is_fine(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.chars().all(|c| !c.is_whitespace() && !c.is_control())
}

fn seconds(text: &str) -> Option<u64> {
    let time = humantime::parse_rfc3339(text).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Seconds as config.toml writes a date.
fn date(seconds: u64) -> String {
    // Later than the year 9999 is never: humantime writes no later one.
    let last = 253_402_300_799;
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds.min(last))).to_string()
}

/// The ring that stands in a `[profiles.NAME.signing]` table; empty where there is none.
pub(super) fn read(signing: &dyn TableLike, path: &str) -> Result<Vec<RingKey>> {
    let whole = format!("{path}.keys");
    let tables: Vec<&dyn TableLike> = match signing.get("keys") {
        None | Some(Item::None) => return Ok(Vec::new()),
        Some(Item::ArrayOfTables(tables)) => tables.iter().map(|table| table as &dyn TableLike).collect(),
        Some(Item::Value(Toml::Array(items))) => {
            let table = |item: &'_ Toml| item.as_inline_table().is_some();
            if !items.iter().all(table) {
                return Err(bad(&whole, "a list of tables, [[…signing.keys]]"));
            }
            items.iter().filter_map(Toml::as_inline_table).map(|table| table as &dyn TableLike).collect()
        }
        Some(_) => return Err(bad(&whole, "a list of tables, [[…signing.keys]]")),
    };
    let numbered = tables.into_iter().enumerate();
    let ring: Vec<RingKey> =
        numbered.map(|(at, table)| RingKey::read(table, &format!("{whole}[{at}]"))).collect::<Result<_>>()?;
    if let Some(beside) = ["key", "key_id"].into_iter().find(|name| signing.get(name).is_some()) {
        return Err(Error::Config(format!(
            "{path} has both {beside} and keys, and one of them would do nothing; keep the keys"
        )));
    }
    consistent(ring, &whole)
}

/// Each id once, and one key that signs.
fn consistent(ring: Vec<RingKey>, path: &str) -> Result<Vec<RingKey>> {
    for (at, key) in ring.iter().enumerate() {
        if ring[..at].iter().any(|other| other.id == key.id) {
            return Err(Error::Config(format!("{path} names {:?} twice; give each key its own id", key.id)));
        }
    }
    let current: Vec<&str> =
        ring.iter().filter(|key| key.standing == Standing::Current).map(|key| key.id.as_str()).collect();
    match current.as_slice() {
        [_] => Ok(ring),
        [] => Err(Error::Config(format!(
            "{path} has no key that is current, so none signs; set state = \"current\" for one"
        ))),
        several => Err(Error::Config(format!(
            "{path} has {} current keys ({}); one signs, set the others to \"accepted\"",
            several.len(),
            several.join(", ")
        ))),
    }
}

impl File {
    /// The ring of a profile; empty where it has none.
    pub fn ring(&self, profile: &str) -> Result<Vec<RingKey>> {
        match self.signing(profile).and_then(Item::as_table_like) {
            Some(signing) => read(signing, &format!("profiles.{profile}.signing")),
            None => Ok(Vec::new()),
        }
    }

    /// Makes a ring of the profile's one key, which gets this id unless it has one.
    pub fn ring_of_one(&mut self, profile: &str, key: &RingKey) -> Result<()> {
        let signing = descend(self.document.as_item_mut(), &["profiles", profile, "signing"])?;
        signing.remove("key");
        signing.remove("key_id");
        self.put_key(profile, key)
    }

    /// Writes a key of the ring in the place of the one with its id, else behind the last.
    pub fn put_key(&mut self, profile: &str, key: &RingKey) -> Result<()> {
        let at = self.ring_place(profile, &key.id);
        // Inside an inline table no table of its own can stand.
        let inside = self.signing(profile).is_some_and(Item::is_inline_table);
        let signing = descend(self.document.as_item_mut(), &["profiles", profile, "signing"])?;
        if signing.get("keys").is_none_or(Item::is_none) {
            let empty = if inside {
                toml_edit::value(Array::new())
            } else {
                Item::ArrayOfTables(ArrayOfTables::new())
            };
            signing.insert("keys", empty);
        }
        let keys = signing.get_mut("keys").expect("it is there or was just made");
        match (keys, at) {
            (Item::ArrayOfTables(tables), Some(at)) => {
                tables.get_mut(at).into_iter().for_each(|table| key.write(table))
            }
            (Item::ArrayOfTables(tables), None) => tables.push(fresh(key)),
            (Item::Value(Toml::Array(items)), Some(at)) => {
                let table = items.get_mut(at).and_then(Toml::as_inline_table_mut);
                table.into_iter().for_each(|table| key.write(table));
            }
            (Item::Value(Toml::Array(items)), None) => items.push(inline(key)),
            _ => return Err(bad(&format!("profiles.{profile}.signing.keys"), "a list of tables")),
        }
        Ok(())
    }

    /// Where in the list a key stands; asked also while two are current, between one write and the next.
    fn ring_place(&self, profile: &str, id: &str) -> Option<usize> {
        let named = |table: &dyn TableLike| table.get("id").and_then(scalar).as_deref() == Some(id);
        match self.signing(profile)?.as_table_like()?.get("keys")? {
            Item::ArrayOfTables(tables) => tables.iter().position(|table| named(table)),
            item => item
                .as_array()?
                .iter()
                .position(|item| item.as_inline_table().is_some_and(|table| named(table))),
        }
    }

    fn signing(&self, profile: &str) -> Option<&Item> {
        self.profile(profile)?.get("signing")
    }
}

fn fresh(key: &RingKey) -> Table {
    let mut table = Table::new();
    key.write(&mut table);
    table
}

fn inline(key: &RingKey) -> InlineTable {
    let mut table = InlineTable::new();
    key.write(&mut table);
    table
}

#[cfg(test)]
mod tests {
    use super::{super::Place, *};
    use std::path::Path;

    fn parse(text: &str) -> File {
        let path = Path::new("config.toml");
        File::parse(&Place::named(path, "--config"), path, text).unwrap()
    }

    const RING: &str = "[profiles.p.signing] # mine\nscheme = \"bunny\"\n\n[[profiles.p.signing.keys]]\nid = \"a\" # old\n\
                        key = \"env:A\"\nstate = \"current\"\nlongest = \"7d\"\n\n[[profiles.p.signing.keys]]\nid = \"b\"\nkey = \"env:B\"\ncreated = 2030-01-01T00:00:00Z\n";

    #[test]
    fn a_ring_is_read_in_either_spelling() {
        let ring = parse(RING).ring("p").unwrap();
        assert_eq!((ring[0].standing, ring[0].longest), (Standing::Current, Some(604_800)));
        assert_eq!((ring[1].standing, ring[1].created), (Standing::Accepted, Some(1_893_456_000)));
        let inline =
            "[profiles.p]\nsigning = {keys = [{id = \"a\", key = \"env:A\", state = \"current\"}]}\n";
        assert_eq!(parse(inline).ring("p").unwrap()[0].id, "a");
        assert_eq!(parse("[profiles.p.signing]\nkey = \"env:K\"\n").ring("p").unwrap(), []);
    }

    #[test]
    fn a_change_touches_its_key_alone() {
        let mut file = parse(RING);
        let mut ring = file.ring("p").unwrap();
        ring[0].standing = Standing::Accepted;
        ring[1].standing = Standing::Current;
        ring.iter().for_each(|key| file.put_key("p", key).unwrap());
        file.put_key("p", &RingKey::new("c", "file:/c", Standing::Accepted)).unwrap();
        let text = file.text();
        assert!(text.contains("# mine") && text.contains("id = \"a\" # old"), "{text}");
        let again = parse(&text).ring("p").unwrap();
        assert_eq!(again[..2], ring[..]);
        assert_eq!(again[2].reference, "file:/c");
    }

    #[test]
    fn one_key_becomes_a_ring_in_the_style_of_its_table() {
        for text in [
            "[profiles.p.signing]\nscheme = \"bunny\"\nkey = \"env:A\"\nkey_id = \"a\"\n",
            "[profiles.p]\nsigning = {scheme = \"bunny\", key = \"env:A\"}\n",
            "",
        ] {
            let mut file = parse(text);
            file.ring_of_one("p", &RingKey::new("a", "env:A", Standing::Current)).unwrap();
            file.put_key("p", &RingKey::new("b", "env:B", Standing::Accepted)).unwrap();
            let again = parse(&file.text());
            let ids: Vec<String> = again.ring("p").unwrap().into_iter().map(|key| key.id).collect();
            assert_eq!(ids, ["a", "b"], "{}", file.text());
            again.judge(None).unwrap();
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let one = |members: &str| format!("[[profiles.p.signing.keys]]\nkey = \"env:A\"\n{members}\n");
        let current = |id: &str| one(&format!("id = \"{id}\"\nstate = \"current\""));
        for (text, why) in [
            (current("a") + &current("b"), "2 current keys (a, b)"),
            (current("a") + &one("id = \"a\""), "twice"),
            (one("id = \"a\""), "no key that is current"),
            (one("state = \"current\""), "keys[0].id must"),
            (one("id = \"a b\"\nstate = \"current\""), "without blanks"),
            (one("id = \"a\"\nstate = \"curent\""), "keys[0].state must"),
            (one("id = \"a\"\nstate = \"current\"\nsince = \"yesterday\""), "keys[0].since must be a date"),
            (one("id = \"a\"\nstate = \"current\"\nlongest = \"soon\""), "keys[0].longest must"),
            (one("id = \"a\"\nstate = \"current\"\nretire_aftr = \"x\""), "retire_after?"),
            ("[[profiles.p.signing.keys]]\nid = \"a\"\nstate = \"current\"\n".into(), "keys[0].key must"),
            ("[profiles.p.signing]\nkey = \"env:K\"\n".to_owned() + &current("a"), "both key and keys"),
            ("[profiles.p.signing]\nkeys = [1]\n".into(), "a list of tables"),
            ("[profiles.p.signing]\nkeys = []\n".into(), "no key that is current"),
        ] {
            let error = parse(&text).judge(None).unwrap_err();
            assert!(error.to_string().contains(why) && error.facts().exit == 78, "{text}\n{error}");
        }
    }
}
