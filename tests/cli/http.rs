//! The HTTP layer against servers that answer and misbehave as told, over real sockets.

use super::common::cdn::{Answer, Cdn};
use serde_json::json;
use std::{
    io::{self, Write},
    net::TcpListener,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use stratos::{
    context::SystemClock,
    error::Result,
    http::{Client, Policy, Proxies, Request, Response, Setup, open},
    progress::Console,
    secret::Secret,
};

/// No fault may hold a command for longer than this, whatever the machine is busy with.
const BOUND: Duration = Duration::from_secs(10);

fn quiet() -> Console {
    Console { quiet: true, terminal: false, color: false, verbose: 0 }
}

fn never() -> bool {
    false
}

fn client(setup: &Setup, timeout: u64, retries: u32) -> Result<Client<'static>> {
    let policy = Policy { timeout: Duration::from_millis(timeout), retries, ..Policy::default() };
    Ok(Client { policy, transport: open(setup, never)?, clock: &SystemClock, console: quiet() })
}

fn send(cdn: &Cdn, timeout: u64) -> Result<Response> {
    client(&Setup::default(), timeout, 0)?.send(&Request::get(cdn.url()))
}

fn key() -> Secret {
    Secret::new("cdnsk_0123456789")
}

fn fails(outcome: Result<Response>, kind: &str, exit: u8) -> String {
    let error = outcome.expect_err("a failure");
    assert_eq!((error.facts().name, error.facts().exit), (kind, exit), "{error}");
    error.to_string()
}

