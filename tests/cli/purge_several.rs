//! A plan of several accounts as a file, and `--wait`, `--prove` and `--after-origin` with `--to`.

use super::purge_fan::{again, config, fan, gone, late, states, three, yes};
use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn plan(config: &str, to: &str) -> Runner {
    stratos(["purge", "plan", "--tag", "x", "--to", to]).config(config)
}

/// With the credentials of the targets, the plan on stdin.
fn apply(config: &str, plan: impl Into<Vec<u8>>) -> Runner {
    let run = stratos(["purge", "apply", "-", "--retries", "0"]).config(config).stdin(plan);
    run.env("A_TOKEN", "token-of-a").env("B_TOKEN", "token-of-b")
}

#[test]
fn one_plan_for_several_is_made_without_a_key_and_sent_in_its_order() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    let planned = plan(&config, "site").run().exits(0);
    let whole = planned.json();
    let targets = whole["targets"].as_array().unwrap();
    let names: Vec<&Value> = targets.iter().map(|target| &target["target"]).collect();
    assert_eq!(names, ["shield", "a", "b"]);
    assert_eq!((&targets[0]["after"], &targets[2]["after"]), (&json!([]), &json!(["shield"])));
    assert_eq!(targets[1]["plan"]["provider"], "cloudflare");
    assert!(whole["digest"].as_str().unwrap().starts_with("sha256:"));
    assert!(planned.stderr.contains("3 requests to 3 targets, without waiting"), "{}", planned.stderr);
    assert_eq!(plan(&config, "site").run().stdout(), planned.stdout(), "the same plan, byte for byte");
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
    let shown = apply(&config, planned.stdout()).arg("--dry-run").run().exits(0).json();
    assert_eq!(shown["targets"][2]["layer"], 2);
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
    let run = apply(&config, planned.stdout()).run().exits(0);
    assert_eq!(states(&run), "shield accepted, a accepted, b accepted");
    let first = shield.requests()[0].at;
    assert!(a.requests()[0].at > first && b.requests()[0].at > first);
    assert_eq!(a.requests()[0].json(), json!({ "tags": ["x"] }));
}

#[test]
fn the_order_is_the_plans_whatever_the_groups_say_by_then() {
    let (shield, a, b) = (Cdn::start([Answer::text(503, "down")]), Cdn::start([yes()]), Cdn::start([yes()]));
    let text = config(&shield, &a, &b);
    let planned = plan(&text, "shield,a").run().exits(0).stdout();
    let parallel = text.replace("then = \"edges\"\n", "");
    let run = apply(&parallel, planned).arg("--json").run().fails("partial", 75);
    assert_eq!(states(&run), "shield failed, a not_sent");
    assert_eq!(a.connections(), 0);
}

