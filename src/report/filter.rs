//! `--filter`: a jq expression over structured output.

use crate::error::{Error, Result};
use serde_json::Value;

/// One result is that value, several are an array, none is an empty one.
pub fn apply(filter: &str, value: &Value) -> Result<Value> {
    let mut results = results(filter, value)?;
    Ok(if results.len() == 1 { results.remove(0) } else { results.into() })
}

#[cfg(feature = "filter")]
fn results(filter: &str, value: &Value) -> Result<Vec<Value>> {
    use jaq_core::{
        Compiler, Ctx, Vars, data,
        load::{Arena, File, Loader},
    };
    use jaq_json::{Val, read};

    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code: filter, path: () })
        .map_err(|errors| broken(filter, errors.first().and_then(|(_, error)| place(error))))?;
    let compiled = Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        unknown(filter, errors.iter().flat_map(|(_, errors)| errors).map(|(name, _)| *name))
    })?;
    let input = read::parse_single(value.to_string().as_bytes())
        .map_err(|error| Error::Software(format!("the filter's input is no JSON: {error}")))?;
    let context = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new([]));
    let mut results = Vec::new();
    for result in compiled.id.run((context, input)) {
        match result.map_err(jaq_core::Exn::get_err) {
            Ok(result) => results.push(json(&result.to_string())?),
            Err(Ok(error)) => return Err(failed(&error.to_string())),
            Err(Err(_)) => break, // `halt`: what came before it stands
        }
    }
    Ok(results)
}

#[cfg(feature = "filter")]
fn place<'c>(error: &jaq_core::load::Error<&'c str>) -> Option<&'c str> {
    use jaq_core::load::Error as Load;
    match error {
        Load::Lex(errors) => errors.first().map(|(_, rest)| *rest),
        Load::Parse(errors) => errors.first().map(|(_, rest)| *rest),
        Load::Io(_) => None,
    }
}

#[cfg(feature = "filter")]
fn broken(filter: &str, place: Option<&str>) -> Error {
    let near = match place {
        Some("") | None => "at its end".to_owned(),
        Some(rest) => format!("near \"{rest}\""),
    };
    Error::Data(format!("--filter '{filter}' does not parse {near}; see the jq manual for the syntax"))
}

#[cfg(feature = "filter")]
fn unknown<'c>(filter: &str, names: impl Iterator<Item = &'c str>) -> Error {
    let names: Vec<&str> = names.collect();
    Error::Data(format!("--filter '{filter}' uses {}, which jq does not define", names.join(", ")))
}

/// Without the feature an installed jq does the work.
#[cfg(not(feature = "filter"))]
fn results(filter: &str, value: &Value) -> Result<Vec<Value>> {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };
    let mut child = Command::new("jq")
        .args(["-c", "--", filter])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            Error::Config(format!("this build filters with jq, which does not start ({error}); install jq"))
        })?;
    let mut input = child.stdin.take().expect("stdin is piped");
    let text = value.to_string();
    // From a thread: jq may answer before it has read everything.
    let feeding = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    let _ = feeding.join();
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8_lossy(&output.stdout).lines().map(json).collect()
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|_| failed(&format!("its result is no JSON: {text}")))
}

fn failed(reason: &str) -> Error {
    Error::Data(format!("--filter failed: {reason}; try it on the output without a filter"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_result_is_a_value_and_several_are_an_array() {
        let value = json!({ "rows": [{ "n": 1 }, { "n": 2 }], "big": 12_345_678_901_234_567_890_u64 });
        assert_eq!(apply(".rows[0]", &value).unwrap(), json!({ "n": 1 }));
        assert_eq!(apply(".rows[].n", &value).unwrap(), json!([1, 2]));
        assert_eq!(apply("empty", &value).unwrap(), json!([]));
        assert_eq!(apply(".big", &value).unwrap().to_string(), "12345678901234567890");
        assert_eq!(apply("[.rows[] | .n * 2] | add", &value).unwrap(), json!(6));
    }

    #[test]
    fn what_jq_refuses_is_a_data_error() {
        for filter in [".[", "nosuch", "$x", ".rows | error", "nan", "1 +"] {
            let error = apply(filter, &json!({ "rows": 1 })).unwrap_err();
            assert_eq!(error.facts().exit, 65, "{filter}");
        }
    }
}
