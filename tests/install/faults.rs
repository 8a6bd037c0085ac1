//! What is refused, and that nothing was touched then.

use crate::{
    Row,
    copy::{pinned, source},
    fresh::SHELL,
    world::{SHELLS, Script, VERSION, World, binary, sha256},
};
use std::fs;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_flipped_byte_in_the_binary_is_refused", SHELL, a_flipped_byte_in_the_binary_is_refused),
    ("a_flipped_byte_beside_the_binary_is_refused", SHELL, a_flipped_byte_beside_the_binary_is_refused),
    ("a_manifest_of_something_else_is_refused", SHELL, a_manifest_of_something_else_is_refused),
    ("a_file_cut_short_or_empty_or_endless_is_refused", SHELL, a_file_cut_short_or_empty_or_endless_is_refused),
    ("a_missing_file_is_refused", SHELL, a_missing_file_is_refused),
    ("a_binary_that_fails_its_self_test_is_refused", SHELL, a_binary_that_fails_its_self_test_is_refused),
    ("without_a_pin_nothing_is_installed", SHELL, without_a_pin_nothing_is_installed),
    ("a_digest_given_by_hand_decides", SHELL, a_digest_given_by_hand_decides),
    ("a_page_without_a_pin_is_left_out", SHELL, a_page_without_a_pin_is_left_out),
    ("wrong_arguments_are_named", SHELL, wrong_arguments_are_named),
    ("any_tool_that_computes_the_digest_will_do", SHELL, any_tool_that_computes_the_digest_will_do),
    ("without_a_digest_nothing_is_installed", SHELL, without_a_digest_nothing_is_installed),
];

fn as_it_is(script: Script) -> Script {
    script
}

fn a_flipped_byte_in_the_binary_is_refused() {
    let length = binary(VERSION).len();
    for (case, at) in [length / 2, 0, length - 1].into_iter().enumerate() {
        let world = World::new();
        world.flip(&world.binary_name(), at);
        let words = ["is not genuine", "nothing was installed"];
        match case {
            0 => world.refuses(65, &words, as_it_is),
            _ => world.refuses_under(&SHELLS[case], 65, &words, as_it_is),
        }
    }
}

fn a_flipped_byte_beside_the_binary_is_refused() {
    for (case, name) in ["_stratos", "stratos.bash", "stratos.fish", "stratos.1"].into_iter().enumerate() {
        let world = World::new();
        world.flip(name, 3);
        world.refuses_under(&SHELLS[case], 65, &[&format!("{name} is not genuine")], as_it_is);
    }
    let world = World::new();
    world.flip("stratos.1", 3);
    world.refuses(65, &["stratos.1 is not genuine"], as_it_is);
}

fn a_manifest_of_something_else_is_refused() {
    let world = World::new();
    let text = fs::read_to_string(world.file("manifest.json")).unwrap();
    let digest = sha256(binary(VERSION).as_bytes());
    let other = digest.replace(&digest[..1], if &digest[..1] == "0" { "1" } else { "0" });
    for (case, (from, to)) in [
        (digest.as_str(), other.as_str()),
        ("\"1.2.3\"", "\"1.2.2\""),
        ("\"schema\": 1", "\"schema\": 2"),
        ("\"name\": \"stratos\"", "\"name\": \"stratus\""),
        ("\"file\": \"stratos-1.2.3-", "\"file\": \"stratos-1.2.4-"),
        ("{", "<html>{"),
    ]
    .into_iter()
    .enumerate()
    {
        world.write(&format!("release/{VERSION}/manifest.json"), text.replacen(from, to, 1));
        world.refuses_under(&SHELLS[case % 5], 65, &["manifest.json does not tell the same"], as_it_is);
    }
}

fn a_file_cut_short_or_empty_or_endless_is_refused() {
    let world = World::new();
    let (name, text) = (world.binary_name(), binary(VERSION));
    fs::write(world.file(&name), &text[..text.len() - 1]).unwrap();
    world.refuses(65, &["is not genuine"], as_it_is);
    fs::write(world.file(&name), "").unwrap();
    world.refuses(65, &[&name, "is empty"], as_it_is);
    fs::write(world.file(&name), &text).unwrap();
    fs::File::create(world.file("stratos.1")).unwrap().set_len(5 << 20).unwrap();
    world.refuses(65, &["stratos.1 is longer than 4194304 bytes"], as_it_is);
}

