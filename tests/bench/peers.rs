//! Others doing the same in the same run. Each takes its own processor time, as ours is taken, in memory and without
//! its start; one that is not installed is named as absent. README.md says how to install them.

use super::{
    BASE, Bench, EXPIRES, SECRET,
    bulk::{self, rate},
    note, schemes,
};
use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// How many URLs of HMAC, and of RSA.
const COUNTS: [usize; 2] = [200_000, 300];

const NODE_HMAC: &str = r#"
const { createHmac } = require("node:crypto");
const [file, secret, expires, base, count] = process.argv.slice(2);
const lines = require("node:fs").readFileSync(file, "utf8").split("\n").slice(0, Number(count));
const start = process.cpuUsage();
const out = lines.map((path) => {
  const text = `${path.length}:${path}|${expires.length}:${expires}`;
  const sig = createHmac("sha256", secret).update(text).digest("hex");
  return `${base}/api/signed?path=${encodeURIComponent(path)}&expires=${expires}&sig=${sig}`;
});
const spent = process.cpuUsage(start);
console.error((spent.user + spent.system) * 1e3 / lines.length);
console.log(out.join("\n"));
"#;

const PYTHON_HMAC: &str = r#"
import hmac, sys, time
from urllib.parse import quote
file, secret, expires, base, count = sys.argv[1:]
lines = open(file).read().split("\n")[:int(count)]
start, key, out = time.process_time(), secret.encode(), []
for path in lines:
    text = f"{len(path)}:{path}|{len(expires)}:{expires}".encode()
    sig = hmac.digest(key, text, "sha256").hex()
    out.append(f"{base}/api/signed?path={quote(path, safe='')}&expires={expires}&sig={sig}")
print((time.process_time() - start) * 1e9 / len(lines), file=sys.stderr)
print("\n".join(out))
"#;

const BOTOCORE: &str = r#"
import datetime, sys, time
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
file, key, expires, base, count = sys.argv[1:]
private = serialization.load_pem_private_key(open(key, "rb").read(), None)
signer = CloudFrontSigner("K", lambda text: private.sign(text, padding.PKCS1v15(), hashes.SHA1()))
lines = open(file).read().split("\n")[:int(count)]
end = datetime.datetime.fromtimestamp(int(expires), datetime.timezone.utc)
start = time.process_time()
out = [signer.generate_presigned_url(base + path, date_less_than=end) for path in lines]
print((time.process_time() - start) * 1e9 / len(lines), file=sys.stderr)
print("\n".join(out))
"#;

const AWS_SDK: &str = r#"
const { getSignedUrl } = require("@aws-sdk/cloudfront-signer");
const fs = require("node:fs");
const [file, key, expires, base, count] = process.argv.slice(2);
const lines = fs.readFileSync(file, "utf8").split("\n").slice(0, Number(count));
const privateKey = fs.readFileSync(key, "utf8"), end = new Date(Number(expires) * 1000).toISOString();
const start = process.cpuUsage();
const out = lines.map((path) => getSignedUrl({ url: base + path, keyPairId: "K", dateLessThan: end, privateKey }));
const spent = process.cpuUsage(start);
console.error((spent.user + spent.system) * 1e3 / lines.length);
console.log(out.join("\n"));
"#;

/// Measures, beside our nanoseconds for one line of HMAC and of RSA.
pub fn run(bench: &Bench, hmac: f64, rsa: f64) {
    let own = [hmac, rsa];
    let key = format!("file:{}", schemes::rsa_key());
    let cloudfront = ["--scheme", "cloudfront", "--key-id", "K", "--key", &key];
    let script = [&cloudfront[..], &["--param", "dialect=js"]].concat();
    for (name, program, text, kind, more) in [
        ("node, its crypto", "node", NODE_HMAC, 0, &[][..]),
        ("python, its hmac", "python3", PYTHON_HMAC, 0, &[]),
        ("python, botocore's CloudFrontSigner", "python3", BOTOCORE, 1, &cloudfront),
        ("node, @aws-sdk/cloudfront-signer", "node", AWS_SDK, 1, &script),
    ] {
        match peer(bench, program, text, kind) {
            None => note(name, "absent; tests/bench/README.md says how to install it"),
            Some((nanos, urls)) => {
                assert!(urls == minted(bench, kind, more), "{name} and stratos write different URLs");
                let times = nanos / own[kind];
                note(name, &format!("the same URLs, {}; ours {times:.1} times as fast", rate(nanos)));
            }
        }
    }
}

/// The URLs of a peer, and its nanoseconds for each; nothing where it is not installed.
fn peer(bench: &Bench, program: &str, text: &str, kind: usize) -> Option<(f64, Vec<u8>)> {
    let script = bench.home.join(if program == "node" { "peer.cjs" } else { "peer.py" });
    fs::write(&script, text).expect("room for a script");
    let key = [SECRET.to_owned(), schemes::rsa_key()];
    let mut command = Command::new(program);
    command.arg(script).arg(bulk::list(bench)).args([&key[kind], &EXPIRES.to_string(), BASE]);
    command.arg(COUNTS[kind].to_string()).stdin(Stdio::null());
    if let Some(folder) = env::var_os("STRATOS_PEERS").map(PathBuf::from) {
        command.env("NODE_PATH", folder.join("node_modules")).env("PYTHONPATH", folder.join("python"));
    }
    let run = command.output().ok().filter(|run| run.status.success())?;
    let nanos = String::from_utf8_lossy(&run.stderr).lines().last()?.trim().parse().ok()?;
    Some((nanos, run.stdout))
}

/// Our own URLs for the same lines.
fn minted(bench: &Bench, kind: usize, more: &[&str]) -> Vec<u8> {
    let text = fs::read_to_string(bulk::list(bench)).expect("the list");
    let few = bench.home.join("peers");
    fs::write(&few, text.split_inclusive('\n').take(COUNTS[kind]).collect::<String>()).expect("room");
    bulk::signed(bench, &few, more).stdout(Stdio::piped()).output().expect("the binary runs").stdout
}
