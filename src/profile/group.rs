//! `[groups]`: names for several profiles. A list of names goes all at once; where one of its members
//! is a list itself, the members are layers, one after the other.

use super::member::bad;
use crate::error::{Error, Result};
use toml_edit::{Array, TableLike};

/// Several profiles by one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Who starts together, and after whom.
    pub layers: Vec<Vec<String>>,
}

/// Reads `[groups]`; a group that a profile of its name would hide is refused.
pub(super) fn read(table: &dyn TableLike, profiles: &[&str]) -> Result<Vec<Group>> {
    table
        .iter()
        .map(|(name, item)| {
            let path = format!("groups.{name}");
            if profiles.contains(&name) {
                return Err(Error::Config(format!("{path} has the name of a profile; rename one of them")));
            }
            let layers = item.as_array().and_then(layers).ok_or_else(|| {
                bad(&path, "a list of profiles, [\"a\", \"b\"], or of layers, [[\"a\"], [\"b\", \"c\"]]")
            })?;
            Ok(Group { name: name.to_owned(), layers })
        })
        .collect()
}

fn layers(list: &Array) -> Option<Vec<Vec<String>>> {
    let names = |list: &Array| {
        let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
        names.filter(|names| !names.is_empty() && names.iter().all(|name| !name.is_empty()))
    };
    if list.iter().any(toml_edit::Value::is_array) {
        let layer = |item: &toml_edit::Value| match (item.as_array(), item.as_str()) {
            (Some(list), _) => names(list),
            (None, Some(name)) => Some(vec![name.to_owned()]).filter(|_| !name.is_empty()),
            _ => None,
        };
        return list.iter().map(layer).collect();
    }
    names(list).map(|names| vec![names])
}

#[cfg(test)]
mod tests {
    use super::super::{File, Place};
    use std::path::Path;

    fn groups(text: &str) -> crate::error::Result<String> {
        let path = Path::new("config.toml");
        let file = File::parse(&Place::named(path, "--config"), path, text)?;
        let shown = file.groups()?.iter().map(|group| format!("{}={:?}", group.name, group.layers)).collect();
        Ok(shown)
    }

    #[test]
    fn a_list_goes_at_once_and_a_list_of_lists_in_layers() {
        let of = |list: &str| groups(&format!("[groups]\nsite = {list}\n")).unwrap();
        assert_eq!(of("[\"a\", \"b\"]"), r#"site=[["a", "b"]]"#);
        assert_eq!(of("[[\"a\", \"b\"], [\"c\"]]"), r#"site=[["a", "b"], ["c"]]"#);
        assert_eq!(of("[\"a\", [\"b\", \"c\"]]"), r#"site=[["a"], ["b", "c"]]"#);
        assert_eq!(groups("").unwrap(), "");
    }

    #[test]
    fn what_is_no_group_is_named() {
        for list in ["5", "\"a\"", "[]", "[[]]", "[\"\"]", "[1]", "[\"a\", []]", "[[\"a\", [\"b\"]]]"] {
            let error = groups(&format!("[groups]\nsite = {list}\n")).unwrap_err();
            assert!(error.facts().exit == 78 && error.to_string().contains("groups.site must"), "{error}");
        }
        let error = groups("[groups]\na = [\"b\"]\n[profiles.a]\n").unwrap_err().to_string();
        assert!(error.contains("groups.a has the name of a profile"), "{error}");
        assert!(groups("groups = 5").unwrap_err().to_string().contains("groups must be a table"));
    }
}
