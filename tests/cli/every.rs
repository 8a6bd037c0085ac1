//! Every row of the table of schemes, through the binary: its example mints, what was minted is verified and inspected,
//! and what was changed, signed with another key, or is over, is refused.

use super::{
    common::runner::{Run, Runner, stratos},
    help::{example, parted},
    records::given,
};
use std::sync::OnceLock;
use stratos::sign::{Claim, SCHEMES, Scheme};

/// What a scheme needs to mint: its page's example, taken apart.
pub struct Sample {
    pub scheme: &'static Scheme,
    pub url: String,
    /// What minting and verifying share.
    pub settings: Vec<String>,
    pub claims: Vec<String>,
    pub key: String,
    link: OnceLock<String>,
}

/// One of each scheme.
pub fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| SCHEMES.iter().map(Sample::of).collect())
}

impl Sample {
    fn of(scheme: &'static Scheme) -> Self {
        let (argv, key) = example(&stratos(["help", "scheme", scheme.id]).run().stdout());
        let (url, settings, claims) = parted(&argv);
        Self { scheme, url, settings, claims, key, link: OnceLock::new() }
    }

    /// `signed` with this scheme's settings, and its key in `KEY`.
    pub fn runner(&self, verb: &[&str]) -> Runner {
        let runner = stratos(["signed"].iter().chain(verb)).env("KEY", &self.key);
        given(runner, &self.settings)
    }

    /// Mints one.
    pub fn mint(&self, url: &str, more: &[&str]) -> Run {
        given(given(self.runner(&[]), &self.claims).arg(url), more).run()
    }

    /// The link of the example.
    pub fn link(&self) -> &str {
        self.link.get_or_init(|| self.mint(&self.url, &[]).exits(0).stdout().trim_end().to_owned())
    }
}

/// The link with a letter changed in the middle of its longest word, which no shorter than a signature is.
fn changed(link: &str) -> String {
    let word = |byte: char| !(byte.is_ascii_alphanumeric() || "-_".contains(byte));
    let longest = link.split(word).max_by_key(|word| word.len()).unwrap();
    let at = link.find(longest).unwrap() + longest.len() / 2;
    let other = if &link[at..=at] == "a" { "b" } else { "a" };
    format!("{}{other}{}", &link[..at], &link[at + 1..])
}

#[test]
fn the_example_mints_and_is_verified_inspected_and_refused() {
    for sample in samples() {
        let (id, link) = (sample.scheme.id, sample.link());
        let list = format!("{link}\n{}\n", changed(link));
        let ask = |more: &[&str]| {
            given(sample.runner(&["verify", "-", "--method", "GET"]), more)
                .stdin(list.clone())
                .run()
                .exits(65)
        };
        let verdicts = ask(&["--output", "table"]).stdout();
        let verdicts: Vec<&str> = verdicts.lines().map(|line| line.split("  ").next().unwrap()).collect();
        assert_eq!(verdicts[0], "valid", "{id}: {link}");
        assert!(
            ["signature mismatch", "malformed", "unknown key"].contains(&verdicts[1]),
            "{id}: {} of {}",
            verdicts[1],
            changed(link)
        );
        let inspected = stratos(["signed", "inspect", link, "--scheme", id, "--json"]);
        let secrets = sample.settings.chunks(2).filter(|pair| pair[0] == "--param").flatten();
        let inspected = secrets.fold(inspected, |runner, arg| runner.arg(arg)).env("KEY", &sample.key);
        assert_eq!(inspected.run().exits(0).json()["scheme"], id);
        let over = ["--at", "4102444800", "--output", "table"];
        if sample.scheme.carries(Claim::Expires) {
            assert!(ask(&over).stdout().starts_with("expired"), "{id}: {}", ask(&over).stdout());
        }
    }
}

/// Of the same kind, and another one.
fn another(key: &str) -> String {
    if key.starts_with("-----BEGIN") {
        return include_str!("../vectors/keys/rsa-2048-other.pem").to_owned();
    }
    let first = if key.starts_with('b') { "c" } else { "b" };
    format!("{first}{}", &key[1..])
}

#[test]
fn another_key_of_the_same_kind_is_a_mismatch() {
    for sample in samples() {
        let link = sample.link();
        let run = sample.runner(&["verify", "--method", "GET", link]).env("KEY", another(&sample.key)).run();
        let run = run.exits(65);
        assert!(run.stdout().contains("mismatch"), "{}: {}", sample.scheme.id, run.everything());
    }
}
