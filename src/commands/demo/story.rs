//! The steps of the demo. Each does what its command would do, and fails unless it saw what it tells.

use crate::{
    context::{Context, SIGNAL},
    credential::Found,
    edge::{self, Config, Gate, Running},
    error::{Error, Result},
    explain::response,
    http::{self, Client, Policy, Request, Response, Setup},
    profile::Origin,
    purge::{
        self, Account, Batch, Receipt, Selector,
        execute::{Ledger, Order, execute},
        plan::{Selection, plan},
    },
    secret::Secret,
    sign::{Claims, Params, Scheme, Signer, Url, Visit},
};
use serde_json::{Value, json};
use std::{sync::atomic::Ordering, time::Duration};

/// What a step showed.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// The command a person would have typed.
    pub(super) command: String,
    pub(super) shown: Vec<Shown>,
    /// One paragraph.
    pub(super) says: String,
    pub(super) data: Value,
}

/// A line of a step.
#[derive(Debug)]
pub(super) enum Shown {
    Line(String),
    Status(u16, String),
}

impl Step {
    pub(super) fn value(&self, number: usize) -> Value {
        let mut value = json!({
            "step": number, "name": self.name, "title": self.title, "command": self.command, "ok": true,
        });
        if let (Some(value), Value::Object(data)) = (value.as_object_mut(), &self.data) {
            value.extend(data.clone());
        }
        value["says"] = self.says.clone().into();
        value
    }

    /// The first thing it showed, on one line.
    pub(super) fn result(&self) -> String {
        match self.shown.first() {
            Some(Shown::Line(text)) => text.clone(),
            Some(Shown::Status(status, text)) => format!("{status} {text}"),
            None => String::new(),
        }
    }
}

type Take = fn(&mut Story<'_>) -> Result<Step>;

pub(super) const STEPS: &[(&str, &str, Take)] = &[
    ("mint", "Mint a signed URL", mint),
    ("fetch", "Fetch it", fetch),
    ("again", "Fetch it again", again),
    ("tamper", "Change one letter of it", tamper),
    ("other-form", "Sign it the other way that CloudCDN knows", other_form),
    ("expire", "Let a URL expire", expire),
    ("purge", "Purge a tag", purge_tag),
    ("fresh", "Prove that the cache let go", fresh),
    ("explain", "Have an answer explained", explain),
];

const PATH: &str = "/reports/q3.txt";
const TAG: &str = "reports";
const SIGN: &str = "stratos signed /reports/q3.txt";

/// What the steps share.
pub(super) struct Story<'a> {
    client: Client<'a>,
    edge: Running,
    signer: Signer,
    other: Signer,
    account: Account,
    /// The URL of the first step.
    signed: String,
    /// One that ends a second after the first step.
    short: (String, u64),
    last: Option<Response>,
}

impl<'a> Story<'a> {
    /// Starts an edge with keys of its own; profile and environment are not looked at.
    pub(super) fn begin(cx: &Context<'a>) -> Result<Self> {
        let key = edge::random(cx.clock);
        let gate = Gate::new("cloudcdn", vec![(None, key.clone())], Vec::new())?;
        let config = Config { gate, ..Config::sample()? };
        let purge_key = config.keys.purge.clone();
        let edge = edge::start(config)?;
        let signer = |scheme: &str| Signer::new(Scheme::find(scheme)?, &key, Params::default());
        let (signer, other) = (signer("cloudcdn")?, signer("cloudcdn-colon")?);
        let transport = http::open(&Setup::default(), || SIGNAL.load(Ordering::Relaxed) != 0)?;
        let policy = Policy { timeout: Duration::from_secs(5), retries: 0, ..Policy::default() };
        let client = Client { policy, transport, clock: cx.clock, console: cx.console };
        let account = account(&edge.url, &purge_key)?;
        let (signed, short) = (String::new(), (String::new(), 0));
        Ok(Self { client, edge, signer, other, account, signed, short, last: None })
    }

    pub(super) fn url(&self) -> &str {
        &self.edge.url
    }

    fn mint(&self, signer: &Signer, expires: u64) -> Result<String> {
        let claims = Claims { expires: Some(expires), ..Claims::default() };
        let mut signed = Vec::new();
        signer.seal().mint(&Url::at(self.edge.url.as_str(), PATH), &claims, &mut signed)?;
        String::from_utf8(signed).map_err(|_| Error::Software("the signed URL is no UTF-8".into()))
    }

    fn now(&self) -> Result<u64> {
        Ok(self.client.clock.now()?.as_secs())
    }

