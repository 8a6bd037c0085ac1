use super::*;

const HEX: &str = "d65c0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5";
const JWT: &str = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.eyJleHAiOjE4OTM0NTYwMDB9.c2lnbmF0dXJlc2lnbmF0dXJlMTIz";

fn redacted(text: &str) -> String {
    let whole = Redactor::new(Mark::Plain, &[]).text(text);
    for size in [1, 3, 7, 50] {
        let (mut redactor, mut out) = (Redactor::new(Mark::Plain, &[]), Vec::new());
        text.as_bytes().chunks(size).for_each(|chunk| redactor.feed(chunk, &mut out));
        redactor.finish(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), whole, "in pieces of {size}: {text}");
    }
    assert_eq!(Redactor::new(Mark::Plain, &[]).text(&whole), whole, "twice: {text}");
    whole
}

#[test]
fn a_signature_is_blanked_by_its_name_in_every_dress() {
    for text in [
        "https://h/api/signed?path=%2Fa&expires=1893456000&sig={}",
        "https://h/api/signed?path=%2Fa&sig={}&expires=1893456000",
        "<a href=\"https://h/a?x=1&amp;sig={}\">",
        r#"{"url":"https:\/\/h\/a?x=1&sig={}","n":1}"#,
        r#"{"url":"https://h/a?x=1\u0026sig={}"}"#,
        r#"{"log":"{\"url\":\"https://h/a?x=1&sig={}\"}"}"#,
        "https://login/?next=https%3A%2F%2Fh%2Fa%3Fx%3D1%26sig%3D{}&lang=de",
        "https://login/?next=https%253A%252F%252Fh%252Fa%253Fx%253D1%2526sig%253D{}&lang=de",
        "GET /a?expires=1893456000&sig={} HTTP/1.1",
        r#""GET /a?expires=1893456000&sig={} HTTP/1.1" 200 17"#,
        r#"{"name":"X-Amz-Signature","value":"{}"}"#,
        "{\n  \"name\": \"sig\",\n  \"value\": \"{}\"\n}",
        r#"{"X-Amz-Signature": "{}"}"#,
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature={}",
        "Cookie: a=b; CloudFront-Signature={}; c=d",
        "Set-Cookie: Cloud-CDN-Cookie=URLPrefix=aHR0:Expires=1893456000:KeyName=k1:Signature={}; Path=/",
        "hdnts=exp=1893456000~acl=/*~hmac={}",
        "x-amz-security-token: {}",
        "curl -H 'X-Amz-Security-Token: {}' https://h/",
        "(see https://h/a?token={}).",
    ] {
        assert_eq!(redacted(&text.replace("{}", HEX)), text.replace("{}", "REDACTED"), "{text}");
    }
}

#[test]
fn escapes_inside_a_value_belong_to_it() {
    for value in [
        "ab%2Bcd%2Fef12345678%3D",
        "ab%252Bcd%252Fef12345678%253D",
        r"ab+cd\/ef12345678\u003d",
        "ab&#43;cd/ef12345678&#x3D;",
    ] {
        assert_eq!(
            redacted(&format!("https://h/a?sig={value}&se=2030-01-01")),
            "https://h/a?sig=REDACTED&se=2030-01-01"
        );
    }
}

#[test]
fn what_is_public_stays_readable() {
    for (text, wanted) in [
        (format!("https://h/a?token=1893456000_{HEX}"), "https://h/a?token=1893456000_REDACTED".to_owned()),
        (format!("https://h/a?verify=1893456000-{HEX}"), "https://h/a?verify=1893456000-REDACTED".to_owned()),
        (
            format!("https://h/a?URISigningPackage={JWT}"),
            format!("https://h/a?URISigningPackage={}REDACTED", &JWT[..JWT.rfind('.').unwrap() + 1]),
        ),
        (format!("say {JWT}."), format!("say {}REDACTED.", &JWT[..JWT.rfind('.').unwrap() + 1])),
        (
            format!("https://h/?x=1&Key-Pair-Id=K2JCJMDEHXQW5F&Signature={HEX}"),
            "https://h/?x=1&Key-Pair-Id=K2JCJMDEHXQW5F&Signature=REDACTED".to_owned(),
        ),
    ] {
        assert_eq!(redacted(&text), wanted);
    }
}

