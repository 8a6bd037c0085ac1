//! Bad input, over every scheme that the rule is for: URLs, claims, keys and tokens that must not be taken, each with
//! words that name it and say what to do.

use super::{
    common::runner::stratos,
    every::{Sample, samples},
    records::given,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use stratos::sign::{Claim, Form, Params};

const RSA: &str = include_str!("../vectors/keys/rsa-2048.pem");
const ED25519: &str = include_str!("../vectors/keys/ed25519.pem");
const PUBLIC: &str = include_str!("../vectors/keys/rsa-2048-public.pem");

fn sample(id: &str) -> &'static Sample {
    samples().iter().find(|sample| sample.scheme.id == id).unwrap()
}

/// Host and path of the example's URL.
fn parts(sample: &Sample) -> (&str, &str) {
    let rest = sample.url.strip_prefix("https://").unwrap();
    rest.split_at(rest.find('/').unwrap())
}

#[test]
fn urls_that_no_client_sends_so_are_refused_for_every_scheme() {
    for sample in samples() {
        let (host, path) = parts(sample);
        let mut cases = vec![
            (format!("https://{host}{path}#part"), "fragment"),
            (format!("https://user:secret@{host}{path}"), "user name"),
            (format!("https://{host}"), "has no path"),
            (format!("https://{path}"), "names no host"),
            (format!("https://é.example{path}"), "write its xn-- form"),
            (format!("ftp://{host}{path}"), "neither a path nor a URL"),
            ("videos/a.mp4".into(), "neither a path nor a URL"),
        ];
        if !sample.scheme.carried {
            cases.extend([
                (format!("https://{host}/a/..{path}"), "segment"),
                (format!("https://{host}/%2E%2e{path}"), "segment"),
                (format!("https://{host}{path}\u{1}"), "control byte"),
                (format!("https://{host}{path}\t"), "control byte"),
                (format!("https://{host}{path}\u{7f}"), "control byte"),
            ]);
            let reserved = sample.scheme.reserved.iter();
            cases.extend(reserved.map(|name| (format!("{}?x=1&{name}=9", sample.url), "already carries")));
        }
        let list: String = cases.iter().map(|(url, _)| format!("{url}\n")).collect();
        let run = given(sample.runner(&["-"]), &sample.claims).stdin(list).run().exits(65);
        assert_eq!(run.stdout(), "", "{}: something was signed", sample.scheme.id);
        for (at, (url, words)) in cases.iter().enumerate().take(20) {
            let line = format!("line {}: ", at + 1);
            let told = run.stderr.lines().find(|told| told.contains(&line)).unwrap_or_default();
            assert!(told.contains(words) && told.contains(';'), "{}: {url}: {told}", sample.scheme.id);
        }
    }
}

#[test]
fn what_is_not_ascii_is_refused_or_verified_as_the_client_sends_it() {
    for sample in samples() {
        let id = sample.scheme.id;
        let (folder, file) = sample.url.rsplit_once('/').unwrap();
        let list = format!("{folder}/é{file}\n{folder}/a\\{file}\n");
        let run = given(sample.runner(&["-"]), &sample.claims).stdin(list).run();
        let told = run.stderr.lines().find(|line| line.contains("line 1: "));
        match told {
            Some(told) => assert!(told.contains("percent-encoded"), "{id}: {told}"),
            None => {
                let sent = run.stdout().lines().next().unwrap().replace('é', "%C3%A9");
                let verdict = sample.runner(&["verify", "--method", "GET", &sent]).run();
                assert!(verdict.code == Some(0), "{id}: {sent}: {}", verdict.everything());
            }
        }
        assert!(!run.stdout().contains('\\'), "{id}: {}", run.stdout());
    }
}

#[test]
fn wildcards_are_refused_where_they_are_literal() {
    for sample in samples() {
        let (_, path) = parts(sample);
        let (folder, _) = path.rsplit_once('/').unwrap();
        let (globs, prefix) = (sample.scheme.carries(Claim::Globs), sample.scheme.carries(Claim::Prefix));
        if globs {
            let (base, _) = sample.url.rsplit_once('/').unwrap();
            let run = sample.mint(&format!("{base}/*"), &["--json"]).fails("usage_error", 64);
            assert!(run.stderr.contains("give the pattern with --prefix"), "{}", run.stderr);
            let elsewhere = sample.mint(&sample.url, &["--json", "--prefix", "/nowhere/*"]);
            assert!(elsewhere.fails("usage_error", 64).stderr.contains("cover"), "{}", sample.scheme.id);
        } else if prefix {
            let pattern = format!("{folder}/*");
            let run = sample.mint(&sample.url, &["--json", "--prefix", &pattern]).fails("usage_error", 64);
            assert!(run.stderr.contains("takes as it stands; end the prefix"), "{}", run.stderr);
        }
    }
}

