//! Downloads that break, lie or lead elsewhere.

use crate::{
    Needs, Row,
    common::{
        cdn::{Answer, Asked, Cdn},
        runner::Running,
    },
    site::{Install, NEW, Web, binary},
};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_broken_download_goes_on_in_the_same_run", Needs::Nothing, same_run),
    ("a_broken_download_goes_on_in_the_next_run", Needs::Nothing, next_run),
    ("a_server_without_ranges_sends_it_all_anew", Needs::Nothing, no_ranges),
    ("a_wrong_beginning_is_thrown_away", Needs::Nothing, wrong_beginning),
    ("a_part_of_another_place_is_refused", Needs::Nothing, wrong_part),
    ("an_oversized_download_is_stopped", Needs::Nothing, oversized),
    ("http_is_refused_on_this_machine_too", Needs::Nothing, http),
    ("redirects_are_followed_to_https_and_no_further", Needs::Nothing, redirects),
    ("offline_names_the_way_without_a_network", Needs::Nothing, offline),
    ("a_silent_server_is_given_up_and_the_part_kept", Needs::Nothing, silent),
    ("an_interrupted_download_leaves_the_old_binary_and_says_what_remains", Needs::Nothing, interrupted),
    ("a_release_that_is_not_there_is_named", Needs::Nothing, not_there),
];

/// A web whose binary is answered by the function, counted from 0; everything else as it should be.
fn web(install: &Install, answer: impl Fn(&Asked, usize, Answer) -> Answer + Send + Sync + 'static) -> Web {
    let count = AtomicUsize::new(0);
    let path = Web::path(NEW);
    Web::altered(&[&install.newer()], move |asked, whole| {
        if asked.path != path {
            return whole;
        }
        answer(asked, count.fetch_add(1, Ordering::Relaxed), whole)
    })
}

fn part(install: &Install) -> std::path::PathBuf {
    install.beside(&format!(".stratos-{NEW}.part"))
}

fn same_run() {
    let install = Install::new();
    let web = web(&install, |_, count, whole| if count < 2 { whole.cut(5000) } else { whole });
    web.upgrade(&install).env("CLOUDCDN_RETRIES", "2").run().exits(0);
    install.is_upgraded();
    let ranges = [None, Some("bytes=5000-".to_owned()), Some("bytes=10000-".to_owned())];
    assert_eq!(web.ranges(NEW), ranges);
}

fn next_run() {
    let install = Install::new();
    let web = web(&install, |_, count, whole| if count == 0 { whole.cut(7000) } else { whole });
    let run = web.upgrade(&install).run().fails("request_failed", 75);
    assert!(
        run.stderr.contains("7000 of") && run.stderr.contains("the next `stratos upgrade` goes on"),
        "{}",
        run.stderr
    );
    assert_eq!(install.reports(), crate::site::OLD);
    assert_eq!(fs::metadata(part(&install)).unwrap().len(), 7000);
    assert_eq!(crate::site::mode(&part(&install)), 0o600);
    web.upgrade(&install).run().exits(0);
    install.is_upgraded();
    assert_eq!(web.ranges(NEW), [None, Some("bytes=7000-".to_owned())]);
    // A finished one that was not tried out any more is not fetched again.
    let release = install.release("0.4.0").write(&install.keys);
    fs::copy(release.path(&binary("0.4.0")), install.beside(".stratos-0.4.0.part")).unwrap();
    let web = Web::of(&[&release]);
    web.upgrade(&install).run().exits(0);
    assert!(web.ranges("0.4.0").is_empty());
    assert_eq!(install.reports(), "0.4.0");
}

