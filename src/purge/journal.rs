//! The write-ahead journal of a run: one JSON object a line, append only, locked while in use, beside a copy of
//! the plan. `run` and `sending` are on disk before the request leaves; what a lost reply leaves is doubt, no damage.

mod file;
mod line;
mod past;
mod shelf;
mod single;

pub use line::{Head, Owner, Part, Said};
pub use past::{Entry, Fate, Past};
pub use shelf::{Broken, Found, forget, list, look, plan_beside};
pub use single::{Single, singles};

use super::{
    Batch, Receipt,
    execute::{Ledger, alone, idle},
    plan::Plan,
};
use crate::{
    clock::Clock,
    error::{Error, Result},
    http::{Request, Response, Value},
};
use file::{
    cannot_create, copy, for_its_owner, fresh, lock, make_folder, sync_folder, unreadable, unwritten, whole,
};
use line::{Line, VERSION};
use sha2::{Digest, Sha256};
use shelf::{clean, journal_in};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// Where a new journal goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Under the run's name, beside those of other runs.
    Folder(PathBuf),
    /// To this file.
    File(PathBuf),
}

/// A journal in use.
pub struct Journal<'a> {
    file: File,
    path: PathBuf,
    /// What `purge resume` is told to find it again.
    name: String,
    clock: &'a dyn Clock,
    attempts: Vec<u32>,
    /// A line could not be written: what follows would stand behind a torn one.
    torn: bool,
}

/// A journal taken up again.
pub struct Resumed<'a> {
    /// To be written on.
    pub journal: Journal<'a>,
    /// What it says.
    pub left: Left,
}

/// What a run left.
pub struct Left {
    /// Its first line.
    pub head: Head,
    /// The run's id.
    pub run: [u8; 16],
    /// The plan as it was cut then.
    pub plan: Plan,
    /// What became of each batch.
    pub past: Past,
}

impl Left {
    /// Reads a journal and its plan as they are; a torn last line does not count.
    pub fn read(path: &Path) -> Result<Self> {
        left(&fs::read(path).map_err(|error| unreadable(path, &error))?, path)
    }
}

impl<'a> Journal<'a> {
    /// Begins a run: the plan's copy and the first line are on disk when this returns.
    pub fn begin(
        place: &Place,
        plan: &Plan,
        owner: Owner,
        run: [u8; 16],
        clock: &'a dyn Clock,
    ) -> Result<Self> {
        let (run, now) = (hex::encode(run), clock.now()?);
        let path = match place {
            Place::File(path) => path.clone(),
            Place::Folder(folder) => {
                make_folder(folder)?;
                clean(folder, now);
                journal_in(folder, &run)
            }
        };
        let name = path.display().to_string();
        let file = fresh(&path)?;
        let copied = copy(plan, &plan_beside(&path));
        copied.map_err(|error| cannot_create(&plan_beside(&path), &error))?;
        let mut journal = Self { file, path, name, clock, attempts: vec![0; plan.count()], torn: false };
        let head = Head {
            version: VERSION,
            run,
            plan: plan.digest(),
            provider: plan.provider.clone(),
            account: plan.account.clone(),
            batches: plan.count(),
            at: millis(clock)?,
            profile: owner.profile,
            part: owner.part,
            said: owner.said,
        };
        journal.write(&Line::Run(Box::new(head)), true)?;
        sync_folder(&journal.path);
        Ok(journal)
    }

    /// Takes a journal up again, under its lock; a torn last line is cut off.
    pub fn resume(path: &Path, clock: &'a dyn Clock) -> Result<Resumed<'a>> {
        for_its_owner(path)?;
        let opened = OpenOptions::new().read(true).append(true).open(path);
        let mut file = opened.map_err(|error| unreadable(path, &error))?;
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
        let left = left(&bytes, path)?;
        file.set_len(whole(&bytes) as u64).map_err(|error| unwritten(path, &error))?;
        let attempts = left.past.entries().iter().map(|entry| entry.attempts).collect();
        let name = path.display().to_string();
        let journal = Self { file, path: path.to_owned(), name, clock, attempts, torn: false };
        Ok(Resumed { journal, left })
    }

    /// What `purge resume` finds it by: the run, or its path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Under the run's name, where `purge resume` finds it so.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    fn write(&mut self, line: &Line, sync: bool) -> Result<()> {
        if self.torn {
            return Err(Error::Io(format!("{} is not whole; nothing more is sent", self.path.display())));
        }
        let mut text = serde_json::to_vec(line).expect("a line is plain data");
        text.push(b'\n');
        let written = self.file.write_all(&text);
        let written = written.and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        if planted!("unwritten-is-sent") {
            return Ok(());
        }
        written.map_err(|error| {
            self.torn = true;
            unwritten(&self.path, &error)
        })
    }
}

