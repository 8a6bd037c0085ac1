//! nginx with its cache purge module, by the two-argument form in a location of its own.

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

const NGINX: Needs = &[
    ("/usr/sbin/nginx", "nginx"),
    ("/usr/lib/nginx/modules/ngx_http_cache_purge_module.so", "libnginx-mod-http-cache-purge"),
    ORIGIN,
];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("nginx_is_purged_by_url", NGINX, by_url),
    ("nginx_says_who_may_purge", NGINX, refusals),
];

fn nginx() -> Cache {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-e").arg(work.folder.join("error.log")).arg("-p").arg(&work.folder);
        command.arg("-c").arg(work.fill("nginx.conf", &[("@ORIGIN@", &origin())]));
        command
    };
    Cache::of("nginx", SERVER.get_or_init(|| servers::start("caches/nginx", 200, prepare)).base())
}

fn by_url() -> Result<(), Failed> {
    purges_by_method(&nginx())
}

fn refusals() -> Result<(), Failed> {
    let cache = nginx();
    obeys_the_access_list(&cache)?;
    // Where purging is not set up the method is the origin's, which does not know it.
    let [through] = cache.warm(["/through/a.css"])?;
    cache.refused(&["/through/a.css"], 65, &["went through to the origin"])?;
    cache.keeps(&through)?;
    // Of a wildcard this module makes a key like any other: what it cannot do is not sent.
    has_no(&cache, &["--prefix", "/none/"])?;
    has_no(&cache, &["--tag", "red"])?;
    has_no(&cache, &["--everything", "--yes"])?;
    cache.refused(&["/none/*"], 65, &["--prefix"])
}
