//! Varnish, with the VCL that the provider's defaults are made for.

use super::{Cache, HOST, Needs, ORIGIN, origin, purges_by_method};
use crate::{
    Row,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
};

pub const VARNISH: Needs = &[
    ("/usr/sbin/varnishd", "varnish"),
    ("/usr/lib/*/varnish/vmods/libvmod_xkey.so", "varnish-modules"),
    ORIGIN,
];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("varnish_is_purged_by_url", VARNISH, by_url),
    ("varnish_is_purged_by_tag", VARNISH, by_tag),
    ("varnish_serves_stale_once_after_a_soft_purge", VARNISH, softly),
    ("varnish_bans_a_prefix_and_everything_of_a_host", VARNISH, bans),
    ("varnish_says_who_may_purge", VARNISH, refusals),
    ("varnish_purges_nothing_under_a_wrong_host", VARNISH, wrong_host),
];

/// One more Varnish.
pub fn start() -> Arc<Server> {
    let prepare = |work: &Work| {
        let mut command = Command::new("/usr/sbin/varnishd");
        // -j none keeps the caller's user; -n keeps the shared memory in the folder.
        command.args(["-F", "-j", "none", "-T", "127.0.0.1:0", "-s", "malloc,32m", "-p", "vsl_space=8M"]);
        command.args(["-a", &format!("127.0.0.1:{}", work.port)]).arg("-n").arg(work.folder.join("vsm"));
        command.arg("-f").arg(work.fill("edge.vcl", &[("@ORIGIN@", &origin())]));
        command
    };
    servers::start("caches/varnish", 200, prepare)
}

/// The one that the trials share, each with hosts, paths and tags of its own.
pub fn varnish() -> Cache {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let base = SERVER.get_or_init(start).base();
    Cache {
        profile: format!("provider = \"varnish\"\nnodes = [{base:?}]\nhost = {HOST:?}\n"),
        base,
        host: HOST,
    }
}

fn by_url() -> Result<(), Failed> {
    let cache = varnish();
    purges_by_method(&cache)?;
    // Another host's object of the same path is another object.
    let other = varnish().under("other.example.test");
    let ([ours], [theirs]) = (cache.warm(["/hosts/a.css"])?, other.warm(["/hosts/a.css"])?);
    cache.purged(&["http://other.example.test/hosts/a.css"])?;
    cache.keeps(&ours)?;
    other.misses(&theirs)
}

/// Exactly the tagged objects: a tag is no beginning of another, and counts with its case.
fn by_tag() -> Result<(), Failed> {
    let cache = varnish();
    let paths = ["/t/red/1", "/t/red+blue/2", "/t/blue/3", "/t/redder/4", "/t/Red/5", "/t/green/6"];
    let [red, both, blue, redder, capital, green] = cache.warm(paths)?;
    cache.purged(&["--tag", "red"])?;
    for object in [&red, &both] {
        cache.misses(object)?;
    }
    for object in [&blue, &redder, &capital, &green] {
        cache.keeps(object)?;
    }
    cache.purged(&["--tag", "blue", "--tag", "green"])?;
    for object in [&blue, &green] {
        cache.misses(object)?;
    }
    for object in [&redder, &capital] {
        cache.keeps(object)?;
    }
    cache.purged(&["--tag", "on-no-object"])?;
    cache.refused(&["--tag", "red blue"], 65, &["is no tag"])?;
    cache.keeps(&redder)
}

fn softly() -> Result<(), Failed> {
    let cache = varnish();
    let [url, kept] = cache.warm(["/soft/a.css", "/soft/b.css"])?;
    cache.purged(&["/soft/a.css", "--soft"])?;
    cache.revalidates(&url)?;
    cache.keeps(&kept)?;
    let [tagged, untouched] = cache.warm(["/t/mild/1", "/t/milder/2"])?;
    cache.purged(&["--tag", "mild", "--soft"])?;
    cache.revalidates(&tagged)?;
    cache.keeps(&untouched)?;
    cache.purged(&["/soft/never-seen.css", "--soft"])
}

fn bans() -> Result<(), Failed> {
    let cache = varnish().under("bans.example.test");
    let elsewhere = varnish().under("not-bans.example.test");
    let paths = ["/b.1/a.css", "/b.1/deep/c.css?x=1", "/bx1/a.css", "/b.1", "/k/b.1/a.css"];
    let [below, deep, lookalike, itself, inside] = cache.warm(paths)?;
    let [theirs] = elsewhere.warm(["/b.1/a.css"])?;
    cache.purged(&["--prefix", "/b.1/"])?;
    for object in [&below, &deep] {
        cache.misses(object)?;
    }
    for object in [&lookalike, &itself, &inside] {
        cache.keeps(object)?;
    }
    elsewhere.keeps(&theirs)?;
    cache.refused(&["--prefix", "/b.1/", "--soft"], 64, &["soft"])?;
    cache.refused(&["--everything"], 64, &["--yes"])?;
    cache.keeps(&inside)?;
    cache.purged(&["--everything", "--yes"])?;
    for object in [&lookalike, &itself, &inside] {
        cache.misses(object)?;
    }
    elsewhere.keeps(&theirs)
}

fn refusals() -> Result<(), Failed> {
    let closed = varnish().under("closed.example.test");
    let [object] = closed.warm(["/a.css"])?;
    for selector in
        [&["/a.css"][..], &["--tag", "a"], &["--prefix", "/", "--yes"], &["--everything", "--yes"]]
    {
        closed.refused(selector, 77, &["access list"])?;
    }
    closed.keeps(&object)?;
    let mut guarded = varnish().under("token.example.test");
    let [object] = guarded.warm(["/a.css"])?;
    guarded.refused(&["/a.css"], 77, &["401"])?;
    guarded.keeps(&object)?;
    guarded.profile += "token = \"plain:let-me-purge\"\n";
    guarded.purged(&["/a.css"])?;
    guarded.misses(&object)
}

/// Varnish says yes, and nothing is gone: its 200 is no proof, and what visitors are served is.
fn wrong_host() -> Result<(), Failed> {
    let cache = varnish();
    let [object] = cache.warm(["/wrong/a.css"])?;
    let mut wrong = varnish();
    wrong.profile = wrong.profile.replace(HOST, "typo.example.test");
    wrong.purged(&["/wrong/a.css"])?;
    cache.keeps(&object)?;
    let url = format!("--prove-url=http://{HOST}/wrong/a.css");
    let at = format!("--resolve={HOST}:{}", cache.base.trim_start_matches("http://"));
    let mut args = vec!["/wrong/a.css", "--json", "--prove=all", "--prove-timeout=1500ms"];
    args.extend(["--encodings=identity", &url, &at]);
    wrong.refused(&args, 69, &["\"type\":\"not_fresh\""])?;
    cache.keeps(&object)?;
    cache.purged(&args)?;
    cache.misses(&object)
}
