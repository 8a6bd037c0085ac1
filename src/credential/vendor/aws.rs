//! Amazon: the profiles of `~/.aws`, in the order of its own tools: a role by web identity, single sign-on, keys,
//! `credential_process`. A role through another profile is refused by name; a machine's own role is asked for
//! where `instance_metadata` is true.

use super::{
    Files, Kept, Looking, Page, Pairs, Place, Secrets, absent,
    aws_errands::{self as errands, Container, Identity, Session},
    ini::{Ini, Section},
    lacks, text,
};
use crate::{
    error::{Error, Result},
    http::Client,
    secret::Secret,
};
use sha1::{Digest, Sha1};

/// Where Amazon's tools keep them.
pub const FILES: Files = Files {
    places: "`~/.aws/credentials` and `~/.aws/config` (`AWS_SHARED_CREDENTIALS_FILE`, `AWS_CONFIG_FILE`), profile \
             `default` or `AWS_PROFILE`: keys, `credential_process`, single sign-on, web identity",
    read,
};

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let asked = (looking.setting)("aws_profile");
    let name = asked.clone().unwrap_or_else(|| "default".into());
    let place = looking.place("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    let credentials = looking.open(place, secretless)?;
    let place = looking.place("AWS_CONFIG_FILE", ".aws/config");
    let config = looking.open(place, secretless)?;
    let keys = credentials.as_ref().map(Ini::read).transpose()?;
    let settings = config.as_ref().map(Ini::read).transpose()?;
    let profile = Profile {
        name: &name,
        keys: keys.as_ref().and_then(|ini| ini.section(&name)),
        settings: settings.as_ref().and_then(|ini| section(ini, &name)),
        config: settings.as_ref(),
        credentials_at: credentials.as_ref().map_or("~/.aws/credentials", |page| page.shown.as_str()),
        config_at: config.as_ref().map_or("~/.aws/config", |page| page.shown.as_str()),
    };
    if asked.is_some() && profile.keys.is_none() && profile.settings.is_none() {
        let mut known = keys.iter().flat_map(Ini::names).collect::<Vec<_>>();
        known.extend(settings.iter().flat_map(Ini::names).filter_map(|name| name.strip_prefix("profile ")));
        return Err(absent(
            "~/.aws",
            &name,
            &known,
            "set AWS_PROFILE, or aws_profile in the profile, to one of them",
        ));
    }
    profile.kept(looking, asked.is_some())
}

/// Settings alone are for everybody to read; a file with a key in it is not.
fn secretless(bytes: &[u8]) -> bool {
    let marks: [&[u8]; 2] = [b"aws_secret_access_key", b"aws_session_token"];
    marks.iter().all(|mark| !bytes.windows(mark.len()).any(|word| word.eq_ignore_ascii_case(mark)))
}

/// In `config` every profile but `default` has the word before its name.
fn section<'i, 't>(ini: &'i Ini<'t>, name: &str) -> Option<&'i Section<'t>> {
    let bare = || if name == "default" { ini.section(name) } else { None };
    ini.section(&format!("profile {name}")).or_else(bare)
}

struct Profile<'i, 't> {
    name: &'i str,
    keys: Option<&'i Section<'t>>,
    settings: Option<&'i Section<'t>>,
    config: Option<&'i Ini<'t>>,
    credentials_at: &'i str,
    config_at: &'i str,
}