fn no_ranges() {
    let install = Install::new();
    let whole = Arc::new(install.newer().read(&binary(NEW)));
    let plain = Arc::clone(&whole);
    let release = install.newer();
    let path = Web::path(NEW);
    let count = AtomicUsize::new(0);
    let web = Web::altered(&[&release], move |asked, answer| {
        if asked.path != path {
            return answer;
        }
        let all = Answer::new(200, "application/octet-stream", plain.as_slice());
        if count.fetch_add(1, Ordering::Relaxed) == 0 { all.cut(9000) } else { all }
    });
    web.upgrade(&install).run().fails("request_failed", 75);
    web.upgrade(&install).run().exits(0);
    install.is_upgraded();
    assert_eq!(web.ranges(NEW), [None, Some("bytes=9000-".to_owned())]);
}

fn wrong_beginning() {
    let install = Install::new();
    let web = web(&install, |_, _, whole| whole);
    for beginning in
        ["x".repeat(300), "x".repeat(1 << 20), "y".repeat(install.newer().read(&binary(NEW)).len())]
    {
        fs::write(part(&install), beginning).unwrap();
        web.upgrade(&install).run().exits(0);
        install.is_upgraded();
        install.upgrade(["--rollback"]).run().exits(0);
    }
    // A link in its place is not written through.
    let victim = install.prefix().join("victim");
    fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, part(&install)).unwrap();
    web.upgrade(&install).run().exits(0);
    install.is_upgraded();
    install.upgrade(["--rollback"]).run().exits(0);
    fs::hard_link(&victim, part(&install)).unwrap();
    web.upgrade(&install).run().exits(0);
    install.is_upgraded();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

fn wrong_part() {
    let install = Install::new();
    let web = web(&install, |_, count, whole| match count {
        0 => whole.cut(4000),
        _ => Answer::new(206, "application/octet-stream", "abc").header("Content-Range", "bytes 1-3/9"),
    });
    web.upgrade(&install).run().fails("request_failed", 75);
    let run = web.upgrade(&install).run().fails("data_error", 65);
    assert!(run.stderr.contains("another part"), "{}", run.stderr);
    assert_eq!(install.reports(), crate::site::OLD);
}

fn oversized() {
    let install = Install::new();
    let web = web(&install, |_, _, _| Answer::huge(1 << 40));
    let run = web.upgrade(&install).run().fails("untrusted_release", 65);
    assert!(run.stderr.contains("is longer than the"), "{}", run.stderr);
    install.is_unchanged();
    let release = install.newer();
    let endless = Web::altered(&[&release], |asked, whole| {
        if asked.path.ends_with("manifest.json") { Answer::huge(1 << 40) } else { whole }
    });
    endless.upgrade(&install).run().fails("too_large", 65);
    install.is_unchanged();
}

fn http() {
    let install = Install::new();
    let cdn = Cdn::start([Answer::text(200, "x")]);
    for base in [cdn.url(), "http://releases.example/".to_owned()] {
        let run = install.upgrade(["--from", &base]).run().fails("usage_error", 64);
        assert!(run.stderr.contains("is not https"), "{}", run.stderr);
        let run = install.upgrade([""; 0]).env("STRATOS_BASE_URL", &base).run().fails("usage_error", 64);
        assert!(run.stderr.contains("STRATOS_BASE_URL"), "{}", run.stderr);
    }
    assert_eq!(cdn.connections(), 0);
    assert_eq!(install.files(), ["stratos"]);
}

