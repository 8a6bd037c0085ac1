//! config.toml as it was read: what it says, or why it cannot be read, with line and column.

use super::{
    Place, group,
    key::Key,
    mask,
    member::{bad, json, misspelt, unknown},
    node,
};
use crate::error::{Error, Result};
use serde_json::Value;
use std::{
    io::{ErrorKind, Read},
    path::Path,
};
use toml_edit::{DocumentMut, TableLike};

/// A configuration is a page or two; what is longer is another file.
const BOUND: u64 = 1 << 20;

/// What stands at the top.
const MEMBERS: &[&str] = &["default", "groups", "policy", "profiles"];

/// What a run found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// No file: the defaults hold.
    Nothing,
    /// config.toml.
    Toml,
    /// The Node CLI's config.json, not yet migrated.
    Node,
}

/// The profile file, parsed.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it lives.
    pub place: Place,
    /// What was found there.
    pub kept: Kept,
    /// The Node CLI's file is shown as it was written.
    pub(super) node: Option<Value>,
    pub(super) document: DocumentMut,
    /// A file of comments alone: what is added comes after them.
    preface: String,
}

impl File {
    /// Reads config.toml, else the Node CLI's config.json, else finds nothing. A file that was named
    /// with `--config` must be there.
    pub fn load(place: &Place) -> Result<Self> {
        let file = Self::load_or_new(place)?;
        match (place.named_by, &place.toml) {
            (Some(by), Some(path)) if file.kept == Kept::Nothing => Err(Error::Config(format!(
                "{by} names {}, which does not exist; create it with `stratos init`",
                path.display()
            ))),
            _ => Ok(file),
        }
    }

    /// As [`File::load`], for those who are about to write: a named file may be missing.
    pub fn load_or_new(place: &Place) -> Result<Self> {
        if let Some(path) = &place.toml
            && let Some(text) = text_of(path)?
        {
            return Self::parse(place, path, &text);
        }
        if let Some(path) = &place.node
            && let Some(text) = text_of(path)?
        {
            let (node, document) = node::read(path, &text)?;
            return Ok(Self {
                place: place.clone(),
                kept: Kept::Node,
                node: Some(node),
                document,
                preface: String::new(),
            });
        }
        Ok(Self::empty(place))
    }

    /// Reads the Node CLI's file, which must be there.
    pub fn load_node(path: &Path) -> Result<Self> {
        let text = text_of(path)?.ok_or_else(|| {
            Error::InputMissing(format!("there is no {}; nothing to take over", path.display()))
        })?;
        Self::parse_node(path, &text)
    }

    /// Parses the text of the Node CLI's file.
    pub fn parse_node(path: &Path, text: &str) -> Result<Self> {
        let (node, document) = node::read(path, text)?;
        let place = Place { toml: None, node: Some(path.to_owned()), named_by: None };
        Ok(Self { place, kept: Kept::Node, node: Some(node), document, preface: String::new() })
    }

    /// No profile at all.
    #[must_use]
    pub fn empty(place: &Place) -> Self {
        let document = DocumentMut::new();
        Self { place: place.clone(), kept: Kept::Nothing, node: None, document, preface: String::new() }
    }

    /// Parses the text of a config.toml.
    pub fn parse(place: &Place, path: &Path, text: &str) -> Result<Self> {
        let named = |error: Error| match error {
            Error::Config(detail) => Error::Config(format!("{}: {detail}", path.display())),
            other => other,
        };
        let mut document = document(text).map_err(named)?;
        let mut preface = String::new();
        if document.is_empty() && !text.is_empty() {
            let end = if text.ends_with('\n') { "" } else { "\n" };
            preface = format!("{text}{end}");
            document = DocumentMut::new();
        }
        let file = Self { place: place.clone(), kept: Kept::Toml, node: None, document, preface };
        file.check().map_err(named)?;
        Ok(file)
    }

    /// The names of the profiles, in the file's order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.table("profiles").map(|table| table.iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    /// The groups of profiles, each layer by layer.
    pub fn groups(&self) -> Result<Vec<group::Group>> {
        self.table("groups").map_or(Ok(Vec::new()), |table| group::read(table, &self.names()))
    }

    /// The profile that `default = "…"` names.
    #[must_use]
    pub fn default_name(&self) -> Option<&str> {
        self.document.get("default")?.as_str()
    }

