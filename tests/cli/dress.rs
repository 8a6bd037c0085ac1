//! `signed --as`, and cookies and headers given back to verify, inspect and doctor as people paste them: for
//! every scheme that has a cookie or a header form.

use super::{
    common::runner::{Run, Runner, stratos},
    help::{example, parted},
};
use stratos::sign::{Claim, Form, SCHEMES, Scheme};

/// A scheme in one of its forms, with what its example says.
struct Case {
    scheme: &'static Scheme,
    form: Form,
    key: String,
    /// What minting and verifying share.
    settings: Vec<String>,
    /// Of minting alone.
    claims: Vec<String>,
    url: String,
}

fn given(runner: Runner, args: &[impl AsRef<str>]) -> Runner {
    args.iter().fold(runner, |runner, arg| runner.arg(arg.as_ref()))
}

/// The forms of every scheme that are carried beside the URL.
fn cases() -> Vec<Case> {
    let beside = [Form::Cookie, Form::Header];
    let all = SCHEMES.iter().flat_map(|scheme| scheme.forms.iter().map(move |form| (scheme, *form)));
    all.filter(|(_, form)| beside.contains(form)).map(|(scheme, form)| case(scheme, form)).collect()
}

fn case(scheme: &'static Scheme, form: Form) -> Case {
    let page = stratos(["help", "scheme", scheme.id]).run().exits(0).stdout();
    let (argv, key) = example(&page);
    let (url, settings, claims) = parted(&argv);
    let claims = [claims, vec!["--form".into(), form.name().into()]].concat();
    let case = Case { scheme, form, key, settings, claims, url };
    if case.mint("lines").code == Some(0) {
        return case;
    }
    // Some cookies are for a prefix only.
    assert!(scheme.carries(Claim::Prefix), "{}: {}", scheme.id, case.mint("lines").stderr);
    let folder = case.url[..=case.url.rfind('/').unwrap()].to_owned();
    Case { claims: [case.claims, vec!["--prefix".into(), folder]].concat(), ..case }
}

impl Case {
    fn run(&self, verb: &[&str], flags: &[String], more: &[&str]) -> Run {
        let runner = given(stratos(["signed"].iter().chain(verb)).env("KEY", &self.key), flags);
        given(runner, more).run()
    }

    fn mint(&self, dress: &str) -> Run {
        self.run(&[], &[&self.settings[..], &self.claims].concat(), &["--as", dress, &self.url])
    }

    fn minted(&self, dress: &str) -> String {
        let run = self.mint(dress).exits(0);
        run.stdout().trim_end_matches('\n').to_owned()
    }

    /// Every reader takes it.
    fn accepted(&self, pasted: &[&str]) {
        let given = [pasted, &[&self.url, "--json"]].concat();
        let about = || format!("{} as {}: {pasted:?}", self.scheme.id, self.form.name());
        let verified = self.run(&["verify"], &self.settings, &given);
        assert!(verified.code == Some(0), "{}: {}{}", about(), verified.stdout(), verified.stderr);
        assert_eq!(self.run(&["doctor"], &self.settings, &given).json()["verdict"], "valid", "{}", about());
        let keyless: Vec<String> =
            self.settings.chunks(2).filter(|pair| pair[0] != "--key").flatten().cloned().collect();
        let inspected = self.run(&["inspect"], &keyless, &given).exits(0).json();
        assert_eq!(inspected["scheme"], self.scheme.id, "{}", about());
        assert!(inspected["signature_fits"] != false && !inspected["signature"].is_null(), "{}", about());
    }
}

