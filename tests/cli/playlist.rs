//! `stratos signed playlist`: the URIs of HLS playlists and DASH manifests are signed, the rest stays.

use super::common::runner::{Run, Runner, stratos, words};
use std::fs;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const BASE: &str = "https://cdn.example/v/m.m3u8";
const MEDIA: &str = "\u{feff}#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n# a comment\r\n\
    #EXT-X-KEY:METHOD=AES-128 , URI=\"skd://k\",KEYFORMAT=\"x\"\r\n#EXT-X-KEY:METHOD=AES-128,URI=\"data:a;base64,AA==\"\r\n\
    #EXT-X-KEY:METHOD=AES-128,URI=\"/keys/k?v=1\"\r\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"10@0\"\r\n#EXTINF:4.0,\r\n\
    #EXT-X-BYTERANGE:5@6\r\n\tseg-1.m4s \r\n#EXT-X-ACME:A=1\r\n#EXTINF:4,\r\n../w/seg-2.m4s\r\n\r\n#EXT-X-ENDLIST";
const MASTER: &str = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",URI=\"audio/a.m3u8\"\n\
    #EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nvideo/v.m3u8\n";
const CHILD: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\ns.ts\n#EXT-X-ENDLIST\n";

/// `signed playlist m.m3u8 …` with the text in that file, a key and an end.
fn playlist(text: &str, args: &str) -> Runner {
    let end = "--key env:K --expires 4102444800";
    unsigned(text, &format!("{end} {args}"))
}

fn unsigned(text: &str, args: &str) -> Runner {
    let run = stratos(["signed", "playlist", "m.m3u8"]).env("K", KEY).file("m.m3u8", text);
    words(args).into_iter().fold(run, Runner::arg)
}

fn bunny(text: &str, args: &str) -> Runner {
    playlist(text, &format!("--scheme bunny {args}"))
}

/// The URLs of the signed text that are ours, as a player asks for them.
fn asked(text: &str) -> Vec<String> {
    let quoted = text.lines().filter_map(|line| line.split("URI=\"").nth(1)?.split('"').next());
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let all = quoted.chain(lines).filter(|uri| uri.contains("expire"));
    all.map(|uri| stratos::playlist::resolve(BASE, uri)).collect()
}

#[track_caller]
fn verified(run: &Run, scheme: &str, count: usize) {
    let urls = asked(&run.stdout());
    assert_eq!(urls.len(), count, "{}", run.stdout());
    let verify = stratos(["signed", "verify", "-", "--scheme", scheme, "--key", "env:K"]).env("K", KEY);
    verify.stdin(urls.join("\n")).run().exits(0);
}

#[test]
fn every_uri_is_signed_and_every_other_byte_stays() {
    for scheme in ["bunny", "cloudcdn-colon", "bunny --form path"] {
        let run = playlist(MEDIA, &format!("--base {BASE} --scheme {scheme}")).run().exits(0);
        let (before, after) = (MEDIA.split("\r\n"), run.stdout());
        let changed: Vec<usize> = before
            .zip(after.split("\r\n"))
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(at, _)| at + 1)
            .collect();
        assert_eq!(changed, [6, 7, 10, 13], "{after}");
        assert!(after.contains("BYTERANGE=\"10@0\"") && after.ends_with("#EXT-X-ENDLIST"), "{after}");
        assert!(run.stderr.contains("byte order mark"), "{}", run.stderr);
        verified(&run, scheme.split(' ').next().unwrap(), 4);
    }
    let run = bunny(MEDIA, &format!("--base {BASE}")).run().exits(0);
    let plain = run.stdout().split("?token=").map(str::to_owned).collect::<Vec<_>>();
    assert!(plain[1].ends_with("init.mp4") && plain[2].ends_with("\tseg-1.m4s"), "relative stays relative");
    assert!(plain[3].ends_with("../w/seg-2.m4s") || plain[3].contains("../w/seg-2.m4s"), "{plain:?}");
}

#[test]
fn stdin_gives_the_same_bytes() {
    let file = bunny(MEDIA, &format!("--base {BASE}")).run().exits(0).stdout();
    let args = format!("signed playlist - --scheme bunny --key env:K --expires 4102444800 --base {BASE}");
    let piped = stratos(words(&args)).env("K", KEY).stdin(MEDIA).run().exits(0).stdout();
    assert_eq!(file, piped);
    let key = format!("signed playlist - --scheme bunny --key - --ttl 1h --base {BASE}");
    stratos(words(&key)).stdin(MEDIA).arg("--json").run().fails("usage_error", 64);
}

