//! moto stands in for CloudFront's state, and for the check of its signatures: it computes them with botocore.
//!
//! It is more lenient than AWS: it takes batches that AWS refuses (more paths than may be in progress, wildcards in
//! the middle), makes a second invalidation of a repeated CallerReference, where AWS answers with the first, and
//! calls each `COMPLETED` at once, where AWS says `InProgress` and then `Completed`. What it accepts is no proof of
//! the limits; the vectors in tests/vectors/purge hold those.

use crate::{
    Needs, Row,
    common::runner::{Run, stratos},
    http,
    servers::{self, Server},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
};

const MOTO: Needs = &[("tool:moto/bin/moto_server", "moto: tests/edge/tools")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("moto_keeps_what_cloudfront_is_told", MOTO, invalidations),
];

fn moto() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let start = || {
        servers::start("moto", 404, |work| {
            let mut command = Command::new(servers::find(MOTO[0].0).expect("a trial runs where its tool is"));
            command.args(["-H", "127.0.0.1", "-p", &work.port.to_string()]);
            command
        })
    };
    SERVER.get_or_init(start).clone()
}

/// A key that AWS would have handed out, and a distribution.
struct Account {
    base: String,
    key: String,
    secret: String,
    distribution: String,
}

impl Account {
    fn open() -> Result<Self, Failed> {
        let base = moto().base();
        let iam = |form: &str| ask("POST", &format!("{base}/"), "iam", form);
        iam("Action=CreateUser&Version=2010-05-08&UserName=u")?;
        let key = iam("Action=CreateAccessKey&Version=2010-05-08&UserName=u")?;
        iam(
            "Action=PutUserPolicy&Version=2010-05-08&UserName=u&PolicyName=p&PolicyDocument=%7B%22Version%22%3A\
             %222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A\
             %22cloudfront%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D",
        )?;
        let made = ask("POST", &format!("{base}/2020-05-31/distribution"), "cloudfront", DISTRIBUTION)?;
        Ok(Self {
            key: element(&key, "AccessKeyId")?,
            secret: element(&key, "SecretAccessKey")?,
            distribution: element(&made, "Id")?,
            base,
        })
    }

    /// `stratos purge` on a distribution with a secret.
    fn purge(&self, distribution: &str, secret: &str, args: &[&str]) -> Run {
        let config = format!(
            "default = \"edge\"\n[profiles.edge]\nprovider = \"cloudfront\"\nurl = {:?}\n\
             distribution_id = {distribution:?}\n",
            self.base
        );
        let run = stratos([&["--retries", "0", "purge"], args].concat()).config(&config);
        run.env("AWS_ACCESS_KEY_ID", &self.key).env("AWS_SECRET_ACCESS_KEY", secret).run()
    }
}

const DISTRIBUTION: &str = r#"<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
<CallerReference>1</CallerReference><Comment>t</Comment><Enabled>true</Enabled>
<Origins><Quantity>1</Quantity><Items><Origin><Id>o</Id><DomainName>o.s3.amazonaws.com</DomainName>
<S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin></Items></Origins>
<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>
</DefaultCacheBehavior></DistributionConfig>"#;

fn invalidations() -> Result<(), Failed> {
    let account = Account::open()?;
    let (own, secret) = (account.distribution.as_str(), account.secret.as_str());
    checks_signatures(&account.base, true)?;
    let one = account.purge(own, secret, &["/a.css", "https://www.example.com/b c", "/a.css"]);
    let all = account.purge(own, secret, &["--everything", "--yes"]);
    let forged = account.purge(own, "another-secret-than-it-handed-out", &["/a.css"]);
    let unknown = account.purge("ENONE", secret, &["/a.css"]);
    checks_signatures(&account.base, false)?;
    for (run, exit, words) in [
        (&one, 0, "<Path>/b%20c</Path>"),
        (&all, 0, "<Path>/*</Path>"),
        (&forged, 77, "SignatureDoesNotMatch"),
        (&unknown, 69, "NoSuchDistribution"),
    ] {
        let said = run.everything();
        if run.code != Some(exit) || !said.contains(words) {
            return Err(format!("{:?} instead of {exit}, or no {words}: {said}", run.code).into());
        }
    }
    // What it keeps is what went out, and the refused ones are not among it.
    let list = format!("{}/2020-05-31/distribution/{own}/invalidation", account.base);
    let kept = ask("GET", &list, "cloudfront", "")?;
    if kept.matches("<InvalidationSummary>").count() != 2 {
        return Err(format!("not two invalidations: {kept}").into());
    }
    let first = element(&one.stdout(), "Id")?;
    let held = ask("GET", &format!("{list}/{first}"), "cloudfront", "")?;
    match ["<Quantity>2</Quantity>", "<Path>/a.css</Path>", "<Path>/b%20c</Path>"]
        .iter()
        .find(|part| !held.contains(**part))
    {
        None => Ok(()),
        Some(part) => Err(format!("no {part} in {held}").into()),
    }
}

/// From now on each request's signature counts, or none does.
fn checks_signatures(base: &str, yes: bool) -> Result<(), Failed> {
    let after = if yes { "0" } else { "inf" };
    let url = format!("{base}/moto-api/reset-auth");
    match http::ask("POST", &url, &[("Content-Type", "text/plain")], after.as_bytes())?.0 {
        200 => Ok(()),
        status => Err(format!("{status} from {url}").into()),
    }
}

/// A request that nobody checks; the credential's scope tells moto which service is meant.
fn ask(method: &str, url: &str, service: &str, body: &str) -> Result<String, Failed> {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let kind = if service == "iam" { "application/x-www-form-urlencoded" } else { "text/xml" };
    let headers = [("Authorization", scope.as_str()), ("Content-Type", kind)];
    let (status, answer) = http::ask(method, url, &headers, body.as_bytes())?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    if status < 300 { Ok(answer) } else { Err(format!("{status} for {method} {url}: {answer}").into()) }
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> Result<String, Failed> {
    let text = xml.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next());
    text.map(str::to_owned).ok_or_else(|| format!("no {name} in {xml}").into())
}
