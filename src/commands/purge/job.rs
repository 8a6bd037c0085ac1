//! Who purges what: all that is settled before anything is sent, and no secret.

use super::{account, changed::Chosen};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::Profile,
    purge::{
        Provider, Selector, Settings,
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
        Ok(Self { profile: profile.name.clone(), provider, settings, plan })
    }

    /// Takes a plan that was made before; it must be the profile's account that it was made for.
    pub fn of(plan: Plan, profile: &Profile, sets: &[String], cx: &Context<'_>) -> Result<Self> {
        if profile.provider.value != plan.provider {
            return Err(Error::Data(format!(
                "the plan is for {}, and profile {} is of {}; name the profile it was made for with --profile",
                plan.provider, profile.name, profile.provider.value
            )));
        }
        let (provider, settings) = account::settle(profile, sets, cx)?;
        if settings.digest() != plan.account {
            return Err(Error::Data(format!(
                "the plan was made for another account of {} than profile {} gives; use the same --profile, \
                 --cdn-url and --set as when it was made, or plan again",
                provider.title, profile.name
            )));
        }
        Ok(Self { profile: profile.name.clone(), provider, settings, plan })
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