fn a_missing_file_is_refused() {
    let names = ["stratos.1", "_stratos", "manifest.json", "manifest.json.minisig"];
    for (case, name) in names.into_iter().enumerate() {
        let world = World::new();
        fs::remove_file(world.file(name)).unwrap();
        world.refuses_under(&SHELLS[case], 66, &[&format!("/{VERSION}/{name}")], as_it_is);
    }
    let world = World::new();
    let name = world.binary_name();
    fs::remove_file(world.file(&name)).unwrap();
    world.refuses(66, &[&name, "the base URL names the folder in which 1.2.3/ is"], as_it_is);
    fs::create_dir(world.file(&name)).unwrap();
    world.refuses(66, &[&name], as_it_is);
}

fn a_binary_that_fails_its_self_test_is_refused() {
    let of = |answer: &str| World::of(&format!("#!/bin/sh\n# stratos\n{answer}\n"));
    let other = of("echo 'stratos v1.2.4: self-test passed'");
    let words = "should be stratos 1.2.3, and says \"stratos v1.2.4: self-test passed\"";
    other.refuses(70, &[words], as_it_is);
    let answers = [
        ("echo 'stratos v1.2.30: self-test passed'", "should be stratos 1.2.3"),
        ("printf '\\033[31mstratos v1.2.3: self-test passed'", "says \"[31mstratos"),
        (":", "says \"\""),
        ("echo 'stratos v1.2.3: self-test passed'; exit 70", "failed with 70"),
        ("echo no such library >&2; exit 1", "failed with 1 (no such library)"),
        ("kill -SEGV $$", "the self-test of stratos-1.2.3-"),
    ];
    for (case, (answer, words)) in answers.into_iter().enumerate() {
        of(answer).refuses_under(&SHELLS[case % 5], 70, &[words], as_it_is);
    }
    let world = World::of("\u{7f}no program at all, stratos\n");
    world.refuses_under(&SHELLS[0], 70, &["stratos-1.2.3-"], as_it_is);
    let world = of("exec sleep 60");
    let text = fs::read_to_string(world.path("install.sh")).unwrap();
    world.write("install.sh", text.replace("SELF_TEST_SECONDS=30\n", "SELF_TEST_SECONDS=1\n"));
    for shell in [&SHELLS[0], &SHELLS[4]] {
        world.refuses_under(shell, 70, &["did not end its self-test in 1 seconds"], as_it_is);
    }
}

fn without_a_pin_nothing_is_installed() {
    let world = World::new();
    world.write("install.sh", pinned(&source(), "").replace("PINNED_VERSION='", "PINNED_VERSION='1"));
    let words = ["holds no SHA-256", "--from-source", "STRATOS_VERSION and STRATOS_SHA256"];
    world.refuses(65, &words, as_it_is);
    // Pins of another machine's builds are no pins here.
    world.write_script("");
    world.refuses(65, &["holds no SHA-256 of stratos 1.2.3 for m68k-unknown-amigaos"], |script| {
        script.env("STRATOS_TARGET", "m68k-unknown-amigaos")
    });
    world.refuses(65, &["holds no SHA-256 for stratos 1.2.4, only for 1.2.3", "--sha256"], |script| {
        script.env("STRATOS_VERSION", "1.2.4")
    });
    let text = fs::read_to_string(world.path("install.sh")).unwrap();
    let digest = sha256(binary(VERSION).as_bytes());
    for (case, damaged) in [&digest[1..], "", "yes"].into_iter().enumerate() {
        world.write("install.sh", text.replace(&digest, damaged));
        world.refuses_under(&SHELLS[case], 65, &["is damaged"], as_it_is);
    }
}

fn a_digest_given_by_hand_decides() {
    let world = World::new();
    let (text, other) = (binary("1.1.0"), world.binary_name().replace(VERSION, "1.1.0"));
    world.write(&format!("release/1.1.0/{other}"), &text);
    let digest = sha256(text.as_bytes());
    let ask = |version: &'static str, digest: &str| {
        let digest = digest.to_owned();
        move |script: Script| script.env("STRATOS_VERSION", version).env("STRATOS_SHA256", &digest)
    };
    world.refuses(65, &["is not genuine"], ask("1.1.0", &sha256(b"else")));
    world.refuses(66, &["there is no file"], ask("1.1.1", &digest));
    world.refuses(64, &["is not the digest of stratos-1.2.3"], ask(VERSION, &digest));
    for bad in [&digest[1..], &format!("{digest}0"), "sha256", &digest.replace(&digest[..1], "g")] {
        world.refuses_under(&SHELLS[0], 64, &["64 hexadecimal digits"], ask("1.1.0", bad));
    }
    // The pinned version with the pin's own digest, and a script that has no pin of it at all.
    let known = sha256(binary(VERSION).as_bytes());
    world.script(&SHELLS[0]).args(["--sha256", &known]).run().exits(0);
    world.write("install.sh", pinned(&source(), ""));
    let script = world.script(&SHELLS[0]).args(["--version", VERSION]).arg(format!("--sha256={known}"));
    script.run().exits(0);
}