#[test]
fn claims_and_forms_that_a_scheme_cannot_carry_are_refused_with_those_that_can() {
    let flags: [(&str, &str, &[Claim]); 7] = [
        ("--ttl", "1h", &[Claim::Expires]),
        ("--not-before", "+1m", &[Claim::NotBefore]),
        ("--prefix", "/v/", &[Claim::Prefix, Claim::Globs, Claim::Regex]),
        ("--ip", "203.0.113.7", &[Claim::Ip]),
        ("--country", "DE", &[Claim::Countries]),
        ("--method", "PUT", &[Claim::Method]),
        ("--key-id", "k", &[Claim::KeyId]),
    ];
    let mut seen = Vec::new();
    for sample in samples() {
        let (id, row) =
            (sample.scheme.id, (sample.scheme.claims, sample.scheme.forms, sample.scheme.longest));
        // Rows that say the same of these differ in nothing that is asked here.
        if seen.contains(&row) {
            continue;
        }
        seen.push(row);
        for (flag, value, claims) in flags {
            if claims.iter().any(|claim| sample.scheme.carries(*claim)) {
                continue;
            }
            let run = sample.mint(&sample.url, &[flag, value, "--json"]).fails("usage_error", 64);
            let told = run.stderr.contains(&format!("cannot carry {flag}")) && run.stderr.contains(" can");
            assert!(told && run.stdout().is_empty(), "{id}: {}", run.stderr);
        }
        let form = [Form::Cookie, Form::Token, Form::Header].into_iter();
        for form in form.filter(|form| !sample.scheme.forms.contains(form)).take(1) {
            let run = sample.mint(&sample.url, &["--form", form.name(), "--json"]).fails("usage_error", 64);
            assert!(run.stderr.contains("cannot carry --form"), "{id}: {}", run.stderr);
        }
        if let Some(longest) = sample.scheme.longest {
            sample_lives(sample, longest);
        }
    }
}

/// SigV4's seven days, to the second.
fn sample_lives(sample: &Sample, longest: u64) {
    let mint = |seconds: u64| {
        let runner = sample.runner(&[&sample.url]);
        let others = sample.claims.chunks(2).filter(|pair| pair[0] != "--ttl").flatten();
        let runner = others.fold(runner, |runner, arg| runner.arg(arg));
        runner.arg("--ttl").arg(seconds.to_string()).arg("--json").run()
    };
    assert_eq!(longest, 604_800, "{}", sample.scheme.id);
    mint(longest).exits(0);
    let run = mint(longest + 1).fails("usage_error", 64);
    assert!(run.stderr.contains("verifier accepts; give a shorter --ttl"), "{}", run.stderr);
}

/// Keys that no scheme with a key pair takes, and the words for each.
const PAIRS: &[(&str, &str)] = &[
    (include_str!("../vectors/keys/rsa-1024.pem"), "1024 bits; make one of 2048"),
    (include_str!("../vectors/keys/secp256k1.pem"), "of another kind"),
    (include_str!("../vectors/keys/p-256.pem"), "of another kind"),
    (
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "decrypt it first",
    ),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----\n",
        "decrypt it first",
    ),
    ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "holds a certificate; take its key"),
    (
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
        "OpenSSH key; convert it",
    ),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n", "cut off"),
    ("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", "not base64"),
    ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "damaged"),
    ("not a key", "PEM"),
];

#[test]
fn a_key_pair_that_will_not_do_is_refused_by_what_it_is() {
    let mut seen = 0;
    for sample in samples().iter().filter(|sample| !sample.scheme.shares(Params(&[]))) {
        let rsa = sample.key.starts_with("-----BEGIN");
        // Schemes of Ed25519 say of an RSA key that it is of another kind, whatever its size.
        for (key, words) in PAIRS.iter().skip(usize::from(!rsa)) {
            refused(sample, key, words);
        }
        let (public, other) = if rsa { (PUBLIC, ED25519) } else { (ED25519_PUBLIC, RSA) };
        refused(sample, public, "public key: it verifies, but cannot sign; give the private key");
        refused(sample, other, "of another kind");
        seen += 1;
        let empty = sample.runner(&[&sample.url, "--json"]).env("KEY", "");
        given(empty, &sample.claims).run().fails("auth_missing_key", 78);
    }
    assert!(seen >= 5, "{seen} schemes with a key pair");
}

const ED25519_PUBLIC: &str = include_str!("../vectors/keys/ed25519-public.pem");

