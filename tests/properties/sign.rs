//! Signing: minting, inspecting and verifying agree; whatever is changed is refused; nothing panics.

use hmac::{Hmac, KeyInit, Mac};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use sha2::Sha256;
use std::io::{self, Read};
use stratos::{
    error::Error,
    secret::Secret,
    sign::{
        Claims, Inspection, Params, SCHEMES, Scheme, Signer, Slate, Spelling, Stencil, Ticket, Url, Verdict,
        Visit, covers_globs, detect, ip_within,
        key::{HmacSha256, Signed, hmac_sha256},
        lines::{Bulk, each},
        plain,
        text::{self, Append, COMPONENT, Kept, UNRESERVED, UNRESERVED_PATH},
    },
};

const CLOUDCDN: [&str; 2] = ["cloudcdn", "cloudcdn-colon"];

fn signer(id: &str, secret: &str) -> Signer {
    Signer::new(Scheme::find(id).unwrap(), &Secret::new(secret), Params::default()).unwrap()
}

fn mint(signer: &Signer, url: &Url<'_>, expires: u64) -> String {
    let claims = Claims { expires: Some(expires), ..Claims::default() };
    let mut out = Vec::new();
    signer.seal().mint(url, &claims, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn verdict(signer: &Signer, url: &str, now: u64) -> Verdict {
    let Ok(url) = Url::parse(url) else { return Verdict::Malformed("URL") };
    signer.seal().verify(&Visit { now, ..Visit::of(url) }).unwrap()
}

/// Paths as people have them, and as nobody should.
fn path() -> impl Strategy<Value = String> {
    prop_oneof!["/[a-z0-9/._-]{0,40}", "/[a-zA-Z0-9%+?&=:|#~ é日🎬/-]{0,60}", "/\\PC{0,30}", "[a-z?]{0,9}"]
}

/// Paths that lists are nearly always made of.
fn plain_path() -> impl Strategy<Value = String> {
    "/([a-zA-Z0-9_-]{1,70}([./][a-zA-Z0-9_-]{1,40}){0,5})?"
}

/// As a list is minted: plain paths by the stencil, the others by themselves, all signed together.
fn listed(signer: &Signer, base: &str, claims: &Claims<'_>, lines: &[String]) -> Vec<Option<Vec<u8>>> {
    let stencil = Stencil::cut(signer, base, claims).expect("the pattern is kept");
    let urls: Vec<_> = lines.iter().map(|line| Url::at(base, line.as_str())).collect();
    let mut seal = signer.seal();
    let (mut batch, mut last) = (seal.batch(), Ticket::default());
    let mut take = |(line, url): (&String, &Url<'_>)| {
        if plain(line.as_bytes()) {
            batch.take_plain(&stencil, line.as_bytes());
            last = last.next();
            return Some(last);
        }
        last = batch.take(url, claims).ok()?;
        Some(last)
    };
    let tickets: Vec<_> = lines.iter().zip(&urls).map(&mut take).collect();
    batch.sign();
    let mut outcome = |(at, ticket): (usize, Option<Ticket>)| {
        if plain(lines[at].as_bytes()) {
            let mut slate = Slate::default();
            stencil.outcome(lines[at].as_bytes(), batch.signature(ticket?)?, &mut slate);
            return slate.written().strip_suffix(b"\n").map(<[u8]>::to_vec);
        }
        let mut out = Vec::new();
        batch.give(ticket?, &urls[at], claims, &mut out).ok().map(|()| out)
    };
    tickets.into_iter().enumerate().map(&mut outcome).collect()
}

fn base() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("https://cdn.example.com".into()),
        Just("https://cdn.example.com/".into()),
        Just("http://127.0.0.1:8787/sub//".into()),
        "https://[a-z]{1,9}(/[a-z]{1,5}){0,2}",
    ]
}

