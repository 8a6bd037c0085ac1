//! One scheme at one server: what the binary mints is accepted, and every damaged copy refused.

use crate::{common::runner::bare, damage, http, now};
use libtest_mimic::Failed;
use stratos::{
    secret::Secret,
    sign::{Claims, Scheme, Signer, Url},
};

/// How links are minted and what the server answers to them.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    pub scheme: &'a str,
    /// The signing key as `--key env:KEY` reads it, and one that the server does not know.
    pub key: &'a str,
    pub other_key: &'a str,
    /// More arguments of `signed`.
    pub args: &'a [&'a str],
    /// What stands in front of the signature.
    pub mark: &'a str,
    /// The first text of the link that damage may touch; the whole path where it is not there.
    pub from: &'a str,
    /// The status of a link that has ended, and none where nothing ends.
    pub expired: Option<u16>,
    /// Damages that this server overlooks, for reasons that its row gives.
    pub harmless: &'a [&'a str],
    /// What it may answer besides 403 to a link that is no longer one of its own.
    pub malformed: &'a [u16],
}

impl Judge<'_> {
    pub const BASE: Self = Self {
        scheme: "",
        key: crate::SECRET,
        other_key: "another-secret-of-mine-01",
        args: &[],
        mark: "=",
        from: "",
        expired: Some(410),
        harmless: &[],
        malformed: &[],
    };

    /// Links for these paths below `base`, the first of them damaged in every way.
    pub fn judges(&self, base: &str, paths: &[&str]) -> Result<(), Failed> {
        for path in paths {
            let url = format!("{base}{path}");
            let good = self.mint(&url, self.key, 600)?;
            expect(&good, 200, "minted")?;
            expect(&self.mint(&url, self.other_key, 600)?, 403, "another key")?;
            if let Some(status) = self.expired {
                expect(&self.mint(&url, self.key, -600)?, status, "expired")?;
            }
            expect(&url, 403, "unsigned")?;
        }
        let good = self.mint(&format!("{base}{}", paths[0]), self.key, 600)?;
        let from =
            if self.from.is_empty() { base.len() + 1 } else { good.find(self.from).unwrap_or(base.len()) };
        self.refuses(&good, from, http::status)
    }

    /// Every damaged copy, asked for by `ask`, is refused.
    pub fn refuses(
        &self,
        good: &str,
        from: usize,
        ask: impl Fn(&str) -> Result<u16, Failed>,
    ) -> Result<(), Failed> {
        for copy in damage::copies(good, from, self.mark) {
            let status = ask(&copy.text)?;
            let fits = match status {
                200 => self.harmless.contains(&copy.what),
                403 => !self.harmless.contains(&copy.what),
                other => copy.what != "altered signature" && self.malformed.contains(&other),
            };
            if !fits {
                return Err(format!("{}: {status} for {}", copy.what, copy.text).into());
            }
        }
        Ok(())
    }

    /// What `signed` prints for a URL that ends so many seconds from now.
    pub fn mint(&self, url: &str, key: &str, lifetime: i64) -> Result<String, Failed> {
        let expires = now().checked_add_signed(lifetime).expect("a time of this century").to_string();
        self.run(key, &[&["signed", url, "--expires", &expires, "--allow-expired"], self.args].concat())
    }

    /// What the binary prints for these arguments and the scheme and key of this row.
    pub fn run(&self, key: &str, args: &[&str]) -> Result<String, Failed> {
        let output = bare(env!("CARGO_BIN_EXE_stratos"))
            .env("KEY", key)
            .args(args)
            .args(["--scheme", self.scheme, "--key", "env:KEY"])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}

/// What the library mints for any time, which the binary takes from its clock.
pub fn mint_at(scheme: &str, key: &str, url: &str, claims: &Claims<'_>) -> Result<String, Failed> {
    let signer = Signer { scheme: Scheme::find(scheme)?, keys: Vec::new() };
    let signer = signer.with(claims.key_id.as_deref(), &Secret::new(key), claims.params)?;
    let mut out = Vec::new();
    signer.seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out)?)
}

/// A GET of this URL is answered with this status.
pub fn expect(url: &str, status: u16, what: &str) -> Result<(), Failed> {
    let answered = http::status(url)?;
    if answered == status {
        Ok(())
    } else {
        Err(format!("{what}: {answered} instead of {status} for {url}").into())
    }
}
