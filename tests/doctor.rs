//! The doctor against links that were damaged elsewhere: tests/doctor/damaged.json, or the file or directory that
//! `STRATOS_DOCTOR` names. tests/doctor/README.md tells the shape of a case.

#[path = "vectors/adapt/mod.rs"]
mod adapt;
#[path = "vectors/case.rs"]
#[allow(dead_code, reason = "the vectors' own test uses the rest")]
mod case;

use adapt::ADAPTERS;
use case::{Case, Setup, keep};
use serde_json::Value;
use std::{env, fs, path::PathBuf, process::ExitCode};
use stratos::{
    error::Result,
    secret::Secret,
    sign::{
        SCHEMES, Scheme,
        doctor::{Diagnosis, Question, diagnose},
    },
};

fn main() -> ExitCode {
    let (mut named, mut missed, mut wrong, mut controls) = (0, 0, 0, 0);
    for case in cases() {
        let wanted = case["cause"].as_str();
        let found = diagnosed(&case);
        let (cause, told) = match &found {
            Ok(found) => (found.cause.as_ref().map(|cause| cause.row.id), found.verdict.word()),
            Err(error) => (None, error.facts().name),
        };
        let evidence = found.as_ref().ok().and_then(|found| Some(found.cause.as_ref()?.evidence.as_str()));
        let sound = found.as_ref().is_ok_and(|found| is_sound(&case, found));
        let fault = match (wanted, cause) {
            _ if !sound => Some("unsound"),
            (Some(wanted), Some(cause)) if wanted == cause => None,
            (Some(_), None) => Some("missed"),
            (None, None) => None,
            _ => Some("wrong"),
        };
        match (fault, wanted) {
            (None, Some(_)) => named += 1,
            (None, None) => controls += 1,
            (Some("missed"), _) => missed += 1,
            _ => wrong += 1,
        }
        if let Some(fault) = fault {
            let (name, wanted) = (case["name"].as_str().unwrap_or_default(), wanted.unwrap_or("no cause"));
            let cause = cause.unwrap_or("no cause");
            report(&format!(
                "{fault}: {name}: wanted {wanted}, found {cause} ({told}; {})",
                evidence.unwrap_or("")
            ));
        }
    }
    if env::var_os("STRATOS_DOCTOR").is_none() {
        for (name, fault) in vectors() {
            match fault {
                None => named += 1,
                Some(fault) => {
                    wrong += 1;
                    report(&format!("wrong: {name}: {fault}"));
                }
            }
        }
    }
    report(&format!("doctor: {named} named, {missed} missed, {wrong} wrong, {controls} controls"));
    if missed + wrong == 0 && named > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A control is valid, nothing else is; evidence holds no key.
fn is_sound(case: &Value, found: &Diagnosis) -> bool {
    let valid = case["kind"] == "control";
    let told = found.cause.iter().map(|cause| cause.evidence.as_str());
    let told: String = told.chain(found.checks.iter().map(|check| check.detail.as_str())).collect();
    let secret = texts(&case["keys"]).into_iter().any(|key| key.len() > 4 && told.contains(&key));
    found.verdict.is_valid() == valid && !secret
}

#[allow(clippy::print_stdout, reason = "the closing line is what this binary is for")]
fn report(line: &str) {
    println!("{line}");
}

fn cases() -> Vec<Value> {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doctor/damaged.json");
    let named = env::var_os("STRATOS_DOCTOR").map_or_else(|| PathBuf::from(ours), PathBuf::from);
    let mut files = vec![named.clone()];
    if named.is_dir() {
        let entries = fs::read_dir(&named).expect("a readable directory");
        files = entries.map(|entry| entry.expect("a readable entry").path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
    }
    let read = |file: &PathBuf| -> Vec<Value> {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    files.iter().flat_map(read).collect()
}

/// Every link of the vendors' libraries, each damaged in one way that leaves no doubt.
fn vectors() -> Vec<(String, Option<String>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/signing");
    let entries = fs::read_dir(folder).expect("the vectors");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        let list: Vec<Value> = serde_json::from_str(&text).expect("a list of cases");
        for (at, case) in list.into_iter().map(Case).enumerate() {
            let Some(adapter) = ADAPTERS.iter().find(|adapter| adapter.vectors == case.text("scheme")) else {
                continue;
            };
            let Some(outcome) = case.outcome().filter(|_| (adapter.decided)(&case).is_none()) else {
                continue;
            };
            let setup = (adapter.setup)(&case);
            // A fragment in the middle is never sent, and cannot verify.
            if setup.verdict == "valid" && outcome.contains("://") && !outcome.contains(['\n', '#']) {
                let name = format!("{} {}", case.text("scheme"), case.text("name"));
                all.extend(damaged(&setup, &outcome, at).map(|fault| (name.clone(), fault)));
            }
        }
    }
    all
}

/// One damage for each link, by its place: what is found, where that is not what was done.
fn damaged(setup: &Setup, outcome: &str, at: usize) -> Option<Option<String>> {
    // A vector without a slash behind its host is no link that anybody gets.
    let rooted = outcome
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split('?').next())
        .is_some_and(|rest| rest.contains(".com/") || !rest.contains(".com"));
    let (link, wanted) = match at % 4 {
        0 => (outcome.to_owned(), None),
        1 if outcome.contains('&') => (outcome.replace('&', "&amp;"), Some("url.html-escaped")),
        2 => (format!("{outcome})."), Some("url.trailing-text")),
        3 => (outcome.replacen("://", "://\n", 1), Some("url.line-wrapped")),
        _ => return None,
    };
    let visit = (setup.visit)(keep(outcome), setup);
    let question = Question {
        link: &link,
        schemes: vec![(
            setup.scheme,
            setup
                .claims
                .params
                .0
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )],
        named: true,
        ring: vec![(setup.claims.key_id.as_deref().map(str::to_owned), setup.secret.clone())],
        accepted: None,
        now: visit.now,
        ip: visit.ip,
        country: visit.country,
        method: visit.method,
        headers: visit.headers,
        hosts: &[],
        addresses: &[],
    };
    if !rooted {
        return None;
    }
    let found = match diagnose(&question) {
        Ok(found) => found,
        Err(error) => return Some(Some(format!("{link}: {error}"))),
    };
    let cause = found.cause.as_ref().map(|cause| cause.row.id);
    // What stands behind the link, or in a query, may be a part that nothing signed: then no harm was done.
    let unseen = matches!(at % 4, 1 | 2) && found.verdict.is_valid();
    let good = unseen || cause == wanted && (wanted.is_some() || found.verdict.is_valid());
    Some((!good).then(|| format!("{link}: wanted {wanted:?}, found {cause:?} ({})", found.verdict.word())))
}

fn texts(list: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    list.as_array().into_iter().flatten().map(text).collect()
}

fn diagnosed(case: &Value) -> Result<Diagnosis> {
    let text = |name: &str| case[name].as_str();
    let settings: Vec<(String, String)> = case["params"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let named = text("scheme").map(Scheme::find).transpose()?;
    let schemes = match named {
        Some(scheme) => vec![(scheme, settings)],
        None => SCHEMES.iter().map(|scheme| (scheme, settings.clone())).collect(),
    };
    let ids = texts(&case["key_ids"]);
    let keys = texts(&case["keys"]).into_iter().enumerate();
    let headers: Vec<(String, String)> = case["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    diagnose(&Question {
        link: text("url").unwrap_or_default(),
        schemes,
        named: named.is_some(),
        ring: keys.map(|(at, key)| (ids.get(at).cloned(), Secret::new(key))).collect(),
        accepted: None,
        now: case["at"].as_u64().unwrap_or_default(),
        ip: text("ip"),
        country: text("country"),
        method: text("method"),
        headers: &headers,
        hosts: &texts(&case["try_hosts"]),
        addresses: &texts(&case["try_ips"]),
    })
}
