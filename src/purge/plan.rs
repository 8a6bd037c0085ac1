//! Selectors in, legal batches out: pure, cut by items, bytes and room, duplicates removed, order kept.

mod file;
mod several;

pub use several::{Loaded, Several};

use super::{Batch, Budget, Counts, Items, Key, Limit, Provider, Selector, Settings, items::whole};
use crate::error::{Error, Result};
use std::{collections::HashSet, ops::Range, sync::Arc};

/// What the caller asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// One selector: mixing them is refused.
    pub selector: Selector,
    /// What it names, in the order given. Not looked at for [`Selector::All`].
    pub items: Vec<String>,
    /// Mark stale instead of removing.
    pub soft: bool,
}

/// Batches that the provider accepts, in the order in which they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The provider's id.
    pub provider: String,
    /// Which account it was made for: [`Settings::digest`].
    pub account: String,
    /// How many items were left out because they had been named before.
    pub duplicates: usize,
    items: Vec<String>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    target: Arc<str>,
    selector: Selector,
    soft: bool,
    items: Range<usize>,
}

/// Cuts a selection for an account.
pub fn plan(provider: &Provider, settings: &Settings, selection: &Selection) -> Result<Plan> {
    plan_of(provider, settings, selection, &|_| None)
}

/// As [`plan`], with the place that an item came from, by its index, for the one that is refused.
pub fn plan_of(
    provider: &Provider,
    settings: &Settings,
    selection: &Selection,
    place: &dyn Fn(usize) -> Option<String>,
) -> Result<Plan> {
    let limit = supported(provider, settings, selection)?;
    let (items, duplicates) = normalized(provider, settings, selection, place)?;
    let mut parts = Vec::new();
    // Target by target, so that a stop at one node leaves the others whole.
    for target in settings.targets() {
        let cutter = Cutter { provider, settings, limit, target, soft: selection.soft };
        let (cuts, target): (_, Arc<str>) = (cutter.cut(&items)?, target.as_str().into());
        parts.extend(cuts.into_iter().map(|items| Part {
            target: Arc::clone(&target),
            selector: selection.selector,
            soft: selection.soft,
            items,
        }));
    }
    Ok(Plan { provider: provider.id.to_owned(), account: settings.digest(), duplicates, items, parts })
}

/// The row for the selector, or the nearest selector that has one.
fn supported(provider: &Provider, settings: &Settings, asked: &Selection) -> Result<&'static Limit> {
    let selector = asked.selector;
    let Some(limit) = provider.limit(settings, selector) else {
        let nearest = selector.nearest().into_iter().find(|other| provider.limit(settings, *other).is_some());
        let advice = nearest.map_or_else(
            || "it purges nothing".to_owned(),
            |near| format!("the nearest it has is {}", near.flag()),
        );
        return Err(Error::Usage(format!(
            "{} cannot purge by {}; {advice}",
            provider.title,
            selector.name()
        )));
    };
    if asked.soft && !limit.soft && !planted!("soft-becomes-hard") {
        return Err(Error::Usage(format!(
            "{} cannot purge softly: {}; leave out --soft to remove the content at once",
            provider.title, provider.hard
        )));
    }
    Ok(limit)
}

fn normalized(
    provider: &Provider,
    settings: &Settings,
    asked: &Selection,
    place: &dyn Fn(usize) -> Option<String>,
) -> Result<(Vec<String>, usize)> {
    if asked.selector == Selector::All || asked.items.is_empty() && planted!("empty-is-everything") {
        return Ok((vec![Selector::All.name().to_owned()], 0));
    }
    if asked.items.is_empty() {
        return Err(Error::Usage(format!(
            "there is no {} to purge; an empty list never means everything",
            asked.selector.name()
        )));
    }
    let normalize = |(index, item): (usize, &String)| {
        (provider.normalize)(settings, asked.selector, item).map_err(|error| match (error, place(index)) {
            (Error::Data(why), Some(place)) => Error::Data(format!("{place}: {why}")),
            (error, _) => error,
        })
    };
    let mut items = asked.items.iter().enumerate().map(normalize).collect::<Result<Vec<_>>>()?;
    // Borrowed: a copy of every item would be half of what a large plan holds.
    let mut seen = HashSet::with_capacity(items.len());
    let first: Vec<bool> = items.iter().map(|item| seen.insert(item.as_str())).collect();
    let mut first = first.into_iter();
    items.retain(|_| first.next().unwrap_or_default());
    let duplicates = asked.items.len() - items.len();
    if planted!("item-is-left-out") && items.len() > 1 {
        items.pop();
    }
    Ok((items, duplicates))
}

/// Finds the largest legal batches, by measuring what `encode` makes.
struct Cutter<'a> {
    provider: &'a Provider,
    settings: &'a Settings,
    limit: &'a Limit,
    target: &'a str,
    soft: bool,
}

