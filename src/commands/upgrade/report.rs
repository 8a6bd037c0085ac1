//! What `upgrade` answers with: what runs, what is there, what was done.

use crate::{
    release::Version,
    report::{Page, Report},
    upgrade::{Done, Offer, Owner, Place, Supply, Work, offer::date},
};
use serde_json::{Value, json};
use std::{
    io,
    path::{Path, PathBuf},
};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Only looked.
    Checked,
    /// All is as the release has it.
    Nothing,
    /// The binary would be replaced.
    WouldUpgrade,
    /// Only files elsewhere would be.
    WouldMend,
    /// The binary was replaced.
    Upgraded,
    /// Only files elsewhere were.
    Mended,
    /// The previous binary would come back.
    WouldRollBack,
    /// It came back.
    RolledBack,
}

impl Deed {
    const fn name(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Nothing => "nothing to do",
            Self::WouldUpgrade => "would upgrade",
            Self::WouldMend => "would mend",
            Self::Upgraded => "upgraded",
            Self::Mended => "mended",
            Self::WouldRollBack => "would roll back",
            Self::RolledBack => "rolled back",
        }
    }
}

/// Where the release came from, and who answers for it.
struct Origin {
    source: String,
    file: String,
    size: u64,
    sha256: String,
    released: u64,
    expires: u64,
    key: String,
}

/// The answer.
pub struct Upgraded {
    deed: Deed,
    running: Version,
    /// Unknown of a binary that was not run.
    version: Option<Version>,
    binary: PathBuf,
    previous: PathBuf,
    origin: Option<Origin>,
    elsewhere: Vec<PathBuf>,
    left: Vec<(PathBuf, String)>,
    owner: Option<Owner>,
}

impl Upgraded {
    /// About an offer that nothing was done with yet.
    pub fn of(offer: &Offer, supply: &Supply<'_>, running: &Version, place: &Place) -> Self {
        let (manifest, entry) = (&offer.manifest, &offer.entry);
        let origin = Origin {
            source: supply.named(&manifest.version, &entry.file),
            file: entry.file.clone(),
            size: entry.size,
            sha256: entry.sha256.to_string(),
            released: manifest.released,
            expires: manifest.expires,
            key: offer.key.to_string(),
        };
        Self {
            origin: Some(origin),
            ..Self::back(Some(manifest.version.clone()), running, place, Deed::Checked)
        }
    }

    /// About the previous binary.
    pub fn back(version: Option<Version>, running: &Version, place: &Place, deed: Deed) -> Self {
        Self {
            deed,
            running: running.clone(),
            version,
            binary: place.binary.clone(),
            previous: place.previous(),
            origin: None,
            elsewhere: Vec::new(),
            left: Vec::new(),
            owner: None,
        }
    }

    /// Names the package manager.
    pub fn owned_by(self, owner: Option<Owner>) -> Self {
        Self { owner, ..self }
    }

    /// With this deed.
    pub fn told(self, deed: Deed) -> Self {
        Self { deed, ..self }
    }

    /// What would be done.
    pub fn planned(self, work: &Work<'_>) -> Self {
        let elsewhere = work.elsewhere().into_iter().map(Into::into).collect();
        let deed = if work.binary { Deed::WouldUpgrade } else { Deed::WouldMend };
        Self { deed, elsewhere, ..self }
    }

    /// What was done.
    pub fn done(self, done: Done) -> Self {
        let deed = if done.binary { Deed::Upgraded } else { Deed::Mended };
        Self { deed, elsewhere: done.replaced, left: done.left, ..self }
    }