fn a_page_without_a_pin_is_left_out() {
    let world = World::new();
    let text = fs::read_to_string(world.path("install.sh")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("    stratos.1)"));
    world.write("install.sh", lines.flat_map(|line| [line, "\n"]).collect::<String>());
    for shell in SHELLS {
        let run = world.script(shell).run().exits(0);
        assert!(run.stderr.contains("stratos.1 is left out"), "{}", run.stderr);
        assert!(world.program().exists());
        assert!(!world.prefix().join("share/man/man1/stratos.1").exists());
    }
}

fn wrong_arguments_are_named() {
    let world = World::new();
    for (case, (args, words)) in [
        (&["--base-url", "http://mirror.example/"][..], "http://mirror.example/ is not encrypted"),
        (&["--base-url=http://user:sesame@mirror.example/"], "http://mirror.example/ is not encrypted"),
        (&["--base-url", "ftp://mirror.example/"], "begins with https:// or file:///"),
        (&["--base-url", "file://server/share"], "begins with https:// or file:///"),
        (&["--base-url", "dist"], "begins with https:// or file:///"),
        (&["--base-url", "https://mirror.example/?a=b"], "check --base-url"),
        (&["--base-url", "https://mirror.example/ a"], "check --base-url"),
        (&["--prefix"], "--prefix wants a value"),
        (&["--prefix="], "--prefix wants a value"),
        (&["--prefix", "a\nb"], "control character"),
        (&["--dry-run=yes"], "--dry-run takes no value"),
        (&["--uninstal"], "--uninstal is not known"),
        (&["-x"], "-x is not known"),
        (&["here"], "here is not known"),
        (&["--version", "../1.2.3"], "is no version"),
        (&["--version", "1.2"], "is no version"),
        (&["--version", "latest"], "is no version"),
        (&["--target", "a/b"], "is no target"),
    ]
    .into_iter()
    .enumerate()
    {
        for shell in [&SHELLS[case % 5], &SHELLS[(case + 1) % 5]] {
            let run = world.script(shell).args(args).run().exits(64);
            assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
            assert!(!run.everything().contains("sesame"));
            assert!(!world.prefix().exists());
        }
    }
}

fn any_tool_that_computes_the_digest_will_do() {
    for (name, is) in [("sha256sum", "sha256sum"), ("shasum", "shasum"), ("openssl", "openssl")] {
        for shell in &SHELLS[..4] {
            let world = World::new();
            let path = world.toolbox(&[is]);
            world.script(shell).env("PATH", &path).run().exits(0);
            let program = world.program();
            fs::remove_dir_all(world.prefix()).unwrap();
            world.flip(&world.binary_name(), 9);
            let run = world.script(shell).env("PATH", &path).run().exits(65);
            assert!(run.stderr.contains("is not genuine"), "{name}: {}", run.stderr);
            assert!(!program.exists());
        }
    }
    // The BSDs have `sha256 -q`.
    let world = World::new();
    let path = world.toolbox(&["openssl"]);
    fs::remove_file(path.join("openssl")).unwrap();
    let tool = "#!/bin/sh\n[ \"$*\" = -q ] || exit 1\n/usr/bin/sha256sum | /usr/bin/cut -d ' ' -f 1\n";
    world.executable("toolbox/sha256", tool);
    world.script(&SHELLS[0]).env("PATH", &path).run().exits(0);
}

fn without_a_digest_nothing_is_installed() {
    let world = World::new();
    for shell in &SHELLS[..4] {
        let path = world.toolbox(&[]);
        world.refuses_under(shell, 69, &["nothing here computes a SHA-256"], |script| {
            script.env("PATH", &path)
        });
        for tool in ["#!/bin/sh\n", "#!/bin/sh\nexit 1\n", "#!/bin/sh\necho broken\n"] {
            world.executable("toolbox/sha256sum", tool);
            let words = ["sha256sum gave no SHA-256 of stratos-1.2.3"];
            world.refuses_under(shell, 69, &words, |script| script.env("PATH", &path));
        }
    }
}
