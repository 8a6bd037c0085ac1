//! A context for unit tests: own environment, own answers, no file but one that is named.

use super::{Context, Env, Own, State, SystemClock};
use crate::{
    error::Result,
    options::{Format, Options},
    progress::{Bars, Console},
    release::Trust,
    secret::Secret,
};
use std::path::PathBuf;

/// What a test says before it runs.
#[derive(Default)]
pub struct Desk {
    /// Environment variables.
    pub env: Vec<(&'static str, String)>,
    /// What is typed, or piped in.
    pub input: String,
    /// config.toml.
    pub config: Option<String>,
    /// Global options; `config` is overwritten where there is a config.toml.
    pub options: Options,
    /// What is typed unseen; stdin is a terminal where it is given.
    pub unseen: Option<fn(&str) -> Result<Secret>>,
}

impl Desk {
    /// Runs the test's part, and returns the config.toml that is there afterwards beside its result.
    pub fn run<T>(mut self, part: impl FnOnce(&mut Context<'_>) -> T) -> (T, Option<String>) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path: PathBuf = folder.path().join("config.toml");
        if let Some(text) = &self.config {
            std::fs::write(&path, text).expect("config.toml is written");
            self.options.config = Some(path.clone());
        }
        let pairs: Vec<(&str, &str)> = self.env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let env = Env::of(&pairs);
        let mut input = self.input.as_bytes();
        let mut output = Vec::new();
        let mut cx = Context {
            options: self.options,
            env: &env,
            clock: &SystemClock,
            console: Console { quiet: true, terminal: false, color: false, verbose: 0 },
            input: &mut input,
            interactive: self.unseen.is_some(),
            output: &mut output,
            format: Format::Json,
            structured: false,
            asked: false,
            terminal: false,
            width: 80,
            bars: Bars::None,
            trust: &Trust::default(),
            own: &Own::of_process(),
            state: State { unseen: self.unseen, ..State::default() },
        };
        let result = part(&mut cx);
        (result, std::fs::read_to_string(path).ok())
    }
}
