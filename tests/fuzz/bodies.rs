//! What each fuzz target does with its bytes. The fuzzer and the replay of the corpus run the same code; a
//! panic is a finding, and so is a broken promise.

use std::{io::Read, path::Path, sync::LazyLock, time::Duration};
use stratos::{
    error::{Answer, Error},
    explain,
    http::Response,
    options::Options,
    playlist::{self, Scene},
    profile::{self, File, Key, Place, Sources},
    purge::{
        self, PROVIDERS,
        plan::{Loaded, Plan},
    },
    release::{self, Manifest, Signature, Trust, names, vouched},
    secret::Secret,
    sign::{
        Claims, Params, Scheme, Signer, Url, Visit,
        asymmetric::{Algorithm, KeyPair},
        detect,
        lines::{Bulk, Outcomes, each},
    },
};

/// A target: its name, and what it does with its bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("url", url),
    ("cloudcdn", cloudcdn),
    ("cloudfront", cloudfront),
    ("s3", s3),
    ("bunny", bunny),
    ("pem", pem),
    ("lines", lines),
    ("config_toml", config_toml),
    ("config_json", config_json),
    ("reply", reply),
    ("pasted", pasted),
    ("plan", plan),
    ("hls", hls),
    ("dash", dash),
    ("manifest", release_manifest),
    ("signature", signature),
];

const NOW: u64 = 1_800_000_000;
const ECDSA: Params<'_> = Params(&[("algorithm", "ecdsa-sha256")]);

fn signer(id: &str, secret: &str, params: Params<'_>) -> Signer {
    let signer = Signer { scheme: Scheme::find(id).expect("a scheme"), keys: Vec::new() };
    signer.with(Some("KEY1"), &Secret::new(secret), params).expect("a key")
}

static CLOUDCDN: LazyLock<[Signer; 2]> =
    LazyLock::new(|| ["cloudcdn", "cloudcdn-colon"].map(|id| signer(id, "secret", Params(&[]))));
static CLOUDFRONT: LazyLock<[Signer; 1]> =
    LazyLock::new(|| [signer("cloudfront", include_str!("../vectors/keys/p-256.pem"), ECDSA)]);
static S3: LazyLock<[Signer; 1]> = LazyLock::new(|| [signer("s3", "secret", Params(&[]))]);
static BUNNY: LazyLock<[Signer; 1]> = LazyLock::new(|| [signer("bunny", "secret", Params(&[]))]);

/// Cut and put together, a URL is the text that it was.
pub fn url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = detect(text);
    let Ok(url) = Url::parse(text) else { return };
    assert_eq!(url.to_string(), text);
    assert_eq!(url.rooted().to_string(), text);
    assert_eq!(url.without(|_| false).to_string(), text);
    assert!(url.without(|name| name == "sig").value("sig").is_none());
    let _ = (url.host(), url.joint(), url.required("sig"));
}

/// Both of CloudCDN's forms.
pub fn cloudcdn(data: &[u8]) {
    scheme(&*CLOUDCDN, data, &[Params(&[])]);
}

/// CloudFront with a P-256 key, in both dialects and with the input as a policy.
pub fn cloudfront(data: &[u8]) {
    let policy = data.split(|byte| *byte == b'\n').nth(1).and_then(|line| std::str::from_utf8(line).ok());
    let pairs = [("algorithm", "ecdsa-sha256"), ("policy", policy.unwrap_or_default())];
    let js = Params(&[("algorithm", "ecdsa-sha256"), ("dialect", "js")]);
    scheme(&*CLOUDFRONT, data, &[ECDSA, js, Params(&pairs)]);
}

/// S3 in its three dialects.
pub fn s3(data: &[u8]) {
    let dialects = [Params(&[]), Params(&[("dialect", "js")]), Params(&[("dialect", "minio")])];
    scheme(&*S3, data, &dialects);
}