impl<'t> Profile<'_, 't> {
    fn setting(&self, name: &str) -> Option<&'t str> {
        self.settings.and_then(|section| section.get(name)).or_else(|| self.keys?.get(name))
    }

    fn shown(&self, file: &str) -> String {
        format!("{file} [{}]", self.name)
    }

    fn kept(&self, looking: &mut Looking<'_>, asked: bool) -> Result<Option<Kept>> {
        let shown = self.shown(self.config_at);
        if let Some(by) =
            ["source_profile", "credential_source"].into_iter().find(|by| self.setting(by).is_some())
        {
            return Err(Error::Config(format!(
                "{shown} assumes a role by {by}, which stratos does not do; give its keys by \
                 `eval $(aws configure export-credentials --profile {} --format env)`",
                self.name
            )));
        }
        if let Some(identity) = self.identity(looking, asked)? {
            let shown = if asked { shown } else { "env:AWS_WEB_IDENTITY_TOKEN_FILE".to_owned() };
            return Ok(Some(looking.kept(shown, Secrets::Later(Box::new(|client| identity.fetch(client))))));
        }
        if let Some(session) = self.session(looking)? {
            return Ok(Some(looking.kept(shown, Secrets::Later(Box::new(|client| session.fetch(client))))));
        }
        if let Some(pairs) = pairs(self.keys, &self.shown(self.credentials_at))? {
            return Ok(Some(looking.kept(self.shown(self.credentials_at), Secrets::Here(pairs))));
        }
        if let Some(command) = self.setting("credential_process") {
            return self.process(command, shown, looking).map(Some);
        }
        if let Some(pairs) = pairs(self.settings, &shown)? {
            return Ok(Some(looking.kept(shown, Secrets::Here(pairs))));
        }
        self.machine(looking)
    }

    fn process(&self, command: &str, shown: String, looking: &mut Looking<'_>) -> Result<Kept> {
        let words = shlex::split(command).filter(|words| !words.is_empty()).ok_or_else(|| {
            Error::Config(format!("credential_process of {shown} is no command; close its quotes"))
        })?;
        let source = format!("credential_process of {shown}");
        let errand = move |client: &Client<'_>| errands::process(&words, &source, client);
        Ok(looking.kept(shown, Secrets::Later(Box::new(errand))))
    }

    /// A token of the platform's and the role that it opens.
    fn identity(&self, looking: &mut Looking<'_>, asked: bool) -> Result<Option<Identity>> {
        let env = looking.env;
        let from = |variable: &str, setting: &str| match asked {
            true => self.setting(setting),
            false => env(variable).or_else(|| self.setting(setting)),
        };
        let Some(path) = from("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else {
            return Ok(None);
        };
        let shown = self.shown(self.config_at);
        let role =
            from("AWS_ROLE_ARN", "role_arn").ok_or_else(|| lacks(&shown, "role_arn (AWS_ROLE_ARN)"))?;
        let session = from("AWS_ROLE_SESSION_NAME", "role_session_name").unwrap_or("stratos");
        let region =
            env("AWS_REGION").or_else(|| env("AWS_DEFAULT_REGION")).or_else(|| self.setting("region"));
        let usual = match region {
            Some(region) => errands::regional("sts", region)?,
            None => "https://sts.amazonaws.com".to_owned(),
        };
        let url = errands::endpoint("AWS_ENDPOINT_URL_STS", env("AWS_ENDPOINT_URL_STS"), usual)?;
        let (role, session) = (role.to_owned(), session.to_owned());
        let place = Place { path: path.into(), by: Some("web identity") };
        // The platform wrote it and says who reads it; that nobody else writes it still counts.
        let page =
            looking.open(Some(place), |_| true)?.ok_or_else(|| lacks(&shown, "web_identity_token_file"))?;
        Ok(Some(Identity { url, role, session, token: Secret::new(page.text.trim().as_bytes()) }))
    }

    /// What `aws sso login` left behind.
    fn session(&self, looking: &mut Looking<'_>) -> Result<Option<Session>> {
        let shown = self.shown(self.config_at);
        let named = self.setting("sso_session");
        let own = named.map(|name| format!("sso-session {name}"));
        let table = own.as_ref().and_then(|name| self.config?.section(name));
        let get = |member: &str| table.and_then(|table| table.get(member)).or_else(|| self.setting(member));
        let Some(start) = get("sso_start_url") else {
            return if named.is_some() {
                Err(lacks(&shown, "sso_start_url in its session"))
            } else {
                Ok(None)
            };
        };
        let demand = |member: &str| get(member).ok_or_else(|| lacks(&shown, member));
        let region = demand("sso_region")?;
        let usual = errands::regional("portal.sso", region)?;
        let url = errands::endpoint("AWS_ENDPOINT_URL_SSO", (looking.env)("AWS_ENDPOINT_URL_SSO"), usual)?;
        let (account, role) = (demand("sso_account_id")?.to_owned(), demand("sso_role_name")?.to_owned());
        let file = hex::encode(Sha1::digest(named.unwrap_or(start)));
        let place = looking.below_home(&format!(".aws/sso/cache/{file}.json"));
        let remedy = format!("run: aws sso login --profile {}", self.name);
        let page = looking.open(place, super::secret_always)?;
        let page =
            page.ok_or_else(|| Error::MissingKey(format!("{shown}: nobody is signed on; {remedy}")))?;
        session(&page, url, account, role, remedy).map(Some)
    }

    /// The role of the machine, asked for where the profile says so and nothing else is there.
    fn machine(&self, looking: &mut Looking<'_>) -> Result<Option<Kept>> {
        if (looking.setting)("instance_metadata").as_deref() != Some("true")
            && !planted!("machine-asked-unbidden")
        {
            return Ok(None);
        }
        if let Some(container) = container(looking)? {
            let errand = move |client: &Client<'_>| container.fetch(client);
            return Ok(Some(looking.kept("container metadata".into(), Secrets::Later(Box::new(errand)))));
        }
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
        let base = super::machine(variable, (looking.env)(variable), "http://169.254.169.254")?;
        let errand = move |client: &Client<'_>| errands::instance(&base, client);
        Ok(Some(looking.kept("instance metadata".into(), Secrets::Later(Box::new(errand)))))
    }
}

