//! Tokens and keys that end while a purge runs: renewed where they come from, and the purge goes on.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::stratos,
};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

fn config(provider: &str, url: &str, more: &str) -> String {
    format!("[profiles.default]\nprovider = \"{provider}\"\nurl = \"{url}\"\nretries = 0\n{more}\n")
}

/// A provider behind OAuth: each token is good for `good` purges.
fn behind_tokens(good: usize, purged: impl Fn() -> Answer + Send + Sync + 'static) -> Cdn {
    let tokens = std::sync::Mutex::new((0, 0));
    Cdn::with(move |asked: &Asked, _| {
        let mut state = tokens.lock().unwrap();
        let (token, used) = &mut *state;
        if asked.path.contains("token") {
            (*token, *used) = (*token + 1, 0);
            let body =
                json!({ "access_token": format!("t{token}"), "expires_in": 3599, "token_type": "Bearer" });
            return Answer::json(200, &body);
        }
        if asked.header("authorization") != Some(&format!("Bearer t{token}")) || *used == good {
            return Answer::json(401, &json!({ "error": { "code": 401, "message": "Invalid Credentials" } }));
        }
        *used += 1;
        purged()
    })
}

/// What was answered with a success, by the bearer that it went out with.
fn bearers(cdn: &Cdn) -> Vec<String> {
    let asked = cdn.requests();
    let sent = asked.iter().filter(|asked| !asked.path.contains("token"));
    sent.map(|asked| asked.header("authorization").unwrap_or_default().to_owned()).collect()
}

#[test]
fn googles_token_ends_in_mid_run_and_is_exchanged_again() {
    let cdn = behind_tokens(2, || Answer::json(200, &json!({ "name": "operation-1", "status": "PENDING" })));
    let more = format!("project = \"p\"\nurl_map = \"m\"\ntoken_url = \"{}/token\"", cdn.url());
    let key = r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#;
    let run = stratos(["purge", "/1", "/2", "/3", "/4", "/5", "--json"]);
    let run = run.config(&config("google", &cdn.url(), &more));
    let run = run.file(".config/gcloud/application_default_credentials.json", key).run().exits(0);
    let batches = run.json()["batches"].as_array().unwrap().clone();
    assert!(batches.len() == 5 && batches.iter().all(|batch| batch["response"]["name"] == "operation-1"));
    let tokens = ["t1", "t1", "t1", "t2", "t2", "t2", "t3"].map(|token| format!("Bearer {token}"));
    assert_eq!(bearers(&cdn), tokens);
}

#[test]
fn azures_token_ends_in_mid_run_and_is_exchanged_again() {
    let cdn = behind_tokens(1, || Answer::text(200, ""));
    let more = format!(
        "subscription_id = \"s\"\nresource_group = \"g\"\nprofile_name = \"p\"\nendpoint = \"e\"\n\
         tenant_id = \"t\"\nclient_id = \"c\"\nclient_secret = \"env:SECRET\"\nlogin_url = \"{}/login/token\"",
        cdn.url()
    );
    let urls: Vec<String> = (0..101).map(|n| format!("/{n}")).collect();
    let run =
        stratos(["purge", "--json"]).config(&config("azure", &cdn.url(), &more)).env("SECRET", "s3cret");
    let run = urls.iter().fold(run, |run, url| run.arg(url)).run().exits(0);
    assert_eq!(bearers(&cdn), ["t1", "t1", "t2"].map(|token| format!("Bearer {token}")));
    assert!(!run.everything().contains("s3cret"));
}

#[test]
fn azures_platform_token_is_read_again_before_it_is_exchanged_again() {
    let place = Arc::new(OnceLock::<PathBuf>::new());
    let platform = Arc::clone(&place);
    let cdn = behind_tokens(1, move || {
        // The platform writes the next one while the first purge is answered.
        std::fs::write(platform.get().expect("the run has a home"), "second.token\n").unwrap();
        Answer::text(200, "")
    });
    let more = format!(
        "subscription_id = \"s\"\nresource_group = \"g\"\nprofile_name = \"p\"\nendpoint = \"e\"\n\
         login_url = \"{}/login/token\"",
        cdn.url()
    );
    let urls: Vec<String> = (0..101).map(|n| format!("/{n}")).collect();
    let run = stratos(["purge", "--json"]).config(&config("azure", &cdn.url(), &more));
    let run = run.env("AZURE_TENANT_ID", "t").env("AZURE_CLIENT_ID", "c").file("token", "first.token\n");
    let path = run.home().join("token");
    place.set(path.clone()).expect("nobody else sets it");
    let run = run.env("AZURE_FEDERATED_TOKEN_FILE", path);
    let run = urls.iter().fold(run, |run, url| run.arg(url)).run().exits(0);
    let asked = cdn.requests();
    let exchanges = asked.iter().filter(|asked| asked.path.contains("token")).map(Asked::text);
    let assertions: Vec<bool> =
        exchanges.map(|body| body.contains("client_assertion=second.token")).collect();
    assert_eq!(assertions, [false, true]);
    assert!(!run.everything().contains(".token"), "{}", run.everything());
}

