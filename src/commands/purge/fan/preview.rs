//! `--dry-run` of several: the requests of every target as they would go out, and no socket.

use super::Fan;
use crate::{
    commands::purge::preview::{Missing, request},
    error::{Error, Result},
    progress::clean,
    purge::{Batch, fan::layers},
    report::{Page, Report, Rows},
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
    /// Encodes every batch of every target, or what is missing of an earlier run, target by target.
    pub fn of(fan: Fan, missing: Option<&[Missing<'_>]>) -> Result<Self> {
        let layers = layers(&fan.stages)?;
        let mut parts = Vec::new();
        for (index, job) in fan.jobs.into_iter().enumerate() {
            let requests = job.and_then(|job| {
                let encode = |batch: Batch<'_>| match missing {
                    None => (job.provider.encode)(&job.settings, &batch).map(Some),
                    Some(missing) => missing[index].request(&job, batch.number - 1),
                };
                let requests = job.plan.batches().map(|batch| Ok(encode(batch)?.as_ref().map(request)));
                requests.filter_map(Result::transpose).collect()
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

impl Preview {
    fn said(&self) -> String {
        let able = self.parts.iter().filter_map(|part| part.requests.as_ref().ok());
        let (targets, requests) =
            able.fold((0, 0), |(targets, requests), list| (targets + 1, requests + list.len()));
        let (requests, targets) = (plural(requests, "request"), plural(targets, "target"));
        format!("{requests} would be sent to {targets}; nothing was")
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

    fn sheet(&self) -> Value {
        self.lines()
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
        writeln!(page.out, "{}", self.said())
    }

    fn headline(&self) -> Option<String> {
        Some(format!("Purge planned: {}", self.said()))
    }

    fn rows(&self) -> Option<Rows> {
        let mut rows = Vec::new();
        for part in &self.parts {
            let cells = |what: String, whereto: String, body: String| {
                vec![part.target.clone(), part.provider.clone(), part.layer.to_string(), what, whereto, body]
            };
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let row = |request: &Value| {
                let body = request.get("body").map_or_else(String::new, text);
                cells(text(&request["method"]), text(&request["url"]), body)
            };
            match &part.requests {
                Ok(requests) => rows.extend(requests.iter().map(row)),
                Err(error) => rows.push(cells("left out".into(), String::new(), error.to_string())),
            }
        }
        Some(Rows { columns: vec!["TARGET", "PROVIDER", "LAYER", "METHOD", "URL", "BODY"], rows })
    }
}

/// `1 request`, `2 requests`.
fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
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
