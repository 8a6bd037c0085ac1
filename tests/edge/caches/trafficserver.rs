//! Apache Traffic Server, its remap rules bound to the visitor's host.

use super::{Cache, Needs, ORIGIN, has_no, obeys_the_access_list, origin, purges_by_method};
use crate::{
    Row,
    servers::{self, Server},
    trafficserver,
};
use libtest_mimic::Failed;
use std::sync::{Arc, OnceLock};

const TRAFFIC_SERVER: Needs = &[("/usr/bin/traffic_server", "trafficserver"), ORIGIN];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("traffic_server_is_purged_by_url", TRAFFIC_SERVER, by_url),
    ("traffic_server_says_who_may_purge", TRAFFIC_SERVER, refusals),
];

fn traffic_server() -> Cache {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let start =
        || servers::start("caches/trafficserver", 200, |work| trafficserver::command(work, "32M", &origin()));
    Cache::of("ats", SERVER.get_or_init(start).base())
}

fn by_url() -> Result<(), Failed> {
    purges_by_method(&traffic_server())
}

fn refusals() -> Result<(), Failed> {
    let cache = traffic_server();
    obeys_the_access_list(&cache)?;
    has_no(&cache, &["--prefix", "/none/"])?;
    has_no(&cache, &["--tag", "red"])?;
    has_no(&cache, &["--everything", "--yes"])
}