#[test]
fn a_request_arrives_as_it_was_written() {
    let cdn = Cdn::start([Answer::json(200, &json!({"ok": true})).header("X-Request-Id", "r-7")]);
    let client = client(&Setup::default(), 5000, 0).unwrap();
    let request = Request::post(format!("{}/api/purge?a=%20b", cdn.url()))
        .credential("x-api-key", key())
        .json(&json!({"urls": ["https://h/é"]}));
    let response = client.send(&request).unwrap();
    assert_eq!((response.status, response.attempts, response.value()), (200, 1, json!({"ok": true})));
    assert_eq!(response.request_id(), Some("r-7"));
    let asked = cdn.requests().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/api/purge?a=%20b"));
    assert_eq!(asked.header("x-api-key"), Some("cdnsk_0123456789"));
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert_eq!(asked.header("user-agent"), Some(concat!("stratos/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("accept-encoding"), None, "gzip would defeat the cap");
    assert_eq!(asked.text(), r#"{"urls":["https://h/é"]}"#);
}

#[test]
fn methods_of_caches_and_bodies_of_deletions_pass() {
    let cdn = Cdn::start([Answer::text(200, "purged")]);
    let client = client(&Setup::default(), 5000, 0).unwrap();
    for method in ["PURGE", "BAN", "DELETE", "PUT", "HEAD", "PURGEKEY"] {
        client.send(&Request::new(method, cdn.url())).unwrap();
    }
    client.send(&Request::new("DELETE", cdn.url()).json(&json!([1]))).unwrap();
    let asked = cdn.requests();
    let methods: Vec<&str> = asked.iter().map(|one| one.method.as_str()).collect();
    assert_eq!(methods, ["PURGE", "BAN", "DELETE", "PUT", "HEAD", "PURGEKEY", "DELETE"]);
    assert_eq!(asked[6].text(), "[1]");
}

#[test]
fn a_path_beyond_ascii_goes_in_escapes() {
    let cdn = Cdn::start([Answer::text(200, "")]);
    let client = client(&Setup::default(), 5000, 0).unwrap();
    client.send(&Request::get(format!("{}/é%20/😀?ü=1", cdn.url()))).unwrap();
    assert_eq!(cdn.requests()[0].path, "/%C3%A9%20/%F0%9F%98%80?%C3%BC=1");
}

#[test]
fn the_head_of_something_large_is_small() {
    let cdn = Cdn::start([Answer::huge(1 << 30)]);
    let response =
        client(&Setup::default(), 5000, 0).unwrap().send(&Request::new("HEAD", cdn.url())).unwrap();
    assert_eq!((response.header("content-length"), response.body.len()), (Some("1073741824"), 0));
}

#[test]
fn many_requests_share_one_connection() {
    let cdn = Cdn::start([Answer::text(200, "a"), Answer::text(404, "b")]);
    let client = client(&Setup::default(), 5000, 0).unwrap();
    for _ in 0..50 {
        client.send(&Request::post(cdn.url()).json(&json!({}))).unwrap();
    }
    assert_eq!((cdn.requests().len(), cdn.connections()), (50, 1));
}

#[test]
fn a_server_that_never_answers_meets_the_deadline() {
    let cdn = Cdn::start([Answer::silent()]);
    let begun = Instant::now();
    let error = fails(send(&cdn, 500), "request_failed", 75);
    assert_eq!(
        error,
        "request failed after 1 attempt: the deadline of 500ms passed while waiting for the answer"
    );
    assert!(begun.elapsed() < BOUND);
    assert_eq!(cdn.requests().len(), 1);
}

#[test]
fn a_body_that_stalls_meets_the_deadline() {
    let cdn = Cdn::start([Answer::text(200, "half of it").stalled(4)]);
    let begun = Instant::now();
    let error = fails(send(&cdn, 500), "request_failed", 75);
    assert_eq!(error, "request failed after 1 attempt: the deadline of 500ms passed while reading the body");
    assert!(begun.elapsed() < BOUND);
}

#[test]
fn a_body_that_drips_meets_the_deadline() {
    // Each byte comes in time; all of them would take a minute.
    let cdn = Cdn::start([Answer::text(200, &"x".repeat(600)).drip(Duration::from_millis(100))]);
    let begun = Instant::now();
    let error = fails(send(&cdn, 500), "request_failed", 75);
    assert!(error.ends_with("while reading the body"), "{error}");
    assert!(begun.elapsed() < BOUND);
}

#[test]
fn broken_connections_are_retried_and_counted() {
    for (broken, words) in [
        (Answer::reset(), "the connection was reset"),
        (Answer::closed(), "the connection was closed"),
        (Answer::text(200, "half of it").cut(4), "the connection was closed while reading the body"),
    ] {
        let cdn = Cdn::start([broken.clone()]);
        let client = client(&Setup::default(), 5000, 2).unwrap();
        let error = fails(client.send(&Request::get(cdn.url())), "request_failed", 75);
        assert!(error.starts_with("request failed after 3 attempts: "), "{error}");
        assert!(error.contains(words), "{error}");
        assert_eq!(cdn.requests().len(), 3);

        let cdn = Cdn::start([broken, Answer::text(200, "whole")]);
        let response = client.send(&Request::get(cdn.url())).unwrap();
        assert_eq!((response.attempts, cdn.requests().len()), (2, 2));
    }
}

#[test]
fn a_closed_port_and_an_unknown_name_are_told_apart() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let client = client(&Setup::default(), 5000, 0).unwrap();
    let refused =
        fails(client.send(&Request::get(format!("http://127.0.0.1:{port}/"))), "request_failed", 75);
    assert!(refused.contains(&format!("http://127.0.0.1:{port} refuses connections")), "{refused}");
    let unknown = fails(client.send(&Request::get("http://nowhere.invalid/")), "request_failed", 75);
    assert!(unknown.contains("the name of http://nowhere.invalid cannot be looked up"), "{unknown}");
}

#[test]
fn a_gigabyte_is_refused_by_its_length_and_by_its_bytes() {
    let claimed = Cdn::start([Answer::huge(1 << 30)]);
    let error = fails(send(&claimed, 10_000), "too_large", 65);
    assert!(error.contains("8388608 bytes"), "{error}");

    let unannounced = Cdn::start([Answer::huge(1 << 30).header("Transfer-Encoding", "identity")]);
    fails(send(&unannounced, 10_000), "too_large", 65);
}

#[test]
fn the_cap_itself_passes_and_one_byte_more_does_not() {
    let cdn = Cdn::with(|asked, _| Answer::text(200, &"x".repeat(asked.path[1..].parse().unwrap())));
    let mut client = client(&Setup::default(), 5000, 0).unwrap();
    client.policy.cap = 1000;
    let of = |bytes: usize| client.send(&Request::get(format!("{}/{bytes}", cdn.url())));
    assert_eq!(of(1000).unwrap().body.len(), 1000);
    fails(of(1001), "too_large", 65);
}

#[test]
fn what_is_no_json_stays_text() {
    let cdn = Cdn::start([Answer::html(200, "<html>maintenance</html>")]);
    assert_eq!(send(&cdn, 5000).unwrap().value(), json!("<html>maintenance</html>"));
}

#[test]
fn what_is_no_http_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 mail.example ESMTP ready\r\n\r\n").unwrap();
        let _ = io::copy(&mut stream, &mut io::sink());
    });
    let client = client(&Setup::default(), 5000, 2).unwrap();
    let error = fails(client.send(&Request::get(url)), "request_failed", 75);
    assert!(error.contains("after 1 attempt: the answer is not HTTP"), "{error}");
    server.join().unwrap();
}

