//! `stratos bench`: how long health takes to answer, several times over.

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    http::Request,
    progress::clean,
    report::{Page, Report, Rows},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::io;

/// More would be a load test of somebody else's edge.
const MOST: u32 = 1000;

/// Sampled-request latency benchmark
#[derive(Debug, clap::Args)]
pub struct Bench {
    /// How many requests to send, one after the other: 1 to 1000
    #[arg(
        short = 'n',
        long = "iterations",
        value_name = "N",
        default_value = "5",
        allow_hyphen_values = true
    )]
    iterations: String,
}

/// One request's time.
#[derive(Debug, Serialize)]
struct Sample {
    i: u32,
    status: Option<u16>,
    ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// All of them.
pub struct Measured {
    target: String,
    samples: Vec<Sample>,
}

impl Command for Bench {
    type Report = Measured;

    fn run(self, cx: &mut Context<'_>) -> Result<Measured> {
        let count = count(&self.iterations)?;
        let target = super::health::endpoint(cx)?;
        let client = cx.client()?;
        // Health is public: no credential is sent. A retry would be measured as slowness.
        let request = Request::get(&target).repeatable(false);
        let mut progress = cx.progress("measuring", Some(u64::from(count)));
        let mut samples = Vec::new();
        for i in 1..=count {
            let before = cx.clock.elapsed();
            let outcome = client.send(&request);
            let ms = cx.clock.elapsed().saturating_sub(before).as_secs_f64() * 1000.0;
            let (status, error) = match outcome {
                Ok(response) if response.accepted() => (Some(response.status), None),
                Ok(response) => (Some(response.status), Some(format!("HTTP {}", response.status))),
                Err(Error::RequestFailed { detail, .. }) => (None, Some(detail)),
                Err(other) => return Err(other),
            };
            samples.push(Sample { i, status, ms: rounded(ms), error });
            progress.add(1);
        }
        Ok(Measured { target, samples })
    }
}

fn count(text: &str) -> Result<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|count| digits && (1..=MOST).contains(count)).ok_or_else(|| {
        Error::Usage(format!("-n takes a count from 1 to {MOST} in digits, not `{}`", clean(text)))
    })
}

/// Microseconds are the last digits that mean anything.
fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

impl Measured {
    /// The times of those that succeeded, ascending.
    fn times(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.well().map(|sample| sample.ms).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    fn well(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(|sample| sample.error.is_none())
    }

    fn summary(&self) -> Value {
        let times = self.times();
        json!({
            "cold_start_ms": self.samples.first().filter(|first| first.error.is_none()).map(|first| first.ms),
            "n_ok": times.len(),
            "n_fail": self.samples.len() - times.len(),
            "min_ms": times.first(),
            "p50_ms": percentile(&times, 50),
            "p95_ms": percentile(&times, 95),
            "max_ms": times.last(),
        })
    }
}

/// The nearest rank: a time that was measured, never one between two.
fn percentile(ascending: &[f64], percent: usize) -> Option<f64> {
    ascending.get((ascending.len() * percent).div_ceil(100).max(1) - 1).copied()
}

impl Report for Measured {
    fn value(&self) -> Value {
        json!({"target": self.target, "samples": self.samples, "summary": self.summary()})
    }

    fn rows(&self) -> Option<Rows> {
        let row = |sample: &Sample| {
            let status = sample.status.map_or_else(String::new, |status| status.to_string());
            vec![
                sample.i.to_string(),
                status,
                format!("{:.3}", sample.ms),
                sample.error.clone().unwrap_or_default(),
            ]
        };
        let rows = self.samples.iter().map(row).collect();
        Some(Rows { columns: vec!["I", "STATUS", "MS", "ERROR"], rows })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        writeln!(page.out, "{}", clean(&self.target))?;
        for sample in &self.samples {
            let status = sample.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
            let error =
                sample.error.as_deref().map(|error| format!("  {}", clean(error))).unwrap_or_default();
            writeln!(page.out, "{:>5}  {status}  {:>10.3} ms{error}", sample.i, sample.ms)?;
        }
        let Value::Object(summary) = self.summary() else { return Ok(()) };
        for (name, value) in summary {
            writeln!(page.out, "{name:<14} {value}")?;
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        if self.samples.iter().any(|sample| sample.error.is_some()) { 69 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let times: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 95)), (Some(10.0), Some(19.0)));
        assert_eq!((percentile(&[7.0], 50), percentile(&[7.0], 95)), (Some(7.0), Some(7.0)));
        assert_eq!(percentile(&[], 50), None);
    }
}
