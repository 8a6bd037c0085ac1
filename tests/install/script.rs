//! The script itself: cut anywhere it runs nothing, it tells machines apart, and its help is whole.

use crate::{
    Needs, Row,
    common::runner::Run,
    copy::{pinned, source},
    fresh::SHELL,
    world::{DASH, SHELLS, Shell, World, found},
};
use std::{fs, process::Command};

const LINT: Needs = &[("shellcheck", "shellcheck")];
const SOURCE: Needs = &[("dash", "dash"), ("cargo", "rustup")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_script_that_arrives_in_part_runs_nothing", SHELL, a_script_that_arrives_in_part_runs_nothing),
    ("cut_at_the_end_of_any_line_it_runs_nothing", SHELL, cut_at_the_end_of_any_line_it_runs_nothing),
    ("machines_are_told_apart", SHELL, machines_are_told_apart),
    ("the_best_build_that_has_a_pin_is_taken", SHELL, the_best_build_that_has_a_pin_is_taken),
    ("the_help_names_every_option_and_variable", SHELL, the_help_names_every_option_and_variable),
    ("shellcheck_finds_nothing", LINT, shellcheck_finds_nothing),
    ("the_source_is_built_only_where_it_is", SHELL, the_source_is_built_only_where_it_is),
    ("a_build_from_source_runs_the_demo", SOURCE, a_build_from_source_runs_the_demo),
];

/// Everything the script could call.
const CALLED: &str = "curl wget uname id sed grep tr wc cp mv rm rmdir mkdir chmod tail head cut timeout true sleep \
    mktemp cat ls env sha256sum shasum sha256 openssl minisign sysctl cargo git dpkg-query rpm pacman apk find touch \
    kill stratos main m ma mai";

/// A world in which whatever is called only leaves a line in a log.
fn traced() -> World {
    let world = World::new();
    let line = format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\nexit 0\n", world.path("called").display());
    for name in CALLED.split_whitespace() {
        world.executable(&format!("traps/{name}"), &line);
    }
    world
}

/// The first bytes of the script, through a pipe, as `curl | sh` has it.
fn cut(world: &World, shell: &Shell, text: &str, at: usize) -> Run {
    let part = text.as_bytes()[..at].to_vec();
    let words = shell.words[1..].iter().chain(&["-s", "--", "--prefix", "in-part"]);
    world.shell(shell, words).env("PATH", world.path("traps")).stdin(part).run()
}

/// Cut there it calls nothing, says nothing and writes nothing.
#[track_caller]
fn runs_nothing(world: &World, shell: &Shell, text: &str, at: usize) {
    let run = cut(world, shell, text, at);
    let called = fs::read_to_string(world.path("called")).unwrap_or_default();
    let tail = &text[..at].lines().last().unwrap_or_default();
    assert_eq!(called, "", "{shell}, cut at {at}, behind {tail:?}");
    assert_eq!(run.stdout(), "", "{shell}, cut at {at}");
    assert_eq!(fs::read_dir(run.home.path()).unwrap().count(), 0, "{shell}, cut at {at}");
    assert!(!world.prefix().exists());
}

fn a_script_that_arrives_in_part_runs_nothing() {
    let world = traced();
    let text = fs::read_to_string(world.path("install.sh")).unwrap();
    assert!(text.is_ascii(), "any locale reads it the same");
    let whole = text.trim_end().len();
    // All of its last bytes, and places all over it that no pattern of its own has.
    for (number, at) in (whole - 20..whole).chain((0..whole).step_by(997)).enumerate() {
        runs_nothing(&world, &SHELLS[number % 4], &text, at);
    }
    for shell in &SHELLS[..4] {
        cut(&world, shell, &text, text.len());
        assert!(fs::remove_file(world.path("called")).is_ok(), "{shell}: the traps see what is called");
    }
}

