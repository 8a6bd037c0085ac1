//! Credentials: who names them, whether they may be used here, and what they are.

use super::Context;
use crate::{
    credential::{self, Credential, Found, Named, Reference, World},
    error::{Error, Result},
    profile::{self, Origin, Profile, RingKey},
    secret::Secret,
};

impl Context<'_> {
    /// A secret given by a reference on the command line (`--key`): `env: file: fd: exec: - plain:`.
    pub fn secret(&mut self, flag: &'static str, reference: &str) -> Result<Found> {
        let how = Reference::parse(reference).map_err(|why| Error::Usage(format!("{flag}: {why}")))?;
        if let Reference::Plain(_) = how {
            self.literal_in_argv(flag)?;
        }
        let shown = profile::shown(reference, false);
        let found = self.resolved(Named { origin: Origin::Flag(flag), shown, how })?;
        if flag == "--key" {
            self.weigh(&found)?;
        }
        Ok(found)
    }

    /// A secret that a setting of the profile's scheme names by reference: a salt, a session token.
    pub fn profile_secret(&mut self, member: &'static str, reference: &str) -> Result<Found> {
        let how = Reference::parse(reference);
        let profile = self.profile()?;
        let how = how.map_err(|why| Error::Config(format!("{member} of profile {}: {why}", profile.name)))?;
        let shown = profile::shown(reference, false);
        self.resolved(Named { origin: Origin::Profile(member), shown, how })
    }

    /// A credential from flag, environment or profile, in that order; `None` when nothing names it.
    /// `flag` is the literal value of the command's own flag for it (`--secret`, `--purge-key`, `--token`), if given.
    /// One from a profile is refused (78) when the base URL in force is of another origin; a signing
    /// key is not, for it is never sent. `SIGNED_URL_SECRET` is seen by the profile's scheme: a command
    /// that has its own `--scheme` calls [`Context::signing_key`].
    pub fn credential(&mut self, which: Credential, flag: Option<&str>) -> Result<Option<Found>> {
        match which {
            Credential::SigningKey => {
                let scheme = self.profile()?.scheme.value.clone();
                self.signing_key(&scheme, flag)
            }
            _ => self.named(which, None, flag)?.map(|named| self.resolved(named)).transpose(),
        }
    }

    /// The signing key for this scheme, from `--secret`, the environment or the profile.
    pub fn signing_key(&mut self, scheme: &str, flag: Option<&str>) -> Result<Option<Found>> {
        let Some(named) = self.named(Credential::SigningKey, Some(scheme), flag)? else { return Ok(None) };
        let found = self.resolved(named)?;
        self.weigh(&found)?;
        Ok(Some(found))
    }

    /// A key of the profile's ring.
    pub fn ring_key(&mut self, key: &RingKey) -> Result<Found> {
        let found = self.profile_secret("signing.keys", &key.reference)?;
        self.weigh(&found)?;
        Ok(found)
    }

    /// Who names a credential and how, without looking at it: for `--dry-run`, `doctor`, `--origin`.
    pub fn named(
        &mut self,
        which: Credential,
        scheme: Option<&str>,
        flag: Option<&str>,
    ) -> Result<Option<Named>> {
        let global = match which {
            Credential::AccountKey => self.options.account_key.clone(),
            Credential::AccessKey => self.options.access_key.clone(),
            _ => None,
        };
        if let Some(value) = flag.map(str::to_owned).or(global) {
            self.literal_in_argv(which.flag())?;
            let how = Reference::Literal(Secret::new(value));
            return Ok(Some(Named { origin: Origin::Flag(which.flag()), shown: which.flag().into(), how }));
        }
        let profile = self.profile()?;
        let seen = match which {
            Credential::Vendor(..) => true,
            _ if planted!("cloudcdn-variables-for-all") => true,
            Credential::SigningKey => scheme.unwrap_or(&profile.scheme.value).starts_with("cloudcdn"),
            _ => profile.is_cloudcdn(),
        };
        let set = |variable: &&'static str| Some((*variable, self.env.os(variable)?));
        if let Some((variable, value)) = which.variables().iter().find_map(set).filter(|_| seen) {
            let how = Reference::Literal(Secret::new(value.as_encoded_bytes()));
            let (origin, shown) = (Origin::Environment(variable), format!("env:{variable}"));
            return Ok(Some(Named { origin, shown, how }));
        }
        let Some(reference) = profile.reference(which.member()) else { return Ok(None) };
        if which != Credential::SigningKey {
            bound(&profile, which)?;
        }
        let how = Reference::parse(reference)
            .map_err(|why| Error::Config(format!("{} of profile {}: {why}", which.member(), profile.name)))?;
        let how = match how {
            Reference::Plain(secret) if profile.literals => Reference::Literal(secret),
            how => how,
        };
        let shown = profile::shown(reference, false);
        Ok(Some(Named { origin: Origin::Profile(which.member()), shown, how }))
    }

    /// A secret on the command line draws a warning, or is refused by the policy in force.
    pub fn literal_in_argv(&mut self, flag: &'static str) -> Result<()> {
        let deny = self.profile()?.bounds.deny_argv_secrets;
        self.warn_of_argv(flag, deny)
    }

    /// Every user of the machine can read the command line while stratos runs.
    pub fn warn_of_argv(&mut self, flag: &'static str, deny: bool) -> Result<()> {
        let text = format!(
            "{flag} shows the secret in the process list; use the environment, or name it: env:NAME, file:PATH, -"
        );
        if deny && !planted!("argv-secrets-pass") {
            return Err(Error::Policy(format!("{text} ([policy] argv_secrets is \"deny\")")));
        }
        self.warn_once(text);
        Ok(())
    }

    fn resolved(&mut self, named: Named) -> Result<Found> {
        let source = self.source(named.origin)?;
        if named.how == Reference::Stdin {
            self.claim_stdin("the secret")?;
            if self.interactive {
                let secret = self.typed(&source)?;
                return Ok(Found { secret, origin: named.origin, reference: named.shown });
            }
        }
        let (profile, env, home) = (self.profile()?, self.env, self.home());
        let lookup = move |name: &str| env.os(name);
        let mut world =
            World { env: &lookup, input: &mut *self.input, home, bounds: &profile.bounds, clock: self.clock };
        let (secret, warning) = credential::resolve(&named.how, &source, &mut world)?;
        if let Some(warning) = warning {
            self.warn_once(warning);
        }
        Ok(Found { secret, origin: named.origin, reference: named.shown })
    }

    /// `-` at a terminal: nobody looks over the shoulder.
    fn typed(&mut self, source: &str) -> Result<Secret> {
        if self.options.no_input {
            return Err(Error::Usage(format!("{source} is -, and stdin is a terminal; pipe the secret in")));
        }
        let secret = self.ask_unseen(&format!("secret for {source}, unseen: "))?;
        if secret.is_empty() {
            return Err(Error::MissingKey(format!("{source} is empty; give it a value")));
        }
        Ok(secret)
    }

    /// A signing key that is too short to resist guessing.
    fn weigh(&mut self, found: &Found) -> Result<()> {
        let bounds = self.profile()?.bounds.clone();
        let (has, least) = (found.secret.expose().len(), bounds.min_secret_bytes);
        if has >= least || planted!("short-key-passes") {
            return Ok(());
        }
        let bytes = if has == 1 { "byte" } else { "bytes" };
        let text = format!("the signing key is {has} {bytes} long; use at least {least}, made at random");
        if bounds.strict {
            return Err(Error::Policy(format!("{text} ([policy] is strict)")));
        }
        self.warn_once(text);
        Ok(())
    }
}

