use super::*;
use crate::secret::Secret;
use std::sync::{Mutex, MutexGuard};

/// A clock of the test's own: it notes each wait and draws what it is told to.
struct Told {
    slept: Mutex<Vec<Duration>>,
    /// Which share of the ceiling is drawn, in thousandths.
    share: u32,
    now: Duration,
    signal: bool,
}

impl Told {
    fn drawing(share: u32) -> Self {
        // 2026-11-21T12:00:00Z
        Self { slept: Mutex::default(), share, now: Duration::from_secs(1_795_262_400), signal: false }
    }

    fn slept(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.slept.lock().unwrap()
    }
}

impl Clock for Told {
    fn now(&self) -> Result<Duration> {
        Ok(self.now)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, wait: Duration) -> Result<()> {
        self.slept().push(wait);
        match self.signal {
            true => Err(Error::Interrupted { signal: 15, detail: "waiting".into() }),
            false => Ok(()),
        }
    }

    fn draw(&self, ceiling: Duration) -> Duration {
        ceiling * self.share / 1000
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

type Outcome = std::result::Result<Response, Failure>;

/// Answers in order, the last one again and again, and keeps the URLs it was asked for.
struct Script {
    outcomes: Vec<Outcome>,
    urls: Mutex<Vec<String>>,
}

impl Script {
    fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self { outcomes: outcomes.into_iter().collect(), urls: Mutex::default() }
    }

    fn sent(&self) -> usize {
        self.urls.lock().unwrap().len()
    }
}

impl Transport for Script {
    fn send(&self, request: &Request, _: &Policy) -> Outcome {
        let mut urls = self.urls.lock().unwrap();
        urls.push(request.url.clone());
        self.outcomes[(urls.len() - 1).min(self.outcomes.len() - 1)].clone()
    }
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Outcome {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ok(Response { status, headers, body: b"{}".to_vec(), attempts: 1, elapsed: Duration::ZERO })
}

fn console() -> Console {
    Console { quiet: true, terminal: false, color: false, verbose: 0 }
}

fn client<'a>(script: &'a Script, clock: &'a Told) -> Client<'a> {
    Client { policy: Policy::default(), transport: script, clock, console: console() }
}

fn get() -> Request {
    Request::get("https://cdn.example/a")
}

#[test]
fn three_attempts_and_not_one_more() {
    let (script, clock) = (Script::of([answer(503, &[])]), Told::drawing(1000));
    let response = client(&script, &clock).send(&get()).unwrap();
    assert_eq!((response.status, response.attempts, script.sent()), (503, 3, 3));
    assert_eq!(*clock.slept(), [Duration::from_millis(250), Duration::from_millis(500)]);
}

#[test]
fn the_wait_is_what_was_drawn_from_zero_to_the_ceiling() {
    for share in [0, 1, 500, 1000] {
        let (script, clock) = (Script::of([Err(Failure::Passing("reset".into()))]), Told::drawing(share));
        let mut client = client(&script, &clock);
        client.policy.retries = 9;
        client.send(&get()).unwrap_err();
        let ceilings = [250, 500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];
        let waits = ceilings.map(|ceiling| Duration::from_millis(ceiling) * share / 1000);
        assert_eq!(*clock.slept(), waits);
    }
}

#[test]
fn success_after_a_retry_says_how_many_were_sent() {
    let (script, clock) = (Script::of([answer(429, &[]), answer(200, &[])]), Told::drawing(0));
    let response = client(&script, &clock).send(&get()).unwrap();
    assert_eq!((response.status, response.attempts, script.sent()), (200, 2, 2));
}

#[test]
fn what_is_not_repeatable_is_sent_once() {
    for outcome in
        [answer(503, &[]), answer(429, &[("retry-after", "1")]), Err(Failure::Passing("reset".into()))]
    {
        let (script, clock) = (Script::of([outcome]), Told::drawing(0));
        let _ = client(&script, &clock).send(&Request::post("https://cdn.example/tokens"));
        assert_eq!((script.sent(), clock.slept().len()), (1, 0));
    }
    let (script, clock) = (Script::of([answer(503, &[])]), Told::drawing(0));
    let purge = Request::post("https://cdn.example/purge").repeatable(true);
    client(&script, &clock).send(&purge).unwrap();
    assert_eq!(script.sent(), 3);
}

#[test]
fn statuses_that_stay_are_answers_at_once() {
    for status in [200, 204, 400, 401, 403, 404, 409, 422, 501, 505] {
        let (script, clock) = (Script::of([answer(status, &[])]), Told::drawing(0));
        assert_eq!(client(&script, &clock).send(&get()).unwrap().status, status);
        assert_eq!(script.sent(), 1, "{status}");
    }
}

#[test]
fn the_server_is_heard_when_it_asks_for_longer() {
    for (header, drawn, waits) in [
        ("2", 1000, 2000),
        ("0", 1000, 250),
        (" 1 ", 0, 1000),
        ("Sat, 21 Nov 2026 12:00:07 GMT", 1000, 7000),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 1000, 250),
        ("soon", 1000, 250),
        ("-3", 1000, 250),
    ] {
        let (script, clock) =
            (Script::of([answer(429, &[("retry-after", header)]), answer(200, &[])]), Told::drawing(drawn));
        client(&script, &clock).send(&get()).unwrap();
        assert_eq!(*clock.slept(), [Duration::from_millis(waits)], "{header}");
    }
}

#[test]
fn a_wait_beyond_the_bound_ends_the_command() {
    for status in [429, 503] {
        for header in ["121", "Sat, 21 Nov 2026 13:00:00 GMT", "99999999999999999999999"] {
            let (script, clock) =
                (Script::of([answer(status, &[("retry-after", header)])]), Told::drawing(0));
            let error = client(&script, &clock).send(&get()).unwrap_err();
            assert_eq!((error.facts().exit, script.sent()), (75, 1), "{error}");
            assert!(clock.slept().is_empty());
        }
    }
    let (script, clock) =
        (Script::of([answer(429, &[("retry-after", "120")]), answer(200, &[])]), Told::drawing(0));
    assert_eq!(client(&script, &clock).send(&get()).unwrap().status, 200);
}

#[test]
fn it_says_when_to_come_back() {
    let clock = Told::drawing(0);
    let words = |seconds| retry::come_back(Duration::from_secs(seconds), &clock);
    assert_eq!(words(3600), "come back at 2026-11-21T13:00:00Z");
    assert_eq!(words(u64::MAX), format!("come back in {} seconds", u64::MAX));
    let late = Told { now: Duration::from_millis(1_795_262_400_001), ..Told::drawing(0) };
    assert_eq!(retry::come_back(Duration::from_secs(1), &late), "come back at 2026-11-21T12:00:02Z");
    let (script, clock) = (Script::of([answer(408, &[("retry-after", "3600")])]), Told::drawing(0));
    let error = client(&script, &clock).send(&get()).unwrap_err();
    assert!(error.to_string().ends_with("come back at 2026-11-21T13:00:00Z"), "{error}");
    assert_eq!(error.facts().exit, 75);
}

#[test]
fn the_caller_may_refuse_a_retry() {
    let daily = get().give_up(|response| response.status == 429);
    let (script, clock) = (Script::of([answer(429, &[("retry-after", "86400")])]), Told::drawing(0));
    let response = client(&script, &clock).send(&daily).unwrap();
    assert_eq!((response.status, script.sent()), (429, 1));
}

#[test]
fn failures_name_their_kind() {
    for (failure, kind, exit, sent) in [
        (Failure::Passing("reset".into()), "request_failed", 75, 3),
        (Failure::Final("TLS".into()), "request_failed", 75, 1),
        (Failure::TooLarge, "too_large", 65, 1),
        (Failure::Sink("full".into()), "io_error", 74, 1),
        (Failure::Interrupted, "interrupted", 130, 1),
    ] {
        let (script, clock) = (Script::of([Err(failure)]), Told::drawing(0));
        let error = client(&script, &clock).send(&get()).unwrap_err();
        assert_eq!((error.facts().name, error.facts().exit, script.sent()), (kind, exit, sent));
        if let Error::RequestFailed { attempts, .. } = error {
            assert_eq!(attempts as usize, sent);
        }
    }
}

#[test]
fn a_signal_ends_the_wait_and_is_named() {
    let clock = Told { signal: true, ..Told::drawing(0) };
    let script = Script::of([answer(503, &[])]);
    assert_eq!(client(&script, &clock).send(&get()).unwrap_err().facts().exit, 143);
    let script = Script::of([Err(Failure::Interrupted)]);
    assert_eq!(client(&script, &clock).send(&get()).unwrap_err().facts().exit, 143);
}

fn secret() -> Secret {
    Secret::new("cdnsk_0123456789")
}

#[test]
fn no_credential_travels_along_a_redirect() {
    for status in 300..400 {
        let script = Script::of([answer(status, &[("location", "https://evil.example/x")])]);
        let clock = Told::drawing(0);
        let error = client(&script, &clock).send(&get().credential("x-api-key", secret())).unwrap_err();
        assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 1), "{status}");
        assert!(error.to_string().contains("https://evil.example;"), "{error}");
    }
    let script = Script::of([answer(307, &[("location", "/same/origin")])]);
    let clock = Told::drawing(0);
    let error = client(&script, &clock).send(&get().hiding(secret())).unwrap_err();
    assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 1));
}

