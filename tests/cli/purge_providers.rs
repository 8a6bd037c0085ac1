//! `stratos purge` for every provider, through the binary and a scripted CDN: what tests/vectors/purge says of the
//! rows holds of the program too.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Map, Value, json};
use std::{fs, path::Path};
use stratos::purge::{PROVIDERS, Provider};

/// Whose signature changes with the clock and chance: the headers that only have to be there.
const MOMENTARY: &[(&str, &[&str])] = &[
    ("cloudfront", &["Authorization", "X-Amz-Date"]),
    ("akamai", &["Authorization"]),
    ("tencent", &["Authorization", "X-TC-Timestamp"]),
];

fn file(provider: &Provider) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/purge");
    serde_json::from_str(&fs::read_to_string(folder.join(format!("{}.json", provider.id))).unwrap()).unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = (&'v str, &'v str)> {
    let members = value.get(name).and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
}

/// The case's account: the file's, with the case's own members in place of those.
fn account(file: &Value, case: &Value) -> Value {
    let mut whole = file["account"].as_object().cloned().unwrap_or_default();
    whole.extend(case.get("account").and_then(Value::as_object).cloned().unwrap_or_default());
    Value::Object(whole)
}

/// One case for each selector, hard and soft: the one with the fewest requests.
fn cases(file: &Value) -> Vec<&Value> {
    let mut kept: Vec<&Value> = Vec::new();
    // One request for all items, or one for each: what is cut otherwise waits for room in between.
    let even = |case: &&Value| {
        let sends = list(case, "sends").len();
        sends == 1 || sends > 0 && sends.is_multiple_of(list(case, "items").len().max(1))
    };
    for case in list(file, "requests").iter().filter(even) {
        let same =
            |other: &&mut &Value| (&other["selector"], &other["soft"]) == (&case["selector"], &case["soft"]);
        match kept.iter_mut().find(same) {
            Some(other) if list(other, "sends").len() > list(case, "sends").len() => *other = case,
            Some(_) => {}
            None => kept.push(case),
        }
    }
    kept
}

/// The selector of a case as it is typed, with so many of its items.
fn typed(case: &Value, most: usize) -> Vec<String> {
    let items = list(case, "items").iter().take(most).map(|item| item.as_str().unwrap().to_owned());
    let mut words: Vec<String> = match case["selector"].as_str().unwrap() {
        "url" => items.collect(),
        "everything" => vec!["--everything".into(), "--yes".into()],
        other => items.flat_map(|item| [format!("--{other}"), item]).collect(),
    };
    words.extend((case["soft"] == json!(true)).then(|| "--soft".into()));
    words
}

/// How an account's secrets reach the program.
#[derive(Clone, Copy, PartialEq)]
enum Secrets {
    /// By the vendor's own variables, and where it has none by a reference in the profile.
    Given,
    /// Not at all.
    Absent,
}

/// The profile of an account, its nodes or its url at these addresses, and its secrets in the environment.
fn purge(provider: &Provider, account: &Value, at: &[String], secrets: Secrets, args: &[String]) -> Runner {
    let mut profile = format!("default = \"it\"\n[profiles.it]\nprovider = {:?}\n", provider.id);
    match at {
        [one] => profile += &format!("url = {one:?}\n"),
        several => profile += &format!("nodes = {several:?}\n"),
    }
    // Where a token is exchanged.
    for (setting, place) in [("token_url", "/token"), ("login_url", "")] {
        if provider.settings.iter().any(|known| known.name == setting) {
            profile += &format!("{setting} = \"{}{place}\"\n", at[0]);
        }
    }
    for (name, value) in members(account, "settings") {
        profile += &format!("{name} = {value:?}\n");
    }
    let mut environment = Vec::new();
    for (name, secret) in members(account, "secrets").filter(|_| secrets == Secrets::Given) {
        let variable = provider.variables(name).first().map_or_else(
            || {
                profile += &format!("{name} = \"env:TEST_{name}\"\n");
                format!("TEST_{name}")
            },
            |own| (*own).to_owned(),
        );
        environment.push((variable, secret.to_owned()));
    }
    let run = stratos(["--retries", "0", "purge"]).config(&profile);
    let run = environment.into_iter().fold(run, |run, (name, value)| run.env(&name, value));
    args.iter().fold(run, Runner::arg)
}

fn answer(case: &Value) -> Answer {
    let body = match case.get("body") {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    };
    let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
    members(case, "headers").fold(Answer::new(status, "application/json", body), |answer, (name, value)| {
        answer.header(name, value)
    })
}

fn is_grant(asked: &Asked) -> bool {
    asked.path.ends_with("/token")
}