/// A credential of a profile goes to that profile's origin and nowhere else.
fn bound(profile: &Profile, which: Credential) -> Result<()> {
    if profile.at_home() || planted!("profile-credential-anywhere") {
        return Ok(());
    }
    let remedy = "give the credential by flag or environment too, or use the profile's url";
    Err(abroad(profile, which.member(), remedy))
}

/// Both origins are named, so that nobody has to look for the one that won.
pub(super) fn abroad(profile: &Profile, member: &str, remedy: &str) -> Error {
    let Profile { name, bound_to, url, .. } = profile;
    let bound_to = if bound_to.is_empty() { "its provider's own address" } else { bound_to };
    Error::Config(format!(
        "{member} of profile {name} is for {bound_to}, but {} names {}; {remedy}",
        url.origin, url.value
    ))
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use crate::{
        credential::Credential,
        error::Result,
        options::Options,
        profile::{self, Origin},
    };

    fn desk(config: &str, env: &[(&'static str, &str)]) -> Desk {
        let env = env.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Desk { config: Some(config.into()), env, ..Desk::default() }
    }

    fn credential(desk: Desk, which: Credential, flag: Option<&str>) -> Result<Option<(String, Origin)>> {
        let found = desk.run(|cx| cx.credential(which, flag)).0?;
        Ok(found.map(|found| (found.secret.text().unwrap().to_owned(), found.origin)))
    }

    #[test]
    fn flag_beats_environment_beats_profile() {
        let config = "[profiles.default]\npurge_key = \"env:OWN\"\n";
        let both = [("CLOUDCDN_PURGE_KEY", "from-env"), ("OWN", "from-profile")];
        let get = |env: &[(&'static str, &str)], flag| {
            credential(desk(config, env), Credential::PurgeKey, flag).unwrap()
        };
        let found = |text: &str, origin| Some((text.to_owned(), origin));
        assert_eq!(get(&both, Some("from-flag")), found("from-flag", Origin::Flag("--purge-key")));
        assert_eq!(get(&both, None), found("from-env", Origin::Environment("CLOUDCDN_PURGE_KEY")));
        assert_eq!(get(&both[1..], None), found("from-profile", Origin::Profile("purge_key")));
        assert_eq!(
            get(&[("CLOUDCDN_PURGE_KEY", ""), ("OWN", "x")], None),
            found("x", Origin::Profile("purge_key"))
        );
        assert_eq!(credential(desk("", &[]), Credential::PurgeKey, None).unwrap(), None);
    }

    #[test]
    fn cloudcdns_variables_are_cloudcdns_alone() {
        let env = [
            ("SIGNED_URL_SECRET", "s"),
            ("CLOUDCDN_ACCOUNT_KEY", "k"),
            ("CLOUDCDN_URL", "https://c.example"),
        ];
        let sees = |scheme: &str| desk("", &env).run(|cx| cx.signing_key(scheme, None)).0.unwrap().is_some();
        assert!(sees("cloudcdn") && sees("cloudcdn-colon"));
        assert!(!sees("bunny") && !sees("cloudfront"));
        let other = "[profiles.default]\nprovider = \"other\"\nurl = \"https://o.example\"\n";
        assert_eq!(credential(desk(other, &env), Credential::AccountKey, None).unwrap(), None);
        let url = desk(other, &env).run(|cx| cx.profile()).0.unwrap().url.value.clone();
        assert_eq!(url, "https://o.example");
        let signing = "[profiles.default.signing]\nscheme = \"bunny\"\n";
        assert_eq!(credential(desk(signing, &env), Credential::SigningKey, None).unwrap(), None);
    }

    #[test]
    fn a_profiles_credential_is_bound_to_its_origin() {
        let config = "[profiles.default]\nurl = \"https://a.example/base\"\naccount_key = \"env:OWN\"\n";
        let at = |url: &str| {
            let mut desk = desk(config, &[("OWN", "k")]);
            desk.options = Options { cdn_url: Some(url.into()), ..Options::default() };
            desk
        };
        let exit =
            |desk: Desk| credential(desk, Credential::AccountKey, None).map_err(|error| error.facts().exit);
        for same in ["https://a.example", "https://A.example:443/other/"] {
            assert!(exit(at(same)).is_ok(), "{same}");
        }
        for foreign in ["https://b.example", "http://a.example", "https://a.example:444"] {
            assert_eq!(exit(at(foreign)), Err(78), "{foreign}");
        }
        let error =
            credential(at("https://b.example"), Credential::AccountKey, None).unwrap_err().to_string();
        assert!(error.contains("a.example") && error.contains("b.example"), "{error}");
        let mut given = at("https://b.example");
        given.env.push(("CLOUDCDN_ACCOUNT_KEY", "own".into()));
        assert!(exit(given).is_ok());
        // The default URL binds too, and a signing key is never sent.
        let unnamed = desk(
            "[profiles.default]\ntoken = \"env:OWN\"\nsigning = {key = \"env:OWN\"}\n",
            &[("OWN", "k"), ("CLOUDCDN_URL", "https://b.example")],
        );
        let (token, key) = unnamed
            .run(|cx| (cx.credential(Credential::Token, None), cx.credential(Credential::SigningKey, None)))
            .0;
        assert_eq!(token.map(|_| ()).map_err(|error| error.facts().exit), Err(78));
        assert!(key.unwrap().is_some());
    }

    #[test]
    fn under_another_profile_its_own_credentials_are_seen_and_then_the_first_ones_again() {
        let config = "[profiles.default]\npurge_key = \"env:A\"\n[profiles.b]\npurge_key = \"env:B\"\n\
                      [profiles.c]\nprovider = \"varnish\"\npurge_key = \"env:B\"\n";
        let env = [("A", "a"), ("B", "b"), ("CLOUDCDN_ACCOUNT_KEY", "k")];
        let seen = desk(config, &env).run(|cx| {
            let file = profile::File::load(&cx.place()).unwrap();
            let mut key = |name: &str, which| {
                let profile = match name {
                    "fastly" => cx.provider_alone(&file, name),
                    name => cx.profile_named(&file, name),
                };
                let found = cx.under(&profile.unwrap(), |cx| cx.credential(which, None)).unwrap();
                found.map(|found| found.secret.text().unwrap().to_owned())
            };
            let all = [
                key("b", Credential::PurgeKey),
                key("c", Credential::AccountKey),
                key("fastly", Credential::AccountKey),
                key("b", Credential::AccountKey),
            ];
            (all, cx.credential(Credential::PurgeKey, None).unwrap().unwrap().secret.text().unwrap() == "a")
        });
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(seen.0, ([own("b"), None, None, own("k")], true));
    }

    #[test]
    fn a_bad_url_names_its_source() {
        let url = |config: &str, env: &[(&'static str, &str)]| {
            let error = desk(config, env).run(|cx| cx.profile().map(drop)).0.unwrap_err();
            (error.facts().exit, error.to_string())
        };
        let (exit, text) = url("", &[("CLOUDCDN_URL", "notaurl")]);
        assert!(exit == 64 && text.contains("CLOUDCDN_URL"), "{text}");
        let (exit, text) = url("", &[("CLOUDCDN_BASE_URL", "ftp://x")]);
        assert!(exit == 64 && text.contains("CLOUDCDN_BASE_URL"), "{text}");
        let (exit, text) = url("[profiles.default]\nurl = \"https://u:hunter2@x\"\n", &[]);
        assert!(exit == 78 && text.contains("profile default") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_secret_on_the_command_line_may_be_denied() {
        let config = "[policy]\nargv_secrets = \"deny\"\n";
        let exit = |result: Result<bool>| result.map_err(|error| error.facts().exit);
        let literal =
            desk(config, &[]).run(|cx| cx.credential(Credential::Token, Some("t")).map(|f| f.is_some()));
        assert_eq!(exit(literal.0), Err(77));
        let plain = desk(config, &[]).run(|cx| cx.secret("--key", "plain:t").map(|_| true));
        assert_eq!(exit(plain.0), Err(77));
        let named =
            desk(config, &[("T", "sixteen-bytes-ok")]).run(|cx| cx.secret("--key", "env:T").map(|_| true));
        assert_eq!(exit(named.0), Ok(true));
    }

    #[test]
    fn short_keys_are_refused_by_a_strict_policy_alone() {
        let exit = |config: &str| {
            let key = desk(config, &[("T", "short")]).run(|cx| cx.secret("--key", "env:T").map(drop));
            key.0.map_err(|error| error.facts().exit)
        };
        assert_eq!(exit(""), Ok(()));
        assert_eq!(exit("[policy]\nstrict = true\n"), Err(77));
        assert_eq!(exit("[policy]\nstrict = true\nmin_secret_bytes = 5\n"), Ok(()));
        assert_eq!(exit("[profiles.default.policy]\nstrict = true\n"), Err(77));
    }

    #[test]
    fn a_secret_that_is_typed_is_typed_unseen() {
        let mut at_terminal = desk("", &[]);
        at_terminal.unseen = Some(|question| {
            assert!(question.contains("--key"));
            Ok(crate::secret::Secret::new("typed-unseen-16-bytes"))
        });
        let (found, _) = at_terminal.run(|cx| cx.secret("--key", "-").unwrap());
        assert_eq!(found.secret.text(), Some("typed-unseen-16-bytes"));
        let mut silent = desk("", &[]);
        silent.unseen = Some(|_| panic!("--no-input asked"));
        silent.options.no_input = true;
        let (error, _) = silent.run(|cx| cx.secret("--key", "-").unwrap_err());
        assert_eq!(error.facts().exit, 64);
    }

    #[test]
    fn stdin_serves_one_purpose() {
        let piped =
            || Desk { input: "from-stdin-16-bytes\n".into(), config: Some(String::new()), ..Desk::default() };
        let (text, _) = piped().run(|cx| cx.secret("--key", "-").unwrap().secret.text().unwrap().to_owned());
        assert_eq!(text, "from-stdin-16-bytes");
        for second in ["-", "fd:0"] {
            let (error, _) = piped().run(|cx| {
                cx.secret("--key", "-").unwrap();
                cx.secret("--key", second).unwrap_err()
            });
            assert_eq!(error.facts().exit, 64);
        }
        let (error, _) = piped().run(|cx| {
            cx.claim_stdin("the list").unwrap();
            cx.secret("--key", "-").unwrap_err()
        });
        assert_eq!(error.facts().exit, 64);
    }
}
