//! Starts the real servers on loopback, each in a folder of its own, and stops them.

use crate::http;
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A running server; its folder goes with it.
pub struct Server {
    port: u16,
    child: Mutex<Child>,
    work: Mutex<Option<TempDir>>,
}

static STARTED: Mutex<Vec<Arc<Server>>> = Mutex::new(Vec::new());

impl Server {
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The package of the first file or program that is not there.
pub fn missing(needs: &[(&'static str, &'static str)]) -> Option<(&'static str, &'static str)> {
    let there = |what: &str| match what.contains('/') {
        true => find(what).is_some(),
        false => {
            Command::new(what).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        }
    };
    needs.iter().find(|(what, _)| !there(what)).copied()
}

/// Marks what Debian does not have: it lies in the folder `STRATOS_TOOLS`, or in the one that `tests/edge/tools`
/// fills.
pub const TOOL: &str = "tool:";

/// The file of that path, in which `*` stands for one folder.
pub fn find(what: &str) -> Option<PathBuf> {
    let whole = match what.strip_prefix(TOOL) {
        Some(tool) => std::env::var_os("STRATOS_TOOLS")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools"), PathBuf::from)
            .join(tool),
        None => PathBuf::from(what),
    };
    let whole = whole.to_str()?;
    let candidates = match whole.split_once("/*/") {
        Some((folder, file)) => {
            fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path().join(file)).collect()
        }
        None => vec![PathBuf::from(whole)],
    };
    candidates.into_iter().find(|file| file.exists())
}

/// A folder of its own and a free port, from which a server is brought up.
pub struct Work {
    name: &'static str,
    pub folder: PathBuf,
    pub port: u16,
}

impl Work {
    /// The folder of this repository with the server's files.
    pub fn here(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edge").join(self.name)
    }

    /// Copies a template, `FILE.in`, to `FILE` with its places filled in.
    pub fn fill(&self, file: &str, more: &[(&str, &str)]) -> PathBuf {
        let text = fs::read_to_string(self.here().join(format!("{file}.in"))).expect("the template");
        let text = text
            .replace("@PORT@", &self.port.to_string())
            .replace("@WORK@", &self.folder.to_string_lossy())
            .replace("@HERE@", &self.here().to_string_lossy())
            .replace("@USERLINE@", if is_root() { "user root;" } else { "" });
        let text = more.iter().fold(text, |text, (place, value)| text.replace(place, value));
        let target = self.folder.join(file);
        fs::write(&target, text).expect("the configuration");
        target
    }
}

/// Starts a server with the command that `prepare` makes in its folder, and waits until it answers: 200 for
/// `/__ready`, or what it has to say to that.
pub fn start(name: &'static str, ready: u16, prepare: impl FnOnce(&Work) -> Command) -> Arc<Server> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (port, reserved) = free_port();
    let mut command = prepare(&Work { name, folder: folder.path().to_owned(), port });
    drop(reserved);
    let log = fs::File::create(folder.path().join("output.log")).expect("a log");
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("it starts");
    let said = folder.path().join("output.log");
    let server = Arc::new(Server { port, child: Mutex::new(child), work: Mutex::new(Some(folder)) });
    STARTED.lock().expect("no panic inside").push(server.clone());
    let begun = Instant::now();
    while http::status(&format!("{}/__ready", server.base())).ok() != Some(ready) {
        let ended = server.child.lock().expect("no panic inside").try_wait().is_ok_and(|exit| exit.is_some());
        let late = begun.elapsed() > Duration::from_secs(30);
        assert!(
            !ended && !late,
            "{name} does not answer:\n{}",
            fs::read_to_string(&said).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(20));
    }
    server
}

/// A port below those that the system hands to clients, so that none of our own requests takes it while the
/// server is still on its way; the process id keeps runs beside each other apart.
fn free_port() -> (u16, TcpListener) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let count = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = 20_000 + (count % 12_000) as u16;
        if let Ok(reserved) = TcpListener::bind(("127.0.0.1", port)) {
            return (port, reserved);
        }
    }
}

/// Stops all of them; called once, after the last trial.
pub fn stop_all() {
    for server in STARTED.lock().expect("no panic inside").drain(..) {
        let mut child = server.child.lock().expect("no panic inside");
        if child.try_wait().is_ok_and(|exit| exit.is_none()) {
            // SIGTERM lets nginx end its workers; SIGKILL would leave them behind.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
        }
        let _ = child.wait();
        // The trials' own handles are never dropped, so the folder is.
        server.work.lock().expect("no panic inside").take();
    }
}

/// Whether the servers run as root, and may have to step down.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// The name of whoever runs the tests.
pub fn user() -> String {
    let name = Command::new("id").arg("-un").output().expect("id runs").stdout;
    String::from_utf8_lossy(&name).trim_end().to_owned()
}
