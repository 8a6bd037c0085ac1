//! One plan file for several accounts: the plan of each, in the order that was settled when they were planned.

use super::{
    Plan,
    file::{File, VERSION, Written, digest, parsed, wrong},
};
use crate::{
    error::Result,
    purge::fan::{Stage, layers},
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::io;

/// The targets with their plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Several {
    /// Who they are, and who comes first.
    pub stages: Vec<Stage>,
    /// A plan for each.
    pub plans: Vec<Plan>,
}

/// What a plan file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// The plan of one account.
    One(Plan),
    /// The plans of several.
    Several(Several),
}

impl Loaded {
    /// Reads a plan file of either kind.
    pub fn read(text: &str) -> Result<Self> {
        match serde_json::from_str(text) {
            Ok(Kind { targets: Some(_) }) => Several::load(text).map(Self::Several),
            _ => Plan::load(text).map(Self::One),
        }
    }
}

/// Tells the two kinds apart.
#[derive(Deserialize)]
struct Kind {
    targets: Option<IgnoredAny>,
}

/// Each plan keeps its own digest; the last one covers all that stands before it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOfSeveral {
    version: u32,
    targets: Vec<Member>,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    target: String,
    after: Vec<String>,
    plan: File,
}

#[derive(Serialize)]
struct WrittenSeveral<'p> {
    version: u32,
    targets: Vec<WrittenMember<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

#[derive(Serialize)]
struct WrittenMember<'p> {
    target: &'p str,
    after: Vec<&'p str>,
    plan: Written<'p>,
}

impl Several {
    /// As a file, compact, with its digest.
    pub fn write(&self, to: impl io::Write) -> io::Result<()> {
        Ok(serde_json::to_writer(to, &self.written())?)
    }

    /// As [`Several::write`], for a plan that is to be looked into.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.written()).expect("a plan is plain data")
    }

    /// What a person approves: it changes with every byte that would be sent, with a target, and with their order.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.undigested())
    }

    fn written(&self) -> WrittenSeveral<'_> {
        WrittenSeveral { digest: Some(self.digest()), ..self.undigested() }
    }

    fn undigested(&self) -> WrittenSeveral<'_> {
        let members = self.stages.iter().zip(&self.plans).map(|(stage, plan)| WrittenMember {
            target: &stage.name,
            after: stage.after.iter().map(|at| self.stages[*at].name.as_str()).collect(),
            plan: plan.written(),
        });
        WrittenSeveral { version: VERSION, targets: members.collect(), digest: None }
    }

    /// Reads a plan file of several. What was changed after it was made is refused, and so is an order that cannot
    /// be kept.
    pub fn load(text: &str) -> Result<Self> {
        let file = parsed(text, |file: &FileOfSeveral| file.version)?;
        let names: Vec<String> = file.targets.iter().map(|member| member.target.clone()).collect();
        let (mut stages, mut plans) = (Vec::new(), Vec::new());
        for (index, member) in file.targets.into_iter().enumerate() {
            let Member { target: name, after, plan } = member;
            if names[..index].contains(&name) {
                return Err(wrong(&format!("names {name:?} twice")));
            }
            let place = |earlier: &String| names.iter().position(|known| known == earlier);
            let after: Option<Vec<usize>> = after.iter().map(place).collect();
            let after =
                after.ok_or_else(|| wrong(&format!("puts a target before {name} that it does not hold")))?;
            stages.push(Stage { name, after });
            plans.push(Plan::of_file(plan)?);
        }
        let several = Self { stages, plans };
        if file.digest != several.digest() {
            return Err(wrong("was changed after it was made: its digest does not match"));
        }
        layers(&several.stages).map_err(|_| wrong("has targets that wait for each other"))?;
        let nothing = several.plans.iter().filter(|plan| plan.count() == 0).count();
        if several.plans.is_empty() || nothing > 0 && nothing < several.plans.len() {
            return Err(wrong("has a target with nothing to purge"));
        }
        Ok(several)
    }
}