    fn named(&self) -> String {
        self.version.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    fn newer(&self) -> bool {
        self.version.as_ref().is_some_and(|version| *version > self.running)
    }

    fn checked(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (version, running) = (self.named(), &self.running);
        if !self.newer() {
            return writeln!(page.out, "stratos {running} is the newest");
        }
        writeln!(
            page.out,
            "{}",
            page.bold(&format!("stratos {version} is newer than the running {running}"))
        )?;
        self.vouched(page)?;
        match &self.owner {
            Some(owner) => {
                writeln!(page.out, "{} has this copy; to install it: {}", owner.manager, owner.command)
            }
            None => writeln!(page.out, "to install it, run this again without --check"),
        }
    }

    fn vouched(&self, page: &mut Page<'_>) -> io::Result<()> {
        let Some(origin) = &self.origin else { return Ok(()) };
        writeln!(page.out, "released {}, signed by key {}", date(origin.released), origin.key)
    }

    fn plan(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (version, binary) = (self.named(), self.binary.display());
        if let Some(origin) = self.origin.as_ref().filter(|_| self.deed == Deed::WouldUpgrade) {
            self.vouched(page)?;
            writeln!(page.out, "would fetch    {}", origin.source)?;
            writeln!(page.out, "               {} bytes with the SHA-256", origin.size)?;
            writeln!(page.out, "               {}", origin.sha256)?;
            writeln!(page.out, "would try out  its `version --self-test`, which must report {version}")?;
            writeln!(page.out, "would keep     the running {} as", self.running)?;
            writeln!(page.out, "               {}", self.previous.display())?;
            writeln!(page.out, "would replace  {binary}")?;
        }
        for path in &self.elsewhere {
            writeln!(page.out, "would replace  {}", path.display())?;
        }
        writeln!(page.out, "nothing was changed")
    }

    fn finished(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (version, running, binary) = (self.named(), &self.running, self.binary.display());
        match self.deed {
            Deed::Mended => writeln!(page.out, "{binary} is stratos {running} already")?,
            _ => {
                writeln!(page.out, "{}", page.bold(&format!("stratos {running} -> {version}")))?;
                writeln!(page.out, "at {binary}")?;
                writeln!(page.out, "{running} is kept beside it: `stratos upgrade --rollback` goes back")?;
            }
        }
        for path in &self.elsewhere {
            writeln!(page.out, "replaced {}", path.display())?;
        }
        for (path, why) in &self.left {
            writeln!(page.out, "{} is still the old one: {why}", path.display())?;
        }
        Ok(())
    }
}

impl Report for Upgraded {
    fn value(&self) -> Value {
        let origin = self.origin.as_ref();
        // A path of other bytes than UTF-8 is shown as far as it can be.
        let text = |path: &Path| path.display().to_string();
        let left = self.left.iter().map(|(path, why)| json!({ "path": text(path), "reason": why }));
        json!({
            "action": self.deed.name(),
            "running": self.running.to_string(),
            "version": self.version.as_ref().map(ToString::to_string),
            "newer": self.newer(),
            "binary": text(&self.binary),
            "previous": text(&self.previous),
            "file": origin.map(|origin| &origin.file),
            "source": origin.map(|origin| &origin.source),
            "size": origin.map(|origin| origin.size),
            "sha256": origin.map(|origin| &origin.sha256),
            "released": origin.map(|origin| date(origin.released)),
            "expires": origin.map(|origin| date(origin.expires)),
            "key": origin.map(|origin| &origin.key),
            "elsewhere": self.elsewhere.iter().map(|path| text(path)).collect::<Vec<_>>(),
            "left": left.collect::<Vec<_>>(),
            "owner": self.owner.as_ref().map(|owner| owner.manager),
            "command": self.owner.as_ref().map(|owner| &owner.command),
        })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (version, running, binary) = (self.named(), &self.running, self.binary.display());
        match self.deed {
            Deed::Checked => self.checked(page),
            Deed::Nothing => writeln!(page.out, "{binary} is stratos {running} already; nothing to do"),
            Deed::WouldUpgrade | Deed::WouldMend => self.plan(page),
            Deed::Upgraded | Deed::Mended => self.finished(page),
            Deed::WouldRollBack => {
                let previous = self.previous.display();
                writeln!(page.out, "would try out  {previous} by its `version --self-test`")?;
                writeln!(page.out, "would replace  {binary} by it")?;
                writeln!(page.out, "would keep     the running {running} in its place")?;
                writeln!(page.out, "nothing was changed")
            }
            Deed::RolledBack => {
                writeln!(page.out, "{}", page.bold(&format!("stratos {running} -> {version}")))?;
                writeln!(page.out, "at {binary}")?;
                writeln!(page.out, "{running} is kept beside it: `stratos upgrade --rollback` brings it back")
            }
        }
    }
}
