//! `--from OLD --to NEW --site URL`: what changed between two releases, as the URLs to purge.

use super::{choice::Choice, job::Job, list::Lines};
use crate::{
    context::Context,
    error::{Error, Result},
    progress::clean,
    purge::{
        Selector,
        changed::{Clean, Counts, Found, Hashed, Left, Rules, compare, open},
        plan::Selection,
    },
    report::{Page, Report},
};
use serde_json::{Value, json};
use std::{
    io,
    ops::Deref,
    path::{Path, PathBuf},
};

/// So many names are told, the rest are counted.
const NAMES: usize = 5;

/// So many folders are advice enough.
const FOLDERS: usize = 3;

/// From this many requests on, a tag is worth a word.
const MANY: usize = 100;

/// How releases are compared.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Changed {
    /// Purge what changed or went since this release: a manifest, a folder, or an archive (tar, tar.gz, zip)
    #[arg(long, value_name = "OLD", help_heading = "Changed files only")]
    from: Option<PathBuf>,
    /// Address that the files are served below; repeatable
    #[arg(long = "site", value_name = "URL", requires = "from", help_heading = "Changed files only")]
    sites: Vec<String>,
    /// What a folder is answered with, or none; repeatable [default: index.html]
    #[arg(long, value_name = "NAME", requires = "from", help_heading = "Changed files only")]
    index: Vec<String>,
    /// Whether about.html is served as /about, too: auto means unless a file has that name [default: auto]
    #[arg(long, value_name = "WHEN", requires = "from", value_parser = ["auto", "on", "off"], help_heading = "Changed files only")]
    clean_urls: Option<String>,
    /// Names that change with their content are not purged when they come or go: auto, none, or an expression
    /// that finds them [default: auto]
    #[arg(long, value_name = "REGEX", requires = "from", help_heading = "Changed files only")]
    hashed: Option<String>,
    /// Purge what is new, too: its 404 may be cached
    #[arg(long, requires = "from", help_heading = "Changed files only")]
    with_added: bool,
    /// Go on where no file of the old release is in the new one
    #[arg(long, requires = "from", help_heading = "Changed files only")]
    all_removed: bool,
    /// Leave out so many leading folders of the names in an archive
    #[arg(long, value_name = "COUNT", requires = "from", help_heading = "Changed files only")]
    strip: Option<usize>,
}

/// What is to be purged, and what was learnt on the way.
pub(super) struct Chosen {
    selection: Selection,
    /// The lines of a list that its items stood on.
    pub lines: Lines,
    /// Two releases were compared.
    counts: Option<Counts>,
    /// Folders that would do as prefixes, and how many of their files are purged.
    whole: Vec<(String, u64)>,
    /// No file of the old release stays.
    anew: bool,
}

impl Deref for Chosen {
    type Target = Selection;

    fn deref(&self) -> &Selection {
        &self.selection
    }
}

impl Changed {
    /// Whether two releases are to be compared.
    pub const fn given(&self) -> bool {
        self.from.is_some()
    }

    /// What changed, where `--from` asks for that; else what the other flags choose.
    pub fn or(&self, choice: &Choice, to: Option<&Path>, cx: &mut Context<'_>) -> Result<Chosen> {
        let Some(from) = &self.from else {
            let (selection, lines) = choice.selection(cx)?;
            return Ok(Chosen { selection, lines, counts: None, whole: vec![], anew: false });
        };
        let Some(soft) = choice.soft_alone() else {
            return Err(Error::Usage(
                "--from finds out itself what to purge; leave out the URLs, tags, prefixes, hosts and --everything"
                    .into(),
            ));
        };
        let rules = self.rules()?;
        let Some(to) = to else {
            return Err(Error::Usage("--from OLD needs --to NEW: the release that takes its place".into()));
        };
        let found = self.compared(from, to, &rules, cx)?;
        tell(&found, cx);
        let selection = Selection { selector: Selector::Url, items: found.urls, soft };
        let anew = found.whole.first().is_some_and(|whole| whole.name.is_empty());
        let whole = found.whole.iter().take(FOLDERS);
        let whole = whole.flat_map(|w| rules.at(&w.name).into_iter().map(|url| (url, w.files))).collect();
        Ok(Chosen { selection, lines: Lines::default(), counts: Some(found.counts), whole, anew })
    }

