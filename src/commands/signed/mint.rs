//! `stratos signed <path or url>… | -`: one signed URL a line.

use super::{
    Choice,
    bulk::{Jobs, Watch, failed},
    claims::{self, Granted, Wish},
    keys::{Named, Ring},
    refusals::{broken, rule, shown},
    target::Target,
};
use crate::{
    context::Context,
    error::{Error, Result},
    options::Format,
    report::{Page, Report, Rows, Style},
    sign::{Claims, Form, Params, Scheme, Seal, Signer, Url},
};
use serde_json::{Map, Value, json};
use std::io;

/// The flags of minting.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Mint {
    /// Paths (they begin with /) or URLs; - reads one a line from stdin
    #[arg(value_name = "PATH|URL")]
    targets: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    /// Signing key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin
    #[arg(long, value_name = "REF", help_heading = "Key")]
    key: Option<String>,
    /// Signing key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true, help_heading = "Key")]
    secret: Option<String>,
    #[command(flatten)]
    wish: Wish,
    #[command(flatten)]
    jobs: Jobs,
    /// A bad line of stdin gives an empty line
    #[arg(long, help_heading = "Lists")]
    keep_blank: bool,
    /// The first bad line ends it
    #[arg(long, help_heading = "Lists")]
    fail_fast: bool,
}

/// Words that later versions bring.
const LATER: &[&str] = &["doctor", "playlist", "rotate", "audit", "redact", "keygen"];

/// What is the same for every target of a run.
struct Press<'a> {
    scheme: &'static Scheme,
    signer: &'a Signer,
    claims: Claims<'a>,
    base: &'a str,
    format: Option<Format>,
}

impl Mint {
    /// Mints; streams when a list is read.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let listed = self.listed()?;
        let named = Named {
            references: self.key.clone().into_iter().collect(),
            literal: self.secret.clone(),
            ids: Vec::new(),
        };
        named.check(listed)?;
        let profile = cx.profile()?;
        let scheme = Scheme::find(self.choice.scheme.as_deref().unwrap_or(&profile.scheme.value))?;
        let settings = claims::params(&self.choice.params, scheme, &profile, cx)?;
        let granted = self.wish.granted(scheme, &profile, cx)?;
        self.refuse(scheme, &profile.url.value)?;
        if listed {
            cx.claim_stdin("the list")?;
        }
        let pairs = claims::pairs(&settings);
        let params = Params(&pairs);
        let signer = Ring::new(named).signer(scheme, params, None, cx)?;
        let press = Press {
            scheme,
            signer: &signer,
            claims: granted.claims(params),
            base: &profile.url.value,
            format: records(cx),
        };
        if listed { self.stream(&press, &granted, cx) } else { self.report(&press, &granted) }
    }

    /// Whether stdin is among the targets.
    fn listed(&self) -> Result<bool> {
        let dashes = self.targets.iter().filter(|target| *target == "-").count();
        match (self.targets.first(), dashes) {
            (None, _) => Err(Error::Usage(
                "signed needs a path argument: a path that begins with /, a URL, or - for a list on stdin"
                    .into(),
            )),
            (Some(word), _) if LATER.contains(&word.as_str()) => {
                Err(Error::Usage(format!("signed {word} is not in this version")))
            }
            (Some(word), _) if word.bytes().all(|byte| byte.is_ascii_lowercase()) && !word.is_empty() => {
                let near = claims::nearest(word, ["verify", "inspect", "schemes"].into_iter());
                let hint = near.map_or_else(String::new, |near| format!("; did you mean signed {near}?"));
                Err(Error::Usage(format!("{word:?} is neither a path (it begins with /) nor a URL{hint}")))
            }
            (_, 2..) => Err(Error::Usage("stdin can be read once; give - once".into())),
            (_, dashes) => Ok(dashes == 1),
        }
    }

    /// All targets are looked at before the first is minted.
    fn refuse(&self, scheme: &Scheme, base: &str) -> Result<()> {
        for typed in self.targets.iter().filter(|typed| *typed != "-") {
            if let Some(rule) = broken(&Target::of(typed, base), scheme) {
                return Err(rule.error(&shown(typed)));
            }
        }
        Ok(())
    }

    fn report(&self, press: &Press<'_>, granted: &Granted) -> Result<Box<dyn Report>> {
        let mut seal = press.signer.seal();
        let mut outcomes = Vec::new();
        for typed in &self.targets {
            let mut out = Vec::new();
            press.mint(typed, &mut seal, &mut out)?;
            outcomes.push((typed.clone(), text(out)));
        }
        Ok(Box::new(Minted {
            outcomes,
            expires: granted.expires,
            form: press.claims.form,
            records: press.format.is_some(),
        }))
    }

    fn stream(&self, press: &Press<'_>, granted: &Granted, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let entry = |typed: &str, seal: &mut Seal<'_>, signed: &mut Vec<u8>, out: &mut Vec<u8>| {
            let Some(format) = press.format else { return press.mint(typed, seal, out) };
            signed.clear();
            press.mint(typed, seal, signed)?;
            let signed = String::from_utf8_lossy(signed);
            record(typed, granted.expires, &signed, press.claims.form, format, out)
        };
        if press.format == Some(Format::Csv) {
            put(cx, b"path,expires,signed\n")?;
        }
        let mut tally = None;
        for typed in &self.targets {
            if typed == "-" {
                let bulk = self.jobs.bulk(self.keep_blank, self.fail_fast)?;
                let watch = Watch::start(cx, "signing");
                tally = Some(bulk.run(
                    &mut *cx.input,
                    &mut *cx.output,
                    || {
                        let (mut seal, mut signed) = (press.signer.seal(), Vec::new());
                        move |line: &str, out: &mut Vec<u8>| entry(line, &mut seal, &mut signed, out)
                    },
                    |lines| watch.at(lines),
                )?);
                if tally.as_ref().is_some_and(|tally| tally.stopped) {
                    break;
                }
            } else {
                let mut out = Vec::new();
                entry(typed, &mut press.signer.seal(), &mut Vec::new(), &mut out)?;
                out.push(b'\n');
                put(cx, &out)?;
            }
        }
        failed(&tally.unwrap_or_default(), "signed", cx)?;
        Ok(Box::new(Nothing))
    }
}

