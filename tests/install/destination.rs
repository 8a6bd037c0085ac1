//! Where it may go, what is in the way there, and what belongs to somebody else.

use crate::{
    Needs, Row,
    fresh::SHELL,
    world::{DASH, SHELLS, Script, Shell, VERSION, World, binary},
};
use std::{
    fs,
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

const MOUNTS: Needs = &[("dash", "dash"), (crate::MOUNTS, "util-linux")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_symlink_or_folder_in_its_place_is_refused", SHELL, a_symlink_or_folder_in_its_place_is_refused),
    ("another_program_of_the_name_is_refused", SHELL, another_program_of_the_name_is_refused),
    ("what_a_package_manager_keeps_is_not_touched", SHELL, what_a_package_manager_keeps_is_not_touched),
    ("a_prefix_that_cannot_be_written_is_refused", SHELL, a_prefix_that_cannot_be_written_is_refused),
    ("a_folder_in_place_of_a_page_is_refused", SHELL, a_folder_in_place_of_a_page_is_refused),
    ("a_running_binary_is_replaced", SHELL, a_running_binary_is_replaced),
    ("the_old_node_command_is_replaced_and_named", SHELL, the_old_node_command_is_replaced_and_named),
    ("a_read_only_file_system_is_refused", MOUNTS, a_read_only_file_system_is_refused),
    ("a_full_disk_is_refused", MOUNTS, a_full_disk_is_refused),
    ("a_file_system_that_runs_nothing_is_refused", MOUNTS, a_file_system_that_runs_nothing_is_refused),
];

/// Under every shell, with the prefix that was prepared: refused, and nothing changed.
#[track_caller]
fn refuses(world: &World, code: i32, words: &str, ask: impl Fn(&Shell, Script) -> Script) {
    let before = world.snapshot();
    for shell in SHELLS {
        let run = ask(shell, world.script(shell)).run();
        assert_eq!(run.code, Some(code), "{shell}: {}", run.everything());
        assert!(run.stderr.contains(words), "{shell}: {}", run.stderr);
        assert_eq!(world.snapshot(), before, "{shell}");
    }
}

fn a_symlink_or_folder_in_its_place_is_refused() {
    let world = World::new();
    world.write("kept", "stratos, of somebody else");
    world.write("prefix/bin/other", "");
    symlink(world.path("kept"), world.program()).unwrap();
    refuses(&world, 73, "is a symbolic link", |_, script| script);
    refuses(&world, 73, "is a symbolic link", |_, script| script.args(["--uninstall"]));
    assert_eq!(fs::read_to_string(world.path("kept")).unwrap(), "stratos, of somebody else");
    fs::remove_file(world.program()).unwrap();
    symlink(world.path("nowhere"), world.program()).unwrap();
    refuses(&world, 73, "is a symbolic link", |_, script| script);
    fs::remove_file(world.program()).unwrap();
    world.write("prefix/bin/stratos/inside", "");
    refuses(&world, 73, "is a folder", |_, script| script);
    fs::remove_dir_all(world.program()).unwrap();
    assert!(Command::new("mkfifo").arg(world.program()).status().unwrap().success());
    for shell in SHELLS {
        let run = world.script(shell).run().exits(73);
        assert!(run.stderr.contains("is no file"), "{}", run.stderr);
    }
}

fn another_program_of_the_name_is_refused() {
    let world = World::new();
    world.executable("prefix/bin/stratos", "#!/bin/sh\necho clouds\n");
    refuses(&world, 73, "is another program of the same name", |_, script| script);
    refuses(&world, 73, "is another program of the same name", |_, script| script.args(["--uninstall"]));
}

fn what_a_package_manager_keeps_is_not_touched() {
    for (tool, answer, words) in [
        (
            "dpkg-query",
            "[ \"$1\" = -S ] && echo \"stratos-cli: $2\"",
            "the package stratos-cli (dpkg): use apt-get",
        ),
        (
            "rpm",
            "[ \"$1\" = -qf ] && echo stratos-0.9-1.x86_64",
            "the package stratos-0.9-1.x86_64 (rpm): use dnf",
        ),
        ("pacman", "[ \"$1\" = -Qqo ] && echo stratos", "the package stratos (pacman): use pacman"),
        ("apk", "[ \"$1 $2\" = 'info --who-owns' ]", "a package (apk): use apk"),
    ] {
        let world = World::new();
        world.older();
        world.executable(&format!("manager/{tool}"), &format!("#!/bin/sh\n{answer}\n"));
        let ask = |shell: &Shell, script: Script, more: &[&str]| {
            let rest = if shell.alone { world.path("busybox") } else { "/usr/bin:/bin".into() };
            let path = format!("{}:{}", world.path("manager").display(), rest.display());
            script.env("PATH", path).args(more)
        };
        refuses(&world, 69, words, |shell, script| ask(shell, script, &[]));
        refuses(&world, 69, words, |shell, script| ask(shell, script, &["--uninstall"]));
    }
    let world = World::new();
    world.older();
    world.write("prefix/.crates.toml", "[v1]\n\"stratos 0.1.0 (path+file:///src)\" = [\"stratos\"]\n");
    refuses(&world, 69, "belongs to cargo install: use cargo", |_, script| script);
}

fn a_prefix_that_cannot_be_written_is_refused() {
    let world = World::new();
    world.write("prefix", "a file");
    for shell in SHELLS {
        let run = world.script(shell).run().exits(73);
        assert!(run.stderr.contains("choose another folder with --prefix"), "{}", run.stderr);
    }
    assert_eq!(fs::read_to_string(world.prefix()).unwrap(), "a file");
    fs::remove_file(world.prefix()).unwrap();
    world.older();
    fs::remove_dir_all(world.prefix().join("share/man")).unwrap();
    world.write("prefix/share/man", "a file");
    refuses(&world, 73, "cannot write to", |_, script| script);
}

fn a_folder_in_place_of_a_page_is_refused() {
    let world = World::new();
    world.older();
    fs::remove_file(world.prefix().join("share/man/man1/stratos.1")).unwrap();
    fs::create_dir(world.prefix().join("share/man/man1/stratos.1")).unwrap();
    let shells = [&SHELLS[0], &SHELLS[4]];
    for shell in shells {
        let run = world.script(shell).run().exits(73);
        assert!(run.stderr.contains("stratos.1 is a folder"), "{}", run.stderr);
        assert_eq!(fs::read_to_string(world.program()).unwrap(), binary("1.0.0"));
    }
}

fn a_running_binary_is_replaced() {
    for shell in SHELLS {
        let world = World::new();
        let mut program = fs::read(crate::world::found("sleep").unwrap()).unwrap();
        program.extend_from_slice(b"stratos");
        world.executable("prefix/bin/stratos", "");
        fs::write(world.program(), program).unwrap();
        let mut running = Command::new(world.program())
            .arg("300")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        assert!(fs::OpenOptions::new().write(true).open(world.program()).is_err(), "it is busy");
        let run = world.script(shell).run();
        assert!(running.try_wait().unwrap().is_none(), "it runs on");
        running.kill().unwrap();
        running.wait().unwrap();
        run.exits(0);
        assert_eq!(fs::read_to_string(world.program()).unwrap(), binary(VERSION));
    }
}

fn the_old_node_command_is_replaced_and_named() {
    let world = World::new();
    world.executable("prefix/bin/stratos", "#!/usr/bin/env node\n// stratos\n");
    let run = world.script(&DASH).run().exits(0);
    assert!(run.stderr.contains("was the Node CLI, and is replaced"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(world.program()).unwrap(), binary(VERSION));
}

/// The script with a file system of these options at the prefix: its code and words, and what is left there.
fn mounted(world: &World, options: &str, surroundings: &str) -> (i32, String) {
    let lines = "mount -t tmpfs -o \"$1\" none \"$2\" || exit 99; \
                 dash \"$3\"; code=$?; find \"$2\" -mindepth 1; exit $code";
    let lines = lines.replacen("dash \"$3\"", &format!("{surroundings} dash \"$3\""), 1);
    let run = world.shell(&DASH, ["-c", &format!("exec unshare -rm dash -c '{lines}' sh \"$@\"")]);
    fs::create_dir_all(world.prefix()).unwrap();
    let run = run.arg("sh").arg(options).arg(world.prefix()).arg(world.path("install.sh")).run();
    (run.code.unwrap(), run.everything())
}

#[track_caller]
fn refused((found, said): (i32, String), code: i32, words: &str, world: &World) {
    assert_eq!(found, code, "{said}");
    assert!(said.contains(words), "{said}");
    let left = format!("{}/", world.prefix().display());
    assert!(!said.lines().any(|line| line.starts_with(&left)), "left behind: {said}");
}

fn a_read_only_file_system_is_refused() {
    let world = World::new();
    refused(mounted(&world, "ro", ""), 73, "cannot write to", &world);
}

fn a_full_disk_is_refused() {
    let world = World::of(&(binary(VERSION) + &"# and more of it\n".repeat(20_000)));
    refused(mounted(&world, "size=64k", ""), 74, "cannot copy", &world);
    let world = World::new();
    let cdn = world.cdn();
    world.write("authority.pem", cdn.ca_pem());
    let surroundings = format!(
        "env STRATOS_BASE_URL={}/dist/ CURL_CA_BUNDLE={}",
        cdn.url(),
        world.path("authority.pem").display()
    );
    let text = binary(VERSION) + &"# and more of it\n".repeat(20_000);
    fs::write(world.file(&world.binary_name()), text).unwrap();
    refused(mounted(&world, "size=64k", &surroundings), 74, "the disk is full", &world);
}

fn a_file_system_that_runs_nothing_is_refused() {
    let world = World::new();
    refused(mounted(&world, "noexec", ""), 70, "is it mounted noexec?", &world);
}
