//! `stratos purge quota`: asked without a purge, told as a table and as JSON.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Runner, stratos},
};
use serde_json::json;

fn asking(provider: &str, url: &str, more: &str) -> Runner {
    let config =
        format!("[profiles.default]\nprovider = \"{provider}\"\nurl = \"{url}\"\nretries = 0\n{more}\n");
    stratos(["purge", "quota"]).config(&config)
}

const EDGERC: &str = "client_token = \"env:CT\"\nclient_secret = \"env:CS\"\naccess_token = \"env:AT\"";

#[test]
fn akamai_is_asked_for_each_bucket_and_nothing_is_purged() {
    let cdn = Cdn::with(|asked: &Asked, count| {
        let room = if asked.path.ends_with("/url") { 10_000 } else { 300 };
        Answer::text(200, "")
            .header("X-Ratelimit-Limit", "100")
            .header("X-Ratelimit-Remaining", &(99 - count).to_string())
            .header("X-Ratelimit-Limit-Objects", &room.to_string())
            .header("X-Ratelimit-Remaining-Objects", &(room - 7).to_string())
    });
    let run = || {
        let run = asking("akamai", &cdn.url(), EDGERC);
        run.env("CT", "akab-ct").env("CS", "c2VjcmV0").env("AT", "akab-at")
    };
    let told = run().arg("--json").run().exits(0).json();
    let quota = json!([
        { "budget": "urls", "left": 9993, "of": 10_000 },
        { "budget": "calls", "left": 97, "of": 100 },
        { "budget": "tags", "left": 293, "of": 300 },
        { "budget": "cpcodes", "left": 293, "of": 300 },
    ]);
    assert_eq!(told, json!({ "provider": "akamai", "profile": "default", "quota": quota }));
    let paths: Vec<String> = cdn.requests().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["url", "tag", "cpcode"].map(|kind| format!("/ccu/v3/rate-limit-status/{kind}")));
    let table = run().arg("--output").arg("table").run().exits(0);
    assert!(table.stdout().contains("BUDGET") && table.stdout().contains("9993"), "{}", table.stdout());
}

#[test]
fn a_provider_that_does_not_tell_names_those_that_do() {
    let cdn = Cdn::start([Answer::text(200, "")]);
    let run = asking("bunny", &cdn.url(), "api_key = \"env:KEY\"").env("KEY", "k").arg("--json").run();
    let error = run.fails("usage_error", 64).error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("bunny.net does not tell") && message.contains("akamai, alibaba, tencent"));
    assert!(cdn.requests().is_empty());
}

#[test]
fn a_refusal_and_a_missing_key_end_as_they_do_for_a_purge() {
    let refused =
        json!({ "Response": { "Error": { "Code": "AuthFailure.SignatureFailure", "Message": "no" } } });
    let cdn = Cdn::start([Answer::json(200, &refused)]);
    let keys = "secret_id = \"env:ID\"\nsecret_key = \"env:SK\"";
    let run = || asking("tencent", &cdn.url(), keys).env("ID", "AKID").arg("--json");
    run().env("SK", "s3cret").run().fails("auth_invalid", 77);
    assert_eq!(cdn.requests()[0].header("x-tc-action"), Some("DescribePurgeQuota"));
    run().run().fails("auth_missing_key", 78);
    assert_eq!(cdn.requests().len(), 1);
}
