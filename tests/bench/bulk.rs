//! Bulk minting beside its ceiling: the HMAC alone, over the same canonical strings, in memory.

use super::{
    BASE, Bench, EXPIRES, SECRET, figure,
    measure::{self, Spent},
    note,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fs::{self, File},
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    thread,
};
use stratos::sign::{Claims, Scheme, Url, key::HmacSha256};

/// How long the list is.
pub const LINES: usize = 2_000_000;
const ROUNDS: usize = 5;
/// Texts in one stretch of the clock.
const STRETCH: usize = 256;

/// Measures; gives the nanoseconds of one line.
pub fn run(bench: &Bench) -> f64 {
    let list = list(bench);
    let mut strings = Strings::of((0..100 * STRETCH).map(path));
    let [mut plain, mut stored, mut lanes] = [f64::MAX; 3];
    let [mut one, mut two] = [Spent::MOST; 2];
    let mut threads = [f64::MAX; 2];
    // In turns, so that a busy moment of the machine meets all of them.
    for _ in 0..ROUNDS {
        plain = plain.min(strings.hmac_crate());
        stored = stored.min(strings.stored_states());
        lanes = lanes.min(strings.lanes());
        one = one.least(measure::run(signed(bench, &list, &["--jobs", "1"])));
        two = two.least(measure::run(signed(bench, &list, &["--jobs", "2"])));
        threads = [1, 2].map(|count| threads[count - 1].min(strings.threads(count)));
    }
    let (one, two) = (one.each(LINES), two.each(LINES));
    note("canonical strings", &format!("{} bytes", strings.0[0].len()));
    note("HMAC-SHA256 in memory, the hmac crate, key prepared", &rate(plain));
    note("HMAC-SHA256 in memory, stored states", &rate(stored));
    note("HMAC-SHA256 in memory, four lanes", &rate(lanes));
    note("openssl speed, HMAC-SHA256 over as many bytes", &openssl(strings.0[0].len()));
    for (jobs, spent) in [("one job", one), ("two jobs", two)] {
        let measured =
            format!("{} of processor time; {} by the clock", rate(spent.cpu * 1e9), rate(spent.wall * 1e9));
        note(&format!("stratos signed -, a file to /dev/null, {jobs}"), &measured);
    }
    let nanos = one.cpu * 1e9;
    let share = |ceiling: f64| 100.0 * ceiling / nanos;
    let ceiling = plain.min(stored).min(lanes);
    let measured = format!("{:.0} % ({:.0} % of stored states)", share(ceiling), share(stored));
    figure("bulk minting, one core, share of the ceiling", &measured, "50 %", share(ceiling) >= 50.0);
    // A short text goes through three compressions; its chain is what one text alone has to wait for.
    let wanted = 9.0 * 35.0 / (stored / 3.0);
    let measured = format!("{:.2} M URLs a CPU second", 1e3 / nanos);
    figure(
        "bulk minting, one core",
        &measured,
        &format!("{wanted:.1} M at this clock"),
        1e3 / nanos >= wanted,
    );
    let gain = one.wall / two.wall;
    // What two threads that share nothing do more than one: all that this machine has to give just now.
    let most = 2.0 * threads[0] / threads[1];
    let measured = format!(
        "{gain:.2} times one by the clock, {:.0} % of the {most:.2} times of two threads that only hash; {:.2} times \
         its processor time",
        100.0 * gain / most,
        two.cpu / one.cpu
    );
    figure("bulk minting, two jobs", &measured, "1.8 times", gain >= 1.8);
    nanos
}

/// The list of paths, made once.
pub fn list(bench: &Bench) -> PathBuf {
    let list = bench.home.join("paths");
    if !list.exists() {
        let paths: Vec<String> = (0..LINES).map(path).collect();
        fs::write(&list, paths.join("\n") + "\n").expect("room for the list");
    }
    list
}

fn path(number: usize) -> String {
    let (title, part) = (number % 1_000_000, number % 10_000);
    format!("/videos/catalogue/title-{title:06}/rendition-1080p/segment-{part:05}.m4s")
}

/// A time and what it comes to in a second.
pub fn rate(nanos: f64) -> String {
    format!("{nanos:.0} ns, {:.2} M/s", 1e3 / nanos)
}

/// Canonical strings.
struct Strings(Vec<Vec<u8>>);

impl Strings {
    fn of(paths: impl Iterator<Item = String>) -> Self {
        let scheme = Scheme::find("cloudcdn").expect("the default scheme");
        let claims = Claims { expires: Some(EXPIRES), ..Claims::default() };
        let string = |path: String| {
            let mut string = Vec::new();
            let url = Url::at(BASE, path);
            (scheme.canonical)(&url, &claims, &mut string).expect("a path can be signed");
            string
        };
        Self(paths.map(string).collect())
    }

    /// Nanoseconds for each string.
    fn time(&mut self, mut work: impl FnMut(&mut [Vec<u8>])) -> f64 {
        let mut stretches = self.0.chunks_mut(STRETCH);
        let count = stretches.len();
        measure::quickest(count, STRETCH, |_| work(stretches.next().expect("as many as counted")))
    }

    fn hmac_crate(&mut self) -> f64 {
        let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length is a key");
        let tag = |text: &Vec<u8>| _ = black_box(key.clone().chain_update(text).finalize().into_bytes());
        self.time(|texts| texts.iter().for_each(tag))
    }

    fn stored_states(&mut self) -> f64 {
        let key = HmacSha256::new(SECRET.as_bytes());
        self.time(|texts| texts.iter().for_each(|text| _ = black_box(key.tag(text))))
    }

    fn lanes(&mut self) -> f64 {
        let key = HmacSha256::new(SECRET.as_bytes());
        self.time(|texts| {
            for four in texts.as_chunks_mut::<4>().0 {
                black_box(key.tags(four.each_mut()));
            }
        })
    }
}

impl Strings {
    /// Nanoseconds by the clock until so many threads have each made the codes of all strings, for each string.
    fn threads(&self, count: usize) -> f64 {
        let key = HmacSha256::new(SECRET.as_bytes());
        let work = || self.0.iter().for_each(|text| _ = black_box(key.tag(text)));
        measure::quickest(1, self.0.len(), |_| {
            thread::scope(|scope| (0..count).for_each(|_| _ = scope.spawn(work)));
        })
    }
}

/// Minting a list with the bench's key and more arguments.
pub fn signed(bench: &Bench, list: &Path, more: &[&str]) -> Command {
    let expires = EXPIRES.to_string();
    let mut command = bench.stratos(&["signed", "-", "--expires", &expires, "--cdn-url", BASE, "--quiet"]);
    command.args(more).stdin(File::open(list).expect("the list"));
    command
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
