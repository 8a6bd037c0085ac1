//! The recorded runs of the Node CLI that are kept. `tests/vectors/cli/run.py` is the same matcher
//! for a binary elsewhere; both read the same cases.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, stratos},
};
use serde_json::{Map, Value};

const CASES: &str = include_str!("../vectors/cli/cases.json");

#[test]
fn every_recorded_run_is_kept() {
    let document: Value = serde_json::from_str(CASES).unwrap();
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 66);
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let wrong = judge(case);
            (!wrong.is_empty()).then(|| format!("{} {}: {}", case["id"], case["argv"], wrong.join("; ")))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn judge(case: &Value) -> Vec<String> {
    let cdn = case.get("mock").map(|mock| Cdn::start(answers(mock)));
    let run = run(case, cdn.as_ref());
    let base = cdn.as_ref().map_or_else(|| "http://127.0.0.1:1".to_owned(), Cdn::url);
    let home = run.home.path().to_string_lossy().into_owned();
    let peer = filled(&case["peer"], &base, &home);
    let mut wrong = Vec::new();
    if run.code.map(i64::from) != peer["exit"].as_i64() {
        wrong.push(format!("exit {:?}, want {}", run.code, peer["exit"]));
    }
    compare(case, &peer, &run, &mut wrong);
    if let Some(wanted) = peer.get("requests") {
        let sent = requests(cdn.as_ref());
        let wanted: Vec<Value> = wanted.as_array().unwrap().iter().map(essence).collect();
        if sent != wanted {
            wrong.push(format!("requests {sent:?}"));
        }
    }
    if matches!(text(&case["match"]), "exact" | "post") {
        wrong.extend(files(&peer, &run));
    }
    wrong
}

fn run(case: &Value, cdn: Option<&Cdn>) -> Run {
    let argv: Vec<&str> = case["argv"].as_array().unwrap().iter().map(text).collect();
    let mut runner = stratos(argv).env("STRATOS_NO_KEYCHAIN", "1").stdin(text(&case["stdin"]));
    for (name, value) in case["env"].as_object().unwrap() {
        runner = runner.env(name, text(value));
    }
    for (path, content) in case.get("files").and_then(Value::as_object).unwrap_or(&Map::new()) {
        runner = runner.file(path, text(content));
    }
    if let Some(cdn) = cdn {
        runner = runner.with(cdn);
    }
    runner.run()
}

fn answers(mock: &Value) -> Vec<Answer> {
    let one = std::slice::from_ref(mock);
    let answer = |spec: &Value| {
        let status = u16::try_from(spec["status"].as_u64().unwrap()).unwrap();
        match &spec["body"] {
            Value::String(body) => Answer::text(status, body),
            body => Answer::json(status, body),
        }
    };
    mock.as_array().map_or(one, Vec::as_slice).iter().map(answer).collect()
}

fn requests(cdn: Option<&Cdn>) -> Vec<Value> {
    let asked = cdn.map(Cdn::requests).unwrap_or_default();
    asked
        .iter()
        .map(|asked| {
            let body: Value = serde_json::from_slice(&asked.body).unwrap_or(Value::Null);
            serde_json::json!({ "method": asked.method, "path": asked.path, "body": body })
        })
        .collect()
}

fn essence(request: &Value) -> Value {
    serde_json::json!({ "method": request["method"], "path": request["path"], "body": request["body"] })
}

fn filled(value: &Value, base: &str, home: &str) -> Value {
    let text = value.to_string();
    let text = text.replace("{{BASE}}", base).replace("{{HOME}}", home);
    serde_json::from_str(&text.replace("{{VERSION}}", env!("CARGO_PKG_VERSION"))).unwrap()
}

fn compare(case: &Value, peer: &Value, run: &Run, wrong: &mut Vec<String>) {
    let (stdout, wanted) = (run.stdout(), text(&peer["stdout"]));
    let mut need = |good: bool, what: &str| {
        if !good {
            wrong.push(format!("{what}\n--- stdout\n{stdout:.600}\n--- stderr\n{:.600}", run.stderr));
        }
    };
    match text(&case["match"]) {
        "exact" => {
            let stderr = text(&peer["stderr"]);
            need(stdout == wanted, "stdout differs");
            need(envelope(&run.stderr) == envelope(stderr), "the envelope differs");
            need(said(&run.stderr) == said(stderr), "stderr says something, or nothing");
        }
        "json" => {
            let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
            let (ours, theirs) = (parse(&stdout), parse(wanted));
            let same = match case["want"]["json_equal_keys"].as_array() {
                Some(keys) => keys.iter().all(|key| ours[text(key)] == theirs[text(key)]),
                None => ours == theirs,
            };
            need(same && !ours.is_null(), "the JSON differs");
        }
        "json-lines" => {
            let parse =
                |text: &str| text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>();
            need(parse(&stdout).ok() == parse(wanted).ok(), "the JSON lines differ");
        }
        "contains" => {
            for part in case["want"]["stdout_contains"].as_array().unwrap() {
                need(stdout.contains(text(part)), &format!("stdout lacks {part}"));
            }
        }
        "exit+stream" => {
            need(stdout.is_empty() == wanted.is_empty(), "stdout");
            need(run.stderr.is_empty() == text(&peer["stderr"]).is_empty(), "stderr");
        }
        "requests" | "post" => {}
        other => need(false, &format!("no such match: {other}")),
    }
}

/// The members of the envelope whose bytes are promised.
fn envelope(stderr: &str) -> Option<Map<String, Value>> {
    let mut error = stderr.lines().find_map(|line| {
        let value: Value = serde_json::from_str(line).ok()?;
        value.get("error")?.as_object().cloned()
    })?;
    error.retain(|name, _| name != "message" && name != "body");
    Some(error)
}

fn said(stderr: &str) -> bool {
    stderr
        .lines()
        .any(|line| !line.trim().is_empty() && !line.starts_with("info:") && !line.starts_with("warning:"))
}

/// The configuration is ours to shape: only that it is there, and for its owner alone.
#[cfg(unix)]
fn files(peer: &Value, run: &Run) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let wanted = peer.get("files_after")?.as_object()?;
    if wanted.values().all(Value::is_null) {
        return None;
    }
    let folder = std::fs::read_dir(run.path(".config/stratos")).into_iter().flatten().flatten();
    let modes: Vec<u32> = folder
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("config."))
        .map(|entry| entry.metadata().unwrap().permissions().mode() & 0o777)
        .collect();
    let good = !modes.is_empty() && modes.iter().all(|mode| *mode == 0o600);
    (!good).then(|| format!("the configuration is missing or not 0600: {modes:?}"))
}

#[cfg(not(unix))]
fn files(_: &Value, _: &Run) -> Option<String> {
    None
}
