//! Squid as a reverse proxy.

use super::{Cache, Needs, ORIGIN, has_no, obeys_the_access_list, origin, purges_by_method};
use crate::{
    Row,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
};

const SQUID: Needs = &[("/usr/sbin/squid", "squid"), ORIGIN];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("squid_is_purged_by_url", SQUID, by_url),
    ("squid_says_who_may_purge", SQUID, refusals),
];

fn squid() -> Cache {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        // As root it always becomes the package's own user, who then needs the folder.
        let user = if servers::is_root() { "proxy".to_owned() } else { servers::user() };
        if servers::is_root() {
            let given = Command::new("chown").arg(&user).arg(&work.folder).status();
            assert!(given.is_ok_and(|status| status.success()), "the folder is {user}'s");
        }
        let config = work.fill("squid.conf", &[("@ORIGIN@", &origin()), ("@USER@", &user)]);
        let mut command = Command::new("/usr/sbin/squid");
        // -n: a name of its own, so that its memory segments do not meet another Squid's.
        command.args(["-N", "-n", &format!("e{}", work.port), "-f"]).arg(config);
        command
    };
    Cache::of("squid", SERVER.get_or_init(|| servers::start("caches/squid", 200, prepare)).base())
}

fn by_url() -> Result<(), Failed> {
    purges_by_method(&squid())
}

fn refusals() -> Result<(), Failed> {
    let cache = squid();
    obeys_the_access_list(&cache)?;
    has_no(&cache, &["--prefix", "/none/"])?;
    has_no(&cache, &["--tag", "red"])?;
    has_no(&cache, &["--everything", "--yes"])
}
