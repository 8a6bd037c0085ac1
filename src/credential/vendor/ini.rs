//! The INI of `.edgerc` and of Amazon's files: sections, `name = value`, comments on lines of their own.

use super::Page;
use crate::error::{Error, Result};

pub(super) struct Ini<'t>(Vec<Section<'t>>);

pub(super) struct Section<'t> {
    pub name: &'t str,
    members: Vec<(&'t str, &'t str)>,
}

impl<'t> Ini<'t> {
    /// Reads it. A line that is none of these is refused by its number; it may be half of a secret.
    pub(super) fn read(page: &'t Page) -> Result<Self> {
        let mut sections: Vec<Section<'t>> = Vec::new();
        let mut nested = false;
        for (number, line) in page.text.trim_start_matches('\u{feff}').lines().enumerate() {
            let bare = line.trim();
            let indented = line.starts_with([' ', '\t']);
            if bare.is_empty() || bare.starts_with(['#', ';']) || nested && indented {
                continue;
            }
            nested = false;
            let wrong = |what: &str| {
                let (shown, number) = (&page.shown, number + 1);
                Error::Config(format!("{shown}, line {number}: {what}; mend it, or move the file away"))
            };
            if let Some(head) = bare.strip_prefix('[') {
                let name = head.strip_suffix(']').ok_or_else(|| wrong("the section has no `]`"))?.trim();
                match sections.iter().position(|section| section.name == name) {
                    // One that stands there twice goes on where it was left.
                    Some(at) => {
                        let section = sections.remove(at);
                        sections.push(section);
                    }
                    None => sections.push(Section { name, members: Vec::new() }),
                }
                continue;
            }
            let (name, value) = bare.split_once('=').ok_or_else(|| wrong("this is no `name = value`"))?;
            let section = sections.last_mut().ok_or_else(|| wrong("it stands before the first section"))?;
            // A name without a value heads a table of settings, indented below it.
            nested = value.trim().is_empty();
            section.members.push((name.trim(), value.trim()));
        }
        Ok(Self(sections))
    }

    pub(super) fn section(&self, name: &str) -> Option<&Section<'t>> {
        self.0.iter().find(|section| section.name == name)
    }

    pub(super) fn names(&self) -> Vec<&'t str> {
        self.0.iter().map(|section| section.name).collect()
    }
}

impl<'t> Section<'t> {
    /// The last value of this name that is not empty; `max-body` and `MAX_BODY` are `max_body`.
    pub(super) fn get(&self, name: &str) -> Option<&'t str> {
        let same = |known: &str| known.replace('-', "_").eq_ignore_ascii_case(name);
        let found = self.members.iter().rev().find(|(known, value)| same(known) && !value.is_empty());
        found.map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn page(text: &str) -> Page {
        Page { shown: "~/.edgerc".into(), text: Zeroizing::new(text.into()) }
    }

    #[test]
    fn sections_names_and_values_are_read_as_they_are_written() {
        let text = "\u{feff}# top\r\n[default]\r\nhost = a.example\r\nclient_secret = ab=c==\r\n; x\r\nmax-body: 1 = 2\r\n\
                    [ ccu ]\nMAX-BODY=7\nhost=\n[default]\nhost = b.example\n";
        let page = page(text);
        let ini = Ini::read(&page).unwrap();
        assert_eq!(ini.names(), ["ccu", "default"]);
        let own = ini.section("default").unwrap();
        assert_eq!((own.get("host"), own.get("client_secret")), (Some("b.example"), Some("ab=c==")));
        let ccu = ini.section("ccu").unwrap();
        assert_eq!((ccu.get("max_body"), ccu.get("host")), (Some("7"), None));
        assert!(ini.section("CCU").is_none());
    }

    #[test]
    fn a_table_below_a_name_is_not_of_the_section() {
        let page = page("[a]\ns3 =\n  endpoint_url = x\n\n  y\nregion = r\n   output = json\n");
        let ini = Ini::read(&page).unwrap();
        let a = ini.section("a").unwrap();
        assert_eq!(
            (a.get("endpoint_url"), a.get("region"), a.get("output")),
            (None, Some("r"), Some("json"))
        );
    }

    #[test]
    fn a_broken_line_is_told_by_its_number_and_not_repeated() {
        for (text, line) in [("[a]\nhunter2", 2), ("hunter2 = 1\n", 1), ("\n[hunter2\n", 2)] {
            let page = page(text);
            let error = Ini::read(&page).err().unwrap();
            assert_eq!(error.facts().exit, 78);
            let said = error.to_string();
            assert!(said.contains(&format!("line {line}")) && !said.contains("hunter2"), "{said}");
        }
    }
}