#[cfg(unix)]
#[test]
fn a_token_out_of_a_program_or_a_file_is_looked_at_again_when_it_is_refused() {
    let program = "echo x >> \"$HOME/runs\"\necho T$(wc -l < \"$HOME/runs\" | tr -d ' ')\n";
    let purge = |reference: &str, good: &'static str| {
        let cdn = Cdn::with(move |asked: &Asked, _| {
            let fine = asked.header("authorization") == Some(&format!("Bearer {good}"));
            Answer::json(if fine { 200 } else { 401 }, &json!({ "message": "Unauthorized" }))
        });
        let more = format!("cdn_id = \"1\"\ntoken = \"{reference}\"");
        let run = stratos(["purge", "/a"]).config(&config("cdn77", &cdn.url(), &more));
        let run = run.file("token.sh", program).file("token", "T1\n");
        let home = run.home().display().to_string();
        let more = more.replace("HOME", &home);
        let run = run.config(&config("cdn77", &cdn.url(), &more)).run();
        (run, bearers(&cdn))
    };
    let (run, sent) = purge("exec:sh HOME/token.sh", "T2");
    run.exits(0);
    assert_eq!(sent, ["Bearer T1", "Bearer T2"]);
    let (run, sent) = purge("exec:sh HOME/token.sh", "never");
    run.exits(77);
    assert_eq!(sent, ["Bearer T1", "Bearer T2"]);
    // A file that says the same as before is no reason to ask again.
    let (run, sent) = purge("file:HOME/token", "never");
    run.exits(77);
    assert_eq!(sent, ["Bearer T1"]);
}

/// Prints another key each time it is run.
const KEYS: &str = "#!/bin/sh\necho x >> \"$HOME/runs\"\nn=$(wc -l < \"$HOME/runs\" | tr -d ' ')\n\
                    echo \"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"AKIA$n\\\",\\\"SecretAccessKey\\\":\\\"s\\\",\
                    \\\"SessionToken\\\":\\\"t$n\\\"ENDS}\"\n";

#[cfg(unix)]
fn amazon(ends: &str, cdn: &Cdn) -> crate::common::runner::Run {
    let run = stratos(["purge", "/a"]);
    let run = run.config(&config("cloudfront", &cdn.url(), "distribution_id = \"E1\""));
    let run = run.file(".aws/keys.sh", KEYS.replace("ENDS", ends));
    let run = run.file(".aws/config", "[default]\ncredential_process = sh -c '. \"$HOME/.aws/keys.sh\"'\n");
    run.run()
}

#[cfg(unix)]
fn sessions(cdn: &Cdn) -> Vec<String> {
    let token = |asked: &Asked| asked.header("x-amz-security-token").unwrap_or_default().to_owned();
    cdn.requests().iter().map(token).collect()
}

#[cfg(unix)]
const EXPIRED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token \
                       included in the request is expired</Message></Error></ErrorResponse>";
#[cfg(unix)]
const MADE: &str = "<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>";

#[cfg(unix)]
#[test]
fn amazons_temporary_keys_are_fetched_again_when_they_are_refused() {
    let cdn = Cdn::start([Answer::text(403, EXPIRED), Answer::text(201, MADE)]);
    let run = amazon("", &cdn).exits(0);
    assert_eq!(sessions(&cdn), ["t1", "t2"]);
    assert!(run.stderr.contains("fresh ones are in use"), "{}", run.stderr);
    // Once: who refuses the fresh ones too has another reason.
    let cdn = Cdn::start([Answer::text(403, EXPIRED)]);
    let run = amazon("", &cdn).exits(77);
    assert_eq!(sessions(&cdn), ["t1", "t2"]);
    assert!(run.stderr.contains("get new ones there"), "{}", run.stderr);
    // What is refused for another reason is no reason to run a program.
    let denied = EXPIRED.replace("ExpiredToken", "AccessDenied");
    let cdn = Cdn::start([Answer::text(403, &denied)]);
    amazon("", &cdn).exits(77);
    assert_eq!(sessions(&cdn), ["t1"]);
}

#[cfg(unix)]
#[test]
fn keys_that_are_about_to_end_are_fetched_again_before_they_go_out() {
    let cdn = Cdn::start([Answer::text(201, MADE)]);
    amazon(r#",\"Expiration\":\"2020-01-01T00:00:00Z\""#, &cdn).exits(0);
    assert_eq!(sessions(&cdn), ["t2"]);
    let cdn = Cdn::start([Answer::text(201, MADE)]);
    amazon(r#",\"Expiration\":\"2999-01-01T00:00:00Z\""#, &cdn).exits(0);
    assert_eq!(sessions(&cdn), ["t1"]);
}
