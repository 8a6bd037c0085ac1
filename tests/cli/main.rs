//! Black-box tests of the binary, one file per subcommand.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod audit;
mod bench;
mod bulk;
mod cases;
mod completion;
mod config;
mod credential;
mod demo;
mod dev;
mod doctor;
mod doctor_url;
mod dress;
mod every;
mod explain;
mod faults;
mod health;
mod help;
mod http;
mod images;
mod init;
mod init_vendor;
mod interrupt;
mod keygen;
mod offline;
mod output;
mod playlist;
mod purge;
mod purge_changed;
mod purge_fan;
mod purge_journal;
mod purge_kill;
mod purge_list;
mod purge_plan;
mod purge_prove;
mod purge_providers;
mod purge_quota;
mod purge_renew;
mod purge_resume;
mod purge_several;
mod recipes;
mod records;
mod redact;
mod refusals;
mod rotate;
mod schema;
mod schemes;
mod security;
mod signed;
mod vendor;
mod verify;
mod version;
