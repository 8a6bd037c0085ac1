//! Key rotation: when each step is safe, and whether a key may go. Dates in, dates out; no clock.
//!
//! A link lives until its expiry whatever becomes of its key's place in the ring, so the old key must stay
//! accepted at the edge until the last link of it has ended. Nothing here is a vendor's fact: how long an
//! edge takes to learn a key, and how many it holds, are the operator's to say.

use super::{Claim, Scheme};

/// What the dates are made of, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// When the new key goes to the edge.
    pub start: u64,
    /// Until every edge knows a key.
    pub propagation: u64,
    /// For so long a signer may go on with the key that it has loaded.
    pub cache: u64,
    /// The longest lifetime of a link.
    pub longest: u64,
    /// How far clocks may be apart.
    pub skew: u64,
    /// The last expiry that a census saw.
    pub latest: Option<u64>,
}

/// What is to be done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The edge learns the new key.
    Add,
    /// From now on no link is minted that lives beyond the exchange.
    Shorten,
    /// The new key signs.
    Promote,
    /// The edge gets the new key in the place of the old one, which signs no more.
    Exchange,
    /// No signer uses the old key any more.
    Quiet,
    /// No link of the old key lives.
    Retire,
    /// Every edge knows the new key.
    Settled,
}

impl Action {
    /// Its name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Shorten => "shorten",
            Self::Promote => "promote",
            Self::Exchange => "exchange",
            Self::Quiet => "quiet",
            Self::Retire => "retire",
            Self::Settled => "settled",
        }
    }
}

/// The steps and the first second at which each is safe.
#[must_use]
pub fn steps(pace: &Pace, single: bool) -> Vec<(Action, u64)> {
    let after = |start: u64, wait: u64| start.saturating_add(wait);
    // The last link is minted by a signer that loaded the old key just before it was replaced.
    let ended = |quiet: u64| {
        let dated = after(quiet, pace.longest);
        after(dated.max(pace.latest.unwrap_or(0)), pace.skew)
    };
    if single {
        let exchange = ended(after(pace.start, pace.cache));
        let settled = after(exchange, pace.propagation.max(pace.cache));
        return vec![
            (Action::Shorten, pace.start),
            (Action::Exchange, exchange),
            (Action::Settled, settled),
            (Action::Retire, settled),
        ];
    }
    let promote = after(pace.start, pace.propagation);
    let quiet = after(promote, pace.cache);
    vec![
        (Action::Add, pace.start),
        (Action::Promote, promote),
        (Action::Quiet, quiet),
        (Action::Retire, ended(quiet)),
    ]
}

/// What the scheme asks of an edge that holds two keys. Which vendor's edge can is not known here.
#[must_use]
pub fn overlap(scheme: &Scheme) -> (&'static str, &'static str) {
    if scheme.carries(Claim::KeyId) {
        (
            "by key id",
            "a link names its key, so the edge picks it by the id; both keys stay there under their ids",
        )
    } else {
        (
            "tried in turn",
            "a link does not name its key, so the edge must try both keys until the old one is retired",
        )
    }
}

/// What a census says of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When it was taken.
    pub taken: u64,
    /// Signed links in the whole log, of any key.
    pub links: u64,
    /// Links of this key that were alive then.
    pub live: u64,
    /// Those of them that never end.
    pub endless: u64,
    /// The last expiry of them.
    pub latest: Option<u64>,
}

/// What is known of a key that shall go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The time.
    pub now: u64,
    /// How far clocks may be apart.
    pub skew: u64,
    /// How old a census may be.
    pub max_age: u64,
    /// When the key signed last, where that is known.
    pub quiet: Option<u64>,
    /// From when on no link of it lives, where that is known.
    pub retire_after: Option<u64>,
    /// The census.
    pub census: Option<Counted>,
}

/// Why a key may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A census saw no live link of it.
    Census,
    /// Its last link has ended by the calendar.
    Date,
    /// Both.
    Both,
}

/// Why a key may not go yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Links of it live, the last until then; `None` for one that never ends.
    Live {
        /// How many.
        links: u64,
        /// Until when.
        until: Option<u64>,
    },
    /// By the calendar links may live until then.
    Early(u64),
    /// The census is so many seconds old.
    Old(u64),
    /// The census was taken while the key still signed.
    Before(u64),
    /// The census saw no signed link at all.
    Blind,
    /// Nothing is known.
    Nothing,
}

