//! Bulk minting beside its ceiling: the HMAC alone, over the same canonical strings, in memory.

use super::{BASE, Bench, EXPIRES, SECRET, figure, note};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fmt::Write as _,
    fs::{self, File},
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};
use stratos::sign::{Claims, Scheme, Url, key::HmacSha256};

const LINES: usize = 1_000_000;
const ROUNDS: usize = 7;

/// Measures.
pub fn run(bench: &Bench) {
    let list = bench.home.join("paths");
    let paths: Vec<String> = (0..LINES).map(path).collect();
    fs::write(&list, paths.join("\n") + "\n").expect("room for the list");
    let strings = Strings::of(&paths[..200_000]);
    let (mut stored, mut plain) = (f64::MAX, f64::MAX);
    let (mut one, mut two) = (f64::MAX, f64::MAX);
    // In turns, so that a busy moment of the machine meets all of them.
    for _ in 0..ROUNDS {
        stored = stored.min(strings.stored_states());
        plain = plain.min(strings.hmac_crate());
        one = one.min(mint(bench, &list, "1"));
        two = two.min(mint(bench, &list, "2"));
    }
    let ceiling = stored.min(plain);
    note("canonical strings", &format!("{} bytes", strings.ends[0]));
    note("HMAC-SHA256, the hmac crate, key prepared", &rate(plain));
    note("HMAC-SHA256, stored states", &rate(stored));
    note("openssl speed, HMAC-SHA256 over as many bytes", &openssl(strings.ends[0]));
    note("stratos signed -, a file to /dev/null, one job", &rate(one));
    note("stratos signed -, a file to /dev/null, two jobs", &rate(two));
    let share = 100.0 * ceiling / one;
    figure("bulk minting, one core, share of the ceiling", &format!("{share:.0} %"), "60 %", share >= 60.0);
    let gain = one / two;
    figure("bulk minting, two jobs", &format!("{gain:.2} times one"), "1.8 times", gain >= 1.8);
    node(bench, &list, one);
}

fn path(number: usize) -> String {
    let part = number % 10_000;
    format!("/videos/catalogue/title-{number:06}/rendition-1080p/segment-{part:05}.m4s")
}

fn rate(nanos: f64) -> String {
    format!("{nanos:.0} ns, {:.2} M/s", 1e3 / nanos)
}

/// Canonical strings, one after the other.
struct Strings {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Strings {
    fn of(paths: &[String]) -> Self {
        let scheme = Scheme::find("cloudcdn").expect("the default scheme");
        let claims = Claims { expires: Some(EXPIRES), ..Claims::default() };
        let mut strings = Self { bytes: Vec::new(), ends: Vec::new() };
        for path in paths {
            let url = Url::at(BASE, path.as_str());
            (scheme.canonical)(&url, &claims, &mut strings.bytes).expect("a path can be signed");
            strings.ends.push(strings.bytes.len());
        }
        strings
    }

    /// Nanoseconds for each string.
    fn time(&self, mut tag: impl FnMut(&[u8])) -> f64 {
        let begin = Instant::now();
        let mut start = 0;
        for &end in &self.ends {
            tag(&self.bytes[start..end]);
            start = end;
        }
        begin.elapsed().as_secs_f64() * 1e9 / self.ends.len() as f64
    }

    fn stored_states(&self) -> f64 {
        let key = HmacSha256::new(SECRET.as_bytes());
        self.time(|string| _ = black_box(key.tag(string)))
    }

    fn hmac_crate(&self) -> f64 {
        let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length is a key");
        self.time(|string| _ = black_box(key.clone().chain_update(string).finalize().into_bytes()))
    }
}

fn signed(bench: &Bench, list: &Path, jobs: &str) -> Command {
    let expires = EXPIRES.to_string();
    let mut command =
        bench.stratos(&["signed", "-", "--expires", &expires, "--cdn-url", BASE, "--jobs", jobs, "--quiet"]);
    command.stdin(File::open(list).expect("the list"));
    command
}

/// Nanoseconds for each line, the start of the program included.
fn mint(bench: &Bench, list: &Path, jobs: &str) -> f64 {
    let begin = Instant::now();
    let status = signed(bench, list, jobs).status().expect("the binary runs");
    assert!(status.success(), "minting failed");
    begin.elapsed().as_secs_f64() * 1e9 / LINES as f64
}

fn openssl(bytes: usize) -> String {
    let bytes = bytes.to_string();
    let run = Command::new("openssl")
        .args(["speed", "-seconds", "1", "-bytes", &bytes, "-hmac", "sha256"])
        .output();
    let text = run.map(|run| String::from_utf8_lossy(&run.stderr).into_owned()).unwrap_or_default();
    let count =
        text.split("size blocks: ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
    count.map_or_else(|| "not measured: openssl is not installed".into(), |count| rate(1e9 / count))
}

/// Node computing the same: the URLs must be equal, and the time is its own, without the start.
fn node(bench: &Bench, list: &Path, ours: f64) {
    const SCRIPT: &str = r#"
        const { createHmac } = require("node:crypto");
        const [file, secret, expires, base, count] = process.argv.slice(1);
        const lines = require("node:fs").readFileSync(file, "utf8").split("\n").slice(0, Number(count));
        const start = process.hrtime.bigint();
        const out = lines.map((path) => {
          const text = `${path.length}:${path}|${expires.length}:${expires}`;
          const sig = createHmac("sha256", secret).update(text).digest("hex");
          return `${base}/api/signed?path=${encodeURIComponent(path)}&expires=${expires}&sig=${sig}`;
        }).join("\n");
        console.error(Number(process.hrtime.bigint() - start) / lines.length);
        console.log(out);
    "#;
    let (expires, count) = (EXPIRES.to_string(), 200_000);
    let mut run = Command::new("node");
    run.args(["-e", SCRIPT]).arg(list).args([SECRET, &expires, BASE, &count.to_string()]);
    let Ok(run) = run.stdin(Stdio::null()).output() else {
        return note("node computing the same", "not compared: node is not installed");
    };
    let nanos: f64 = String::from_utf8_lossy(&run.stderr).trim().parse().expect("node gives its time");
    let mut wanted = String::new();
    let mint = signed(bench, list, "2").stdout(Stdio::piped()).output().expect("the binary runs");
    for line in String::from_utf8_lossy(&mint.stdout).lines().take(count) {
        let _ = writeln!(wanted, "{line}");
    }
    assert!(wanted.as_bytes() == run.stdout, "node and stratos differ");
    note(
        "node computing the same URLs, in memory",
        &format!("{}; ours {:.1} times as fast", rate(nanos), nanos / ours),
    );
}