fn cut_at_the_end_of_any_line_it_runs_nothing() {
    let world = traced();
    let text = fs::read_to_string(world.path("install.sh")).unwrap();
    let whole = text.trim_end().len();
    let lines = text.match_indices('\n').map(|(at, _)| at).filter(|at| *at < whole);
    for (number, at) in lines.enumerate() {
        runs_nothing(&world, &SHELLS[number % 4], &text, at);
    }
    for at in whole - 20..whole {
        SHELLS[..4].iter().for_each(|shell| runs_nothing(&world, shell, &text, at));
    }
}

/// What a dry run on such a machine says, with a pin for each of these labels.
fn chosen(world: &World, shell: &Shell, system: &str, machine: &str, labels: &[&str]) -> Run {
    let pin = |label: &&str| format!("    stratos-0.1.0-{label}) echo {} ;;\n", "5".repeat(64));
    let text = pinned(&source(), &labels.iter().map(pin).collect::<String>());
    world.write("install.sh", text.replacen(&version_line(&text), "PINNED_VERSION='0.1.0'", 1));
    let answer = format!("#!/bin/sh\ncase $1 in -s) echo {system} ;; -m) echo {machine} ;; esac\n");
    world.executable("machine/uname", &answer);
    let rest = if shell.alone { world.path("busybox") } else { "/usr/bin:/bin".into() };
    let path = format!("{}:{}", world.path("machine").display(), rest.display());
    world.script(shell).env("PATH", path).args(["--dry-run"]).run()
}

fn version_line(text: &str) -> String {
    text.lines().find(|line| line.starts_with("PINNED_VERSION=")).expect("the line").to_owned()
}

fn machines_are_told_apart() {
    let world = World::new();
    for (system, machine, label) in [
        ("Linux", "x86_64", "x86_64-unknown-linux-musl"),
        ("Linux", "aarch64", "aarch64-unknown-linux-musl"),
        ("Linux", "arm64", "aarch64-unknown-linux-musl"),
        ("Linux", "armv7l", "armv7-unknown-linux-musleabihf"),
        ("Linux", "armv8l", "armv7-unknown-linux-gnueabihf"),
        ("Linux", "riscv64", "riscv64gc-unknown-linux-gnu"),
        ("Darwin", "arm64", "aarch64-apple-darwin"),
        ("Darwin", "x86_64", "x86_64-apple-darwin"),
        ("FreeBSD", "amd64", "x86_64-unknown-freebsd"),
    ] {
        for shell in [&SHELLS[0], &SHELLS[4]] {
            let run = chosen(&world, shell, system, machine, &[label]).exits(0);
            assert!(run.stdout().contains(&format!(" for stratos-0.1.0-{label} to ")), "{}", run.stdout());
        }
    }
    let run = chosen(&world, &DASH, "Linux", "s390x", &["x86_64-unknown-linux-musl"]).exits(65);
    assert!(run.stderr.contains("for s390x-unknown-linux-musl"), "{}", run.stderr);
    let run = chosen(&world, &DASH, "MINGW64_NT-10.0-19045", "x86_64", &[]).exits(69);
    assert!(run.stderr.contains("install.ps1"), "{}", run.stderr);
    // A shell under Rosetta.
    world.executable("machine/sysctl", "#!/bin/sh\n[ \"$*\" = '-n sysctl.proc_translated' ] && echo 1\n");
    let run = chosen(&world, &DASH, "Darwin", "x86_64", &["aarch64-apple-darwin"]).exits(0);
    assert!(run.stdout().contains("aarch64-apple-darwin"), "{}", run.stdout());
}

fn the_best_build_that_has_a_pin_is_taken() {
    let world = World::new();
    let all = ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu-static", "x86_64-unknown-linux-musl"];
    for most in 1..=all.len() {
        let run = chosen(&world, &DASH, "Linux", "x86_64", &all[..most]).exits(0);
        assert!(
            run.stdout().contains(&format!(" for stratos-0.1.0-{} to ", all[most - 1])),
            "{}",
            run.stdout()
        );
    }
}

