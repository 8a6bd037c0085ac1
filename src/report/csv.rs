//! CSV (RFC 4180): the union of keys in first-seen order, nested values as JSON, formulas made harmless.

use serde_json::Value;
use std::io::{self, Write};

/// An array gives a row an element, anything else one row.
pub fn write(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    let single = std::slice::from_ref(value);
    let elements = value.as_array().map_or(single, Vec::as_slice);
    if elements.is_empty() {
        return writeln!(out);
    }
    let columns = columns(elements);
    let mut csv = ::csv::WriterBuilder::new().terminator(::csv::Terminator::Any(b'\n')).from_writer(out);
    csv.write_record(columns.iter().map(|column| harmless(column)))?;
    for element in elements {
        csv.write_record(columns.iter().map(|column| cell(member(element, column))))?;
    }
    csv.flush()
}

/// The keys of all objects; what is no object stands in a column of its own, `value`.
pub fn columns(elements: &[Value]) -> Vec<&str> {
    let mut columns = Vec::new();
    let mut add = |name| {
        if !columns.contains(&name) {
            columns.push(name);
        }
    };
    for element in elements {
        match element {
            Value::Object(members) => members.keys().for_each(|name| add(name.as_str())),
            _ => add("value"),
        }
    }
    columns
}

/// The member of an object, or what is no object itself.
pub fn member<'v>(element: &'v Value, column: &str) -> Option<&'v Value> {
    match element {
        Value::Object(members) => members.get(column),
        other => (column == "value").then_some(other),
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text),
        Some(other) => other.to_string(),
    }
}

/// A spreadsheet runs text that starts like a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn csv(value: &Value) -> String {
        let mut out = Vec::new();
        write(value, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_the_union_in_order() {
        let value = json!([{ "a": 1, "b": null }, { "c": [1, "x"], "a": "t,\"q\"\n" }]);
        assert_eq!(csv(&value), "a,b,c\n1,,\n\"t,\"\"q\"\"\n\",,\"[1,\"\"x\"\"]\"\n");
    }

    #[test]
    fn formulas_are_text_and_negative_numbers_are_not_formulas() {
        let value = json!({ "a": "=1+1", "b": "+x", "c": "-x", "d": "@x", "e": "\tx", "f": -5 });
        assert_eq!(csv(&value), "a,b,c,d,e,f\n'=1+1,'+x,'-x,'@x,'\tx,-5\n");
        assert_eq!(csv(&json!({ "=k": "\rx" })), "'=k\n\"'\rx\"\n");
    }

    #[test]
    fn what_is_no_list_of_objects_has_its_form_too() {
        assert_eq!(csv(&json!([])), "\n");
        assert_eq!(csv(&json!([1, "two"])), "value\n1\ntwo\n");
        assert_eq!(csv(&json!("text")), "value\ntext\n");
    }
}
