//! Credentials out of the vendors' own files: which one wins, where it goes, and what is said of it.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Runner, stratos},
};
use serde_json::json;

const EDGERC: &str = "[default]\nhost = akab-h.luna.akamaiapis.net\nclient_token = ct-file\nclient_secret = cs-file\n\
                      access_token = at-file\n[ccu]\nhost = HOST\nclient_token = ct-ccu\nclient_secret = cs-ccu\n\
                      access_token = at-ccu\n";
const BUNNY: &str = r#"{"profiles":{"default":{"api_key":"bunny-file-key"}}}"#;
const AWS: &str = "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = aws-file-s3cret\n";

/// A profile of a provider that purges at the scripted CDN.
fn profile(provider: &str, url: &str, more: &str) -> String {
    format!("[profiles.default]\nprovider = \"{provider}\"\nurl = \"{url}\"\nretries = 0\n{more}\n")
}

fn purge(config: &str, item: &str) -> Runner {
    stratos(["purge", item]).config(config)
}

fn accepted() -> Answer {
    Answer::json(201, &json!({ "httpStatus": 201, "purgeId": "p", "estimatedSeconds": 5 }))
}

#[test]
fn the_file_serves_where_nothing_else_names_a_credential() {
    let cdn = Cdn::start([Answer::text(200, "")]);
    let config = profile("bunny", &cdn.url(), "");
    let run = purge(&config, "https://a.example/x").file(".bunnynet.json", BUNNY).run().exits(0);
    assert_eq!(cdn.requests()[0].header("accesskey"), Some("bunny-file-key"));
    assert!(!run.everything().contains("bunny-file-key"), "{}", run.everything());
    // The profile's reference comes before it, the variable before that.
    let named = profile("bunny", &cdn.url(), "api_key = \"env:MINE\"");
    let run = purge(&named, "https://a.example/x").file(".bunnynet.json", BUNNY).env("MINE", "mine");
    run.run().exits(0);
    assert_eq!(cdn.requests()[1].header("accesskey"), Some("mine"));
    let run = purge(&named, "https://a.example/x").file(".bunnynet.json", "broken").env("MINE", "mine");
    run.env("BUNNYNET_API_KEY", "variable").run().exits(0);
    assert_eq!(cdn.requests()[2].header("accesskey"), Some("variable"));
}

#[test]
fn without_any_credential_the_file_is_named_among_the_ways() {
    let cdn = Cdn::start([accepted()]);
    let config = profile("akamai", &cdn.url(), "");
    let run = purge(&config, "https://a.example/x").arg("--json").run().fails("auth_missing_key", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("~/.edgerc"), "{}", run.stderr);
    assert!(cdn.requests().is_empty());
    // No home, no file, and no panic.
    let run = stratos(["purge", "https://a.example/x", "--json", "--config", "own.toml"]);
    let run = run.file("own.toml", &config).file(".edgerc", EDGERC).unset("HOME").run();
    run.fails("auth_missing_key", 78);
}

#[test]
fn edgercs_host_becomes_the_address() {
    let config = "[profiles.default]\nprovider = \"akamai\"\n";
    let run = purge(config, "https://a.example/x").arg("--dry-run").arg("--verbose").file(".edgerc", EDGERC);
    let run = run.run().exits(0);
    assert!(run.stderr.contains("https://akab-h.luna.akamaiapis.net/ccu/v3/"), "{}", run.stderr);
    assert!(!run.everything().contains("cs-file"), "{}", run.everything());
    let cdn = Cdn::start([accepted()]);
    let edgerc = EDGERC.replace("HOST", &format!("127.0.0.1:{}", cdn.port()));
    // A stand-in on loopback takes the account of the section in the place of its gateway.
    let own = profile("akamai", &cdn.url(), "edgerc_section = \"ccu\"");
    purge(&own, "https://a.example/x").file(".edgerc", &edgerc).run().exits(0);
    assert!(cdn.requests()[0].header("authorization").unwrap().contains("client_token=ct-ccu;"));
}

#[test]
fn a_credential_of_a_file_goes_to_its_vendor_alone() {
    for (provider, more, path, text, home) in [
        ("bunny", "", ".bunnynet.json", BUNNY, "https://api.bunny.net"),
        ("akamai", "", ".edgerc", EDGERC, "https://akab-h.luna.akamaiapis.net"),
        (
            "cloudfront",
            "distribution_id = \"E1\"",
            ".aws/credentials",
            AWS,
            "https://cloudfront.amazonaws.com",
        ),
    ] {
        let config = profile(provider, "https://stranger.example", more);
        let run = purge(&config, "https://a.example/x").arg("--json").file(path, text).run();
        let run = run.fails("config_error", 78);
        let said = run.error()["message"].as_str().unwrap().to_owned();
        assert!(said.contains(home) && said.contains("https://stranger.example"), "{said}");
        // Nor by a flag, nor by the vendor's own variable for the address.
        let bare = format!("[profiles.default]\nprovider = \"{provider}\"\n{more}\n");
        let run = purge(&bare, "https://a.example/x").arg("--cdn-url").arg("https://stranger.example");
        run.arg("--json").file(path, text).run().fails("config_error", 78);
        if provider == "bunny" {
            let run = purge(&bare, "https://a.example/x").env("BUNNYNET_API_URL", "https://stranger.example");
            run.arg("--json").file(path, text).run().fails("config_error", 78);
        }
    }
}

