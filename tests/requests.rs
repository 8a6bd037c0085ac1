//! Purge providers against data: every request byte for byte, every documented answer read. One file for each
//! provider in tests/vectors/purge; its README says what the members are.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "requests/schema.rs"]
mod schema;

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value, json};
use std::{fs, path::Path, time::Duration};
use stratos::{
    credential::Found,
    error::{Error, Result},
    http::{self, Request, Response},
    profile::Origin,
    purge::{
        self, Account, Attempt, Batch, PROVIDERS, Progress, Provider, Receipt, Selector, Sent, Settings,
        plan::Selection,
    },
    secret::Secret,
};

const RUN: [u8; 16] = [0x5a; 16];

fn file(provider: &str) -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/purge").join(format!("{provider}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The members of a group, each with the file's own account under its own.
fn group<'f>(file: &'f Value, name: &str) -> &'f [Value] {
    file.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn merged(file: &Value, case: &Value) -> Map<String, Value> {
    let mut account = file["account"].as_object().cloned().unwrap_or_default();
    for (name, value) in case.get("account").and_then(Value::as_object).into_iter().flatten() {
        account.insert(name.clone(), value.clone());
    }
    account
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.map(|item| item.as_str().expect("text").to_owned()).collect()
}

fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect()
}

fn settings(provider: &Provider, account: &Map<String, Value>) -> Result<Settings> {
    let mut targets = strings(account.get("targets"));
    if targets.is_empty() && !provider.url.is_empty() {
        targets.push(provider.url.to_owned());
    }
    provider.resolve(&targets, &pairs(account.get("settings")))
}

fn account(provider: &Provider, settings: Settings, account: &Map<String, Value>) -> Result<Account> {
    let secrets = pairs(account.get("secrets"));
    Account::open(provider, settings, |name| {
        let found = secrets.iter().find(|(known, _)| known == name);
        Ok(found.map(|(_, value)| Found {
            secret: Secret::new(value.as_str()),
            origin: Origin::Profile(name),
            reference: format!("env:{name}"),
        }))
    })
}

fn selection(case: &Value) -> Selection {
    let selector: Selector = serde_json::from_value(case["selector"].clone()).expect("a selector");
    Selection { selector, items: strings(case.get("items")), soft: case["soft"] == json!(true) }
}

fn moment(case: &Value) -> Duration {
    Duration::from_secs(case.get("at").and_then(Value::as_u64).unwrap_or(1_767_225_600))
}

/// What a case's attempt carries; the token stands apart since [`Attempt`] borrows it.
fn attempt<'t>(case: &Value, token: Option<&'t Secret>) -> Attempt<'t> {
    let mut nonce = [0; 16];
    if let Some(text) = case.get("nonce").and_then(Value::as_str) {
        hex::decode_to_slice(text, &mut nonce).expect("a nonce of 16 bytes in hex");
    }
    Attempt { now: moment(case), nonce, token }
}

fn shown(request: &Request) -> Value {
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| {
            let text = match value {
                http::Value::Plain(text) => text.clone(),
                http::Value::Secret(secret) => secret.text().expect("text").to_owned(),
            };
            (name.clone(), text.into())
        })
        .collect();
    json!({
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": String::from_utf8_lossy(&request.body),
    })
}

/// A JSON body may be given as JSON: it is compared as text, members in their order.
fn wanted(case: &Value, batch: Option<&Batch<'_>>) -> Value {
    let body = match case.get("body") {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    };
    let mut text = json!({
        "method": case["method"],
        "url": case["url"],
        "headers": case.get("headers").cloned().unwrap_or_else(|| json!({})),
        "body": body,
    })
    .to_string();
    if let Some(batch) = batch {
        text = text.replace("{{key}}", &batch.key.hex()).replace("{{uuid}}", &batch.key.uuid());
    }
    serde_json::from_str(&text).expect("still JSON")
}

