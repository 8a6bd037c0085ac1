//! Who the targets are: names looked up, each settled and planned under its own profile, doubles left out.

use super::{Fan, Manner};
use crate::{
    commands::purge::{
        account::{Keys, Sets},
        changed::Chosen,
        job::Job,
    },
    context::Context,
    error::{Error, Result},
    options::near,
    profile::{File, Group, Origin, Profile},
    purge::{
        self, PROVIDERS,
        fan::{Meaning, Stage, expand, merge, whose},
        plan::Several,
    },
};
use std::rc::Rc;

/// The names, with a plan for each or the reason why there is none.
pub(super) fn settle(
    names: &[String],
    chosen: &Chosen,
    typed: &Sets,
    keys: &Keys,
    cx: &mut Context<'_>,
) -> Result<Fan> {
    refuse_shared(keys, cx)?;
    let file = File::load(&cx.place())?;
    let groups = file.groups()?;
    let stages = expand(names, &|name, user| look(name, user, &file, &groups, cx))?;
    let sets = sets(&typed.sets, &stages)?;
    let profiles = stages.iter().map(|stage| profile(&stage.name, &file, cx)).collect::<Result<Vec<_>>>()?;
    let mut jobs = Vec::new();
    for (profile, sets) in profiles.iter().zip(&sets) {
        jobs.push(cx.under(profile, |cx| Job::cut(chosen, profile, sets, cx)));
    }
    without_doubles(Fan { stages, profiles, jobs }, keys, cx)
}

/// The targets of a plan that was made before, each with the account that it was made for, or why not.
pub(super) fn taken(several: Several, how: &Manner<'_>, cx: &mut Context<'_>) -> Result<Fan> {
    refuse_shared(how.keys, cx)?;
    let file = File::load(&cx.place())?;
    let Several { stages, plans } = several;
    let sets = sets(&how.sets.sets, &stages)?;
    let profiles = stages.iter().map(|stage| profile(&stage.name, &file, cx)).collect::<Result<Vec<_>>>()?;
    let mut jobs = Vec::new();
    for ((plan, profile), sets) in plans.into_iter().zip(&profiles).zip(&sets) {
        jobs.push(cx.under(profile, |cx| Job::of(plan, profile, sets, cx)));
    }
    Ok(Fan { stages, profiles, jobs })
}

/// What is typed once cannot be meant for each of several accounts.
pub(super) fn refuse_shared(keys: &Keys, cx: &Context<'_>) -> Result<()> {
    let options = &cx.options;
    let shared = [
        ("--profile", options.profile.is_some(), "name it with --to"),
        ("--cdn-url", options.cdn_url.is_some(), "the address of a target stands in its profile"),
        ("--account-key", options.account_key.is_some(), "name it in the profile that it belongs to"),
        ("--purge-key and --token", *keys != Keys::default(), "name them in the profiles"),
    ];
    match shared.iter().find(|(_, given, _)| *given) {
        None => Ok(()),
        Some((flag, _, advice)) => Err(Error::Usage(format!(
            "{flag} does not go with --to: it would hold for every target; {advice}"
        ))),
    }
}

/// A profile, else a group, else a provider.
fn look(name: &str, user: Option<&str>, file: &File, groups: &[Group], cx: &Context<'_>) -> Result<Meaning> {
    if file.names().contains(&name) {
        return Ok(Meaning::Target(cx.profile_named(file, name)?.then.clone()));
    }
    if let Some(group) = groups.iter().find(|group| group.name == name) {
        return Ok(Meaning::Group(group.layers.clone()));
    }
    if PROVIDERS.iter().any(|provider| provider.id == name) {
        return Ok(Meaning::Target(Vec::new()));
    }
    let mut known = file.names();
    known.extend(groups.iter().map(|group| group.name.as_str()));
    let advice = match near(name, known.iter().copied().chain(PROVIDERS.iter().map(|row| row.id))) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => "there are no profiles; create one with `stratos init`".to_owned(),
        None => format!("known: {}", known.join(", ")),
    };
    let text = |by: &str| format!("{by} names {name:?}, which is no profile, group or provider; {advice}");
    Err(match user {
        None => Error::Usage(text("--to")),
        Some(user) => Error::Config(text(user)),
    })
}

