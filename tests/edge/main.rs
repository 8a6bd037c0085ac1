//! Real servers judge what we mint: nginx (njs, set-misc, secure_link), lighttpd, HAProxy, Varnish,
//! Traffic Server, workerd, s3s-fs, and Node's crypto. Ours mint, theirs verify.
//! Real caches lose what our binary purges, and nothing else. And strace judges what stays offline.
//! A trial is ignored, with the missing package's name, where its program is not installed;
//! `STRATOS_REQUIRE_EDGE=1` makes that a failure, save for what Debian does not have.

#[path = "../common/mod.rs"]
mod common;

mod caches;
mod damage;
mod haproxy;
mod http;
mod judge;
mod lighttpd;
mod moto;
mod nginx_link;
mod offline;
mod origin;
mod s3;
mod servers;
mod trafficserver;
mod varnish;
mod workerd;

use common::runner::bare;
use judge::{Judge, expect};
use libtest_mimic::{Arguments, Failed, Trial};
use servers::{Server, Work};
use std::{
    io::Write,
    process::{Command, Stdio},
    sync::{Arc, OnceLock},
    time::{SystemTime, UNIX_EPOCH},
};

const SECRET: &str = "stratos-secret-0123456789";

/// Paths that tell the measures of length apart, and those that get re-encoded on the way.
const PATHS: &[&str] = &[
    "/videos/intro.mp4",
    "/média/日本語.mp4",
    "/🎬/clip 1.mp4",
    "/a+b%20c&d=e?f",
    "/tilde~star*paren(1)!'",
    "/pipe|colon:10",
];

/// What a trial needs: a file or program, and the package that brings it.
type Needs = &'static [(&'static str, &'static str)];