fn says(error: &Error, case: &Value, name: &str) {
    let facts = error.facts();
    let text = match error {
        Error::Answered(answer) => format!("{error} {}", answer.hint.clone().unwrap_or_default()),
        _ => error.to_string(),
    };
    assert_eq!(json!(facts.name), case["type"], "{name}: type ({text})");
    if let Some(retryable) = case.get("retryable") {
        assert_eq!(&json!(facts.retryable), retryable, "{name}: retryable");
    }
    for word in strings(case.get("says")) {
        assert!(text.contains(&word), "{name}: {word:?} is not in {text:?}");
    }
}

fn requests(provider: &Provider, file: &Value) -> usize {
    for case in group(file, "requests") {
        let name = format!("{}: {}", provider.id, case["name"]);
        let merged = merged(file, case);
        let made = settings(provider, &merged).and_then(|settings| {
            let plan = purge::plan::plan(provider, &settings, &selection(case))?;
            Ok((plan, account(provider, settings, &merged)?))
        });
        let (plan, account) = match (made, case.get("refused")) {
            (Ok(made), None) => made,
            (Err(error), Some(refused)) => {
                says(&error, refused, &name);
                continue;
            }
            (Ok(_), Some(_)) => panic!("{name}: was planned, and should have been refused"),
            (Err(error), None) => panic!("{name}: {error}"),
        };
        let token = case.get("token").and_then(Value::as_str).map(Secret::new);
        let sends = group(case, "sends");
        assert_eq!(plan.count(), sends.len(), "{name}: number of requests");
        for (index, send) in sends.iter().enumerate() {
            let batch = plan.batch(index, Some(&RUN));
            let bare = (provider.encode)(&account.settings, &batch).unwrap();
            let again = (provider.encode)(&account.settings, &batch).unwrap();
            assert_eq!(shown(&bare), shown(&again), "{name}: encode is pure");
            let sent = match account.owns(&bare.url) {
                true => (provider.authorize)(&account, &attempt(case, token.as_ref()), bare).unwrap(),
                false => bare,
            };
            assert_eq!(shown(&sent), wanted(send, Some(&batch)), "{name}: request {}", index + 1);
            if let Some(repeatable) = case.get("repeatable") {
                assert_eq!(&json!(sent.repeatable), repeatable, "{name}: repeatable");
            }
        }
    }
    group(file, "requests").len()
}

fn reply(case: &Value) -> Response {
    let body = match case.get("body") {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(json) => json.to_string().into_bytes(),
    };
    let headers = pairs(case.get("headers")).into_iter().map(|(name, value)| (name.to_lowercase(), value));
    let status = u16::try_from(case["status"].as_u64().expect("a status")).unwrap();
    Response { status, headers: headers.collect(), body, attempts: 1, elapsed: Duration::ZERO }
}

fn replies(provider: &Provider, file: &Value) -> usize {
    for case in group(file, "replies") {
        let name = format!("{}: {}", provider.id, case["name"]);
        let reply = reply(case);
        match ((provider.decode)(&reply), case.get("accepted")) {
            (Ok(receipt), Some(wanted)) => accepted(&receipt, wanted, &name),
            (Err(mut error), None) => {
                if let Error::Answered(answer) = &mut error {
                    let merged = merged(file, case);
                    let account = account(provider, settings(provider, &merged).unwrap(), &merged).unwrap();
                    let hint = (provider.hint)(&account, answer, moment(case));
                    answer.hint = hint.or(answer.hint.take());
                }
                says(&error, &case["error"], &name);
            }
            (Ok(receipt), None) => panic!("{name}: taken for a success: {receipt:?}"),
            (Err(error), Some(_)) => panic!("{name}: {error}"),
        }
        if let Some(again) = case.get("again") {
            let merged = merged(file, case);
            let settings = settings(provider, &merged).unwrap();
            let first =
                group(file, "requests").iter().find(|case| case.get("sends").is_some()).expect("a request");
            let plan = purge::plan::plan(provider, &settings, &selection(first)).unwrap();
            let batch = plan.batch(0, None);
            let request = (provider.encode)(&settings, &batch).unwrap();
            let means = request.again.is_some_and(|again| again(&reply));
            assert_eq!(&json!(means), again, "{name}: worth another attempt");
        }
    }
    group(file, "replies").len()
}