#[test]
fn without_one_a_get_follows_to_https_at_most_five_times() {
    let clock = Told::drawing(0);
    let script = Script::of([answer(302, &[("location", "/b?c")]), answer(200, &[])]);
    let response = client(&script, &clock).send(&get()).unwrap();
    assert_eq!((response.status, response.attempts), (200, 2));
    assert_eq!(*script.urls.lock().unwrap(), ["https://cdn.example/a", "https://cdn.example/b?c"]);

    let script = Script::of([answer(302, &[("location", "https://cdn.example/b")])]);
    let error = client(&script, &clock).send(&get()).unwrap_err();
    assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 6));

    for location in ["http://cdn.example/b", "ftp://cdn.example/b", "https://u:p@cdn.example/"] {
        let script = Script::of([answer(302, &[("location", location)])]);
        let error = client(&script, &clock).send(&get()).unwrap_err();
        assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 1), "{location}");
    }
    let script = Script::of([answer(302, &[("location", "http://127.0.0.1:9/b")]), answer(200, &[])]);
    client(&script, &clock).send(&get()).unwrap();

    let script = Script::of([answer(308, &[("location", "https://cdn.example/b")])]);
    let error = client(&script, &clock).send(&Request::post("https://cdn.example/a")).unwrap_err();
    assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 1));

    let script = Script::of([answer(304, &[])]);
    assert_eq!(client(&script, &clock).send(&get()).unwrap().status, 304);
}