    fn rules(&self) -> Result<Rules> {
        if self.sites.is_empty() {
            return Err(Error::Usage(
                "--from needs --site: the address that the files are served below, as https://www.example.com".into(),
            ));
        }
        let mut rules = Rules::of(self.sites.iter().map(String::as_str))?;
        match self.index.as_slice() {
            [] => {}
            [none] if none == "none" => rules.index.clear(),
            names => rules.index = names.to_vec(),
        }
        if let Some(wrong) = rules.index.iter().find(|name| name.is_empty() || name.contains('/')) {
            return Err(Error::Usage(format!(
                "--index {wrong:?} is no name of a file; write index.html, or none"
            )));
        }
        rules.clean = match self.clean_urls.as_deref() {
            Some("on") => Clean::On,
            Some("off") => Clean::Off,
            _ => Clean::Auto,
        };
        rules.hashed = self.hashed.as_deref().map_or(Ok(Hashed::Usual), Hashed::parse)?;
        rules.added = self.with_added;
        Ok(rules)
    }

    fn compared(&self, from: &Path, to: &Path, rules: &Rules, cx: &Context<'_>) -> Result<Found> {
        let mut progress = cx.progress("hashing", None);
        let strip = self.strip.unwrap_or(0);
        let mut release = |path: &Path| {
            let opened = open(path, strip, None, &mut |files| progress.add(files))?;
            left_out(&opened.left, path, cx);
            Ok::<_, Error>(opened.files)
        };
        let (mut old, mut new) = (release(from)?, release(to)?);
        let found = compare(&mut *old, &mut *new, rules)?;
        if found.counts.all_removed() && !self.all_removed {
            return Err(Error::Data(format!(
                "no file of {} is in {}: all of the site would be purged as removed; if that is meant, \
                 add --all-removed; if an archive wraps its files in a folder, add --strip 1",
                from.display(),
                to.display()
            )));
        }
        Ok(found)
    }
}

/// Names what of a release does not count.
pub(super) fn left_out(left: &[Left], place: &Path, cx: &Context<'_>) {
    for one in left.iter().take(NAMES) {
        cx.console.warn(clean(&format!("{}: {} {}; it is left out", place.display(), one.name, one.why)));
    }
    if let Some(more) = left.len().checked_sub(NAMES).filter(|more| *more > 0) {
        cx.console.warn(clean(&format!("{}: {more} more are left out", place.display())));
    }
}

/// What was found, in words.
fn tell(found: &Found, cx: &Context<'_>) {
    let Counts { changed, removed, added, hashed, .. } = found.counts;
    let mut line = format!("files changed: {changed}, removed: {removed}, added: {added}");
    if hashed > 0 {
        line += &format!("; left out for the digest in their name: {hashed}");
    }
    cx.console.info(line);
    if let Some(name) = &found.rewritten {
        cx.console.warn(clean(&format!(
            "{name} seems to have a digest in its name, yet its content changed; such files are purged like any other"
        )));
    }
    if !found.urls.is_empty() {
        cx.console.info("URLs cached with a query cannot be known from files; purge them by tag or prefix");
    }
}

impl Chosen {
    /// Whether two releases were compared, and nothing came of it.
    pub fn is_nothing(&self) -> bool {
        self.counts.is_some() && self.selection.items.is_empty()
    }

    /// The report of that.
    pub fn nothing(&self) -> Nothing {
        Nothing(self.counts)
    }

    /// Says what would be cheaper.
    pub fn advise(&self, job: &Job, cx: &Context<'_>) {
        let has = |selector| job.provider.limit(&job.settings, selector).is_some();
        let prefix = has(Selector::Prefix);
        for (url, files) in self.whole.iter().filter(|_| prefix) {
            cx.console.info(clean(&format!(
                "all {files} files below {url} are purged and none there stays; --prefix {url} would be one item"
            )));
        }
        if self.anew && !prefix && has(Selector::All) {
            cx.console.info(
                "no file of the old release stays; --everything would be one request, and empties the cache of all \
                 else, too",
            );
        }
        let said = self.anew || prefix && !self.whole.is_empty();
        let over = job
            .plan
            .quota(job.provider, &job.settings)
            .iter()
            .any(|(budget, count)| budget.never_holds(*count));
        if !said && self.counts.is_some() && has(Selector::Tag) && (job.plan.count() > MANY || over) {
            cx.console.info(format!(
                "these are {} requests; where the pages carry a tag, --tag is one",
                job.plan.count()
            ));
        }
    }
}

/// The report where nothing has to be purged.
pub(super) struct Nothing(Option<Counts>);

impl Nothing {
    /// Of a plan without a batch.
    pub fn of_plan(cx: &Context<'_>) -> Box<dyn Report> {
        cx.console.info("the plan holds nothing to purge");
        Box::new(Self(None))
    }
}

impl Report for Nothing {
    fn value(&self) -> Value {
        let Some(Counts { changed, removed, added, .. }) = self.0 else {
            return json!({ "nothing_to_purge": true });
        };
        json!({ "nothing_to_purge": true, "changed": changed, "removed": removed, "added": added })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        writeln!(page.out, "nothing to purge")
    }
}
