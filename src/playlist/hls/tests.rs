use super::*;

fn of(text: &str, base: &str) -> Result<Manifest> {
    crate::playlist::read(text.as_bytes(), &Scene { base, defines: &[] })
}

fn uris(text: &str) -> Vec<(usize, &'static str, String)> {
    let manifest = of(text, "https://h/v/m.m3u8").unwrap();
    for child in &manifest.children {
        assert_eq!(&text[child.span.clone()], child.uri, "the span is the URI");
    }
    manifest.children.into_iter().map(|mut child| (child.line, child.kind, child.targets.remove(0))).collect()
}

fn refusal(text: &str) -> String {
    of(text, "").unwrap_err().to_string()
}

#[test]
fn every_tag_with_a_uri_is_found() {
    let master = "#EXTM3U\r\n#EXT-X-VERSION:12\r\n\
        #EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer?video=1\",PATHWAY-ID=\"A\"\r\n\
        #EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"\r\n#EXT-X-SESSION-DATA:DATA-ID=\"d\",URI=\"d.json\"\r\n\
        #EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a, b\",URI=\"../a/a.m3u8\" , DEFAULT=YES\r\n\
        #EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,INSTREAM-ID=\"CC1\"\r\n\
        #EXT-X-STREAM-INF:BANDWIDTH=1\r\n# a comment\r\n  v.m3u8 \r\n\
        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\r\n#EXT-X-IMAGE-STREAM-INF:URI=\"t.m3u8\"";
    let found = uris(master);
    let wanted = [
        (3, "steering manifest", "https://h/steer?video=1"),
        (4, "session key", "https://h/v/k"),
        (5, "session data", "https://h/v/d.json"),
        (6, "rendition", "https://h/a/a.m3u8"),
        (10, "variant", "https://h/v/v.m3u8"),
        (11, "I-frame playlist", "https://h/v/i.m3u8"),
        (12, "image playlist", "https://h/v/t.m3u8"),
    ];
    assert_eq!(found, wanted.map(|(line, kind, url)| (line, kind, url.to_owned())));
    let media = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI=\"https://k/k\"\n\
        #EXT-X-KEY:METHOD=NONE\n#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"1@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:5@6\ns.mp4\n\
        #EXT-X-PART:DURATION=1,URI=\"p.mp4\",INDEPENDENT=YES\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"q.mp4\"\n\
        #EXT-X-RENDITION-REPORT:URI=\"../b/m.m3u8\",LAST-MSN=2\n\
        #EXT-X-DATERANGE:ID=\"x\",X-ASSET-URI=\"ad.m3u8\",X-ASSET-LIST=\"/l\"\n#EXT-X-FOO:URI=\"f\"\n";
    let kinds: Vec<_> = uris(media).into_iter().map(|(line, kind, _)| (line, kind)).collect();
    assert_eq!(
        kinds,
        [
            (3, "key"),
            (5, "map"),
            (8, "segment"),
            (9, "part"),
            (10, "preload hint"),
            (11, "rendition report"),
            (12, "interstitial"),
            (12, "asset list")
        ]
    );
    assert_eq!(of(media, "").unwrap().notes[0].0, 13, "a URI of an unknown tag is left, and said");
}

#[test]
fn what_players_refuse_is_refused_with_its_line() {
    for (text, line, words) in [
        ("#EXTM3U\n#EXT-X-MAP:URI=\"a\n", 2, "not closed"),
        ("#EXTM3U\n#EXT-X-MAP:URI=a\n", 2, "not in quotes"),
        ("#EXTM3U\n#EXT-X-MAP:URI=\"a\",URI=\"b\"\n", 2, "twice"),
        ("#EXTM3U\n#EXT-X-MAP:URI=\"a\"b\n", 2, "comma"),
        ("#EXTM3U\n#EXT-X-MAP:URI\n", 2, "no value"),
        ("#EXTM3U\n#EXT-X-MAP:URI=\"\"\n", 2, "empty"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n", 2, "no URI follows"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:A=1\n#EXT-X-STREAM-INF:A=2\na\n", 2, "no URI follows"),
        ("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-VERSION:7\n", 3, "second EXT-X-VERSION"),
        ("#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-STREAM-INF:A=1\nb.m3u8\n", 4, "take the playlist apart"),
        ("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\"\n", 2, "no VALUE"),
        ("#EXTM3U\n#EXT-X-DEFINE:VALUE=\"a\"\n", 2, "one of NAME"),
        ("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"c\"\n", 3, "twice"),
        ("#EXTM3U\n#EXT-X-DEFINE:IMPORT=\"a\"\n{$a}.ts\n", 3, "--define a=VALUE"),
        ("#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM=\"a\"\n{$a.ts\n", 3, "not closed"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.starts_with(&format!("line {line}: ")) && refusal.contains(words), "{refusal}");
    }
}

#[test]
fn variables_are_put_in_where_they_are_defined() {
    let text = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"p\",VALUE=\"a/b\"\n#EXT-X-DEFINE:QUERYPARAM=\"t\"\n\
                #EXT-X-DEFINE:IMPORT=\"i\"\n{$p}/{$t}{$i}.ts\n";
    let defines = [("i".to_owned(), "!".to_owned())];
    let scene = Scene { base: "https://h/m?t=x%20y", defines: &defines };
    let manifest = crate::playlist::read(text.as_bytes(), &scene).unwrap();
    assert_eq!(manifest.children[0].targets, ["https://h/a/b/x y!.ts"]);
    let plain = of("#EXTM3U\n{$a}.ts\n", "").unwrap();
    assert_eq!(plain.children[0].uri, "{$a}.ts", "no definitions, no variables");
}

#[test]
fn only_what_ends_has_a_length() {
    let vod = "#EXTM3U\n#EXTINF:4.5,a\na.ts\n#EXTINF:4.1\nb.ts\n#EXT-X-ENDLIST\n";
    assert_eq!(of(vod, "").unwrap().seconds, Some(9));
    assert_eq!(of(&vod.replace("#EXT-X-ENDLIST\n", ""), "").unwrap().seconds, None);
    assert_eq!(of("#EXTM3U\n", "").unwrap().seconds, None);
    assert_eq!(of("\u{feff}#EXTM3U\n", "").unwrap().notes.len(), 1);
}
