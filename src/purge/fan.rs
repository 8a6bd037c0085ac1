//! Several accounts in one command: who they are, which comes before which, and what the whole ends with.
//!
//! A name is a target or a group of names. `then` of a target and the layers of a group order what was
//! asked for; neither adds a target that was not.

use crate::error::{Error, Result};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// One account; what its `then` names comes after it.
    Target(Vec<String>),
    /// The names of a group, layer by layer.
    Group(Vec<Vec<String>>),
}

/// A target among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// A profile's name, or a provider's id.
    pub name: String,
    /// Those that must be through before it starts, by index.
    pub after: Vec<usize>,
}

/// How a name is looked up; the second one names whoever uses it, `None` for the command line.
pub type Look<'l> = &'l dyn Fn(&str, Option<&str>) -> Result<Meaning>;

/// The targets that these names stand for, each once, in the order given.
pub fn expand(asked: &[String], look: Look<'_>) -> Result<Vec<Stage>> {
    let mut fan = Fan { look, stages: Vec::new() };
    for name in asked {
        fan.members(name, None, &mut Vec::new())?;
    }
    for index in 0..fan.stages.len() {
        let name = fan.stages[index].name.clone();
        let Meaning::Target(next) = look(&name, None)? else { continue };
        let user = format!("profiles.{name}.then");
        for next in next {
            for later in fan.known(&next, &user, &mut Vec::new())? {
                fan.order(index, later);
            }
        }
    }
    layers(&fan.stages)?;
    Ok(fan.stages)
}

struct Fan<'l> {
    look: Look<'l>,
    stages: Vec<Stage>,
}

impl Fan<'_> {
    /// Adds the targets of a name; gives their indexes.
    fn members(&mut self, name: &str, user: Option<&str>, trail: &mut Vec<String>) -> Result<Vec<usize>> {
        let groups = match (self.look)(name, user)? {
            Meaning::Target(_) => return Ok(vec![self.stage(name)]),
            Meaning::Group(layers) => layers,
        };
        enter(name, trail)?;
        let user = format!("groups.{name}");
        let (mut all, mut before) = (Vec::new(), Vec::<usize>::new());
        for layer in groups {
            let mut own = Vec::new();
            for member in &layer {
                own.extend(self.members(member, Some(&user), trail)?);
            }
            for (earlier, later) in
                before.iter().flat_map(|earlier| own.iter().map(move |own| (earlier, own)))
            {
                self.order(*earlier, *later);
            }
            all.extend(&own);
            before = own;
        }
        trail.pop();
        Ok(all)
    }

    /// The targets of a name that were asked for anyway.
    fn known(&self, name: &str, user: &str, trail: &mut Vec<String>) -> Result<Vec<usize>> {
        let layers = match (self.look)(name, Some(user))? {
            Meaning::Target(_) => {
                return Ok(self.stages.iter().position(|stage| stage.name == name).into_iter().collect());
            }
            Meaning::Group(layers) => layers,
        };
        enter(name, trail)?;
        let user = format!("groups.{name}");
        let mut all = Vec::new();
        for member in layers.iter().flatten() {
            all.extend(self.known(member, &user, trail)?);
        }
        trail.pop();
        Ok(all)
    }

    fn stage(&mut self, name: &str) -> usize {
        let known = self.stages.iter().position(|stage| stage.name == name);
        known.unwrap_or_else(|| {
            self.stages.push(Stage { name: name.to_owned(), after: Vec::new() });
            self.stages.len() - 1
        })
    }

    fn order(&mut self, earlier: usize, later: usize) {
        let after = &mut self.stages[later].after;
        if !after.contains(&earlier) {
            after.push(earlier);
        }
    }
}

/// A group may hold groups, but not itself.
fn enter(name: &str, trail: &mut Vec<String>) -> Result<()> {
    if let Some(from) = trail.iter().position(|open| open == name) {
        let round = [&trail[from..], &[name.to_owned()]].concat().join(" > ");
        return Err(Error::Config(format!(
            "groups.{name} holds itself ({round}); take it out of one of them"
        )));
    }
    trail.push(name.to_owned());
    Ok(())
}

