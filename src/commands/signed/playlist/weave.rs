//! One manifest signed: which of its URIs are ours to sign, and their outcomes put in their places.

use super::{Press, redacted, shown};
use crate::{
    context::Context,
    error::{Error, Result},
    playlist::{Address, Child, Edit, Manifest, apply, origin, placed, resolve},
    sign::{Claims, Scheme, Seal, Url, Visit},
};

/// So many bad URIs are told one by one.
const TOLD: usize = 20;

/// What signs the children of a manifest at one URL.
pub struct Loom<'a> {
    /// Signs.
    pub press: &'a Press<'a>,
    /// The manifest's URL; empty where it is not known.
    pub base: &'a str,
    /// Origins that are ours beside the manifest's.
    pub hosts: &'a [String],
    /// Whether older signatures are replaced.
    pub resign: bool,
}

/// A manifest with its children signed.
pub struct Woven {
    /// The text.
    pub bytes: Vec<u8>,
    /// What was signed, resolved, in its order.
    pub signed: Vec<String>,
    /// Children of other hosts: line and host.
    pub foreign: Vec<(usize, String)>,
    /// Children of a kind that no CDN serves: line and scheme.
    pub odd: Vec<(usize, String)>,
    /// Manifests among the children, as they are written.
    pub nested: Vec<String>,
}

/// Why nothing was signed: a whole playlist, or none.
pub struct Failures {
    first: Vec<(usize, String)>,
    count: usize,
    of: usize,
    /// What is no fault of the text.
    other: Option<Error>,
}

/// What to do with a child.
enum Reach {
    Sign,
    Foreign(String),
    Odd(String),
    Leave,
}

impl From<Error> for Failures {
    fn from(error: Error) -> Self {
        Self { first: Vec::new(), count: 0, of: 0, other: Some(error) }
    }
}

impl Failures {
    /// Tells of each bad URI by its line; the failure of the run.
    pub fn told(self, file: &str, cx: &Context<'_>) -> Error {
        if let Some(error) = self.other {
            return error;
        }
        for (line, words) in &self.first {
            cx.console.warn(format!("{}, line {line}: {words}", shown(file)));
        }
        if self.count > self.first.len() {
            cx.console.warn(format!("and {} more", self.count - self.first.len()));
        }
        Error::Data(format!(
            "{}: {} of {} URIs cannot be signed, the first on line {}; nothing was written, mend {} and run again",
            shown(file),
            self.count,
            self.of,
            self.first.first().map_or(0, |(line, _)| *line),
            if self.count == 1 { "it" } else { "them" },
        ))
    }
}

