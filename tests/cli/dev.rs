//! `dev`: the embedded edge, from outside.

use crate::common::runner::{Run, Runner, stratos};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::{Child, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use stratos::{
    secret::Secret,
    sign::{Claims, Params, Scheme, Signer, Url},
};

/// `stratos dev --port 0 …` under way; it ends with this value.
pub struct Edge {
    child: Child,
    /// What the export lines say.
    pub env: HashMap<String, String>,
    lines: Vec<String>,
    runner: Runner,
}

impl Edge {
    pub fn start(args: &[&str]) -> Self {
        Self::of(stratos(["dev", "--port", "0"]), args)
    }

    fn of(mut runner: Runner, args: &[&str]) -> Self {
        let command = runner.command().args(args);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines: Vec<String> = out.lines().take(5).map(Result::unwrap).collect();
        let exported = |line: &String| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        Self { env: lines.iter().filter_map(exported).collect(), child, lines, runner }
    }

    pub fn url(&self) -> &str {
        &self.env["CLOUDCDN_URL"]
    }

    /// A run of the binary with this edge's export lines in its environment.
    pub fn stratos(&self, args: &[&str]) -> Runner {
        self.env.iter().fold(stratos(args), |runner, (name, value)| runner.env(name, value))
    }

    fn get(&self, target: &str) -> Reply {
        self.ask("GET", target, &[], "")
    }

    fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let host = self.url().strip_prefix("http://").unwrap();
        let mut asked = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        let own = [("Host", host)];
        let named = headers.iter().any(|(name, _)| *name == "Host");
        for (name, value) in headers.iter().chain(own.iter().filter(|_| !named)) {
            asked.push_str(&format!("{name}: {value}\r\n"));
        }
        asked.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(asked.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Reply::read(&bytes)
    }

    fn purge(&self, body: &Value) -> Reply {
        let key = &self.env["CLOUDCDN_PURGE_KEY"];
        self.ask("POST", "/api/purge", &[("x-api-key", key)], &body.to_string())
    }

    /// A signed path and query for this edge, by the library.
    fn mint(&self, scheme: &str, key: &str, path: &str, expires: u64) -> String {
        let scheme = Scheme::find(scheme).unwrap();
        let signer = Signer::new(scheme, &Secret::new(key), Params::default()).unwrap();
        let mut signed = Vec::new();
        let claims = Claims { expires: Some(expires), ..Claims::default() };
        signer.seal().mint(&Url::at("", path), &claims, &mut signed).unwrap();
        String::from_utf8(signed).unwrap()
    }

    /// Sends a signal and collects exit code and stderr.
    #[cfg(unix)]
    fn end(mut self, signal: rustix::process::Signal) -> (Option<i32>, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.into(), value.into()));
        Self { status, headers: lines.filter_map(header).collect(), body: bytes[end + 4..].to_vec() }
    }

    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Status, `X-Cache` and `X-Serial`: where it came from.
    fn from(&self) -> (u16, &str, &str) {
        (self.status, self.header("x-cache"), self.header("x-serial"))
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn it_prints_lines_that_a_shell_can_read() {
    let edge = Edge::start(&[]);
    let names = [
        "CLOUDCDN_URL",
        "CLOUDCDN_PURGE_KEY",
        "CLOUDCDN_BEARER_TOKEN",
        "CLOUDCDN_ACCESS_KEY",
        "SIGNED_URL_SECRET",
    ];
    for (line, name) in edge.lines.iter().zip(names) {
        assert!(line.starts_with(&format!("export {name}=")), "{line}");
        let value = line.split_once('=').unwrap().1;
        assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/._".contains(&byte)), "{line}");
    }
    assert!(edge.url().starts_with("http://127.0.0.1:"));
}

#[test]
fn keys_are_new_at_each_start() {
    let (one, two) = (Edge::start(&[]), Edge::start(&[]));
    for name in ["CLOUDCDN_PURGE_KEY", "CLOUDCDN_BEARER_TOKEN", "CLOUDCDN_ACCESS_KEY", "SIGNED_URL_SECRET"] {
        assert_ne!(one.env[name], two.env[name], "{name}");
    }
}

#[test]
fn a_key_that_was_given_is_used_and_not_printed() {
    let runner = stratos(["dev", "--port", "0"])
        .env("SIGNING", "a-signing-key-of-24-bytes")
        .env("PURGING", "a-purging-key-of-24-bytes");
    let edge = Edge::of(runner, &["--key", "env:SIGNING", "--purge-key", "env:PURGING"]);
    assert!(!edge.lines.concat().contains("key-of-24-bytes"), "{:?}", edge.lines);
    let url = edge.mint("cloudcdn", "a-signing-key-of-24-bytes", "/reports/q3.txt", now() + 60);
    assert_eq!(edge.get(&url).status, 200);
    let headers = [("x-api-key", "a-purging-key-of-24-bytes")];
    let purged = edge.ask("POST", "/api/purge", &headers, r#"{"purge_everything":true}"#);
    assert_eq!(purged.status, 200);
}

#[test]
fn json_is_one_line_of_data() {
    let mut runner = stratos(["dev", "--port", "0", "--json"]);
    let command = runner.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let record: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(record["scheme"], "cloudcdn");
    assert_eq!(record["url"], record["env"]["CLOUDCDN_URL"]);
    assert_eq!(record["env"]["SIGNED_URL_SECRET"].as_str().unwrap().len(), 64);
}

#[test]
fn the_cache_misses_then_hits() {
    let edge = Edge::start(&[]);
    let first = edge.get("/news.html");
    assert_eq!(first.from(), (200, "MISS", "1"));
    assert_eq!(first.header("cache-status"), "stratos; fwd=uri-miss; stored");
    assert_eq!(first.header("age"), "");
    assert_eq!(first.header("cache-tag"), "home,news,type-page");
    assert_eq!(first.header("content-type"), "text/html; charset=utf-8");
    let second = edge.get("/news.html");
    assert_eq!(second.from(), (200, "HIT", "1"));
    assert!(second.header("cache-status").starts_with("stratos; hit; ttl="), "{second:?}");
    assert!(second.header("age").parse::<u64>().is_ok(), "{second:?}");
    assert_eq!(first.body, second.body);
}

#[test]
fn what_says_no_store_is_not_stored() {
    let edge = Edge::start(&[]);
    assert_eq!(edge.get("/live.json").from(), (200, "MISS", "1"));
    let again = edge.get("/live.json");
    assert_eq!(again.from(), (200, "MISS", "2"));
    assert_eq!(again.header("cache-status"), "stratos; fwd=uri-miss");
}

#[test]
fn a_query_is_an_object_of_its_own() {
    let edge = Edge::start(&[]);
    edge.get("/news.html?a=1");
    assert_eq!(edge.get("/news.html").header("x-cache"), "MISS");
    assert_eq!(edge.get("/news.html?a=1").header("x-cache"), "HIT");
}

#[test]
fn head_has_no_body_and_warms_nothing() {
    let edge = Edge::start(&[]);
    let head = edge.ask("HEAD", "/news.html", &[], "");
    assert_eq!((head.from(), head.body.len()), ((200, "MISS", "1"), 0));
    let get = edge.get("/news.html");
    assert_eq!(get.header("x-cache"), "MISS");
    assert_eq!(head.header("content-length"), get.body.len().to_string());
}

#[test]
fn a_known_page_is_not_sent_again() {
    let edge = Edge::start(&[]);
    let etag = edge.get("/news.html").header("etag").to_owned();
    for given in [etag.clone(), format!("W/{etag}, \"other\""), "*".into()] {
        let reply = edge.ask("GET", "/news.html", &[("If-None-Match", &given)], "");
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{given}");
    }
    assert_eq!(edge.ask("GET", "/news.html", &[("If-None-Match", "\"other\"")], "").status, 200);
}

#[test]
fn other_methods_and_pages_are_refused() {
    let edge = Edge::start(&[]);
    let put = edge.ask("PUT", "/news.html", &[], "x");
    assert_eq!((put.status, put.header("allow")), (405, "GET, HEAD"));
    assert_eq!(edge.get("/nothing").status, 404);
    let api = edge.get("/api/nothing");
    assert_eq!((api.status, api.json()), (404, json!({"error": "Not found"})));
    assert_eq!(edge.get("/api/purge").status, 405);
}

#[test]
fn a_directory_is_served_and_never_left() {
    let runner = stratos(["dev", "--port", "0"])
        .file("site/index.html", "front")
        .file("site/docs/a b.txt", "blank")
        .file("site/.env", "hidden")
        .file("outside.txt", "outside");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside.txt", runner.home().join("site/out.txt")).unwrap();
    let edge = Edge::of(runner, &["--root", "site"]);
    assert_eq!(edge.get("/").text(), "front");
    let blank = edge.get("/docs/a%20b.txt");
    assert_eq!((blank.text().as_str(), blank.header("cache-tag")), ("blank", "project-docs,type-txt"));
    let since = blank.header("last-modified");
    assert_eq!(edge.ask("GET", "/docs/a%20b.txt", &[("If-Modified-Since", since)], "").status, 304);
    for path in [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/docs/..%2f..%2foutside.txt",
        "/docs/../../outside.txt",
        "/.env",
        "/%2eenv",
        "/docs/..\\..\\outside.txt",
        "//outside.txt",
        #[cfg(unix)]
        "/out.txt",
    ] {
        let reply = edge.get(path);
        assert_eq!(reply.status, 403, "{path}");
        assert!(!reply.text().contains("outside\n") && !reply.text().contains("hidden\n"), "{path}");
    }
    let key = &edge.env["CLOUDCDN_ACCESS_KEY"];
    let listed = edge.ask("GET", "/api/assets?per_page=1", &[("AccessKey", key)], "").json();
    assert_eq!(listed["Pagination"], json!({"Page": 1, "PerPage": 1, "TotalItems": 2, "TotalPages": 2}));
    assert_eq!(listed["Data"][0]["path"], "docs/a b.txt");
}

#[test]
fn the_signed_endpoint_serves_what_is_signed() {
    let edge = Edge::start(&[]);
    let key = edge.env["SIGNED_URL_SECRET"].clone();
    let url = edge.mint("cloudcdn", &key, "/reports/q3.txt", now() + 60);
    let served = edge.get(&url);
    assert_eq!((served.status, served.header("x-signed-url")), (200, "verified"));
    assert!(served.text().contains("Third quarter"));
    let another = edge.mint("cloudcdn", &key, "/reports/q3.txt", now() + 90);
    assert_eq!(edge.get(&another).header("x-cache"), "HIT", "the signature is no part of the object");
    let absent = edge.mint("cloudcdn", &key, "/nothing", now() + 60);
    assert_eq!(edge.get(&absent).status, 404);
}

#[test]
fn the_signed_endpoint_refuses_the_rest() {
    let edge = Edge::start(&[]);
    let key = edge.env["SIGNED_URL_SECRET"].clone();
    let good = edge.mint("cloudcdn", &key, "/reports/q3.txt", now() + 60);
    let refused = |target: &str| {
        let reply = edge.get(target);
        assert_eq!(reply.header("x-signed-url"), "", "{target}");
        (reply.status, reply.json()["error"].as_str().unwrap().to_owned())
    };
    let tampered = good.replace("q3", "q4");
    assert_eq!(refused(&tampered), (403, "Invalid signature".into()));
    let expired = edge.mint("cloudcdn", &key, "/reports/q3.txt", now() - 1);
    assert_eq!(refused(&expired), (403, "Signed URL has expired".into()));
    let other_form = edge.mint("cloudcdn-colon", &key, "/reports/q3.txt", now() + 60);
    assert_eq!(refused(&other_form), (403, "Invalid signature".into()));
    assert_eq!(refused("/api/signed").0, 403);
    assert_eq!(refused(&good.replace("sig=", "sg=")).0, 403);
    let (head, signature) = good.split_at(good.len() - 64);
    assert_eq!(refused(&format!("{head}{}", signature.to_uppercase())).0, 403);
    for path in ["relative", "/a/../b", "/a//b"] {
        let crooked = edge.mint("cloudcdn", &key, path, now() + 60);
        assert_eq!(refused(&crooked), (400, "Invalid path".into()), "{path}");
    }
}

#[test]
fn another_scheme_is_verified_by_name() {
    let edge = Edge::start(&["--scheme", "cloudcdn-colon"]);
    let key = edge.env["SIGNED_URL_SECRET"].clone();
    let colon = edge.mint("cloudcdn-colon", &key, "/reports/q3.txt", now() + 60);
    assert_eq!(edge.get(&colon).status, 200);
    let prefixed = edge.mint("cloudcdn", &key, "/reports/q3.txt", now() + 60);
    assert_eq!(edge.get(&prefixed).status, 403);
}

#[test]
fn health_answers_as_the_document_has_it() {
    let edge = Edge::start(&[]);
    let reply = edge.get("/api/health?deep=1");
    let body = reply.json();
    assert_eq!((reply.status, &body["status"]), (200, &json!("ok")));
    assert_eq!((reply.header("x-api-version"), &body["apiVersion"]), ("2026-04-01", &json!("2026-04-01")));
    assert_eq!(reply.header("x-request-id").len(), 36);
    assert_eq!(body["checks"][0]["method"], "manifest-fetch");
    assert_eq!(edge.get("/api/health").json()["checks"][0]["method"], "shape");
}

#[test]
fn a_purge_by_url_drops_that_object() {
    let edge = Edge::start(&[]);
    for path in ["/news.html", "/index.html", "/assets/site.css"] {
        edge.get(path);
    }
    let urls = json!([format!("{}/news.html", edge.url()), "https://cloudcdn.pro/assets/site.css"]);
    let purged = edge.purge(&json!({ "urls": urls }));
    let wanted =
        json!({"success": true, "purged": urls, "remaining_today": 99, "cloudflare": {"success": true}});
    assert_eq!((purged.status, purged.json()), (200, wanted));
    assert_eq!(purged.header("x-purged-count"), "2");
    assert_eq!(edge.get("/news.html").from(), (200, "MISS", "2"));
    assert_eq!(edge.get("/assets/site.css").from(), (200, "MISS", "2"));
    assert_eq!(edge.get("/index.html").from(), (200, "HIT", "1"));
}

#[test]
fn a_purge_by_tag_drops_what_carries_it() {
    let edge = Edge::start(&[]);
    for path in ["/news.html", "/index.html", "/assets/site.css"] {
        edge.get(path);
    }
    let purged = edge.purge(&json!({"tags": ["home"]}));
    assert_eq!((purged.status, purged.header("x-purged-count")), (200, "2"));
    assert_eq!(edge.get("/news.html").from(), (200, "MISS", "2"));
    assert_eq!(edge.get("/index.html").from(), (200, "MISS", "2"));
    assert_eq!(edge.get("/assets/site.css").from(), (200, "HIT", "1"));
}

#[test]
fn a_purge_of_everything_says_everything() {
    let edge = Edge::start(&[]);
    edge.get("/news.html");
    let purged = edge.purge(&json!({"purge_everything": true}));
    assert_eq!((purged.status, &purged.json()["purged"]), (200, &json!("everything")));
    assert_eq!(edge.get("/news.html").from(), (200, "MISS", "2"));
}

#[test]
fn a_purge_wants_the_purge_key_or_a_token() {
    let edge = Edge::start(&[]);
    let (key, token) = (&edge.env["CLOUDCDN_PURGE_KEY"], &edge.env["CLOUDCDN_BEARER_TOKEN"]);
    let (access, body) = (&edge.env["CLOUDCDN_ACCESS_KEY"], r#"{"tags":["home"]}"#);
    let bearer = |secret: &str| format!("Bearer {secret}");
    let status = |name: &str, value: &str| edge.ask("POST", "/api/purge", &[(name, value)], body).status;
    assert_eq!(status("x-api-key", key), 200);
    assert_eq!(status("Authorization", &bearer(token)), 200);
    for (name, value) in [
        ("x-api-key", ""),
        ("x-api-key", "wrong"),
        ("x-api-key", token),
        ("x-api-key", access),
        ("AccountKey", key),
        ("AccessKey", access),
        ("Authorization", key),
        ("Authorization", &bearer(key)),
    ] {
        assert_eq!(status(name, value), 401, "{name}");
    }
    let none = edge.ask("POST", "/api/purge", &[], body);
    assert_eq!((none.status, none.json()), (401, json!({"error": "Unauthorized"})));
}

#[test]
fn a_purge_that_is_out_of_bounds_is_refused_and_costs_nothing() {
    let edge = Edge::start(&[]);
    let many: Vec<String> = (0..31).map(|n| format!("{}/{n}", edge.url())).collect();
    let tags = vec!["t"; 31];
    for body in [
        json!({ "urls": many }),
        json!({ "tags": tags }),
        json!({"urls": []}),
        json!({"tags": ["a"], "purge_everything": true}),
        json!({"purge_everything": false}),
        json!({"tags": ["two words"]}),
        json!([]),
    ] {
        assert_eq!(edge.purge(&body).status, 400, "{body}");
    }
    let foreign = edge.purge(&json!({"urls": ["https://other.example/a"]}));
    assert_eq!((foreign.status, &foreign.json()["invalid"]), (400, &json!(["https://other.example/a"])));
    assert_eq!(edge.purge(&json!({ "urls": many[..30] })).json()["remaining_today"], 99);
}

#[test]
fn the_hundred_and_first_purge_of_a_day_is_refused() {
    let edge = Edge::start(&["--quiet"]);
    let midnight = now() / 86_400;
    let body = json!({"tags": ["home"]});
    let left: Vec<u64> =
        (0..100).filter_map(|_| edge.purge(&body).json()["remaining_today"].as_u64()).collect();
    let last = edge.purge(&body);
    if now() / 86_400 != midnight {
        return; // the UTC day changed meanwhile, and the count began again
    }
    assert_eq!((left.len(), left[0], left[99]), (100, 99, 0));
    assert_eq!((last.status, last.header("retry-after")), (429, "86400"));
    let wanted = json!({"error": "Rate limit exceeded: max 100 purges per day", "retryAfter": 86_400});
    assert_eq!(last.json(), wanted);
}

#[test]
fn assets_want_the_access_key() {
    let edge = Edge::start(&[]);
    let refused = edge.ask("GET", "/api/assets", &[("AccountKey", "x")], "");
    assert_eq!((refused.status, &refused.json()["HttpCode"]), (401, &json!(401)));
    let key = &edge.env["CLOUDCDN_ACCESS_KEY"];
    let list = |query: &str| edge.ask("GET", &format!("/api/assets{query}"), &[("AccessKey", key)], "");
    let names = |query: &str| {
        let body = list(query).json();
        let data = body["Data"].as_array().unwrap().clone();
        data.into_iter().map(|asset| asset["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("?project=assets"), ["logo.svg", "site.css"]);
    assert_eq!(names("?project=assets&order=desc"), ["site.css", "logo.svg"]);
    assert_eq!(names("?format=txt&q=reports"), ["q3.txt"]);
    assert_eq!(names("?sort=size&per_page=1"), ["live.json"]);
    for query in ["?page=0", "?per_page=201", "?sort=age", "?order=up"] {
        assert_eq!(list(query).status, 400, "{query}");
    }
}

#[test]
fn a_foreign_host_name_is_not_answered() {
    let edge = Edge::start(&[]);
    assert_eq!(edge.ask("GET", "/", &[("Host", "attacker.example")], "").status, 421);
    assert_eq!(edge.ask("GET", "/", &[("Host", "localhost:1")], "").status, 200);
}

#[test]
fn it_binds_loopback_only() {
    for address in ["0.0.0.0", "::", "192.0.2.1", "example.com", ""] {
        let run = stratos(["dev", "--json", "--port", "0", "--bind", address]).run().fails("usage_error", 64);
        assert!(run.error()["message"].as_str().unwrap().contains("loopback only"), "{address}");
    }
    stratos(["dev", "--json", "--host", "0.0.0.0"]).run().fails("usage_error", 64);
}

#[test]
fn a_taken_port_is_named() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    let run = stratos(["dev", "--json", "--port", &port]).run().fails("unavailable", 69);
    let message = format!("port {port} is taken; choose another one, or --port 0 for a free one");
    assert_eq!(run.error()["message"], message);
    assert_eq!(run.stdout(), "");
}

#[test]
fn a_root_that_is_not_there_is_named() {
    let missing = stratos(["dev", "--json", "--port", "0", "--root", "nowhere"]).run();
    missing.fails("input_missing", 66);
    let file = stratos(["dev", "--json", "--port", "0", "--root", "a.txt"]).file("a.txt", "x").run();
    file.fails("input_missing", 66);
}

#[test]
fn wrong_words_are_usage_errors() {
    for args in [
        &["--fault", "500"][..],
        &["--fault", "503:0"],
        &["--fault", "stall:x"],
        &["--scheme", "cloudcdm"],
        &["--param", "novalue"],
        &["--param", "no=such"],
        &["--port", "65536"],
        &["--port", "x"],
        &["--key", "bare-value-of-no-known-kind"],
        &["--retry-after", "-1"],
    ] {
        stratos(["dev", "--json", "--port", "0"].iter().chain(args)).run().fails("usage_error", 64);
    }
}

#[test]
fn requests_are_logged_without_their_signatures() {
    let edge = Edge::start(&["--fault", "503:1"]);
    let key = edge.env["SIGNED_URL_SECRET"].clone();
    edge.get("/news.html");
    edge.get("/news.html");
    let url = edge.mint("cloudcdn", &key, "/reports/q3.txt", now() + 60);
    edge.get(&url);
    edge.get(&url.replace("q3", "q4"));
    #[cfg(unix)]
    {
        let purge_key = edge.env["CLOUDCDN_PURGE_KEY"].clone();
        edge.purge(&json!({"tags": ["home"]}));
        let (code, log) = edge.end(rustix::process::Signal::INT);
        assert_eq!(code, Some(130));
        for line in [
            "GET /news.html 503 - fault 503",
            "GET /news.html 200 MISS",
            "GET /api/signed -> /reports/q3.txt 200 MISS valid",
            "GET /api/signed 403 - signature mismatch",
            "POST /api/purge 200 -",
        ] {
            assert!(log.lines().any(|logged| logged == line), "no {line:?} in\n{log}");
        }
        assert!(!log.contains("sig=") && !log.contains(&key) && !log.contains(&purge_key), "{log}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_and_the_port_is_free_again() {
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 143)] {
        let edge = Edge::start(&["--quiet", "--fault", "stall"]);
        let address = edge.url().strip_prefix("http://").unwrap().to_owned();
        // A request that the edge stalls does not hold up its end.
        let mut stalled = TcpStream::connect(&address).unwrap();
        stalled.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
        let home = edge.runner.home().to_owned();
        assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0, "it writes nothing");
        let (ended, log) = edge.end(signal);
        assert_eq!(ended, Some(code), "{log}");
        stalled.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let closed = stalled.read(&mut [0]).map_or_else(|error| error.kind(), |_| ErrorKind::UnexpectedEof);
        assert!(matches!(closed, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{closed}");
        let _ = stalled.shutdown(Shutdown::Both);
        assert!(TcpStream::connect(&address).is_err(), "nobody listens any more");
    }
}

#[test]
fn it_needs_no_home_and_reads_no_profile() {
    let runner = stratos(["dev", "--port", "0"]).unset("HOME");
    assert_eq!(Edge::of(runner, &[]).get("/").status, 200);
    let runner = stratos(["dev", "--port", "0"]).config("this is no TOML = = =");
    assert_eq!(Edge::of(runner, &[]).get("/").status, 200);
}

/// The first line of stdout, which is where a minted URL stands.
fn minted(run: Run) -> String {
    run.exits(0).stdout().lines().next().unwrap().to_owned()
}

#[test]
fn the_export_lines_are_all_that_the_other_commands_need() {
    let edge = Edge::start(&[]);
    let target = |url: &str| url.strip_prefix(edge.url()).unwrap().to_owned();
    let url = minted(edge.stratos(&["signed", "/reports/q3.txt", "--ttl", "10m"]).run());
    assert_eq!(edge.get(&target(&url)).from(), (200, "MISS", "1"));
    let verdict = edge.stratos(&["signed", "verify", &url]).run().exits(0);
    assert!(verdict.stdout().contains("valid"), "{}", verdict.stdout());
    edge.stratos(&["purge", &format!("{}/reports/q3.txt", edge.url())]).run().exits(0);
    assert_eq!(edge.get(&target(&url)).from(), (200, "MISS", "2"));
    edge.stratos(&["purge", "--tag", "reports"]).run().exits(0);
    assert_eq!(edge.get(&target(&url)).from(), (200, "MISS", "3"));
    edge.stratos(&["purge", "--everything", "--yes"]).run().exits(0);
    assert_eq!(edge.get(&target(&url)).from(), (200, "MISS", "4"));
    let health = edge.stratos(&["health", "--deep"]).run().exits(0).json();
    assert_eq!(health["status"], "ok");
}

#[test]
fn other_schemes_guard_every_page() {
    for (scheme, edge_args, mint_args) in [
        ("bunny", &[][..], &[][..]),
        ("s3", &["--param", "region=eu-west-1"], &["--param", "region=eu-west-1", "--key-id", "AKIDEXAMPLE"]),
    ] {
        let edge = Edge::start(&[&["--scheme", scheme], edge_args].concat());
        let page = format!("{}/news.html", edge.url());
        let sign = ["signed", &page, "--ttl", "10m", "--scheme", scheme, "--key", "env:STRATOS_DEV_KEY"];
        let url = minted(edge.stratos(&[&sign, mint_args].concat()).run());
        let target = url.strip_prefix(edge.url()).unwrap();
        let served = edge.get(target);
        assert_eq!(
            (served.from(), served.header("x-signed-url")),
            ((200, "MISS", "1"), "verified"),
            "{scheme}"
        );
        assert_eq!(edge.get(target).header("x-cache"), "HIT", "{scheme}");
        assert_eq!(edge.get(&target.replace("news", "index")).status, 403, "{scheme}");
        assert_eq!(edge.get("/news.html").status, 403, "{scheme}: a page without signature");
        assert_eq!(edge.get("/api/health").status, 200, "{scheme}");
    }
}

#[test]
fn a_secret_setting_is_a_reference_wherever_it_stands() {
    let runner = stratos(["dev", "--port", "0"]).env("SALT", "and-pepper");
    let edge = Edge::of(runner, &["--scheme", "akamai-edgeauth", "--param", "salt=env:SALT"]);
    let page = format!("{}/news.html", edge.url());
    let sign =
        ["signed", &page, "--ttl", "10m", "--scheme", "akamai-edgeauth", "--key", "env:STRATOS_DEV_KEY"];
    let salt = ["--param", "salt=plain:and-pepper"];
    let url = minted(edge.stratos(&[&sign[..], &salt].concat()).run());
    assert_eq!(edge.get(url.strip_prefix(edge.url()).unwrap()).status, 200);
    let named = "[profiles.default.signing]\nscheme = \"akamai-edgeauth\"\nsalt = \"plain:and-pepper\"\n";
    let run = edge.stratos(&sign).config(named).run();
    assert!(!run.stderr.contains("process list") && run.stderr.contains("salt of profile"), "{}", run.stderr);
    assert_eq!(edge.get(minted(run).strip_prefix(edge.url()).unwrap()).status, 200);
    let listed = edge.stratos(&["config", "list"]).config(named).run().exits(0);
    assert!(!listed.stdout().contains("and-pepper"), "{}", listed.stdout());
    let bare = edge.stratos(&[&sign[..], &["--json"]].concat()).config(&named.replace("plain:", "")).run();
    assert!(!bare.fails("config_error", 78).stderr.contains("and-pepper"));
}

#[test]
fn a_fault_that_is_used_up_spares_the_next_request() {
    let edge = Edge::start(&["--fault", "drip:1"]);
    let host = edge.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    stream.write_all(format!("GET /live.json HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // It ends by itself: the line that drips is not used again.
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Reply::read(&bytes).header("connection"), "close");
}

#[test]
fn a_scheme_with_a_key_pair_wants_the_key() {
    let run = stratos(["dev", "--json", "--port", "0", "--scheme", "cloudfront"]).run();
    let run = run.fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("--key"), "{}", run.error());
}

#[test]
fn an_address_that_is_signed_is_held_against_the_visitor() {
    let edge = Edge::start(&["--scheme", "bunny"]);
    let page = format!("{}/news.html", edge.url());
    let sign = ["signed", &page, "--ttl", "10m", "--scheme", "bunny", "--key", "env:STRATOS_DEV_KEY", "--ip"];
    for (ip, status) in [("127.0.0.1", 200), ("192.0.2.1", 403)] {
        let url = minted(edge.stratos(&[&sign[..], &[ip]].concat()).run());
        assert_eq!(edge.get(url.strip_prefix(edge.url()).unwrap()).status, status, "{ip}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn export_lines_that_cannot_be_written_end_it() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut runner = stratos(["dev", "--port", "0", "--quiet"]);
    let command = runner.command().stdin(Stdio::null()).stdout(full).stderr(Stdio::null());
    assert_eq!(command.status().unwrap().code(), Some(74));
}
