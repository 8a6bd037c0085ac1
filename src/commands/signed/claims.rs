//! Flags become claims: what the scheme's row allows, and nothing that it does not.

use super::refusals::{lifetime, moment, rule, shown};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::{Bounds, Profile},
    sign::{Claim, Claims, Form, Param, Params, SCHEMES, Scheme, Scope},
};
use std::borrow::Cow;

/// What a signature shall say.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Claims")]
pub struct Wish {
    /// Not after: Unix seconds, RFC 3339 with its offset, or +15m
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub expires: Option<String>,
    /// Lifetime from now: 15m, 1h, 7d, or seconds
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub ttl: Option<String>,
    /// Not before: as --expires
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub not_before: Option<String>,
    /// Mint although the expiry has passed
    #[arg(long)]
    pub allow_expired: bool,
    /// The visitor's address or network
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// Countries allowed, DE,FR; blocked with !, !DE,FR
    #[arg(long, value_name = "LIST")]
    pub country: Option<String>,
    /// Good for every URL that begins so; with * or ? for every one that matches
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// The HTTP method
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Which of the verifier's keys
    #[arg(long, value_name = "ID")]
    pub key_id: Option<String>,
    /// How it is carried: query, path, cookie, header or token
    #[arg(long, value_name = "FORM")]
    pub form: Option<String>,
    /// Short for --form cookie
    #[arg(long, conflicts_with = "form")]
    pub cookie: bool,
    /// Short for --form header
    #[arg(long, conflicts_with_all = ["form", "cookie"])]
    pub header: bool,
}

/// The flags that a record of a list can bring.
pub const TAKEN: [&str; 7] = ["expires", "ttl", "not_before", "ip", "country", "prefix", "method"];

/// What a run draws once: its time, and the text that makes its signatures unique.
#[derive(Debug)]
pub struct Moment {
    now: u64,
    nonce: String,
}

impl Moment {
    /// Of the context's clock.
    pub fn of(cx: &Context<'_>) -> Result<Self> {
        let mut bytes = [0; 16];
        cx.clock.fill(&mut bytes);
        Ok(Self { now: cx.now()?, nonce: hex::encode(bytes) })
    }
}

/// Claims with text of their own, from which [`Claims`] borrow.
#[derive(Debug, Default)]
pub struct Granted {
    /// Not after.
    pub expires: Option<u64>,
    not_before: Option<u64>,
    issued: Option<u64>,
    scope: Scope<'static>,
    ip: Option<String>,
    countries: Option<String>,
    blocked: Option<String>,
    method: Option<String>,
    key_id: Option<String>,
    nonce: Option<String>,
    /// Where the outcome is carried.
    pub form: Form,
}

impl Granted {
    /// As the signing room wants them.
    #[must_use]
    pub fn claims<'a>(&'a self, params: Params<'a>) -> Claims<'a> {
        let text = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        Claims {
            expires: self.expires,
            expires_text: None,
            not_before: self.not_before,
            issued: self.issued,
            scope: self.scope.clone(),
            ip: text(&self.ip),
            countries: text(&self.countries),
            blocked: text(&self.blocked),
            method: self.method.as_deref(),
            key_id: text(&self.key_id),
            nonce: self.nonce.as_deref(),
            form: self.form,
            params,
        }
    }
}

impl Wish {
    /// Checks every flag against the scheme's row, and the times against the clock and the policy.
    pub fn granted(&self, scheme: &'static Scheme, profile: &Profile, moment: &Moment) -> Result<Granted> {
        self.carried_by(scheme)?;
        let now = moment.now;
        let (countries, blocked) = countries(self.country.as_deref());
        let own = profile.key_id.clone().filter(|_| profile.scheme.value == scheme.id);
        Ok(Granted {
            expires: self.expiry(scheme, &profile.bounds, now)?,
            not_before: self.beginning(now)?,
            issued: scheme.carries(Claim::Issued).then_some(now),
            scope: self.scope(scheme),
            ip: self.ip.clone(),
            countries,
            blocked,
            method: self.method.clone(),
            key_id: self.key_id.clone().or(own).filter(|_| scheme.carries(Claim::KeyId)),
            nonce: scheme.carries(Claim::Nonce).then(|| moment.nonce.clone()),
            form: self.form(scheme)?,
        })
        .and_then(Granted::in_order)
    }

