//! How much a request may hold, and the budgets it spends.

use super::Selector;
use std::time::Duration;

/// How much one request may hold, and what it spends.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Which selector this is about.
    pub selector: Selector,
    /// Most items in a request.
    pub items: usize,
    /// Most bytes of the encoded body.
    pub bytes: Option<usize>,
    /// Most hosts that its URLs may be of.
    pub hosts: Option<usize>,
    /// Whether a soft purge is possible.
    pub soft: bool,
    /// Applies only while a setting has this value.
    pub when: Option<(&'static str, &'static str)>,
    /// What a request spends; rows that name the same budget share it.
    pub spends: &'static [Budget],
}

impl Limit {
    /// A row that spends nothing.
    #[must_use]
    pub const fn of(selector: Selector, items: usize) -> Self {
        Self { selector, items, bytes: None, hosts: None, soft: false, when: None, spends: &[] }
    }

    /// Bounds the body.
    #[must_use]
    pub const fn bytes(self, bytes: usize) -> Self {
        Self { bytes: Some(bytes), ..self }
    }

    /// Bounds how many hosts the URLs are of.
    #[must_use]
    pub const fn hosts(self, hosts: usize) -> Self {
        Self { hosts: Some(hosts), ..self }
    }

    /// Allows soft purges.
    #[must_use]
    pub const fn soft(self) -> Self {
        Self { soft: true, ..self }
    }

    /// Ties the row to a setting.
    #[must_use]
    pub const fn when(self, setting: &'static str, value: &'static str) -> Self {
        Self { when: Some((setting, value)), ..self }
    }

    /// Names the budgets.
    #[must_use]
    pub const fn spends(self, spends: &'static [Budget]) -> Self {
        Self { spends, ..self }
    }
}

/// Something that requests use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Shared by all rows that use the name.
    pub name: &'static str,
    /// What is counted.
    pub counts: Counts,
    /// How much there is at most.
    pub room: u32,
    /// How it comes back.
    pub refill: Refill,
    /// Applies only while a setting has this value.
    pub when: Option<(&'static str, &'static str)>,
}

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Each request is one.
    Requests,
    /// Each item is one.
    Items,
}

impl Counts {
    const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Items => "items",
        }
    }
}

/// How a budget comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// When the purge that took it is done.
    UntilDone,
    /// Evenly, as into a bucket: so many in so long.
    Steady(u32, Duration),
    /// A window's: the room holds for any stretch of this length, whenever it begins.
    Within(Duration),
    /// Whole, at midnight UTC.
    Daily,
}

impl Budget {
    /// Counts requests; given back when done until one of the functions below says otherwise.
    #[must_use]
    pub const fn requests(name: &'static str, room: u32) -> Self {
        Self { name, counts: Counts::Requests, room, refill: Refill::UntilDone, when: None }
    }

    /// Counts items.
    #[must_use]
    pub const fn items(name: &'static str, room: u32) -> Self {
        Self { counts: Counts::Items, ..Self::requests(name, room) }
    }

    /// Refills evenly, so many in so many seconds, up to the room.
    #[must_use]
    pub const fn refill(self, count: u32, seconds: u64) -> Self {
        Self { refill: Refill::Steady(count, Duration::from_secs(seconds)), ..self }
    }

    /// Its room is for any so many seconds.
    #[must_use]
    pub const fn within(self, seconds: u64) -> Self {
        Self { refill: Refill::Within(Duration::from_secs(seconds)), ..self }
    }

    /// Refills at midnight UTC.
    #[must_use]
    pub const fn daily(self) -> Self {
        Self { refill: Refill::Daily, ..self }
    }

    /// Ties the budget to a setting.
    #[must_use]
    pub const fn when(self, setting: &'static str, value: &'static str) -> Self {
        Self { when: Some((setting, value)), ..self }
    }

    /// Its measure, in words.
    #[must_use]
    pub fn measure(&self) -> String {
        let (what, room) = (self.counts.name(), self.room);
        match self.refill {
            Refill::Daily => format!("{room} {what} a day"),
            Refill::Steady(count, period) => {
                format!(
                    "{room} {what} at once and {count} every {} after",
                    humantime::format_duration(period)
                )
            }
            Refill::Within(period) => {
                format!("{room} {what} in any {}", humantime::format_duration(period))
            }
            Refill::UntilDone => format!("{room} {what} in progress at a time"),
        }
    }

    /// What so many take of it, in words.
    #[must_use]
    pub fn share(&self, count: usize) -> String {
        let what = self.counts.name();
        match self.refill {
            Refill::Daily => {
                let room = self.room;
                format!("{what}: {count} of {room} a day (left today: unknown until the first answer)")
            }
            _ => format!("{what}: {count}, at most {}", self.measure()),
        }
    }

    /// Whether so many outlast the day.
    #[must_use]
    pub fn never_holds(&self, count: usize) -> bool {
        self.refill == Refill::Daily && count > self.room as usize
    }

    /// What a batch of so many items takes.
    #[must_use]
    pub fn cost(&self, items: usize) -> u32 {
        match self.counts {
            Counts::Requests => 1,
            Counts::Items => u32::try_from(items).unwrap_or(u32::MAX),
        }
    }
}
