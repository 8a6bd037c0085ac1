//! A census as it is kept: written by `census`, read by `retire`.

use crate::{
    context::Context,
    error::{Error, Result},
    profile::{Profile, keep, name_is_fine},
    sign::ring::Counted,
};
use serde_json::Value;
use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

/// What `census` says of itself; another number is another shape.
pub const SHAPE: u64 = 1;
/// A census is a page; what is longer is another file.
const BOUND: u64 = 4 << 20;

/// Where the census of a profile is kept.
pub fn place(profile: &Profile, cx: &Context<'_>) -> Result<PathBuf> {
    if !name_is_fine(&profile.name) {
        return Err(Error::Usage(format!(
            "no file can be named after profile {:?}; write the census with > FILE instead of --save",
            profile.name
        )));
    }
    Ok(cx.state_folder()?.join(format!("census-{}.json", profile.name)))
}

/// Keeps a census.
pub fn save(census: &Value, profile: &Profile, cx: &Context<'_>) -> Result<PathBuf> {
    let path = place(profile, cx)?;
    keep(&path, &format!("{census}\n"), cx.clock)?;
    Ok(path)
}

/// What a census says of a key: the one that is named, else the one that was saved, if there is one.
pub fn find(
    named: Option<&str>,
    id: &str,
    profile: &Profile,
    cx: &mut Context<'_>,
) -> Result<Option<Counted>> {
    let text = match named {
        Some("-") => {
            cx.claim_stdin("the census")?;
            Some(read(cx.input, "stdin")?)
        }
        Some(path) => Some(open(Path::new(path))?.ok_or_else(|| {
            Error::InputMissing(format!("{path} does not exist; name a census, or leave out --census"))
        })?),
        None if cx.home().is_none() || !name_is_fine(&profile.name) => None,
        None => open(&place(profile, cx)?)?,
    };
    let Some(text) = text else { return Ok(None) };
    let source = named.map_or("the saved census", |named| if named == "-" { "stdin" } else { named });
    counted(&text, id, profile, cx.now()?).map(Some).map_err(|why| {
        Error::Data(format!("{source} {why}; take a new one with stratos signed rotate census --save"))
    })
}

fn open(path: &Path) -> Result<Option<String>> {
    match File::open(path) {
        Ok(mut file) => read(&mut file, &path.display().to_string()).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Error::Io(format!("cannot open {}: {error}; check who may read it", path.display())))
        }
    }
}

fn read(from: &mut (impl Read + ?Sized), place: &str) -> Result<String> {
    let mut text = String::new();
    let read = from.take(BOUND).read_to_string(&mut text);
    read.map_err(|error| Error::Io(format!("cannot read {place}: {error}; check that it is a census")))?;
    Ok(text)
}

/// The error says what is wrong with it.
fn counted(text: &str, id: &str, profile: &Profile, now: u64) -> std::result::Result<Counted, String> {
    let census: Value = serde_json::from_str(text).map_err(|_| "is no census in JSON".to_owned())?;
    if census["census"].as_u64() != Some(SHAPE) {
        return Err("is no census of this version".into());
    }
    for (member, wanted) in [("profile", &profile.name), ("scheme", &profile.scheme.value)] {
        let found = census[member].as_str().unwrap_or("none");
        if found != wanted {
            return Err(format!("is of {member} {found:?}, and this is {member} {wanted}"));
        }
    }
    let number = |value: &Value, member: &str| {
        value[member].as_u64().ok_or_else(|| format!("has no number {member} where it should"))
    };
    let taken = number(&census, "taken")?;
    if taken > now.saturating_add(super::SKEW) {
        return Err("was taken in the future".into());
    }
    let rows = census["keys"].as_array().ok_or("has no keys")?;
    let mine = rows.iter().find(|row| row["id"].as_str() == Some(id));
    let mine = mine.ok_or_else(|| format!("does not know key {id}"))?;
    Ok(Counted {
        taken,
        links: number(&census, "links")?,
        live: number(mine, "live")?,
        endless: number(mine, "endless")?,
        latest: mine["latest"].as_u64(),
    })
}
