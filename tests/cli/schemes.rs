//! `stratos signed` for CloudFront, S3 and bunny.net: keys in files, cookies, settings, and what is refused
//! before anything is signed.

use super::common::runner::{Runner, stratos};

const RSA: &str = include_str!("../vectors/keys/rsa-2048.pem");
const RSA_PUBLIC: &str = include_str!("../vectors/keys/rsa-2048-public.pem");
const WEAK: &str = include_str!("../vectors/keys/rsa-1024.pem");
const P256: &str = include_str!("../vectors/keys/p-256.pem");
const URL: &str = "https://cdn.example.com/v/a.mp4?q=1";

fn signed(args: &[&str]) -> Runner {
    let runner =
        stratos(["signed"]).file("rsa.pem", RSA).file("public.pem", RSA_PUBLIC).file("weak.pem", WEAK);
    args.iter()
        .fold(runner.file("p256.pem", P256).env("K", "a-secret-of-some-length"), |run, arg| run.arg(arg))
}

const CLOUDFRONT: [&str; 6] = ["--scheme", "cloudfront", "--key", "file:rsa.pem", "--key-id", "K1"];
const S3: [&str; 6] = ["--scheme", "s3", "--key", "env:K", "--key-id", "AKID"];
const BUNNY: [&str; 4] = ["--scheme", "bunny", "--key", "env:K"];
const TTL: [&str; 2] = ["--ttl", "1h"];

fn minted(args: &[&[&str]]) -> String {
    signed(&args.concat()).run().exits(0).stdout().trim_end().to_owned()
}

fn verdict(args: &[&[&str]], exit: i32) -> String {
    signed(&[&["verify"], &*args.concat()].concat()).run().exits(exit).stdout()
}

#[test]
fn cloudfront_mints_with_the_private_key_and_verifies_with_the_public_one() {
    let url = minted(&[&CLOUDFRONT, &TTL, &[URL]]);
    assert!(url.starts_with(&format!("{URL}&Expires=")) && url.ends_with("&Key-Pair-Id=K1"), "{url}");
    let public = ["--scheme", "cloudfront", "--key", "file:public.pem"];
    assert!(verdict(&[&public, &[&url]], 0).contains("valid"));
    assert!(verdict(&[&public, &[&url.replace("a.mp4", "b.mp4")]], 65).contains("mismatch"));
    let refused = signed(&[&public[..], &TTL, &["--key-id", "K1", URL]].concat()).run().exits(65);
    assert!(refused.stderr.contains("private key") && refused.stdout().is_empty(), "{}", refused.stderr);
}

#[test]
fn cloudfront_cookies_carry_a_pattern() {
    let lines = minted(&[&CLOUDFRONT, &TTL, &["--cookie", "--prefix", "/v/*", URL]]);
    let cookies: Vec<&str> = lines.lines().collect();
    assert_eq!(cookies.len(), 3, "{lines}");
    let asked = |url: &str, exit| {
        let mut args = vec!["--scheme", "cloudfront", "--key", "file:public.pem", url];
        cookies.iter().for_each(|cookie| args.extend(["--cookie", cookie]));
        verdict(&[&args], exit)
    };
    assert!(asked("https://cdn.example.com/v/deep/b.ts", 0).contains("valid"));
    assert!(asked("https://cdn.example.com/w/b.ts", 65).contains("refused"));
}

#[test]
fn cloudfront_keys_that_will_not_do_are_refused_by_name() {
    for (key, params, word) in [
        ("file:weak.pem", "algorithm=rsa-sha1", "1024"),
        ("file:p256.pem", "algorithm=rsa-sha1", "RSA"),
        ("file:rsa.pem", "algorithm=ecdsa-sha256", "P-256"),
        ("env:K", "algorithm=rsa-sha1", "PEM"),
    ] {
        let args = ["--scheme", "cloudfront", "--key-id", "K1", "--key", key, "--param", params, URL];
        let run = signed(&[&args[..], &TTL].concat()).run().exits(65);
        assert!(run.stderr.contains(word) && !run.stderr.contains("a-secret"), "{key}: {}", run.stderr);
    }
}

