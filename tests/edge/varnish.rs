//! Varnish with vmod digest judges the schemes whose check VCL can express; Fastly's own edge is one.

use crate::{
    Needs, Row, SECRET, http,
    judge::{Judge, expect},
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
};

const VARNISH: Needs = &[
    ("/usr/sbin/varnishd", "varnish"),
    ("/usr/lib/*/varnish/vmods/libvmod_digest.so", "varnish-vmod-digest"),
];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("varnish_judges_akamai_tokens", VARNISH, akamai),
    ("varnish_judges_akamai_access_lists", VARNISH, akamai_list),
    ("varnish_judges_fastly_tokens", VARNISH, fastly),
    ("varnish_judges_bunny_tokens", VARNISH, bunny),
    ("varnish_judges_cloud_cdn_urls", VARNISH, cloud_cdn),
    ("varnish_judges_md5_tokens", VARNISH, md5),
];

/// `stratos-secret-0123456789` in hexadecimal, in base64, and its first 16 bytes; and keys that Varnish has not.
const HEX: [&str; 2] = [
    "73747261746f732d7365637265742d30313233343536373839",
    "73747261746f732d7365637265742d30313233343536373830",
];
const BASE64: [&str; 2] = ["c3RyYXRvcy1zZWNyZXQtMDEyMzQ1Njc4OQ==", "c3RyYXRvcy1zZWNyZXQtMDEyMzQ1Njc4OA=="];
const SIXTEEN: [&str; 2] = ["c3RyYXRvcy1zZWNyZXQtMA==", "c3RyYXRvcy1zZWNyZXQtMQ=="];

fn varnish() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let mut command = Command::new("/usr/sbin/varnishd");
        // -j none keeps the caller's user; -n keeps the shared memory in the folder.
        command.args(["-F", "-j", "none", "-T", "127.0.0.1:0", "-s", "malloc,32m", "-p", "vsl_space=8M"]);
        command.args(["-a", &format!("127.0.0.1:{}", work.port)]).arg("-n").arg(work.folder.join("vsm"));
        command.arg("-f").arg(work.fill("edge.vcl", &[]));
        command
    };
    SERVER.get_or_init(|| servers::start("varnish", 200, prepare)).clone()
}

fn akamai() -> Result<(), Failed> {
    let base = varnish().base();
    let args = ["--param", "token_name=hdnts"];
    let judge = Judge { scheme: "akamai-edgeauth", key: HEX[0], other_key: HEX[1], ..Judge::BASE };
    let judge = Judge { args: &args, mark: "~hmac=", ..judge };
    judge.judges(&base, &["/akamai/v/a.mp4", "/akamai/a%20b.mp4?x=1&y=%2F", "/akamai/"])?;
    let args = [&args[..], &["--param", "algorithm=sha1"]].concat();
    Judge { args: &args, ..judge }.judges(&base, &["/akamai-sha1/a.mp4?x=1"])
}

/// One token for a folder, in the query and as a cookie, bound to the visitor's address.
fn akamai_list() -> Result<(), Failed> {
    let base = varnish().base();
    let args = ["--param", "token_name=hdnts", "--prefix", "/akamai-list/", "--ip", "127.0.0.1"];
    let judge = Judge { scheme: "akamai-edgeauth", key: HEX[0], other_key: HEX[1], ..Judge::BASE };
    let judge = Judge { args: &args, mark: "~hmac=", from: "hdnts=", ..judge };
    judge.judges(&base, &["/akamai-list/a.mp4", "/akamai-list/deep/b.mp4?x=1"])?;
    let url = format!("{base}/akamai-list/a.mp4");
    let good = judge.mint(&url, judge.key, 600)?;
    expect(&good.replace("/a.mp4", "/other.mp4"), 200, "the token at another file")?;
    expect(&good.replace("/akamai-list/a", "/akamai/a"), 403, "the token at another folder")?;
    let elsewhere = ["--param", "token_name=hdnts", "--prefix", "/akamai-list/", "--ip", "127.0.0.2"];
    expect(&Judge { args: &elsewhere, ..judge }.mint(&url, judge.key, 600)?, 403, "another address")?;

    let args = [&args[..], &["--cookie"]].concat();
    let judge = Judge { args: &args, harmless: &[], ..judge };
    let with = |cookie: &str| http::ask("GET", &url, &[("Cookie", cookie)], b"").map(|(status, _)| status);
    let good = judge.mint(&url, judge.key, 600)?;
    if (with(&good)?, with(&judge.mint(&url, judge.key, -600)?)?) != (200, 410) {
        return Err(format!("the cookie {good} was not taken, or an old one was").into());
    }
    judge.refuses(&good, "hdnts=".len(), with)
}

fn fastly() -> Result<(), Failed> {
    let judge = Judge { scheme: "fastly", key: BASE64[0], other_key: BASE64[1], mark: "_", ..Judge::BASE };
    judge.judges(&varnish().base(), &["/fastly/v/a.mp4", "/fastly/a%20b~c.mp4"])?;
    let args = ["--param", "signed=path-and-query"];
    Judge { args: &args, ..judge }.judges(&varnish().base(), &["/fastly/a.mp4?x=1&y=2"])
}

fn bunny() -> Result<(), Failed> {
    let judge = Judge { scheme: "bunny", mark: "token=HS256-", ..Judge::BASE };
    judge.judges(&varnish().base(), &["/bunny/v/a.mp4?x=1", "/bunny/a.mp4", "/bunny/%C3%A9.mp4"])
}

fn cloud_cdn() -> Result<(), Failed> {
    let judge = Judge { scheme: "gcp-cloud-cdn", key: SIXTEEN[0], other_key: SIXTEEN[1], ..Judge::BASE };
    let judge = Judge { args: &["--key-id", "k1"], mark: "Signature=", ..judge };
    judge.judges(&varnish().base(), &["/cloud-cdn/v/a.mp4?x=1", "/cloud-cdn/a%20b.mp4"])?;
    let url = format!("{}/cloud-cdn/a.mp4", varnish().base());
    let other = judge.mint(&url.replace("127.0.0.1", "localhost"), judge.key, 600)?;
    expect(&other.replace("localhost", "127.0.0.1"), 403, "another host")
}

fn md5() -> Result<(), Failed> {
    let base = varnish().base();
    let judge = Judge { key: SECRET, ..Judge::BASE };
    let gcore = Judge { scheme: "gcore", args: &["--ip", "127.0.0.1"], mark: "md5=", ..judge };
    gcore.judges(&base, &["/gcore/v/a.mp4", "/gcore/a%20b.mp4"])?;
    let unbound = Judge { args: &[], ..gcore }.mint(&format!("{base}/gcore/a.mp4"), SECRET, 600)?;
    expect(&unbound, 403, "no address")?;
    Judge { scheme: "keycdn", mark: "token=", ..judge }
        .judges(&base, &["/keycdn/v/a.mp4", "/keycdn/a%20b"])?;
    Judge { scheme: "cdn77", mark: "secure=", ..judge }.judges(&base, &["/cdn77/v/a.mp4", "/cdn77/a%20b"])?;
    let (key, other_key) = ("stratosSecret0123456789", "stratosSecret0123456780");
    let alibaba = Judge { scheme: "alibaba-a", key, other_key, args: &["--param", "validity=300"], ..judge };
    Judge { mark: "-", ..alibaba }.judges(&base, &["/alibaba-a/v/a.mp4", "/alibaba-a/a%20b.mp4"])
}
