use super::*;

const BASE: &str = "https://h/v/m.mpd";

fn of(text: &str) -> Result<Manifest> {
    crate::playlist::read(text.as_bytes(), &Scene { base: BASE, defines: &[] })
}

fn mpd(inside: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">{inside}</MPD>\n")
}

fn period(inside: &str) -> String {
    mpd(&format!("<Period><AdaptationSet>{inside}</AdaptationSet></Period>"))
}

fn targets(text: &str) -> Vec<(&'static str, Vec<String>)> {
    of(text).unwrap().children.into_iter().map(|child| (child.kind, child.targets)).collect()
}

fn urls(targets: &[&str]) -> Vec<String> {
    targets.iter().map(|target| format!("https://h/{target}")).collect()
}

fn refusal(text: &str) -> String {
    of(text).unwrap_err().to_string()
}

#[test]
fn lists_hang_on_the_bases_of_all_levels() {
    let text = mpd(
        "<BaseURL>a/</BaseURL><Location>/m2.mpd</Location><PatchLocation>p.xml</PatchLocation><Period>\
         <BaseURL> <![CDATA[b/]]> </BaseURL><AdaptationSet><Representation id='1'><BaseURL>c/</BaseURL>\
         <SegmentList><Initialization sourceURL='i.mp4?x=1&amp;y=2'/><SegmentURL media='1.mp4' index='1.idx'/>\
         <SegmentURL mediaRange='1-2'/></SegmentList></Representation></AdaptationSet></Period>",
    );
    let wanted = [
        ("location", "m2.mpd"),
        ("patch location", "v/p.xml"),
        ("initialization", "v/a/b/c/i.mp4?x=1&y=2"),
        ("segment", "v/a/b/c/1.mp4"),
        ("index", "v/a/b/c/1.idx"),
    ];
    assert_eq!(targets(&text), wanted.map(|(kind, url)| (kind, urls(&[url]))));
    for child in of(&text).unwrap().children {
        let raw = &text[child.span];
        assert_eq!(raw.replace("&amp;", "&"), child.uri, "the span is the URI");
    }
}

#[test]
fn templates_are_filled_in_for_each_representation() {
    let text = period(
        "<SegmentTemplate media='$RepresentationID$/$Number%03d$.m4s' initialization='init.mp4'/>\
         <Representation id='a'/><Representation id='b'><BaseURL>x/</BaseURL></Representation>",
    );
    let found = targets(&text);
    assert_eq!(
        found[0],
        ("segments", urls(&["v/a/001.m4s", "v/a/002.m4s", "v/x/b/001.m4s", "v/x/b/002.m4s"]))
    );
    assert_eq!(found[1], ("initialization", urls(&["v/init.mp4", "v/x/init.mp4"])));
    assert!(refusal(&period("<SegmentTemplate media='$Nr$'/>")).contains("$Nr$"));
}

#[test]
fn a_base_url_is_a_file_where_nothing_hangs_on_it() {
    let alone = "<Representation><BaseURL>a.mp4</BaseURL><SegmentBase indexRange='1-2'/></Representation>";
    assert_eq!(targets(&period(alone)), [("media file", urls(&["v/a.mp4"]))]);
    let two = alone.replace("<SegmentBase", "<BaseURL>https://i/a.mp4</BaseURL><SegmentBase");
    assert_eq!(targets(&period(&two)).len(), 2, "alternatives are files, each");
    let both = format!(
        "<BaseURL>a.mp4</BaseURL><Representation/><Representation>{}</Representation>",
        "<SegmentTemplate media='$Time$'/>"
    );
    assert!(refusal(&period(&both)).contains("a file for one representation"));
}