/// Hands out this token where one is asked for, and answers all else so.
fn cdn(token: Option<&Value>, then: Answer) -> Cdn {
    let token = token.cloned().unwrap_or_else(|| "a-token".into());
    Cdn::with(move |asked, _| match is_grant(asked) {
        true => {
            Answer::json(200, &json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" }))
        }
        false => then.clone(),
    })
}

/// The first answer that the vendor documents as a success.
fn success(file: &Value) -> Answer {
    answer(list(file, "replies").iter().find(|reply| reply.get("accepted").is_some()).unwrap())
}

/// Whether a text is the wanted one, in which `{{key}}` and `{{uuid}}` stand for what only the run knows.
fn fits(wanted: &str, text: &str) -> bool {
    let Some(at) = wanted.find("{{") else { return wanted == text };
    let (before, rest) = wanted.split_at(at);
    let (length, rest) = match rest.strip_prefix("{{key}}") {
        Some(rest) => (32, rest),
        None => (36, rest.strip_prefix("{{uuid}}").unwrap()),
    };
    let Some(text) = text.strip_prefix(before) else { return false };
    text.get(length..).is_some_and(|after| fits(rest, after))
        && text[..length].bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// What follows the host of a URL.
fn rest(url: &str) -> &str {
    &url[url.match_indices('/').nth(2).unwrap().0..]
}

/// What arrived is what the data says: method, address, each header once, body.
fn arrived(provider: &Provider, asked: &Asked, send: &Value, name: &str) {
    assert_eq!(json!(asked.method), send["method"], "{name}");
    let path = rest(send["url"].as_str().unwrap());
    if provider.id == "alibaba" {
        // The query is the signature with its time and nonce.
        assert!(asked.path.starts_with("/?AccessKeyId=") && asked.path.contains("&Signature="), "{name}");
    } else {
        assert!(fits(path, &asked.path), "{name}: {path} is not {}", asked.path);
    }
    let momentary = MOMENTARY.iter().find(|(id, _)| *id == provider.id).map_or(&[][..], |(_, names)| names);
    for (header, value) in members(send, "headers") {
        let sent = asked.header(header).unwrap_or_else(|| panic!("{name}: no {header}"));
        assert!(momentary.contains(&header) || fits(value, sent), "{name}: {header}: {value} is not {sent}");
    }
    for (header, _) in &asked.headers {
        let count = asked.headers.iter().filter(|(other, _)| other == header).count();
        assert_eq!(count, 1, "{name}: {header} is sent {count} times");
    }
    let body = match send.get("body") {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
    };
    // A signed body names its reference as it was when it was signed.
    let body = match (body.split_once("<CallerReference>"), body.split_once("</CallerReference>")) {
        (Some((head, _)), Some((_, tail))) => {
            format!("{head}<CallerReference>{{{{key}}}}</CallerReference>{tail}")
        }
        _ => body,
    };
    assert!(fits(&body, &asked.text()), "{name}: {body} is not {}", asked.text());
}

#[test]
fn each_selector_goes_out_as_the_vendor_wants_it() {
    for provider in PROVIDERS {
        let file = file(provider);
        for case in cases(&file) {
            let name = format!("{}: {}", provider.id, case["name"]);
            let account = account(&file, case);
            let targets: Vec<&str> = match list(&account, "targets") {
                [] => vec![provider.url],
                given => given.iter().map(|target| target.as_str().unwrap()).collect(),
            };
            let cdns: Vec<Cdn> = targets.iter().map(|_| cdn(case.get("token"), success(&file))).collect();
            let at: Vec<String> = cdns.iter().map(Cdn::url).collect();
            let run = purge(provider, &account, &at, Secrets::Given, &typed(case, usize::MAX)).run();
            assert_eq!(run.code, Some(0), "{name}: {}", run.everything());
            for (cdn, target) in cdns.iter().zip(&targets) {
                let asked: Vec<Asked> = cdn.requests().into_iter().filter(|asked| !is_grant(asked)).collect();
                let sends = list(case, "sends").iter();
                let sends: Vec<&Value> =
                    sends.filter(|send| send["url"].as_str().unwrap().starts_with(target)).collect();
                assert_eq!(asked.len(), sends.len(), "{name}");
                for (asked, send) in asked.iter().zip(sends) {
                    arrived(provider, asked, send, &name);
                    let host = asked.header("host").unwrap();
                    let own = cdn.url();
                    let wanted =
                        send["headers"]["Host"].as_str().unwrap_or(own.trim_start_matches("http://"));
                    assert_eq!(host, wanted, "{name}");
                }
            }
        }
    }
}

#[test]
fn each_documented_answer_ends_as_what_it_means() {
    for provider in PROVIDERS {
        let file = file(provider);
        for reply in list(&file, "replies") {
            let name = format!("{}: {}", provider.id, reply["name"]);
            let case = cases(&file)[0];
            let account = account(&account_of(&file, reply), case);
            let cdn = cdn(case.get("token"), answer(reply));
            let mut words = typed(case, 1);
            words.push("--json".into());
            let run = purge(provider, &account, &[cdn.url()], Secrets::Given, &words).run();
            let Some(error) = reply.get("error") else {
                assert_eq!(run.code, Some(0), "{name}: {}", run.everything());
                continue;
            };
            ended(&run, error, &name);
            for (_, secret) in members(&account, "secrets").filter(|(_, secret)| secret.len() > 12) {
                assert!(!run.everything().contains(secret), "{name}: {}", run.everything());
            }
        }
    }
}

fn account_of(file: &Value, reply: &Value) -> Value {
    json!({ "account": account(file, reply) })
}

/// The envelope's type is the documented one, its exit code the process's own.
fn ended(run: &Run, wanted: &Value, name: &str) {
    let error = run.error();
    assert_eq!(error["type"], wanted["type"], "{name}: {}", run.everything());
    assert_eq!(error["exit_code"], json!(run.code), "{name}");
    assert_eq!(wanted.get("retryable").unwrap_or(&error["retryable"]), &error["retryable"], "{name}");
}

/// An account whose secrets can be told from any other text.
fn with_secrets_to_be_seen(account: &Value) -> Value {
    let mut account = account.clone();
    let secrets: Map<String, Value> = members(&account, "secrets")
        .filter(|(name, _)| *name != "service_account")
        .map(|(name, _)| {
            // An id names the key in clear, as the vendors want it.
            let id = matches!(name, "access_key_id" | "secret_id");
            let value = if id { "AKIDEXAMPLE".to_owned() } else { format!("hidden+{name}/0123456789") };
            (name.to_owned(), json!(value))
        })
        .collect();
    account["secrets"] = Value::Object(secrets);
    account
}

/// Method, address and public headers as they would go out; CloudCDN shows the body alone, as the Node CLI did.
fn previewed(provider: &Provider, shown: &Value, send: &Value, name: &str) {
    if provider.id == "cloudcdn" {
        return assert!(shown.is_object() && shown.get("method").is_none(), "{name}: {shown}");
    }
    assert_eq!(shown["method"], send["method"], "{name}");
    let url = shown["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{name}: {url}");
    let bare = |url| str::split(rest(url), '?').next().unwrap();
    assert_eq!(bare(url), bare(send["url"].as_str().unwrap()), "{name}");
    for header in ["Host", "xkey", "Soft-Purge", "Ban-Regex", "Surrogate-Key", "Content-Type"] {
        assert_eq!(shown["headers"].get(header), send["headers"].get(header), "{name}: {header}");
    }
    assert_eq!(shown.get("body").is_some(), send.get("body").is_some(), "{name}");
}

#[test]
fn a_dry_run_opens_no_connection_and_holds_no_secret() {
    for provider in PROVIDERS {
        let file = file(provider);
        for case in cases(&file) {
            let name = format!("{}: {}", provider.id, case["name"]);
            let account = with_secrets_to_be_seen(&account(&file, case));
            let cdn = cdn(None, success(&file));
            let mut words = typed(case, usize::MAX);
            words.extend(["--dry-run", "--verbose", "--json"].map(str::to_owned));
            // Without a credential too, once for each provider.
            let ways = if std::ptr::eq(case, cases(&file)[0]) { 2 } else { 1 };
            for secrets in [Secrets::Given, Secrets::Absent].into_iter().take(ways) {
                let run = purge(provider, &account, &[cdn.url()], secrets, &words).run();
                assert_eq!(run.code, Some(0), "{name}: {}", run.everything());
                assert!(!run.everything().contains("hidden"), "{name}: {}", run.everything());
                let first = match run.json() {
                    Value::Array(several) => several[0].clone(),
                    one => one,
                };
                assert_eq!(first["dry_run"], json!(true), "{name}");
                previewed(provider, &first["would_send"], &list(case, "sends")[0], &name);
            }
            assert_eq!(cdn.connections(), 0, "{name}");
        }
    }
}

#[test]
fn a_missing_credential_is_78_before_any_request() {
    for provider in PROVIDERS.iter().filter(|provider| provider.credentials.iter().all(|way| !way.is_empty()))
    {
        if provider.credentials.is_empty() {
            continue;
        }
        let file = file(provider);
        let case = cases(&file)[0];
        let cdn = cdn(None, success(&file));
        let mut words = typed(case, 1);
        words.push("--json".into());
        let run = purge(provider, &account(&file, case), &[cdn.url()], Secrets::Absent, &words).run();
        assert_eq!(run.code, Some(78), "{}: {}", provider.id, run.everything());
        assert_eq!(run.error()["type"], "auth_missing_key", "{}", provider.id);
        assert_eq!(cdn.connections(), 0, "{}", provider.id);
    }
}

#[test]
fn mixed_and_unsupported_selectors_are_refused_before_any_request() {
    for provider in PROVIDERS {
        let file = file(provider);
        let cdn = cdn(None, success(&file));
        let account = account(&file, &Value::Null);
        let fails = |words: &[&str], exit: i32| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let run = purge(provider, &account, &[cdn.url()], Secrets::Given, &words).run();
            assert_eq!(run.code, Some(exit), "{}: {words:?}: {}", provider.id, run.everything());
            run
        };
        // What is asked is judged before who is asked.
        if provider.id == "cloudflare" {
            fails(&["https://www.example.com/a", "--tag", "a"], 64);
            fails(&["--tag", "a", "--prefix", "https://www.example.com/a/"], 64);
            fails(&["--everything", "--yes", "--host", "www.example.com"], 64);
            fails(&[], 64);
            fails(&["--stdin"], 64);
        }
        for (selector, words) in [
            ("url", &["https://www.example.com/a"][..]),
            ("tag", &["--tag", "a"]),
            ("prefix", &["--prefix", "https://www.example.com/a/"]),
            ("host", &["--host", "www.example.com"]),
            ("everything", &["--everything", "--yes"]),
        ] {
            if provider.limits.iter().all(|limit| json!(limit.selector) != selector) {
                let run = fails(words, 64);
                assert!(run.stderr.contains("cannot purge by"), "{}: {}", provider.id, run.stderr);
            }
        }
        assert_eq!(cdn.connections(), 0, "{}", provider.id);
    }
}

#[test]
fn a_list_keeps_its_order_and_loses_blank_lines_and_repetitions() {
    let lines = "\n https://h.example/b \r\n\n# note\nhttps://h.example/a\nhttps://H.example/b\n";
    let cloudflare = PROVIDERS.iter().find(|provider| provider.id == "cloudflare").unwrap();
    let file = file(cloudflare);
    let cdn = cdn(None, success(&file));
    let words = ["-".to_owned()];
    let run = purge(cloudflare, &account(&file, &Value::Null), &[cdn.url()], Secrets::Given, &words);
    let run = run.stdin(lines).run().exits(0);
    assert!(run.stderr.contains("1 duplicate left out"), "{}", run.stderr);
    assert_eq!(cdn.requests()[0].json(), json!({ "files": ["https://h.example/b", "https://h.example/a"] }));
    let empty = purge(cloudflare, &account(&file, &Value::Null), &[cdn.url()], Secrets::Given, &words);
    empty.stdin("\n# nothing\n\n").run().exits(64);
    assert_eq!(cdn.requests().len(), 1);
}

#[test]
fn a_prefix_that_is_everything_wants_a_confirmation() {
    let config = "[profiles.default]\nprovider = \"cloudfront\"\ndistribution_id = \"E1\"\n";
    for prefix in ["/", "https://any.example/"] {
        let run = stratos(["--no-input", "purge", "--prefix", prefix])
            .config(config)
            .env("AWS_ACCESS_KEY_ID", "AKID")
            .env("AWS_SECRET_ACCESS_KEY", "secret-of-twenty-bytes")
            .run()
            .exits(64);
        assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    }
}

#[test]
fn a_profiles_secret_goes_to_no_other_token_endpoint() {
    let config = "[profiles.default]\nprovider = \"azure\"\nsubscription_id = \"s\"\nresource_group = \"g\"\n\
                  profile_name = \"p\"\nendpoint = \"e\"\ntenant_id = \"t\"\nclient_id = \"c\"\nclient_secret = \"env:OWN\"\n";
    let run = stratos(["purge", "/a", "--set", "login_url=http://127.0.0.1:1"])
        .config(config)
        .env("OWN", "supersecretvalue123456")
        .run()
        .exits(78);
    assert!(run.stderr.contains("client_secret") && run.stderr.contains("127.0.0.1:1"), "{}", run.stderr);
    assert!(!run.stderr.contains("supersecret"), "{}", run.stderr);
}

#[test]
fn a_time_beyond_all_times_is_no_panic() {
    let cdn = Cdn::start([Answer::json(
        201,
        &serde_json::json!({ "httpStatus": 201, "purgeId": "p", "estimatedSeconds": u64::MAX }),
    )]);
    let config = format!(
        "[profiles.default]\nprovider = \"akamai\"\nurl = \"{}\"\nclient_token = \"env:A\"\nclient_secret = \"env:B\"\n\
         access_token = \"env:C\"\n",
        cdn.url()
    );
    stratos(["purge", "--tag", "a"]).config(&config).env("A", "a").env("B", "b").env("C", "c").run().exits(0);
}