fn accepted(receipt: &Receipt, wanted: &Value, name: &str) {
    assert_eq!(json!(receipt.id), wanted.get("id").cloned().unwrap_or(Value::Null), "{name}: id");
    let left: Map<String, Value> =
        receipt.left.iter().map(|(name, left)| ((*name).to_owned(), json!(left))).collect();
    assert_eq!(Value::Object(left), wanted.get("left").cloned().unwrap_or_else(|| json!({})), "{name}: left");
    assert_eq!(json!(receipt.ignored), wanted.get("ignored").cloned().unwrap_or_else(|| json!([])), "{name}");
    let after = wanted.get("after_ms").and_then(Value::as_u64).unwrap_or_default();
    assert_eq!(receipt.after, Duration::from_millis(after), "{name}: after");
}

/// A question about a purge in progress, and what its answer means.
fn polls(provider: &Provider, file: &Value) -> usize {
    let cases = group(file, "polls");
    assert_eq!(cases.is_empty(), provider.poll.is_none(), "{}: polls", provider.id);
    let Some(poll) = provider.poll else { return 0 };
    for case in cases {
        let name = format!("{}: {}", provider.id, case["name"]);
        let merged = merged(file, case);
        let settings = settings(provider, &merged).unwrap();
        let plan = purge::plan::plan(provider, &settings, &selection(case)).unwrap();
        let account = account(provider, settings, &merged).unwrap();
        let (settings, batch) = (&account.settings, plan.batch(0, Some(&RUN)));
        let sent = Sent { settings, batch, id: case["id"].as_str(), at: moment(case) };
        let bare = (poll.encode)(&account.settings, &sent).unwrap();
        let token = case.get("token").and_then(Value::as_str).map(Secret::new);
        let asked = (provider.authorize)(&account, &attempt(case, token.as_ref()), bare).unwrap();
        assert_eq!(shown(&asked), wanted(&case["asks"], Some(&sent.batch)), "{name}: the question");
        let answer = (poll.decode)(&sent, &reply(&case["reply"]));
        let word = match &answer {
            Ok(Progress::Running) => "running".to_owned(),
            Ok(Progress::Done) => "done".to_owned(),
            Ok(Progress::Failed(why)) => format!("failed: {why}"),
            Err(error) => error.facts().name.to_owned(),
        };
        let wanted = case["progress"].as_str().expect("a word");
        assert!(
            word == wanted || word.starts_with(wanted) && wanted == "failed",
            "{name}: {word}, not {wanted}"
        );
    }
    cases.len()
}

/// What is asked about budgets, and what the answers say.
fn quotas(provider: &Provider, file: &Value) -> usize {
    let cases = group(file, "quotas");
    assert_eq!(cases.is_empty(), provider.quota.is_none(), "{}: quotas", provider.id);
    let Some(quota) = provider.quota else { return 0 };
    for case in cases {
        let name = format!("{}: {}", provider.id, case["name"]);
        let merged = merged(file, case);
        let account = account(provider, settings(provider, &merged).unwrap(), &merged).unwrap();
        let target = &account.settings.targets()[0];
        let asked = (quota.encode)(&account.settings, target).unwrap();
        let sign = |(_, bare): &(&str, stratos::http::Request)| {
            shown(&(provider.authorize)(&account, &attempt(case, None), bare.clone()).unwrap())
        };
        let questions = case["asks"].as_array().expect("a list");
        assert_eq!(asked.len(), questions.len(), "{name}: questions");
        for (question, asked) in questions.iter().zip(&asked) {
            assert_eq!(sign(asked), wanted(question, None), "{name}: the question");
        }
        match ((quota.decode)(asked[0].0, &reply(&case["reply"])), case.get("left")) {
            (Ok(left), Some(wanted)) => assert_eq!(json!(left), *wanted, "{name}: left"),
            (Err(error), None) => says(&error, &case["error"], &name),
            (Ok(left), None) => panic!("{name}: taken for a quota: {left:?}"),
            (Err(error), Some(_)) => panic!("{name}: {error}"),
        }
    }
    cases.len()
}