#[test]
fn signatures_in_paths_are_found_by_their_layout() {
    let md5 = &HEX[..32];
    for text in [
        "https://h/203001010000/{}/v/a.mp4",
        "GET /203001010000/{}/v/a.mp4 HTTP/1.1",
        r#"{"path":"/203001010000/{}/v/a.mp4"}"#,
        "https://l/?to=https%3A%2F%2Fh%2F203001010000%2F{}%2Fv%2Fa.mp4",
        r"https:\/\/h\/203001010000\/{}\/v\/a.mp4",
    ] {
        assert_eq!(redacted(&text.replace("{}", md5)), text.replace("{}", "REDACTED"), "{text}");
    }
}

#[test]
fn credentials_go_whole_and_without_a_digest() {
    for (text, wanted) in [
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer REDACTED"),
        ("authorization: Basic dXNlcjpwYXNz\r\nHost: h", "authorization: Basic REDACTED\r\nHost: h"),
        (
            r#"{"name":"Authorization","value":"Bearer abcdef"}"#,
            r#"{"name":"Authorization","value":"Bearer REDACTED"}"#,
        ),
        ("Authorization: SharedKey account:c2ln=", "Authorization: SharedKey account:REDACTED"),
        ("curl -H 'Authorization: Token abc' h", "curl -H 'Authorization: Token REDACTED' h"),
    ] {
        assert_eq!(redacted(text), wanted);
        assert_eq!(Redactor::new(Mark::Hash, &[]).text(text), wanted);
    }
}

#[test]
fn other_text_is_left_alone() {
    for text in [
        "",
        "plain words, 12:30, a=b, {\"md5\": \"d41d8cd98f00b204e9800998ecf8427e\"}",
        "https://h/search?s=a+long+search+for+something&token=12345",
        "https://h/a?path=%2Fvideos%2Fa&expires=1893456000",
        "sha256: d65c0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5",
        "the sign=on of the times; hmac = key.sign(text)",
        "https://h/a/b/c/index.html#token",
        "eyJ and eyJhbGciOiJIUzI1NiJ9 are no tokens",
        "\u{0}\u{1}é🎬\r\n\t%%%&&&\\\\\\",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn equal_signatures_share_a_mark_and_short_ones_get_none() {
    let marked = |text: &str| Redactor::new(Mark::Hash, &[]).text(text);
    let (raw, escaped) = (
        marked("https://h/?sig=ab%2Bcd%2Fef1234567890%3D"),
        marked(r#"{"u":"https:\/\/h\/?sig=ab+cd\/ef1234567890="}"#),
    );
    let digest = raw.split("REDACTED-").nth(1).unwrap();
    assert_eq!(digest.len(), 12);
    assert!(escaped.contains(digest), "{escaped}");
    assert_eq!(marked(&raw), raw);
    assert_eq!(marked("https://h/?token=abc"), "https://h/?token=REDACTED");
}

#[test]
fn a_line_without_end_is_not_held() {
    let (mut redactor, mut out) = (Redactor::new(Mark::Plain, &[]), Vec::new());
    redactor.feed(b"https://h/?Signature=", &mut out);
    for _ in 0..64 {
        redactor.feed(&[b'a'; 64 << 10], &mut out);
        assert!(redactor.text.len() < 256 << 10, "{}", redactor.text.len());
    }
    redactor.feed(b"&x=1", &mut out);
    redactor.finish(&mut out);
    assert!(out == b"https://h/?Signature=REDACTED&x=1");
    let noise: Vec<u8> = (0..3 << 20).map(|n: u32| b"=:\"'%&\\/e x"[(n % 11) as usize]).collect();
    let (mut redactor, mut out) = (Redactor::new(Mark::Plain, &[]), Vec::new());
    noise.chunks(100_000).for_each(|chunk| redactor.feed(chunk, &mut out));
    redactor.finish(&mut out);
    assert!(out == noise);
}

#[test]
fn more_names_can_be_given() {
    let mut redactor = Redactor::new(Mark::Plain, &["my_mac".to_owned()]);
    assert_eq!(redactor.text("https://h/?my_mac=abc&x=1"), "https://h/?my_mac=REDACTED&x=1");
}
