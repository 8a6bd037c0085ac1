//! Changes to config.toml that keep its comments, its order and the members we do not know.

use super::{Bounds, File, Key, member::bad, resolve, site};
use crate::error::{Error, Result};
use toml_edit::{InlineTable, Item, Table, TableLike, Value as Toml};

impl File {
    /// Sets one value, and refuses one that the file could not be read with.
    pub fn set(&mut self, key: &Key, text: &str) -> Result<()> {
        if key.member() == "url" {
            site::base(text).map_err(|why| Error::Usage(format!("{key} is no base URL: {why}")))?;
        }
        let path: Vec<&str> = key.path().collect();
        let (name, tables) = path.split_last().expect("a key has a name");
        let table = descend(self.document.as_item_mut(), tables)?;
        let mut value = typed(name, text);
        if let Some(old) = table.get(name).and_then(Item::as_value) {
            // A comment at the end of the line belongs to the value it explains.
            value.decor_mut().clone_from(old.decor());
        }
        match table.get_mut(name) {
            Some(item) if item.is_value() => *item = Item::Value(value),
            Some(Item::None) | None => {
                table.insert(name, Item::Value(value));
            }
            Some(_) => return Err(Error::Usage(format!("{key} is a table; set one of its members"))),
        }
        self.judge(key.profile()).map_err(|error| Error::Usage(error.to_string()))
    }

    /// Removes one value; whether it was there.
    pub fn unset(&mut self, key: &Key) -> bool {
        let path: Vec<&str> = key.path().collect();
        let (name, tables) = path.split_last().expect("a key has a name");
        let mut item = self.document.as_item_mut();
        for table in tables {
            match item.as_table_like_mut().and_then(|inner| inner.get_mut(table)) {
                Some(inner) => item = inner,
                None => return false,
            }
        }
        item.as_table_like_mut().is_some_and(|table| table.remove(name).is_some())
    }

    /// Makes a profile the one in force where none is named.
    pub fn use_profile(&mut self, name: &str) -> Result<()> {
        if self.profile(name).is_none() {
            return Err(Error::Config(match self.names().as_slice() {
                [] => format!(
                    "there is no profile {name:?}, and no other; create it with `stratos init --profile {name}`"
                ),
                known => format!("there is no profile {name:?}; known: {}", known.join(", ")),
            }));
        }
        let mut value = Toml::from(name);
        match self.document.get_mut("default").and_then(Item::as_value_mut) {
            Some(old) => {
                value.decor_mut().clone_from(old.decor());
                *old = value;
            }
            None => {
                self.document.insert("default", Item::Value(value));
            }
        }
        Ok(())
    }

    /// Writes a whole profile, in place of the one of this name if there was one.
    pub fn put_profile(&mut self, name: &str, members: &[(&str, String)]) -> Result<()> {
        let profiles = descend(self.document.as_item_mut(), &["profiles"])?;
        profiles.remove(name);
        for (member, value) in members {
            let path: Vec<&str> = ["profiles", name].into_iter().chain(member.split('.')).collect();
            let (member, tables) = path.split_last().expect("a member has a name");
            descend(self.document.as_item_mut(), tables)?.insert(member, toml_edit::value(value));
        }
        self.judge(Some(name))
    }

    /// Takes over the profiles of another file, or one of them; names those taken. One that is here
    /// already is refused, or replaced with `force`.
    pub fn import(&mut self, other: &Self, only: Option<&str>, force: bool) -> Result<Vec<String>> {
        let mut taken = Vec::new();
        let names = other.names();
        for name in names.into_iter().filter(|name| only.is_none_or(|only| only == *name)) {
            if self.profile(name).is_some() && !force {
                return Err(Error::Usage(format!("profile {name} exists here too; replace it with --force")));
            }
            let Some(table) = other.table("profiles").and_then(|profiles| profiles.get(name)) else {
                continue;
            };
            let mut table = table.clone();
            if let Some(table) = table.as_table_mut() {
                table.set_position(None);
            }
            let profiles = descend(self.document.as_item_mut(), &["profiles"])?;
            profiles.remove(name);
            profiles.insert(name, table);
            taken.push(name.to_owned());
        }
        Ok(taken)
    }

    /// The floors, tightened by a profile where one is named and is there.
    pub fn bounds(&self, profile: Option<&str>) -> Result<Bounds> {
        resolve::bounds_of(self, profile.unwrap_or_default())
    }

    /// The credentials that a profile names, by member.
    pub fn references(&self, profile: &str) -> Result<Vec<(&'static str, String)>> {
        resolve::references(self, profile)
    }

