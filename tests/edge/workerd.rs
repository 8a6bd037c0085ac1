//! Cloudflare's runtime judges the tokens of its WAF, and CloudCDN's length-prefixed form.

use crate::{
    Needs, Row, SECRET, http,
    judge::{Judge, expect, mint_at},
    judges, now,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    fs,
    process::Command,
    sync::{Arc, OnceLock},
};
use stratos::sign::{Claims, Params};

const WORKERD: Needs = &[("tool:node_modules/@cloudflare/*/bin/workerd", "workerd: tests/edge/tools")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("workerd_judges_the_length_prefixed_form", WORKERD, lengths),
    ("workerd_judges_waf_tokens", WORKERD, waf),
    ("workerd_judges_waf_tokens_in_base64url", WORKERD, waf_in_base64url),
];

fn workerd() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let program = servers::find(WORKERD[0].0).expect("a trial runs where its tool is");
        fs::copy(work.here().join("worker.js"), work.folder.join("worker.js")).expect("the worker");
        let mut command = Command::new(program);
        command.arg("serve").arg(work.fill("config.capnp", &[]));
        command
    };
    SERVER.get_or_init(|| servers::start("workerd", 200, prepare)).clone()
}

fn lengths() -> Result<(), Failed> {
    judges("cloudcdn", &workerd().base(), true)
}

fn waf() -> Result<(), Failed> {
    timed("/waf", "-", &[], Params(&[]))
}

fn waf_in_base64url() -> Result<(), Failed> {
    timed("/waf-url", "verify=", &["--param", "encoding=base64url"], Params(&[("encoding", "base64url")]))
}

/// The token holds the time of minting, so that old ones come from the library; the rule lets them live for 300
/// seconds.
fn timed(folder: &str, mark: &str, args: &[&str], params: Params<'static>) -> Result<(), Failed> {
    let base = format!("{}{folder}", workerd().base());
    let judge = Judge { scheme: "cloudflare-waf-hmac", mark, ..Judge::BASE };
    let mint = |url: &str, key: &str| judge.run(key, &[&["signed", url], args].concat());
    for path in ["/v/a.mp4?x=1", "/a%20b(1).mp4", "/"] {
        let url = format!("{base}{path}");
        expect(&mint(&url, SECRET)?, 200, "minted")?;
        expect(&mint(&url, judge.other_key)?, 403, "another key")?;
        expect(&url, 403, "unsigned")?;
        for (issued, status) in [(now() - 200, 200), (now() - 400, 403), (now() + 200, 403)] {
            let claims = Claims { issued: Some(issued), params, ..Claims::default() };
            expect(&mint_at(judge.scheme, SECRET, &url, &claims)?, status, "minted at another time")?;
        }
    }
    let good = mint(&format!("{base}/v/a.mp4?x=1"), SECRET)?;
    judge.refuses(&good, workerd().base().len() + 1, http::status)
}
