//! `stratos signed inspect <url> | -`: what a signed URL says. No key is used, so nothing is checked.

use super::{
    Choice,
    bulk::{Jobs, claim},
    claims,
    records::{Records, cell},
    stream::{Place, Stream, Told},
    times,
    verdict::Streamed,
    visit::{Asking, Candidate, Scene, WANTS, candidates, fitting},
};
use crate::{
    context::Context,
    error::{Error, Result},
    progress::clean,
    report::{Page, Report},
    sign::{Inspection, Params, Scheme},
};
use serde_json::{Map, Value, json};
use std::io;

/// The flags of inspecting.
#[derive(Debug, clap::Args)]
pub struct Inspect {
    /// A signed URL; - reads a list from stdin, one a line or as --input says
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    records: Records,
    #[command(flatten)]
    jobs: Jobs,
}

/// What stands in a URL.
struct Inspected {
    value: Map<String, Value>,
    now: u64,
}

impl Inspect {
    /// Takes the URL apart, or each of a list.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let listed = self.url == "-";
        let stream = Stream {
            records: &self.records,
            jobs: &self.jobs,
            wants: &WANTS,
            columns: COLUMNS,
            given: "signed",
            words: ["inspecting", "inspected"],
        };
        stream.check(listed, cx)?;
        self.asking.taking(&self.records.taken(&WANTS)?)?;
        let profile = cx.profile()?;
        let scene = &self.asking.scene(&profile, cx)?;
        let candidates = candidates(self.choice.scheme.as_deref(), &self.choice.params, &profile, cx)?;
        let named = self.choice.scheme.is_some();
        if !listed {
            return Ok(Box::new(inspected(&self.url, scene, &candidates, named)?));
        }
        claim(cx)?;
        let candidates = candidates.as_slice();
        stream.run(cx, || {
            move |url: &str, taken: &[(&'static str, String)], place: Place<'_>| {
                let own = if taken.is_empty() { None } else { Some(scene.with(taken)?) };
                let found = inspected(url, own.as_ref().unwrap_or(scene), candidates, named)?;
                place.put(&Line { url, found });
                Ok(())
            }
        })?;
        Ok(Box::new(Streamed { exit: 0 }))
    }
}

/// Takes the URL apart with the scheme that was named, else the first that it fits.
fn inspected(url: &str, scene: &Scene, candidates: &[Candidate], named: bool) -> Result<Inspected> {
    let headers = scene.headers();
    let fits = fitting(url, scene, &headers, candidates);
    if fits.is_empty() && !named {
        return Err(Error::Data(
            "no scheme of this version recognises this as a signed URL; name its scheme with --scheme".into(),
        ));
    }
    let candidate = &candidates[fits.first().copied().unwrap_or(0)];
    let pairs = claims::pairs(&candidate.settings);
    let visit = scene.visit(url, &headers, Params(&pairs))?;
    let mut signed = Vec::new();
    let found = (candidate.scheme.inspect)(&visit, &mut signed)?;
    let also: Vec<&str> = fits.iter().skip(1).map(|at| candidates[*at].scheme.id).collect();
    let mut value = described(candidate.scheme, &also, &found);
    if let Some(text) = std::str::from_utf8(&signed).ok().filter(|text| !text.is_empty()) {
        value.insert("signed_text".into(), text.into());
    }
    Ok(Inspected { value, now: scene.now() })
}

fn described(scheme: &Scheme, also: &[&str], found: &Inspection<'_>) -> Map<String, Value> {
    let claims = &found.claims;
    let mut value = Map::new();
    let mut put = |name: &str, what: Value| {
        if !what.is_null() {
            value.insert(name.into(), what);
        }
    };
    put("scheme", scheme.id.into());
    put("checked", false.into());
    if !also.is_empty() {
        put("fits_also", json!(also));
    }
    put("url", found.url.to_string().into());
    put("expires", claims.expires.map_or_else(|| claims.expires_text.as_deref().into(), Value::from));
    put("not_before", claims.not_before.into());
    put("issued", claims.issued.into());
    if let Some(text) = claims.scope.text() {
        put(claims.scope.claim().name(), text.into());
        put("covers", found.covers.into());
    }
    put("ip", claims.ip.as_deref().into());
    put("country", claims.countries.as_deref().into());
    put("blocked", claims.blocked.as_deref().into());
    put("method", claims.method.into());
    put("key_id", claims.key_id.as_deref().into());
    put("nonce", claims.nonce.into());
    put("encrypted", found.encrypted.then_some(true).into());
    put("signature", String::from_utf8_lossy(&found.signature).into());
    if let Some((spelling, bytes)) = found.shape {
        put("signature_spelling", spelling.name().into());
        put("signature_bytes", spelling.decode(&found.signature).map(|decoded| decoded.len()).into());
        put("signature_fits", found.fits().into());
        if !found.fits() {
            put("signature_bytes_due", bytes.into());
        }
    }
    for (name, text) in &found.notes {
        put(name, text.as_str().into());
    }
    value
}

/// The columns of a list.
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "signed", "scheme", "url", "expires", "not_before", "issued", "ip", "country", "method", "key_id", "signature",
    "signature_fits",
];