/// A token that is exchanged before the first purge.
fn grants(provider: &Provider, file: &Value) -> usize {
    let cases = group(file, "grants");
    assert_eq!(cases.is_empty(), provider.grant.is_none(), "{}: grants", provider.id);
    let Some(grant) = provider.grant else { return 0 };
    for case in cases {
        let name = format!("{}: {}", provider.id, case["name"]);
        let merged = merged(file, case);
        let account = account(provider, settings(provider, &merged).unwrap(), &merged).unwrap();
        let asked = match (grant.encode)(&account, &attempt(case, None)) {
            Ok(Some(asked)) => asked,
            Ok(None) => {
                assert!(case.get("asks").is_none(), "{name}: no question was put");
                continue;
            }
            Err(error) => {
                says(&error, &case["error"], &name);
                continue;
            }
        };
        assert_eq!(shown(&asked), wanted(&case["asks"], None), "{name}: the question");
        assert!(asked.carries_credential(), "{name}: a grant's request is a secret's");
        match ((grant.decode)(&reply(&case["reply"])), case.get("token")) {
            (Ok((token, lasts)), Some(wanted)) => {
                assert_eq!(json!(token.text()), *wanted, "{name}: token");
                assert_eq!(json!(lasts.as_secs()), case["lasts"], "{name}: lasts");
            }
            (Err(error), None) => says(&error, &case["error"], &name),
            (Ok(_), None) => panic!("{name}: taken for a token"),
            (Err(error), Some(_)) => panic!("{name}: {error}"),
        }
    }
    cases.len()
}

#[test]
fn every_provider_says_and_hears_what_its_contract_does() {
    for provider in PROVIDERS {
        let file = file(provider.id);
        assert_eq!(file["provider"], json!(provider.id));
        assert!(file["source"].as_str().is_some_and(|source| !source.is_empty()), "{}: source", provider.id);
        assert!(requests(provider, &file) > 0, "{}: no request", provider.id);
        assert!(replies(provider, &file) > 1, "{}: no answer", provider.id);
        polls(provider, &file);
        quotas(provider, &file);
        grants(provider, &file);
        every_selector_has_a_request(provider, &file);
    }
}

/// A row of limits without a request in the data would be believed and not known.
fn every_selector_has_a_request(provider: &Provider, file: &Value) {
    for limit in provider.limits {
        let named = |case: &Value, soft: bool| {
            case["selector"] == json!(limit.selector)
                && (case["soft"] == json!(true)) == soft
                && case.get("sends").is_some()
        };
        let cases = group(file, "requests");
        assert!(
            cases.iter().any(|case| named(case, false) || limit.soft),
            "{}: {:?}",
            provider.id,
            limit.selector
        );
        assert!(
            !limit.soft || cases.iter().any(|case| named(case, true)),
            "{}: soft {:?}",
            provider.id,
            limit.selector
        );
    }
}

#[test]
fn every_file_has_its_provider() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/purge");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let id = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(PROVIDERS.iter().any(|provider| provider.id == id), "{id} has no row");
        }
    }
}

#[test]
fn every_secret_of_a_row_is_a_credential_of_a_profile() {
    for provider in PROVIDERS {
        for name in provider.credentials.iter().copied().flatten() {
            let name = name.trim_end_matches('?');
            assert!(stratos::profile::CREDENTIALS.contains(&name), "{}: {name}", provider.id);
        }
        for (name, _) in provider.variables {
            let known = *name == "url"
                || provider.settings.iter().any(|setting| setting.name == *name)
                || provider
                    .credentials
                    .iter()
                    .copied()
                    .flatten()
                    .any(|secret| secret.trim_end_matches('?') == *name);
            assert!(known, "{}: the variable of {name} serves nothing", provider.id);
        }
    }
}

/// The rules that the vendor publishes for its bodies, where it does.
fn published(provider: &Provider) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/purge/schemas");
    let text = fs::read_to_string(folder.join(format!("{}.json", provider.id))).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", provider.id)))
}

