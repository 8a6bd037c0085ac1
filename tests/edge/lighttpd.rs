//! lighttpd judges secure downloads, with a script in the place of the module that its releases no longer have.

use crate::{
    Needs, Row, SECRET, http,
    judge::{Judge, expect},
    now,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
};
use stratos::{
    secret::Secret,
    sign::{Claims, Form, Params, Scheme, Signer, Url},
};

const LIGHTTPD: Needs =
    &[("/usr/sbin/lighttpd", "lighttpd"), ("/usr/lib/lighttpd/mod_magnet.so", "lighttpd-modules-lua")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("lighttpd_judges_secure_downloads", LIGHTTPD, algorithms),
    ("lighttpd_judges_the_time_in_both_directions", LIGHTTPD, window),
    ("lighttpd_judges_some_segments_or_the_query", LIGHTTPD, segments_and_query),
];

const JUDGE: Judge<'static> =
    Judge { scheme: "lighttpd-secdownload", malformed: &[400, 404, 410], ..Judge::BASE };

fn lighttpd() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        work.fill("secdownload.lua", &[]);
        let mut command = Command::new("/usr/sbin/lighttpd");
        command.args(["-D", "-f"]).arg(work.fill("lighttpd.conf", &[]));
        command
    };
    SERVER.get_or_init(|| servers::start("lighttpd", 200, prepare)).clone()
}

/// What the binary prints for this path with these params.
fn mint(judge: &Judge<'_>, path: &str, key: &str, params: &[String]) -> Result<String, Failed> {
    let url = format!("{}{path}", lighttpd().base());
    let params = params.iter().flat_map(|param| ["--param", param]);
    judge.run(key, &["signed", &url].into_iter().chain(params).collect::<Vec<_>>())
}

fn algorithms() -> Result<(), Failed> {
    let base = lighttpd().base();
    for (folder, algorithm) in [("md5", "md5"), ("sha1", "hmac-sha1"), ("sha256", "hmac-sha256")] {
        let params = [format!("algorithm={algorithm}"), format!("prefix=/{folder}/")];
        let harmless: &[&str] = if algorithm == "md5" { &["signature in the other case"] } else { &[] };
        let mark = format!("/{folder}/");
        let judge = Judge { mark: &mark, harmless, ..JUDGE };
        for path in
            ["/v/my%20a.mp4", "/a+b%2Fc", "/m%C3%A9dia/%F0%9F%8E%AC.mp4", "//v///a.mp4", "/100%25", "/a?x=1"]
        {
            expect(&mint(&judge, path, SECRET, &params)?, 200, "minted")?;
            expect(&mint(&judge, path, judge.other_key, &params)?, 403, "another key")?;
        }
        let good = mint(&judge, "/v/my%20a.mp4", SECRET, &params)?;
        judge.refuses(&good, base.len() + 1, http::status)?;
        let free = mint(&judge, "/v/a.mp4?x=1", SECRET, &params)?;
        expect(&free.replace("x=1", "x=2"), 200, "the query is free")?;
    }
    Ok(())
}

/// A link of another second, which the command line cannot make.
fn issued(seconds: u64) -> Result<String, Failed> {
    let scheme = Scheme::find("lighttpd-secdownload")?;
    let params = Params(&[("prefix", "/sha256/")]);
    let claims = Claims { issued: Some(seconds), form: Form::Path, params, ..Claims::default() };
    let mut out = Vec::new();
    let signer = Signer::new(scheme, &Secret::new(SECRET), params)?;
    signer.seal().mint(&Url::at(lighttpd().base(), "/v/a.mp4"), &claims, &mut out)?;
    Ok(String::from_utf8(out)?)
}

fn window() -> Result<(), Failed> {
    expect(&issued(now() - 30)?, 200, "half a minute old")?;
    expect(&issued(now() + 30)?, 200, "half a minute to come")?;
    expect(&issued(now() - 90)?, 410, "past the timeout")?;
    expect(&issued(now() + 90)?, 410, "before it")
}

fn segments_and_query() -> Result<(), Failed> {
    let judge = Judge { mark: "/segments/", ..JUDGE };
    let params = ["prefix=/segments/".to_owned(), "path_segments=2".to_owned()];
    let good = mint(&judge, "/v/one/1.txt", SECRET, &params)?;
    for (to, status) in [
        ("/v/one/1.txt", 200),
        ("/v/one/2/3.txt", 200),
        ("/v/one", 200),
        ("/v/two/1.txt", 403),
        ("/v/one/../two/1.txt", 403),
    ] {
        expect(&good.replace("/v/one/1.txt", to), status, to)?;
    }
    let params = ["prefix=/query/".to_owned(), "hash_querystr=on".to_owned()];
    let good = mint(&judge, "/v/a.mp4?x=1&y=%2F", SECRET, &params)?;
    for (from, to, status) in [("x=1", "x=1", 200), ("x=1", "x=2", 403), ("?x=1&y=%2F", "", 403)] {
        expect(&good.replace(from, to), status, to)?;
    }
    Ok(())
}
