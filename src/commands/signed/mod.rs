//! `stratos signed`: mint, verify and inspect signed URLs, offline.

mod audit;
mod bulk;
mod claims;
mod doctor;
mod dress;
mod fault;
mod inspect;
mod keygen;
mod keys;
mod listed;
mod mint;
mod order;
mod pasted;
mod playlist;
mod records;
mod redact;
mod refusals;
mod rotate;
mod rows;
mod schemes;
mod sheet;
mod stream;
mod target;
pub mod times;
mod verdict;
mod verify;
mod visit;

#[cfg(feature = "edge")]
pub(super) use claims::params;
pub use refusals::{RULES, Rule};
pub use schemes::Table as SchemeTable;
pub use sheet::write as scheme_page;

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Rows, Style},
};
use serde_json::Value;
use std::io;

/// Mint signed URLs, offline; verify, inspect and schemes do the rest
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true, subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct Signed {
    #[command(flatten)]
    mint: mint::Mint,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Check signed URLs as the edge would, with the key
    Verify(verify::Verify),
    /// Take a signed URL apart without a key; nothing is checked
    Inspect(inspect::Inspect),
    /// Say why a signed URL is refused, and what to do about it
    Doctor(doctor::Doctor),
    /// Make a new key of the kind, length and spelling that a scheme wants
    Keygen(keygen::Keygen),
    /// Lint signed URLs: too wide, too long, too weak; no key is needed
    Audit(audit::Audit),
    /// Blank signatures in any text: logs, HAR, JSON, HTML
    Redact(redact::Redact),
    /// Another key signs, and no live link breaks: the ring, the dates, the links in a log
    Rotate(rotate::Rotate),
    /// Sign the URIs of an HLS playlist or a DASH manifest, or check that they are
    Playlist(Box<playlist::Playlist>),
    /// The schemes: claims, forms and params of each
    Schemes(schemes::Schemes),
}

/// The scheme, and its settings.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
struct Choice {
    /// Signing scheme (default: the profile's, else cloudcdn); see `signed schemes`
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<String>,
    /// A setting of the scheme, name=value; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
}

/// The report of `signed`, whichever verb was asked for.
pub struct Done(Box<dyn Report>);

impl Command for Signed {
    type Report = Done;

    fn run(self, cx: &mut Context<'_>) -> Result<Done> {
        let Some(verb) = self.verb else { return self.mint.run(cx).map(Done) };
        if self.mint != mint::Mint::default() {
            return Err(Error::Usage(
                "flags before verify, inspect or schemes belong to minting; write them after that word"
                    .into(),
            ));
        }
        match verb {
            Verb::Verify(verify) => verify.run(cx).map(Done),
            Verb::Inspect(inspect) => inspect.run(cx).map(Done),
            Verb::Doctor(doctor) => doctor.run(cx).map(Done),
            Verb::Keygen(keygen) => keygen.run(cx).map(Done),
            Verb::Audit(audit) => audit.run(cx).map(Done),
            Verb::Redact(redact) => redact.run(cx).map(Done),
            Verb::Rotate(rotate) => rotate.run(cx).map(Done),
            Verb::Playlist(playlist) => playlist.run(cx).map(Done),
            Verb::Schemes(schemes) => schemes.run(cx).map(Done),
        }
    }
}

impl Report for Done {
    fn value(&self) -> Value {
        self.0.value()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.0.human(page)
    }

    fn lines(&self) -> Value {
        self.0.lines()
    }

    fn sheet(&self) -> Value {
        self.0.sheet()
    }

    fn style(&self) -> Style {
        self.0.style()
    }

    fn rows(&self) -> Option<Rows> {
        self.0.rows()
    }

    fn exit(&self) -> u8 {
        self.0.exit()
    }
}