proptest! {
    #[test]
    fn stored_states_give_what_the_hmac_crate_gives(
        secret in vec(any::<u8>(), 0..200),
        text in vec(any::<u8>(), 0..300),
    ) {
        let mut oracle = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        oracle.update(&text);
        prop_assert_eq!(&HmacSha256::new(&secret).tag(&text)[..], &oracle.finalize().into_bytes()[..]);
    }

    #[test]
    fn verify_accepts_what_was_minted(
        base in base(), path in path(), secret in "\\PC{1,80}", expires in 1..100_000_000_000_u64,
    ) {
        for id in CLOUDCDN {
            let signer = signer(id, &secret);
            let signed = mint(&signer, &Url::at(base.as_str(), path.as_str()), expires);
            prop_assert!(verdict(&signer, &signed, expires - 1).is_valid(), "{}", signed);
            prop_assert_eq!(verdict(&signer, &signed, expires), Verdict::Expired { seconds: 0 });
        }
    }

    #[test]
    fn inspect_undoes_mint(base in base(), path in path(), expires in any::<u64>()) {
        for id in CLOUDCDN {
            let (signer, url) = (signer(id, "secret"), Url::at(base.as_str(), path.as_str()));
            let signed = mint(&signer, &url, expires);
            let visit = Visit::of(Url::parse(&signed).unwrap());
            let found = (signer.scheme.inspect)(&visit, &mut Vec::new()).unwrap();
            prop_assert!(found.fits() && found.covers);
            prop_assert_eq!((&found.url.path, &found.url.query), (&url.path, &url.query));
            prop_assert_eq!(found.claims.expires, Some(expires));
            // Bases that differ in one last slash mint the same; so does what was read back.
            prop_assert_eq!(mint(&signer, &found.url, expires), signed);
        }
    }

    #[test]
    fn each_of_the_two_forms_refuses_the_other(path in path(), expires in 1..u64::MAX) {
        let [prefixed, colon] = CLOUDCDN.map(|id| signer(id, "secret"));
        let url = Url::at("https://cdn.example.com", path.as_str());
        prop_assert_eq!(verdict(&colon, &mint(&prefixed, &url, expires), 0), Verdict::Mismatch);
        prop_assert_eq!(verdict(&prefixed, &mint(&colon, &url, expires), 0), Verdict::Mismatch);
    }

    #[test]
    fn a_changed_byte_is_refused(
        path in path(), expires in 1..u64::MAX, at in any::<Index>(), byte in 0x20..0x7f_u8,
    ) {
        for id in CLOUDCDN {
            let signer = signer(id, "secret");
            let signed = mint(&signer, &Url::at("https://cdn.example.com/x", path.as_str()), expires);
            let mut bytes = signed.clone().into_bytes();
            let position = at.index(bytes.len());
            bytes[position] = byte;
            let changed = String::from_utf8(bytes).unwrap();
            // The base is not signed, and the edge sees no difference between %2F and %2f.
            let unsigned = position < signed.find("/api/signed?").unwrap();
            let alike = changed.to_lowercase() == signed.to_lowercase() && decoded(&changed) == decoded(&signed);
            let same = changed == signed || alike && position > signed.find('?').unwrap();
            prop_assert_eq!(verdict(&signer, &changed, 0).is_valid(), same || unsigned && Url::parse(&changed)
                .is_ok_and(|url| url.path.ends_with("/api/signed")), "{}", changed);
        }
    }

    #[test]
    fn an_expiry_that_is_no_number_is_signed_and_never_valid(path in path(), expires in "\\PC{0,12}") {
        prop_assume!(text::plain_number(&expires).is_none());
        let signer = signer("cloudcdn", "secret");
        let claims = Claims { expires_text: Some(expires.as_str().into()), ..Claims::default() };
        let mut out = Vec::new();
        signer.seal().mint(&Url::at("", path.as_str()), &claims, &mut out).unwrap();
        let signed = String::from_utf8(out).unwrap();
        prop_assert_eq!(verdict(&signer, &signed, 0), Verdict::Malformed("expires"));
    }

    #[test]
    fn a_seal_that_remembers_gives_what_a_fresh_one_gives(paths in vec("/[ab]{0,2}", 1..20)) {
        let signer = signer("cloudcdn", "secret");
        let (mut seal, claims) = (signer.seal(), Claims { expires: Some(1), ..Claims::default() });
        for path in &paths {
            let mut out = Vec::new();
            seal.mint(&Url::at("", path.as_str()), &claims, &mut out).unwrap();
            prop_assert_eq!(String::from_utf8(out).unwrap(), mint(&signer, &Url::at("", path.as_str()), 1));
        }
    }

    #[test]
    fn a_list_comes_to_what_each_line_comes_to_alone(
        base in base(), lines in vec(prop_oneof![4 => plain_path(), 1 => path()], 0..40),
        secret in "[a-z]{1,80}", expires in 1..100_000_000_000_u64,
    ) {
        for scheme in SCHEMES.iter().filter(|scheme| scheme.pattern.is_some()) {
            let (signer, claims) = (signer(scheme.id, &secret), Claims { expires: Some(expires), ..Claims::default() });
            let alone = |line: &str| {
                let mut out = Vec::new();
                signer.seal().mint(&Url::at(&*base, line), &claims, &mut out).map(|()| out).ok()
            };
            let wanted: Vec<_> = lines.iter().map(|line| alone(line)).collect();
            prop_assert_eq!(listed(&signer, &base, &claims, &lines), wanted);
            for line in lines.iter().filter(|line| plain(line.as_bytes())) {
                let url = Url::at(&*base, line.as_str());
                prop_assert!((scheme.guard)(&url, &claims).is_ok() && (scheme.caution)(&url, &claims).is_none());
            }
        }
    }

    #[test]
    fn inspect_finds_a_plain_path_and_else_always_the_same(
        base in select(&["https://h", "https://h:81", "http://h.example"][..]), paths in [plain_path(), plain_path()],
        ip in select(&[None, Some("203.0.113.7")][..]), expires in 1..100_000_000_000_u64,
    ) {
        for scheme in SCHEMES.iter().filter(|scheme| scheme.pattern.is_some()) {
            let signer = signer(scheme.id, "secret");
            let found = paths.each_ref().map(|path| {
                let url = Url::at(base, path.as_str());
                let signed = mint(&signer, &url, expires);
                let visit = Visit { now: 1, ip, ..Visit::of(Url::parse(&signed).unwrap()) };
                let found = (scheme.inspect)(&visit, &mut Vec::new()).unwrap();
                assert_eq!(&found.url, &url, "{}", signed);
                let verdict = signer.seal().verify(&visit).unwrap();
                let rest = Inspection { url: Url::default(), signature: Vec::new().into(), ..found };
                format!("{verdict:?} {rest:?}")
            });
            prop_assert_eq!(&found[0], &found[1]);
        }
    }

    #[test]
    fn nothing_panics_on_any_text(text in prop_oneof!["\\PC{0,80}", hostile()], other in "\\PC{0,20}") {
        let _ = detect(&text);
        let _ = (ip_within(&text, &other), covers_globs(&text, &['!', ','], &other));
        let _ = (text::form_decode(&text), text::percent_decode(&text), text::plain_number(&text));
        for spelling in SPELLINGS {
            let _ = spelling.decode(text.as_bytes());
        }
        for scheme in SCHEMES {
            if let Ok(url) = Url::parse(&text) {
                let _ = (url.host().len(), url.joint(), url.without(|name| name == other).to_string());
                let visit = Visit { now: 1, headers: &[("Cookie", &other)], ..Visit::of(url) };
                let _ = (scheme.inspect)(&visit, &mut Vec::new());
            }
        }
        for id in CLOUDCDN {
            let _ = verdict(&signer(id, "secret"), &text, 0);
        }
    }

    #[test]
    fn a_url_is_put_together_as_it_was(text in prop_oneof!["/\\PC{0,40}", "[a-z]{1,5}://\\PC{1,40}"]) {
        if let Ok(url) = Url::parse(&text) {
            let mut out = Vec::new();
            url.write(&mut out);
            prop_assert_eq!(out, text.as_bytes());
            prop_assert_eq!(url.without(|_| false).to_string(), text);
        }
    }

    #[test]
    fn what_is_cut_off_is_gone_and_the_rest_stays(
        pairs in vec(prop_oneof![Just("t=1"), Just("t"), Just("a=2"), Just("b"), Just(""), Just("a=t=")], 0..8),
    ) {
        let text = format!("/p?{}", pairs.join("&"));
        let kept: Vec<_> = pairs.iter().copied().filter(|pair| pair.split('=').next() != Some("t")).collect();
        let url = Url::parse(&text).unwrap();
        let rest = url.without(|name| name == "t").query.map(std::borrow::Cow::into_owned);
        // No pieces at all is no query, save where the query was empty to begin with.
        let wanted = if kept.is_empty() && !pairs.is_empty() { None } else { Some(kept.join("&")) };
        prop_assert_eq!(rest, wanted);
    }

    #[test]
    fn percent_encoding_is_undone_and_is_the_crate_s(text in "\\PC{0,60}") {
        for (kept, marks) in [(&COMPONENT, "-_.!~*'()"), (&UNRESERVED, "-._~"), (&UNRESERVED_PATH, "-._~/")] {
            let mut out = Vec::new();
            out.percent(&text, kept);
            let ours = String::from_utf8(out).unwrap();
            prop_assert_eq!(&naive_percent(&text, marks), &ours);
            prop_assert_eq!(text::percent_decode(&ours).unwrap(), text.as_str());
            prop_assert!(ours.bytes().all(|byte| byte == b'%' || Kept::contains(kept, byte)));
        }
    }

    #[test]
    fn spellings_are_undone(bytes in vec(any::<u8>(), 0..80)) {
        for spelling in SPELLINGS {
            let mut out = Vec::new();
            out.spelled(spelling, &bytes);
            prop_assert_eq!(spelling.decode(&out).unwrap(), bytes.as_slice(), "{}", spelling.name());
        }
    }

    #[test]
    fn a_glob_is_what_the_plain_definition_says(glob in "[ab*?]{0,8}", text in "[abé]{0,8}") {
        let plain = |glob: &str, text: &str| {
            plain_glob(&glob.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
        };
        prop_assert_eq!(covers_globs(&glob, &[], &text), !glob.is_empty() && plain(&glob, &text));
    }

    #[test]
    fn texts_signed_together_get_what_each_gets_alone(
        texts in vec(vec(any::<u8>(), 0..200), 0..40), secret in vec(any::<u8>(), 0..100),
    ) {
        let key = hmac_sha256(&secret, Spelling::Base64Url);
        let unsigned = |text: &Vec<u8>| Signed { canonical: text.clone(), signature: Vec::new() };
        let mut together: Vec<Signed> = texts.iter().map(unsigned).collect();
        key.sign_all(&mut together).unwrap();
        for (text, signed) in texts.iter().zip(&together) {
            let mut alone = Vec::new();
            key.sign(text, &mut alone).unwrap();
            prop_assert_eq!((&signed.canonical, &signed.signature), (text, &alone));
        }
    }

    #[test]
    fn lines_come_out_alike_for_any_chunks_and_jobs(
        pieces in vec(select(PIECES), 0..60),
        chunks in vec(1..30_usize, 1..20),
        jobs in 1..4_usize, keep_blank: bool, fail_fast: bool,
    ) {
        let input = pieces.concat();
        let bulk = Bulk { jobs, keep_blank, fail_fast, limit: 12 };
        let mut output = Vec::new();
        let mut reader = Chunks { rest: &input, sizes: chunks.iter().copied().cycle().take(10_000).collect() };
        let tally = bulk.run(&mut reader, &mut output, || each(shout), |_| {}).unwrap();
        let (wanted, counted) = plain_lines(&bulk, &input);
        prop_assert_eq!(String::from_utf8_lossy(&output), String::from_utf8_lossy(&wanted));
        let numbers: Vec<u64> = tally.failures.iter().map(|(number, _)| *number).collect();
        prop_assert_eq!((tally.lines, tally.failed, numbers, tally.stopped), counted);
    }
}

const PIECES: &[&[u8]] =
    &[b"ok", b"!bad", b"\n", b"\n", b"\n", b"\r\n", b"\xff", b"\0", b"longer than the limit", "é".as_bytes()];

const SPELLINGS: [Spelling; 6] = [
    Spelling::Raw,
    Spelling::Hex,
    Spelling::Base64,
    Spelling::Base64Url,
    Spelling::Base64UrlPadded,
    Spelling::Base64Tilde,
];

/// Texts near to signed URLs, broken somewhere.
fn hostile() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "https://h",
            "/api/signed",
            "?",
            "&",
            "=",
            "path=",
            "expires=",
            "sig=",
            "Signature=",
            "Policy=",
            "Expires=",
            "X-Amz-Date=",
            "token=",
            "X-Amz-Credential=",
            "Key-Pair-Id=",
            "HS256-",
            "%2F",
            "%",
            "%ff",
            "18446744073709551616",
            "é",
            "🎬",
            "//",
            ":",
            "AAAA",
            "#",
            "bcdn_token=",
            "20300101T000000Z",
            "eyJTdGF0ZW1lbnQiOltdfQ__",
            ".",
            "~",
        ][..],
    );
    vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// Path, expiry and signature as a server reads them.
