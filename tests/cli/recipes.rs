//! The CI recipes of the README: their commands run as they stand, against scripted CDNs.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::bare,
};
use serde_json::json;
use std::{fs, path::Path};

/// The block below `<!-- recipe: name -->`.
fn recipe(name: &str) -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("<!-- recipe: {name} -->\n```")).unwrap();
    let (block, _) = rest.split_once("\n```").unwrap();
    block.split_once('\n').unwrap().1.to_owned()
}

/// The lines of stratos in a recipe, without what YAML puts before them.
fn commands(recipe: &str) -> Vec<String> {
    let own = |line: &str| line.find("stratos purge").map(|at| line[at..].to_owned());
    recipe.lines().filter_map(own).collect()
}

#[test]
fn the_recipes_run_and_purge_only_on_a_release() {
    for name in ["github", "gitlab"] {
        let nodes = [(); 2].map(|()| Cdn::start([Answer::text(200, "OK")]));
        let edge = Cdn::start([Answer::json(200, &json!({ "success": true, "result": { "id": "cf-1" } }))]);
        let config = recipe("config")
            .replace("https://cache-1.example.com", &nodes[0].url())
            .replace("https://cache-2.example.com", &nodes[1].url())
            .replace("zone_id", &format!("url = {:?}\nzone_id", edge.url()));
        let home = tempfile::tempdir().unwrap();
        for folder in ["old/public", "public"] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
            fs::write(home.path().join(folder).join("same.css"), "same").unwrap();
            fs::write(home.path().join(folder).join("page.html"), folder).unwrap();
        }
        fs::write(home.path().join("stratos.toml"), config).unwrap();
        let binary = Path::new(env!("CARGO_BIN_EXE_stratos")).parent().unwrap();
        let path = std::env::join_paths([binary, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        let lines = commands(&recipe(name));
        assert_eq!(lines.len(), 3, "{lines:?}");
        for (index, line) in lines.iter().enumerate() {
            let mut shell = bare("sh");
            shell.args(["-euc", line]).current_dir(home.path()).env("PATH", &path);
            shell.env("HOME", home.path()).env("CI", "true").env("STRATOS_CONFIG", "stratos.toml");
            shell.env("GITHUB_STEP_SUMMARY", "summary.md").env("GITHUB_ACTIONS", "true");
            if index == 2 {
                shell.env("CLOUDFLARE_API_TOKEN", "token-of-edge");
            }
            let output = shell.output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}: {line}\n{stderr}");
            let sent = nodes.iter().chain([&edge]).map(|cdn| cdn.requests().len()).sum::<usize>();
            assert_eq!(sent > 0, index == 2, "{name}: {line}: {sent} requests");
        }
        assert_eq!(edge.requests()[0].header("authorization"), Some("Bearer token-of-edge"));
        assert!(edge.requests()[0].text().contains("https://www.example.com/page.html"));
        assert!(!edge.requests()[0].text().contains("same.css"));
        let summary = fs::read_to_string(home.path().join("summary.md")).unwrap();
        assert!(summary.contains("### Purge: accepted by 2 of 2 targets"), "{summary}");
        assert!(summary.contains("| shield | varnish | accepted | "), "{summary}");
        assert!(home.path().join("purge.json").is_file());
    }
}

#[test]
fn a_recipe_fails_closed() {
    for name in ["github", "gitlab"] {
        let text = recipe(name);
        for open in ["|| true", "allow_failure", "continue-on-error", "--partial-ok", "set +e"] {
            assert!(!text.contains(open), "{name} has {open}");
        }
    }
}
