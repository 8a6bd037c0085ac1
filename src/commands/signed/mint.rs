//! `stratos signed <path or url>… | -`: one signed URL a line.

mod listed;

use super::{
    bulk::{Jobs, Watch, claim, csv_line, failed},
    claims::{self, Moment},
    dress::Dress,
    order::Order,
    records::{Input, Records},
    refusals::{broken, rule, shown},
    target::Target,
};
use crate::{
    context::Context,
    error::{Error, Result},
    options::Format,
    profile::Profile,
    report::{Page, Report, Style},
    sign::{
        Claim, Claims, Form, Scheme, Scope, Seal, Signer, Stencil, Ticket, Url,
        lines::{GROUP, Outcomes, Tally},
        plain,
    },
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    sync::{Arc, OnceLock},
};

/// The flags of minting.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Mint {
    /// Paths (they begin with /) or URLs; - reads one a line from stdin
    #[arg(value_name = "PATH|URL")]
    targets: Vec<String>,
    #[command(flatten)]
    order: Order,
    /// How it is written
    #[arg(long = "as", value_name = "WORD", default_value_t, value_enum, hide_default_value = true)]
    dress: Dress,
    #[command(flatten)]
    records: Records,
    #[command(flatten)]
    jobs: Jobs,
    /// A bad line of stdin gives an empty line
    #[arg(long, help_heading = "Lists")]
    keep_blank: bool,
    /// The first bad line ends it
    #[arg(long, help_heading = "Lists")]
    fail_fast: bool,
}

/// What is the same for every target of a run.
#[derive(Clone)]
pub struct Press<'a> {
    /// The scheme.
    pub scheme: &'static Scheme,
    /// The scheme and its key.
    pub signer: &'a Signer,
    /// What each signature says.
    pub claims: Claims<'a>,
    /// What paths stand below.
    pub base: &'a str,
    profile: &'a Profile,
    moment: &'a Moment,
    dress: Dress,
    format: Option<Format>,
    /// The first caution of the run, with the target it is about.
    cautioned: Arc<OnceLock<String>>,
}

/// What a thread that mints a list holds.
struct Hand<'a> {
    seal: Seal<'a>,
    signed: Vec<u8>,
    stencil: Option<Stencil>,
}