#[test]
fn what_is_not_the_manifests_own_is_left_alone() {
    let text = "<m:MPD xmlns:m='urn:mpeg:dash:schema:mpd:2011' xmlns:x='http://www.w3.org/1999/xlink' xmlns:f='urn:f'>\
        <m:Period x:href='/p.xml' href='/no'><m:AdaptationSet><!-- <BaseURL>no</BaseURL> -->\
        <m:ContentProtection><m:BaseURL>no</m:BaseURL><f:laurl>https://no</f:laurl></m:ContentProtection>\
        <f:BaseURL>no</f:BaseURL><m:Representation f:id='no'><m:BaseURL>a.mp4</m:BaseURL></m:Representation>\
        </m:AdaptationSet></m:Period></m:MPD>";
    assert_eq!(targets(text), [("remote element", urls(&["p.xml"])), ("media file", urls(&["v/a.mp4"]))]);
}

#[test]
fn what_no_player_should_read_is_refused() {
    for (text, words) in [
        ("<!DOCTYPE MPD [<!ENTITY a 'b'>]><MPD/>".to_owned(), "document type"),
        (mpd("<BaseURL>&a;</BaseURL>"), "does not define"),
        (mpd("<BaseURL>a<!-- b -->c</BaseURL>"), "in one piece"),
        (mpd("<BaseURL>a<![CDATA[b]]></BaseURL>"), "in one piece"),
        (mpd("<BaseURL>a<b/></BaseURL>"), "in one piece"),
        (mpd("<Location></Location><Period>"), "not well-formed"),
        ("<MPD><Period>".to_owned(), "cut off"),
        ("<MPD/><MPD/>".to_owned(), "second root"),
        ("<svg/>".to_owned(), "the root is <svg>"),
        ("<!-- only a comment -->".to_owned(), "no <MPD>"),
        ("<x:MPD/>".to_owned(), "nothing declares the prefix"),
        (mpd(&"<a>".repeat(70)), "64 deep"),
        (period("<SegmentList><SegmentURL media='a' media='b'/></SegmentList>"), "twice"),
        (period("<SegmentList><SegmentURL media=''/></SegmentList>"), "empty"),
    ] {
        let refusal = refusal(&text);
        assert!(refusal.contains(words), "{text}: {refusal}");
    }
}

#[test]
fn bases_that_multiply_are_bounded() {
    let ten: String = (0..10).map(|n| format!("<BaseURL>{n}/</BaseURL>")).collect();
    let text = mpd(&format!(
        "{ten}<Period>{ten}<AdaptationSet>{ten}{ten}<Representation><SegmentList><SegmentURL media='a'/>\
         </SegmentList></Representation></AdaptationSet></Period>"
    ));
    assert_eq!(of(&text).unwrap().children[0].targets.len(), 1_000, "what is alike counts once");
    let many =
        |mark: &str| -> String { (0..110).map(|n| format!("<BaseURL>{mark}{n}/</BaseURL>")).collect() };
    let text = mpd(&format!(
        "{}<Period>{}<AdaptationSet>{}</AdaptationSet></Period>",
        many("a"),
        many("b"),
        many("c")
    ));
    assert_eq!(of(&text).unwrap_err().facts().name, "too_large");
}

#[test]
fn lines_are_counted_to_the_attribute_and_lengths_to_the_second() {
    let text = "<MPD mediaPresentationDuration='PT1H2M3.5S'>\r\n<Period><AdaptationSet>\n<Representation>\n<SegmentList>\n<SegmentURL\n  media='a'/></SegmentList>\n</Representation></AdaptationSet></Period></MPD>";
    let manifest = of(text).unwrap();
    assert_eq!((manifest.children[0].line, manifest.seconds), (6, Some(3_724)));
    let live = of(&text.replace("<MPD ", "<MPD type='dynamic' ")).unwrap();
    assert_eq!(live.seconds, None);
    for (text, wanted) in [
        ("P1DT1S", Some(86_401)),
        ("PT0.5S", Some(1)),
        ("PT", Some(0)),
        ("P1Y", None),
        ("1S", None),
        ("PT-1S", None),
    ] {
        assert_eq!(seconds(text), wanted, "{text}");
    }
}