    /// What can be granted before a record of a list brings the rest.
    pub fn awaiting(&self, scheme: &'static Scheme, taken: &[&str]) -> Result<Granted> {
        let mut whole = self.clone();
        for name in taken {
            let slot = whole.slot(name);
            if slot.replace(String::new()).is_some() {
                let flag = name.replace('_', "-");
                return Err(Error::Usage(format!(
                    "--{flag} and --take {name} name the same thing; give one of them"
                )));
            }
        }
        whole.carried_by(scheme)?;
        Ok(Granted { form: self.form(scheme)?, ..Granted::default() })
    }

    /// The flags with what a record brings.
    #[must_use]
    pub fn with(&self, taken: Vec<(&str, String)>) -> Self {
        let mut whole = self.clone();
        for (name, text) in taken {
            *whole.slot(name) = Some(text);
        }
        whole
    }

    /// The flag of that name, one of [`TAKEN`].
    fn slot(&mut self, name: &str) -> &mut Option<String> {
        match name {
            "expires" => &mut self.expires,
            "ttl" => &mut self.ttl,
            "not_before" => &mut self.not_before,
            "ip" => &mut self.ip,
            "country" => &mut self.country,
            "prefix" => &mut self.prefix,
            _ => &mut self.method,
        }
    }

    /// A claim that the scheme cannot carry is an error, not ignored.
    fn carried_by(&self, scheme: &Scheme) -> Result<()> {
        let scoped = [Claim::Prefix, Claim::Globs, Claim::Regex];
        let flags: [(&str, bool, &[Claim]); 8] = [
            ("--expires", self.expires.is_some(), &[Claim::Expires]),
            ("--ttl", self.ttl.is_some(), &[Claim::Expires]),
            ("--not-before", self.not_before.is_some(), &[Claim::NotBefore]),
            ("--ip", self.ip.is_some(), &[Claim::Ip]),
            ("--country", self.country.is_some(), &[Claim::Countries]),
            ("--prefix", self.prefix.is_some(), &scoped),
            ("--method", self.method.is_some(), &[Claim::Method]),
            ("--key-id", self.key_id.is_some(), &[Claim::KeyId]),
        ];
        for (flag, given, claims) in flags {
            let can = |scheme: &Scheme| claims.iter().any(|claim| scheme.carries(*claim));
            if given && !can(scheme) {
                return Err(cannot(scheme, flag, can));
            }
        }
        match self.prefix.as_deref() {
            Some(prefix) if prefix.contains('*') && !scheme.carries(Claim::Globs) => {
                Err(rule("prefix.wildcard").error(&format!("--prefix {}", shown(prefix))))
            }
            _ => Ok(()),
        }
    }

    fn expiry(&self, scheme: &Scheme, bounds: &Bounds, now: u64) -> Result<Option<u64>> {
        let (flag, text, expires) = match (&self.expires, &self.ttl) {
            (Some(_), Some(_)) => {
                return Err(Error::Usage("--expires and --ttl name the same thing; give one of them".into()));
            }
            (Some(text), None) => ("--expires", text, moment("--expires", text, now)?),
            (None, Some(text)) => {
                ("--ttl", text, moment("--ttl", &format!("+{}", lifetime("--ttl", text)?), now)?)
            }
            (None, None) if scheme.carries(Claim::Expires) && !scheme.endless => {
                return Err(Error::Usage(
                    "signed needs --expires <unix-seconds> or --ttl <lifetime>; there is no default".into(),
                ));
            }
            (None, None) if bounds.max_ttl.is_some() => {
                return Err(rule("policy.no-end").error(&format!("a link of scheme {}", scheme.id)));
            }
            (None, None) => return Ok(None),
        };
        let broken = if expires <= now && !self.allow_expired {
            Some("time.past")
        } else if bounds.max_ttl.is_some_and(|longest| expires.saturating_sub(now) > longest)
            && !planted!("policy-is-advice")
        {
            Some("policy.max-ttl")
        } else if scheme.longest.is_some_and(|longest| expires.saturating_sub(now) > longest) {
            Some("time.longest")
        } else {
            None
        };
        match broken {
            Some(id) => Err(rule(id).error(&format!("{flag} {text:?}"))),
            None => Ok(Some(expires)),
        }
    }

    fn beginning(&self, now: u64) -> Result<Option<u64>> {
        self.not_before.as_deref().map(|text| moment("--not-before", text, now)).transpose()
    }

