//! Who purges what: all that is settled before anything is sent, and no secret.

use super::{account, changed::Chosen};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::Profile,
    purge::{
        Provider, Selector, Settings,
        journal::{Head, Said},
        plan::{Plan, plan_of},
    },
};

/// One account and the plan for it.
pub(super) struct Job {
    /// The profile's name.
    pub profile: String,
    /// Its provider's row.
    pub provider: &'static Provider,
    /// Its account without secrets.
    pub settings: Settings,
    /// What made the account, for whoever takes the run up again.
    pub said: Said,
    /// What goes out.
    pub plan: Plan,
}

impl Job {
    /// Cuts what was chosen for the account of a profile; a plan without a batch, where nothing changed.
    pub fn cut(chosen: &Chosen, profile: &Profile, sets: &[String], cx: &Context<'_>) -> Result<Self> {
        let (provider, settings) = account::settle(profile, sets, cx)?;
        let plan = match chosen.is_nothing() {
            true => Plan::nothing(provider, &settings),
            false => plan_of(provider, &settings, chosen, &|index| chosen.lines.of(index))?,
        };
        Self::new(provider, settings, plan, profile, sets, cx)
    }

    /// Takes a plan that was made before; it must be the profile's account that it was made for.
    pub fn of(plan: Plan, profile: &Profile, sets: &[String], cx: &Context<'_>) -> Result<Self> {
        same_provider(&plan, profile)?;
        let (provider, settings) = account::settle(profile, sets, cx)?;
        if settings.digest() != plan.account {
            return Err(Error::Data(format!(
                "the plan was made for another account of {} than profile {} gives; use the same --profile, \
                 --cdn-url and --set as when it was made, or plan again",
                provider.title, profile.name
            )));
        }
        Self::new(provider, settings, plan, profile, sets, cx)
    }

    /// Takes the plan of a run up again: what made its account holds where nothing is said now, and what is said
    /// now must not contradict it.
    pub fn again(
        head: &Head,
        plan: Plan,
        profile: &Profile,
        sets: &[String],
        cx: &Context<'_>,
    ) -> Result<Self> {
        let Some(said) = &head.said else { return Self::of(plan, profile, sets, cx) };
        same_provider(&plan, profile)?;
        let named = |set: &String| set.split_once('=').map(|(name, _)| name.to_owned());
        let kept = said.sets.iter().filter(|old| sets.iter().all(|new| named(new) != named(old)));
        let sets: Vec<String> = kept.chain(sets).cloned().collect();
        let (provider, settings) = account::settle_with(profile, &sets, said.settings.clone(), cx)?;
        if settings.digest() != plan.account {
            return Err(Error::Data(format!(
                "the run {} purges at another account than profile {} gives now: {}; leave out what says otherwise, \
                 or give the run up with `stratos purge history --forget {0}`",
                head.run,
                profile.name,
                said_otherwise(said, &settings)
            )));
        }
        Self::new(provider, settings, plan, profile, &sets, cx)
    }

    fn new(
        provider: &'static Provider,
        settings: Settings,
        plan: Plan,
        profile: &Profile,
        sets: &[String],
        cx: &Context<'_>,
    ) -> Result<Self> {
        let values = settings.values().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let made = |set: &&String| settings.values().any(|(name, _)| set.split('=').next() == Some(name));
        let said = Said {
            url: account::typed(provider, profile, cx)?,
            targets: settings.targets().to_vec(),
            settings: values.collect(),
            sets: sets.iter().filter(|set| !made(set)).cloned().collect(),
        };
        Ok(Self { profile: profile.name.clone(), provider, settings, said, plan })
    }

    /// Whether it empties the whole cache, by its name or by a prefix that leaves nothing out.
    pub fn is_everything(&self) -> bool {
        let all = |item: &String| matches!(item.as_str(), "/" | "/*" | "*");
        self.plan.batches().any(|batch| {
            batch.selector == Selector::All
                || batch.selector == Selector::Prefix && batch.items.all().iter().any(all)
        })
    }

    /// Duplicates, and what the plan costs where that is worth a line.
    pub fn announce(&self, cx: &Context<'_>, always: bool) {
        match self.plan.duplicates {
            0 => {}
            1 => cx.console.info("1 duplicate left out"),
            count => cx.console.info(format!("{count} duplicates left out")),
        }
        if !always && self.plan.count() == 1 {
            return;
        }
        for (budget, count) in self.plan.quota(self.provider, &self.settings) {
            cx.console.info(budget.share(count));
            if budget.never_holds(count) {
                cx.console.warn(format!(
                    "{} takes {}; what is beyond that stays unsent and is named at the end",
                    self.provider.title,
                    budget.measure()
                ));
            }
        }
    }
}

fn same_provider(plan: &Plan, profile: &Profile) -> Result<()> {
    if profile.provider.value == plan.provider {
        return Ok(());
    }
    Err(Error::Data(format!(
        "the plan is for {}, and profile {} is of {}; name the profile it was made for with --profile",
        plan.provider, profile.name, profile.provider.value
    )))
}

/// What is said now, where the run was told something else.
fn said_otherwise(said: &Said, now: &Settings) -> String {
    let mut list: Vec<String> = now
        .values()
        .filter_map(|(name, value)| {
            let then = said.settings.get(name).filter(|then| *then != value)?;
            Some(format!("{name} is {value:?}, and was {then:?}"))
        })
        .collect();
    if said.targets != now.targets() {
        list.push(format!(
            "it goes to {}, and went to {}",
            now.targets().join(", "),
            said.targets.join(", ")
        ));
    }
    list.join("; ")
}
