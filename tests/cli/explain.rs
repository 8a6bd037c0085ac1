use crate::common::runner::stratos;

#[test]
fn a_code_is_explained_as_text_and_as_data() {
    let run = stratos(["explain", "429"]).run().exits(0);
    assert!(run.stdout().starts_with("Too Many Requests (429)\n"), "{}", run.stdout());
    assert!(run.stdout().contains("\nCause\n") && run.stdout().contains("\nFix\n"), "{}", run.stdout());
    let run = stratos(["explain", "rate_limited", "--json"]).run().exits(0);
    let value = run.json();
    assert_eq!(value["code"], "rate_limited");
    assert!(value["fix"].as_array().is_some_and(|fix| !fix.is_empty()));
}

#[test]
fn a_verdict_of_several_words_needs_no_quotes() {
    let run = stratos(["explain", "not", "yet", "valid"]).run().exits(0);
    assert!(run.stdout().starts_with("not yet valid (verdict)"), "{}", run.stdout());
}

#[test]
fn a_403_names_the_other_cloudcdn_form_first() {
    let run = stratos(["explain", "403", "--json"]).run();
    let value = run.json();
    let first = value["fix"][0].as_str().unwrap_or_default();
    assert!(first.contains("cloudcdn-colon") && first.contains("cloudcdn"), "{first}");
}

#[test]
fn a_pasted_response_is_read_from_stdin() {
    let pasted = "HTTP/2 403 \r\nserver: CloudFront\r\nx-cache: Error from cloudfront\r\nage: 90\r\n\r\n\
        <Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>";
    let run = stratos(["explain", "-"]).stdin(pasted).run().exits(0);
    for text in ["Cache  bypass", "stored 1m 30s ago", "MissingKey (cloudfront)", "Forbidden (403)"] {
        assert!(run.stdout().contains(text), "{text} is not in {}", run.stdout());
    }
    assert!(
        run.stdout().find("MissingKey") < run.stdout().find("Forbidden"),
        "the vendor's error comes first"
    );
    let run = stratos(["explain", "-", "--json"]).stdin(pasted).run();
    let value = run.json();
    assert_eq!((value["status"].as_u64(), value["cache"].as_str()), (Some(403), Some("bypass")));
    assert_eq!(value["errors"][0]["vendor"], "cloudfront");
}

#[test]
fn what_is_unknown_is_refused_with_a_way_on() {
    let run = stratos(["explain", "rate_limted", "--json"]).run().fails("unavailable", 69);
    assert!(run.stderr.contains("did you mean rate_limited?"), "{}", run.stderr);
    stratos(["explain", "--json"]).run().fails("usage_error", 64);
    stratos(["explain", "418", "--json"]).run().fails("unavailable", 69);
    let run = stratos(["explain", "-", "--json"]).stdin("no response at all\n").run().fails("data_error", 65);
    assert!(run.stderr.contains("curl -si"), "{}", run.stderr);
    stratos(["explain", "-", "--json"]).stdin("").run().fails("data_error", 65);
    stratos(["explain", "-", "--json"]).stdin("x".repeat((1 << 20) + 1)).run().fails("too_large", 65);
}

#[test]
fn control_bytes_of_a_pasted_response_reach_no_terminal() {
    let run =
        stratos(["explain", "-"]).stdin("HTTP/1.1 200 OK\nCache-Tag: a\u{1b}[31mred\n\n").run().exits(0);
    assert!(!run.stdout().contains('\u{1b}'), "{:?}", run.stdout());
}