impl Loom<'_> {
    /// Signs every child that is ours.
    pub fn weave(
        &self,
        bytes: &[u8],
        manifest: &Manifest,
        seal: &mut Seal<'_>,
    ) -> std::result::Result<Woven, Failures> {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Data("the playlist is not UTF-8".into()))?;
        self.based(manifest)?;
        let mut woven = Woven {
            bytes: Vec::new(),
            signed: Vec::new(),
            foreign: Vec::new(),
            odd: Vec::new(),
            nested: Vec::new(),
        };
        let mut failures = Failures { first: Vec::new(), count: 0, of: manifest.children.len(), other: None };
        let mut edits: Vec<Edit> = Vec::new();
        for child in &manifest.children {
            match self.step(text, child, seal, &mut woven, &mut edits) {
                Ok(()) => {}
                Err(error @ (Error::MissingClaim(_) | Error::MissingKey(_) | Error::Software(_))) => {
                    return Err(error.into());
                }
                Err(error) => {
                    failures.count += 1;
                    if failures.first.len() < TOLD {
                        failures.first.push((child.line, error.to_string()));
                    }
                }
            }
        }
        if failures.count > 0 {
            return Err(failures);
        }
        // A manifest may name a child before an earlier one: attributes of one tag.
        edits.sort_by_key(|edit| edit.span.start);
        woven.bytes = apply(bytes, &edits);
        Ok(woven)
    }

    /// One child signed, or the reason noted for which it is left.
    fn step(
        &self,
        text: &str,
        child: &Child,
        seal: &mut Seal<'_>,
        woven: &mut Woven,
        edits: &mut Vec<Edit>,
    ) -> Result<()> {
        match self.reach(child)? {
            Reach::Sign => {
                edits.push(self.sign(text, child, seal)?);
                woven.signed.push(child.targets[0].clone());
                if child.nested {
                    woven.nested.push(redacted(&child.uri));
                }
            }
            Reach::Foreign(host) => woven.foreign.push((child.line, host)),
            Reach::Odd(scheme) => woven.odd.push((child.line, scheme)),
            Reach::Leave => {}
        }
        Ok(())
    }

    /// Without a base only what stands alone can be signed, and only where the host is not signed.
    fn based(&self, manifest: &Manifest) -> Result<()> {
        let targets =
            || manifest.children.iter().flat_map(|child| child.targets.iter().map(move |t| (child, t)));
        if let Some((child, _)) = targets().find(|(_, target)| Address::of(target) == Address::Loose) {
            return Err(Error::Usage(format!(
                "line {}: {:?} is relative; pass --base, the URL at which the playlist is served",
                child.line,
                redacted(&child.uri)
            )));
        }
        let rooted = targets().find(|(_, target)| matches!(Address::of(target), Address::Path(_)));
        match rooted {
            Some((child, target)) if signs_host(self.press.scheme, target, &self.press.claims) => {
                Err(Error::Usage(format!(
                    "line {}: scheme {} signs the host, and {:?} names none; pass --base, the URL at which the \
                     playlist is served",
                    child.line,
                    self.press.scheme.id,
                    redacted(&child.uri)
                )))
            }
            _ => Ok(()),
        }
    }

    fn reach(&self, child: &Child) -> Result<Reach> {
        let mut reach = Reach::Leave;
        for target in &child.targets {
            reach = match Address::of(target) {
                Address::Other("data" | "skd" | "urn") => Reach::Leave,
                Address::Other(scheme) => Reach::Odd(scheme.to_owned()),
                Address::Web(url) if !self.owns(url) => Reach::Foreign(host(url)),
                Address::Web(_) | Address::Path(_) | Address::Loose => Reach::Sign,
            };
            // One that is not ours is enough: the text stands for all of them.
            if !matches!(reach, Reach::Sign) {
                return Ok(reach);
            }
            if target.contains('\\') {
                return Err(Error::Data(format!(
                    "{:?} has a backslash, which some clients read as /; write %5C",
                    redacted(&child.uri)
                )));
            }
        }
        Ok(reach)
    }

    /// Whether the URL is on a host of ours.
    pub fn owns(&self, url: &str) -> bool {
        let Some(found) = origin(url) else { return true };
        origin(self.base).is_some_and(|own| own == found) || self.hosts.contains(&found)
    }

    fn sign(&self, text: &str, child: &Child, seal: &mut Seal<'_>) -> Result<Edit> {
        let (uri, targets) = self.unsigned(child)?;
        let mut signed = Vec::new();
        for target in &targets {
            let mut out = Vec::new();
            self.press.mint(target, seal, &mut out)?;
            signed.push(String::from_utf8(out).map_err(|_| Error::Data("the outcome is not UTF-8".into()))?);
        }
        placed(text, self.base, child, &uri, &targets, &signed)
            .map_err(|words| Error::Data(format!("{:?}: {words}", redacted(&child.uri))))
    }

    /// The child without the signature that it may have.
    fn unsigned(&self, child: &Child) -> Result<(String, Vec<String>)> {
        let (scheme, claims) = (self.press.scheme, &self.press.claims);
        let plain: Vec<Option<String>> =
            child.targets.iter().map(|target| without_signature(target, scheme, claims)).collect();
        if plain.iter().all(Option::is_none) {
            return Ok((child.uri.clone(), child.targets.clone()));
        }
        if !self.resign {
            let own =
                plain.iter().flatten().next().map(|plain| unmarked(&child.uri, &child.targets[0], plain));
            return Err(Error::Data(format!(
                "{:?} already carries what the scheme adds; sign the plain playlist, or pass --resign",
                own.unwrap_or_default()
            )));
        }
        let targets: Vec<String> = plain
            .into_iter()
            .zip(&child.targets)
            .map(|(plain, target)| plain.unwrap_or_else(|| target.clone()))
            .collect();
        let uri = stripped(&child.uri, scheme);
        if let [target] = targets.as_slice()
            && child.template.is_none()
        {
            let kept = resolve(child.base.as_deref().unwrap_or(self.base), &uri) == *target;
            return Ok((if kept { uri } else { target.clone() }, targets));
        }
        if targets.iter().zip(&child.targets).all(|(plain, target)| stripped(target, scheme) == *plain) {
            return Ok((uri, targets));
        }
        Err(Error::Data(
            "it stands for several URLs and is signed in its path; sign the plain playlist".into(),
        ))
    }
}