/// The batches of a selection, each body against the rules.
fn keeps_the_rules(
    provider: &Provider,
    schema: &Value,
    account: &Map<String, Value>,
    what: &Selection,
) -> usize {
    let settings = settings(provider, account).unwrap();
    let Ok(plan) = purge::plan::plan(provider, &settings, what) else { return 0 };
    let mut checked = 0;
    for batch in plan.batches() {
        let body = (provider.encode)(&settings, &batch).unwrap().body;
        // A request without a body has its items in its address.
        if !body.is_empty() {
            let fault = schema::fault(schema, &body);
            assert!(fault.is_none(), "{} {:?}: {}", provider.id, batch.selector, fault.unwrap_or_default());
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_body_in_the_data_keeps_the_vendors_rules() {
    let mut vendors = 0;
    for provider in PROVIDERS {
        let Some(schema) = published(provider) else { continue };
        let file = file(provider.id);
        let mut checked = 0;
        for case in group(&file, "requests").iter().filter(|case| case.get("sends").is_some()) {
            for send in group(case, "sends").iter().filter(|send| send.get("body").is_some()) {
                let fault = schema::fault(&schema, send["body"].to_string().as_bytes());
                assert!(fault.is_none(), "{}: {}: {}", provider.id, case["name"], fault.unwrap_or_default());
                checked += 1;
            }
        }
        assert!(checked > 0, "{}: rules, and no body", provider.id);
        vendors += 1;
    }
    assert_eq!(vendors, 16, "the vendors that publish rules");
}

#[test]
fn the_rules_can_be_broken() {
    let broken = |id: &str, body: &Value| {
        let schema = published(purge::provider(id).unwrap()).unwrap();
        schema::fault(&schema, body.to_string().as_bytes()).is_some()
    };
    let many: Vec<String> = (0..101).map(|n| format!("https://h.example/{n}")).collect();
    for (id, body) in [
        ("cloudflare", json!({ "files": ["https://h/a"], "tags": ["a"] })),
        ("cloudflare", json!({ "files": [] })),
        ("cloudflare", json!({ "hosts": many })),
        ("cloudflare", json!({ "tags": ["a b"] })),
        ("cloudflare", json!({ "purge_everything": false })),
        ("akamai", json!({ "objects": ["https://h/a", 1] })),
        ("akamai", json!({ "objects": ["a".repeat(129)] })),
        ("akamai", json!({ "objects": vec!["https://h/".to_owned() + &"a".repeat(999); 50] })),
        ("gcore", json!({ "urls": [] })),
        ("google", json!({ "path": "/a*b" })),
        ("netlify", json!({ "site_id": "s", "cache_tags": [] })),
        ("tencent", json!({ "Paths": ["https://h/a"], "FlushType": "flush" })),
    ] {
        assert!(broken(id, &body), "{id}: {body} was taken");
    }
    assert!(!broken("gcore", &json!({ "paths": [] })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    /// Whatever is asked for, in whatever number, no batch breaks the vendor's rules.
    #[test]
    fn no_plan_breaks_the_vendors_rules(
        paths in vec("/[a-zA-Z0-9é ._~%&=-]{0,20}(/[a-z]{1,9}){0,3}", 1..160),
        tags in vec("[A-Za-z0-9_-]{1,40}", 1..280),
        soft: bool,
    ) {
        for provider in PROVIDERS {
            let Some(schema) = published(provider) else { continue };
            let file = file(provider.id);
            let account = merged(&file, &Value::Null);
            let url = |path: &String| format!("https://www.example.com{path}");
            for (selector, items) in [
                (Selector::Url, paths.iter().map(url).collect()),
                (Selector::Prefix, paths.iter().map(|path| url(path) + "/").collect()),
                (Selector::Host, tags.iter().map(|tag| format!("{}.example.com", tag.replace('_', "-"))).collect()),
                (Selector::Tag, tags.clone()),
                (Selector::All, Vec::new()),
            ] {
                keeps_the_rules(provider, &schema, &account, &Selection { selector, items, soft });
            }
        }
    }
}