    /// What `stratos signed verify` says.
    fn verdict(&self, url: &str) -> Result<&'static str> {
        let visit = Visit { now: self.now()?, ..Visit::of(Url::parse(url)?) };
        Ok(self.signer.seal().verify(&visit)?.word())
    }

    fn get(&self, url: &str) -> Result<Response> {
        self.client.send(&Request::get(url))
    }

    /// Fetches the signed URL: its status, whether the cache had it, and which copy it is.
    fn page(&mut self, cache: &str, serial: &str) -> Result<(Shown, Value)> {
        let response = self.get(&self.signed)?;
        let header = |name: &str| response.header(name).unwrap_or("-").to_owned();
        let (seen, copy, age) = (header("x-cache"), header("x-serial"), header("age"));
        let line = match &*age {
            "-" => format!("X-Cache: {seen}, X-Serial: {copy}"),
            age => format!("X-Cache: {seen}, X-Serial: {copy}, Age: {age}"),
        };
        let wanted = (response.status, &*seen, &*copy) == (200, cache, serial);
        ensure(wanted, || format!("wanted 200, {cache}, serial {serial}; got {} {line}", response.status))?;
        let data =
            json!({"status": response.status, "cache": seen, "serial": copy, "age": age.parse::<u64>().ok()});
        let shown = Shown::Status(response.status, line);
        self.last = Some(response);
        Ok((shown, data))
    }

    /// Fetches what must be refused: the line to show, the data, and what `explain` makes of the answer.
    fn refused(&self, url: &str, words: &str) -> Result<(Shown, Value, response::Reading)> {
        let response = self.get(url)?;
        let body = response.value();
        let error = body["error"].as_str().unwrap_or_default();
        ensure(response.status == 403 && error == words, || {
            format!("wanted 403 {words}; got {} {body}", response.status)
        })?;
        let reading = response::read(&pasted(&response))
            .ok_or_else(|| Error::Unavailable("the answer could not be explained".into()))?;
        let verdict = self.verdict(url)?;
        let data = json!({"status": response.status, "error": error, "verdict": verdict});
        Ok((Shown::Status(response.status, format!("{error} (verify: {verdict})")), data, reading))
    }
}

fn mint(story: &mut Story<'_>) -> Result<Step> {
    let now = story.now()?;
    story.signed = story.mint(&story.signer, now + 600)?;
    story.short = (story.mint(&story.signer, now + 1)?, now + 1);
    let verdict = story.verdict(&story.signed)?;
    ensure(verdict == "valid", || format!("the URL just minted is called {verdict}"))?;
    Ok(Step {
        command: format!("{SIGN} --ttl 10m"),
        shown: broken(&story.signed),
        says:
            "Made offline, with a key that never left this process: whoever holds this URL may read the file \
               for ten minutes."
                .into(),
        data: json!({"url": story.signed, "expires": now + 600, "verdict": verdict}),
        ..Step::default()
    })
}

fn fetch(story: &mut Story<'_>) -> Result<Step> {
    let (shown, data) = story.page("MISS", "1")?;
    let says = "The edge checked the signature, had no copy, and asked its origin for the first time.";
    Ok(step("curl -i \"$URL\"", shown, data, says))
}

fn again(story: &mut Story<'_>) -> Result<Step> {
    let (shown, data) = story.page("HIT", "1")?;
    let says = "The same copy, from the cache: the serial shows that the origin was not asked again.";
    Ok(step("curl -i \"$URL\"", shown, data, says))
}

fn tamper(story: &mut Story<'_>) -> Result<Step> {
    let altered = story.signed.replace("q3.txt", "q4.txt");
    let (shown, data, reading) = story.refused(&altered, "Invalid signature")?;
    let cause = reading.errors.first().map_or("", |topic| topic.cause);
    let says = format!("One letter of the path, and the signature no longer fits. explain says: {cause}");
    Ok(step("curl -i \"${URL/q3.txt/q4.txt}\"", shown, data, &says))
}

fn other_form(story: &mut Story<'_>) -> Result<Step> {
    let url = story.mint(&story.other, story.now()? + 600)?;
    let (shown, data, reading) = story.refused(&url, "Invalid signature")?;
    let fix = reading.errors.first().and_then(|topic| topic.fix.first()).copied().unwrap_or_default();
    let says = format!("The same key and path, but this edge verifies scheme cloudcdn. explain says: {fix}");
    Ok(step(&format!("{SIGN} --ttl 10m --scheme cloudcdn-colon"), shown, data, &says))
}