fn the_help_names_every_option_and_variable() {
    let (world, text) = (World::new(), source());
    for shell in SHELLS {
        let run = world.script(shell).args(["--help"]).run().exits(0);
        let help = run.stdout();
        let parse = text.split_once("parse() {").expect("the parser").1.split_once("\n}").expect("its end").0;
        let known = parse.split_whitespace().map(|word| word.trim_end_matches(')'));
        for option in known.filter(|word| word.starts_with("--") && !word.contains(['*', '"', ':'])) {
            assert!(help.contains(option), "{option}");
        }
        for variable in ["PREFIX", "BASE_URL", "VERSION", "SHA256", "TARGET"] {
            assert!(help.contains(&format!("STRATOS_{variable}")), "{variable}");
        }
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        assert_eq!(run.stderr, "");
    }
}

fn shellcheck_finds_nothing() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install/install.sh");
    let output =
        Command::new("shellcheck").args(["-s", "sh", "-o", "all", "-e"]).arg(LEFT_OUT).arg(script).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Style of the optional checks that is not the house's: braces around each variable, `[[`, and that `-e`
/// does not reach into a condition.
const LEFT_OUT: &str = "SC2250,SC2292,SC2310,SC2311,SC2312,SC2248,SC2249";

fn the_source_is_built_only_where_it_is() {
    let world = World::new();
    for shell in SHELLS {
        let words = shell.words[1..].iter().chain(&["-s", "--", "--from-source"]);
        let run = world.shell(shell, words).stdin(source()).run().exits(64);
        assert!(run.stderr.contains("git clone https://"), "{}", run.stderr);
        let run = world.script(shell).args(["--from-source"]).run().exits(64);
        assert!(run.stderr.contains("the clone in which this script stands"), "{}", run.stderr);
    }
    world.write("clone/Cargo.toml", "[package]\nname = \"stratos\"\nversion = \"1.2.3\"\n");
    world.write("clone/install/install.sh", source());
    for shell in &SHELLS[..4] {
        let (script, path) = (world.path("clone/install/install.sh"), world.toolbox(&[]));
        let ask = || world.shell(shell, &shell.words[1..]).arg(&script).arg("--from-source");
        let run = ask().env("PATH", &path).run().exits(69);
        assert!(run.stderr.contains("https://rustup.rs"), "{}", run.stderr);
        world.executable("toolbox/cargo", "#!/bin/sh\nexit 101\n");
        let run = ask().env("PATH", &path).run().exits(70);
        assert!(run.stderr.contains("the build failed"), "{}", run.stderr);
        assert!(!world.prefix().exists());
        // A build that gave something else than the version of Cargo.toml.
        let built = world.path("clone/built");
        world.executable("clone/built", &crate::world::binary("1.2.2"));
        let say = format!("#!/bin/sh\necho '{{\"executable\":\"{}\",\"fresh\":true}}'\n", built.display());
        world.executable("toolbox/cargo", &say);
        let run = ask().env("PATH", &path).run().exits(70);
        assert!(run.stderr.contains("should be stratos 1.2.3"), "{}", run.stderr);
        assert!(!world.prefix().exists());
        world.executable("clone/built", &crate::world::binary("1.2.3"));
        ask().env("PATH", &path).run().exits(0);
        assert!(world.program().is_file() && built.is_file());
        assert!(world.prefix().join("share/man/man1/stratos.1").is_file());
        fs::remove_dir_all(world.prefix()).unwrap();
    }
}

/// Minutes of building: only where `STRATOS_TEST_SOURCE=1` asks for it.
fn a_build_from_source_runs_the_demo() {
    let world = World::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install/install.sh");
    let mut command = Command::new(found("dash").expect("looked for before"));
    command.args([script, "--from-source"]).env("STRATOS_PREFIX", world.prefix());
    assert!(command.status().unwrap().success());
    for args in [&["version", "--self-test"][..], &["demo"]] {
        let run = crate::common::runner::program(world.program(), args).run().exits(0);
        assert!(!run.stdout().is_empty());
    }
    assert!(fs::read_to_string(world.prefix().join("share/man/man1/stratos.1")).unwrap().contains("stratos"));
    let before = world.prefix().join("share/zsh/site-functions/_stratos");
    assert!(fs::read_to_string(before).unwrap().contains("#compdef stratos"));
}