#[test]
fn no_credential_is_sent_in_clear_beyond_this_machine() {
    let clock = Told::drawing(0);
    for (url, sent) in [
        ("http://cdn.example/a", 0),
        ("http://127.0.0.1.evil.example/a", 0),
        ("http://10.0.0.1/a", 0),
        ("https://cdn.example/a", 1),
        ("http://127.0.0.1:1/a", 1),
        ("http://localhost/a", 1),
        ("http://[::1]/a", 1),
    ] {
        let script = Script::of([answer(200, &[])]);
        let sent_to = client(&script, &clock).send(&Request::get(url).bearer(&secret()));
        assert_eq!(script.sent(), sent, "{url}");
        assert_eq!(sent_to.err().map(|error| error.facts().exit), (sent == 0).then_some(78), "{url}");
    }
    let script = Script::of([answer(200, &[])]);
    client(&script, &clock).send(&Request::get("http://cache.internal/a")).unwrap();
    assert_eq!(script.sent(), 1);
}

#[test]
fn a_server_that_echoes_the_key_does_not_get_it_printed() {
    let mut echo = answer(401, &[("x-echo", "Bearer cdnsk_0123456789"), ("x-request-id", "r-1")]).unwrap();
    echo.body = br#"{"error":"bad key cdnsk_0123456789"}"#.to_vec();
    let (script, clock) = (Script::of([Ok(echo)]), Told::drawing(0));
    let response = client(&script, &clock).send(&get().bearer(&secret())).unwrap();
    assert_eq!(response.header("x-echo"), Some("***"));
    let Error::Answered(answer) = response.into_result(Some("hint".into())).unwrap_err() else {
        panic!("no answer")
    };
    assert_eq!(answer.message(), "bad key ***");
    assert_eq!((answer.request_id.as_deref(), answer.hint.as_deref()), (Some("r-1"), Some("hint")));

    let failure = Err(Failure::Final("header holds cdnsk_0123456789".into()));
    let (script, clock) = (Script::of([failure]), Told::drawing(0));
    let error = client(&script, &clock).send(&get().bearer(&secret())).unwrap_err();
    assert!(!error.to_string().contains("cdnsk_0123456789"), "{error}");
}