/// What the platform of a container says of the role's keys; the relative address comes first, as in Amazon's tools.
fn container(looking: &mut Looking<'_>) -> Result<Option<Container>> {
    let env = looking.env;
    let relative = env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let Some(named) = relative.or_else(|| env("AWS_CONTAINER_CREDENTIALS_FULL_URI")) else { return Ok(None) };
    let file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let token = match env(file) {
        Some(path) => {
            let place = Place { path: path.into(), by: Some(file) };
            // The platform wrote it and says who reads it; that nobody else writes it still counts.
            let page = looking.open(Some(place), |_| true)?;
            page.map(|page| page.text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None => env("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(str::to_owned),
    };
    if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
        return Err(Error::Config(format!(
            "the token of {named} has a line break in it; the platform writes one line"
        )));
    }
    let token = token.map(|token| Secret::new(token.into_bytes()));
    let container = if relative.is_some() { Container::relative } else { Container::full };
    container(named, token).map(Some)
}

fn session(page: &Page, url: String, account: String, role: String, remedy: String) -> Result<Session> {
    let value = page.json()?;
    let member = |name: &str| text(&value, name).ok_or_else(|| lacks(&page.shown, name));
    let ends = member("expiresAt")?.replace("UTC", "Z");
    let ends = humantime::parse_rfc3339(&ends)
        .map_err(|_| Error::Config(format!("{}: expiresAt is no time; {remedy}", page.shown)))?;
    let token = Secret::new(member("accessToken")?);
    Ok(Session { url, account, role, token, ends, remedy })
}

fn pairs(section: Option<&Section<'_>>, shown: &str) -> Result<Option<Pairs>> {
    let get = |name: &str| section.and_then(|section| section.get(name));
    match (get("aws_access_key_id"), get("aws_secret_access_key")) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(lacks(shown, "aws_secret_access_key")),
        (None, Some(_)) => Err(lacks(shown, "aws_access_key_id")),
        (Some(id), Some(key)) => {
            let mut pairs = vec![("access_key_id", Secret::new(id)), ("secret_access_key", Secret::new(key))];
            pairs.extend(get("aws_session_token").map(|token| ("session_token", Secret::new(token))));
            Ok(Some(pairs))
        }
    }
}
