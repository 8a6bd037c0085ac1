//! `--dry-run` of several: the requests of every target as they would go out, and no socket.

use super::Fan;
use crate::{
    commands::purge::preview::request,
    context::Context,
    error::{Error, Result},
    progress::clean,
    purge::fan::layers,
    report::{Page, Report},
};
use serde_json::{Map, Value, json};
use std::io;

/// What would be sent, target by target.
pub(super) struct Preview {
    parts: Vec<Part>,
    layers: usize,
}

struct Part {
    target: String,
    provider: String,
    layer: usize,
    requests: std::result::Result<Vec<Value>, Error>,
}

impl Preview {
    /// Encodes every batch of every target.
    pub fn of(fan: Fan, _: &Context<'_>) -> Result<Self> {
        let layers = layers(&fan.stages)?;
        let mut parts = Vec::new();
        for (index, job) in fan.jobs.into_iter().enumerate() {
            let requests = job.and_then(|job| {
                let encode = |batch| (job.provider.encode)(&job.settings, &batch).map(|it| request(&it));
                job.plan.batches().map(encode).collect()
            });
            parts.push(Part {
                target: fan.stages[index].name.clone(),
                provider: fan.profiles[index].provider.value.clone(),
                layer: layers.iter().position(|layer| layer.contains(&index)).unwrap_or_default() + 1,
                requests,
            });
        }
        Ok(Self { parts, layers: layers.len() })
    }
}

impl Part {
    fn value(&self) -> Value {
        let mut part = Map::new();
        part.insert("target".into(), self.target.clone().into());
        part.insert("provider".into(), self.provider.clone().into());
        part.insert("layer".into(), self.layer.into());
        match &self.requests {
            Ok(requests) => part.insert("would_send".into(), requests.clone().into()),
            Err(error) => part.insert("error".into(), error.envelope()["error"].take()),
        };
        Value::Object(part)
    }
}

impl Report for Preview {
    fn value(&self) -> Value {
        json!({ "dry_run": true, "targets": self.lines() })
    }

    fn lines(&self) -> Value {
        self.parts.iter().map(Part::value).collect()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for part in &self.parts {
            let layer = if self.layers > 1 { format!(", layer {}", part.layer) } else { String::new() };
            writeln!(page.out, "{} ({}{layer})", page.bold(&clean(&part.target)), clean(&part.provider))?;
            match &part.requests {
                Ok(requests) => requests.iter().try_for_each(|request| written(request, page))?,
                Err(error) => writeln!(page.out, "  left out: {}", clean(&error.to_string()))?,
            }
        }
        let able = self.parts.iter().filter_map(|part| part.requests.as_ref().ok());
        let (targets, requests) =
            able.fold((0, 0), |(targets, requests), list| (targets + 1, requests + list.len()));
        let plural =
            |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let (requests, targets) = (plural(requests, "request"), plural(targets, "target"));
        writeln!(page.out, "{requests} would be sent to {targets}; nothing was")
    }
}

fn written(request: &Value, page: &mut Page<'_>) -> io::Result<()> {
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    writeln!(page.out, "  {} {}", text("method"), clean(&text("url")))?;
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        writeln!(page.out, "  {name}: {}", clean(value.as_str().unwrap_or_default()))?;
    }
    match &request["body"] {
        Value::Null => Ok(()),
        Value::String(body) => writeln!(page.out, "  {}", clean(body)),
        body => writeln!(page.out, "  {}", clean(&body.to_string())),
    }
}