/// One row a trial: its name, what it needs, and its body.
type Row = (&'static str, Needs, fn() -> Result<(), Failed>);

const NGINX: Needs = &[
    ("/usr/sbin/nginx", "nginx"),
    ("/usr/lib/nginx/modules/ngx_http_js_module.so", "libnginx-mod-http-js"),
    ("/usr/lib/nginx/modules/ngx_http_set_misc_module.so", "libnginx-mod-http-set-misc"),
];
const STRACE: Needs = &[("/usr/bin/strace", "strace")];
const NODE: Needs = &[("node", "nodejs")];

#[rustfmt::skip]
const TRIALS: &[Row] = &[
    ("nginx_njs_judges_the_length_prefixed_form", NGINX, nginx_njs_judges_the_length_prefixed_form),
    ("nginx_njs_judges_the_colon_form", NGINX, nginx_njs_judges_the_colon_form),
    ("nginx_set_misc_judges_the_colon_form", NGINX, nginx_set_misc_judges_the_colon_form),
    ("no_server_takes_the_other_form", NGINX, no_server_takes_the_other_form),
    ("node_recomputes_a_thousand_signatures", NODE, node_recomputes_a_thousand_signatures),
    ("offline_commands_open_no_socket", STRACE, offline::with_home),
    ("offline_commands_open_no_socket_without_home", STRACE, offline::without_home),
    ("offline_commands_open_no_socket_with_an_empty_home", STRACE, offline::with_an_empty_home),
    ("a_trace_sees_the_sockets_of_the_demo", STRACE, offline::the_trace_sees_calls),
];

/// The tables of the servers that have a file of their own.
const ROOMS: &[&[Row]] = &[
    TRIALS,
    haproxy::TRIALS,
    s3::TRIALS,
    trafficserver::TRIALS,
    varnish::TRIALS,
    workerd::TRIALS,
    nginx_link::TRIALS,
    lighttpd::TRIALS,
    moto::TRIALS,
    caches::varnish::TRIALS,
    caches::fleet::TRIALS,
    caches::nginx::TRIALS,
    caches::squid::TRIALS,
    caches::trafficserver::TRIALS,
];

fn main() {
    let arguments = Arguments::from_args();
    let required = std::env::var_os("STRATOS_REQUIRE_EDGE").is_some_and(|value| value == "1");
    let trials =
        ROOMS.iter().flat_map(|room| room.iter()).map(|&(name, needs, body)| match servers::missing(needs) {
            None => Trial::test(name, body),
            Some((what, package)) if required && !what.starts_with(servers::TOOL) => {
                Trial::test(name, move || Err(format!("{package} is not installed").into()))
            }
            Some((_, package)) => {
                Trial::test(format!("{name} (needs {package})"), body).with_ignored_flag(true)
            }
        });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    servers::stop_all();
    conclusion.exit();
}

fn nginx() -> Arc<Server> {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let mut command = Command::new("/usr/sbin/nginx");
        // Without -e it opens the packaged log first and fails for an ordinary user.
        command.arg("-e").arg(work.folder.join("error.log")).arg("-p").arg(&work.folder);
        command.arg("-c").arg(work.fill("nginx.conf", &[]));
        command
    };
    SERVER.get_or_init(|| servers::start("nginx", 200, prepare)).clone()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// What the binary prints for a path that the CloudCDN schemes carry as a parameter.
fn mint(scheme: &str, base: &str, path: &str, expires: u64, secret: &str) -> Result<String, Failed> {
    let (expires, judge) = (expires.to_string(), Judge { scheme, ..Judge::BASE });
    judge.run(secret, &["signed", path, "--cdn-url", base, "--allow-expired", "--expires", &expires])
}

/// Minted links pass; expired, altered and foreign ones get the status that the server's rules name.
fn judges(scheme: &str, base: &str, has_a_clock: bool) -> Result<(), Failed> {
    for path in PATHS {
        let good = mint(scheme, base, path, now() + 600, SECRET)?;
        expect(&good, 200, "minted")?;
        let (head, digit) = good.split_at(good.len() - 1);
        let other = if digit == "0" { "1" } else { "0" };
        expect(&format!("{head}{other}"), 403, "altered signature")?;
        expect(&good.replacen("path=%2F", "path=%2Fx", 1), 403, "altered path")?;
        expect(&mint(scheme, base, path, now() + 600, "another secret of mine")?, 403, "another key")?;
        if has_a_clock {
            expect(&mint(scheme, base, path, now() - 600, SECRET)?, 410, "expired")?;
        }
    }
    expect(&format!("{base}/api/signed?path=%2Fa"), 403, "unsigned")
}

fn nginx_njs_judges_the_length_prefixed_form() -> Result<(), Failed> {
    judges("cloudcdn", &format!("{}/lengths", nginx().base()), true)
}

fn nginx_njs_judges_the_colon_form() -> Result<(), Failed> {
    judges("cloudcdn-colon", &format!("{}/colon", nginx().base()), true)
}

fn nginx_set_misc_judges_the_colon_form() -> Result<(), Failed> {
    judges("cloudcdn-colon", &format!("{}/misc", nginx().base()), false)
}

fn no_server_takes_the_other_form() -> Result<(), Failed> {
    let (base, expires) = (nginx().base(), now() + 600);
    expect(&mint("cloudcdn", &format!("{base}/colon"), "/a", expires, SECRET)?, 403, "lengths at colon")?;
    expect(
        &mint("cloudcdn-colon", &format!("{base}/lengths"), "/a", expires, SECRET)?,
        403,
        "colon at lengths",
    )
}

fn node_recomputes_a_thousand_signatures() -> Result<(), Failed> {
    let mut lines = String::new();
    for (seed, scheme) in [(1_u64, "cloudcdn"), (2, "cloudcdn-colon")] {
        let paths = random_paths(seed, 500);
        let secret = format!("sécret-{seed}-0123456789");
        let signed = mint_many(scheme, &secret, &paths)?;
        if signed.len() != paths.len() {
            return Err(format!("{} lines for {} paths", signed.len(), paths.len()).into());
        }
        lines.extend(signed.iter().map(|url| format!("{scheme}\t{secret}\t{url}\n")));
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/edge/recompute.mjs");
    let report = pipe(Command::new("node").arg(script), lines)?;
    if report.trim() == "checked 1000" { Ok(()) } else { Err(report.into()) }
}

fn mint_many(scheme: &str, secret: &str, paths: &[String]) -> Result<Vec<String>, Failed> {
    let mut command = bare(env!("CARGO_BIN_EXE_stratos"));
    command.env("SIGNED_URL_SECRET", secret);
    command.args([
        "signed",
        "-",
        "--scheme",
        scheme,
        "--expires",
        "4102444800",
        "--cdn-url",
        "https://cdn.example",
    ]);
    Ok(pipe(&mut command, paths.join("\n") + "\n")?.lines().map(str::to_owned).collect())
}

fn pipe(command: &mut Command, input: String) -> Result<String, Failed> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().expect("piped");
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output()?;
    feeder.join().expect("the feeder does not panic")?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Paths of one to forty characters from every plane, by a small generator so that a failure repeats.
fn random_paths(seed: u64, count: usize) -> Vec<String> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = move |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    let alphabet: Vec<char> = "abcXYZ019-_!~*'() +%?#&=|:éßж日本語🎬🜁\u{301}\u{200d}".chars().collect();
    let size = alphabet.len() as u64;
    (0..count)
        .map(|_| {
            (0..=next(40))
                .fold(String::from("/p"), |path, _| path + &alphabet[next(size) as usize].to_string())
        })
        .collect()
}
