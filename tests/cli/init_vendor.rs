//! `init <provider>`: names become ids, the credential is tested, and nothing is written that was refused.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};

const ZONE: &str = "0123456789abcdef0123456789abcdef";

fn init(provider: &str, cdn: &Cdn) -> Runner {
    stratos(["init", provider, "--json", "--retries", "0", "--cdn-url"]).arg(cdn.url())
}

fn toml(run: &Run) -> Option<String> {
    let path = if cfg!(target_os = "macos") {
        "Library/Application Support/stratos/config.toml"
    } else {
        ".config/stratos/config.toml"
    };
    std::fs::read_to_string(run.path(path)).ok()
}

/// Answers by path; anything else is 404.
fn api(answers: &[(&str, u16, Value)]) -> Cdn {
    let answers: Vec<(String, u16, Value)> =
        answers.iter().map(|(path, status, body)| ((*path).to_owned(), *status, body.clone())).collect();
    Cdn::with(move |asked, _| {
        let found = answers.iter().find(|(path, ..)| asked.path == *path);
        found.map_or_else(|| Answer::json(404, &json!({})), |(_, status, body)| Answer::json(*status, body))
    })
}

fn cloudflare(token: (u16, Value)) -> Cdn {
    api(&[
        ("/client/v4/zones?name=www.shop.example", 200, json!({ "result": [] })),
        (
            "/client/v4/zones?name=shop.example",
            200,
            json!({ "result": [{ "id": ZONE, "name": "shop.example" }] }),
        ),
        ("/client/v4/user/tokens/verify", 200, json!({ "result": { "id": "t1", "status": "active" } })),
        ("/client/v4/user/tokens/t1", token.0, token.1),
    ])
}

fn policies(names: &[&str]) -> (u16, Value) {
    let groups: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    (200, json!({ "result": { "policies": [{ "effect": "allow", "permission_groups": groups }] } }))
}

#[test]
fn a_domain_becomes_its_zone_and_the_token_is_tested() {
    let cdn = cloudflare((403, json!({})));
    let run = init("cloudflare", &cdn).arg("--find").arg("www.shop.example");
    let run = run.arg("--credential").arg("token=env:CF").env("CF", "cf-t0ken-s3cret").run().exits(0);
    assert_eq!(
        toml(&run).unwrap(),
        format!(
            "[profiles.default]\nprovider = \"cloudflare\"\nurl = \"{}\"\ntoken = \"env:CF\"\nzone_id = \"{ZONE}\"\n",
            cdn.url()
        )
    );
    let report = run.json();
    assert_eq!((&report["entry"]["zone_id"], &report["entry"]["token"]), (&json!(ZONE), &json!("env:CF")));
    assert_eq!(report["credential"]["purges"], Value::Null, "it was not told");
    assert!(!run.everything().contains("cf-t0ken-s3cret"), "{}", run.everything());
    let asked = cdn.requests();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "a test changes nothing");
    assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer cf-t0ken-s3cret")));
}

#[test]
fn an_over_powered_token_is_named_and_wants_a_yes() {
    let cdn = cloudflare(policies(&["Cache Purge", "Zone Read", "DNS Write"]));
    let set = |cdn: &Cdn| {
        let run = init("cloudflare", cdn).arg("--set").arg(format!("zone_id={ZONE}"));
        run.env("CLOUDFLARE_API_TOKEN", "t0ken")
    };
    let run = set(&cdn).run().fails("refused_by_policy", 77);
    let said = run.error()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("DNS Write") && said.contains("--accept-broad"), "{said}");
    assert_eq!(toml(&run), None);
    let run = set(&cdn).arg("--accept-broad").run().exits(0);
    assert!(run.stderr.contains("warning: ") && run.stderr.contains("DNS Write"), "{}", run.stderr);
    assert_eq!(run.json()["credential"]["broad"], json!(["it has the permission DNS Write"]));
    // The variable serves; it is not copied into the file.
    assert!(!toml(&run).unwrap().contains("token"));
    let narrow = cloudflare(policies(&["Cache Purge", "Zone Read"]));
    assert_eq!(set(&narrow).run().exits(0).json()["credential"]["purges"], true);
    let blind = cloudflare(policies(&["Zone Read"]));
    let run = set(&blind).run().fails("refused_by_policy", 77);
    assert!(run.error()["message"].as_str().unwrap().contains("may not purge"));
    let global = api(&[("/client/v4/user", 200, json!({ "result": {} }))]);
    let run = init("cloudflare", &global).arg("--set").arg(format!("zone_id={ZONE}"));
    let run = run.env("CLOUDFLARE_API_KEY", "k3y").env("CLOUDFLARE_EMAIL", "a@b.example").run();
    assert!(run.fails("refused_by_policy", 77).stderr.contains("global API key"));
}