#[test]
fn a_redirect_reaches_nobody_with_a_credential() {
    let second = Cdn::start([Answer::text(200, "caught")]);
    for status in [301, 302, 303, 307, 308] {
        let first = Cdn::start([Answer::redirect(status, &second.url())]);
        let client = client(&Setup::default(), 5000, 2).unwrap();
        let post = Request::post(first.url()).bearer(&key()).json(&json!({})).repeatable(true);
        for (count, request) in [post, Request::get(first.url()).bearer(&key())].iter().enumerate() {
            let error = fails(client.send(request), "redirect_refused", 69);
            assert!(error.contains(&second.url()), "{error}");
            assert_eq!(first.requests().len(), count + 1);
        }
    }
    assert!(second.requests().is_empty());
    assert_eq!(second.connections(), 0);
}

#[test]
fn a_redirect_without_credential_is_followed() {
    let second = Cdn::start([Answer::text(200, "here")]);
    let first = Cdn::start([Answer::redirect(302, &format!("{}/x", second.url()))]);
    let response = send(&first, 5000).unwrap();
    assert_eq!((response.body.as_slice(), response.attempts), (&b"here"[..], 2));
    assert_eq!(second.requests()[0].path, "/x");
}

#[test]
fn a_credential_in_clear_ends_before_any_connection() {
    // Nobody answers there: whoever tried would fail with another type.
    let client = client(&Setup::default(), 5000, 0).unwrap();
    let request = Request::get("http://192.0.2.1:1/").credential("AccountKey", key());
    let error = fails(client.send(&request), "config_error", 78);
    assert!(error.contains("http://192.0.2.1:1") && !error.contains("cdnsk"), "{error}");
}

fn with_proxy(pairs: &'static [(&'static str, String)]) -> Setup {
    let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    Setup { proxies: Proxies::read(find).unwrap(), ..Setup::default() }
}

fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

#[test]
fn a_proxy_sees_a_tunnel_and_no_credential() {
    let proxy = Cdn::start([Answer::text(403, "not through here")]);
    let url = proxy.url().replace("http://", "http://user:pa%3Ass@");
    let setup = with_proxy(kept([("HTTPS_PROXY", url)]));
    let client = client(&setup, 5000, 0).unwrap();
    let request = Request::get("https://cdn.invalid/secret-path").credential("x-api-key", key());
    let error = fails(client.send(&request), "request_failed", 75);
    assert!(error.contains("the proxy opened no tunnel"), "{error}");
    let asked = proxy.requests().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("CONNECT", "cdn.invalid:443"));
    assert_eq!(asked.header("proxy-authorization"), Some("Basic dXNlcjpwYTpzcw=="));
    assert!(!format!("{asked:?}").contains("cdnsk") && !format!("{asked:?}").contains("secret-path"));
}

#[test]
fn loopback_passes_every_proxy_by() {
    let proxy = Cdn::start([Answer::text(403, "not through here")]);
    let cdn = Cdn::start([Answer::text(200, "direct")]);
    let setup = with_proxy(kept([("ALL_PROXY", proxy.url()), ("http_proxy", proxy.url())]));
    let response = client(&setup, 5000, 0).unwrap().send(&Request::get(cdn.url())).unwrap();
    assert_eq!(response.body, b"direct");
    assert_eq!(proxy.connections(), 0);
}

fn trusting(pem: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    (folder, path)
}

#[test]
fn an_unknown_authority_is_refused_until_it_is_named() {
    let cdn = Cdn::tls([Answer::text(200, "inside")]);
    let request = Request::get(cdn.url()).credential("x-api-key", key());
    let unknown = client(&Setup::default(), 5000, 2).unwrap().send(&request);
    let error = fails(unknown, "request_failed", 75);
    assert!(error.contains("after 1 attempt") && error.contains("--ca-file"), "{error}");
    assert!(cdn.requests().is_empty());

    let (_folder, ca) = trusting(cdn.ca_pem());
    let setup = Setup { ca_file: Some(ca), ..Setup::default() };
    let client = client(&setup, 5000, 0).unwrap();
    for _ in 0..3 {
        assert_eq!(client.send(&request).unwrap().body, b"inside");
    }
    assert_eq!(cdn.requests().len(), 3);
    assert_eq!(cdn.connections(), 2, "the refused one, and one for all three");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let cdn = Cdn::tls_named("elsewhere.example", [Answer::text(200, "inside")]);
    let (_folder, ca) = trusting(cdn.ca_pem());
    let setup = Setup { ca_file: Some(ca), ..Setup::default() };
    let error = fails(client(&setup, 5000, 0).unwrap().send(&Request::get(cdn.url())), "request_failed", 75);
    assert!(error.contains("another name"), "{error}");
    assert!(cdn.requests().is_empty());
}

