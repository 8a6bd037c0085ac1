//! `init --import`: the Node CLI's profiles, also where there is a config.toml already.

use super::Set;
use crate::{
    context::Context,
    error::{Error, Result},
    profile::{File, Kept},
};

pub(super) fn run(cx: &mut Context<'_>, force: bool) -> Result<Set> {
    let only = cx.options.profile.clone();
    let path = cx.node_config().ok_or_else(|| {
        Error::Config(
            "the Node CLI's config.json cannot be found, because HOME is not set or empty; set it".into(),
        )
    })?;
    let old = File::load_node(&path)?;
    if let Some(name) = only.as_deref().filter(|name| !old.names().contains(name)) {
        let known = old.names().join(", ");
        return Err(Error::Config(format!("{} has no profile {name:?}; it has: {known}", path.display())));
    }
    let names = cx.configure(force, |file| match file.kept {
        // No config.toml yet: what was read is the migrated file.
        Kept::Node => Ok(file.names().into_iter().map(str::to_owned).collect()),
        _ => file.import(&old, only.as_deref(), force),
    })?;
    match names.as_slice() {
        [] => cx.console.info(format!("{} holds no profiles", path.display())),
        names => cx.console.info(format!(
            "✓ took {} over from {}, which is kept",
            names.join(", "),
            path.display()
        )),
    }
    Ok(Set::Imported(names))
}