#[test]
fn a_plan_of_several_that_was_changed_or_is_for_others_is_refused_whole() {
    let (shield, a, b) = three();
    let text = config(&shield, &a, &b);
    let planned = plan(&text, "shield,a,b").run().exits(0).stdout();
    let inner = |index: usize| {
        let whole: Value = serde_json::from_str(&planned).unwrap();
        whole["targets"][index]["plan"]["digest"].as_str().unwrap().to_owned()
    };
    for (edited, why) in [
        (planned.replacen("\"items\":[\"x\"]", "\"items\":[\"y\"]", 1), "digest does not match"),
        (planned.replacen("\"after\":[\"shield\"]", "\"after\":[]", 1), "digest does not match"),
        (planned.replacen("\"target\":\"b\"", "\"target\":\"alias\"", 1), "digest does not match"),
        (planned.replacen("\"target\":\"b\"", "\"target\":\"a\"", 1), "names \"a\" twice"),
        (planned.replacen("\"after\":[]", "\"after\":[\"c\"]", 1), "that it does not hold"),
        (planned.replacen(&inner(1), &inner(2), 1), "digest does not match"),
        (planned.replacen("\"version\":1", "\"version\":2", 1), "version 2"),
        ("{\"targets\":[]}".to_owned(), "cannot be read"),
    ] {
        assert_ne!(edited, planned);
        let error = apply(&text, edited).arg("--json").run().fails("data_error", 65).error();
        assert!(error["message"].as_str().unwrap().contains(why), "{why}: {error}");
    }
    // One of them has another account by now: nothing goes out, unless that is allowed.
    let moved = text.replace("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "ffffffffffffffffffffffffffffffff");
    let error = apply(&moved, planned.clone()).arg("--json").run().fails("data_error", 65).error();
    assert!(error["message"].as_str().unwrap().starts_with("b: the plan was made for another account"));
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
    let run = apply(&moved, planned).args(["--partial-ok", "--json"]).run().fails("data_error", 65);
    assert_eq!(states(&run), "shield accepted, a accepted, b not_sent");
    assert_eq!(b.connections(), 0);
}

#[test]
fn credentials_of_every_target_are_found_before_anything_is_sent() {
    let (shield, a, b) = three();
    let text = config(&shield, &a, &b);
    let planned = plan(&text, "shield,a,bare").run().exits(0).stdout();
    let run = apply(&text, planned.clone()).arg("--json").run().fails("auth_missing_key", 78);
    assert!(run.stderr.contains("nothing was purged; --partial-ok"), "{}", run.stderr);
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
    for flags in [["--profile", "a"], ["--cdn-url", "https://x.example"], ["--token", "t0ken-t0ken"]] {
        apply(&text, planned.clone()).args(flags).run().exits(64);
    }
    // A plan for one account has no targets to leave out.
    let one = stratos(["purge", "plan", "--tag", "x"]).run().exits(0).stdout();
    apply(&text, one).arg("--partial-ok").run().exits(64);
}

#[test]
fn a_plan_leaves_out_who_cannot_and_who_would_wait_for_them() {
    let (shield, a, b) = three();
    let text = config(&shield, &a, &b).replace(
        "[profiles.paths]\nprovider = \"nginx\"\n",
        "[profiles.paths]\nprovider = \"nginx\"\nthen = \"a\"\n",
    );
    plan(&text, "paths,a,b").run().exits(64);
    let run = plan(&text, "paths,a,b").arg("--partial-ok").run().exits(0);
    let whole = run.json();
    assert_eq!(
        (whole["targets"].as_array().unwrap().len(), &whole["targets"][0]["target"]),
        (1, &json!("b"))
    );
    assert!(run.stderr.contains("a is left out: paths comes first"), "{}", run.stderr);
    plan(&text, "paths,a").arg("--partial-ok").run().exits(64);
}

#[test]
fn a_plan_of_several_is_a_page_a_summary_and_a_file() {
    let (shield, a, b) = three();
    let text = config(&shield, &a, &b);
    let page = plan(&text, "site").args(["--output", "table"]).run().exits(0).stdout();
    for part in [
        "shield (varnish, layer 1): 1 tag in 1 request",
        "b (cloudflare, layer 2)",
        "3 requests to 3 targets",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let markdown = plan(&text, "site").args(["--output", "markdown"]).run().exits(0).stdout();
    assert!(
        markdown.starts_with("### Purge plan: 3 requests to 3 targets, without waiting, sha256:"),
        "{markdown}"
    );
    assert_eq!(markdown.lines().count(), 7, "{markdown}");
    let run = plan(&text, "site").args(["--out", "plan.json"]).run().exits(0);
    let told = run.json();
    assert_eq!((&told["batches"], &told["targets"][2]["layer"]), (&json!(3), &json!(2)));
    let file = std::fs::read_to_string(run.path("plan.json")).unwrap();
    let whole: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(whole["digest"], told["digest"]);
    apply(&text, file).run().exits(0);
}

#[test]
fn releases_are_compared_once_for_all_targets() {
    let (shield, a, b) = three();
    let text = config(&shield, &a, &b);
    let plan = |new: &str| {
        let run =
            stratos(["purge", "plan", "--from", "old", "--to", "new", "--site", "https://www.example.com"]);
        run.args(["--to", "a,b"])
            .config(&text)
            .file("old/a.css", "1")
            .file("old/b", "2")
            .file("new/a.css", new)
            .file("new/b", "2")
    };
    let planned = plan("3").run().exits(0);
    let items = |index: usize| planned.json()["targets"][index]["plan"]["batches"][0]["items"].clone();
    assert_eq!((items(0), items(1)), (json!(["https://www.example.com/a.css"]), items(0)));
    let nothing = plan("1").run().exits(0);
    assert!(nothing.stderr.contains("nothing to purge at 2 targets"), "{}", nothing.stderr);
    let run = apply(&text, nothing.stdout()).run().exits(0);
    assert_eq!(run.json(), json!({ "nothing_to_purge": true }));
    assert_eq!(a.connections() + b.connections(), 0);
}

/// Google at a scripted API, in progress for so many questions, before Cloudflare.
struct Slow {
    google: Cdn,
    edge: Cdn,
    questions: Arc<AtomicUsize>,
}

impl Slow {
    fn start(running: usize) -> Self {
        let questions = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&questions);
        let google = Cdn::with(move |asked, _| match asked.method.as_str() {
            "GET" => {
                let state = if counted.fetch_add(1, Ordering::SeqCst) < running { "RUNNING" } else { "DONE" };
                Answer::json(200, &json!({ "name": "operation-1", "status": state }))
            }
            _ => Answer::json(200, &json!({ "name": "operation-1", "status": "RUNNING" })),
        });
        Self { google, edge: Cdn::start([yes()]), questions }
    }

    fn config(&self) -> String {
        format!(
            "[profiles.slow]\nprovider = \"google\"\nurl = \"{}\"\nproject = \"p\"\nurl_map = \"m\"\nthen = \"edge\"\n\
             [profiles.edge]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\ntoken = \"env:A_TOKEN\"\n",
            self.google.url(),
            self.edge.url()
        )
    }

    fn purge(&self, args: &[&str]) -> Runner {
        let run =
            stratos(["purge", "--everything", "--yes", "--to", "slow,edge", "--output", "json"]).args(args);
        Self::keys(run.config(&self.config()))
    }

    fn keys(run: Runner) -> Runner {
        run.env("CLOUDSDK_AUTH_ACCESS_TOKEN", "t0k3n-t0k3n").env("A_TOKEN", "token-of-a")
    }

    fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

/// The `completed` of every target.
fn completed(run: &Run) -> Vec<Value> {
    let report = run.json();
    let targets = report["purge"]["targets"].as_array().unwrap();
    targets.iter().map(|target| target["completed"].clone()).collect()
}

#[test]
fn with_wait_the_next_layer_starts_when_the_former_is_completed() {
    let cdn = Slow::start(1);
    let run = cdn.purge(&["--wait=60s"]).run().exits(0);
    assert_eq!(completed(&run), [json!("yes"), json!("unknown")]);
    let report = run.json();
    assert_eq!((&report["accepted"], &report["completed"]), (&json!("yes"), &json!("unknown")));
    assert_eq!(report["completed_note"], "1 of 2 targets say so");
    let last = cdn.google.requests().iter().map(|asked| asked.at).max().unwrap();
    assert!(cdn.edge.requests()[0].at > last, "the edge goes after the last question");
    assert_eq!(cdn.questions(), 2);
    // Without --wait nobody asks.
    let cdn = Slow::start(1);
    cdn.purge(&[]).run().exits(0);
    assert_eq!((cdn.questions(), cdn.edge.requests().len()), (0, 1));
}

#[test]
fn what_is_not_completed_in_time_holds_the_next_layer_and_resume_goes_on_from_there() {
    let cdn = Slow::start(1);
    let run = cdn.purge(&["--wait=300ms"]).run().fails("unavailable", 69);
    let report = run.json();
    assert_eq!((&report["accepted"], &report["completed"]), (&json!("no"), &json!("no")));
    assert_eq!(report["purge"]["targets"][0]["state"], "accepted");
    let why = report["purge"]["targets"][1]["reason"].as_str().unwrap().to_owned();
    assert!(why.contains("slow comes first"), "{why}");
    assert!(
        run.stderr.contains("slow: in progress; edge: not sent; `stratos purge resume "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains(" --wait` sends the rest"), "{}", run.stderr);
    assert_eq!(cdn.edge.connections(), 0);
    let resume = |args: &[&str]| Slow::keys(again(&run, &["resume", "--output", "json"]).args(args));
    let resumed = resume(&["--wait=60s"]).run().exits(0);
    assert_eq!(completed(&resumed), [json!("yes"), json!("unknown")]);
    let posts = cdn.google.requests().iter().filter(|asked| asked.method == "POST").count();
    assert_eq!((posts, cdn.edge.requests().len()), (1, 1), "nothing was sent twice");
}

#[test]
fn a_proof_follows_all_targets_and_looks_at_the_purged_urls() {
    let api = || {
        Cdn::with(|asked, _| match asked.method.as_str() {
            "GET" => Answer::text(200, "new").header("X-Cache", "MISS"),
            _ => yes(),
        })
    };
    let (shield, a, b) = (Cdn::start([gone()]), api(), api());
    let text = config(&shield, &a, &b);
    let url = format!("{}/a.css", a.url());
    let purge = |args: &[&str]| {
        let run = stratos(["purge", &url, "--to", "a,b", "--retries", "0", "--output", "json"]).args(args);
        run.config(&text).env("A_TOKEN", "token-of-a").env("B_TOKEN", "token-of-b")
    };
    let args = ["--prove", "all", "--encodings", "identity", "--wait=60s"];
    let report = purge(&args).run().exits(0).json();
    assert_eq!((&report["accepted"], &report["fresh"]), (&json!("yes"), &json!("yes")));
    let look = a.requests().into_iter().find(|asked| asked.method == "GET").unwrap();
    assert!(look.at > b.requests()[0].at && look.header("authorization").is_none());
    // The URLs are in the plan too.
    let planned = stratos(["purge", "plan", &url, "--to", "a,b"]).config(&text).run().exits(0).stdout();
    let run = apply(&text, planned).args(args).args(["--output", "json"]).run().exits(0);
    assert_eq!(run.json()["findings"][0]["url"], url);
    // An origin that stays old keeps every target from being purged.
    let sent = b.requests().len();
    let origin = Cdn::start([Answer::text(200, "old")]);
    let after = format!("{}/a.css", origin.url());
    let run = purge(&["--after-origin", &after, "--expect=@new", "--after-timeout=300ms"]).file("new", "new");
    run.run().fails("not_fresh", 69);
    assert_eq!(b.requests().len(), sent);
}

#[test]
fn a_resume_of_several_proves_what_the_plans_name() {
    let a = Cdn::with(|asked, _| match asked.method.as_str() {
        "GET" => Answer::text(200, "new").header("X-Cache", "MISS"),
        _ => yes(),
    });
    let (shield, b) = (Cdn::start([gone()]), late(Answer::text(502, "down"), yes));
    let url = format!("{}/a.css", a.url());
    let run =
        stratos(["purge", &url, "--to", "a,b", "--retries", "0", "--json"]).config(&config(&shield, &a, &b));
    let run = run.env("A_TOKEN", "token-of-a").env("B_TOKEN", "token-of-b").run().fails("partial", 75);
    let resumed = again(&run, &["resume", "--output", "json", "--prove", "all", "--encodings", "identity"]);
    let report = resumed.run().exits(0).json();
    assert_eq!((&report["fresh"], &report["findings"][0]["url"]), (&json!("yes"), &json!(url)));
    // A purge by tag names no URL to look at.
    let (a, b) = (Cdn::start([yes()]), late(Answer::text(502, "down"), yes));
    let run = fan(&config(&shield, &a, &b), "a,b").arg("--json").run().fails("partial", 75);
    let refused = again(&run, &["resume", "--prove", "all"]).run().exits(64);
    assert!(refused.stderr.contains("--prove-url"), "{}", refused.stderr);
}