#[test]
fn a_base_is_wanted_where_something_hangs_on_it() {
    let run = bunny(MEDIA, "--json").run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("--base"), "{}", run.stderr);
    let rooted = "#EXTM3U\n#EXTINF:1,\n/v/1.ts\n";
    let run = bunny(rooted, "").run().exits(0);
    assert!(run.stdout().contains("\n/v/1.ts?token=HS256-"), "{}", run.stdout());
    let run = unsigned(rooted, "--scheme s3 --key env:K --ttl 1h --key-id AK --json")
        .run()
        .fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("signs the host"), "{}", run.stderr);
    for base in ["/v/m.m3u8", "ftp://h/m", "https://u@h/m", "https:///m"] {
        bunny(rooted, &format!("--json --base {base}")).run().fails("usage_error", 64);
    }
}

#[test]
fn another_host_is_never_signed_for_unless_it_is_named() {
    let text = "#EXTM3U\n#EXTINF:1,\nhttps://other.example/1.ts\n#EXTINF:1,\n//OTHER.example:443/2.ts\n#EXTINF:1,\n3.ts\n";
    let run = bunny(text, &format!("--base {BASE}")).run().exits(0);
    assert!(run.stderr.contains("2 URIs were left unsigned") && run.stderr.contains("line 3: other.example"));
    assert_eq!(run.stdout().matches("token=").count(), 1);
    let run = bunny(text, &format!("--base {BASE} --host-ok other.example")).run().exits(0);
    assert_eq!((run.stdout().matches("token=").count(), run.stderr.contains("unsigned")), (3, false));
    bunny(text, &format!("--base {BASE} --host-ok other.example/x --json")).run().fails("usage_error", 64);
    let odd = "#EXTM3U\n#EXTINF:1,\n/\\\\other.example/1.ts\n";
    let run = bunny(odd, &format!("--base {BASE}")).run().exits(65);
    assert!(run.stderr.contains("backslash"), "{}", run.stderr);
}

#[test]
fn what_is_signed_already_is_refused_by_line_or_signed_anew() {
    for form in ["query", "path"] {
        let args = format!("--base {BASE} --form {form}");
        let once = bunny(MEDIA, &args).run().exits(0).stdout();
        let twice = bunny(&once, &args).run().exits(65);
        assert!(twice.stderr.contains("line 6: ") && twice.stderr.contains("--resign"), "{}", twice.stderr);
        assert!(!twice.stderr.contains("HS256-"), "no signature in a message: {}", twice.stderr);
        assert_eq!(twice.stdout(), "", "a whole playlist, or none");
        let anew = bunny(&once, &format!("{args} --resign")).run().exits(0);
        verified(&anew, "bunny", 4);
        if form == "query" {
            assert_eq!(anew.stdout(), once);
        }
    }
}

#[test]
fn a_prefix_is_signed_once_and_advised_where_it_serves() {
    let text = "#EXTM3U\n#EXTINF:1,\na/1.ts\n#EXTINF:1,\na/2.ts\n";
    let run = bunny(text, &format!("--base {BASE}")).run().exits(0);
    assert!(run.stderr.contains("--prefix /v/a/"), "{}", run.stderr);
    let run = bunny(text, &format!("--base {BASE} --prefix /v/a/")).run().exits(0);
    let tokens: Vec<String> =
        run.stdout().lines().filter_map(|line| Some(line.split_once("?")?.1.to_owned())).collect();
    assert!(tokens.len() == 2 && tokens[0] == tokens[1] && !run.stderr.contains("--prefix"), "{tokens:?}");
    verified(&run, "bunny", 2);
    let outside = bunny(text, &format!("--base {BASE} --prefix /w/")).run().exits(65);
    assert!(outside.stderr.contains("line 3: "), "{}", outside.stderr);
    let cookies = playlist(text, &format!("--base {BASE} --scheme akamai-edgeauth")).run();
    assert!(
        cookies.stderr.contains("one set of cookies") && cookies.stderr.contains("--cookie --prefix"),
        "{}",
        cookies.stderr
    );
    let form = playlist(text, &format!("--base {BASE} --scheme akamai-edgeauth --cookie --json")).run();
    form.fails("usage_error", 64);
}