/// What stands in one URL of a list.
struct Line<'u> {
    url: &'u str,
    found: Inspected,
}

impl Told for Line<'_> {
    fn members(&self) -> Map<String, Value> {
        let signed = ("signed".to_owned(), Value::from(self.url));
        std::iter::once(signed).chain(self.found.value.clone()).collect()
    }

    /// Scheme, end and what is signed, in columns as wide as most schemes are.
    fn row(&self) -> String {
        let member = |name: &str| self.found.value.get(name);
        let end = match member("expires") {
            Some(Value::Number(seconds)) => times::utc(seconds.as_u64().unwrap_or_default()),
            Some(other) => cell(other),
            None => "no end".into(),
        };
        let [scheme, url] = ["scheme", "url"].map(|name| member(name).map(cell).unwrap_or_default());
        clean(&format!("{scheme:<20}  {end:<20}  {url}"))
    }
}

impl Report for Inspected {
    fn value(&self) -> Value {
        self.value.clone().into()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for (name, value) in self.value.iter().filter(|(name, _)| !SPELLED.contains(&name.as_str())) {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
                Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
                Value::Number(number) if TIMES.contains(&name.as_str()) => {
                    self.time(number.as_u64().unwrap_or_default())
                }
                other => other.to_string(),
            };
            self.line(page, name, &text)?;
        }
        if let Some(shape) = self.shape() {
            self.line(page, "spelling", &shape)?;
        }
        writeln!(page.out, "\nNothing was checked: no key was used. `signed verify` checks.")
    }
}

const TIMES: [&str; 3] = ["expires", "not_before", "issued"];
/// Members that text tells in other words.
const SPELLED: [&str; 5] =
    ["checked", "signature_spelling", "signature_bytes", "signature_fits", "signature_bytes_due"];

impl Inspected {
    /// A label and its text, its further lines below it; 64 hex digits fit into 80 columns.
    fn line(&self, page: &mut Page<'_>, name: &str, text: &str) -> io::Result<()> {
        let mut label = page.bold(&format!("{:<11}", name.replace('_', " ")));
        for line in clean(text).split('\n') {
            writeln!(page.out, "{label}  {line}")?;
            label = " ".repeat(11);
        }
        Ok(())
    }

    fn shape(&self) -> Option<String> {
        let number = |name: &str| self.value.get(name).and_then(Value::as_u64);
        let spelling = self.value.get("signature_spelling")?.as_str()?;
        let due = number("signature_bytes_due").map_or_else(String::new, |due| format!(" of {due} bytes"));
        Some(match number("signature_bytes") {
            None => format!("not {spelling}, which it should be"),
            Some(bytes) if self.value.get("signature_fits") == Some(&Value::Bool(false)) => {
                format!("{spelling} of {bytes} bytes; it should be {spelling}{due}")
            }
            Some(bytes) => format!("{spelling}, {bytes} bytes, as it should be"),
        })
    }

    fn time(&self, seconds: u64) -> String {
        let away = times::spoken(seconds.abs_diff(self.now));
        let away = if seconds > self.now { format!("in {away}") } else { format!("{away} ago") };
        format!("{} ({seconds}), {away}", times::utc(seconds))
    }
}
