//! A fleet of three Varnish nodes, one of which is down.

use super::{
    Cache, HOST,
    varnish::{self, VARNISH},
};
use crate::Row;
use libtest_mimic::Failed;
use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_fleet_with_a_node_down_is_purged_in_part_and_resumed", VARNISH, one_down),
];

/// Visitors reach all three; the address at which the second one is purged is down until it is opened again.
fn one_down() -> Result<(), Failed> {
    let (sender, started) = mpsc::channel();
    for _ in 0..2 {
        let sender = sender.clone();
        thread::spawn(move || sender.send(varnish::start().base()));
    }
    let bases = [varnish::varnish().base, started.recv()?, started.recv()?];
    let door = TcpListener::bind("127.0.0.1:0")?;
    let closed = door.local_addr()?;
    drop(door);
    let nodes = [bases[0].clone(), format!("http://{closed}"), bases[2].clone()];
    let profile = format!("provider = \"varnish\"\nnodes = {nodes:?}\nhost = {HOST:?}\n");
    let node = |base: &String| Cache { base: base.clone(), host: HOST, profile: profile.clone() };
    let [one, two, three] = [node(&bases[0]), node(&bases[1]), node(&bases[2])];
    let paths = ["/fleet/a.css", "/fleet/b.css"];
    let warm = [one.warm(paths)?, two.warm(paths)?, three.warm(paths)?];
    let state = tempfile::tempdir()?;
    let purge = |args: &[&str]| one.runner(args).env("XDG_STATE_HOME", state.path()).run();
    let run = purge(&[paths[0], paths[1], "--json"]);
    if run.code != Some(75) || !run.stderr.contains("\"type\":\"partial\"") {
        return Err(format!("{:?}: {}", run.code, run.everything()).into());
    }
    let [first, second, third] = &warm;
    for ((gone, kept), also_gone) in first.iter().zip(second).zip(third) {
        one.misses(gone)?;
        two.keeps(kept)?;
        three.misses(also_gone)?;
    }
    // Still down: nothing changes, and the run stays open.
    let run = purge(&["resume"]);
    if run.code != Some(75) {
        return Err(format!("{:?} instead of 75: {}", run.code, run.everything()).into());
    }
    let listener = TcpListener::bind(closed)?;
    let behind = bases[1].trim_start_matches("http://").to_owned();
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| pass(&stream, &behind)));
    let again = [one.warm(paths)?, three.warm(paths)?];
    let run = purge(&["resume"]);
    if run.code != Some(0) {
        return Err(format!("{:?}: {}", run.code, run.everything()).into());
    }
    for at in 0..paths.len() {
        two.misses(&warm[1][at])?;
        // What was purged already is not purged twice.
        one.keeps(&again[0][at])?;
        three.keeps(&again[1][at])?;
    }
    let run = purge(&["resume"]);
    if run.code == Some(66) { Ok(()) } else { Err(format!("not finished: {}", run.everything()).into()) }
}

/// Carries a connection on to the node, both ways, until either side ends it.
fn pass(client: &TcpStream, behind: &str) {
    let Ok(node) = TcpStream::connect(behind) else { return };
    let (Ok(mut from), Ok(mut to)) = (client.try_clone(), node.try_clone()) else { return };
    thread::spawn(move || drop(io::copy(&mut from, &mut to)));
    let (Ok(mut from), Ok(mut to)) = (node.try_clone(), client.try_clone()) else { return };
    thread::spawn(move || drop(io::copy(&mut from, &mut to)));
}
