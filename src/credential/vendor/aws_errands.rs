//! What it takes to get Amazon's temporary keys: a program, or one request to Amazon.

use super::{Fetched, Pairs, encoded, text};
use crate::{
    credential::exec,
    error::{Answer, Error, Kind, Result},
    http::{Client, Request, Response, Scheme, Target},
    secret::Secret,
};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A token of the platform's and the role that it opens.
pub(super) struct Identity {
    pub url: String,
    pub role: String,
    pub session: String,
    pub token: Secret,
}

/// Somebody who signed on, and the role that is wanted.
pub(super) struct Session {
    pub url: String,
    pub account: String,
    pub role: String,
    pub token: Secret,
    pub ends: SystemTime,
    pub remedy: String,
}

/// A service of a region.
pub(super) fn regional(service: &str, region: &str) -> Result<String> {
    if !region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Err(Error::Config(format!("{region:?} is no region of Amazon's; write one like eu-west-1")));
    }
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    Ok(format!("https://{service}.{region}.amazonaws.com{china}"))
}

/// Amazon's variable for another address of a service. The secret stays with Amazon, or on this machine.
pub(super) fn endpoint(variable: &str, named: Option<&str>, usual: String) -> Result<String> {
    let Some(url) = named else { return Ok(usual) };
    let target = Target::of(url)?;
    let amazon = [".amazonaws.com", ".amazonaws.com.cn"].iter().any(|end| target.host.ends_with(end));
    if amazon || target.is_loopback() || planted!("identity-for-strangers") {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(Error::Config(format!(
        "{variable} names {}, which is not Amazon's; no credential goes there, unset it",
        target.host
    )))
}

/// What a program prints, as Amazon's tools take it.
pub(super) fn process(words: &[String], source: &str, client: &Client<'_>) -> Result<Fetched> {
    let printed = zeroize::Zeroizing::new(exec::run(words, source, client.clock)?);
    let wrong = |what: &str| Error::Data(format!("{source} printed {what}; try it by hand"));
    let value: Value = serde_json::from_slice(&printed).map_err(|_| wrong("no JSON"))?;
    if value.get("Version").and_then(Value::as_u64) != Some(1) {
        return Err(wrong("another Version than 1"));
    }
    let names = ["AccessKeyId", "SecretAccessKey", "SessionToken"];
    let pairs =
        keys(|index| text(&value, names[index]).map(str::to_owned)).ok_or_else(|| wrong("no keys"))?;
    Ok(Fetched { pairs, until: text(&value, "Expiration").and_then(end) })
}

/// Id, key and token, by their place.
fn keys(get: impl Fn(usize) -> Option<String>) -> Option<Pairs> {
    let mut pairs =
        vec![("access_key_id", Secret::new(get(0)?)), ("secret_access_key", Secret::new(get(1)?))];
    pairs.extend(get(2).map(|token| ("session_token", Secret::new(token))));
    Some(pairs)
}

/// When keys end, as Amazon writes it.
fn end(text: &str) -> Option<Duration> {
    humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()
}

fn keyless(reply: &Response) -> Error {
    reply.means(Kind::DataError, Some("the answer holds no keys".into()))
}

impl Identity {
    /// `AssumeRoleWithWebIdentity`, the one request of Amazon's that needs no keys.
    pub(super) fn fetch(self, client: &Client<'_>) -> Result<Fetched> {
        let token = self.token.text().unwrap_or_default();
        let body = format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}&RoleSessionName={}&WebIdentityToken={}",
            encoded(&self.role),
            encoded(&self.session),
            encoded(token)
        );
        let request = Request::post(format!("{}/", self.url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .hiding(self.token.clone())
            .repeatable(true);
        let reply = client.send(&Request { body: body.into_bytes(), ..request })?;
        if !reply.accepted() {
            return Err(refused(&reply, &self.role));
        }
        let names = ["AccessKeyId", "SecretAccessKey", "SessionToken"];
        let pairs = keys(|index| reply.element(names[index])).ok_or_else(|| keyless(&reply))?;
        Ok(Fetched { pairs, until: reply.element("Expiration").as_deref().and_then(end) })
    }
}

impl Session {
    /// `GetRoleCredentials` of the portal.
    pub(super) fn fetch(self, client: &Client<'_>) -> Result<Fetched> {
        if UNIX_EPOCH + client.clock.now()? >= self.ends {
            return Err(Error::MissingKey(format!("the single sign-on has ended; {}", self.remedy)));
        }
        let url = format!(
            "{}/federation/credentials?role_name={}&account_id={}",
            self.url,
            encoded(&self.role),
            encoded(&self.account)
        );
        let request = Request::get(url).credential("x-amz-sso_bearer_token", self.token);
        let reply = client.send(&request)?.into_result(Some(self.remedy))?;
        let value = reply.value();
        let names = ["accessKeyId", "secretAccessKey", "sessionToken"];
        let inner = value.get("roleCredentials").unwrap_or(&Value::Null);
        let pairs = keys(|index| text(inner, names[index]).map(str::to_owned));
        let until = inner.get("expiration").and_then(Value::as_u64).map(Duration::from_millis);
        Ok(Fetched { pairs: pairs.ok_or_else(|| keyless(&reply))?, until })
    }
}

/// What Amazon says against it, in its own words.
fn refused(reply: &Response, role: &str) -> Error {
    let answer = reply.answer(Some(format!("check that the role {role} trusts the identity")));
    let kind = if reply.status == 400 { Kind::AuthInvalid } else { answer.kind() };
    let body = match reply.element("Message") {
        Some(message) => json!({ "Code": reply.element("Code"), "Message": message }),
        None => answer.body.clone(),
    };
    Error::Answered(Box::new(Answer { kind: Some(kind), body, ..answer }))
}

/// Where a container's platform hands out the keys of its role, and the word that it wants to hear.
pub(super) struct Container {
    url: String,
    token: Option<Secret>,
}

impl Container {
    /// The address that Amazon fixed, with the path that the platform names.
    pub(super) fn relative(path: &str, token: Option<Secret>) -> Result<Self> {
        if !path.starts_with('/') {
            return Err(Error::Config(
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path; it begins with /".into(),
            ));
        }
        Ok(Self { url: format!("http://169.254.170.2{path}"), token })
    }

    /// An address of the platform's own: encrypted, on this machine, or one of the three that Amazon fixed.
    pub(super) fn full(url: &str, token: Option<Secret>) -> Result<Self> {
        let target = Target::of(url)?;
        let fixed = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "[fd00:ec2::23]"];
        if target.scheme == Scheme::Https || target.is_loopback() || fixed.contains(&target.host.as_str()) {
            return Ok(Self { url: url.to_owned(), token });
        }
        Err(Error::Config(format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI names {} in clear, which is no address for it; use https, or unset it",
            target.host
        )))
    }

    /// The keys. Over the platform's own link they travel in clear, and no trace shows them.
    pub(super) fn fetch(self, client: &Client<'_>) -> Result<Fetched> {
        let target = Target::of(&self.url)?;
        let guarded = target.scheme == Scheme::Https || target.is_loopback();
        let request = Request::get(self.url.as_str());
        let request = match self.token {
            None => request,
            Some(token) if guarded => request.credential("Authorization", token),
            Some(token) => request.header("Authorization", token.text().unwrap_or_default()),
        };
        role(&super::untraced(client).send(&request)?)
    }
}