#[test]
fn s3_signs_the_method_and_a_week_at_most() {
    let object = "https://b.s3.eu-central-1.amazonaws.com/v/a.mp4";
    let url = minted(&[&S3, &TTL, &["--method", "PUT", object]]);
    assert!(
        url.contains("%2Feu-central-1%2Fs3%2Faws4_request") && url.contains("X-Amz-Expires=3600&"),
        "{url}"
    );
    let key = ["--scheme", "s3", "--key", "env:K"];
    assert!(verdict(&[&key, &["--method", "PUT", &url]], 0).contains("valid"));
    assert!(verdict(&[&key, &["--method", "GET", &url]], 65).contains("mismatch"));
    let run = signed(&[&S3[..], &["--ttl", "8d", object]].concat()).run().exits(64);
    assert!(run.stdout().is_empty(), "{}", run.stderr);
}

#[test]
fn bunny_asks_for_the_address_of_a_locked_token() {
    let url = minted(&[&BUNNY, &TTL, &["--ip", "203.0.113.7", "--form", "path", URL]]);
    assert!(url.contains("/bcdn_token=HS256-1-"), "{url}");
    assert!(verdict(&[&BUNNY, &["--ip", "203.0.113.7", &url]], 0).contains("valid"));
    assert!(verdict(&[&BUNNY, &["--ip", "203.0.113.8", &url]], 65).contains("mismatch"));
    let run = signed(&[&["verify"], &BUNNY[..], &[&url]].concat()).run().exits(64);
    assert!(run.stderr.contains("--ip"), "{}", run.stderr);
}

#[test]
fn a_scheme_s_own_names_in_the_url_are_refused() {
    for (scheme, name) in [(&CLOUDFRONT[..], "Expires"), (&S3, "X-Amz-Date"), (&BUNNY, "token")] {
        let url = format!("https://h.example/a?x=1&{name}=9");
        let run = signed(&[scheme, &TTL, &[&url]].concat()).run().exits(64);
        assert!(run.stderr.contains(name) && run.stdout().is_empty(), "{}", run.stderr);
    }
}

#[test]
fn what_could_not_be_used_is_refused_before_it_is_signed() {
    for args in [
        [&CLOUDFRONT[..], &["https://cdn.example.com/v/*"]].concat(),
        [&CLOUDFRONT[..], &["https://cdn.example.com/é"]].concat(),
        [&BUNNY[..], &["--prefix", "/w/", URL]].concat(),
        [&BUNNY[..], &["--country", "DE", "--param", "ignore_params=true", URL]].concat(),
        [&BUNNY[..], &["--ip", "203.0.113.0/24", URL]].concat(),
    ] {
        let run = signed(&[&args[..], &TTL].concat()).run();
        assert!(
            [Some(64), Some(65)].contains(&run.code) && run.stdout().is_empty(),
            "{args:?}: {:?} {}",
            run.code,
            run.stderr
        );
    }
}

#[test]
fn the_schemes_of_akamai_google_and_azure_are_found_again_and_refuse_what_was_changed() {
    let object = "https://storage.googleapis.com/bucket/v/a.mp4";
    let blob = "https://acct.blob.core.windows.net/media/v/a.mp4";
    for (scheme, key, id, url) in [
        ("akamai-edgeauth", "00112233445566778899aabbccddeeff", "", URL),
        ("gcp-cloud-cdn", "Dd147LBPxnQBKtBCW6Bcjg==", "my-key", URL),
        ("gcp-media-cdn", "xZ9x4HPflo42Jjsy0yP7iQJJpvmDNEnJxmrbuXTN8Mk=", "my-key", URL),
        ("gcp-media-cdn-token", "xZ9x4HPflo42Jjsy0yP7iQJJpvmDNEnJxmrbuXTN8Mk=", "", URL),
        ("gcs-v4", RSA, "signer@project.iam.gserviceaccount.com", object),
        ("azure-blob-sas", "AAECAwQFBgcICQoLDA0ODw==", "", blob),
    ] {
        let run = |args: &[&str]| {
            args.iter().fold(stratos(["signed"]).env("K", key), |run, arg| run.arg(arg)).run()
        };
        let mut args = vec!["--scheme", scheme, "--key", "env:K", "--ttl", "1h", url];
        args.extend(if id.is_empty() { vec![] } else { vec!["--key-id", id] });
        let signed = run(&args).exits(0).stdout().trim_end().to_owned();
        let found = run(&["inspect", &signed, "--json"]).exits(0).json();
        assert_eq!(found["scheme"], scheme, "{found}");
        assert!(run(&["verify", "--key", "env:K", &signed]).exits(0).stdout().contains("valid"), "{scheme}");
        let moved = signed.replace("a.mp4", "b.mp4");
        assert!(
            run(&["verify", "--key", "env:K", &moved]).exits(65).stdout().contains("mismatch"),
            "{scheme}"
        );
    }
}