fn expire(story: &mut Story<'_>) -> Result<Step> {
    let (url, end) = story.short.clone();
    let left = Duration::from_secs(end).saturating_sub(story.client.clock.now()?);
    story.client.clock.sleep(left)?;
    let (shown, data, _) = story.refused(&url, "Signed URL has expired")?;
    let says = "Minted in step 1 for one second. The signature is good; its time is over.";
    Ok(step(&format!("curl -i \"$({SIGN} --ttl 1s)\"   # a second later"), shown, data, says))
}

fn purge_tag(story: &mut Story<'_>) -> Result<Step> {
    let provider = purge::provider("cloudcdn")?;
    let selection = Selection { selector: Selector::Tag, items: vec![TAG.into()], soft: false };
    let plan = plan(provider, &story.account.settings, &selection)?;
    let (order, mut ledger) = (Order::new(None, story.client.clock), Last::default());
    let outcome = execute(provider, &story.account, &plan, &story.client, &order, &mut ledger)?;
    if let Some(error) = outcome.failure(&plan) {
        return Err(error);
    }
    let reply = ledger.0.ok_or_else(|| Error::Unavailable("the purge brought no reply".into()))?;
    let response = reply.value();
    ensure(response["success"] == true, || format!("the API answered {response}"))?;
    let shown = Shown::Line(format!(
        "{{\"success\":true,\"purged\":{},\"remaining_today\":{},…}}",
        response["purged"], response["remaining_today"]
    ));
    let says = "Accepted. That is the API's word, not yet a proof.";
    let data = json!({"requests": plan.count(), "response": response});
    Ok(step(&format!("stratos purge --tag {TAG}"), shown, data, says))
}

fn fresh(story: &mut Story<'_>) -> Result<Step> {
    let (shown, data) = story.page("MISS", "2")?;
    let says = "The serial rose: this copy came from the origin after the purge. That is the proof.";
    Ok(step("curl -i \"$URL\"", shown, data, says))
}

fn explain(story: &mut Story<'_>) -> Result<Step> {
    let response = story.last.take().ok_or_else(|| Error::Software("no answer to explain".into()))?;
    let reading = response::read(&pasted(&response));
    let findings = reading.map(|reading| reading.findings).unwrap_or_default();
    let found = findings.iter().find(|found| found.header.eq_ignore_ascii_case("cache-status"));
    let found = found.ok_or_else(|| Error::Unavailable("Cache-Status was not explained".into()))?;
    let shown = Shown::Line(format!("{}: {}", found.header, found.value));
    let says = format!("In words: {}", found.meaning);
    Ok(step("curl -si \"$URL\" | stratos explain -", shown, json!({ "findings": findings }), &says))
}

fn step(command: &str, shown: Shown, data: Value, says: &str) -> Step {
    Step { command: command.into(), shown: vec![shown], data, says: says.into(), ..Step::default() }
}

fn ensure(holds: bool, seen: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::Unavailable(seen())) }
}

/// A long URL, broken at its parameters so that it fits 80 columns.
fn broken(url: &str) -> Vec<Shown> {
    let mut pieces = url.split('&');
    let first = pieces.next().unwrap_or_default().to_owned();
    let rest = pieces.map(|piece| format!("  &{piece}"));
    std::iter::once(first).chain(rest).map(Shown::Line).collect()
}

/// The answer as `curl -si` would have printed it.
fn pasted(response: &Response) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {}\r\n", response.status).into_bytes();
    for (name, value) in &response.headers {
        text.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(&response.body);
    text
}

/// The purge account of the edge of this demo.
fn account(url: &str, purge_key: &Secret) -> Result<Account> {
    let provider = purge::provider("cloudcdn")?;
    let settings = provider.resolve(&[url.to_owned()], &[])?;
    Account::open(provider, settings, |name| {
        Ok((name == "purge_key").then(|| Found {
            secret: purge_key.clone(),
            origin: Origin::Default,
            reference: "the key of the demo".into(),
        }))
    })
}

/// Keeps the reply of the only batch.
#[derive(Default)]
struct Last(Option<Response>);

impl Ledger for Last {
    fn sending(&mut self, _: &Batch<'_>, _: &Request) -> Result<()> {
        Ok(())
    }

    fn accepted(&mut self, _: &Batch<'_>, reply: &Response, _: &Receipt) -> Result<()> {
        self.0 = Some(reply.clone());
        Ok(())
    }

    fn failed(&mut self, _: &Batch<'_>, _: &Error) -> Result<()> {
        Ok(())
    }

    fn done(&mut self, _: &Batch<'_>) -> Result<()> {
        Ok(())
    }
}
