//! Apache Traffic Server judges the schemes of its own plugins, url_sig and uri_signing.

use crate::{
    Needs, Row, http,
    judge::{Judge, expect},
    origin,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    fs,
    process::Command,
    sync::{Arc, OnceLock},
};

const TRAFFIC_SERVER: Needs = &[
    ("/usr/bin/traffic_server", "trafficserver"),
    ("/usr/lib/trafficserver/modules/url_sig.so", "trafficserver-experimental-plugins"),
];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("traffic_server_judges_url_sig", TRAFFIC_SERVER, url_sig),
    ("traffic_server_judges_url_sig_with_md5", TRAFFIC_SERVER, url_sig_md5),
    ("traffic_server_judges_url_sig_for_a_folder", TRAFFIC_SERVER, url_sig_folder),
    ("traffic_server_judges_url_sig_in_the_path", TRAFFIC_SERVER, url_sig_path),
    ("traffic_server_judges_uri_signing", TRAFFIC_SERVER, uri_signing),
    ("traffic_server_judges_uri_signing_elsewhere", TRAFFIC_SERVER, uri_signing_elsewhere),
    ("traffic_server_judges_uri_signing_with_public_keys", TRAFFIC_SERVER, uri_signing_public),
    ("traffic_server_judges_the_claims_of_uri_signing", TRAFFIC_SERVER, uri_signing_claims),
];

const PATHS: &[&str] = &["/sig/v/a.mp4?x=1", "/sig/v/a%20b.mp4", "/sig/a"];

/// The plugin reads as many digits as the digest has; what follows is dropped with the token.
const URL_SIG: Judge<'_> = Judge {
    scheme: "ats-url-sig",
    args: &["--key-id", "0"],
    mark: "&S=",
    expired: Some(403),
    harmless: &["long signature", "added parameter"],
    malformed: &[404],
    ..Judge::BASE
};

fn traffic_server() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let start = || {
        let origin = origin::port().to_string();
        servers::start("trafficserver", 200, |work| command(work, "16M", &origin))
    };
    SERVER.get_or_init(start).clone()
}

/// Every folder of the server below its own, a cache of this size, and the files of its room.
pub fn command(work: &Work, size: &str, origin: &str) -> Command {
    for folder in ["etc", "cache", "log", "run", "var"] {
        fs::create_dir(work.folder.join(folder)).expect("a folder");
    }
    let etc = |file: &str, text: String| fs::write(work.folder.join("etc").join(file), text).expect("a file");
    let allow = "ip_allow:\n  - {apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL}\n";
    etc("ip_allow.yaml", allow.into());
    etc("plugin.config", String::new());
    etc("storage.config", format!("{} {size}\n", work.folder.join("cache").display()));
    etc("resolv.conf", "nameserver 127.0.0.1\n".into());
    for file in ["records.config", "remap.config"] {
        let filled = work.fill(file, &[("@ORIGIN@", origin)]);
        fs::rename(filled, work.folder.join("etc").join(file)).expect("the configuration");
    }
    let mut command = Command::new("/usr/bin/traffic_server");
    command.arg(format!("--run-root={}", work.fill("runroot.yaml", &[]).display()));
    command.arg("--bind_stdout").arg(work.folder.join("log/out"));
    command.arg("--bind_stderr").arg(work.folder.join("log/err"));
    command
}

fn url_sig() -> Result<(), Failed> {
    let base = traffic_server().base();
    URL_SIG.judges(&base, PATHS)?;
    let other = Judge { key: "stratos-secret-three-4567", args: &["--key-id", "3"], ..URL_SIG };
    other.judges(&base, &["/sig/third.mp4"])?;
    let unlisted = Judge { args: &["--key-id", "5"], ..URL_SIG };
    expect(&unlisted.mint(&format!("{base}/sig/a"), URL_SIG.key, 600)?, 403, "a key that the file lacks")
}

/// With the visitor's address, which the plugin takes from the connection.
fn url_sig_md5() -> Result<(), Failed> {
    let base = traffic_server().base();
    let args = ["--key-id", "0", "--param", "algorithm=md5", "--ip", "127.0.0.1"];
    Judge { args: &args, ..URL_SIG }.judges(&base, PATHS)?;
    let args = ["--key-id", "0", "--param", "algorithm=md5", "--ip", "127.0.0.9"];
    let elsewhere = Judge { args: &args, ..URL_SIG }.mint(&format!("{base}/sig/a"), URL_SIG.key, 600)?;
    expect(&elsewhere, 403, "another address")
}

fn url_sig_folder() -> Result<(), Failed> {
    let base = traffic_server().base();
    let judge = Judge { args: &["--key-id", "0", "--prefix", "/sig/v/"], from: "E=", ..URL_SIG };
    judge.judges(&base, &["/sig/v/a.mp4", "/sig/v/deep/b.mp4"])?;
    let good = judge.mint(&format!("{base}/sig/v/a.mp4"), judge.key, 600)?;
    expect(&good.replace("/a.mp4", "/other.mp4"), 200, "another file of the folder")?;
    expect(&good.replace("/sig/v/", "/sig/w/"), 403, "another folder")
}

