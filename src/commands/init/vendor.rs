//! `init <provider>`: its settings and no others, names resolved to ids, the credential tested before it is stored.

use super::{Init, Set, answers, name, reference, taken, visible};
use crate::{
    commands::purge::account::{self, Keys},
    context::Context,
    error::{Error, Result},
    profile::{File, base},
    purge::{
        Provider, Setting, Settings,
        setup::{self, Find, Power},
    },
};

/// What a provider's set-up takes beside the flags of every `init`.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Wants {
    /// A setting of the provider, name=value; repeatable
    #[arg(long = "set", value_name = "NAME=VALUE", requires = "vendor")]
    sets: Vec<String>,
    /// A credential of the provider by reference, name=env:NAME (file:, fd:, exec:); repeatable
    #[arg(long = "credential", value_name = "NAME=REFERENCE", requires = "vendor")]
    credentials: Vec<String>,
    /// The domain, host or name to look the id up by
    #[arg(long, value_name = "NAME", requires = "vendor")]
    find: Option<String>,
    /// Send nothing: look no name up, and store the credential untested
    #[arg(long, requires = "vendor")]
    no_check: bool,
    /// Take a credential that may do more than purge
    #[arg(long, requires = "vendor")]
    accept_broad: bool,
}

/// The members of the profile to be, in the order in which they are written.
type Members = Vec<(&'static str, String)>;

impl Wants {
    /// CloudCDN has none of these.
    pub(super) fn none_given(&self) -> Result<()> {
        if *self == Self::default() {
            return Ok(());
        }
        Err(Error::Usage(
            "--set, --credential, --find, --no-check and --accept-broad are for another provider than CloudCDN; \
             name it: stratos init cloudflare …"
                .into(),
        ))
    }
}

pub(super) fn run(init: &Init, provider: &'static Provider, cx: &mut Context<'_>) -> Result<Set> {
    let name = name(cx)?;
    let mut file = match File::load_or_new(&cx.place()) {
        Err(_) if init.force => File::empty(&cx.place()),
        loaded => loaded?,
    };
    taken(&file, &name, init.force)?;
    let mut members = given(init, provider, &file, &name, cx)?;
    let asks = cx.interactive && !cx.options.no_input;
    let wanted = wanted(init, provider, &mut members, asks, cx)?;
    if asks {
        credentials(provider, &mut file, &name, &mut members, cx)?;
    }
    let power = match init.wants.no_check {
        true => None,
        false => Some(tested(provider, &mut file, &name, &mut members, wanted.as_deref(), cx)?),
    };
    // The settings must do for a purge, or the first one would be refused.
    file.put_profile(&name, &members)?;
    account::settle(&*cx.assume(&file, &name)?, &[], cx)?;
    if let Some(power) = &power {
        judge(power, init.wants.accept_broad, provider, cx)?;
    }
    cx.configure(init.force, |file| {
        taken(file, &name, init.force)?;
        file.put_profile(&name, &members)
    })?;
    tell(&name, &members, power.as_ref(), cx)?;
    let entry = members.into_iter().map(|(member, value)| {
        let value = if provider.credential(member).is_some() { visible(&value) } else { value };
        (member.to_owned(), value.into())
    });
    Ok(Set::Tested(name, entry.collect(), power))
}

/// What the flags say.
fn given(
    init: &Init,
    provider: &'static Provider,
    file: &File,
    name: &str,
    cx: &mut Context<'_>,
) -> Result<Members> {
    let mut members: Members = vec![("provider", provider.id.to_owned())];
    if let Some(url) = &cx.options.cdn_url {
        let url = base(url).map_err(|why| Error::Usage(format!("--cdn-url is no base URL: {why}")))?;
        members.push(("url", url));
    }
    for (member, value) in account::pairs(provider, &init.wants.sets)? {
        members.push((member, value.to_owned()));
    }
    for pair in &init.wants.credentials {
        let (member, value) = pair.split_once('=').ok_or_else(|| {
            Error::Usage("--credential names no reference; write --credential token=env:NAME".into())
        })?;
        let known = provider.credential(member).ok_or_else(|| {
            let list = provider.secrets().collect::<Vec<_>>().join(", ");
            let advice =
                if list.is_empty() { "it takes none".to_owned() } else { format!("it takes {list}") };
            Error::Usage(format!(
                "--credential: {} has none of the name {member:?}; {advice}",
                provider.title
            ))
        })?;
        members.push((known, reference("--credential", value)?));
    }
    if let Some(token) = &init.token {
        let known = provider.credential("token");
        let known = known.ok_or_else(|| Error::Usage(format!("--token: {} takes none", provider.title)))?;
        cx.warn_of_argv("--token", file.bounds(Some(name))?.deny_argv_secrets)?;
        members.push((known, format!("plain:{token}")));
    }
    let foreign = [
        ("--signed-secret", &init.signed_secret),
        ("--key", &init.key),
        ("--purge-key", &init.purge_key),
        ("--scheme", &init.scheme),
    ];
    match foreign.iter().find(|(_, value)| value.is_some()) {
        None => Ok(members),
        Some((flag, _)) => Err(Error::Usage(format!(
            "{flag} is for CloudCDN and for signing; set those afterwards with `stratos config set`"
        ))),
    }
}

/// Asks for, or demands, what the row must have. The name to look up, where that is how the id comes.
fn wanted(
    init: &Init,
    provider: &'static Provider,
    members: &mut Members,
    asks: bool,
    cx: &mut Context<'_>,
) -> Result<Option<String>> {
    let find = provider.setup.and_then(|setup| setup.find);
    if init.wants.find.is_some() && (find.is_none() || init.wants.no_check) {
        return Err(Error::Usage(match find {
            Some(find) => format!(
                "--find asks {}, and --no-check forbids it; give --set {}=ID",
                provider.title, find.setting
            ),
            None => format!("--find: {} has nothing to look up; give --set name=value", provider.title),
        }));
    }
    let mut name = init.wants.find.clone();
    for setting in provider.settings {
        let looked_up = find.filter(|find| find.setting == setting.name);
        let set = members.iter().any(|(member, _)| *member == setting.name)
            || account::variable(provider, setting.name, cx).is_some();
        if set || looked_up.is_some() && name.is_some() {
            continue;
        }
        let needed = setting.default.is_none();
        match (looked_up.filter(|_| !init.wants.no_check), asks) {
            (Some(find), true) => match question(&find, needed, cx)? {
                Answer::Name(given) => name = Some(given),
                Answer::Id(id) => members.push((setting.name, id)),
                Answer::None => {}
            },
            (None, true) if needed => members.push((setting.name, answers::line(cx, setting.name)?)),
            (looked_up, false) if needed => return Err(missing(provider, setting, looked_up.as_ref())),
            _ => {}
        }
    }
    Ok(name)
}

fn missing(provider: &Provider, setting: &Setting, find: Option<&Find>) -> Error {
    let or = find.map_or_else(String::new, |find| format!(", or --find with the {}", find.what));
    Error::Usage(format!("{} needs {}; give --set {}=VALUE{or}", provider.title, setting.name, setting.name))
}

enum Answer {
    Name(String),
    Id(String),
    None,
}

fn question(find: &Find, needed: bool, cx: &mut Context<'_>) -> Result<Answer> {
    let none = if needed { "" } else { " (none)" };
    cx.console.plain(format!("{} may be given as it is, as id:…", find.setting));
    let text =
        if needed { answers::line(cx, find.what)? } else { cx.ask(&format!("{}{none}: ", find.what))? };
    Ok(match text.strip_prefix("id:") {
        Some(id) => Answer::Id(id.trim().to_owned()),
        None if text.is_empty() => Answer::None,
        None => Answer::Name(text),
    })
}

/// Asks for the credentials of the best way in, where nothing names one yet.
fn credentials(
    provider: &'static Provider,
    file: &mut File,
    name: &str,
    members: &mut Members,
    cx: &mut Context<'_>,
) -> Result<()> {
    if let Some(shown) = present(provider, file, name, members, cx)? {
        cx.console.plain(format!("The credential is there: {shown}; it is not stored again."));
        return Ok(());
    }
    let Some(way) = provider.credentials.first() else { return Ok(()) };
    cx.console.plain(answers::NAMED);
    for secret in *way {
        let bare = secret.strip_suffix('?').unwrap_or(secret);
        if let Some(reference) = answers::credential(cx, bare)? {
            members.push((provider.credential(bare).unwrap_or(bare), reference));
        }
    }
    Ok(())
}

/// Who names a credential already, and how.
fn present(
    provider: &'static Provider,
    file: &mut File,
    name: &str,
    members: &Members,
    cx: &mut Context<'_>,
) -> Result<Option<String>> {
    file.put_profile(name, members)?;
    let profile = cx.assume(file, name)?;
    let settings = loose(provider, &profile, cx)?;
    let account = Keys::default().account_by_name(provider, settings, cx);
    Ok(account.ok().and_then(|account| account.secrets().first().map(|(_, found)| found.reference.clone())))
}

/// The settings, those that are still to be found left empty.
fn loose(
    provider: &'static Provider,
    profile: &crate::profile::Profile,
    cx: &Context<'_>,
) -> Result<Settings> {
    let needed = provider.settings.iter().filter(|setting| setting.default.is_none());
    account::settle_with(profile, &[], needed.map(|setting| (setting.name.to_owned(), String::new())), cx)
        .map(|(_, settings)| settings)
}

/// Looks the name up, and asks what the credential may do.
fn tested(
    provider: &'static Provider,
    file: &mut File,
    name: &str,
    members: &mut Members,
    wanted: Option<&str>,
    cx: &mut Context<'_>,
) -> Result<Power> {
    file.put_profile(name, members)?;
    let mut profile = cx.assume(file, name)?;
    if let (Some(wanted), Some(find)) = (wanted, provider.setup.and_then(|setup| setup.find)) {
        let settings = loose(provider, &profile, cx)?;
        let account = Keys::default().account(provider, settings, cx)?;
        let id = setup::find(provider, &find, &account, &cx.client()?, wanted)?;
        cx.console.info(format!("{wanted} is {} {id}", find.setting));
        members.push((find.setting, id));
        file.put_profile(name, members)?;
        profile = cx.assume(file, name)?;
    }
    let (provider, settings) = account::settle(&profile, &[], cx)?;
    let account = Keys::default().account(provider, settings, cx)?;
    setup::probe(provider, &account, &cx.client()?)
}

/// Whether the credential may be stored.
fn judge(power: &Power, accepted: bool, provider: &Provider, cx: &Context<'_>) -> Result<()> {
    if power.purges == Some(false) {
        return Err(Error::Policy(format!(
            "the credential may not purge; {}; --no-check stores it all the same",
            provider.missing
        )));
    }
    if power.broad.is_empty() {
        return Ok(());
    }
    let broad = power.broad.join("; ");
    if !accepted && !planted!("broad-credential-unasked") {
        return Err(Error::Policy(format!(
            "the credential may do more than purge: {broad}; make one that may only purge, or take this one with \
             --accept-broad"
        )));
    }
    cx.console.warn(format!("the credential may do more than purge: {broad}"));
    Ok(())
}

fn tell(name: &str, members: &Members, power: Option<&Power>, cx: &mut Context<'_>) -> Result<()> {
    let path = cx.place().writable()?.display().to_string();
    cx.console.info(format!("✓ wrote profile \"{name}\" to {path}"));
    for (member, value) in members {
        let shown = if value.starts_with("plain:") { visible(value) } else { value.clone() };
        cx.console.info(format!("  {member} = {shown}"));
    }
    match power {
        None => cx.console.info("the credential is not tested (--no-check)"),
        Some(power) => {
            if power.purges == Some(true) {
                cx.console.info("the credential may purge");
            }
            power.notes.iter().for_each(|note| cx.console.info(note));
        }
    }
    cx.console.info(format!("Try it with:    stratos --profile {name} purge URL --dry-run"));
    super::warn_of_plain(cx, &path, name, members.iter().map(|(member, value)| (*member, value)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Init;
    use crate::{command::Command, context::desk::Desk, error::Result, report::Report, secret::Secret};

    /// What `init <provider> --no-check` reports after these answers, and the file it leaves.
    fn answered(
        provider: &str,
        env: &[(&'static str, &str)],
        input: &str,
    ) -> (Result<serde_json::Value>, String) {
        let env = env.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let desk = Desk {
            config: Some(String::new()),
            input: input.into(),
            unseen: Some(|_| Ok(Secret::new("typed-unseen"))),
            env,
            ..Desk::default()
        };
        let wants = super::Wants { no_check: true, ..super::Wants::default() };
        let (result, file) =
            desk.run(|cx| Init { vendor: Some(provider.into()), wants, ..Init::default() }.run(cx));
        (result.map(|report| report.value()), file.unwrap())
    }

    #[test]
    fn the_dialogue_asks_for_what_the_row_must_have_and_no_more() {
        let zone = "0123456789abcdef0123456789abcdef";
        let (report, file) = answered("cloudflare", &[], &format!("\n{zone}\nenv:CF\n"));
        assert_eq!(report.unwrap()["entry"]["token"], "env:CF");
        assert_eq!(
            file,
            format!(
                "[profiles.default]\nprovider = \"cloudflare\"\nzone_id = \"{zone}\"\ntoken = \"env:CF\"\n"
            )
        );
        let (_, file) = answered("google", &[], "proj\nmap\nplain:\n");
        assert!(
            file.contains("url_map = \"map\"") && file.contains("access_token = \"plain:typed-unseen\""),
            "{file}"
        );
    }

    #[test]
    fn what_is_there_already_is_not_asked_for() {
        let (report, file) =
            answered("netlify", &[("NETLIFY_AUTH_TOKEN", "t"), ("NETLIFY_SITE_ID", "s")], "");
        assert!(report.is_ok());
        assert_eq!(file, "[profiles.default]\nprovider = \"netlify\"\n");
        let (report, file) = answered("netlify", &[("NETLIFY_AUTH_TOKEN", "t")], "\n\n\n");
        assert_eq!((report.unwrap_err().facts().exit, file.as_str()), (64, ""));
    }
}
