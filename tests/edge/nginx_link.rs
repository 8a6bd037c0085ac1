//! nginx's own secure_link judges the links of its schemes.

use crate::{
    NGINX, Row, SECRET, http,
    judge::{Judge, expect},
    nginx,
};
use libtest_mimic::Failed;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("nginx_judges_secure_links", NGINX, query),
    ("nginx_judges_secure_links_in_the_path", NGINX, path),
    ("nginx_judges_secure_links_for_an_address", NGINX, address),
    ("nginx_judges_secure_links_by_another_expression", NGINX, expression),
    ("nginx_judges_secure_links_without_an_end", NGINX, endless),
    ("nginx_judges_links_of_the_older_directive", NGINX, word),
];

/// A path that is no longer under the location, or no path at all.
const JUDGE: Judge<'static> =
    Judge { scheme: "nginx-secure-link", mark: "md5=", malformed: &[400, 404], ..Judge::BASE };

/// Paths that nginx decodes and resolves before it hashes them.
const PATHS: &[&str] =
    &["/v/my%20file.mp4", "/a+b%2Fc.txt", "/m%C3%A9dia/%F0%9F%8E%AC.mp4", "//v///a.mp4", "/100%25~(1)|*"];

fn below(folder: &str) -> Vec<String> {
    PATHS.iter().map(|path| format!("{folder}{path}")).collect()
}

/// The judge's trials for these paths below a location; what the query is added to is not signed.
fn judged(judge: &Judge<'_>, folder: &str) -> Result<(), Failed> {
    let paths = below(folder);
    judge.judges(&nginx().base(), &paths.iter().map(String::as_str).collect::<Vec<_>>())
}

fn query() -> Result<(), Failed> {
    let args = ["--param", "secure_link_md5=$secure_link_expires$uri <secret>"];
    let judge = Judge { args: &args, harmless: &["added parameter"], ..JUDGE };
    judged(&judge, "/sl")?;
    judged(&Judge { args: &[], ..judge }, "/sl")?;
    let good = judge.mint(&format!("{}/sl/a.mp4?w=1", nginx().base()), SECRET, 600)?;
    for (from, to, status, what) in [
        ("?w=1", "?w=2", 200, "the query is free"),
        ("&md5=", "&MD5=", 200, "names in any case"),
        ("/sl/a.mp4", "/sl/x/../%61.mp4", 200, "the same path written otherwise"),
        ("?w=1&md5=", "?md5=x&md5=", 403, "the first of two counts"),
        ("/a.mp4", "/A.mp4", 403, "another path"),
    ] {
        expect(&good.replacen(from, to, 1), status, what)?;
    }
    let at = good.find("&expires=").expect("an expiry");
    expect(&format!("{}=={}", &good[..at], &good[at..]), 200, "padding is overlooked")
}

fn path() -> Result<(), Failed> {
    let judge = Judge { args: &["--form", "path", "--param", "prefix=/slp"], mark: "/slp/", ..JUDGE };
    let base = nginx().base();
    for path in PATHS {
        let url = format!("{base}{path}");
        expect(&judge.mint(&url, SECRET, 600)?, 200, "minted")?;
        expect(&judge.mint(&url, SECRET, -600)?, 410, "expired")?;
        expect(&judge.mint(&url, judge.other_key, 600)?, 403, "another key")?;
    }
    judge.refuses(&judge.mint(&format!("{base}/v/my%20a.mp4"), SECRET, 600)?, base.len() + 1, http::status)
}

fn address() -> Result<(), Failed> {
    let judge = Judge { args: &["--ip", "127.0.0.1"], harmless: &["added parameter"], ..JUDGE };
    judged(&judge, "/slip")?;
    let url = format!("{}/slip/a.mp4", nginx().base());
    expect(
        &Judge { args: &["--ip", "127.0.0.2"], ..judge }.mint(&url, SECRET, 600)?,
        403,
        "another address",
    )?;
    expect(&Judge { args: &[], ..judge }.mint(&url, SECRET, 600)?, 403, "no address")
}

fn expression() -> Result<(), Failed> {
    let args = [
        "--param",
        "secure_link=$arg_st,$arg_e",
        "--param",
        "secure_link_md5=<secret>$uri|$secure_link_expires|${host}|$http_host|$scheme|$arg_w|$http_user_agent",
        "--param",
        "user_agent=stratos/1",
    ];
    let judge = Judge { args: &args, mark: "st=", harmless: &["added parameter"], ..JUDGE };
    let ask =
        |agent, url: &str| http::ask("GET", url, &[("User-Agent", agent)], b"").map(|(status, _)| status);
    let base = nginx().base();
    let good = judge.mint(&format!("{base}/slx/my%20a.mp4?w=20"), SECRET, 600)?;
    let late = judge.mint(&format!("{base}/slx/my%20a.mp4?w=20"), SECRET, -600)?;
    let answers = [ask("stratos/1", &good)?, ask("stratos/1", &late)?, ask("stratos/2", &good)?];
    if answers != [200, 410, 403] {
        return Err(format!("{answers:?} for {good}").into());
    }
    judge.refuses(&good, base.len() + 1, |url| ask("stratos/1", url))
}

fn endless() -> Result<(), Failed> {
    let judge = Judge { scheme: "nginx-secure-link-endless", harmless: &["added parameter"], ..JUDGE };
    unending(&judge, &below("/sle"), &["--param", "secure_link_md5=$uri <secret>"])
}

fn word() -> Result<(), Failed> {
    let judge = Judge { scheme: "nginx-secure-link-secret", mark: "/slw/", ..JUDGE };
    let judge = Judge { harmless: &["signature in the other case"], ..judge };
    let paths: Vec<_> = PATHS.iter().map(|path| format!("{path}?w=1&x=%2F")).collect();
    unending(&judge, &paths, &["--param", "prefix=/slw/"])
}

/// Links without an end, the first of them damaged in every way.
fn unending(judge: &Judge<'_>, paths: &[String], args: &[&str]) -> Result<(), Failed> {
    let base = nginx().base();
    let mint =
        |path: &str, key: &str| judge.run(key, &[&["signed", &format!("{base}{path}")], args].concat());
    for path in paths {
        expect(&mint(path, SECRET)?, 200, "minted")?;
        expect(&mint(path, judge.other_key)?, 403, "another key")?;
    }
    judge.refuses(&mint(&paths[0], SECRET)?, base.len() + 1, http::status)
}