    /// One value as JSON, secrets masked.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Value> {
        let own =
            self.node.as_ref().and_then(|node| key.written().try_fold(node, |value, name| value.get(name)));
        if let Some(value) = own {
            return Some(mask::value(key.name(), value.clone(), true));
        }
        let mut item = self.document.as_item();
        for name in key.path() {
            item = item.as_table_like()?.get(name)?;
        }
        let shown = mask::value(key.name(), json(item), false);
        Some(if self.node.is_some() { mask::unprefixed(shown) } else { shown })
    }

    /// The whole file as JSON, secrets masked, unknown members as they stand.
    #[must_use]
    pub fn list(&self) -> Value {
        let mut whole = match &self.node {
            Some(node) => mask::value("", node.clone(), true),
            None => mask::value("", json(self.document.as_item()), false),
        };
        if let Some(members) = whole.as_object_mut() {
            members.entry("profiles").or_insert_with(|| Value::Object(serde_json::Map::new()));
        }
        whole
    }

    /// The text that would be written.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.preface, self.document)
    }

    pub(super) fn table(&self, name: &str) -> Option<&dyn TableLike> {
        self.document.get(name)?.as_table_like()
    }

    pub(super) fn profile(&self, name: &str) -> Option<&dyn TableLike> {
        self.table("profiles")?.get(name)?.as_table_like()
    }

    fn check(&self) -> Result<()> {
        for (name, _) in self.document.iter() {
            if let Some(meant) = misspelt(name, MEMBERS) {
                return Err(unknown(name, meant));
            }
        }
        for name in ["groups", "policy", "profiles"] {
            if let Some(item) = self.document.get(name)
                && !item.is_table_like()
            {
                return Err(bad(name, "a table"));
            }
        }
        if let Some(item) = self.document.get("default")
            && item.as_str().is_none()
        {
            return Err(bad("default", "the name of a profile, as text"));
        }
        let profiles = self.table("profiles").into_iter().flat_map(TableLike::iter);
        if let Some((name, _)) = profiles.into_iter().find(|(_, item)| !item.is_table_like()) {
            return Err(bad(&format!("profiles.{name}"), "a table"));
        }
        self.groups().map(drop)
    }
}

/// Parses, and says where it broke without quoting the line: it may hold a secret.
pub(super) fn document(text: &str) -> Result<DocumentMut> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        Error::Config(format!(
            "line {line}, column {column}: {}; mend it with `stratos config edit`",
            error.message().replace('\n', ", ")
        ))
    })
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The text of a file; `None` where there is none.
pub(super) fn text_of(path: &Path) -> Result<Option<String>> {
    let unreadable = |why: String| {
        Error::Config(format!(
            "cannot read {}: {why}; mend it, or start anew with `stratos init --force` (the old file is kept)",
            path.display()
        ))
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(BOUND + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > BOUND {
        return Err(unreadable("it is longer than 1 MiB".into()));
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid =
            String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let (line, column) = position(&valid, valid.len());
        unreadable(format!("line {line}, column {column} is no UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::{File, Place};
    use std::path::Path;

    fn parse(text: &str) -> crate::error::Result<File> {
        let path = Path::new("config.toml");
        File::parse(&Place::named(path, "--config"), path, text)
    }

    #[test]
    fn a_break_is_named_by_line_and_column_and_not_quoted() {
        let error = parse("default = \"a\"\n[profiles.a]\naccount_key = \"plain:hunter2\n").unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("config.toml: line 3, column "), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        assert_eq!(error.facts().exit, 78);
    }

    #[test]
    fn however_a_file_is_broken_its_secret_is_not_quoted() {
        let whole = "[profiles.a]\ntoken = \"plain:hunter2hunter2\"\nretries = 2\n";
        for at in 0..whole.len() {
            for patch in ["", "\"", "=", "[", "\n", "\u{1}"] {
                let text = format!("{}{patch}{}", &whole[..at], &whole[at + 1..]);
                if let Err(error) = parse(&text).and_then(|file| file.judge(None)) {
                    assert!(!error.to_string().contains("hunter2"), "{text}\n{error}");
                }
            }
        }
    }

    #[test]
    fn members_of_a_wrong_kind_are_named() {
        for (text, path) in [
            ("profiles = 5", "profiles must"),
            ("[profiles]\na = 5", "profiles.a must"),
            ("default = 5", "default must"),
            ("policy = []", "policy must"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.to_string().contains(path), "{text}: {error}");
        }
    }

    #[test]
    fn a_misspelt_name_is_refused_and_a_strange_one_passed_over() {
        let judged = |text| parse(text).and_then(|file| file.judge(None));
        for (text, meant) in [
            ("[group]\na = [\"b\"]", "groups?"),
            ("[polic]\nmax_ttl = \"7d\"", "policy?"),
            ("[profile.a]\nurl = \"https://a.example\"", "profiles?"),
            ("Default = \"a\"", "default?"),
            ("[profiles.a]\nurll = \"https://a.example\"", "url?"),
            ("[profiles.a]\nproivder = \"x\"", "provider?"),
            ("[profiles.a]\nmax_tl = \"7d\"", "max_ttl?"),
            ("[profiles.a.signin]\nscheme = \"bunny\"", "signing?"),
        ] {
            let error = judged(text).unwrap_err();
            assert!(error.to_string().contains(meant) && error.facts().exit == 78, "{text}: {error}");
        }
        for text in
            ["[later]\na = 1", "[profiles.a]\nzone = \"z\"\nservice_id = \"s\"\nclient_token = \"env:A\""]
        {
            judged(text).unwrap();
        }
    }

    #[test]
    fn a_list_masks_what_is_secret_and_nothing_else() {
        let file = parse(
            "[profiles.a]\naccount_key = \"plain:cdnsk_abcdefgh12345678\"\npurge_key = \"env:P\"\nb = \"v\"\nn = 5\n",
        );
        assert_eq!(
            file.unwrap().list().to_string(),
            r#"{"profiles":{"a":{"account_key":"plain:cdnsk_…78","purge_key":"env:P","b":"v","n":5}}}"#
        );
    }
}
