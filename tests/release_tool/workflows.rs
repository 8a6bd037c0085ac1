//! The workflows and the Dockerfile, as far as they can be judged without running them.

use crate::{
    Row,
    copy::{LABEL, repository},
};
use libtest_mimic::Failed;
use serde_json::Value;
use std::{collections::BTreeSet, fs};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("every_action_is_pinned_by_its_commit", every_action_is_pinned_by_its_commit),
    ("a_job_may_do_what_it_needs_and_nothing_else", a_job_may_do_what_it_needs_and_nothing_else),
    ("no_script_of_a_workflow_is_made_of_what_others_wrote", no_script_of_a_workflow_is_made_of_what_others_wrote),
    ("a_release_builds_targets_that_the_tool_knows", a_release_builds_targets_that_the_tool_knows),
    ("the_image_is_one_checked_binary_of_nobody", the_image_is_one_checked_binary_of_nobody),
];

/// Both workflows: name, text and what it says.
fn workflows() -> Vec<(&'static str, String, Value)> {
    let read = |name| {
        let text = fs::read_to_string(repository().join(".github/workflows").join(name)).unwrap();
        let value = serde_saphyr::from_str(&text).unwrap();
        (name, text, value)
    };
    vec![read("ci.yml"), read("release.yml")]
}

/// The jobs of a workflow, with their names.
fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().unwrap().iter()
}

/// The steps of all jobs.
fn steps(workflow: &Value) -> Vec<&Value> {
    jobs(workflow).flat_map(|(_, job)| job["steps"].as_array().unwrap()).collect()
}

fn every_action_is_pinned_by_its_commit() -> Result<(), Failed> {
    for (name, text, workflow) in workflows() {
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, action) = line.split_once("uses: ").unwrap();
            let (pin, version) =
                action.split_once(" # v").unwrap_or_else(|| panic!("{name}: no version: {line}"));
            let (_, commit) = pin.split_once('@').unwrap();
            assert!(
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{name}: {line}"
            );
            assert!(version.split('.').count() == 3, "{name}: {line}");
        }
        let checkouts = steps(&workflow).into_iter().filter(|step| uses(step, "actions/checkout"));
        assert!(checkouts.clone().count() > 0);
        for step in checkouts {
            assert_eq!(step["with"]["persist-credentials"], false, "{name}: no token stays in the checkout");
        }
    }
    Ok(())
}

fn uses(step: &Value, action: &str) -> bool {
    step["uses"].as_str().is_some_and(|used| used.starts_with(action))
}

fn a_job_may_do_what_it_needs_and_nothing_else() -> Result<(), Failed> {
    let more = [("sign", "id-token"), ("sign", "attestations"), ("draft", "contents")];
    for (name, _, workflow) in workflows() {
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}: nothing unless a job says so");
        for (job, body) in jobs(&workflow) {
            assert!(body["timeout-minutes"].as_u64().is_some(), "{name}: {job} has no limit");
            let permissions = body["permissions"].as_object().unwrap_or_else(|| panic!("{name}: {job}"));
            for (permission, level) in permissions {
                let allowed = level == "read"
                    || name == "release.yml" && more.contains(&(job.as_str(), permission.as_str()));
                assert!(allowed, "{name}: {job} may {level} {permission}");
            }
        }
        let triggers: BTreeSet<_> = workflow["on"].as_object().unwrap().keys().map(String::as_str).collect();
        let fine = BTreeSet::from(["push", "pull_request", "schedule"]);
        assert!(triggers.is_subset(&fine), "{name}: {triggers:?} run with more rights than their author has");
    }
    Ok(())
}

fn no_script_of_a_workflow_is_made_of_what_others_wrote() -> Result<(), Failed> {
    for (name, _, workflow) in workflows() {
        let scripts: Vec<_> = steps(&workflow).into_iter().filter_map(|step| step["run"].as_str()).collect();
        assert!(!scripts.is_empty(), "{name}");
        for script in scripts {
            assert!(!script.contains("${{"), "{name}: pass it by the environment: {script}");
        }
        let secret = |step: &&Value| step.to_string().contains("secrets.");
        let holders = jobs(&workflow).filter(|(_, job)| job.to_string().contains("secrets."));
        for (job, body) in holders {
            assert_eq!((job.as_str(), body["environment"].as_str()), ("sign", Some("release")), "{name}");
            assert_eq!(
                body["steps"].as_array().unwrap().iter().filter(secret).count(),
                1,
                "one step sees the key"
            );
        }
    }
    Ok(())
}

fn a_release_builds_targets_that_the_tool_knows() -> Result<(), Failed> {
    let (_, _, workflow) = workflows().pop().unwrap();
    let known = fs::read_to_string(repository().join("install/releasing/targets.py"))?;
    let rows = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    assert!(rows.len() >= 5);
    for row in rows {
        let label = row["label"].as_str().unwrap();
        assert!(known.contains(&format!("    \"{label}\",\n")), "{label}");
    }
    assert!(known.contains(&format!("    \"{LABEL}\",\n")));
    let (_, _, checks) = workflows().remove(0);
    assert!(steps(&checks).iter().any(|step| step["run"] == ".ci/run"));
    Ok(())
}

fn the_image_is_one_checked_binary_of_nobody() -> Result<(), Failed> {
    let text = fs::read_to_string(repository().join("install/Dockerfile"))?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let stages: Vec<&&str> = lines.iter().filter(|line| line.starts_with("FROM ")).collect();
    let [base, last] = stages[..] else { return Err("two stages".into()) };
    let digest = base.split_once("@sha256:").and_then(|(_, rest)| rest.split(' ').next()).unwrap();
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{base}");
    assert_eq!(*last, "FROM scratch");
    let at = lines.iter().position(|line| line == last).unwrap();
    assert!(lines[..at].iter().any(|line| line.contains("${SHA256:?") && line.contains("sha256sum -c")));
    let image = &lines[at..];
    assert!(
        !image
            .iter()
            .any(|line| line.starts_with("RUN ") || line.starts_with("ADD ") || line.starts_with("SHELL "))
    );
    let user = image.iter().find_map(|line| line.strip_prefix("USER ")).unwrap();
    let numbers: Vec<u32> = user.split(':').map(|number| number.parse().unwrap()).collect();
    assert!(numbers.len() == 2 && numbers.iter().all(|number| *number >= 1000), "{user}");
    assert!(image.contains(&"ENTRYPOINT [\"/stratos\"]"), "words, no shell");
    Ok(())
}