#[test]
fn a_refused_or_missing_credential_writes_nothing() {
    for status in [401, 403] {
        let cdn =
            api(&[("/client/v4/user/tokens/verify", status, json!({ "errors": [{ "message": "bad" }] }))]);
        let run = init("cloudflare", &cdn).arg("--set").arg(format!("zone_id={ZONE}"));
        let run = run.env("CLOUDFLARE_API_TOKEN", "t0ken").run().fails("auth_invalid", 77);
        assert_eq!(toml(&run), None);
    }
    let cdn = api(&[]);
    let run = init("cloudflare", &cdn).arg("--set").arg(format!("zone_id={ZONE}")).run();
    assert_eq!(toml(&run.fails("auth_missing_key", 78)), None);
    assert!(cdn.requests().is_empty());
    let expired = json!({ "result": { "id": "t1", "status": "expired" } });
    let cdn = api(&[("/client/v4/user/tokens/verify", 200, expired)]);
    let run = init("cloudflare", &cdn).arg("--set").arg(format!("zone_id={ZONE}"));
    run.env("CLOUDFLARE_API_TOKEN", "t0ken").run().fails("auth_invalid", 77);
}

#[test]
fn without_a_check_nothing_is_sent() {
    let cdn = api(&[]);
    let run = init("cloudflare", &cdn).arg("--no-check").arg("--set").arg(format!("zone_id={ZONE}")).run();
    let run = run.exits(0);
    assert_eq!(run.json()["credential"], Value::Null);
    assert!(toml(&run).unwrap().contains(ZONE) && cdn.connections() == 0);
    // What cannot be known without asking must be said.
    init("cloudflare", &cdn)
        .arg("--no-check")
        .arg("--find")
        .arg("shop.example")
        .run()
        .fails("usage_error", 64);
    let run = init("cloudflare", &cdn).arg("--no-check").run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("--set zone_id=VALUE"), "{}", run.stderr);
    assert_eq!(cdn.connections(), 0);
}

#[test]
fn a_name_that_is_not_there_is_answered_with_those_that_are() {
    let zones = json!([
        { "Id": 7, "Name": "shop", "Hostnames": [{ "Value": "shop.b-cdn.net" }, { "Value": "cdn.shop.example" }] },
        { "Id": 8, "Name": "blog", "Hostnames": [{ "Value": "twice.example" }] },
        { "Id": 9, "Name": "news", "Hostnames": [{ "Value": "twice.example" }] },
    ]);
    let cdn = api(&[
        ("/pullzone?page=0&perPage=1000", 200, zones),
        ("/pullzone?page=1&perPage=5", 200, json!({ "Items": [] })),
    ]);
    let find = |name: &str| init("bunny", &cdn).arg("--find").arg(name).env("BUNNYNET_API_KEY", "k3y").run();
    let run = find("CDN.shop.example").exits(0);
    assert!(toml(&run).unwrap().contains("pull_zone = \"7\""));
    assert_eq!(run.json()["credential"]["purges"], true);
    assert!(run.stderr.contains("not limited to purging"), "{}", run.stderr);
    let run = find("nosuch.example").fails("unavailable", 69);
    assert!(run.error()["message"].as_str().unwrap().contains("it lists shop, blog, news"), "{}", run.stderr);
    assert_eq!(toml(&find("twice.example").fails("data_error", 65)), None);
}

#[test]
fn fastlys_scope_is_read() {
    let with = |scope: &str| {
        api(&[
            ("/service/search?name=Shop", 200, json!({ "id": "SU1Z0isxPaozGVKXdv0eY", "name": "Shop" })),
            (
                "/tokens/self",
                200,
                json!({ "scope": scope, "services": [], "expires_at": "2030-01-01T00:00:00Z" }),
            ),
        ])
    };
    let run =
        |cdn: &Cdn| init("fastly", cdn).arg("--find").arg("Shop").env("FASTLY_API_TOKEN", "f-t0ken").run();
    let narrow = with("purge_select purge_all");
    let ended = run(&narrow).exits(0);
    assert_eq!(ended.json()["credential"]["broad"], json!([]));
    assert!(toml(&ended).unwrap().contains("service_id = \"SU1Z0isxPaozGVKXdv0eY\""));
    assert!(
        ended.stderr.contains("every service") && ended.stderr.contains("2030-01-01"),
        "{}",
        ended.stderr
    );
    assert_eq!(narrow.requests()[0].header("fastly-key"), Some("f-t0ken"));
    let ended = run(&with("global")).fails("refused_by_policy", 77);
    assert!(ended.error()["message"].as_str().unwrap().contains("scope is global"), "{}", ended.stderr);
    let ended = run(&with("global:read")).fails("refused_by_policy", 77);
    assert!(ended.error()["message"].as_str().unwrap().contains("may not purge"), "{}", ended.stderr);
}

