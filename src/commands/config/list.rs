//! `config list --origin`: the settings in force, and who set each.

use crate::{
    commands::purge::vendor,
    context::Context,
    credential::Credential,
    error::{Error, Result},
    http::Policy,
    profile::{Kept, Origin, Profile, RingKey, Setting, shown},
    report::{Report, Rows},
};
use serde_json::{Value, json};

/// One setting.
struct Line {
    setting: &'static str,
    value: Option<String>,
    origin: String,
}

/// All of them.
pub struct Settings(Vec<Line>);

pub(super) fn settings(cx: &mut Context<'_>) -> Result<Settings> {
    let profile = cx.profile()?;
    let source = if profile.literals { Kept::Node } else { Kept::Toml };
    let mut lines = vec![
        Line { setting: "profile", value: Some(profile.name.clone()), origin: chosen_by(cx, &profile) },
        line("provider", &some(&profile.provider), source),
        line("url", &some(&profile.url), source),
    ];
    let kept = vendor::named(cx).unwrap_or_else(|error| {
        cx.console.warn(error.to_string());
        None
    });
    for which in vendor::credentials(&profile) {
        let mut line = credential(cx, which, &profile, source)?;
        if let Some((shown, by, names)) = &kept
            && line.value.is_none()
            && names.contains(&line.setting)
        {
            (line.value, line.origin) = (Some(shown.clone()), by.to_string());
        }
        lines.push(line);
    }
    lines.push(line("signing.scheme", &some(&profile.scheme), source));
    if !profile.ring.is_empty() {
        let key = |key: &RingKey| {
            format!("{} {} {}", key.id, key.standing.name(), shown(&key.reference, profile.literals))
        };
        let value = profile.ring.iter().map(key).collect::<Vec<_>>().join(", ");
        let origin = Origin::Profile("signing.keys");
        lines.push(line("signing.keys", &Setting { value: Some(value), origin }, source));
    }
    let defaults = Policy::default();
    let time = |duration| humantime::format_duration(duration).to_string();
    for (name, setting, default) in [
        ("timeout", &profile.timeout, Some(time(defaults.timeout))),
        ("retries", &profile.retries, Some(defaults.retries.to_string())),
        ("max_wait", &profile.max_wait, Some(time(defaults.max_wait))),
        ("ca_file", &profile.ca_file, None),
        ("client_cert", &profile.client_cert, None),
        ("client_key", &profile.client_key, None),
        ("otlp_endpoint", &profile.otlp_endpoint, None),
    ] {
        let value = setting.value.clone().or(default);
        lines.push(line(name, &Setting { value, origin: setting.origin }, source));
    }
    Ok(Settings(lines))
}

fn some(setting: &Setting<String>) -> Setting<Option<String>> {
    Setting { value: Some(setting.value.clone()), origin: setting.origin }
}

fn line(setting: &'static str, of: &Setting<Option<String>>, source: Kept) -> Line {
    Line { setting, value: of.value.clone(), origin: origin(of.origin, source) }
}

fn origin(origin: Origin, source: Kept) -> String {
    match origin {
        Origin::Profile(_) if source == Kept::Node => "config.json".into(),
        Origin::Profile(_) => "config.toml".into(),
        other => other.to_string(),
    }
}

fn chosen_by(cx: &Context<'_>, profile: &Profile) -> String {
    if cx.options.profile.is_some() {
        "--profile".into()
    } else if cx.env.get("STRATOS_PROFILE").is_some() {
        "STRATOS_PROFILE".into()
    } else if profile.chosen_by_file {
        "config.toml".into()
    } else {
        Origin::Default.to_string()
    }
}

fn credential(cx: &mut Context<'_>, which: Credential, profile: &Profile, source: Kept) -> Result<Line> {
    let setting = which.member();
    match cx.named(which, None, None) {
        Ok(Some(named)) => {
            Ok(Line { setting, value: Some(named.shown), origin: origin(named.origin, source) })
        }
        Ok(None) => Ok(Line { setting, value: None, origin: Origin::Default.to_string() }),
        // Bound to another origin, or no reference: listed all the same, with the reason beside it.
        Err(Error::Config(why)) => {
            cx.console.warn(why);
            let value = profile.reference(setting).map(|reference| shown(reference, profile.literals));
            Ok(Line { setting, value, origin: origin(Origin::Profile(setting), source) })
        }
        Err(error) => Err(error),
    }
}

impl Report for Settings {
    fn value(&self) -> Value {
        let line = |line: &Line| json!({"setting": line.setting, "value": line.value, "origin": line.origin});
        self.0.iter().map(line).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let cells = |line: &Line| {
            let value = line.value.clone().unwrap_or_else(|| "(unset)".into());
            vec![line.setting.to_owned(), value, line.origin.clone()]
        };
        Some(Rows { columns: vec!["SETTING", "VALUE", "ORIGIN"], rows: self.0.iter().map(cells).collect() })
    }
}
