//! The request that verify and inspect look at, and which scheme wrote its URL.

use super::{claims, pasted, records::Wants, refusals::moment};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::Profile,
    sign::{Params, SCHEMES, Scheme, Url, Visit},
};
use memchr::memchr;

/// The request as the edge would see it.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "The request")]
pub struct Asking {
    /// The edge's time: as --expires (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// The visitor's address
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// The visitor's country, two letters
    #[arg(long, value_name = "CC")]
    pub country: Option<String>,
    /// The HTTP method
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// A request header, 'Name: value'; repeatable
    #[arg(long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Cookies: 'name=value; …', a Cookie: header or Set-Cookie: lines; repeatable
    #[arg(long = "cookie", value_name = "COOKIE")]
    pub cookies: Vec<String>,
}

/// The flags that a record of a list can bring.
pub const TAKEN: [&str; 6] = ["at", "ip", "country", "method", "header", "cookie"];

/// What verifying and inspecting look for in a record. Nothing is granted here, and what was not asked about is
/// named in the verdict, so that a member may be passed over.
pub const WANTS: Wants =
    Wants { fields: &["signed", "url", "path"], flags: &TAKEN, kind: "flag of the request", strict: false };

/// What is the same for every URL that is looked at.
#[derive(Debug)]
pub struct Scene {
    asking: Asking,
    clock: u64,
    now: u64,
    headers: Vec<(String, String)>,
    base: String,
}

impl Asking {
    /// Checks the flags.
    pub fn scene(self, profile: &Profile, cx: &Context<'_>) -> Result<Scene> {
        self.seen(cx.now()?, profile.url.value.clone())
    }

    fn seen(self, clock: u64, base: String) -> Result<Scene> {
        let headers = pasted::headers(&self.headers, &self.cookies)?;
        let now = self.at.as_deref().map_or(Ok(clock), |text| moment("--at", text, clock))?;
        Ok(Scene { asking: self, clock, now, headers, base })
    }

    /// Refuses a flag that every record is to bring anew. Headers and cookies add up.
    pub fn taking(&self, taken: &[&str]) -> Result<()> {
        let given =
            [("at", &self.at), ("ip", &self.ip), ("country", &self.country), ("method", &self.method)];
        match given.iter().find(|(name, flag)| flag.is_some() && taken.contains(name)) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::Usage(format!("--{name} and --take {name} name the same thing; give one of them")))
            }
        }
    }
}

impl Scene {
    /// With what a record brings.
    pub fn with(&self, taken: &[(&'static str, String)]) -> Result<Self> {
        let mut asking = self.asking.clone();
        for (name, text) in taken {
            let text = text.clone();
            match *name {
                "at" => asking.at = Some(text),
                "ip" => asking.ip = Some(text),
                "country" => asking.country = Some(text),
                "method" => asking.method = Some(text),
                "header" => asking.headers.push(text),
                _ => asking.cookies.push(text),
            }
        }
        asking.seen(self.clock, self.base.clone())
    }

    /// The edge's time.
    #[must_use]
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// The URL in full: a path stands below the profile's base.
    #[must_use]
    pub fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() }
    }

    /// Address, country and method of the request.
    #[must_use]
    pub fn visitor(&self) -> [Option<&str>; 3] {
        let Asking { ip, country, method, .. } = &self.asking;
        [ip.as_deref(), country.as_deref(), method.as_deref()]
    }

    /// The headers, borrowed as a visit wants them.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// A visit to this URL, or to this path below the profile's base. A fragment never reaches the edge.
    pub fn visit<'v>(
        &'v self,
        url: &'v str,
        headers: &'v [(&'v str, &'v str)],
        params: Params<'v>,
    ) -> Result<Visit<'v>> {
        let url = memchr(b'#', url.as_bytes()).map_or(url, |end| &url[..end]);
        let url = if url.starts_with('/') { Url::at(self.base.as_str(), url) } else { Url::parse(url)? };
        let [ip, country, method] = self.visitor();
        Ok(Visit { url, now: self.now, ip, country, method, headers, params, opened: None })
    }
}

/// A scheme that may have written the URL, and its settings.
#[derive(Debug)]
pub struct Candidate {
    /// The scheme.
    pub scheme: &'static Scheme,
    /// Its params, the profile's and the flags'.
    pub settings: Vec<(String, String)>,
}

/// The schemes to look with: the one that was named, else every one that takes the flags' params.
/// The profile's comes first, so that it wins where a URL fits several.
pub fn candidates(
    named: Option<&str>,
    given: &[String],
    profile: &Profile,
    cx: &mut Context<'_>,
) -> Result<Vec<Candidate>> {
    if let Some(id) = named {
        let scheme = Scheme::find(id)?;
        return Ok(vec![Candidate { scheme, settings: claims::params(given, scheme, Some(profile), cx)? }]);
    }
    let own = Scheme::find(&profile.scheme.value)?;
    let mut found = Vec::new();
    let mut refusal = None;
    for scheme in std::iter::once(own).chain(SCHEMES.iter().filter(|scheme| scheme.id != own.id)) {
        match claims::params(given, scheme, Some(profile), cx) {
            Ok(settings) => found.push(Candidate { scheme, settings }),
            Err(error @ Error::Usage(_)) => refusal = refusal.or(Some(error)),
            // The scheme knows the setting, and its secret cannot be had: no other scheme makes up for that.
            Err(error) => return Err(error),
        }
    }
    match refusal {
        Some(refusal) if found.is_empty() => Err(refusal),
        _ => Ok(found),
    }
}

/// The candidates that this URL fits, in their order. Where there is none: those that recognise it, but sign
/// something that neither the URL nor the flags tell.
#[must_use]
pub fn fitting(url: &str, scene: &Scene, headers: &[(&str, &str)], candidates: &[Candidate]) -> Vec<usize> {
    let (mut fits, mut silent) = (Vec::new(), Vec::new());
    for (at, candidate) in candidates.iter().enumerate() {
        let pairs = claims::pairs(&candidate.settings);
        let Ok(visit) = scene.visit(url, headers, Params(&pairs)) else { continue };
        match (candidate.scheme.inspect)(&visit, &mut Vec::new()) {
            Ok(found) if found.fits() => fits.push(at),
            Err(Error::MissingClaim(_)) => silent.push(at),
            _ => {}
        }
    }
    if fits.is_empty() { silent } else { fits }
}