/// Streams these bytes, then breaks.
struct Breaks(&'static [u8], Mutex<usize>);

impl Transport for Breaks {
    fn send(&self, _: &Request, _: &Policy) -> Outcome {
        unreachable!("it only streams")
    }

    fn stream(&self, _: &Request, _: &Policy, sink: &mut dyn Sink) -> Outcome {
        *self.1.lock().unwrap() += 1;
        sink.take(self.0).unwrap();
        Err(Failure::Passing("reset".into()))
    }
}

#[test]
fn a_stream_is_not_repeated_once_a_byte_is_out() {
    let clock = Told::drawing(0);
    for (bytes, sent) in [(&b""[..], 3), (b"ab", 1)] {
        let breaks = Breaks(bytes, Mutex::default());
        let client =
            Client { policy: Policy::default(), transport: &breaks, clock: &clock, console: console() };
        let mut sink = Vec::new();
        let error = client.stream(&get(), &mut sink).unwrap_err();
        assert_eq!((*breaks.1.lock().unwrap(), error.facts().name), (sent, "request_failed"));
        assert_eq!(sink, bytes);
    }
}

#[test]
fn over_https_alone_means_redirects_and_this_machine_too() {
    let clock = Told::drawing(0);
    for url in ["http://cdn.example/a", "http://127.0.0.1:1/a"] {
        let script = Script::of([answer(200, &[])]);
        let error = client(&script, &clock).send(&Request::get(url).over_https()).unwrap_err();
        assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 0), "{url}");
    }
    for url in ["http://cdn.example/b", "http://127.0.0.1:1/b", "http://localhost/b"] {
        let script = Script::of([answer(302, &[("location", url)]), answer(200, &[])]);
        let error = client(&script, &clock).send(&get().over_https()).unwrap_err();
        assert_eq!((error.facts().name, script.sent()), ("redirect_refused", 1), "{url}");
    }
    let script = Script::of([answer(302, &[("location", "https://other.example/b")]), answer(200, &[])]);
    assert_eq!(client(&script, &clock).send(&get().over_https()).unwrap().status, 200);
    assert_eq!(script.urls.lock().unwrap()[1], "https://other.example/b");
}

/// Notes what it saw of the head, and when.
#[derive(Default)]
struct Looks(Vec<String>);

impl Sink for Looks {
    fn begin(&mut self, head: &Response) -> io::Result<()> {
        self.0.push(format!("HTTP {}", head.status));
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.push(format!("{} bytes", bytes.len()));
        Ok(())
    }
}

