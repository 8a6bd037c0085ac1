//! Purging against an API on loopback: requests, our own time for each, connections, and how much of a pace is used.

use super::{Bench, figure, measure, note};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// What Cloudflare takes in one request.
const A_REQUEST: usize = 100;
const URLS: usize = 10_000;
/// The bucket of its Business plan: so many requests at once, then so many a second.
const BURST: usize = 50;
const RATE: f64 = 10.0;
const PACED: usize = BURST + 100;

/// Measures.
pub fn run(bench: &Bench) {
    many(bench);
    paced(bench);
}

/// The plan's own pace is 1,500 URLs a second, so that the clock says little here and the processor all.
fn many(bench: &Bench) {
    let urls: String =
        (0..URLS).map(|n| format!("https://www.example.com/assets/page-{n:05}.html\n")).collect();
    let list = bench.home.join("urls");
    fs::write(&list, urls).expect("room for the list");
    let api = Api::start(f64::INFINITY);
    let mut command = purge(bench, &api);
    command.arg("--file").arg(&list);
    let spent = measure::run(command);
    let seen = api.seen();
    let requests = URLS / A_REQUEST;
    let met = seen.arrivals.len() == requests && seen.urls == URLS && seen.refused == 0;
    let measured = format!("{} requests with {} URLs", seen.arrivals.len(), seen.urls);
    figure("purging 10,000 URLs at 100 a request", &measured, "exactly 100 requests", met);
    figure(
        "purging 10,000 URLs, connections",
        &seen.connections.to_string(),
        "1, reused",
        seen.connections == 1,
    );
    let each = spent.each(requests);
    let measured = format!("{:.2} ms of processor time, start and planning in it", each.cpu * 1e3);
    figure("our own time for a purge request", &measured, "1 ms at most", each.cpu <= 1e-3);
    let mut between = seen.between;
    between.sort_unstable();
    let median = between.get(between.len() / 4).copied().unwrap_or_default();
    note(
        "from an answer to the next request, where none waits",
        &format!("{:.2} ms", median.as_secs_f64() * 1e3),
    );
}

/// The API refuses what comes too early by its own clock, with nothing to spare.
fn paced(bench: &Bench) {
    let api = Api::start(RATE);
    let mut command = purge(bench, &api);
    for tag in 0..PACED * A_REQUEST {
        command.arg(format!("--tag=t{tag}"));
    }
    assert!(command.status().is_ok_and(|status| status.success()), "every request is accepted in the end");
    let seen = api.seen();
    let (from, to) = (seen.arrivals[BURST], *seen.arrivals.last().expect("requests"));
    let used = (seen.arrivals.len() - 1 - BURST) as f64 / (to - from).as_secs_f64() / RATE;
    let measured = format!("{:.1} %, {} times 429", used * 100.0, seen.refused);
    let met = used >= 0.95 && seen.refused == 0 && seen.arrivals.len() == PACED;
    figure("a limit of 10 requests a second, share of it used", &measured, "95 %, without a 429", met);
}

fn purge(bench: &Bench, api: &Api) -> Command {
    let folder = bench.home.join(".config/stratos");
    fs::create_dir_all(&folder).expect("a folder");
    let profile = format!(
        "default = \"edge\"\n[profiles.edge]\nprovider = \"cloudflare\"\nplan = \"business\"\nurl = {:?}\n\
         zone_id = \"023e105f4ecef8ad9ca31a8372d0c353\"\n",
        api.base
    );
    fs::write(folder.join("config.toml"), profile).expect("a profile");
    let mut command = bench.stratos(&["purge"]);
    command.env("CLOUDFLARE_API_TOKEN", "bench-token").stderr(Stdio::null());
    command
}

/// What arrived.
#[derive(Default)]
struct Seen {
    arrivals: Vec<Instant>,
    /// From an answer to the request after it.
    between: Vec<Duration>,
    urls: usize,
    connections: usize,
    refused: usize,
    level: f64,
}

/// An API of Cloudflare's shape with a bucket of its own, which runs until the benchmark ends.
struct Api {
    base: String,
    seen: Arc<Mutex<Seen>>,
}

impl Api {
    fn start(rate: f64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Seen { level: BURST as f64, ..Seen::default() }));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                shared.lock().expect("no panic inside").connections += 1;
                thread::spawn(move || serve(stream, &shared, rate));
            }
        });
        Self { base, seen }
    }

    fn seen(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().expect("no panic inside"))
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Seen>, rate: f64) {
    let _ = stream.set_nodelay(true);
    let mut from = BufReader::new(stream);
    let mut answered: Option<Instant> = None;
    while let Some(body) = request(&mut from) {
        let now = Instant::now();
        let fine = {
            let mut seen = seen.lock().expect("no panic inside");
            if let Some(before) = seen.arrivals.last().copied() {
                let earned = rate * (now - before).as_secs_f64();
                seen.level = (seen.level + earned).min(BURST as f64);
            }
            seen.between.extend(answered.map(|before| now - before));
            seen.arrivals.push(now);
            seen.urls += body.windows(4).filter(|four| four == b"http").count();
            let fine = seen.level >= 1.0;
            if fine {
                seen.level -= 1.0
            } else {
                seen.refused += 1
            }
            fine
        };
        let body = r#"{"success":true,"errors":[],"messages":[],"result":{"id":"0"}}"#;
        let answer = match fine {
            true => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
            false => "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        };
        if from.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
        answered = Some(Instant::now());
    }
}

/// The body of the next request of a connection.
fn request(from: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    Some(body)
}
