//! Tables for people: aligned on a terminal, and as Markdown.

use super::{Page, csv};
use crate::progress::clean;
use serde_json::Value;
use std::io;

/// Columns as wide as their widest cell, two spaces apart.
pub fn aligned(columns: &[&str], rows: &[Vec<String>], page: &mut Page<'_>) -> io::Result<()> {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            let column = cells.iter().filter_map(|row| row.get(at)).map(|cell| width(cell));
            column.max().unwrap_or(0).max(width(columns[at]))
        })
        .collect();
    let heads = line(columns, &widths);
    let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let (heads, rules) = (page.bold(&heads), page.painted("2", &rules.join("  ")));
    writeln!(page.out, "{heads}\n{rules}")?;
    cells.iter().try_for_each(|row| writeln!(page.out, "{}", line(row, &widths)))
}

fn line<S: AsRef<str>>(cells: &[S], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, wanted) in cells.iter().map(AsRef::as_ref).zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', wanted - width(cell) + 2));
    }
    line.trim_end().to_owned()
}

/// A Markdown table.
pub fn markdown(columns: &[&str], rows: &[Vec<String>]) -> String {
    let rule = format!("|{}\n", " --- |".repeat(columns.len()));
    markdown_line(columns) + &rule + &rows.iter().map(|row| markdown_line(row)).collect::<String>()
}

fn markdown_line<S: AsRef<str>>(cells: &[S]) -> String {
    format!("| {} |\n", cells.iter().map(|cell| escaped(cell.as_ref())).collect::<Vec<_>>().join(" | "))
}

/// Text that stays text in Markdown: what a server sent becomes no link, image, markup or second cell.
pub(super) fn escaped(text: &str) -> String {
    if planted!("markup-of-a-server") {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Any value as columns and rows: a list by its keys, an object as its members.
pub fn grid(value: &Value) -> (Vec<&str>, Vec<Vec<String>>) {
    match value {
        Value::Array(elements) => {
            let columns = csv::columns(elements);
            let row = |element| columns.iter().map(|column| text(csv::member(element, column))).collect();
            let rows = elements.iter().map(row).collect();
            (columns, rows)
        }
        Value::Object(members) => {
            let rows = members.iter().map(|(name, value)| vec![name.clone(), text(Some(value))]).collect();
            (vec!["key", "value"], rows)
        }
        other => (vec!["value"], vec![vec![text(Some(other))]]),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn one_line(cell: &str) -> String {
    clean(cell).replace(['\n', '\t'], " ")
}

/// Columns that a terminal uses: two for East Asian wide characters and emoji, none for marks
/// that combine.
fn width(text: &str) -> usize {
    let of = |c: char| match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(color: bool) -> String {
        let rows = [["/a", "10"], ["/日本\u{1b}", "2"]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        aligned(&["PATH", "SIZE"], &rows, &mut Page { out: &mut out, color, width: 80 }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_line_up_also_under_wide_characters() {
        assert_eq!(shown(false), "PATH    SIZE\n──────  ────\n/a      10\n/日本\u{fffd}  2\n");
    }

    #[test]
    fn colour_is_bold_heads_and_a_dim_rule() {
        assert!(shown(true).starts_with("\x1b[1mPATH    SIZE\x1b[0m\n\x1b[2m──────  ────\x1b[0m\n/a"));
    }

    #[test]
    fn markdown_escapes_what_would_end_a_cell() {
        let value = json!([{ "a": "x|y\nz", "b": [1] }]);
        let (columns, rows) = grid(&value);
        assert_eq!(markdown(&columns, &rows), "| a | b |\n| --- | --- |\n| x\\|y z | \\[1\\] |\n");
        let cell = "![x](https://a.test) <img src=x> `a` \\| **b** __c__ &lt; $x$ ~~d~~";
        let text = markdown(&["a"], &[vec![cell.to_owned()]]);
        let shown = "!\\[x\\](https://a.test) &lt;img src=x> \\`a\\` \\\\\\| \\*\\*b\\*\\* \\_\\_c\\_\\_ &amp;lt; \\$x\\$ \\~\\~d\\~\\~";
        assert_eq!(text.lines().last(), Some(format!("| {shown} |").as_str()));
    }
}
