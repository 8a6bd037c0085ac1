//! `stratos signed keygen`: keys that their scheme takes, files that are never overwritten.

use super::common::runner::{Runner, stratos};

fn keygen(args: &[&str]) -> Runner {
    stratos(["signed", "keygen"].iter().chain(args))
}

#[test]
fn a_key_on_stdout_mints_and_verifies() {
    for scheme in ["cloudcdn", "akamai-edgeauth", "fastly", "tencent-b", "rfc9246", "gcp-cloud-cdn"] {
        let made = keygen(&["--scheme", scheme]).run().exits(0);
        let key = made.stdout();
        assert_eq!(key.lines().count(), 1, "{scheme}");
        assert!(!made.stderr.contains(key.trim()) && made.stderr.contains("next: "), "{}", made.stderr);
        let id = if scheme == "gcp-cloud-cdn" { &["--key-id", "key-1"][..] } else { &[] };
        let validity = if scheme == "tencent-b" { &["--param", "validity=3600"][..] } else { &[] };
        let mint = ["signed", "https://h.example/a.mp4", "--ttl", "1h", "--scheme", scheme, "--key", "env:K"];
        let url = stratos(mint.iter().chain(id).chain(validity)).env("K", key.trim()).run().exits(0).stdout();
        let verify = ["signed", "verify", url.trim(), "--scheme", scheme, "--key", "env:K"];
        stratos(verify.iter().chain(id).chain(validity)).env("K", key.trim()).run().exits(0);
    }
    let one = keygen(&[]).run().exits(0).stdout();
    assert_ne!(one, keygen(&[]).run().exits(0).stdout(), "two keys are never alike");
    assert_eq!(one.trim().len(), 64);
}

#[test]
fn a_pair_goes_to_files_of_its_own() {
    let args = ["--scheme", "cloudfront", "--out", "key.pem", "--public", "public.pem"];
    let run = keygen(&args).run().exits(0);
    assert!(run.stdout().is_empty() && !run.stderr.contains("PRIVATE"), "{}", run.everything());
    let (key, public) = (run.path("key.pem"), run.path("public.pem"));
    assert!(std::fs::read_to_string(&key).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(std::fs::read_to_string(&public).unwrap().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let reference = |path: &std::path::Path| format!("file:{}", path.display());
    let mint =
        ["signed", "https://h.example/a.mp4", "--ttl", "1h", "--scheme", "cloudfront", "--key-id", "K1"];
    let url = stratos(mint).arg("--key").arg(reference(&key)).run().exits(0).stdout();
    let verify = ["signed", "verify", url.trim(), "--scheme", "cloudfront"];
    stratos(verify).arg("--key").arg(reference(&public)).run().exits(0);
}

#[test]
fn nothing_is_overwritten_and_no_half_pair_is_left() {
    let run = keygen(&["--out", "key", "--json"]).file("key", "old").run();
    let run = run.fails("cannot_create", 73);
    assert_eq!(std::fs::read_to_string(run.path("key")).unwrap(), "old");
    let args = ["--scheme", "cloudfront", "--out", "key.pem", "--public", "public.pem"];
    let run = keygen(&args).file("public.pem", "old").run().exits(73);
    assert!(!run.path("key.pem").exists() && run.stdout().is_empty());
    assert_eq!(std::fs::read_to_string(run.path("public.pem")).unwrap(), "old");
    keygen(&["--out", "gone/key", "--json"]).run().fails("cannot_create", 73);
}

#[test]
fn a_salt_is_made_beside_the_key() {
    let run = keygen(&["--scheme", "imgproxy", "--out", "key"]).run().exits(0);
    let read = |name: &str| std::fs::read_to_string(run.path(name)).unwrap();
    assert_ne!(read("key"), read("key.salt"));
    assert!(run.stderr.contains("--param salt=file:key.salt"), "{}", run.stderr);
    let json = keygen(&["--scheme", "imgproxy", "--json"]).run().exits(0).json();
    assert_eq!((json["key"].as_str().unwrap().len(), json["salt"].as_str().unwrap().len()), (64, 64));
}

#[test]
fn keys_that_a_vendor_issues_are_refused_with_the_place() {
    for (scheme, place) in
        [("s3", "AWS issues it"), ("gcs-v4", "service account"), ("azure-blob-sas", "storage account")]
    {
        let run = keygen(&["--scheme", scheme, "--json"]).run().fails("usage_error", 64);
        assert!(run.stdout().is_empty() && run.stderr.contains(place), "{}", run.stderr);
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for args in [
        &["--bits", "2048"][..],
        &["--bits", "1024", "--scheme", "cloudfront"],
        &["--bits", "4096", "--scheme", "cloudfront"],
        &["--public", "public.pem"],
        &["--scheme", "nobody"],
    ] {
        keygen(args).arg("--json").run().fails("usage_error", 64);
    }
}