#[test]
fn a_shared_secret_of_another_kind_length_or_spelling_is_refused() {
    for sample in samples().iter().filter(|sample| sample.scheme.shares(Params(&[]))) {
        // Whoever has the public key could sign.
        refused(sample, PUBLIC, "PEM");
        if sample.scheme.secret.name() != "text" {
            refused(sample, "not in this spelling!", "must be written as");
        }
    }
    refused(sample("gcore"), RSA, "shares a secret with the CDN; give that secret");
    refused(sample("fastly"), PAIRS[3].0, "PEM");
    let hex = |digits: usize| "5a".repeat(digits / 2) + if digits % 2 == 1 { "5" } else { "" };
    refused(sample("akamai-edgeauth"), &hex(63), "must be written as hex");
    refused(sample("cta-5007-cat"), "zz5a", "must be written as hex");
    refused(
        sample("gcp-cloud-cdn"),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "is 16 bytes, not 24; make one with",
    );
    refused(sample("gcp-media-cdn"), "AAECAwQFBgcICQoLDA0ODw==", "32 bytes");
    refused(sample("rfc9246"), RSA, "PEM");
    refused(sample("rfc9246"), "{\"kty\":\"RSA\"}", "JWK");
}

fn refused(sample: &Sample, key: &str, words: &str) {
    let runner = sample.runner(&[&sample.url, "--json"]).env("KEY", key);
    let run = given(runner, &sample.claims).run().exits(65);
    let message = run.error()["message"].as_str().unwrap().to_owned();
    let id = sample.scheme.id;
    assert!(message.contains(words) && run.stdout().is_empty(), "{id}: {words:?} is not in {message:?}");
    let secret = key.lines().find(|line| !line.starts_with("-----")).unwrap_or(key);
    assert!(!run.stderr.contains(secret), "{id}: the key was shown");
}

/// The token of a link: three words of base64url between dots.
fn token(link: &str) -> &str {
    let word = |letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    link.split(word).find(|word| word.starts_with("eyJ")).unwrap()
}

#[test]
fn a_token_that_names_its_own_algorithm_is_never_valid() {
    for id in ["rfc9246", "ats-uri-signing", "cloudflare-stream"] {
        let sample = sample(id);
        let link = sample.link();
        let whole = token(link);
        let [head, body, signature] = whole.split('.').collect::<Vec<_>>()[..] else { panic!("{whole}") };
        let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
        let verdict = |forged: &str| {
            let forged = link.replace(whole, forged);
            let run = sample.runner(&["verify", &forged, "--json"]).run().exits(65);
            run.json()["verdict"].as_str().unwrap().to_owned()
        };
        for alg in ["none", "None", "HS256", "HS384", "RS256", "ES256", ""] {
            if head["alg"] == alg {
                continue;
            }
            let mut head = head.clone();
            head["alg"] = alg.into();
            let head = URL_SAFE_NO_PAD.encode(head.to_string());
            for signature in [signature, ""] {
                assert_eq!(verdict(&format!("{head}.{body}.{signature}")), "malformed", "{id} {alg:?}");
            }
        }
        let head = URL_SAFE_NO_PAD.encode(head.to_string());
        assert_ne!(verdict(&format!("{head}.{body}.")), "valid", "{id}: no signature");
    }
}

#[test]
fn nested_garbage_in_a_cat_is_malformed() {
    let sample = sample("cta-5007-cat");
    let link = sample.link();
    let (head, good) = link.rsplit_once('=').unwrap();
    let good = URL_SAFE_NO_PAD.decode(good).unwrap();
    let mut tokens: Vec<Vec<u8>> = vec![
        vec![0x81; 4_000],
        vec![0x9f; 4_000],
        vec![0xbf; 4_000],
        vec![0xa1; 4_000],
        [0xd8, 0x3d].repeat(2_000),
        vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xff],
        Vec::new(),
    ];
    // Behind the token's own beginning, and in the place of its payload.
    for garbage in [&[0x81; 2_000][..], &[0xd8, 0x3d].repeat(1_000), &[0x9b, 0xff, 0xff, 0xff, 0xff]] {
        tokens.push([&good[..4], garbage].concat());
        tokens.push([&good[..good.len() / 2], garbage, &good[good.len() / 2..]].concat());
        tokens.push([&good[..], garbage].concat());
    }
    tokens.extend((1..good.len()).step_by(7).map(|end| good[..end].to_vec()));
    let list: String =
        tokens.iter().map(|token| format!("{head}={}\n", URL_SAFE_NO_PAD.encode(token))).collect();
    let run = sample.runner(&["verify", "-", "--output", "ndjson"]).stdin(list.clone()).run().exits(65);
    assert_eq!(run.stdout().lines().count(), tokens.len(), "{}", run.stderr);
    for line in run.stdout().lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        assert_eq!(verdict["verdict"], "malformed", "{line:.300}");
    }
    let inspected =
        stratos(["signed", "inspect", "-", "--scheme", "cta-5007-cat"]).stdin(list).run().exits(65);
    assert!(
        inspected.stdout().is_empty() && inspected.stderr.contains("lines were bad"),
        "{}",
        inspected.stderr
    );
}