#[test]
fn every_cookie_comes_back_however_it_was_copied() {
    let cases = cases();
    let cookies: Vec<&Case> = cases.iter().filter(|case| case.form == Form::Cookie).collect();
    assert!(cookies.len() >= 7);
    for case in cookies {
        let lines = case.minted("lines");
        case.accepted(&["--cookie", &lines]);
        let each: Vec<&str> = lines.lines().flat_map(|line| ["--cookie", line]).collect();
        case.accepted(&each);
        let joined = lines.replace('\n', "; ");
        case.accepted(&["--cookie", &format!("other=1; {joined}")]);
        case.accepted(&["--cookie", &format!("Cookie: {joined}")]);
        case.accepted(&["--header", &format!("cookie: {joined}")]);
        let sent = case.minted("set-cookie");
        assert!(
            sent.lines().all(|line| line.starts_with("Set-Cookie: ") && line.ends_with("; Secure; HttpOnly"))
        );
        assert_eq!(sent.lines().count(), lines.lines().count());
        case.accepted(&["--cookie", &sent]);
        let mut damaged = lines.into_bytes();
        let last = damaged.len() - 3;
        damaged[last] = if damaged[last] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(damaged).unwrap();
        case.run(&["verify"], &case.settings, &["--cookie", &damaged, &case.url]).exits(65);
    }
}

#[test]
fn every_header_comes_back_however_it_was_copied() {
    let cases = cases();
    let headers: Vec<&Case> = cases.iter().filter(|case| case.form == Form::Header).collect();
    assert!(headers.len() >= 2);
    for case in headers {
        let line = case.minted("lines");
        case.accepted(&["--header", &line]);
        case.accepted(&["--header", &format!("Accept: */*\r\n{line}\r\n")]);
        let run = case.mint("set-cookie").exits(64);
        assert!(run.stderr.contains("set-cookie") && run.stdout().is_empty(), "{}", run.stderr);
    }
}

#[test]
fn every_curl_command_asks_for_what_was_signed() {
    for case in cases() {
        let command = case.minted("curl");
        assert_eq!(command.lines().count(), 1, "{command}");
        let words = shlex::split(&command).unwrap();
        let flag = if case.form == Form::Cookie { ["-b", "--cookie"] } else { ["-H", "--header"] };
        assert_eq!((&*words[0], &*words[1]), ("curl", flag[0]), "{command}");
        assert_eq!(words.last(), Some(&case.url), "{command}");
        case.accepted(&[flag[1], &words[2]]);
    }
    let page = stratos(["help", "scheme", "s3"]).run().exits(0).stdout();
    let (argv, key) = example(&page);
    let run = given(stratos(argv).env("KEY", key), &["--method", "PUT", "--as", "curl"]).run().exits(0);
    let words = shlex::split(&run.stdout()).unwrap();
    assert_eq!((&*words[1], &*words[2], words.len()), ("-X", "PUT", 4), "{words:?}");
    assert!(words[3].contains("X-Amz-Signature="), "{words:?}");
}

#[test]
fn records_keep_what_was_dressed() {
    let case = case(Scheme::find("cloudfront").unwrap(), Form::Cookie);
    let flags = [&case.settings[..], &case.claims].concat();
    let object = |dress: &str| {
        let run = case.run(&[], &flags, &["--as", dress, "--output", "ndjson", "-"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run
    };
    assert!(object("lines").stderr.contains("stdin was empty"));
    let list = stratos(["signed", "-", "--as", "curl", "--output", "ndjson"]).env("KEY", &case.key);
    let run = given(list.stdin(format!("{0}\n{0}\n", case.url)), &flags).run().exits(0);
    for line in run.stdout().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(record["signed"].as_str().unwrap().starts_with("curl -b "), "{line}");
    }
    let run = case.run(&[], &flags, &["--as", "set-cookie", "--output", "csv", &case.url]).exits(0);
    assert_eq!(run.stdout().matches("Set-Cookie: ").count(), 3, "{}", run.stdout());
}

#[test]
fn what_has_no_cookie_is_not_dressed_as_one() {
    for (args, word) in [
        (&["--as", "set-cookie"][..], "these can: cloudfront"),
        (&["--as", "set-cookie", "--scheme", "cloudfront", "--key-id", "K"], "--cookie"),
        (&["--as", "curl", "--scheme", "fastly", "--form", "token"], "--form"),
        (&["--as", "wget"], "curl"),
    ] {
        let run = given(stratos(["signed", "/a", "--ttl", "1h", "--json"]), args).run();
        let run = run.fails("usage_error", 64);
        assert!(run.stderr.contains(word) && run.stdout().is_empty(), "{args:?}: {}", run.stderr);
    }
}
