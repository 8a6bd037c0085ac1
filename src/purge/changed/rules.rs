//! From the name of a file to the URLs at which a site serves it.

use super::{Hashed, name};
use crate::{
    error::{Error, Result},
    purge::items::{self, Whole},
};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// What a name holds and a path does not: the rest stands as browsers ask for it. `*` is escaped
/// because several CDNs would take it for all that follows.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'*')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Endings of copies that a server sends in place of the file itself.
const PACKED: [&[u8]; 3] = [b".gz", b".br", b".zst"];
const PAGES: [&[u8]; 2] = [b".html", b".htm"];

/// Whether a page is served without its ending, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clean {
    /// Always.
    On,
    /// Never.
    Off,
    /// Unless a file has that very name.
    #[default]
    Auto,
}

/// How a site serves its files.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Scheme, host and folder of each site, without a slash at the end.
    sites: Vec<String>,
    /// Names of the files that a folder is answered with.
    pub index: Vec<String>,
    /// Pages without their ending.
    pub clean: Clean,
    /// Names that change with their content.
    pub hashed: Hashed,
    /// Purge what was added, too: a 404 may be cached for it.
    pub added: bool,
}

impl Rules {
    /// The usual rules for sites at these addresses.
    pub fn of<'a>(sites: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let sites = sites.into_iter().map(site).collect::<Result<_>>()?;
        Ok(Self { sites, index: vec!["index.html".into()], ..Self::default() })
    }

    /// This path at each of the sites.
    #[must_use]
    pub fn at(&self, path: &[u8]) -> Vec<String> {
        let mut urls = Vec::new();
        self.put(path, &mut urls);
        urls
    }

    /// Adds every URL at which this file is served.
    pub fn urls(&self, name: &[u8], before: &Trail, out: &mut Vec<String>) {
        self.unpacked(name, before, out);
        let plain = PACKED.iter().find_map(|ending| name.strip_suffix(*ending));
        if let Some(plain) = plain.filter(|plain| before.holds(plain.len())) {
            self.unpacked(plain, before, out);
        }
    }

    fn unpacked(&self, name: &[u8], before: &Trail, out: &mut Vec<String>) {
        self.put(name, out);
        let last = name.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        if self.index.iter().any(|index| index.as_bytes() == &name[last..]) {
            self.put(&name[..last], out);
            match last {
                0 => out.extend(self.sites.iter().filter(|site| below_root(site)).cloned()),
                // Where a file of that name is beside the folder, the URL is the file's.
                _ if before.holds(last - 1) => {}
                _ => self.put(&name[..last - 1], out),
            }
        } else if let Some(bare) = PAGES.iter().find_map(|ending| name.strip_suffix(*ending))
            && bare.len() > last
            && self.is_clean(bare, before)
        {
            self.put(bare, out);
        }
    }

    fn is_clean(&self, bare: &[u8], before: &Trail) -> bool {
        match self.clean {
            Clean::On => true,
            Clean::Off => false,
            Clean::Auto => !before.holds(bare.len()),
        }
    }

    fn put(&self, path: &[u8], out: &mut Vec<String>) {
        for site in &self.sites {
            let mut url = String::with_capacity(site.len() + 1 + path.len());
            url.push_str(site);
            url.push('/');
            url.extend(percent_encode(path, PATH));
            out.push(url);
        }
    }
}

/// An address that file names can stand behind.
fn site(text: &str) -> Result<String> {
    let refused = |why: &str| Error::Usage(format!("--site {text:?} {why}; write https://www.example.com"));
    let Whole { scheme, host, rest } =
        items::plain(text).map_err(|error| Error::Usage(format!("--site: {error}")))?;
    if rest.contains('?') {
        return Err(refused("has a query, which no file's address has"));
    }
    let folder = rest.trim_end_matches('/');
    if folder.split('/').skip(1).any(|part| name::fault(part.as_bytes()).is_some()) {
        return Err(refused("has a path with detours"));
    }
    Ok(format!("{scheme}://{host}{folder}"))
}

fn below_root(site: &str) -> bool {
    site.split_once("://").is_some_and(|(_, rest)| rest.contains('/'))
}

/// The names in front of one that it begins with. In a sorted list all of them, and what they begin with
/// themselves, come before it; so `app.js` is known when `app.js.gz` comes.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    name: Vec<u8>,
    ends: Vec<usize>,
}

impl Trail {
    /// Goes on to the next name of the list.
    pub fn enter(&mut self, name: &[u8]) {
        let shared = self.name.iter().zip(name).take_while(|(a, b)| a == b).count();
        while self.ends.last().is_some_and(|end| *end > shared) {
            self.ends.pop();
        }
        self.name.truncate(shared);
        self.name.extend_from_slice(&name[shared..]);
        self.ends.push(name.len());
    }

    /// Whether the first so many bytes of the name are a file's name.
    #[must_use]
    pub fn holds(&self, length: usize) -> bool {
        self.ends.contains(&length)
    }
}
