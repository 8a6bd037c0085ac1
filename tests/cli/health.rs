//! `stratos health` against a scripted CDN, and the HTTP layer's promises through it.

use super::common::{
    cdn::{Answer, Cdn},
    runner::stratos,
};
use serde_json::json;

fn well() -> Answer {
    Answer::json(200, &json!({"status": "ok", "apiVersion": "2026-04-01"}))
}

#[test]
fn the_body_is_the_result() {
    let cdn = Cdn::start([well()]);
    let run = stratos(["health"]).with(&cdn).run().exits(0);
    assert_eq!(run.stdout(), "{\"status\":\"ok\",\"apiVersion\":\"2026-04-01\"}\n");
    assert_eq!(run.stderr, "");
    let asked = cdn.requests().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("GET", "/api/health"));
    assert_eq!((asked.header("AccessKey"), asked.header("AccountKey")), (None, None));
}

#[test]
fn deep_is_asked_for_and_the_read_key_is_sent() {
    let cdn = Cdn::start([well()]);
    let key = |name: &str| stratos(["health", "--deep"]).with(&cdn).env(name, "key-0123456789");
    key("CLOUDCDN_ACCESS_KEY").env("CLOUDCDN_ACCOUNT_KEY", "other").run().exits(0);
    key("CLOUDCDN_ACCOUNT_KEY").run().exits(0);
    let asked = cdn.requests();
    assert_eq!(asked[0].path, "/api/health?deep=1");
    assert_eq!((asked[0].header("AccessKey"), asked[0].header("AccountKey")), (Some("key-0123456789"), None));
    assert_eq!((asked[1].header("AccessKey"), asked[1].header("AccountKey")), (None, Some("key-0123456789")));
}

#[test]
fn a_degraded_edge_is_a_result_and_exits_69() {
    let cdn = Cdn::start([Answer::json(503, &json!({"status": "degraded"}))]);
    let run = stratos(["health"]).with(&cdn).run().exits(69);
    assert_eq!((run.stdout().as_str(), run.stderr.as_str()), ("{\"status\":\"degraded\"}\n", ""));
    assert_eq!(cdn.requests().len(), 1, "never retried");
}

#[test]
fn what_is_no_health_report_is_an_error() {
    for (answer, kind, exit) in [
        (Answer::html(200, "<html>hotel wifi</html>"), "data_error", 65),
        (Answer::html(503, "<html>sorry</html>"), "server_error", 75),
        (Answer::json(401, &json!({"error": "no"})), "auth_invalid", 77),
        (Answer::json(404, &json!({})), "target_not_found", 69),
        (Answer::json(429, &json!({})).header("Retry-After", "3600"), "rate_limited", 75),
        (Answer::huge(1 << 30), "too_large", 65),
        (Answer::reset(), "request_failed", 75),
        (Answer::closed(), "request_failed", 75),
    ] {
        let cdn = Cdn::start([answer]);
        let run = stratos(["health", "--json"]).with(&cdn).run().fails(kind, exit);
        assert_eq!(run.stdout(), "");
        assert_eq!(cdn.requests().len(), 1);
    }
}

#[test]
fn deadlines_end_silence_and_stalls() {
    for answer in [Answer::silent(), Answer::json(200, &json!({"status": "ok"})).stalled(5)] {
        let cdn = Cdn::start([answer]);
        let run =
            stratos(["health", "--timeout", "500", "--json"]).with(&cdn).run().fails("request_failed", 75);
        assert!(run.stderr.contains("the deadline of 500ms passed"), "{}", run.stderr);
    }
}

#[test]
fn a_redirect_with_a_key_is_refused() {
    let second = Cdn::start([well()]);
    let first = Cdn::start([Answer::redirect(307, &second.url())]);
    let run = stratos(["health", "--json"]).with(&first).env("CLOUDCDN_ACCESS_KEY", "key-0123456789").run();
    let run = run.fails("redirect_refused", 69);
    assert!(run.stderr.contains(&second.url()), "{}", run.stderr);
    assert_eq!((first.requests().len(), second.connections()), (1, 0));
}

#[test]
fn a_key_in_clear_is_refused_before_any_request() {
    let run = stratos(["health", "--json", "--cdn-url", "http://192.0.2.1:1"]);
    let run = run.env("CLOUDCDN_ACCESS_KEY", "key-0123456789").run().fails("config_error", 78);
    assert!(run.stderr.contains("not sent in clear"), "{}", run.stderr);
}