/// bunny.net with and without parameters.
pub fn bunny(data: &[u8]) {
    scheme(
        &*BUNNY,
        data,
        &[Params(&[]), Params(&[("path", "encoded")]), Params(&[("ignore_params", "true")])],
    );
}

/// Lines: a URL, a cookie header, an address, a method. The URL is verified as it is, then minted; what was
/// minted is valid at once, and not with its last character changed.
fn scheme(signers: &[Signer], data: &[u8], settings: &[Params<'_>]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let Ok(url) = Url::parse(lines.next().unwrap_or_default()) else { return };
    let (cookies, ip, method) = (lines.next().unwrap_or_default(), lines.next(), lines.next());
    let headers = [("Cookie", cookies), ("Range", cookies)];
    for signer in signers {
        for params in settings {
            let visit = Visit {
                now: NOW,
                ip,
                method,
                headers: &headers,
                params: *params,
                ..Visit::of(url.borrowed())
            };
            let _ = signer.seal().verify(&visit);
            minted(signer, &url, *params);
        }
    }
}

fn minted(signer: &Signer, url: &Url<'_>, params: Params<'_>) {
    let key_id = Some("KEY1".into());
    let claims = Claims { issued: Some(NOW), expires: Some(NOW + 60), key_id, params, ..Claims::default() };
    let own = |name: &str| signer.scheme.reserved.contains(&name);
    let mut out = Vec::new();
    // As the command does: a fragment is never sent, and may hide a name of the scheme's own.
    let refused =
        !signer.scheme.carried && (url.to_string().contains('#') || url.pairs().any(|(name, _)| own(name)));
    if refused
        || (signer.scheme.guard)(url, &claims).is_err()
        || signer.seal().mint(url, &claims, &mut out).is_err()
    {
        return;
    }
    let signed = String::from_utf8(out).expect("an outcome is text");
    let verdict = |text: &str| {
        let url = Url::parse(text).ok()?;
        signer.seal().verify(&Visit { now: NOW, params, ..Visit::of(url) }).ok()
    };
    let policy = params.get("policy").is_some();
    assert!(policy || verdict(&signed).is_some_and(|verdict| verdict.is_valid()), "{signed}");
    let mut altered = signed.clone();
    let last = altered.pop();
    // Not the same digit of an escape in the other case, which means the same.
    altered.push(if matches!(last, Some('a' | 'A')) { 'b' } else { 'a' });
    assert!(policy || verdict(&altered).is_none_or(|verdict| !verdict.is_valid()), "{altered}");
}

/// A key that loads signs what it verifies, or is public.
pub fn pem(data: &[u8]) {
    for algorithm in [Algorithm::RsaSha1, Algorithm::EcdsaSha256, Algorithm::Ed25519] {
        let Ok(key) = KeyPair::from_pem(data, algorithm) else { continue };
        match key.sign(b"text") {
            Ok(signature) => assert!(key.verify(b"text", &signature) && !key.verify(b"Text", &signature)),
            Err(_) => assert!(key.is_public()),
        }
        assert!(!key.verify(b"text", data));
    }
}

/// However the input arrives, and whether lines are minted together or one by one, the same lines come out.
pub fn lines(data: &[u8]) {
    let Some((&first, data)) = data.split_first() else { return };
    let bulk = Bulk { jobs: 1, keep_blank: first & 1 == 1, fail_fast: first & 2 == 2, limit: 64 };
    let [signer, _] = &*CLOUDCDN;
    let claims = Claims { expires: Some(NOW), ..Claims::default() };
    let together = || {
        let mut seal = signer.seal();
        let claims = &claims;
        move |lines: &[&str], outcomes: &mut Outcomes<'_>| {
            let mut batch = seal.batch();
            let mut take = |line| Url::parse(line).and_then(|url| Ok((batch.take(&url, claims)?, url)));
            let taken: Vec<_> = lines.iter().map(|line| take(line)).collect();
            batch.sign();
            for taken in taken {
                outcomes.put(|out| taken.and_then(|(ticket, url)| batch.give(ticket, &url, claims, out)));
            }
        }
    };
    let alone = || {
        let mut seal = signer.seal();
        let claims = &claims;
        each(move |line, out| Url::parse(line).and_then(|url| seal.mint(&url, claims, out)))
    };
    let mut output = Vec::new();
    let tally = bulk.run(&mut &*data, &mut output, together, |_| {}).expect("memory does not fail");
    let (left, right) = data.split_at(usize::from(first).min(data.len()));
    let mut pieces = Vec::new();
    let told = bulk.run(&mut left.chain(right), &mut pieces, alone, |_| {}).expect("memory does not fail");
    assert_eq!((&tally, &output), (&told, &pieces));
    let written = output.iter().filter(|byte| **byte == b'\n').count() as u64;
    let wanted = if bulk.keep_blank { tally.lines } else { tally.lines - tally.failed };
    assert!(written == wanted || tally.stopped, "{written} lines of {tally:?}");
}