#[test]
fn the_vendors_file_is_tested_in_its_place() {
    let edgerc = "[default]\nhost = akab-h.luna.akamaiapis.net\nclient_token = ct\nclient_secret = cs\naccess_token = at\n";
    let cdn = api(&[("/ccu/v3/rate-limit-status/url", 200, json!({}))]);
    let run = init("akamai", &cdn).file(".edgerc", edgerc).run().exits(0);
    assert_eq!(run.json()["credential"]["purges"], true);
    assert!(
        cdn.requests()[0].header("authorization").unwrap().starts_with("EG1-HMAC-SHA256 client_token=ct;")
    );
    assert!(!toml(&run).unwrap().contains("client_secret"), "what the file has is not copied");
    let aws = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s\n";
    let list = "<DistributionList><Items><DistributionSummary><Id>E2XAMPLE</Id><DomainName>d1.cloudfront.net</DomainName>\
                <Aliases><Items><CNAME>cdn.shop.example</CNAME></Items></Aliases></DistributionSummary></Items></DistributionList>";
    let cdn = Cdn::with(move |asked, _| match asked.path.ends_with("/distribution") {
        true => Answer::new(200, "text/xml", list),
        false => Answer::new(
            403,
            "text/xml",
            "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
        ),
    });
    let run =
        init("cloudfront", &cdn).arg("--find").arg("cdn.shop.example").file(".aws/credentials", aws).run();
    let run = run.exits(0);
    assert!(toml(&run).unwrap().contains("distribution_id = \"E2XAMPLE\""));
    assert!(run.stderr.contains("without asking IAM"), "{}", run.stderr);
    assert_eq!(run.json()["credential"]["purges"], Value::Null);
}

#[test]
fn every_provider_with_a_list_finds_its_id() {
    let host = "cdn.shop.example";
    type Case = (&'static str, &'static str, &'static str, &'static str, Value, &'static [&'static str]);
    let cases: [Case; 5] = [
        (
            "gcore",
            "GCORE_API_KEY",
            "/cdn/resources",
            "resource_id = \"5\"",
            json!([{ "id": 5, "cname": host }]),
            &[],
        ),
        (
            "keycdn",
            "",
            "/zones.json",
            "zone_id = \"5\"",
            json!({ "status": "success", "data": { "zones": [{ "id": "5", "name": host }] } }),
            &["--credential", "api_key=env:K"],
        ),
        (
            "cdn77",
            "",
            "/v3/cdn",
            "cdn_id = \"5\"",
            json!([{ "id": 5, "label": "shop", "cnames": [{ "cname": host }] }]),
            &["--credential", "token=env:K"],
        ),
        (
            "digitalocean",
            "DIGITALOCEAN_ACCESS_TOKEN",
            "/v2/cdn/endpoints?per_page=200",
            "endpoint_id = \"e5\"",
            json!({ "endpoints": [{ "id": "e5", "custom_domain": host }] }),
            &[],
        ),
        (
            "netlify",
            "NETLIFY_AUTH_TOKEN",
            "/api/v1/sites/cdn.shop.example",
            "site_id = \"s5\"",
            json!({ "id": "s5", "name": "shop", "custom_domain": host }),
            &[],
        ),
    ];
    for (provider, variable, path, member, list, more) in cases {
        let cdn = Cdn::with(move |asked, _| match asked.path == path {
            true => Answer::json(200, &list),
            false => Answer::json(200, &json!({})),
        });
        let run = more.iter().fold(init(provider, &cdn).arg("--find").arg(host), |run, word| run.arg(word));
        let run =
            run.env("K", "k3y-k3y").env(if variable.is_empty() { "K" } else { variable }, "k3y-k3y").run();
        let run = run.exits(0);
        assert!(toml(&run).unwrap().contains(member), "{provider}: {}", toml(&run).unwrap());
        assert!(!run.everything().contains("k3y-k3y"), "{provider}");
    }
}

#[test]
fn what_belongs_to_no_provider_is_refused() {
    for words in [
        "init nosuch",
        "init cloudflare --set nosuch=1",
        "init cloudflare --set zone_id",
        "init cloudflare --credential nosuch=env:A",
        "init cloudflare --credential token=hunter2",
        "init cloudflare --credential token",
        "init cloudflare --key env:A",
        "init cloudflare --provider fastly",
        "init cloudflare --import",
        "init azure --find x",
        "init bunny --token t",
        "init --set zone_id=1",
        "init --accept-broad",
        "init cloudcdn --no-check",
    ] {
        let run = stratos(words.split(' ')).arg("--json").run().fails("usage_error", 64);
        assert!(toml(&run).is_none() && !run.everything().contains("hunter2"), "{words}: {}", run.stderr);
    }
    let run = stratos(["init", "varnish", "--cdn-url", "http://127.0.0.1:9", "--json"]).run().exits(0);
    assert!(toml(&run).unwrap().contains("provider = \"varnish\""));
    let run = stratos(["init", "cloudcdn"]).run().exits(0);
    assert!(toml(&run).unwrap().contains("https://cloudcdn.pro"));
}
