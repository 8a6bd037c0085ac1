//! `stratos signed schemes [NAME]`: the table of schemes, as the code has it.

use crate::{
    context::Context,
    error::Result,
    report::{Page, Report, Rows, wrapped},
    sign::{Claim, Form, Param, SCHEMES, Scheme, Until},
};
use serde_json::{Value, json};
use std::io;

/// The flags of the table.
#[derive(Debug, clap::Args)]
pub struct Schemes {
    /// Only this one, with everything there is to say
    #[arg(value_name = "SCHEME")]
    name: Option<String>,
}

impl Schemes {
    /// The table, or one scheme's page.
    pub fn run(self, _: &mut Context<'_>) -> Result<Box<dyn Report>> {
        Ok(match self.name {
            Some(name) => Box::new(Sheet(Scheme::find(&name)?)),
            None => Box::new(Table),
        })
    }
}

fn value(scheme: &Scheme) -> Value {
    let params: Vec<Value> = scheme.params.iter().map(param).collect();
    json!({
        "id": scheme.id,
        "title": scheme.title,
        "about": scheme.about,
        "source": scheme.source,
        "claims": names(scheme.claims, Claim::name),
        "forms": names(scheme.forms, Form::name),
        "params": params,
        "reserved": scheme.reserved,
        "key": scheme.secret.name(),
        "valid_at_expiry": scheme.until == Until::Through,
        "longest_seconds": scheme.longest,
    })
}

fn param(param: &Param) -> Value {
    json!({ "name": param.name, "values": param.values, "open": param.open, "secret": param.secret, "about": param.about })
}

/// Words for members of a row.
pub(super) fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

/// Every scheme.
pub struct Table;

impl Report for Table {
    fn value(&self) -> Value {
        SCHEMES.iter().map(value).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |scheme: &Scheme| {
            let params: Vec<&str> = scheme.params.iter().map(|param| param.name).collect();
            vec![
                scheme.id.to_owned(),
                scheme.title.to_owned(),
                names(scheme.claims, Claim::name).join(" "),
                names(scheme.forms, Form::name).join(" "),
                params.join(" "),
            ]
        };
        let columns = vec!["id", "title", "claims", "forms", "params"];
        Some(Rows { columns, rows: SCHEMES.iter().map(row).collect() })
    }

    /// Narrower than the rows: claims and params of a scheme may fill a line each.
    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for (at, scheme) in SCHEMES.iter().enumerate() {
            if at > 0 {
                writeln!(page.out)?;
            }
            let id = page.bold(scheme.id);
            writeln!(page.out, "{id}  {}", scheme.title)?;
            field(page, "claims", &names(scheme.claims, Claim::name).join(" "))?;
            field(page, "forms", &names(scheme.forms, Form::name).join(" "))?;
            let params: Vec<&str> = scheme.params.iter().map(|param| param.name).collect();
            if !params.is_empty() {
                field(page, "params", &params.join(" "))?;
            }
        }
        Ok(())
    }
}

/// One scheme's page.
struct Sheet(&'static Scheme);

impl Report for Sheet {
    fn value(&self) -> Value {
        value(self.0)
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        super::sheet::write(self.0, page)
    }
}

/// A label and its text, as both pages show them.
pub(super) fn field(page: &mut Page<'_>, name: &str, text: &str) -> io::Result<()> {
    wrapped(page, &format!("  {name:<11}  "), "               ", text)
}
