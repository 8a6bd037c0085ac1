//! s3s-fs, an S3 server that checks Signature Version 4, judges presigned URLs.

use crate::{
    Needs, Row, http,
    judge::{Judge, expect, mint_at},
    now,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    fs,
    process::Command,
    sync::{Arc, OnceLock},
};
use stratos::sign::{Claims, Params};

const S3S: Needs = &[("tool:bin/s3s-fs", "s3s-fs: tests/edge/tools")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("s3s_judges_presigned_get", S3S, get),
    ("s3s_judges_presigned_put_and_head", S3S, put_and_head),
    ("s3s_judges_temporary_credentials", S3S, temporary),
    ("s3s_judges_the_times_of_presigned_urls", S3S, times),
];

/// An algorithm or a date that is none may be answered with 501 or 400; one that is right but for its signature
/// is not.
const S3: Judge<'_> = Judge {
    scheme: "s3",
    args: &["--key-id", "AKIDEXAMPLE"],
    mark: "X-Amz-Signature=",
    expired: None,
    malformed: &[400, 501],
    ..Judge::BASE
};
/// Objects, in files of the same name below the bucket's folder.
const OBJECTS: [&str; 3] = ["a.mp4", "v/a b(1)~é.txt", "v/+&=.txt"];

fn s3s() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let bucket = work.folder.join("root/bucket1");
        fs::create_dir_all(bucket.join("v")).expect("a bucket");
        OBJECTS.iter().for_each(|key| fs::write(bucket.join(key), key).expect("an object"));
        let mut command = Command::new(servers::find(S3S[0].0).expect("a trial runs where its tool is"));
        command.args(["--host", "127.0.0.1", "--port", &work.port.to_string()]);
        command.args(["--access-key", "AKIDEXAMPLE", "--secret-key", S3.key]).arg(work.folder.join("root"));
        command
    };
    // `__ready` is no name of a bucket, and says so.
    SERVER.get_or_init(|| servers::start("s3", 400, prepare)).clone()
}

fn base() -> String {
    format!("{}/bucket1", s3s().base())
}

fn get() -> Result<(), Failed> {
    for dialect in ["dialect=botocore", "dialect=js", "dialect=minio"] {
        let args = [S3.args, &["--param", dialect]].concat();
        let judge = Judge { args: &args, ..S3 };
        judge.judges(&base(), &["/a.mp4", "/v/a%20b%281%29~%C3%A9.txt", "/v/%2B%26%3D.txt"])?;
        let url = judge.mint(&format!("{}/v/a b(1)~é.txt", base()), S3.key, 600)?;
        let answer = http::ask("GET", &url, &[], b"")?;
        if answer != (200, OBJECTS[1].as_bytes().to_vec()) {
            return Err(format!("{answer:?} for {url}").into());
        }
    }
    let ranged = S3.mint(&format!("{}/a.mp4?response-content-type=text%2Fplain", base()), S3.key, 600)?;
    expect(&ranged, 200, "a query of its own")?;
    let unknown = Judge { args: &["--key-id", "AKIDOTHER"], ..S3 };
    expect(&unknown.mint(&format!("{}/a.mp4", base()), S3.key, 600)?, 403, "another key id")
}

/// A link is for its method only.
fn put_and_head() -> Result<(), Failed> {
    let url = format!("{}/up.txt", base());
    let mint = |method: &str| {
        let args = [S3.args, &["--method", method]].concat();
        Judge { args: &args, ..S3 }.mint(&url, S3.key, 600)
    };
    let (put, head, get) = (mint("PUT")?, mint("HEAD")?, mint("GET")?);
    let ask =
        |method: &str, url: &str, body: &[u8]| http::ask(method, url, &[], body).map(|(status, _)| status);
    for (method, link, status) in [
        ("PUT", &get, 403),
        ("PUT", &put, 200),
        ("HEAD", &head, 200),
        ("HEAD", &put, 403),
        ("GET", &put, 403),
        ("GET", &head, 403),
        ("GET", &get, 200),
    ] {
        let body: &[u8] = if method == "PUT" { b"uploaded" } else { b"" };
        let answered = ask(method, link, body)?;
        if answered != status {
            return Err(format!("{method}: {answered} instead of {status} for {link}").into());
        }
    }
    if http::ask("GET", &get, &[], b"")?.1 != b"uploaded" {
        return Err("what was put is not what is there".into());
    }
    S3.refuses(&put, s3s().base().len() + 1, |url| ask("PUT", url, b"damaged"))
}

/// The session token is signed with the rest.
fn temporary() -> Result<(), Failed> {
    let args = [S3.args, &["--param", "session_token=plain:AQoEXAMPLEH4aoAH0gNCAPy+/="]].concat();
    Judge { args: &args, ..S3 }.judges(&base(), &["/a.mp4"])
}

/// From the library, which takes any time.
fn times() -> Result<(), Failed> {
    let url = format!("{}/a.mp4", base());
    for (issued, expires, status) in [(-100, 500, 200), (-700, -100, 403), (-604_000, 500, 200)] {
        let at = |seconds: i64| now().checked_add_signed(seconds);
        let key_id = Some("AKIDEXAMPLE".into());
        let claims = Claims { issued: at(issued), expires: at(expires), key_id, ..Claims::default() };
        expect(&mint_at(S3.scheme, S3.key, &url, &claims)?, status, "minted at another time")?;
    }
    let claims = Claims { params: Params(&[("region", "eu-central-1")]), ..Claims::default() };
    let claims = Claims { issued: Some(now()), expires: Some(now() + 60), ..claims };
    let link = mint_at(S3.scheme, S3.key, &url, &Claims { key_id: Some("AKIDEXAMPLE".into()), ..claims })?;
    expect(&link, 200, "another region")?;
    expect(&link.replace("eu-central-1", "us-east-1"), 403, "a region that was not signed")
}