impl Woven {
    /// Says what was left as it is.
    pub fn tell(&self, file: &str, cx: &Context<'_>) {
        if self.signed.is_empty() && self.foreign.is_empty() {
            cx.console.info(format!("{} names nothing to sign; it was left as it is", shown(file)));
        }
        if let Some((line, host)) = self.foreign.first() {
            let count = self.foreign.len();
            let uris = if count == 1 { "1 URI was" } else { &format!("{count} URIs were") };
            cx.console.warn(format!(
                "{}: {uris} left unsigned, because another host serves {} (line {line}: {host}); --base names \
                 your own, --host-ok {host} adds one",
                shown(file),
                if count == 1 { "it" } else { "them" },
            ));
        }
        for (line, scheme) in self.odd.iter().take(TOLD) {
            let words = "is not http; it was left as it is";
            cx.console.warn(format!("{}, line {line}: {scheme}: {words}", shown(file)));
        }
    }
}

/// A signed URI for a message. Where the signature stands in the path, the URL is shown that was signed.
pub fn unmarked(uri: &str, target: &str, plain: &str) -> String {
    let path = |url: &str| Url::parse(url).map(|url| url.path.into_owned()).ok();
    redacted(if path(target) == path(plain) { uri } else { plain })
}

/// Whether the signature depends on the host. What is signed is asked, for no signature tells.
fn signs_host(scheme: &Scheme, path: &str, claims: &Claims<'_>) -> bool {
    let text = |origin: &str| {
        let mut out = Vec::new();
        (scheme.canonical)(&Url::at(origin, path), claims, &mut out).ok().map(|()| out)
    };
    text("https://a.invalid") != text("https://b.invalid")
}

/// The URL as it was before it was signed; `None` where it is not.
fn without_signature(target: &str, scheme: &Scheme, claims: &Claims<'_>) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let visit = Visit { params: claims.params, ..Visit::of(url.borrowed()) };
    if let Ok(found) = (scheme.inspect)(&visit, &mut Vec::new())
        && found.fits()
    {
        return Some(found.url.to_string());
    }
    // A path that is carried as a parameter may have such names of its own.
    let own = !scheme.carried && url.pairs().any(|(name, _)| scheme.reserved.contains(&name));
    own.then(|| stripped(target, scheme))
}

/// A URI without the scheme's own parameters.
fn stripped(uri: &str, scheme: &Scheme) -> String {
    Url::at("", uri).without(|name| scheme.reserved.contains(&name)).to_string()
}

/// The host of a URL, for a message.
fn host(url: &str) -> String {
    Url::parse(url).map_or_else(|_| redacted(url), |url| crate::progress::clean(url.host()))
}