fn url_sig_path() -> Result<(), Failed> {
    let base = traffic_server().base();
    let args = ["--key-id", "0", "--form", "path", "--prefix", "/anchored/v/", "--param", "anchor=urlsig"];
    let judge = Judge { args: &args, mark: "urlsig=", ..URL_SIG };
    let good = judge.mint(&format!("{base}/anchored/v/a.mp4"), judge.key, 600)?;
    expect(&good, 200, "minted")?;
    expect(&good.replace("a.mp4", "b.mp4?x=1"), 200, "another file of the folder")?;
    expect(&judge.mint(&format!("{base}/anchored/v/a.mp4"), judge.other_key, 600)?, 403, "another key")?;
    expect(&judge.mint(&format!("{base}/anchored/v/a.mp4"), judge.key, -600)?, 403, "expired")?;
    expect(&good.replace("/v;", "/w;"), 403, "another folder")?;
    // Only the token is damaged: the plugin cuts it out with whatever stands beside it.
    let (head, rest) = good.split_at(good.find("urlsig=").ok_or("no anchor")?);
    let (token, file) = rest.split_at(rest.find('/').ok_or("no file")?);
    judge.refuses(token, judge.mark.len(), |token| http::status(&format!("{head}{token}{file}")))
}

const RSA: &str = include_str!("../vectors/keys/rsa-2048.pem");
const P256: &str = include_str!("../vectors/keys/p-256.pem");
const URI_SIGNING: Judge<'_> = Judge {
    scheme: "ats-uri-signing",
    key: "c3RyYXRvcy1qd3Qta2V5LW9uZS0wMTIzNDU2Nzg5YWI",
    other_key: "c3RyYXRvcy1qd3Qta2V5LXR3by0wMTIzNDU2Nzg5YWI",
    args: &["--key-id", "k1", "--param", "issuer=stratos-issuer"],
    mark: ".",
    expired: Some(403),
    malformed: &[404],
    ..Judge::BASE
};

fn uri_signing() -> Result<(), Failed> {
    URI_SIGNING.judges(&traffic_server().base(), &["/jwt/v/a.mp4?x=1", "/jwt/v/a%20b%2F%C3%A9.mp4?x=%20"])
}

fn uri_signing_elsewhere() -> Result<(), Failed> {
    let base = traffic_server().base();
    let path = [URI_SIGNING.args, &["--form", "path"]].concat();
    Judge { args: &path, from: ";URI", ..URI_SIGNING }.judges(&base, &["/jwt/v/a.mp4"])?;
    let cookie = [URI_SIGNING.args, &["--cookie"]].concat();
    let judge = Judge { args: &cookie, ..URI_SIGNING };
    let url = format!("{base}/jwt/v/a.mp4");
    let with = |cookie: &str| http::ask("GET", &url, &[("Cookie", cookie)], b"").map(|(status, _)| status);
    let good = judge.mint(&url, judge.key, 600)?;
    if (with(&good)?, with(&judge.mint(&url, judge.key, -600)?)?) != (200, 403) {
        return Err(format!("the cookie {good} was not taken, or an old one was").into());
    }
    judge.refuses(&good, 0, with)
}

/// RS256 and ES256, of which the plugin has the public halves; a right token under another key's id is refused.
/// Its base64 reader drops one character too many, where that makes no whole byte.
fn uri_signing_public() -> Result<(), Failed> {
    let base = traffic_server().base();
    let tolerated: &[&str] = &["long signature"];
    for (id, algorithm, key, other, harmless) in [
        ("k3", "algorithm=RS256", RSA, &rcgen::PKCS_RSA_SHA256, &[][..]),
        ("k4", "algorithm=ES256", P256, &rcgen::PKCS_ECDSA_P256_SHA256, tolerated),
    ] {
        let args = ["--key-id", id, "--param", "issuer=stratos-issuer", "--param", algorithm];
        let other = rcgen::KeyPair::generate_for(other)?.serialize_pem();
        let judge = Judge { key, other_key: &other, args: &args, harmless, ..URI_SIGNING };
        judge.judges(&base, &["/jwt/v/a.mp4?x=1"])?;
        let args = ["--key-id", "k1", "--param", "issuer=stratos-issuer", "--param", algorithm];
        let confused = Judge { args: &args, ..judge }.mint(&format!("{base}/jwt/a"), key, 600)?;
        expect(&confused, 403, "the id of another key")?;
    }
    Ok(())
}

fn uri_signing_claims() -> Result<(), Failed> {
    let base = traffic_server().base();
    let (url, prefix) = (format!("{base}/jwt/v/a.mp4"), format!("{base}/jwt/v/"));
    let mint = |more: &[&str]| {
        let args = [URI_SIGNING.args, more].concat();
        Judge { args: &args, ..URI_SIGNING }.mint(&url, URI_SIGNING.key, 600)
    };
    let folder = mint(&["--prefix", &prefix])?;
    expect(&folder, 200, "a prefix")?;
    expect(&folder.replace("a.mp4", "b.mp4"), 200, "another file of the folder")?;
    expect(&folder.replace("/jwt/v/", "/jwt/w/"), 403, "another folder")?;
    expect(&mint(&["--param", "audience=edge-1"])?, 200, "its audience")?;
    expect(&mint(&["--param", "audience=edge-2"])?, 403, "another audience")?;
    expect(&mint(&["--not-before", "+5m"])?, 403, "not yet")?;
    expect(&mint(&["--not-before", "2020-01-01T00:00:00Z"])?, 200, "begun long ago")?;
    for args in
        [["--key-id", "k9", "--param", "issuer=stratos-issuer"], ["--key-id", "k1", "--param", "issuer=no"]]
    {
        let url = Judge { args: &args, ..URI_SIGNING }.mint(&url, URI_SIGNING.key, 600)?;
        expect(&url, 403, "a key or an issuer that the plugin does not know")?;
    }
    Ok(())
}
