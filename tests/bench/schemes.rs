//! Verifying, MD5 and RSA, each from stdin to stdout on one core.

use super::{
    BASE, Bench,
    bulk::{self, LINES, rate},
    figure,
    measure::{self, Spent},
    note,
};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fs::{self, File},
    hint::black_box,
    path::Path,
};

const ROUNDS: usize = 5;
/// RSA signatures in a run.
const SIGNATURES: usize = 2_000;

/// Measures; gives the nanoseconds of one RSA signature.
pub fn run(bench: &Bench) -> f64 {
    let list = bulk::list(bench);
    let links = bench.home.join("links");
    let mut mint = bulk::signed(bench, &list, &[]);
    mint.stdout(File::create(&links).expect("room for the links"));
    measure::run(mint);
    let (mut verified, mut hashed) = (Spent::MOST, [Spent::MOST; 2]);
    for _ in 0..ROUNDS {
        let mut verify = bench.stratos(&["signed", "verify", "-", "--cdn-url", BASE, "--quiet"]);
        verify.stdin(File::open(&links).expect("the links"));
        verified = verified.least(measure::run(verify));
        for (scheme, hashed) in MD5.iter().zip(&mut hashed) {
            let more = ["--scheme", scheme, "--key", "env:SIGNED_URL_SECRET"];
            *hashed = hashed.least(measure::run(bulk::signed(bench, &list, &more)));
        }
    }
    let hashed = MD5.iter().zip(hashed).map(|(scheme, spent)| (format!("MD5, {scheme}, one core"), spent));
    for (what, spent) in std::iter::once(("verify, one core".to_owned(), verified)).chain(hashed) {
        let nanos = spent.each(LINES).cpu * 1e9;
        figure(&what, &rate(nanos), "3 M URLs a CPU second", nanos <= 1e3 / 3.0);
    }
    rsa(bench, &list)
}

const MD5: [&str; 2] = ["keycdn", "bunny-basic"];

/// The RSA key of the tests, and how a list is signed with it.
pub fn rsa_key() -> String {
    format!("{}/tests/vectors/keys/rsa-2048.pem", env!("CARGO_MANIFEST_DIR"))
}

fn rsa(bench: &Bench, list: &Path) -> f64 {
    let few = bench.home.join("few");
    let text = fs::read_to_string(list).expect("the list");
    fs::write(&few, text.split_inclusive('\n').take(SIGNATURES).collect::<String>()).expect("room");
    let pem = fs::read_to_string(rsa_key()).expect("the tests' key");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let own = RsaKeyPair::from_pkcs8(&STANDARD.decode(body).expect("a PEM file")).expect("a key");
    // As long as the policy that is signed for each of the lines.
    let policy = [b'p'; 190];
    let (random, mut signature) = (SystemRandom::new(), vec![0; own.public_modulus_len()]);
    let (mut alone, mut ours) = (f64::MAX, Spent::MOST);
    let key = format!("file:{}", rsa_key());
    for _ in 0..ROUNDS {
        let mut sign = || own.sign(&RSA_PKCS1_SHA256, &random, black_box(&policy), &mut signature);
        alone = alone.min(measure::quickest(40, 10, |_| (0..10).for_each(|_| sign().expect("a signature"))));
        let more =
            ["--scheme", "cloudfront", "--param", "algorithm=rsa-sha256", "--key-id", "K", "--key", &key];
        ours = ours.least(measure::run(bulk::signed(bench, &few, &more)));
    }
    let nanos = ours.each(SIGNATURES).cpu * 1e9;
    note("RSA-2048 in memory, aws-lc's own sign", &format!("{:.0} us, {:.0} /s", alone / 1e3, 1e9 / alone));
    let measured = format!("{:.0} us a URL, {:.0} % of that rate", nanos / 1e3, 100.0 * alone / nanos);
    figure("RSA-2048, one core", &measured, "90 %", alone / nanos >= 0.9);
    nanos
}
