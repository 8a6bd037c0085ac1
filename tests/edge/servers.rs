//! Starts the real servers on loopback, each in a folder of its own, and stops them.

use libtest_mimic::Failed;
use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A running server; its folder goes with it.
pub struct Server {
    port: u16,
    child: Mutex<Child>,
    _work: TempDir,
}

static STARTED: Mutex<Vec<Arc<Server>>> = Mutex::new(Vec::new());

impl Server {
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The package of the first file or program that is not there.
pub fn missing(needs: &[(&str, &'static str)]) -> Option<&'static str> {
    let there = |what: &str| match what.starts_with('/') {
        true => Path::new(what).exists(),
        false => {
            Command::new(what).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        }
    };
    needs.iter().find(|(what, _)| !there(what)).map(|(_, package)| *package)
}

/// Starts `nginx` or `haproxy` with its configuration from this folder, and waits until it answers.
pub fn start(program: &str) -> Arc<Server> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edge").join(program);
    let work = tempfile::tempdir().expect("a temporary folder");
    let reserved = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = reserved.local_addr().expect("an address").port();
    let fill = |template: &str, target: &str| {
        let text = fs::read_to_string(here.join(template)).expect("the template");
        let text = text
            .replace("@PORT@", &port.to_string())
            .replace("@WORK@", &work.path().to_string_lossy())
            .replace("@HERE@", &here.to_string_lossy())
            .replace("@USERLINE@", if is_root() { "user root;" } else { "" });
        fs::write(work.path().join(target), text).expect("the configuration");
    };
    let mut command = Command::new(format!("/usr/sbin/{program}"));
    if program == "nginx" {
        fill("nginx.conf.in", "nginx.conf");
        // Without -e it opens the packaged log first and fails for an ordinary user.
        command.arg("-e").arg(work.path().join("error.log"));
        command.arg("-p").arg(work.path()).arg("-c").arg(work.path().join("nginx.conf"));
    } else {
        fill("haproxy.cfg.in", "haproxy.cfg");
        command.args(["-db", "-f"]).arg(work.path().join("haproxy.cfg"));
    }
    drop(reserved);
    let log = fs::File::create(work.path().join("output.log")).expect("a log");
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("it starts");
    let server = Arc::new(Server { port, child: Mutex::new(child), _work: work });
    STARTED.lock().expect("no panic inside").push(server.clone());
    let begun = Instant::now();
    while curl_status(&format!("{}/__ready", server.base())).ok() != Some(200) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{program} does not answer; see its log");
        thread::sleep(Duration::from_millis(20));
    }
    server
}

/// Stops all of them; called once, after the last trial.
pub fn stop_all() {
    for server in STARTED.lock().expect("no panic inside").drain(..) {
        let mut child = server.child.lock().expect("no panic inside");
        // SIGTERM lets nginx end its workers; SIGKILL would leave them behind.
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        let _ = child.wait();
    }
}

/// The status that a GET of this URL gets, byte for byte as given.
pub fn curl_status(url: &str) -> Result<u16, Failed> {
    let output = Command::new("curl")
        .env_clear()
        .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "--path-as-is", "-g", url])
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