fn path() -> &'static Path {
    Path::new("config.toml")
}

/// What is read can be listed, judged, resolved, changed and read again.
pub fn config_toml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let place = Place::named(path(), "--config");
    let Ok(mut file) = File::parse(&place, path(), text) else { return };
    used(&file);
    if file.set(&Key::parse("added.url").expect("a key"), "https://h").is_ok() {
        File::parse(&place, path(), &file.text()).expect("what was written can be read");
    }
}

/// What the Node CLI left becomes a file that can be read.
pub fn config_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(file) = File::parse_node(Path::new("config.json"), text) else { return };
    used(&file);
    let _ = File::parse(&Place::named(path(), "--config"), path(), &file.text()).map(|file| used(&file));
}

fn used(file: &File) {
    let _ = (file.list(), file.judge(None), file.default_name());
    let options = Options::default();
    let _ = profile::resolve(&Sources { options: &options, env: &|_| None, file });
    for name in file.names() {
        let options = Options { profile: Some(name.to_owned()), ..Options::default() };
        let _ = profile::resolve(&Sources { options: &options, env: &|_| None, file });
        let _ = file.references(name);
    }
}

/// A status from the first two bytes, header lines up to a blank one, then the body.
pub fn reply(data: &[u8]) {
    let Some((status, rest)) = data.split_first_chunk::<2>() else { return };
    let text = String::from_utf8_lossy(rest);
    let (head, body) = text.split_once("\n\n").unwrap_or(("", &text));
    let pairs = head.lines().filter_map(|line| line.split_once(':'));
    let headers = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let status = 100 + u16::from_be_bytes(*status) % 500;
    let (attempts, elapsed) = (1, Duration::ZERO);
    let response = Response { status, headers, body: body.as_bytes().to_vec(), attempts, elapsed };
    let _ = purge::accepted(&response);
    for provider in PROVIDERS {
        if let Ok(receipt) = (provider.decode)(&response) {
            assert!((200..300).contains(&status), "{} took {status} for done: {receipt:?}", provider.id);
        }
    }
    let body = serde_json::from_str(body).unwrap_or_else(|_| body.into());
    let answer =
        Answer { status, body, request_id: None, attempts, hint: None, kind: None, at: None, refused: false };
    assert!(!answer.message().is_empty());
    let _ = Error::Answered(Box::new(answer)).envelope().to_string();
}

/// A pasted response is read without tripping, and so is a word.
pub fn pasted(data: &[u8]) {
    let _ = explain::response::read(data);
    let word = String::from_utf8_lossy(data);
    let _ = (explain::find(&word).len(), explain::suggestions(&word));
}

/// A plan that is read, of one account or several, names something in every batch, and survives being written.
pub fn plan(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = |text: &str| Loaded::read(text).expect("what was written can be read");
    let (plans, again) = match Loaded::read(text) {
        Err(_) => return,
        Ok(Loaded::One(plan)) => (vec![plan.clone()], read(&plan.to_json()) == Loaded::One(plan)),
        Ok(Loaded::Several(several)) => {
            (several.plans.clone(), read(&several.to_json()) == Loaded::Several(several))
        }
    };
    assert!(again, "it comes back as it was");
    assert!(plans.iter().flat_map(Plan::batches).all(|batch| !batch.items.all().is_empty()));
}