#[test]
fn a_server_may_demand_a_client_certificate() {
    let cdn = Cdn::mutual_tls([Answer::text(200, "known")]);
    let (folder, ca) = trusting(cdn.ca_pem());
    let (certificate, key) = cdn.client_pem();
    let (crt, pem) = (folder.path().join("client.pem"), folder.path().join("client.key"));
    std::fs::write(&crt, certificate).unwrap();
    std::fs::write(&pem, key).unwrap();

    let without = Setup { ca_file: Some(ca.clone()), ..Setup::default() };
    let refused = client(&without, 5000, 0).unwrap().send(&Request::get(cdn.url()));
    let error = fails(refused, "request_failed", 75);
    assert!(error.contains("client_cert"), "{error}");

    let with = Setup { ca_file: Some(ca.clone()), client: Some((crt.clone(), pem)), ..Setup::default() };
    assert_eq!(client(&with, 5000, 0).unwrap().send(&Request::get(cdn.url())).unwrap().body, b"known");

    for (crt, key) in [(&crt, &ca), (&ca, &crt), (&crt, &folder.path().join("missing"))] {
        let broken = Setup { client: Some((crt.clone(), key.clone())), ..Setup::default() };
        let error = client(&broken, 5000, 0).map(|_| ()).unwrap_err();
        assert_eq!(error.facts().exit, 78, "{error}");
        assert!(error.to_string().starts_with("client_"), "{error}");
    }
}

#[test]
fn an_authority_that_is_none_is_named() {
    let (_folder, ca) = trusting("not a certificate");
    let bad = Setup { ca_file: Some(ca), ..Setup::default() };
    let error = client(&bad, 5000, 0).map(|_| ()).unwrap_err();
    assert_eq!(error.facts().exit, 78);
    assert!(error.to_string().contains("holds no PEM certificate"), "{error}");
}

#[test]
fn a_stream_flows_beyond_the_cap_and_outlasts_the_deadline() {
    let cdn = Cdn::start([Answer::huge(20 << 20)]);
    let client = client(&Setup::default(), 5000, 0).unwrap();
    let mut counted = Count(0);
    let response = client.stream(&Request::get(cdn.url()), &mut counted).unwrap();
    assert_eq!((response.status, response.body.len(), counted.0), (200, 0, 20 << 20));

    // Ten bytes 100 ms apart: longer than the deadline in all, never silent for that long.
    let drip = Cdn::start([Answer::text(200, "0123456789").drip(Duration::from_millis(100))]);
    let client = self::client(&Setup::default(), 800, 0).unwrap();
    let mut sink = Vec::new();
    client.stream(&Request::get(drip.url()), &mut sink).unwrap();
    assert_eq!(sink, b"0123456789");
}

#[test]
fn a_stream_ends_with_the_silence() {
    let silent = Cdn::start([Answer::silent()]);
    let stalled = Cdn::start([Answer::text(200, "0123456789").stalled(4)]);
    let begun = Instant::now();
    let client = client(&Setup::default(), 500, 0).unwrap();
    let mut sink = Vec::new();
    let error = fails(client.stream(&Request::get(silent.url()), &mut sink), "request_failed", 75);
    assert!(error.contains("while waiting for the answer"), "{error}");
    let error = fails(client.stream(&Request::get(stalled.url()), &mut sink), "request_failed", 75);
    assert!(error.contains("nothing came for 500ms") && error.contains("after 4 bytes"), "{error}");
    assert_eq!(sink, b"0123");
    assert!(begun.elapsed() < BOUND);
}

#[test]
fn a_full_disk_ends_a_stream_as_what_it_is() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let cdn = Cdn::start([Answer::huge(1 << 20)]);
    let client = client(&Setup::default(), 5000, 2).unwrap();
    fails(client.stream(&Request::get(cdn.url()), &mut Full), "io_error", 74);
    assert_eq!(cdn.requests().len(), 1);
}

struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_signal_ends_a_request_that_blocks() {
    static ARRIVED: AtomicBool = AtomicBool::new(false);
    // A set-up of its own, so that the flag is this test's alone.
    let setup = with_proxy(kept([("NO_PROXY", "signal.invalid".to_owned())]));
    let cdn = Cdn::start([Answer::silent()]);
    let transport = open(&setup, || ARRIVED.load(Ordering::Relaxed)).unwrap();
    let policy = Policy { timeout: Duration::from_secs(3600), ..Policy::default() };
    let client = Client { policy, transport, clock: &SystemClock, console: quiet() };
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while cdn.requests().is_empty() {
                std::thread::yield_now();
            }
            ARRIVED.store(true, Ordering::Relaxed);
        });
        fails(client.send(&Request::get(cdn.url())), "interrupted", 130);
    });
    assert!(begun.elapsed() < BOUND);
    assert_eq!(cdn.requests().len(), 1);
}