fn decoded(url: &str) -> Vec<(String, Vec<u8>)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let decode = |value: &str| percent_encoding::percent_decode_str(&value.replace('+', " ")).collect();
    pairs.map(|(name, value)| (name.to_owned(), decode(value))).collect()
}

fn naive_percent(text: &str, marks: &str) -> String {
    let escape = |byte: u8| match char::from(byte) {
        letter if letter.is_ascii_alphanumeric() || marks.contains(letter) => letter.to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

fn plain_glob(glob: &[char], text: &[char]) -> bool {
    match (glob.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some(('*', more)), rest) => {
            plain_glob(more, text) || rest.is_some_and(|(_, rest)| plain_glob(glob, rest))
        }
        (Some(('?', more)), Some((_, rest))) => plain_glob(more, rest),
        (Some((letter, more)), Some((one, rest))) => letter == one && plain_glob(more, rest),
        (Some(_), None) => false,
    }
}

fn shout(line: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    out.extend_from_slice(line.to_uppercase().as_bytes());
    if line.contains('!') { Err(Error::Malformed("line")) } else { Ok(()) }
}

/// Reads of the sizes told.
struct Chunks<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.pop().unwrap_or(1).min(self.rest.len()).min(buffer.len());
        let (now, later) = self.rest.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.rest = later;
        Ok(size)
    }
}

type Counted = (u64, u64, Vec<u64>, bool);

/// What `Bulk` promises, said the simplest way.
fn plain_lines(bulk: &Bulk, input: &[u8]) -> (Vec<u8>, Counted) {
    let (mut out, mut counted): (Vec<u8>, Counted) = Default::default();
    let mut lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    if lines.last() == Some(&&b""[..]) {
        lines.pop();
    }
    for line in lines {
        counted.0 += 1;
        let text = std::str::from_utf8(line)
            .ok()
            .filter(|text| !text.contains(['\0', '!']) && text.len() <= bulk.limit);
        match text {
            Some(text) => {
                out.extend_from_slice(text.strip_suffix('\r').unwrap_or(text).to_uppercase().as_bytes());
                out.push(b'\n');
            }
            None => {
                counted.1 += 1;
                if counted.2.len() < 20 {
                    counted.2.push(counted.0);
                }
                if bulk.fail_fast {
                    counted.3 = true;
                    return (out, counted);
                }
                if bulk.keep_blank {
                    out.push(b'\n');
                }
            }
        }
    }
    (out, counted)
}
