//! `--dry-run`: the requests as they would go out, and no socket.

use super::{account::Keys, job::Job};
use crate::{
    context::Context,
    error::{Error, Result},
    http::{Request, Value as Header},
    options::Format,
    progress::{Console, clean},
    purge::{Account, Attempt},
    report::{Page, Report, Style},
};
use serde_json::{Map, Value, json};
use std::{io, time::Duration};

/// What would be sent.
pub struct Preview {
    requests: Vec<Request>,
    written: bool,
}

impl Preview {
    /// Encodes every batch; several are written at once, a line each, unless the whole is asked for.
    pub(super) fn of(job: &Job, keys: &Keys, cx: &mut Context<'_>) -> Result<Self> {
        let encode = |batch| (job.provider.encode)(&job.settings, &batch);
        let requests = job.plan.batches().map(encode).collect::<Result<Vec<Request>>>()?;
        if cx.console.verbose > 0 {
            let account = keys.account_by_name(job.provider, job.settings.clone(), cx);
            if let Err(error) = &account {
                cx.console.info(error.to_string());
            }
            for request in &requests {
                trace(&authorized(job, account.as_ref(), request)?, cx.console);
            }
        }
        let lines = cx.format == Format::Ndjson || cx.format == Format::Json && !cx.asked;
        let written = lines && requests.len() > 1 && cx.options.filter.is_none();
        if written {
            for request in &requests {
                // Whoever runs the command notices a stdout that cannot be written.
                let _ = writeln!(cx.output, "{}", shown(request));
            }
        }
        Ok(Self { requests, written })
    }
}

/// The Node CLI's line where there is a JSON body; else the request itself.
fn shown(request: &Request) -> Value {
    let would = serde_json::from_slice(&request.body).unwrap_or_else(|_| {
        let mut bare = Map::new();
        bare.insert("method".into(), request.method.into());
        bare.insert("url".into(), request.url.clone().into());
        Value::Object(bare)
    });
    json!({ "dry_run": true, "would_send": would })
}

/// A request whole: method, address, headers with secrets masked, body.
pub(super) fn request(request: &Request) -> Value {
    let mut whole = Map::new();
    whole.insert("method".into(), request.method.into());
    whole.insert("url".into(), request.url.clone().into());
    let header = |(name, value): &(_, Header)| match value {
        Header::Plain(text) => (format!("{name}"), text.clone().into()),
        Header::Secret(_) => (format!("{name}"), "***".into()),
    };
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
            [one] => shown(one),
            several => several.iter().map(shown).collect(),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.written {
            return Ok(());
        }
        for request in &self.requests {
            writeln!(page.out, "{} {}", page.bold(request.method), clean(&request.url))?;
            writeln!(page.out, "{}", clean(&String::from_utf8_lossy(&request.body)))?;
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
    let attempt = Attempt { now: Duration::ZERO, nonce: [0; 16], token: None };
    match account {
        Ok(account) if account.owns(&request.url) => {
            (job.provider.authorize)(account, &attempt, request.clone())
        }
        _ => Ok(request.clone()),
    }
}

/// Method, URL and headers on stderr; of a credential only that it is there.
fn trace(request: &Request, console: Console) {
    console.plain(format!("> {} {}", request.method, request.url));
    for (name, value) in &request.headers {
        let value = match value {
            Header::Plain(text) => text,
            Header::Secret(_) => "***",
        };
        console.plain(format!("> {name}: {value}"));
    }
}