fn redirects() {
    let install = Install::new();
    // To another https host: normal for release hosts.
    let there = Web::of(&[&install.newer()]);
    let base = there.cdn.url();
    let here = Web::altered(&[], move |asked, _| Answer::redirect(302, &format!("{base}{}", asked.path)));
    let both = fs::read_to_string(here.ca()).unwrap() + &fs::read_to_string(there.ca()).unwrap();
    fs::write(here.ca(), both).unwrap();
    here.upgrade(&install).run().exits(0);
    install.is_upgraded();
    install.upgrade(["--rollback"]).run().exits(0);
    fs::remove_file(install.beside(".stratos-previous")).unwrap();
    // In clear: refused for the manifest and for the binary.
    let plain = Cdn::start([Answer::text(200, "x")]);
    for ending in ["manifest.json", "manifest.json.minisig", &binary(NEW)] {
        let (ending, url) = (ending.to_owned(), plain.url());
        let web = Web::altered(&[&install.newer()], move |asked, whole| {
            if asked.path.ends_with(&ending) { Answer::redirect(301, &format!("{url}/x")) } else { whole }
        });
        let run = web.upgrade(&install).run().fails("redirect_refused", 69);
        assert!(run.stderr.contains("not https"), "{}", run.stderr);
        assert!(!part(&install).exists());
    }
    assert_eq!(plain.connections(), 0);
    // Five hops, and not six.
    for (hops, code) in [(5, 0), (6, 69)] {
        let web = Web::altered(&[&install.newer()], move |asked, whole| {
            let (path, hop) = asked.path.rsplit_once("?hop=").unwrap_or((&asked.path, "0"));
            let hop: usize = hop.parse().unwrap();
            match path.ends_with("manifest.json") && hop < hops {
                true => Answer::redirect(307, &format!("{path}?hop={}", hop + 1)),
                false => whole,
            }
        });
        let answer = web.upgrade(&install).arg("--check").run();
        // The last hop's path is not among the files, so that following five ends in a 404.
        let wanted = if code == 0 { "target_not_found" } else { "redirect_refused" };
        assert_eq!(answer.error()["type"], wanted, "{}", answer.stderr);
    }
    assert_eq!(install.reports(), crate::site::OLD);
}

fn offline() {
    let install = Install::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("https://localhost:{free}/dist/");
    let run =
        install.upgrade(["--from", &base]).env("CLOUDCDN_RETRIES", "0").run().fails("request_failed", 75);
    assert!(run.stderr.contains("stratos upgrade --from FOLDER"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("retrying").count(), 0);
    let run =
        install.upgrade(["--from", &base]).env("CLOUDCDN_RETRIES", "1").run().fails("request_failed", 75);
    assert_eq!(
        run.stderr.matches("retrying").count(),
        1,
        "what is in vain is asked for once: {}",
        run.stderr
    );
    assert_eq!(install.files(), ["stratos"]);
}

fn silent() {
    let install = Install::new();
    let web = web(&install, |_, count, whole| if count == 0 { whole.stalled(6000) } else { whole });
    let run = web.upgrade(&install).args(["--timeout", "3s"]).run().fails("request_failed", 75);
    assert!(run.stderr.contains("nothing came for 3s") && run.stderr.contains("6000 of"), "{}", run.stderr);
    web.upgrade(&install).run().exits(0);
    install.is_upgraded();
}

/// Until so many bytes are on disk, or the run has ended.
fn grown(install: &Install, bytes: u64, running: &mut Running) {
    let there = || fs::metadata(part(install)).is_ok_and(|metadata| metadata.len() >= bytes);
    while !there() && !running.ended() {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn interrupted() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let install = Install::new();
        let web = web(&install, |_, count, whole| if count == 0 { whole.stalled(6000) } else { whole });
        let mut running = web.upgrade(&install).spawn();
        grown(&install, 6000, &mut running);
        std::process::Command::new("kill").args([signal, &running.id().to_string()]).status().unwrap();
        let run = running.finish().fails("interrupted", code);
        for part in ["6000 of", "are kept in", "stratos is unchanged"] {
            assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
        }
        assert_eq!(install.reports(), crate::site::OLD);
        web.upgrade(&install).run().exits(0);
        install.is_upgraded();
        assert_eq!(web.ranges(NEW), [None, Some("bytes=6000-".to_owned())]);
    }
}

fn not_there() {
    let install = Install::new();
    let web = Web::of(&[&install.newer()]);
    let run = web.upgrade(&install).args(["--to", "0.9.0"]).run().fails("target_not_found", 69);
    assert_eq!(run.error()["http_status"], 404);
    install.is_unchanged();
}