#[test]
fn a_master_names_its_children_and_writes_them_into_a_folder() {
    let base = format!("--base {BASE}");
    let run = bunny(MASTER, &base).run().exits(0);
    assert!(run.stderr.contains("audio/a.m3u8, video/v.m3u8"), "{}", run.stderr);
    let run = bunny(MASTER, &format!("{base} --out out --json")).file("video/v.m3u8", CHILD).run().exits(0);
    let files = run.json();
    let named: Vec<_> =
        files.as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(named, ["m.m3u8", "video/v.m3u8"]);
    assert!(run.stderr.contains("not found beside") && run.stderr.contains("audio/a.m3u8"), "{}", run.stderr);
    let child = fs::read_to_string(run.path("out/video/v.m3u8")).unwrap();
    assert!(child.contains("\ns.ts?token=HS256-"), "{child}");
    assert_eq!(fs::read_to_string(run.path("m.m3u8")).unwrap(), MASTER, "the input is as it was");
    assert_eq!(fs::read_dir(run.path("out")).unwrap().count(), 2, "nothing else is left there");
    let url = stratos::playlist::resolve("https://cdn.example/v/video/v.m3u8", child.lines().nth(3).unwrap());
    stratos(["signed", "verify", &url, "--scheme", "bunny", "--key", "env:K"]).env("K", KEY).run().exits(0);
}

