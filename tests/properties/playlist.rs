//! Manifests: every signed child is one that verifies, and the text without what was added is the text as it was.

use super::corpus::bodies;
use proptest::{collection::vec, prelude::*, sample::select};
use std::sync::LazyLock;
use stratos::{
    playlist::{Edit, Manifest, Scene, apply, placed, read},
    secret::Secret,
    sign::{Claims, Params, Scheme, Scope, Signer, Url, Visit},
};

const BASE: &str = "https://cdn.example/v/m";
const NOW: u64 = 1_800_000_000;

static SIGNERS: LazyLock<Vec<Signer>> = LazyLock::new(|| {
    let signer = |id| Signer::new(Scheme::find(id).unwrap(), &Secret::new("secret"), Params(&[])).unwrap();
    ["bunny", "gcore", "alibaba-a"].map(signer).into()
});

fn of(text: &str) -> Manifest {
    read(text.as_bytes(), &Scene { base: BASE, defines: &[] }).unwrap()
}

/// A reference as packagers write it.
fn reference() -> impl Strategy<Value = String> {
    (
        select(&["", "../", "/", "a/", "https://cdn.example/", "./"][..]),
        "[a-zA-Z0-9._~-]{1,8}",
        select(&["", ".ts", ".mp4"][..]),
    )
        .prop_map(|(folder, name, end)| format!("{folder}x{name}{end}"))
}

fn hls() -> impl Strategy<Value = String> {
    let line = (
        reference(),
        select(
            &[
                "#EXTINF:4,\r\n@",
                "#EXTINF:4.1,a title\n\t@ ",
                "#EXT-X-KEY:METHOD=AES-128,URI=\"@\",IV=0x1",
                "#EXT-X-MAP:URI=\"@\" , BYTERANGE=\"1@0\"",
                "#EXT-X-PART:DURATION=1,URI=\"@\"",
                "# @",
                "#EXT-X-OTHER:URL=\"@\"",
                "",
            ][..],
        ),
    );
    (
        vec(line.prop_map(|(uri, form)| form.replacen('@', &uri, 1)), 0..12),
        select(&["\n", "\r\n"][..]),
        any::<bool>(),
    )
        .prop_map(|(lines, end, last)| {
            format!("#EXTM3U{end}{}{}", lines.join(end), if last { end } else { "" })
        })
}

fn dash() -> impl Strategy<Value = String> {
    let segment = (
        reference(),
        select(
            &["<SegmentURL media=\"@\"/>", "<SegmentURL  index='@' ></SegmentURL>", "<!-- @ -->", "\n"][..],
        ),
    );
    let folder = select(&["", "<BaseURL>b/</BaseURL>", "<BaseURL>\n<![CDATA[b/c?d&e]]> </BaseURL>"][..]);
    (vec(segment.prop_map(|(uri, form)| form.replace('@', &uri)), 0..12), folder, reference()).prop_map(
        |(segments, folder, init)| {
            format!(
                "<?xml version=\"1.0\"?>\r\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><Period>{folder}<AdaptationSet>\
                 <Representation id='r'><SegmentList><Initialization sourceURL=\"{init}\"/>{}</SegmentList>\
                 </Representation></AdaptationSet></Period></MPD>\n",
                segments.concat()
            )
        },
    )
}

/// The text with every child signed.
fn signed(text: &str, signer: &Signer, claims: &Claims<'_>) -> String {
    let mut seal = signer.seal();
    let mut mint = |target: &String| {
        let mut out = Vec::new();
        seal.mint(&Url::parse(target).unwrap(), claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let edits = of(text).children.into_iter().map(|child| {
        let signed: Vec<String> = child.targets.iter().map(&mut mint).collect();
        placed(text, BASE, &child, &child.uri, &child.targets, &signed).unwrap()
    });
    let mut edits: Vec<Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.span.start);
    String::from_utf8(apply(text.as_bytes(), &edits)).unwrap()
}

fn holds(text: &str, scope: &Scope<'static>) {
    for signer in SIGNERS.iter() {
        let scope = if signer.scheme.id == "bunny" { scope.clone() } else { Scope::Url };
        let claims = Claims { expires: Some(NOW + 60), scope, nonce: Some("0"), ..Claims::default() };
        let whole = signed(text, signer, &claims);
        let after = of(&whole);
        let mut edits = Vec::new();
        for child in &after.children {
            for target in &child.targets {
                let visit = Visit { now: NOW, ..Visit::of(Url::parse(target).unwrap()) };
                assert!(signer.seal().verify(&visit).unwrap().is_valid(), "{target}");
            }
            let raw = Url::at("", &whole[child.span.clone()]);
            let (path, query) =
                (raw.path.as_ref(), raw.query.as_deref().unwrap_or_default().replace("&amp;", "&"));
            let plain = Url { query: Some(query.into()), path: path.into(), ..Url::default() };
            let plain = plain.without(|name| signer.scheme.reserved.contains(&name)).to_string();
            edits.push(Edit { span: child.span.clone(), text: plain });
        }
        edits.sort_by_key(|edit| edit.span.start);
        assert_eq!(String::from_utf8(apply(whole.as_bytes(), &edits)).unwrap(), text, "{}", signer.scheme.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_signed_playlist_verifies_and_comes_back(text in hls(), below: bool) {
        holds(&text, &if below { Scope::Prefix("/".into()) } else { Scope::Url });
    }

    #[test]
    fn a_signed_manifest_verifies_and_comes_back(text in dash(), below: bool) {
        holds(&text, &if below { Scope::Prefix("/".into()) } else { Scope::Url });
    }

    #[test]
    fn no_text_trips_the_readers(text in "(#EXT(-X-(MAP|KEY|DEFINE|STREAM-INF|PART|DATERANGE)|INF|M3U)[:,A-Z=\"$-]{0,12}[a-z{$}?#&\" ]{0,12}\n?){0,8}") {
        bodies::hls(text.as_bytes());
    }

    #[test]
    fn no_markup_trips_the_readers(text in "(</?(BaseURL|SegmentURL|Representation|SegmentTemplate|x)( (media|index|id)=['\"][a-z$&;?#]{0,6}['\"])?/?>|[a-z&;?#$ ]{0,6}|<!\\[CDATA\\[|\\]\\]>|<!--|-->){0,12}") {
        bodies::dash(text.as_bytes());
    }
}