/// An HLS playlist, with and without its first line.
pub fn hls(data: &[u8]) {
    manifest(data);
    manifest(&[b"#EXTM3U\n", data].concat());
}

/// A DASH manifest, and its text inside one.
pub fn dash(data: &[u8]) {
    manifest(data);
    manifest(&[b"<MPD><Period><AdaptationSet>", data, b"</AdaptationSet></Period></MPD>"].concat());
}

const SERVED: &str = "https://h/v/m?q=1";

/// What is written back unsigned is the text that was read; what is written back signed is read as what was
/// signed.
fn manifest(data: &[u8]) {
    let scene = Scene { base: SERVED, defines: &[] };
    let Ok(read) = playlist::read(data, &scene) else { return };
    let text = std::str::from_utf8(data).expect("only UTF-8 is read");
    let written = |added: &dyn Fn(&String) -> String| {
        let mut edits = Vec::new();
        for child in &read.children {
            let signed: Vec<String> = child.targets.iter().map(added).collect();
            edits.push(playlist::placed(text, SERVED, child, &child.uri, &child.targets, &signed).ok()?);
        }
        edits.sort_by_key(|edit| edit.span.start);
        assert!(edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{text}");
        Some(playlist::apply(data, &edits))
    };
    if let Some(same) = written(&String::clone) {
        assert_eq!(same, data);
    }
    let added = |target: &String| format!("{target}{}t=1", if target.contains('?') { "&" } else { "?" });
    let Some(signed) = written(&added) else { return };
    let again = playlist::read(&signed, &scene).expect("what was written can be read");
    let wanted: Vec<Vec<String>> =
        read.children.iter().map(|child| child.targets.iter().map(added).collect()).collect();
    let found: Vec<Vec<String>> = again.children.into_iter().map(|child| child.targets).collect();
    assert_eq!(found, wanted, "{}", String::from_utf8_lossy(&signed));
}

/// What signed the sample; its secret half is gone.
const RELEASE_KEY: &str = "RWRz5XqU6PTo7SptPKin3gvNhdktiM4RrUX5d8zY20vKB7ySGfFHEu9X";
const SIGNED: &[u8] = include_bytes!("corpus/manifest/whole");
const SIGNATURE: &[u8] = include_bytes!("corpus/signature/good");

static TRUST: LazyLock<Trust> =
    LazyLock::new(|| Trust::only(release::Key::parse(RELEASE_KEY, release::Key::NAMED).expect("a key")));

/// A manifest that is read names files of its own folder, each once; and none but the signed one is believed.
pub fn release_manifest(data: &[u8]) {
    assert_eq!(vouched(data, SIGNATURE, &TRUST).is_ok(), data == SIGNED);
    let Ok(manifest) = Manifest::parse(data) else { return };
    assert!(manifest.expires > manifest.released);
    for entry in &manifest.files {
        assert!(names::fault(&entry.file).is_none() && entry.size > 0, "{entry:?}");
        assert_eq!(Path::new(&entry.file).file_name(), Some(entry.file.as_ref()));
        assert_eq!(manifest.find(&entry.file), Some(entry));
    }
}

/// Of all signature files one passes; keys are read without tripping.
pub fn signature(data: &[u8]) {
    assert_eq!(vouched(SIGNED, data, &TRUST).is_ok(), data == SIGNATURE);
    if let Ok(read) = Signature::parse(data) {
        assert!(read.verify(b"", &TRUST).is_err());
    }
    let text = String::from_utf8_lossy(data);
    let _ = release::Key::parse_file(&text, release::Key::NAMED);
    assert!(Trust::parse(&text).map_or(0, |trust| trust.keys().len()) <= 2);
}