impl Cutter<'_> {
    fn cut(&self, items: &[String]) -> Result<Vec<Range<usize>>> {
        let most = self.most();
        let (mut cuts, mut from, mut guess) = (Vec::new(), 0, most);
        while from < items.len() {
            let reach = self.of_few_hosts(&items[from..most.min(items.len() - from) + from]);
            guess = match self.limit.bytes {
                None => reach,
                Some(bytes) => self.fit(&items[from..from + reach], bytes, guess)?,
            };
            // What the settings cannot say is found before the first request, not at it.
            if self.limit.bytes.is_none() && from == 0 {
                self.measure(&items[..guess])?;
            }
            cuts.push(from..from + guess);
            from += guess;
        }
        Ok(cuts)
    }

    /// How many of these are of no more hosts than a request may name.
    fn of_few_hosts(&self, items: &[String]) -> usize {
        let Some(most) = self.limit.hosts else { return items.len() };
        let mut hosts = HashSet::new();
        let fits = |item: &&String| {
            hosts.insert(whole(item).map_or_else(|_| String::new(), |whole| whole.host));
            hosts.len() <= most
        };
        items.iter().take_while(fits).count()
    }

    /// Most items by count: a batch beyond an item budget's room could never be sent.
    fn most(&self) -> usize {
        let budgets = self
            .limit
            .spends
            .iter()
            .filter(|budget| budget.counts == Counts::Items && self.settings.holds(budget.when));
        let rooms = budgets.map(|budget| budget.room as usize);
        rooms.fold(self.limit.items, usize::min).max(1)
    }

    /// How many of these fit into so many bytes. The next guess is where the line through the
    /// two nearest measurements meets the bound: three or four encodings, not twenty.
    fn fit(&self, items: &[String], bytes: usize, guess: usize) -> Result<usize> {
        let all = items.len();
        let (mut fits, mut size) = (0, self.overhead(items)?);
        let (mut over, mut oversize) = (all + 1, None);
        let mut guess = guess.clamp(1, all);
        for round in 0.. {
            let measured = self.measure(&items[..guess])?;
            if measured <= bytes {
                (fits, size) = (guess, measured);
            } else if guess == 1 {
                return Err(Error::Data(format!(
                    "{} is too long for one request to {} ({measured} bytes, at most {bytes})",
                    shortened(&items[0]),
                    self.provider.title
                )));
            } else {
                (over, oversize) = (guess, Some(measured));
            }
            if fits + 1 == over {
                return Ok(fits);
            }
            let slope = match oversize {
                Some(oversize) => usize::saturating_sub(oversize, size).div_ceil(over - fits),
                None => size.div_ceil(fits.max(1)),
            };
            // Items of very uneven length mislead the line; halving always ends soon.
            let step = if round < 8 { bytes.saturating_sub(size) / slope.max(1) } else { (over - fits) / 2 };
            guess = (fits + step).clamp(fits + 1, over - 1);
        }
        Ok(fits)
    }

    /// What a request holds beside its items, near enough to begin with.
    fn overhead(&self, items: &[String]) -> Result<usize> {
        Ok(self.measure(&items[..1])?.saturating_sub(items[0].len()))
    }

    fn measure(&self, items: &[String]) -> Result<usize> {
        let items = Items::of(items).expect("a cut is never empty");
        let batch = Batch {
            number: 1,
            target: self.target,
            selector: self.limit.selector,
            items,
            soft: self.soft,
            key: Key::ZERO,
        };
        Ok((self.provider.encode)(self.settings, &batch)?.body.len())
    }
}

/// An item as a message shows it.
pub fn shortened(item: &str) -> String {
    let head: String = item.chars().take(80).collect();
    if head.len() < item.len() { format!("{head:?}…") } else { format!("{head:?}") }
}

impl Plan {
    /// A plan without a batch: applying it sends nothing.
    #[must_use]
    pub fn nothing(provider: &Provider, settings: &Settings) -> Self {
        let (provider, account) = (provider.id.to_owned(), settings.digest());
        Self { provider, account, duplicates: 0, items: vec![], parts: vec![] }
    }

    /// How many batches there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// How many items, over all targets.
    #[must_use]
    pub fn items(&self) -> usize {
        self.parts.iter().map(|part| part.items.len()).sum()
    }

    /// The batches as they are measured and shown: their keys belong to no run.
    pub fn batches(&self) -> impl Iterator<Item = Batch<'_>> {
        (0..self.count()).map(|index| self.batch(index, None))
    }

    /// One batch, counted from 0; with a run's id it has that run's key.
    #[must_use]
    pub fn batch(&self, index: usize, run: Option<&[u8; 16]>) -> Batch<'_> {
        let part = &self.parts[index];
        Batch {
            number: index + 1,
            target: &part.target,
            selector: part.selector,
            items: Items::of(&self.items[part.items.clone()]).expect("a plan holds no empty batch"),
            soft: part.soft,
            key: run.map_or(Key::ZERO, |run| Key::of(run, &self.account, index + 1)),
        }
    }

    /// What it takes of each budget, as far as that is known without asking anybody.
    #[must_use]
    pub fn quota(&self, provider: &Provider, settings: &Settings) -> Vec<(Budget, usize)> {
        let mut used: Vec<(Budget, usize)> = Vec::new();
        for batch in self.batches() {
            let limit = provider.limit(settings, batch.selector);
            let spends = limit.map_or(&[][..], |limit| limit.spends);
            for budget in spends.iter().filter(|budget| settings.holds(budget.when)) {
                let cost = budget.cost(batch.items.count()) as usize;
                match used.iter_mut().find(|(known, _)| known.name == budget.name) {
                    Some((_, sum)) => *sum += cost,
                    None => used.push((*budget, cost)),
                }
            }
        }
        used
    }
}

#[cfg(test)]
mod tests;