impl Ledger for Journal<'_> {
    fn sending(&mut self, batch: &Batch<'_>, request: &Request) -> Result<()> {
        let index = batch.number - 1;
        let attempt = self.attempts[index] + 1;
        let at = millis(self.clock)?;
        self.write(&Line::Sending { batch: index, attempt, request: digest(request), at }, true)?;
        self.attempts[index] = attempt;
        Ok(())
    }

    fn accepted(&mut self, batch: &Batch<'_>, _: &Response, receipt: &Receipt) -> Result<()> {
        let line = Line::Accepted {
            batch: batch.number - 1,
            at: millis(self.clock)?,
            id: receipt.id.clone(),
            left: receipt.left.iter().map(|(name, left)| ((*name).to_owned(), *left)).collect(),
            ignored: receipt.ignored.clone(),
        };
        self.write(&line, false)
    }

    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()> {
        let line = Line::Failed {
            batch: batch.number - 1,
            at: millis(self.clock)?,
            error: error.facts().name.to_owned(),
            sent: !idle(error),
            last: alone(error) && idle(error),
        };
        self.write(&line, false)
    }

    fn done(&mut self, batch: &Batch<'_>) -> Result<()> {
        let at = millis(self.clock)?;
        self.write(&Line::Done { batch: batch.number - 1, at }, false)
    }
}

/// What `encode` made, told apart by every byte: method, URL, headers, body.
#[must_use]
pub fn digest(request: &Request) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    };
    add(request.method.as_bytes());
    add(request.url.as_bytes());
    for (name, value) in &request.headers {
        add(name.as_bytes());
        // What `encode` makes holds no secret.
        if let Value::Plain(text) = value {
            add(text.as_bytes());
        }
    }
    add(&request.body);
    format!("sha256:{}", hex::encode(hash.finalize()))
}

fn parsed(bytes: &[u8], path: &Path) -> Result<(Head, Past)> {
    let whole = &bytes[..whole(bytes)];
    if whole.is_empty() {
        return Err(Error::InputMissing(format!(
            "{} ends before its first line, so nothing was sent; run the purge again",
            path.display()
        )));
    }
    let text = std::str::from_utf8(whole).map_err(|_| {
        Error::Data(format!("{} is no journal: it is not UTF-8; name another one", path.display()))
    })?;
    // No batch of a plan is written in fewer bytes, so the copy bounds what is held.
    let copy = plan_beside(path);
    let plan = fs::metadata(&copy).map_err(|error| unreadable(&copy, &error))?;
    Past::read(text, plan.len() / 50).map_err(|error| match error {
        Error::Data(why) => Error::Data(format!("{}: {why}", path.display())),
        other => other,
    })
}

/// The journal with the plan beside it, which must be its own.
fn left(bytes: &[u8], path: &Path) -> Result<Left> {
    let (head, past) = parsed(bytes, path)?;
    let copy = plan_beside(path);
    let text = fs::read_to_string(&copy).map_err(|error| unreadable(&copy, &error))?;
    let plan = Plan::load(&text)?;
    if (&plan.digest(), &plan.provider, &plan.account, plan.count())
        != (&head.plan, &head.provider, &head.account, head.batches)
    {
        return Err(Error::Data(format!(
            "{} is not the plan of {}; purge again what matters",
            copy.display(),
            path.display()
        )));
    }
    let mut run = [0; 16];
    hex::decode_to_slice(&head.run, &mut run)
        .map_err(|_| Error::Data(format!("{} names no run; purge again what matters", path.display())))?;
    Ok(Left { head, run, plan, past })
}

fn millis(clock: &dyn Clock) -> Result<u64> {
    Ok(u64::try_from(clock.now()?.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
