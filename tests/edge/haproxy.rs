//! HAProxy judges HMAC schemes, and with jwt_verify the tokens that are JSON Web Signatures.

use crate::{
    Needs, Row, http,
    judge::{Judge, expect},
    judges,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
};

const HAPROXY: Needs = &[("/usr/sbin/haproxy", "haproxy")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("haproxy_judges_the_colon_form", HAPROXY, colon),
    ("haproxy_judges_bunny_tokens", HAPROXY, bunny),
    ("haproxy_judges_uri_signing_with_hs256", HAPROXY, hs256),
    ("haproxy_judges_uri_signing_with_rs256", HAPROXY, rs256),
    ("haproxy_judges_uri_signing_with_es256", HAPROXY, es256),
    ("haproxy_judges_stream_tokens", HAPROXY, stream),
];

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys");
const RSA: &str = include_str!("../vectors/keys/rsa-2048.pem");
const P256: &str = include_str!("../vectors/keys/p-256.pem");
/// `stratos-secret-0123456789-jwt-key` in base64url, and a key that HAProxy has not.
const OCT: [&str; 2] =
    ["c3RyYXRvcy1zZWNyZXQtMDEyMzQ1Njc4OS1qd3Qta2V5", "c3RyYXRvcy1zZWNyZXQtMDEyMzQ1Njc4OS1qd3Qta2V6"];

fn haproxy() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let mut command = Command::new("/usr/sbin/haproxy");
        command.args(["-db", "-f"]).arg(work.fill("haproxy.cfg", &[("@KEYS@", KEYS)]));
        command
    };
    SERVER.get_or_init(|| servers::start("haproxy", 200, prepare)).clone()
}

fn colon() -> Result<(), Failed> {
    judges("cloudcdn-colon", &haproxy().base(), true)
}

fn bunny() -> Result<(), Failed> {
    let judge = Judge { scheme: "bunny", mark: "token=HS256-", ..Judge::BASE };
    judge.judges(&haproxy().base(), &["/bunny/v/a.mp4", "/bunny/%C3%A9~b.mp4"])
}

fn hs256() -> Result<(), Failed> {
    let judge = Judge { scheme: "rfc9246", key: OCT[0], other_key: OCT[1], mark: ".", ..Judge::BASE };
    judge.judges(&haproxy().base(), &["/hs256/v/a.mp4?x=1", "/hs256/a%20b.mp4"])?;
    swapped(&judge, "/hs256/a", "/rs256/a")
}

fn rs256() -> Result<(), Failed> {
    let other = another(&rcgen::PKCS_RSA_SHA256)?;
    let judge = Judge { scheme: "rfc9246", key: RSA, other_key: &other, mark: ".", ..Judge::BASE };
    let judge = Judge { args: &["--param", "algorithm=RS256"], ..judge };
    judge.judges(&haproxy().base(), &["/rs256/v/a.mp4?x=1"])?;
    swapped(&judge, "/rs256/a", "/es256/a")
}

fn es256() -> Result<(), Failed> {
    let other = another(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let judge = Judge { scheme: "rfc9246", key: P256, other_key: &other, mark: ".", ..Judge::BASE };
    let judge = Judge { args: &["--param", "algorithm=ES256", "--key-id", "k1"], ..judge };
    judge.judges(&haproxy().base(), &["/es256/v/a.mp4?x=1", "/es256/a%20b.mp4"])?;
    swapped(&judge, "/es256/a", "/hs256/a")
}

/// A link whose token is right, but of another algorithm than the folder takes.
fn swapped(judge: &Judge<'_>, from: &str, to: &str) -> Result<(), Failed> {
    let base = haproxy().base();
    expect(&judge.mint(&format!("{base}{from}"), judge.key, 600)?, 200, "its own folder")?;
    expect(&judge.mint(&format!("{base}{to}"), judge.key, 600)?, 403, "another algorithm")
}

/// A fresh private key.
fn another(algorithm: &'static rcgen::SignatureAlgorithm) -> Result<String, Failed> {
    Ok(rcgen::KeyPair::generate_for(algorithm)?.serialize_pem())
}

/// The token opens everything of its video, so that only the token is damaged.
fn stream() -> Result<(), Failed> {
    let base = haproxy().base();
    let judge = Judge { scheme: "cloudflare-stream", key: RSA, mark: ".", ..Judge::BASE };
    let judge = Judge { args: &["--key-id", "k1"], ..judge };
    let url = format!("{base}/video1/manifest/video.m3u8");
    let good = judge.mint(&url, RSA, 600)?;
    expect(&good, 200, "minted")?;
    expect(&good.replace("video.m3u8", "video.mpd"), 200, "another file of the video")?;
    expect(&judge.mint(&url.replace("video1", "video2"), RSA, 600)?, 403, "another video")?;
    expect(&judge.mint(&url, &another(&rcgen::PKCS_RSA_SHA256)?, 600)?, 403, "another key")?;
    expect(&judge.mint(&url, RSA, -600)?, 410, "expired")?;
    expect(&url, 403, "unsigned")?;
    let token = good.split('/').nth(3).ok_or("no token")?;
    judge.refuses(token, 0, |token| http::status(&format!("{base}/{token}/manifest/video.m3u8")))
}
