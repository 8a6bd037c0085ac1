//! Which run is meant: by its id, by the beginning of it, by the path of its journal, or the only unfinished one.

use super::history::{batches, when};
use crate::{
    context::Context,
    error::{Error, Result},
    purge::journal::{self, Broken, Found},
};
use std::path::{Path, PathBuf};

/// A journal, and those that lie beside it.
pub(super) struct Sought {
    /// Where it is.
    pub path: PathBuf,
    /// All that can be read in its folder.
    pub found: Vec<Found>,
}

impl Sought {
    /// The journal of this run; without a name the only unfinished one.
    pub fn of(run: Option<&str>, cx: &Context<'_>) -> Result<Self> {
        let given = run.map(Path::new);
        let file = given.filter(|path| path.is_file());
        let folder = match (file, given.filter(|path| path.is_dir())) {
            (Some(file), _) => file.parent().map(Path::to_owned),
            (None, Some(folder)) => Some(folder.to_owned()),
            (None, None) => cx.state_folder().ok(),
        };
        let (found, broken) = match folder {
            Some(folder) if folder.as_os_str().is_empty() => journal::list(Path::new("."))?,
            Some(folder) => journal::list(&folder)?,
            None => (Vec::new(), Vec::new()),
        };
        let path = match (file, run) {
            (Some(file), _) => file.to_owned(),
            (None, Some(run)) if !Path::new(run).is_dir() => named(run, &found, &broken)?,
            _ => {
                broken.iter().for_each(|(_, error)| cx.console.warn(error.to_string()));
                only(&found)?
            }
        };
        Ok(Self { path, found })
    }

    /// What its journal says, where that can be read.
    pub fn own(&self) -> Option<&Found> {
        self.found.iter().find(|found| found.path.file_name() == self.path.file_name())
    }
}

/// What a run is called: a command that purges at several accounts has one name for all its runs.
pub(super) fn called(found: &Found) -> &str {
    found.head.part.as_ref().map_or(&found.head.run, |part| &part.of)
}

/// One of each name.
fn distinct<'f>(found: impl Iterator<Item = &'f Found>) -> Vec<&'f Found> {
    let mut distinct: Vec<&Found> = Vec::new();
    for one in found {
        if distinct.iter().all(|known| called(known) != called(one)) {
            distinct.push(one);
        }
    }
    distinct
}

/// The run whose id begins so; also one whose journal cannot be read.
fn named(run: &str, found: &[Found], broken: &[Broken]) -> Result<PathBuf> {
    let own = |found: &&Found| found.head.run.starts_with(run) || called(found).starts_with(run);
    let near = distinct(found.iter().filter(own)).into_iter().map(|found| &found.path);
    let id = |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(run));
    let near: Vec<&PathBuf> = near.chain(broken.iter().map(|(path, _)| path).filter(id)).collect();
    match near[..] {
        [one] => Ok(one.clone()),
        [] => Err(Error::InputMissing(format!("there is no run {run:?}; see `stratos purge history`"))),
        _ => Err(Error::Usage(format!("{run:?} begins the id of {} runs; write more of it", near.len()))),
    }
}

/// The only unfinished run.
fn only(found: &[Found]) -> Result<PathBuf> {
    let open = distinct(found.iter().filter(|found| !found.past.finished()));
    match open[..] {
        [one] => Ok(one.path.clone()),
        [] => Err(Error::InputMissing(
            "there is no unfinished run; `stratos purge history` lists them all".into(),
        )),
        _ => {
            let line = |found: &&Found| {
                let Found { head, past, .. } = found;
                format!("{} ({}, {}, {})", called(found), when(head), head.provider, batches(past))
            };
            let list: Vec<String> = open.iter().map(line).collect();
            Err(Error::Usage(format!("several runs are unfinished; name one of {}", list.join(", "))))
        }
    }
}