    fn scope(&self, scheme: &Scheme) -> Scope<'static> {
        self.prefix.as_deref().map_or(Scope::Url, |text| scope(text, scheme))
    }

    fn form(&self, scheme: &Scheme) -> Result<Form> {
        let (flag, word) = match &self.form {
            Some(word) => ("--form", word.as_str()),
            None if self.cookie => ("--cookie", "cookie"),
            None if self.header => ("--header", "header"),
            None => return Ok(scheme.forms.first().copied().unwrap_or_default()),
        };
        let forms = [Form::Query, Form::Path, Form::Cookie, Form::Header, Form::Token];
        let Some(form) = forms.into_iter().find(|form| form.name() == word) else {
            let names = forms.map(Form::name).join(", ");
            return Err(Error::Usage(format!("--form {word:?} is not a form; the forms are {names}")));
        };
        if scheme.forms.contains(&form) {
            return Ok(form);
        }
        let flag = if flag == "--form" { format!("--form {word}") } else { flag.into() };
        Err(cannot(scheme, &flag, |scheme| scheme.forms.contains(&form)))
    }
}

impl Granted {
    fn in_order(self) -> Result<Self> {
        match (self.not_before, self.expires) {
            (Some(begins), Some(ends)) if begins >= ends => {
                Err(rule("time.order").error(&format!("--not-before {begins}")))
            }
            _ => Ok(self),
        }
    }
}

/// What `--prefix` means to a scheme: a text with wildcards is a glob where it has globs.
#[must_use]
pub fn scope(text: &str, scheme: &Scheme) -> Scope<'static> {
    let globs = scheme.carries(Claim::Globs) && (text.contains(['*', '?']) || !scheme.carries(Claim::Prefix));
    if globs { Scope::Globs(text.to_owned().into()) } else { Scope::Prefix(text.to_owned().into()) }
}

/// The settings for a scheme: the profile's, where it is the profile's scheme, and over them `--param`.
/// One that is hidden like a key is named like one, and looked up here.
pub fn params(
    given: &[String],
    scheme: &'static Scheme,
    profile: Option<&Profile>,
    cx: &mut Context<'_>,
) -> Result<Vec<(String, String)>> {
    let mut chosen: Vec<(&Param, &str, bool)> = Vec::new();
    if let Some(profile) = profile.filter(|profile| profile.scheme.value == scheme.id) {
        for (name, value) in &profile.params {
            let param = checked(scheme, name, value).map_err(|problem| {
                Error::Config(format!("signing.{name} of profile {}: {problem}", profile.name))
            })?;
            chosen.push((param, value, true));
        }
    }
    for pair in given {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Error::Usage(format!("--param {pair:?} has no value; write --param name=value")));
        };
        let param = checked(scheme, name, value)
            .map_err(|problem| Error::Usage(format!("--param {name}: {problem}")))?;
        chosen.retain(|(other, ..)| other.name != param.name);
        chosen.push((param, value, false));
    }
    let settled = chosen.into_iter().map(|(param, value, own)| {
        let value = if param.secret { text_secret(param.name, value, own, cx)? } else { value.to_owned() };
        Ok((param.name.to_owned(), value))
    });
    settled.collect()
}