#[test]
fn settings_are_checked_where_they_stand() {
    let cdn = Cdn::start([well()]);
    for (flag, value) in [("--timeout", "abc"), ("--timeout", "0"), ("--timeout", "30"), ("--retries", "-1")]
    {
        let run = stratos(["health", "--json", flag, value]).with(&cdn).run().fails("usage_error", 64);
        assert!(run.stderr.contains(flag), "{}", run.stderr);
    }
    for (name, value, exit) in [
        ("CLOUDCDN_TIMEOUT", "abc", 64),
        ("CLOUDCDN_TIMEOUT", "15", 64),
        ("CLOUDCDN_RETRIES", "-1", 64),
        ("HTTPS_PROXY", "://", 78),
        ("all_proxy", "ftp://p:1", 78),
    ] {
        let run = stratos(["health"]).with(&cdn).env(name, value).run().exits(exit);
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    for (member, exit) in [("timeout = \"soon\"", 64), ("retries = -1", 64), ("client_cert = \"a.pem\"", 78)]
    {
        let config = format!("default = \"p\"\n[profiles.p]\nurl = \"{}\"\n{member}\n", cdn.url());
        let run = stratos(["health"]).config(&config).run().exits(exit);
        let name = member.split(' ').next().unwrap();
        assert!(run.stderr.contains(name) && run.stderr.contains("profile"), "{}", run.stderr);
    }
    assert!(cdn.requests().is_empty());
}

#[test]
fn trust_comes_from_a_file_named_by_flag_or_by_environment() {
    let cdn = Cdn::tls([well()]);
    let run = stratos(["health", "--json"]).with(&cdn).run().fails("request_failed", 75);
    assert!(run.stderr.contains("--ca-file"), "{}", run.stderr);
    let run = stratos(["health", "--ca-file", "ca.pem"]).file("ca.pem", cdn.ca_pem()).with(&cdn);
    run.run().exits(0);
    let run = stratos(["health"]).file("ca.pem", cdn.ca_pem()).env("SSL_CERT_FILE", "ca.pem").with(&cdn);
    run.run().exits(0);
    stratos(["health", "--ca-file", "missing.pem"]).with(&cdn).run().exits(78);
    assert_eq!(cdn.requests().len(), 2);
}

#[test]
fn a_profile_may_bring_a_client_certificate() {
    let cdn = Cdn::mutual_tls([well()]);
    let (certificate, key) = cdn.client_pem();
    let config = format!(
        "default = \"p\"\n[profiles.p]\nurl = \"{}\"\nca_file = \"ca.pem\"\nclient_cert = \"c.pem\"\nclient_key = \"k.pem\"\n",
        cdn.url()
    );
    let run = stratos(["health"]).config(&config).file("ca.pem", cdn.ca_pem());
    run.file("c.pem", certificate).file("k.pem", key).run().exits(0);
    // It is a credential: another origin is refused before any connection.
    let elsewhere = Cdn::start([well()]);
    let run = stratos(["health", "--json", "--cdn-url", &elsewhere.url()]).config(&config);
    let run = run.file("ca.pem", cdn.ca_pem()).file("c.pem", certificate).file("k.pem", key).run();
    let run = run.fails("config_error", 78);
    assert!(run.stderr.contains("client_cert") && run.stderr.contains(&elsewhere.url()), "{}", run.stderr);
    assert_eq!(elsewhere.connections(), 0);
    let run =
        stratos(["health", "--json", "--ca-file", "ca.pem"]).file("ca.pem", cdn.ca_pem()).with(&cdn).run();
    assert!(run.fails("request_failed", 75).stderr.contains("client certificate"));
}

#[test]
fn verbose_shows_the_request_and_no_secret() {
    let key = "s3cret/Key+0123";
    let echo = Answer::json(200, &json!({"status": "ok", "echo": key, "hex": hex::encode(key)}));
    let cdn = Cdn::start([echo.header("X-Request-Id", "r-42").header("X-Echo", "s3cret%2FKey%2B0123")]);
    let run = stratos(["health", "--verbose", "--verbose"])
        .with(&cdn)
        .env("CLOUDCDN_ACCESS_KEY", key)
        .run()
        .exits(0);
    for shown in [
        &format!("> GET {}/api/health (attempt 1 of at most 1)", cdn.url()),
        "$ curl -sS -i -X GET -H 'AccessKey: ***'",
        "< HTTP 200 in ",
        "x-request-id: r-42",
        "> AccessKey: ***",
        "< x-echo: ***",
    ] {
        assert!(run.stderr.contains(shown), "{shown}\n{}", run.stderr);
    }
    for hidden in [key, &hex::encode(key), "s3cret%2FKey%2B0123"] {
        assert!(!run.everything().contains(hidden), "{hidden}\n{}", run.everything());
    }
    assert_eq!(run.json(), json!({"status": "ok", "echo": "***", "hex": "***"}));
}

#[test]
fn control_bytes_of_a_server_do_not_pass() {
    let cdn = Cdn::start([Answer::text(404, "\x1b[31mred\x1b[0m\x07").header("X-Request-Id", "a\tb")]);
    let run = stratos(["health", "--verbose"]).with(&cdn).run().exits(69);
    assert!(!run.everything().contains('\x1b') && !run.everything().contains('\x07'), "{:?}", run.stderr);
}

#[test]
fn a_span_leaves_only_where_it_was_asked_for() {
    let (cdn, collector) = (Cdn::start([well()]), Cdn::start([Answer::text(200, "")]));
    let otel = |name: &str| stratos(["health"]).with(&cdn).env(name, collector.url());
    otel("OTEL_EXPORTER_OTLP_ENDPOINT").run().exits(0);
    otel("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").run().exits(0);
    assert_eq!(collector.connections(), 0);

    let flags = ["--otlp-endpoint", &collector.url(), "--otlp-headers", "x-token=t0k3n-0123"];
    let run = stratos(["health"].iter().chain(&flags)).with(&cdn).run().exits(0);
    assert_eq!(run.stderr, "");
    let span = collector.requests().remove(0);
    assert_eq!((span.method.as_str(), span.path.as_str()), ("POST", "/v1/traces"));
    assert_eq!(span.header("x-token"), Some("t0k3n-0123"));
    assert_eq!(span.json()["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"], "stratos health");
    assert!(!span.text().contains("otlp-endpoint") && !span.text().contains(&cdn.url()));

    let config = format!(
        "default = \"p\"\n[profiles.p]\nurl = \"{}\"\notlp_endpoint = \"{}\"\n",
        cdn.url(),
        collector.url()
    );
    stratos(["health"]).config(&config).run().exits(0);
    assert_eq!(collector.requests().len(), 2);
}

#[test]
fn failures_are_told_too_and_offline_commands_never() {
    let (cdn, collector) = (Cdn::start([Answer::text(404, "no")]), Cdn::start([Answer::text(200, "")]));
    let asked = |args: &[&str]| {
        let args =
            args.iter().copied().chain(["--otlp-endpoint"]).map(str::to_owned).chain([collector.url()]);
        stratos(args.collect::<Vec<_>>()).with(&cdn).env("CLOUDCDN_ACCOUNT_KEY", "key-0123456789")
    };
    for args in [
        &["explain", "429"][..],
        &["config", "list"],
        &["schema"],
        &["version"],
        &["signed", "/a", "--expires", "4102444800", "--secret", "0123456789abcdef"],
        &["purge", "--tag", "home", "--dry-run"],
    ] {
        asked(args).run().exits(0);
    }
    assert_eq!(collector.connections(), 0);
    for (args, exit) in
        [(&["health"][..], 69), (&["health", "--profile", "nosuch"], 78), (&["purge", "notaurl"], 65)]
    {
        asked(args).run().exits(exit);
        let span =
            &collector.requests().pop().unwrap().json()["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(span["attributes"][2]["value"]["intValue"], exit.to_string(), "{args:?}");
    }
    assert_eq!(collector.requests().len(), 3);
}

#[test]
fn a_collector_that_is_not_there_changes_nothing() {
    let cdn = Cdn::start([well()]);
    let gone = "http://127.0.0.1:9";
    let run = stratos(["health", "--otlp-endpoint", gone]).with(&cdn).run().exits(0);
    assert_eq!((run.stdout().is_empty(), run.stderr.as_str()), (false, ""));
    let told = stratos(["health", "--otlp-endpoint", gone, "--verbose"]).with(&cdn).run().exits(0).stderr;
    assert!(told.contains("the span was not taken"), "{told}");
    let run = stratos(["health", "--otlp-endpoint", gone, "--otlp-headers", "t0k3n"]).with(&cdn).run();
    assert!(!run.stderr.contains("t0k3n") && run.code == Some(64), "{}", run.stderr);
    stratos(["health", "--otlp-endpoint", "collector", "--json"]).with(&cdn).run().fails("usage_error", 64);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_request_that_waits() {
    use rustix::process::{Pid, Signal, kill_process};
    for (signal, exit) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let cdn = Cdn::start([Answer::silent()]);
        let running = stratos(["health", "--json", "--timeout", "1h"]).with(&cdn).spawn();
        while cdn.requests().is_empty() {
            std::thread::yield_now();
        }
        kill_process(Pid::from_raw(running.id().try_into().unwrap()).unwrap(), signal).unwrap();
        running.finish().fails("interrupted", exit);
    }
}

#[test]
fn only_cloudcdn_is_asked_for_its_health() {
    let config = "[profiles.default]\nprovider = \"fastly\"\ntoken = \"env:T\"\n";
    for command in ["health", "bench"] {
        let run = stratos([command]).config(config).run().exits(64);
        assert!(run.stderr.contains("only CloudCDN has a health endpoint"), "{}", run.stderr);
    }
    let run = stratos(["doctor", "--json"]).config(config).run();
    let reach =
        run.json().as_array().unwrap().iter().find(|check| check["check"] == "reach").cloned().unwrap();
    assert_eq!(reach["status"], "unset", "{reach}");
}