/// Whether no link of a key lives any more. A date that is still to come counts for more than a census, which
/// sees only the links that somebody used.
pub fn may_retire(evidence: &Evidence) -> Result<Ground, Doubt> {
    let over = |time: u64| time.saturating_add(evidence.skew) <= evidence.now;
    if let Some(census) = evidence.census
        && census.live > 0
        && (census.endless > 0 || !census.latest.is_some_and(over))
    {
        let until = census.latest.filter(|_| census.endless == 0);
        return Err(Doubt::Live { links: census.live, until });
    }
    let dated = match evidence.retire_after {
        Some(date) if date > evidence.now => return Err(Doubt::Early(date)),
        dated => dated.is_some(),
    };
    match (evidence.census.map(|census| sound(&census, evidence)), dated) {
        (Some(Ok(())), true) => Ok(Ground::Both),
        (Some(Ok(())), false) => Ok(Ground::Census),
        (_, true) => Ok(Ground::Date),
        (Some(Err(doubt)), false) => Err(doubt),
        (None, false) => Err(Doubt::Nothing),
    }
}

/// Whether a census that saw no live link of the key is worth anything.
fn sound(census: &Counted, evidence: &Evidence) -> Result<(), Doubt> {
    let age = evidence.now.saturating_sub(census.taken);
    match evidence.quiet {
        Some(quiet) if census.taken < quiet => Err(Doubt::Before(quiet)),
        _ if age > evidence.max_age => Err(Doubt::Old(age)),
        _ if census.links == 0 => Err(Doubt::Blind),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { start: 1_000, propagation: 10, cache: 5, longest: 100, skew: 2, latest: None };

    #[test]
    fn the_old_key_stays_until_its_last_link_has_ended() {
        let dates = |pace: &Pace| steps(pace, false).into_iter().map(|(_, at)| at).collect::<Vec<_>>();
        assert_eq!(dates(&PACE), [1_000, 1_010, 1_015, 1_117]);
        assert_eq!(dates(&Pace { latest: Some(1_050), ..PACE })[3], 1_117);
        assert_eq!(dates(&Pace { latest: Some(9_000), ..PACE })[3], 9_002);
        assert_eq!(dates(&Pace { start: u64::MAX, ..PACE })[3], u64::MAX);
    }

    #[test]
    fn an_edge_with_one_key_gets_the_new_one_when_the_old_links_have_ended() {
        let steps = steps(&PACE, true);
        assert_eq!(steps[1], (Action::Exchange, 1_107));
        assert_eq!(steps[2], (Action::Settled, 1_117));
    }

    const EVIDENCE: Evidence = Evidence {
        now: 10_000,
        skew: 10,
        max_age: 100,
        quiet: Some(9_000),
        retire_after: None,
        census: None,
    };
    const CENSUS: Counted = Counted { taken: 9_950, links: 5, live: 0, endless: 0, latest: None };

    fn judged(change: impl Fn(&mut Evidence, &mut Counted)) -> Result<Ground, Doubt> {
        let (mut evidence, mut census) = (EVIDENCE, CENSUS);
        change(&mut evidence, &mut census);
        may_retire(&Evidence { census: Some(census), ..evidence })
    }

    #[test]
    fn a_key_goes_on_evidence_alone() {
        assert_eq!(may_retire(&EVIDENCE), Err(Doubt::Nothing));
        assert_eq!(judged(|_, _| {}), Ok(Ground::Census));
        let dated = |retire_after| may_retire(&Evidence { retire_after: Some(retire_after), ..EVIDENCE });
        assert_eq!((dated(10_000), dated(10_001)), (Ok(Ground::Date), Err(Doubt::Early(10_001))));
        assert_eq!(judged(|evidence, _| evidence.retire_after = Some(9_999)), Ok(Ground::Both));
        assert_eq!(judged(|evidence, _| evidence.retire_after = Some(10_500)), Err(Doubt::Early(10_500)));
    }

    #[test]
    fn live_links_hold_a_key_until_they_have_ended() {
        let live = |latest, endless| {
            judged(move |evidence, census| {
                evidence.retire_after = Some(1);
                *census = Counted { live: 3, latest, endless, ..CENSUS };
            })
        };
        assert_eq!(live(Some(9_991), 0), Err(Doubt::Live { links: 3, until: Some(9_991) }));
        assert_eq!(live(Some(9_990), 0), Ok(Ground::Both));
        assert_eq!(live(Some(9_000), 1), Err(Doubt::Live { links: 3, until: None }));
        assert_eq!(live(None, 0), Err(Doubt::Live { links: 3, until: None }));
    }

    #[test]
    fn a_census_that_proves_nothing_is_none() {
        assert_eq!(judged(|_, census| census.taken = 9_899), Err(Doubt::Old(101)));
        assert_eq!(judged(|_, census| census.taken = 8_999), Err(Doubt::Before(9_000)));
        assert_eq!(judged(|_, census| census.links = 0), Err(Doubt::Blind));
        let dated = judged(|evidence, census| {
            evidence.retire_after = Some(1);
            census.taken = 1;
        });
        assert_eq!(dated, Ok(Ground::Date));
    }
}