impl Mint {
    /// Mints; streams when a list is read.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let listed = self.listed()?;
        self.records.check(listed && self.targets.len() == 1, records(cx), &listed::WANTS)?;
        let ready = |scheme: &Scheme, form: Form, base: &str, cx: &mut Context<'_>| {
            self.dress.suits(form, scheme)?;
            self.refuse(scheme, base)?;
            if listed { claim(cx) } else { Ok(()) }
        };
        let taken = self.records.taken(&listed::WANTS)?;
        self.order.taking(&taken, listed, ready, cx, |press, cx| {
            press.dress = self.dress;
            match self.records.input {
                Input::Lines if listed => self.stream(press, cx),
                Input::Lines => self.report(press),
                _ => self.records(press, cx),
            }
        })
    }

    /// Whether stdin is among the targets.
    fn listed(&self) -> Result<bool> {
        let dashes = self.targets.iter().filter(|target| *target == "-").count();
        match (self.targets.first(), dashes) {
            (None, _) => Err(Error::Usage(
                "signed needs a path argument: a path that begins with /, a URL, or - for a list on stdin"
                    .into(),
            )),
            (Some(word), _) if word.bytes().all(|byte| byte.is_ascii_lowercase()) && !word.is_empty() => {
                let near = claims::nearest(word, ["verify", "inspect", "playlist", "schemes"].into_iter());
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

    /// Everything is minted before the first line is printed.
    fn report(&self, press: &Press<'_>) -> Result<Box<dyn Report>> {
        let mut seal = press.signer.seal();
        let (mut text, mut objects) = (press.header().to_vec(), Vec::new());
        for typed in &self.targets {
            let mut signed = Vec::new();
            press.mint(typed, &mut seal, &mut signed)?;
            objects.push(press.object(typed, &signed));
            press.write(typed, &signed, &mut text);
            text.push(b'\n');
        }
        Ok(Box::new(Minted { text, objects }))
    }

    fn stream(&self, press: &Press<'_>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let mut tally = Tally::default();
        put(&mut *cx.output, press.header())?;
        for typed in &self.targets {
            if typed == "-" {
                let bulk = self.jobs.bulk(self.keep_blank, self.fail_fast)?;
                let watch = Watch::start(cx, "signing");
                let worker = || {
                    let mut hand = press.hand();
                    move |lines: &[&str], outcomes: &mut Outcomes<'_>| press.lines(lines, &mut hand, outcomes)
                };
                tally = bulk.run(&mut *cx.input, &mut *cx.output, worker, |lines| watch.at(lines))?;
                if tally.stopped {
                    break;
                }
            } else {
                let (mut signed, mut out) = (Vec::new(), Vec::new());
                press.mint(typed, &mut press.signer.seal(), &mut signed)?;
                press.write(typed, &signed, &mut out);
                out.push(b'\n');
                put(&mut *cx.output, &out)?;
            }
        }
        failed(&tally, "line", "signed", cx)?;
        Ok(Box::new(Minted { text: Vec::new(), objects: Vec::new() }))
    }
}

impl<'a> Press<'a> {
    /// With this signer and these claims; records where they were asked for.
    pub fn new(
        signer: &'a Signer,
        claims: Claims<'a>,
        profile: &'a Profile,
        moment: &'a Moment,
        cx: &Context<'_>,
    ) -> Self {
        let (scheme, base, dress) = (signer.scheme, &*profile.url.value, Dress::default());
        let (format, cautioned) = (records(cx), Arc::default());
        Self { scheme, signer, claims, base, profile, moment, dress, format, cautioned }
    }

    /// The first caution of the run.
    pub fn caution(&self) -> Option<&str> {
        self.cautioned.get().map(String::as_str)
    }

    /// Appends one outcome, without a line end.
    pub fn mint(&self, typed: &str, seal: &mut Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
        let url = self.url(typed)?;
        self.outcome(typed, &url, out, |out| seal.mint(&url, &self.claims, out))
    }

    /// What a thread that mints a list holds.
    fn hand(&self) -> Hand<'_> {
        let bare = self.format.is_none() && self.dress == Dress::Lines;
        let stencil = if bare { Stencil::cut(self.signer, self.base, &self.claims) } else { None };
        Hand { seal: self.signer.seal(), signed: Vec::new(), stencil }
    }

    /// Puts the outcomes of several lines, or their records; their signatures are made together.
    fn lines(&self, lines: &[&str], hand: &mut Hand<'_>, outcomes: &mut Outcomes<'_>) {
        let Hand { seal, signed, stencil } = hand;
        let (stencil, mut batch) = (stencil.as_ref(), seal.batch());
        let short = |typed: &str| stencil.filter(|_| plain(typed.as_bytes()));
        const { assert!(GROUP <= 64, "a bit for each line") }
        let (mut plain, mut others) = (0_u64, Vec::new());
        for (at, typed) in lines.iter().enumerate() {
            if let Some(stencil) = short(typed) {
                batch.take_plain(stencil, typed.as_bytes());
                plain |= 1 << at;
            } else {
                let url = self.url(typed);
                others.push(url.and_then(|url| Ok((batch.take(&url, &self.claims)?, url))));
            }
        }
        batch.sign();
        let (mut others, mut ticket) = (others.into_iter(), Ticket::default());
        for (at, typed) in lines.iter().enumerate() {
            let taken = if plain >> at & 1 == 0 {
                others.next().expect("a line that is not plain was taken up there")
            } else {
                ticket = ticket.next();
                if let (Some(stencil), Some(signature)) = (stencil, batch.signature(ticket)) {
                    outcomes.put_sure(|slate| stencil.outcome(typed.as_bytes(), signature, slate));
                    continue;
                }
                self.url(typed).map(|url| (ticket, url))
            };
            ticket = taken.as_ref().map_or(ticket, |(ticket, _)| *ticket);
            outcomes.put(|out| {
                let (ticket, url) = taken?;
                let give = |out: &mut Vec<u8>| batch.give(ticket, &url, &self.claims, out);
                if self.format.is_none() {
                    return self.outcome(typed, &url, out, give);
                }
                signed.clear();
                self.outcome(typed, &url, signed, give)?;
                self.write(typed, signed, out);
                Ok(())
            });
        }
    }

    /// What is to be signed, once no rule is against it.
    fn url<'t>(&'t self, typed: &'t str) -> Result<Url<'t>> {
        let target = Target::of(typed, self.base);
        if let Some(rule) = broken(&target, self.scheme) {
            return Err(rule.error(&shown(typed)));
        }
        if self.claims.scope == Scope::Url && self.scheme.carries(Claim::Globs) && target.path().contains('*')
        {
            return Err(rule("url.wildcard").error(&shown(typed)));
        }
        let url = Url::at(target.base, target.rest);
        (self.scheme.guard)(&url, &self.claims)?;
        Ok(url)
    }

    /// Appends what `seal` makes of the URL, looked at once more.
    fn outcome(
        &self,
        typed: &str,
        url: &Url<'_>,
        out: &mut Vec<u8>,
        seal: impl FnOnce(&mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        if let Some(words) = (self.scheme.caution)(url, &self.claims) {
            self.cautioned.get_or_init(|| format!("{} {words}", shown(typed)));
        }
        let start = out.len();
        seal(out)?;
        // Some schemes escape these, the others would hand out a URL that no client sends as it is.
        let written = !self.scheme.carried && matches!(self.claims.form, Form::Query | Form::Path);
        if written && memchr::memchr2(b' ', b'\\', typed.as_bytes()).is_some() {
            let raw = [(b' ', "url.blank"), (b'\\', "url.backslash")];
            if let Some((_, id)) = raw.into_iter().find(|(byte, _)| out[start..].contains(byte)) {
                out.truncate(start);
                return Err(rule(id).error(&shown(typed)));
            }
        }
        self.dress.put_on(url, &self.claims, start, out)
    }

    fn header(&self) -> &'static [u8] {
        if self.format == Some(Format::Csv) { b"path,expires,signed\n" } else { b"" }
    }

    fn write(&self, typed: &str, signed: &[u8], out: &mut Vec<u8>) {
        match self.format {
            None => out.extend_from_slice(signed),
            Some(Format::Csv) => {
                let expires = self.claims.expires.map(|seconds| seconds.to_string()).unwrap_or_default();
                let signed = self.cell(signed);
                csv_line(&[typed, &expires, &signed], out);
            }
            Some(_) => out.extend_from_slice(self.object(typed, signed).to_string().as_bytes()),
        }
    }

    /// What was minted as a cell: cookies as a request has them.
    fn cell(&self, signed: &[u8]) -> String {
        let cookies = self.claims.form == Form::Cookie && self.dress == Dress::Lines;
        lines(signed).collect::<Vec<_>>().join(if cookies { "; " } else { "\n" })
    }

    /// What was minted as a member: cookies and headers are a list.
    fn member(&self, signed: &[u8]) -> Value {
        match self.claims.form {
            Form::Cookie | Form::Header if self.dress != Dress::Curl => lines(signed).collect(),
            _ => String::from_utf8_lossy(signed).into(),
        }
    }

    fn object(&self, typed: &str, signed: &[u8]) -> Value {
        let signed = self.member(signed);
        let name = if typed.starts_with('/') { "path" } else { "url" };
        json!({ name: typed, "expires": self.claims.expires, "signed": signed })
    }
}

/// Records only where they were asked for by name: the URL is text everywhere else.
fn records(cx: &Context<'_>) -> Option<Format> {
    Some(cx.format).filter(|format| cx.asked && matches!(format, Format::Ndjson | Format::Csv))
}

fn put(output: &mut (dyn Write + Send), bytes: &[u8]) -> Result<()> {
    output.write_all(bytes).map_err(|error| Error::Io(format!("cannot write the output: {error}")))
}

fn lines(signed: &[u8]) -> impl Iterator<Item = String> {
    signed.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned())
}

/// What was minted from arguments; nothing after a stream, which has been written already.
struct Minted {
    text: Vec<u8>,
    objects: Vec<Value>,
}

impl Report for Minted {
    fn value(&self) -> Value {
        Value::Array(self.objects.clone())
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.out.write_all(&self.text)
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