#[test]
fn a_sink_sees_the_head_before_the_first_byte() {
    let (script, clock, mut looks) =
        (Script::of([answer(503, &[]), answer(206, &[])]), Told::drawing(0), Looks::default());
    client(&script, &clock).stream(&get(), &mut looks).unwrap();
    assert_eq!(looks.0, ["HTTP 206", "2 bytes"]);
}

#[test]
fn a_stream_writes_only_a_success() {
    let clock = Told::drawing(0);
    let script = Script::of([answer(503, &[]), answer(200, &[])]);
    let mut sink = Vec::new();
    let response = client(&script, &clock).stream(&get(), &mut sink).unwrap();
    assert_eq!((response.attempts, response.body.len(), sink.as_slice()), (2, 0, &b"{}"[..]));
    let script = Script::of([answer(404, &[])]);
    let mut sink = Vec::new();
    let response = client(&script, &clock).stream(&get(), &mut sink).unwrap();
    assert_eq!((response.status, response.body.len(), sink.len()), (404, 2, 0));
}

#[test]
fn a_span_says_which_command_and_how_it_ended_and_no_word_more() {
    struct Keeps(Mutex<Vec<Request>>);
    impl Transport for Keeps {
        fn send(&self, request: &Request, _: &Policy) -> Outcome {
            self.0.lock().unwrap().push(request.clone());
            answer(500, &[])
        }
    }
    let (keeps, clock) = (Keeps(Mutex::default()), Told::drawing(0));
    let client = Client { policy: Policy::default(), transport: &keeps, clock: &clock, console: console() };
    let span =
        otlp::Span { command: "purge", exit: 75, times: (Duration::from_secs(1), Duration::from_secs(2)) };
    let headers = otlp::headers("a=b%20c, d = e").unwrap();
    for (endpoint, url) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://127.0.0.1:4318/v1/traces/", "http://127.0.0.1:4318/v1/traces"),
    ] {
        otlp::export(&client, endpoint, &headers, &span);
        let sent = keeps.0.lock().unwrap().pop().unwrap();
        assert_eq!(sent.url, url);
        assert!(keeps.0.lock().unwrap().is_empty(), "a refusal is not repeated");
        let told: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
        let told = &told["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(told["name"], "stratos purge");
        assert_eq!(told["startTimeUnixNano"], "1000000000");
        let keys: Vec<_> =
            told["attributes"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
        assert_eq!(keys, ["stratos.command", "stratos.version", "stratos.exit_code"]);
        assert_eq!(told["status"]["code"], 2);
        let Value::Secret(value) = &sent.headers[1].1 else { panic!("a token in clear") };
        assert_eq!(value.expose(), b"b c");
    }
    assert_eq!(otlp::headers("novalue").unwrap_err().facts().exit, 64);
}

#[test]
fn each_attempt_is_signed_anew_and_a_vendor_may_name_its_own_throttle() {
    let (script, clock) =
        (Script::of([answer(400, &[]), answer(503, &[]), answer(200, &[])]), Told::drawing(0));
    let bare = get().again(|response| response.status == 400);
    let signed = std::cell::Cell::new(0);
    let sign = |request: Request| {
        signed.set(signed.get() + 1);
        Ok(Request { url: format!("{}?attempt={}", request.url, signed.get()), ..request })
    };
    let response = client(&script, &clock).send_signed(&bare, &sign).unwrap();
    assert_eq!((response.status, response.attempts, script.sent()), (200, 3, 3));
    let urls = script.urls.lock().unwrap();
    for (index, url) in urls.iter().enumerate() {
        assert!(url.ends_with(&format!("?attempt={}", index + 1)), "{url}");
    }
}

#[test]
fn a_credential_that_signing_adds_binds_like_any_other() {
    let (script, clock) = (Script::of([answer(200, &[])]), Told::drawing(0));
    let bare = Request::get("http://cdn.example/");
    let sign = |request: Request| Ok(request.credential("k", Secret::new("v")));
    let error = client(&script, &clock).send_signed(&bare, &sign).unwrap_err();
    assert_eq!((error.facts().exit, script.sent()), (78, 0));
}