#[test]
fn nothing_is_written_outside_the_folder_or_over_the_input() {
    for uri in ["../v.m3u8", "/v.m3u8", "%2e%2e%2fv.m3u8", "..%2fv.m3u8", "a%5C..%5Cv.m3u8", "a%00.m3u8"] {
        let text = format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{uri}\n");
        let run = bunny(&text, &format!("--base {BASE} --out out")).run().exits(65);
        assert!(!run.path("out").exists(), "{uri}");
    }
    let run = bunny(MASTER, &format!("--base {BASE} --out . --json")).run().fails("cannot_create", 73);
    assert_eq!(fs::read_to_string(run.path("m.m3u8")).unwrap(), MASTER);
    stratos(["signed", "playlist", "-", "--out", "x", "--json"]).run().fails("usage_error", 64);
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_folder() {
    let mut run = bunny(MASTER, &format!("--base {BASE} --out out --json")).file("video/v.m3u8", CHILD);
    let home = run.home().to_owned();
    fs::create_dir_all(home.join("out")).unwrap();
    fs::create_dir_all(home.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(home.join("elsewhere"), home.join("out/video")).unwrap();
    run.command().env("K", KEY);
    let run = run.run().fails("cannot_create", 73);
    assert_eq!(fs::read_dir(run.path("elsewhere")).unwrap().count(), 0);
    assert!(!run.path("out/m.m3u8").exists(), "all of them, or none");
}

#[test]
fn a_check_lists_what_is_wrong_and_needs_no_key() {
    let base = format!("--base {BASE}");
    let run = unsigned(MEDIA, &format!("{base} --check --json")).run().exits(65);
    let found = run.json();
    let lines: Vec<_> = found.as_array().unwrap().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [6, 7, 10, 13]);
    assert_eq!(
        (&found[0]["kind"], &found[0]["state"], &found[0]["uri"]),
        (&"key".into(), &"unsigned".into(), &"/keys/k?v=…".into())
    );
    let signed = bunny(MEDIA, &base).run().exits(0).stdout();
    for args in
        ["--check", "--check --scheme bunny --base https://cdn.example/v/m.m3u8", "--check --output table"]
    {
        unsigned(&signed, args).run().exits(0);
    }
    assert_eq!(unsigned(&signed, "--check --json").run().exits(0).stdout(), "[]\n");
    let old = signed.replace("expires=4102444800", "expires=1000000000");
    let run = unsigned(&old, "--check --output csv").run().exits(65);
    assert!(
        run.stdout().starts_with("line,kind,state,expires,uri\n6,key,expired,1000000000,"),
        "{}",
        run.stdout()
    );
    assert!(!run.everything().contains("HS256-"), "signatures are not shown");
    let long = signed.replace("#EXTINF:4,", "#EXTINF:9000000000,");
    let run = unsigned(&long, "--check --json").run().exits(65);
    assert_eq!(run.json()[0]["state"], "ends before it is played");
    unsigned(&signed, "--check --resign").run().exits(64);
}

#[test]
fn dash_is_signed_where_it_can_be() {
    let mpd = "<?xml version=\"1.0\"?>\r\n<!-- v -->\r\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011' >\r\n<Period><AdaptationSet>\
        <Representation id=\"1\" ><BaseURL>a/</BaseURL><SegmentList><Initialization sourceURL='i.mp4?x&amp;y'/>\
        <SegmentURL   media=\"1.m4s\"\t/></SegmentList></Representation></AdaptationSet></Period>\r\n</MPD>\r\n";
    let run = bunny(mpd, &format!("--base {BASE}")).run().exits(0);
    let out = run.stdout();
    assert!(
        out.contains("<SegmentURL   media=\"1.m4s?token=HS256-")
            && out.contains("&amp;expires=4102444800\"\t/>"),
        "{out}"
    );
    let template = mpd.replace("<SegmentList>", "<SegmentTemplate media='$Number$.m4s'/><SegmentList>");
    let run = bunny(&template, &format!("--base {BASE}")).run().exits(65);
    assert!(run.stderr.contains("use --prefix, or cookies, or list them"), "{}", run.stderr);
    for form in ["query", "path"] {
        let run =
            bunny(&template.replace("?x&amp;y", ""), &format!("--base {BASE} --form {form} --prefix /v/"))
                .run()
                .exits(0);
        let whole = run.stdout().replace("&amp;", "&");
        let media = whole.split("media='").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        for number in ["1", "77"] {
            let url = media.replace("$Number$", number);
            let base = "https://cdn.example/v/a/";
            let url = stratos::playlist::resolve(base, &url);
            stratos(["signed", "verify", &url, "--scheme", "bunny", "--key", "env:K"])
                .env("K", KEY)
                .run()
                .exits(0);
        }
    }
    let bomb = "<!DOCTYPE MPD [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><MPD><BaseURL>&b;</BaseURL></MPD>";
    let run = bunny(bomb, "--json").run().fails("data_error", 65);
    assert!(run.error()["message"].as_str().unwrap().contains("document type"), "{}", run.stderr);
}

#[test]
fn bad_input_is_named_with_its_line() {
    for (text, words) in [
        ("", "an empty file"),
        ("<html></html>", "an HTML page"),
        ("a.ts\n", "plain text"),
        ("#EXTM3U\n#EXT-X-MAP:URI=\"a\n", "line 2: "),
        ("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-VERSION:4\n", "line 3: "),
        ("#EXTM3U\n#EXT-X-DEFINE:IMPORT=\"a\"\n{$a}\n", "--define a=VALUE"),
    ] {
        let run = bunny(text, &format!("--base {BASE} --json")).run().fails("data_error", 65);
        assert!(run.error()["message"].as_str().unwrap().contains(words), "{text:?}: {}", run.stderr);
    }
    for uri in ["a b.ts", "a\u{7}.ts", "%2e%2e/a.ts"] {
        let run = bunny(&format!("#EXTM3U\n#EXTINF:1,\n{uri}\n"), &format!("--base {BASE}")).run().exits(65);
        assert!(run.stderr.contains("m.m3u8, line 3: "), "{uri}: {}", run.stderr);
    }
    stratos(["signed", "playlist", "nowhere.m3u8", "--ttl", "1h", "--json"]).run().fails("input_missing", 66);
    stratos(["signed", "playlist", ".", "--ttl", "1h", "--json"]).run().fails("input_missing", 66);
    let large = format!("#EXTM3U\n{}", "#".repeat(1 << 20));
    bunny(&large, "--max-size 1 --json").run().fails("too_large", 65);
    bunny(&large, "--max-size 0 --json").run().fails("usage_error", 64);
    let defined = "#EXTM3U\n#EXT-X-DEFINE:IMPORT=\"a\"\n{$a}/1.ts\n";
    let run = bunny(defined, &format!("--base {BASE} --define a=x")).run().exits(0);
    assert!(run.stdout().contains("\n{$a}/1.ts?token="), "{}", run.stdout());
}

#[test]
fn a_hundred_thousand_segments_are_signed_in_one_go() {
    let segments: String = (0..100_000).map(|at| format!("#EXTINF:4,\nseg-{at}.m4s\n")).collect();
    let text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:4\n{segments}");
    let run = playlist(&text, &format!("--base {BASE} --scheme keycdn")).run().exits(0);
    assert_eq!(run.stdout().lines().count(), text.lines().count());
    assert_eq!(run.stdout().matches("expire=4102444800").count(), 100_000);
}
