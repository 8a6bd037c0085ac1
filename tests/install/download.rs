//! From a local https server with real TLS, by each downloader: curl, GNU wget, and busybox wget with openssl
//! (its own TLS is too old for this server, and for most).

use crate::{
    Needs, Row,
    common::cdn::{Answer, Cdn},
    world::{SHELLS, Script, Shell, VERSION, World, found, served},
};
use std::{
    fs,
    os::unix::fs::symlink,
    thread,
    time::{Duration, Instant},
};

const HTTPS: Needs = &[
    ("dash", "dash"),
    ("bash", "bash"),
    ("busybox", "busybox"),
    ("curl", "curl"),
    ("wget", "wget"),
    ("openssl", "openssl"),
];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("every_downloader_installs_over_https", HTTPS, every_downloader_installs_over_https),
    ("what_was_changed_or_cut_on_the_way_is_refused", HTTPS, what_was_changed_or_cut_on_the_way_is_refused),
    ("what_is_not_there_is_named", HTTPS, what_is_not_there_is_named),
    ("redirects_to_https_are_followed_five_times", HTTPS, redirects_to_https_are_followed_five_times),
    ("a_redirect_to_http_is_refused", HTTPS, a_redirect_to_http_is_refused),
    ("an_endless_answer_is_cut_off", HTTPS, an_endless_answer_is_cut_off),
    ("an_unknown_authority_is_refused", HTTPS, an_unknown_authority_is_refused),
    ("a_signal_in_mid_download_leaves_nothing", HTTPS, a_signal_in_mid_download_leaves_nothing),
    ("without_a_downloader_both_are_named", HTTPS, without_a_downloader_both_are_named),
    ("a_password_in_the_base_url_is_not_printed", HTTPS, a_password_in_the_base_url_is_not_printed),
];

/// A shell, and the programs it finds beside those that it always wants.
struct Way {
    shell: &'static Shell,
    tools: &'static [&'static str],
    /// What stands for wget.
    wget: Option<&'static str>,
    /// Whether it checks certificates, and follows no redirect that it should not.
    strict: bool,
}

const WAYS: &[Way] = &[
    Way { shell: &SHELLS[0], tools: &["curl"], wget: None, strict: true },
    Way { shell: &SHELLS[1], tools: &[], wget: Some("wget"), strict: true },
    Way { shell: &SHELLS[2], tools: &["curl"], wget: Some("wget"), strict: true },
    Way { shell: &SHELLS[4], tools: &["openssl"], wget: None, strict: false },
];

impl Way {
    /// From that server, with these programs alone.
    fn ask(&self, world: &World, cdn: &Cdn, script: Script) -> Script {
        let script = script.from(world, cdn);
        let path = world.toolbox(self.tools);
        let add = |name: &str, is: &str| {
            let _ = symlink(found(is).expect("looked for before"), path.join(name));
        };
        if self.shell.alone {
            return script.env("PATH", format!("{}:{}", world.path("busybox").display(), path.display()));
        }
        add("sha256sum", "sha256sum");
        if let Some(wget) = self.wget {
            add("wget", wget);
        }
        script.env("PATH", path)
    }

    fn refuses(&self, world: &World, cdn: &Cdn, code: i32, words: &[&str]) {
        world.refuses_under(self.shell, code, words, |script| self.ask(world, cdn, script));
    }
}

fn each(check: impl Fn(&Way, &World)) {
    for way in WAYS {
        check(way, &World::new());
    }
}

/// The release, but this file as told.
fn but(world: &World, name: &str, answer: impl Fn(Vec<u8>) -> Answer + Send + Sync + 'static) -> Cdn {
    let (release, path) = (world.path("release"), format!("/dist/{VERSION}/{name}"));
    Cdn::tls_with(move |asked, _| {
        if asked.path == path {
            return answer(fs::read(release.join(path.trim_start_matches("/dist/"))).unwrap());
        }
        served(&release, &asked.path)
    })
}

fn binary_of(bytes: Vec<u8>) -> Answer {
    Answer::new(200, "application/octet-stream", bytes)
}

fn every_downloader_installs_over_https() {
    each(|way, world| {
        let cdn = world.cdn();
        way.ask(world, &cdn, world.script(way.shell)).run().exits(0);
        assert_eq!(fs::read(world.program()).unwrap(), fs::read(world.file(&world.binary_name())).unwrap());
        let asked: Vec<String> = cdn.requests().into_iter().map(|asked| asked.path).collect();
        assert_eq!(asked.len(), 7, "{asked:?}");
        assert_eq!(fs::read_dir(world.path("home")).unwrap().count(), 0, "nothing beside the prefix");
    });
}

