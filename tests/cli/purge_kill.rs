//! Purges that end early, by SIGKILL at random points, by a signal, by a full disk: what `resume` makes of them.
#![cfg(unix)]

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Runner, Running, bare, stratos},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const ROUNDS: usize = 50;
/// Of thirty URLs each.
const BATCHES: usize = 5;

fn list() -> String {
    (1..=BATCHES * 30).map(|number| format!("https://cloudcdn.pro/{number}\n")).collect()
}

fn good() -> Answer {
    Answer::json(200, &json!({ "success": true, "purged": [] }))
}

fn purge(state: &Path, cdn: &Cdn, args: &[&str]) -> Runner {
    let run = stratos(["purge"]).with(cdn).env("XDG_STATE_HOME", state).env("CLOUDCDN_RETRIES", "0");
    args.iter().fold(run.env("CLOUDCDN_PURGE_KEY", "purge-k3y"), Runner::arg)
}

fn signal(running: &Running, name: &str) {
    // The process may have ended already; then there is nothing to hit.
    let _ = Command::new("kill").args([name, &running.id().to_string()]).output().unwrap();
}

/// Until so many requests came in, or none will.
fn asked(cdn: &Cdn, count: usize, running: &mut Running) {
    while cdn.requests().len() < count && !running.ended() {
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// A stream of numbers that a seed repeats (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Lets it send some more requests, waits a moment, and kills it. Whether it was still alive.
fn killed(mut running: Running, cdn: &Cdn, dice: &mut Dice) -> bool {
    let more = usize::try_from(dice.below(BATCHES as u64 + 1)).unwrap();
    let target = cdn.requests().len() + more;
    asked(cdn, target, &mut running);
    std::thread::sleep(Duration::from_micros(dice.below(4_000)));
    signal(&running, "-KILL");
    running.finish().code.is_none()
}

fn unfinished(state: &Path) -> bool {
    let run = stratos(["purge", "history", "--open", "--json"]).env("XDG_STATE_HOME", state).run().exits(0);
    !run.json().as_array().unwrap().is_empty()
}

/// `STRATOS_KILL_SEED=N` repeats the choices of a run; the kernel still decides to the microsecond.
#[test]
#[allow(clippy::print_stderr, reason = "a red run is repeated by its seed")]
fn fifty_random_kills_forget_nothing_and_repeat_only_what_is_in_doubt() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("STRATOS_KILL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(now) | 1;
    eprintln!("STRATOS_KILL_SEED={seed}");
    let mut dice = Dice(seed);
    let mut hits = 0;
    for round in 0..ROUNDS {
        let state = tempfile::tempdir().unwrap();
        let cdn = Cdn::start([good().late(Duration::from_millis(2))]);
        let mut kills = 0;
        kills +=
            usize::from(killed(purge(state.path(), &cdn, &["-"]).stdin(list()).spawn(), &cdn, &mut dice));
        if unfinished(state.path()) && dice.below(2) == 0 {
            kills += usize::from(killed(purge(state.path(), &cdn, &["resume"]).spawn(), &cdn, &mut dice));
        }
        if unfinished(state.path()) {
            purge(state.path(), &cdn, &["resume"]).run().exits(0);
        } else if cdn.requests().is_empty() {
            // Killed before the journal began: nothing was sent, and nobody was told otherwise.
            purge(state.path(), &cdn, &["-"]).stdin(list()).run().exits(0);
        }
        assert!(!unfinished(state.path()));
        let mut sent: BTreeMap<String, usize> = BTreeMap::new();
        for asked in cdn.requests() {
            *sent.entry(asked.text()).or_default() += 1;
        }
        let urls = |body: &String| {
            let body: Value = serde_json::from_str(body).unwrap();
            body["urls"]
                .as_array()
                .unwrap()
                .iter()
                .map(|url| url.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let mut purged: Vec<String> = sent.keys().flat_map(urls).collect();
        let mut want: Vec<String> = list().lines().map(str::to_owned).collect();
        purged.sort();
        want.sort();
        assert_eq!(purged, want, "round {round} of seed {seed}");
        let repeated: usize = sent.values().map(|count| count - 1).sum();
        assert!(repeated <= kills, "round {round} of seed {seed}: {repeated} repeated after {kills} kills");
        hits += kills;
    }
    assert!(hits > 0, "no kill met a living process");
}

/// The provider that knows a request by its key is asked with the same one, however often it is killed.
#[test]
fn a_keyed_provider_sees_the_same_reference_after_each_kill() {
    let state = tempfile::tempdir().unwrap();
    let done = "<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>";
    let cdn = Cdn::with(move |_, count| match count {
        0 | 1 => Answer::silent(),
        _ => Answer::new(201, "text/xml", done),
    });
    let config = format!(
        "[profiles.default]\nprovider = \"cloudfront\"\nurl = \"{}\"\ndistribution_id = \"E1\"\n\
         access_key_id = \"env:ID\"\nsecret_access_key = \"env:KEY\"\n",
        cdn.url()
    );
    let journal = state.path().join("run.jsonl");
    let run = |args: &[&str]| {
        let run = args.iter().fold(stratos(["purge"]), Runner::arg).config(&config);
        run.env("ID", "AKIDEXAMPLE").env("KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    };
    let path = journal.to_str().unwrap();
    for (count, args) in [(1, &["/a", "/b", "--journal", path][..]), (2, &["resume", path])] {
        let mut running = run(args).spawn();
        asked(&cdn, count, &mut running);
        signal(&running, "-KILL");
        assert_eq!(running.finish().code, None);
    }
    let resumed = run(&["resume", path, "--output", "json"]).run().exits(0);
    assert!(resumed.stdout().contains("I1"), "{}", resumed.stdout());
    let bodies: Vec<String> = cdn.requests().iter().map(Asked::text).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies[0].contains("<CallerReference>") && bodies.iter().all(|body| *body == bodies[0]));
    let lines = fs::read_to_string(&journal).unwrap();
    assert!(
        lines.contains("\"attempt\":3") && lines.lines().last().unwrap().contains("\"id\":\"I1\""),
        "{lines}"
    );
}

#[test]
fn a_signal_leaves_a_journal_and_names_the_command_that_goes_on() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let state = tempfile::tempdir().unwrap();
        let cdn = Cdn::with(|_, count| match count {
            1 => good().late(Duration::from_millis(300)),
            _ => good(),
        });
        let mut running = purge(state.path(), &cdn, &["-", "--json"]).stdin(list()).spawn();
        asked(&cdn, 2, &mut running);
        signal(&running, name);
        let run = running.finish().fails("interrupted", code);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("sent: batch") && message.contains("`stratos purge resume "), "{message}");
        purge(state.path(), &cdn, &["resume"]).run().exits(0);
        let bodies: std::collections::BTreeSet<String> = cdn.requests().iter().map(Asked::text).collect();
        assert_eq!(bodies.len(), BATCHES);
    }
}

#[test]
fn a_second_resume_is_refused_while_the_first_one_runs() {
    let state = tempfile::tempdir().unwrap();
    let cdn = Cdn::with(|_, count| match count {
        0 => Answer::closed(),
        1 => Answer::silent(),
        _ => good(),
    });
    purge(state.path(), &cdn, &["-"]).stdin(list()).run().exits(75);
    let mut first = purge(state.path(), &cdn, &["resume"]).spawn();
    asked(&cdn, 2, &mut first);
    let second = purge(state.path(), &cdn, &["resume", "--json"]).run().fails("unavailable", 69);
    assert!(second.stderr.contains("is in use by another run"), "{}", second.stderr);
    let history = stratos(["purge", "history", "--json"]).env("XDG_STATE_HOME", state.path()).run().exits(0);
    assert_eq!(history.json()[0]["state"], "running");
    signal(&first, "-KILL");
    first.finish();
    assert_eq!(cdn.requests().len(), 2);
    purge(state.path(), &cdn, &["resume"]).run().exits(0);
    assert_eq!(cdn.requests().len(), 2 + BATCHES);
}

/// The limit of the shell stands in for a full disk: the plan's copy fits, a later line of the journal does not.
#[test]
fn a_disk_that_fills_up_ends_the_run_before_the_next_request() {
    let state = tempfile::tempdir().unwrap();
    let cdn = Cdn::start([good()]);
    let nodes = format!("[profiles.default]\nprovider = \"varnish\"\nnodes = [\"{}\"]\n", cdn.url());
    let home = stratos(["version"]).config(&nodes);
    let script = format!(
        "trap '' XFSZ; ulimit -f 2; for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo http://h/$n; done | {} purge - --json",
        env!("CARGO_BIN_EXE_stratos")
    );
    let output = bare("bash")
        .args(["-c", &script])
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.home())
        .env("XDG_STATE_HOME", state.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(74), "{stderr}");
    assert!(
        stderr.contains("cannot write the journal") && stderr.contains("`stratos purge resume "),
        "{stderr}"
    );
    let sent = cdn.requests().len();
    assert!((1..12).contains(&sent), "{sent} of 12 went out");
    let resume = stratos(["purge", "resume"]).config(&nodes).env("XDG_STATE_HOME", state.path());
    resume.run().exits(0);
    let mut paths: Vec<String> = cdn.requests().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths.len(), 12, "no request left before its line, so none repeats: {paths:?}");
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 12);
}