/// Borrowed, as the signing room wants them.
#[must_use]
pub fn pairs(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn text_secret(name: &'static str, reference: &str, own: bool, cx: &mut Context<'_>) -> Result<String> {
    let found = if own { cx.profile_secret(name, reference) } else { cx.secret("--param", reference) };
    let found = found?;
    let text = found.secret.text().map(str::to_owned);
    text.ok_or_else(|| Error::Data(format!("{name} ({}) is not UTF-8", found.reference)))
}

fn checked(scheme: &'static Scheme, name: &str, value: &str) -> std::result::Result<&'static Param, String> {
    let Some(param) = scheme.param(name) else {
        if scheme.params.is_empty() {
            return Err(format!("scheme {} has no params; leave it out", scheme.id));
        }
        let names = scheme.params.iter().map(|param| param.name);
        let hint =
            nearest(name, names.clone()).map_or_else(String::new, |near| format!("did you mean {near}? "));
        let names = names.collect::<Vec<_>>().join(", ");
        return Err(format!("scheme {} has no such param; {hint}it has {names}", scheme.id));
    };
    if param.takes(value) {
        return Ok(param);
    }
    Err(format!("{value:?} is not one of {}", param.values.join(", ")))
}

/// The likeliest word for a mistyped one.
#[must_use]
pub fn nearest<'w>(typed: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (strsim::damerau_levenshtein(typed, word), word))
        .filter(|(distance, word)| *distance <= word.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The refusal of what a scheme cannot do, with those that can.
pub fn cannot(scheme: &Scheme, flag: &str, can: impl Fn(&Scheme) -> bool) -> Error {
    let able: Vec<&str> = SCHEMES.iter().filter(|scheme| can(scheme)).map(|scheme| scheme.id).collect();
    let others = match able.as_slice() {
        [] => "no scheme of this version can; leave it out".to_owned(),
        [one] => format!("{one} can"),
        several => format!("these can: {}", several.join(", ")),
    };
    Error::Usage(format!("scheme {} cannot carry {flag}; {others}", scheme.id))
}

/// `DE,FR` allows, `!DE,FR` blocks.
fn countries(list: Option<&str>) -> (Option<String>, Option<String>) {
    match list.map(|list| (list, list.strip_prefix('!'))) {
        None => (None, None),
        Some((_, Some(blocked))) => (None, Some(blocked.into())),
        Some((allowed, None)) => (Some(allowed.into()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;
    const ENDLESS: Scheme = Scheme { id: "endless", claims: &[], longest: None, ..Scheme::BASE };
    const WEEKLY: Scheme = Scheme { id: "weekly", longest: Some(604_800), ..Scheme::BASE };

    fn expiry(wish: &Wish, scheme: &Scheme, max_ttl: Option<u64>) -> Result<Option<u64>> {
        wish.expiry(scheme, &Bounds { max_ttl, ..Bounds::default() }, NOW)
    }

    fn ttl(text: &str) -> Wish {
        Wish { ttl: Some(text.into()), ..Wish::default() }
    }

    #[test]
    fn a_scheme_without_expiry_mints_without_one_unless_the_policy_wants_an_end() {
        let none = Wish::default();
        assert_eq!(expiry(&none, &ENDLESS, None).unwrap(), None);
        let refused = expiry(&none, &ENDLESS, Some(3_600)).unwrap_err();
        assert_eq!(refused.facts().exit, 77);
        assert!(refused.to_string().contains("endless has no expiry"), "{refused}");
        assert!(expiry(&none, &Scheme::BASE, None).is_err());
        assert_eq!(ttl("1h").carried_by(&ENDLESS).unwrap_err().facts().exit, 64);
    }

    #[test]
    fn a_lifetime_may_reach_its_bound_and_not_pass_it() {
        assert_eq!(expiry(&ttl("7d"), &WEEKLY, None).unwrap(), Some(NOW + 604_800));
        let longer = expiry(&ttl("604801"), &WEEKLY, None).unwrap_err();
        assert_eq!((longer.facts().exit, longer.to_string().contains("verifier accepts")), (64, true));
        assert_eq!(expiry(&ttl("1h"), &WEEKLY, Some(3_600)).unwrap(), Some(NOW + 3_600));
        assert_eq!(expiry(&ttl("3601"), &WEEKLY, Some(3_600)).unwrap_err().facts().exit, 77);
    }

    #[test]
    fn now_itself_is_past() {
        let at =
            |text: &str, allow_expired| Wish { expires: Some(text.into()), allow_expired, ..Wish::default() };
        assert!(expiry(&at("1800000000", false), &Scheme::BASE, None).is_err());
        assert_eq!(expiry(&at("1800000000", true), &Scheme::BASE, None).unwrap(), Some(NOW));
        assert_eq!(expiry(&at("1800000001", false), &Scheme::BASE, None).unwrap(), Some(NOW + 1));
    }

    #[test]
    fn countries_are_allowed_or_blocked() {
        assert_eq!(countries(None), (None, None));
        assert_eq!(countries(Some("DE,FR")), (Some("DE,FR".into()), None));
        assert_eq!(countries(Some("!CN")), (None, Some("CN".into())));
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let words = ["verify", "inspect", "schemes"];
        assert_eq!(nearest("verfy", words.into_iter()), Some("verify"));
        assert_eq!(nearest("scheme", words.into_iter()), Some("schemes"));
        assert_eq!(nearest("videos", words.into_iter()), None);
    }
}
