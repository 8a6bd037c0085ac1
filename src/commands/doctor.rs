//! `stratos doctor`: what is configured, where it came from, and whether the API can be reached.

use crate::{
    command::Command,
    commands::purge::vendor,
    context::Context,
    credential::Credential,
    error::{Error, Result},
    http::Request,
    report::{Page, Report, Rows},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{io, time::Duration};

/// Longest wait for the API.
const PATIENCE: Duration = Duration::from_secs(5);

/// Variables that change how requests travel, worth knowing when they fail.
const TRAVEL: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Environment and reachability diagnostics
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Look at the configuration only, send nothing
    #[arg(long)]
    offline: bool,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Unset,
    Warn,
    Fail,
}

#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    status: Status,
    detail: String,
}

/// All checks, in the order they were made.
pub struct Diagnosis(Vec<Check>);

impl Command for Doctor {
    type Report = Diagnosis;

    fn run(self, cx: &mut Context<'_>) -> Result<Diagnosis> {
        let mut checks = vec![runtime(), clock(cx), configuration(cx)];
        checks.extend(credentials(cx));
        checks.push(signing(cx));
        checks.extend(travel(cx));
        if !self.offline {
            checks.push(reach(cx));
        }
        Ok(Diagnosis(checks))
    }
}

fn check(check: &'static str, status: Status, detail: impl Into<String>) -> Check {
    Check { check, status, detail: detail.into() }
}

fn failed(name: &'static str, error: &Error) -> Check {
    check(name, Status::Fail, error.to_string())
}

fn runtime() -> Check {
    check("runtime", Status::Ok, concat!("stratos ", env!("CARGO_PKG_VERSION")))
}

fn clock(cx: &Context<'_>) -> Check {
    match cx.now() {
        Ok(now) => {
            let time = std::time::UNIX_EPOCH + Duration::from_secs(now);
            check(
                "clock",
                Status::Ok,
                format!("{} (signatures depend on it)", humantime::format_rfc3339_seconds(time)),
            )
        }
        Err(error) => failed("clock", &error),
    }
}

fn configuration(cx: &mut Context<'_>) -> Check {
    match cx.profile() {
        Ok(profile) => {
            let url =
                if profile.url.value.is_empty() { "its provider's address" } else { &profile.url.value };
            let detail = format!("profile {}, {url} ({})", profile.name, profile.url.origin);
            check("config", Status::Ok, detail)
        }
        Err(error) => failed("config", &error),
    }
}

fn credentials(cx: &mut Context<'_>) -> Vec<Check> {
    let wanted = cx.profile().map(|profile| vendor::credentials(&profile));
    let mut checks = Vec::new();
    let kept = match wanted.as_ref().map(|_| vendor::named(cx)) {
        Ok(Ok(kept)) => kept,
        Ok(Err(error)) => {
            checks.push(failed("files", &error));
            None
        }
        // The profile's own check says why.
        Err(_) => None,
    };
    let one = |which: Credential| match cx.named(which, None, None) {
        Ok(Some(named)) => check(which.member(), Status::Ok, format!("{} ({})", named.shown, named.origin)),
        Ok(None) => match &kept {
            Some((shown, by, names)) if names.contains(&which.member()) => {
                check(which.member(), Status::Ok, format!("{shown} ({by})"))
            }
            _ => check(which.member(), Status::Unset, remedy(which)),
        },
        Err(error) => failed(which.member(), &error),
    };
    checks.extend(wanted.unwrap_or_else(|_| Credential::ALL.to_vec()).into_iter().map(one));
    checks
}

fn remedy(which: Credential) -> String {
    let member = which.member();
    match which.variables() {
        [] => format!("set the profile's {member}"),
        variables => format!("set {} or the profile's {member}", variables.join(" or ")),
    }
}

fn signing(cx: &mut Context<'_>) -> Check {
    let Ok(profile) = cx.profile() else {
        return check("signing", Status::Unset, "no profile to take a scheme from");
    };
    let scheme = &profile.scheme.value;
    let other = match scheme.as_str() {
        "cloudcdn" => "; if the edge answers 403, it may verify the other form: --scheme cloudcdn-colon",
        "cloudcdn-colon" => "; if the edge answers 403, it may verify the other form: --scheme cloudcdn",
        _ => "",
    };
    check("signing", Status::Ok, format!("scheme {scheme} ({}){other}", profile.scheme.origin))
}

fn travel(cx: &Context<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    // A proxy's URL may hold a password: name the variable only.
    let proxies: Vec<&str> = TRAVEL.iter().copied().filter(|name| cx.env.get(name).is_some()).collect();
    if !proxies.is_empty() {
        checks.push(check("proxy", Status::Warn, format!("set in the environment: {}", proxies.join(", "))));
    }
    if let Some(file) = cx.env.get("SSL_CERT_FILE") {
        checks.push(check(
            "tls",
            Status::Warn,
            format!("SSL_CERT_FILE replaces the system's trust store: {file}"),
        ));
    }
    checks
}

fn reach(cx: &mut Context<'_>) -> Check {
    if cx.profile().is_ok_and(|profile| !profile.is_cloudcdn()) {
        return check("reach", Status::Unset, "only CloudCDN has a health endpoint; nothing was asked");
    }
    match probe(cx) {
        Ok(check) => check,
        Err(error) => failed("reach", &error),
    }
}

/// One request without a credential: health is public.
fn probe(cx: &mut Context<'_>) -> Result<Check> {
    let url = super::health::endpoint(cx)?;
    let mut client = cx.client()?;
    client.policy.retries = 0;
    client.policy.timeout = client.policy.timeout.min(PATIENCE);
    let response = client.send(&Request::get(&url))?;
    let detail = format!("{url} answered {} in {} ms", response.status, response.elapsed.as_millis());
    let status = match response.status {
        200..=299 => Status::Ok,
        503 => Status::Warn,
        _ => Status::Fail,
    };
    Ok(check("reach", status, detail))
}

impl Report for Diagnosis {
    fn value(&self) -> Value {
        json!(self.0)
    }

    fn rows(&self) -> Option<Rows> {
        let row = |check: &Check| {
            let status = match check.status {
                Status::Ok => "ok",
                Status::Unset => "unset",
                Status::Warn => "warn",
                Status::Fail => "FAIL",
            };
            vec![check.check.to_owned(), status.to_owned(), check.detail.clone()]
        };
        Some(Rows { columns: vec!["CHECK", "STATUS", "DETAIL"], rows: self.0.iter().map(row).collect() })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let width = self.0.iter().map(|check| check.check.len()).max().unwrap_or(0);
        for check in &self.0 {
            let (mark, color) = match check.status {
                Status::Ok => ("ok   ", "32"),
                Status::Unset => ("unset", "2"),
                Status::Warn => ("warn ", "33"),
                Status::Fail => ("FAIL ", "31"),
            };
            let head = format!("{}  {:<width$}  ", page.painted(color, mark), check.check);
            let indent = " ".repeat(mark.len() + width + 4);
            crate::report::wrapped(page, &head, &indent, &crate::progress::clean(&check.detail))?;
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        if self.0.iter().any(|check| check.status == Status::Fail) { 69 } else { 0 }
    }
}