fn what_was_changed_or_cut_on_the_way_is_refused() {
    each(|way, world| {
        let name = world.binary_name();
        let changed = but(world, &name, |mut bytes| {
            bytes[40] ^= 1;
            binary_of(bytes)
        });
        way.refuses(world, &changed, 65, &["is not genuine"]);
        let cut = but(world, &name, |bytes| binary_of(bytes).cut(20));
        let run = way.ask(world, &cut, world.script(way.shell)).run();
        // Some call it a failed download, some a whole one: then it has the wrong digest.
        assert!(matches!(run.code, Some(65 | 69)), "{}: {}", way.shell, run.everything());
        assert!(!world.prefix().join("bin/stratos").exists() || world.snapshot().len() > 1);
        let page = but(world, "stratos.1", |_| Answer::html(200, "<html>welcome to this hotel</html>"));
        way.refuses(world, &page, 65, &["stratos.1 is not genuine"]);
    });
}

fn what_is_not_there_is_named() {
    each(|way, world| {
        fs::remove_file(world.file("stratos.bash")).unwrap();
        way.refuses(world, &world.cdn(), 69, &["/dist/1.2.3/stratos.bash"]);
        let closed = Cdn::tls([Answer::closed()]);
        way.refuses(world, &closed, 69, &["cannot download https://localhost:"]);
    });
}

/// A server that sends everything through so many hops first.
fn hops(world: &World, count: usize) -> Cdn {
    let release = world.path("release");
    Cdn::tls_with(move |asked, _| {
        let (at, path) = asked.path.split_once("/hop/").map_or((0, asked.path.as_str()), |(at, path)| {
            (at.trim_start_matches('/').parse().unwrap(), path)
        });
        if at == count {
            return served(&release, &format!("/{}", path.trim_start_matches('/')));
        }
        let host = asked.header("host").unwrap();
        let path = path.trim_start_matches('/');
        let next = format!("/{}/hop/{path}", at + 1);
        let next = if at % 2 == 0 { next } else { format!("https://{host}{next}") };
        Answer::redirect(302, &next)
    })
}

fn redirects_to_https_are_followed_five_times() {
    each(|way, world| {
        let cdn = hops(world, 5);
        way.ask(world, &cdn, world.script(way.shell)).run().exits(0);
        way.refuses(world, &hops(world, 6), 69, &["/dist/1.2.3/stratos-1.2.3-"]);
    });
}

fn a_redirect_to_http_is_refused() {
    each(|way, world| {
        let release = world.path("release");
        let plain = Cdn::with(move |asked, _| served(&release, &asked.path));
        let to = plain.url();
        let cdn = Cdn::tls_with(move |asked, _| Answer::redirect(302, &format!("{to}{}", asked.path)));
        way.refuses(world, &cdn, 69, &["https"]);
        assert!(!way.strict || plain.requests().is_empty(), "{} was sent to http", way.shell);
    });
}

fn an_endless_answer_is_cut_off() {
    each(|way, world| {
        let cdn = but(world, "stratos.1", |_| Answer::huge(1 << 40));
        way.refuses(world, &cdn, 65, &["longer than 4194304 bytes"]);
    });
}

fn an_unknown_authority_is_refused() {
    for way in WAYS.iter().filter(|way| way.strict) {
        let (world, other) = (World::new(), Cdn::tls([Answer::text(200, "")]));
        let cdn = world.cdn();
        world.refuses_under(way.shell, 69, &["cannot download https://localhost:"], |script| {
            way.ask(&world, &other, script).env("STRATOS_BASE_URL", format!("{}/dist/", cdn.url()))
        });
        assert!(cdn.requests().is_empty());
    }
}

fn a_signal_in_mid_download_leaves_nothing() {
    // The shells differ, and so do the downloaders: each gets one signal, and the first all of them.
    let of = |case: usize| [("TERM", 143), ("INT", 130), ("HUP", 129)][case % 3];
    let more = [(0, of(1)), (0, of(2))];
    for (way, (signal, code)) in (0..WAYS.len()).map(|way| (way, of(way))).chain(more) {
        let (way, world) = (&WAYS[way], &World::new());
        let cdn = but(world, "stratos.1", |bytes| binary_of(bytes).stalled(3));
        let run = way.ask(world, &cdn, world.script(way.shell)).spawn();
        let begun = Instant::now();
        while cdn.requests().len() < 2 && begun.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(20));
        let id = run.id().to_string();
        std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        let run = run.finish();
        assert_eq!(run.code, Some(code), "{} {signal}: {}", way.shell, run.everything());
        assert!(!world.prefix().exists(), "{}: {:?}", way.shell, world.snapshot());
    }
}

fn without_a_downloader_both_are_named() {
    let world = World::new();
    for shell in &SHELLS[..4] {
        let path = world.toolbox(&["sha256sum"]);
        world.refuses_under(shell, 69, &["neither curl nor wget is here", "--base-url file:///"], |script| {
            script.env("PATH", &path).env("STRATOS_BASE_URL", "https://mirror.example/")
        });
    }
}

fn a_password_in_the_base_url_is_not_printed() {
    each(|way, world| {
        fs::remove_file(world.file("manifest.json")).unwrap();
        let cdn = world.cdn();
        let base = format!("https://user:sesame@localhost:{}/dist", cdn.port());
        let script = way.ask(world, &cdn, world.script(way.shell)).env("STRATOS_BASE_URL", base);
        let run = script.run().exits(69);
        assert!(!run.everything().contains("sesame"), "{}", run.everything());
    });
}