impl Press<'_> {
    /// Appends one outcome, without a line end.
    fn mint(&self, typed: &str, seal: &mut Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
        let target = Target::of(typed, self.base);
        if let Some(rule) = broken(&target, self.scheme) {
            return Err(rule.error(&shown(typed)));
        }
        let url = Url::at(target.base, target.rest);
        (self.scheme.guard)(&url, &self.claims)?;
        let start = out.len();
        seal.mint(&url, &self.claims, out)?;
        // Some schemes escape a blank, the others would hand out a URL that no client sends as it is.
        let is_url = matches!(self.claims.form, Form::Query | Form::Path);
        if typed.contains(' ') && is_url && out[start..].contains(&b' ') {
            out.truncate(start);
            return Err(rule("url.blank").error(&shown(typed)));
        }
        Ok(())
    }
}

/// Records only where they were asked for by name: the URL is text everywhere else.
fn records(cx: &Context<'_>) -> Option<Format> {
    Some(cx.format).filter(|format| cx.asked && matches!(format, Format::Ndjson | Format::Csv))
}

fn put(cx: &mut Context<'_>, bytes: &[u8]) -> Result<()> {
    cx.output.write_all(bytes).map_err(|error| Error::Io(format!("cannot write the output: {error}")))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One record as a line of NDJSON or CSV, without the line end.
fn record(
    typed: &str,
    expires: Option<u64>,
    signed: &str,
    form: Form,
    format: Format,
    out: &mut Vec<u8>,
) -> Result<()> {
    if format == Format::Csv {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        let written = writer.write_record(cells(typed, expires, signed, form));
        let line = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
        out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(&line));
        return Ok(());
    }
    serde_json::to_writer(out, &object(typed, expires, signed, form))
        .map_err(|error| Error::Software(format!("a record could not be written: {error}")))
}

fn object(typed: &str, expires: Option<u64>, signed: &str, form: Form) -> Value {
    let mut object = Map::new();
    object.insert(if typed.starts_with('/') { "path" } else { "url" }.into(), typed.into());
    object.insert("expires".into(), expires.into());
    let signed = match form {
        Form::Cookie | Form::Header => json!(signed.lines().collect::<Vec<_>>()),
        _ => signed.into(),
    };
    object.insert("signed".into(), signed);
    object.into()
}

fn cells(typed: &str, expires: Option<u64>, signed: &str, form: Form) -> [String; 3] {
    let joint = if form == Form::Cookie { "; " } else { "\n" };
    let expires = expires.map(|seconds| seconds.to_string()).unwrap_or_default();
    [typed.into(), expires, signed.lines().collect::<Vec<_>>().join(joint)]
}

/// What was minted from arguments.
struct Minted {
    outcomes: Vec<(String, String)>,
    expires: Option<u64>,
    form: Form,
    records: bool,
}

impl Report for Minted {
    fn value(&self) -> Value {
        let objects =
            self.outcomes.iter().map(|(typed, signed)| object(typed, self.expires, signed, self.form));
        Value::Array(objects.collect())
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.outcomes.iter().try_for_each(|(_, signed)| writeln!(page.out, "{signed}"))
    }

    fn style(&self) -> Style {
        if self.records { Style::Data } else { Style::Text }
    }

    fn rows(&self) -> Option<Rows> {
        let rows =
            self.outcomes.iter().map(|(typed, signed)| cells(typed, self.expires, signed, self.form).into());
        Some(Rows { columns: vec!["path", "expires", "signed"], rows: rows.collect() })
    }
}

/// The report of a stream: everything has been written.
struct Nothing;

impl Report for Nothing {
    fn value(&self) -> Value {
        Value::Null
    }

    fn human(&self, _: &mut Page<'_>) -> io::Result<()> {
        Ok(())
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