    /// Whether `[policy]` and a profile (all of them, for none) can be used as written.
    pub fn judge(&self, profile: Option<&str>) -> Result<()> {
        resolve::floors(self)?;
        let names = profile.map_or_else(|| self.names(), |name| vec![name]);
        names.into_iter().try_for_each(|name| resolve::judge(self, name))
    }
}

/// Walks down, making the tables that are missing in the style of their parent.
pub(super) fn descend<'d>(root: &'d mut Item, names: &[&str]) -> Result<&'d mut dyn TableLike> {
    let mut item = root;
    for (depth, name) in names.iter().enumerate() {
        let inline = item.is_inline_table();
        let path = || names[..depth].join(".");
        let table = item.as_table_like_mut().ok_or_else(|| bad(&path(), "a table"))?;
        if table.get(name).is_none_or(Item::is_none) {
            table.insert(name, fresh(inline, depth == 0));
        }
        item = table.get_mut(name).expect("it was just made");
    }
    item.as_table_like_mut().ok_or_else(|| bad(&names.join("."), "a table"))
}

fn fresh(inline: bool, implicit: bool) -> Item {
    if inline {
        return Item::Value(Toml::InlineTable(InlineTable::new()));
    }
    let mut table = Table::new();
    table.set_implicit(implicit);
    Item::Table(table)
}

/// Text, as the Node CLI stored everything, but for the members that are no text by nature.
fn typed(name: &str, text: &str) -> Toml {
    match name {
        "strict" => text.parse::<bool>().map_or_else(|_| text.into(), Toml::from),
        "min_secret_bytes" => text.parse::<u32>().map_or_else(|_| text.into(), |n| Toml::from(i64::from(n))),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{File, Key, Place};
    use std::path::Path;

    fn parse(text: &str) -> File {
        let path = Path::new("config.toml");
        File::parse(&Place::named(path, "--config"), path, text).unwrap()
    }

    fn set(text: &str, key: &str, value: &str) -> crate::error::Result<String> {
        let mut file = parse(text);
        file.set(&Key::parse(key)?, value)?;
        Ok(file.text())
    }

    #[test]
    fn comments_order_and_unknown_members_survive() {
        let before = "# mine\ndefault = \"a\" # why\n\n[profiles.a] # head\nmystery = [1, 2]\nurl = \"https://x.example\" # home\n";
        let after = set(before, "a.url", "https://y.example").unwrap();
        assert_eq!(after, before.replace("x.example", "y.example"));
    }

    #[test]
    fn tables_are_made_in_the_style_of_their_parent() {
        assert_eq!(set("", "a.b", "w").unwrap(), "[profiles.a]\nb = \"w\"\n");
        assert_eq!(
            set("profiles = { a = { b = 1 } }\n", "a.signing.scheme", "cloudcdn").unwrap(),
            "profiles = { a = { b = 1 , signing = { scheme = \"cloudcdn\" } } }\n"
        );
        assert_eq!(
            set("[profiles.a]\nb = 1\n", "a.signed_url_secret", "env:S").unwrap(),
            "[profiles.a]\nb = 1\n\n[profiles.a.signing]\nkey = \"env:S\"\n"
        );
    }

    #[test]
    fn what_could_not_be_read_back_is_refused() {
        for (text, key, value) in [
            ("", "a.url", "notaurl"),
            ("", "policy.max_ttl", "soon"),
            ("", "policy.strict", "maybe"),
            ("[policy]\nmax_ttl = \"1h\"\n[profiles.a]\n", "a.policy.max_ttl", "2h"),
            ("[profiles.a]\npolicy = {max_ttl = \"2h\"}\n", "policy.max_ttl", "1h"),
            ("[profiles.a.b]\nc = 1\n", "a.b", "v"),
        ] {
            let error = set(text, key, value).unwrap_err();
            assert_eq!(error.facts().exit, 64, "{key}={value}: {error}");
        }
    }

    #[test]
    fn a_profile_is_used_by_name() {
        let mut file = parse("# top\n[profiles.a]\n[profiles.b]\n");
        file.use_profile("b").unwrap();
        assert_eq!(parse(&file.text()).default_name(), Some("b"));
        assert!(file.text().contains("# top"));
        let error = file.use_profile("c").unwrap_err();
        assert!(error.to_string().contains("known: a, b"), "{error}");
    }

    #[test]
    fn an_import_refuses_what_is_here_unless_forced() {
        let other = parse("[profiles.a]\nb = \"new\"\n[profiles.z]\n");
        let mut file = parse("[profiles.a]\nb = \"old\"\n");
        assert_eq!(file.import(&other, None, false).unwrap_err().facts().exit, 64);
        assert_eq!(file.import(&other, None, true).unwrap(), ["a", "z"]);
        assert_eq!(parse(&file.text()).get(&Key::parse("a.b").unwrap()), Some("new".into()));
    }
}
