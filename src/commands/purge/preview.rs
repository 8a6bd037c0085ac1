//! `--dry-run`: the requests as they would go out, and no socket.

use super::{account::Keys, job::Job};
use crate::{
    context::Context,
    error::{Error, Result},
    http::{Request, Value as Header},
    options::Format,
    progress::{Console, clean},
    purge::{
        Account, Attempt, cloudcdn,
        journal::{Fate, Past},
    },
    report::{Page, Report, Style},
    secret::Secret,
};
use serde_json::{Map, Value, json};
use std::{io, time::Duration};

/// What would be sent.
pub struct Preview {
    requests: Vec<Request>,
    /// The Node CLI's lines, which show a body alone.
    bare: bool,
    written: bool,
}

/// What an earlier run left to send.
pub(super) struct Missing<'p> {
    /// Whose keys the batches have.
    pub run: [u8; 16],
    /// What became of each batch.
    pub past: &'p Past,
    /// Sends what is in doubt also where that is not harmless.
    pub resend: bool,
}

impl Missing<'_> {
    /// The request of a batch that goes out again, as it would.
    pub fn request(&self, job: &Job, index: usize) -> Result<Option<Request>> {
        if self.past.fate(index) == Fate::Accepted {
            return Ok(None);
        }
        let request = (job.provider.encode)(&job.settings, &job.plan.batch(index, Some(&self.run)))?;
        let harmless = self.past.fate(index) != Fate::Doubtful || request.repeatable || self.resend;
        Ok(harmless.then_some(request))
    }

    /// Says what is in doubt, and whether it would go out again.
    pub fn announce(&self, job: &Job, cx: &Context<'_>) -> Result<()> {
        let entries = self.past.entries().iter().enumerate();
        for (index, _) in entries.filter(|(_, entry)| entry.fate == Fate::Doubtful) {
            let what = match self.request(job, index)? {
                Some(_) => "would be sent again",
                None => "may have been purged, and is sent again only with --resend",
            };
            cx.console.info(format!("batch {} is in doubt: it {what}", index + 1));
        }
        Ok(())
    }
}

impl Preview {
    /// Encodes every batch, or what is missing of an earlier run; several are written at once, a line each, and none
    /// is held, unless the whole is asked for.
    pub(super) fn of(
        job: &Job,
        missing: Option<&Missing<'_>>,
        keys: &Keys,
        cx: &mut Context<'_>,
    ) -> Result<Self> {
        let account = match cx.console.verbose {
            0 => None,
            _ => Some(keys.account_by_name(job.provider, job.settings.clone(), cx)),
        };
        if let Some(Err(error)) = &account {
            cx.console.info(error.to_string());
        }
        let bare = job.provider.id == cloudcdn::PROVIDER.id;
        let lines = cx.format == Format::Ndjson || cx.format == Format::Json && !cx.asked;
        let written = lines && job.plan.count() > 1 && cx.options.filter.is_none();
        let mut requests = Vec::new();
        for batch in job.plan.batches() {
            let request = match missing {
                None => Some((job.provider.encode)(&job.settings, &batch)?),
                Some(missing) => missing.request(job, batch.number - 1)?,
            };
            let Some(request) = request else { continue };
            if let Some(account) = &account {
                trace(&authorized(job, account.as_ref(), &request)?, cx.console);
            }
            if written {
                // Whoever runs the command notices a stdout that cannot be written.
                let _ = writeln!(cx.output, "{}", shown(&request, bare));
            } else {
                requests.push(request);
            }
        }
        Ok(Self { requests, bare, written })
    }
}

/// The whole request, or the Node CLI's line.
fn shown(one: &Request, bare: bool) -> Value {
    let body = bare.then(|| serde_json::from_slice(&one.body).ok()).flatten();
    json!({ "dry_run": true, "would_send": body.unwrap_or_else(|| request(one)) })
}

/// A request whole: method, address, headers with secrets masked, body.
pub(super) fn request(request: &Request) -> Value {
    let mut whole = Map::new();
    whole.insert("method".into(), request.method.into());
    whole.insert("url".into(), request.url.clone().into());
    let header = |(name, value): &(String, Header)| (name.clone(), seen(value).into());
    whole.insert("headers".into(), request.headers.iter().map(header).collect::<Map<_, Value>>().into());
    if !request.body.is_empty() {
        let text = || String::from_utf8_lossy(&request.body).into_owned().into();
        whole.insert("body".into(), serde_json::from_slice(&request.body).unwrap_or_else(|_| text()));
    }
    Value::Object(whole)
}

impl Report for Preview {
    fn value(&self) -> Value {
        match &self.requests[..] {
            [one] => shown(one, self.bare),
            several => several.iter().map(|request| shown(request, self.bare)).collect(),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.written {
            return Ok(());
        }
        for request in &self.requests {
            writeln!(page.out, "{} {}", page.bold(request.method), clean(&request.url))?;
            // What a cache of one's own is told stands in the headers.
            for (name, value) in request.headers.iter().filter(|_| request.body.is_empty()) {
                writeln!(page.out, "{}", clean(&format!("{name}: {}", seen(value))))?;
            }
            if !request.body.is_empty() {
                writeln!(page.out, "{}", clean(&String::from_utf8_lossy(&request.body)))?;
            }
        }
        let count = self.requests.len();
        let requests = if count == 1 { "1 request".to_owned() } else { format!("{count} requests") };
        writeln!(page.out, "{requests} would be sent; nothing was")
    }

    fn style(&self) -> Style {
        if self.written { Style::Text } else { Style::Data }
    }
}

/// With the credential's headers, where somebody names a credential.
fn authorized(
    job: &Job,
    account: std::result::Result<&Account, &Error>,
    request: &Request,
) -> Result<Request> {
    // The token that would be exchanged first; shown it is masked like any.
    let token = job.provider.grant.map(|_| Secret::new("a token that is not there yet"));
    let attempt = Attempt { now: Duration::ZERO, nonce: [0; 16], token: token.as_ref() };
    match account {
        Ok(account) if account.owns(&request.url) => {
            (job.provider.authorize)(account, &attempt, request.clone())
        }
        _ => Ok(request.clone()),
    }
}

/// Method, URL and headers on stderr.
fn trace(request: &Request, console: Console) {
    console.plain(format!("> {} {}", request.method, request.url));
    for (name, value) in &request.headers {
        console.plain(format!("> {name}: {}", seen(value)));
    }
}

/// Of a credential only that it is there.
fn seen(value: &Header) -> &str {
    match value {
        Header::Plain(text) => text,
        Header::Secret(_) => "***",
    }
}