/// Leaves only the stages that are first of their kind, by the index of that one for each; whoever
/// waited for a double waits for the one that stays.
pub fn merge(stages: Vec<Stage>, same: &[usize]) -> Result<Vec<Stage>> {
    let kept: Vec<usize> = (0..stages.len()).filter(|index| same[*index] == *index).collect();
    let place = |index: usize| kept.iter().position(|kept| *kept == same[index]).unwrap_or_default();
    let mut merged: Vec<Stage> =
        kept.iter().map(|index| Stage { name: stages[*index].name.clone(), after: Vec::new() }).collect();
    for (index, stage) in stages.iter().enumerate() {
        let own = place(index);
        for earlier in stage.after.iter().map(|earlier| place(*earlier)) {
            if earlier != own && !merged[own].after.contains(&earlier) {
                merged[own].after.push(earlier);
            }
        }
    }
    layers(&merged)?;
    Ok(merged)
}

/// Leaves only the stages that are kept; nobody who is kept waits for one that is not.
#[must_use]
pub fn only(stages: Vec<Stage>, kept: &[bool]) -> Vec<Stage> {
    let place = |index: &usize| kept[*index].then(|| kept[..*index].iter().filter(|kept| **kept).count());
    let own = stages.into_iter().zip(kept).filter(|(_, kept)| **kept);
    own.map(|(Stage { name, after }, _)| Stage { name, after: after.iter().filter_map(place).collect() })
        .collect()
}

/// Who may start together: each target stands in the first layer after all that it waits for.
pub fn layers(stages: &[Stage]) -> Result<Vec<Vec<usize>>> {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut placed = vec![false; stages.len()];
    while placed.contains(&false) {
        let ready = |index: &usize| !placed[*index] && stages[*index].after.iter().all(|at| placed[*at]);
        let layer: Vec<usize> = (0..stages.len()).filter(ready).collect();
        if layer.is_empty() {
            let left = stages.iter().zip(&placed).filter(|(_, placed)| !**placed);
            let names: Vec<&str> = left.map(|(stage, _)| stage.name.as_str()).collect();
            return Err(Error::Config(format!(
                "{} wait for each other; mend `then` of the profiles, or the order of the groups",
                names.join(" and ")
            )));
        }
        layer.iter().for_each(|index| placed[*index] = true);
        layers.push(layer);
    }
    Ok(layers)
}

/// What the whole ends with, the targets in the order given: a signal before all, then the first failure
/// that no repetition mends, else `partial`.
#[must_use]
pub fn failure(ends: Vec<(String, Error)>, summary: &str) -> Option<Error> {
    let signal = ends.iter().find_map(|(_, error)| match error {
        Error::Interrupted { signal, .. } => Some(*signal),
        _ => None,
    });
    if let Some(signal) = signal {
        return Some(Error::Interrupted { signal, detail: format!("interrupted; {summary}") });
    }
    let mut ends = ends.into_iter();
    let first = ends.next()?;
    let mut permanent = [first].into_iter().chain(ends).filter(|(_, error)| !error.facts().retryable);
    Some(match permanent.next() {
        Some((name, error)) => whose(&name, error),
        None => Error::Partial(summary.to_owned()),
    })
}

/// The same failure, with the target's name in it.
#[must_use]
pub fn whose(name: &str, error: Error) -> Error {
    let own = |text: String| format!("{name}: {text}");
    match error {
        Error::Answered(mut answer) => {
            let hint = answer.hint.map_or_else(String::new, |hint| format!(": {hint}"));
            answer.hint = Some(format!("at {name}{hint}"));
            Error::Answered(answer)
        }
        Error::RequestFailed { attempts, detail } => Error::RequestFailed { attempts, detail: own(detail) },
        Error::Interrupted { signal, detail } => Error::Interrupted { signal, detail: own(detail) },
        Error::Usage(text) => Error::Usage(own(text)),
        Error::MissingKey(text) => Error::MissingKey(own(text)),
        Error::Data(text) => Error::Data(own(text)),
        Error::Io(text) => Error::Io(own(text)),
        Error::InputMissing(text) => Error::InputMissing(own(text)),
        Error::CannotCreate(text) => Error::CannotCreate(own(text)),
        Error::Config(text) => Error::Config(own(text)),
        Error::Unavailable(text) => Error::Unavailable(own(text)),
        Error::Policy(text) => Error::Policy(own(text)),
        Error::Redirect(text) => Error::Redirect(own(text)),
        Error::TooLarge(text) => Error::TooLarge(own(text)),
        Error::Quota(text) => Error::Quota(own(text)),
        Error::Partial(text) => Error::Partial(own(text)),
        other => other,
    }
}

#[cfg(test)]
mod tests;
