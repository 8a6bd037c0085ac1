//! Where the profile file lives. The only file that knows `directories`.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The paths that matter to a run, found without touching any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// config.toml; none without a home.
    pub toml: Option<PathBuf>,
    /// The Node CLI's config.json; none when a file was named.
    pub node: Option<PathBuf>,
    /// `--config` or `STRATOS_CONFIG`, whichever named the file.
    pub named_by: Option<&'static str>,
}

impl Place {
    /// A file that was named: nothing else is read.
    #[must_use]
    pub fn named(path: &Path, by: &'static str) -> Self {
        Self { toml: Some(path.to_owned()), node: None, named_by: Some(by) }
    }

    /// The usual places below `home`; without one there is no profile file. `directories` would ask
    /// the name service over a socket then, so it is not called.
    #[must_use]
    pub fn usual(home: Option<&Path>, xdg_config_home: Option<&Path>) -> Self {
        let Some(home) = home else {
            return Self { toml: None, node: None, named_by: None };
        };
        let toml = directories::ProjectDirs::from("", "", "stratos")
            .map(|directories| directories.config_dir().join("config.toml"));
        let node = xdg_config_home.map_or_else(|| home.join(".config"), Path::to_owned);
        Self { toml, node: Some(node.join("stratos").join("config.json")), named_by: None }
    }

    /// The folder for what a run leaves to a later one; `None` without a home.
    #[must_use]
    pub fn state(home: Option<&Path>, xdg_state_home: Option<&Path>) -> Option<PathBuf> {
        // A relative path is to be ignored, says the specification.
        if let Some(state) = xdg_state_home.filter(|path| path.is_absolute()) {
            return Some(state.join("stratos"));
        }
        home?;
        let directories = directories::ProjectDirs::from("", "", "stratos")?;
        let folder = directories.state_dir().unwrap_or_else(|| directories.data_local_dir());
        Some(folder.to_owned())
    }

    /// The file that writers write.
    pub fn writable(&self) -> Result<&Path> {
        self.toml.as_deref().ok_or_else(|| {
            Error::Config(
                "there is no profile file, because HOME is not set or empty; set HOME, or name a file with --config"
                    .into(),
            )
        })
    }
}