/// The role of a machine. What hands it out wants a token of its own first, which no proxy and no trace sees.
pub(super) fn instance(base: &str, client: &Client<'_>) -> Result<Fetched> {
    let client = super::untraced(client);
    let request = Request::new("PUT", format!("{base}/latest/api/token"))
        .header("X-aws-ec2-metadata-token-ttl-seconds", "300")
        .repeatable(true);
    let token = String::from_utf8_lossy(&client.send(&request)?.into_result(None)?.body).into_owned();
    let ask = |path: &str| {
        let url = format!("{base}/latest/meta-data/iam/security-credentials/{path}");
        client.send(&Request::get(url).header("X-aws-ec2-metadata-token", token.as_str()))
    };
    let roles = ask("")?.into_result(Some("the machine has no role".into()))?;
    let name = String::from_utf8_lossy(&roles.body).lines().next().unwrap_or_default().trim().to_owned();
    role(&ask(&encoded(&name))?)
}

fn role(reply: &Response) -> Result<Fetched> {
    let reply = reply.clone().into_result(Some("the machine gives no keys".into()))?;
    let value = reply.value();
    let names = ["AccessKeyId", "SecretAccessKey", "Token"];
    let pairs = keys(|index| text(&value, names[index]).map(str::to_owned)).ok_or_else(|| keyless(&reply))?;
    Ok(Fetched { pairs, until: text(&value, "Expiration").and_then(end) })
}