#[test]
fn a_secret_that_is_exchanged_goes_to_no_other_token_endpoint() {
    let key = r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#;
    let cdn = Cdn::start([Answer::json(200, &json!({ "access_token": "t", "name": "operation-1" }))]);
    let more = "project = \"p\"\nurl_map = \"m\"\ntoken_url = \"https://stranger.example/token\"";
    let config = profile("google", &cdn.url(), more);
    let adc = ".config/gcloud/application_default_credentials.json";
    let run = purge(&config, "/x").arg("--json").file(adc, key).run().fails("config_error", 78);
    assert!(run.stderr.contains("stranger.example"), "{}", run.stderr);
    let loopback = config.replace("https://stranger.example", &cdn.url());
    purge(&loopback, "/x").file(adc, key).run().exits(0);
    assert!(cdn.requests()[0].text().contains("refresh_token=r"));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let cdn = Cdn::start([Answer::text(200, "")]);
    let run = purge(&profile("bunny", &cdn.url(), ""), "https://a.example/x").arg("--json");
    let run = run.file(".bunnynet.json", BUNNY);
    let path = run.home().join(".bunnynet.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let run = run.run().fails("refused_by_policy", 77);
    assert!(run.error()["message"].as_str().unwrap().contains("chmod 600"));
    assert!(cdn.requests().is_empty());
}

#[test]
fn amazons_keys_come_from_a_program_or_a_role_too() {
    let sts = "<R><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-s3cret</SecretAccessKey>\
               <SessionToken>role-token</SessionToken></Credentials></R>";
    let cdn = Cdn::with(move |asked, _| match asked.path.as_str() {
        "/" => Answer::new(200, "text/xml", sts),
        _ => Answer::new(
            201,
            "text/xml",
            "<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>",
        ),
    });
    let config = profile("cloudfront", &cdn.url(), "distribution_id = \"E1\"");
    let aws = "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIAPROC\",\"SecretAccessKey\":\"s\"}'\n";
    if cfg!(unix) {
        purge(&config, "/x").file(".aws/config", aws).run().exits(0);
        assert!(cdn.requests()[0].header("authorization").unwrap().contains("Credential=AKIAPROC/"));
    }
    let run = purge(&config, "/x").file("token", "platform-token").arg("--verbose");
    let token = run.home().join("token");
    let run = run.env("AWS_WEB_IDENTITY_TOKEN_FILE", token).env("AWS_ROLE_ARN", "arn:aws:iam::1:role/purge");
    let run = run.env("AWS_ENDPOINT_URL_STS", cdn.url()).run().exits(0);
    let last = cdn.requests().pop().unwrap();
    assert!(last.header("authorization").unwrap().contains("Credential=ASIAROLE/"));
    assert_eq!(last.header("x-amz-security-token"), Some("role-token"));
    for secret in ["platform-token", "role-s3cret", "role-token"] {
        assert!(!run.everything().contains(secret), "{secret}: {}", run.everything());
    }
}

#[test]
fn a_refused_credential_is_named_by_its_file() {
    for status in [401, 403] {
        let cdn = Cdn::start([Answer::json(status, &json!({ "Message": "no" }))]);
        let config = profile("bunny", &cdn.url(), "");
        let run = purge(&config, "https://a.example/x").arg("--json").file(".bunnynet.json", BUNNY).run();
        let run = run.fails("auth_invalid", 77);
        assert!(!run.everything().contains("bunny-file-key"));
    }
}

#[test]
fn list_and_doctor_say_which_file_won_and_never_what_is_in_it() {
    let config = profile("akamai", "http://127.0.0.1:9", "edgerc_section = \"ccu\"");
    let edgerc = EDGERC.replace("HOST", "akab-ccu.luna.akamaiapis.net");
    let run =
        stratos(["config", "list", "--origin", "--output", "json"]).config(&config).file(".edgerc", &edgerc);
    let run = run.run().exits(0);
    let lines = run.json();
    let line = lines.as_array().unwrap().iter().find(|line| line["setting"] == "client_secret");
    assert_eq!(
        line.unwrap(),
        &json!({ "setting": "client_secret", "value": "~/.edgerc [ccu]", "origin": "Akamai's own files" })
    );
    assert!(!run.everything().contains("cs-ccu"), "{}", run.everything());
    let run = stratos(["doctor", "--offline", "--output", "json"]).config(&config).file(".edgerc", &edgerc);
    let run = run.run();
    assert!(run.stdout().contains("~/.edgerc [ccu] (Akamai's own files)"), "{}", run.everything());
    assert!(!run.everything().contains("cs-ccu"), "{}", run.everything());
    // What cannot be read is a failed check, not the end of all of them.
    let run =
        stratos(["doctor", "--offline", "--output", "json"]).config(&config).file(".edgerc", "hunter2").run();
    assert!(run.stdout().contains("line 1") && !run.everything().contains("hunter2"), "{}", run.everything());
}