/// The profile of a target; a provider that no profile is named for stands for itself.
pub(super) fn profile(name: &str, file: &File, cx: &Context<'_>) -> Result<Rc<Profile>> {
    if file.names().contains(&name) { cx.profile_named(file, name) } else { cx.provider_alone(file, name) }
}

/// `--set cdn.zone=…`: the settings of each target.
pub(super) fn sets(given: &[String], stages: &[Stage]) -> Result<Vec<Vec<String>>> {
    let mut sets = vec![Vec::new(); stages.len()];
    for pair in given {
        let dotted = pair.split_once('=').and_then(|(name, _)| name.split_once('.'));
        let Some((target, _)) = dotted else {
            return Err(Error::Usage(format!(
                "--set {pair:?} does not say whose setting it is; with --to write --set target.name=value"
            )));
        };
        let Some(index) = stages.iter().position(|stage| stage.name == target) else {
            let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
            return Err(Error::Usage(format!(
                "--set {pair:?} is for {target:?}, which is no target; they are {}",
                names.join(", ")
            )));
        };
        sets[index].push(pair[target.len() + 1..].to_owned());
    }
    Ok(sets)
}

/// What makes two targets one: the same account, opened by the same credentials.
fn identity(profile: &Rc<Profile>, job: &Job, keys: &Keys, cx: &mut Context<'_>) -> String {
    let account = cx.under(profile, |cx| keys.account_by_name(job.provider, job.settings.clone(), cx));
    let named = account.map(|account| {
        account
            .secrets()
            .iter()
            .map(|(name, found)| format!("{name}={}", found.reference))
            .collect::<Vec<_>>()
    });
    format!("{} {} {:?}", job.provider.id, job.settings.digest(), named.unwrap_or_default())
}

fn without_doubles(fan: Fan, keys: &Keys, cx: &mut Context<'_>) -> Result<Fan> {
    let Fan { stages, profiles, jobs } = fan;
    let mut seen: Vec<Option<String>> = Vec::new();
    let mut same = Vec::new();
    for (index, (profile, job)) in profiles.iter().zip(&jobs).enumerate() {
        let own = job.as_ref().ok().map(|job| identity(profile, job, keys, cx));
        let first = own.as_ref().and_then(|own| seen.iter().position(|seen| seen.as_ref() == Some(own)));
        if let Some(first) = first {
            one_account(&profiles[first], profile, &stages[index].name, cx)?;
        }
        same.push(first.unwrap_or(index));
        seen.push(own);
    }
    let mut index = 0..same.len();
    let kept = index.by_ref().map(|index| same[index] == index).collect::<Vec<bool>>();
    let pick =
        |list: Vec<Rc<Profile>>| list.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(it, _)| it);
    let jobs = jobs.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(job, _)| job).collect();
    Ok(Fan { profiles: pick(profiles).collect(), stages: merge(stages, &same)?, jobs })
}

/// Two profiles of one account are purged once. Where they say different things, and only a variable
/// makes them one, the second account would never be purged: that is refused.
fn one_account(first: &Profile, second: &Profile, name: &str, cx: &Context<'_>) -> Result<()> {
    let provider = purge::provider(&second.provider.value)?;
    let says = |profile: &Profile| {
        let mut settings = profile.settings.clone();
        settings.sort();
        (settings, profile.nodes.clone(), profile.bound_to.clone(), profile.references.clone())
    };
    let variables = provider.variables.iter().flat_map(|(_, names)| names.iter().copied());
    let strong = variables.chain(match second.url.origin {
        Origin::Environment(name) => Some(name),
        _ => None,
    });
    let set: Vec<&str> = strong.filter(|name| cx.env.get(name).is_some()).collect();
    if says(first) != says(second) && !set.is_empty() {
        let text = format!(
            "it is the same account as {}, but only because {} overrides what the profiles say; unset it",
            first.name,
            set.join(" and ")
        );
        return Err(whose(name, Error::Config(text)));
    }
    cx.console.info(format!("{name} is the same account as {}, and is purged once", first.name));
    Ok(())
}
