//! From `file::name`, as SECURITY.md has it, to a test binary and the name that it knows the test by.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// A built test binary.
pub struct Binary {
    program: PathBuf,
    /// The folder whose files are its modules: `src`, `tests/cli`, `tests/properties`.
    folder: PathBuf,
    /// Its first file.
    source: PathBuf,
    names: OnceLock<Vec<String>>,
}

/// All of them.
#[derive(Default)]
pub struct Suite {
    pub binaries: Vec<Binary>,
}

/// A test that can be run.
pub struct Test<'s> {
    pub program: &'s Path,
    pub name: String,
}

/// What became of a name.
pub enum Found<'s> {
    Test(Test<'s>),
    Ignored,
    Missing,
}

impl Binary {
    /// The program, and the file it was made from.
    pub fn new(program: PathBuf, source: &Path) -> Self {
        let folder = match source.file_stem() {
            Some(stem) if stem != "main" && stem != "lib" => source.with_extension(""),
            _ => source.parent().unwrap_or(source).to_owned(),
        };
        Self { program, folder, source: source.to_owned(), names: OnceLock::new() }
    }

    fn list(&self, more: &[&str]) -> Vec<String> {
        let output = Command::new(&self.program).arg("--list").args(more).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    }

    /// Whether this is the name of that test of that file: somewhere below the file's module, or, where trials are
    /// rows of a table, alone.
    fn knows(&self, known: &str, file: &Path, name: &str) -> bool {
        let known = known.split_once(" (needs ").map_or(known, |(bare, _)| bare);
        let Some(module) = self.module(file) else { return false };
        let below = known.strip_prefix(&module).and_then(|rest| rest.strip_suffix(name));
        known == name || below.is_some_and(|inner| inner.is_empty() || inner.ends_with("::"))
    }

    fn module(&self, file: &Path) -> Option<String> {
        let inner = if file == self.source { Path::new("") } else { file.strip_prefix(&self.folder).ok()? };
        let module = inner.with_extension("");
        let words = module.iter().map(|word| word.to_string_lossy()).filter(|word| word != "mod");
        Some(words.fold(String::new(), |path, word| path + &word + "::"))
    }
}

impl Suite {
    /// The test of this name.
    pub fn find(&self, test: &str) -> Found<'_> {
        let Some((file, name)) = test.rsplit_once("::") else { return Found::Missing };
        for binary in &self.binaries {
            let known = binary.names.get_or_init(|| binary.list(&[]));
            let Some(name) = known.iter().find(|known| binary.knows(known, Path::new(file), name)) else {
                continue;
            };
            if binary.list(&["--ignored"]).contains(name) {
                return Found::Ignored;
            }
            return Found::Test(Test { program: &binary.program, name: name.clone() });
        }
        Found::Missing
    }
}
