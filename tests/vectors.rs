//! Conformance: every case of tests/vectors/signing, or of the directory in `STRATOS_VECTORS`, at every stage
//! that it records: canonical string, signature, outcome, verdict, and the verdict on each changed byte.

#[path = "vectors/adapt/mod.rs"]
mod adapt;
#[path = "vectors/case.rs"]
mod case;

use adapt::ADAPTERS;
use case::{Case, Decided, Setup, keep};
use serde_json::Value;
use std::{env, fs, path::PathBuf, process::ExitCode};
use stratos::sign::{Seal, Signer};

/// What is wrong with a case, stage first.
type Checked = Result<(), String>;

fn main() -> ExitCode {
    let (mut passed, mut failed, mut decided) = (0, 0, 0);
    for (file, case) in cases() {
        let name = format!("{file}: {}", case.text("name"));
        match check(&case) {
            Ok(None) => passed += 1,
            Ok(Some(_)) => decided += 1,
            Err(fault) => {
                failed += 1;
                report(&format!("FAILED {name}: {fault}"));
            }
        }
    }
    report(&format!("vectors: {passed} passed, {failed} failed, {decided} by decision"));
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[allow(clippy::print_stdout, reason = "the closing line is what this binary is for")]
fn report(line: &str) {
    println!("{line}");
}

fn cases() -> Vec<(String, Case)> {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/signing");
    let folder = env::var_os("STRATOS_VECTORS").map_or_else(|| PathBuf::from(ours), PathBuf::from);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.iter().flat_map(cases_of).collect()
}

fn cases_of(file: &PathBuf) -> Vec<(String, Case)> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let list: Vec<Value> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    list.into_iter().map(|case| (name.clone(), Case(case))).collect()
}

/// Nothing, or the reason by which we differ, or what is wrong.
fn check(case: &Case) -> Result<Option<&'static str>, String> {
    let scheme = case.text("scheme");
    let adapter = ADAPTERS
        .iter()
        .find(|adapter| adapter.vectors == scheme)
        .ok_or_else(|| format!("scheme `{scheme}` is not in this version"))?;
    let setup = (adapter.setup)(case);
    let signer = setup.signer();
    if let (Err(_), Some((Decided::Refuse, reason))) = (&signer, (adapter.decided)(case)) {
        return Ok(Some(reason));
    }
    if let (Err(error), None) = (&signer, case.given("expected_error")) {
        return Err(format!("key: {error}"));
    }
    match (adapter.decided)(case) {
        Some((decision, reason)) => {
            differs(case, &setup, &signer.map_err(|error| format!("key: {error}"))?, &decision)?;
            Ok(Some(reason))
        }
        None => agrees(case, &setup, signer.ok().as_ref()).map(|()| None),
    }
}

/// The case comes out as the vendor has it, at every stage.
fn agrees(case: &Case, setup: &Setup, signer: Option<&Signer>) -> Checked {
    if case.given("expected_error").is_some() {
        return match signer.map(|signer| mint(&mut signer.seal(), setup)) {
            Some(Ok(outcome)) => Err(format!("the vendor refuses it, we mint {outcome}")),
            _ => Ok(()),
        };
    }
    let signer = signer.expect("a signer, where the vendor does not refuse");
    if case.text("kind") == "observation" {
        return clocked(case, setup, signer);
    }
    if let Some(valid) = case.0["expected_valid"].as_bool() {
        let given = case.given("token").map_or(case.text("url"), |token| token.as_str().unwrap_or_default());
        let verdict = verdict(signer, setup, given)?;
        return if (verdict == "valid") == valid {
            Ok(())
        } else {
            Err(format!("`{verdict}` for the given token, where the vendor says valid: {valid}"))
        };
    }
    let wanted = case.outcome().ok_or("the case records no outcome")?;
    let mut seal = signer.seal();
    let minted = mint(&mut seal, setup)?;
    if let Some(canonical) = case.given("string_to_sign").or_else(|| case.given("expected_plaintext")) {
        // Where a secret is hashed with the text, ours has a mark in its place.
        let ours = text(&seal.canonical)?.replace('\0', case.text("key"));
        equal("canonical string", &ours, canonical.as_str().unwrap_or_default())?;
    }
    if case.deterministic() {
        equal("signature", text(&seal.signature)?, &signature_of(setup, &wanted)?)?;
        equal("outcome", &minted, &wanted)?;
    }
    verifies(signer, setup, &wanted)?;
    verifies(signer, setup, &minted)?;
    altered_texts(signer, &seal)?;
    changed_bytes(signer, setup, &minted)
}

/// A link is good at the moments at which the server served it, and at no other.
fn clocked(case: &Case, setup: &Setup, signer: &Signer) -> Checked {
    let moments = case.moments();
    if moments.is_empty() {
        return Err("the observation names no moment".into());
    }
    let minted = mint(&mut signer.seal(), setup)?;
    for (offset, status) in moments {
        let visit = (setup.visit)(keep(&minted), setup);
        let own = setup.claims.expires.or(setup.claims.issued).unwrap_or_default();
        let visit = stratos::sign::Visit { now: own.saturating_add_signed(-offset), ..visit };
        let verdict = signer.seal().verify(&visit).map_err(|error| format!("verify: {error}"))?;
        if verdict.is_valid() != (status < 400) {
            return Err(format!(
                "`{}` with its time {offset} s off, where the server says {status}",
                verdict.word()
            ));
        }
    }
    Ok(())
}

/// The case comes out otherwise, as decided; a decision that changes nothing is stale.
fn differs(case: &Case, setup: &Setup, signer: &Signer, decision: &Decided) -> Checked {
    let minted = mint(&mut signer.seal(), setup);
    let vendor = case.outcome();
    match (decision, minted) {
        (Decided::Refuse, Err(_)) => Ok(()),
        (Decided::Refuse, Ok(minted)) => Err(format!("decided to refuse, but minted {minted}")),
        (_, Err(fault)) => Err(fault),
        (_, Ok(minted)) if Some(&minted) == vendor.as_ref() => {
            Err("the decision is stale: no difference".into())
        }
        (Decided::Instead(wanted), Ok(minted)) => {
            equal("outcome by decision", &minted, wanted)?;
            verifies(signer, setup, &minted)
        }
        (Decided::Equivalent, Ok(minted)) => {
            verifies(signer, setup, &vendor.ok_or("the case records no outcome")?)?;
            verifies(signer, setup, &minted)?;
            changed_bytes(signer, setup, &minted)
        }
    }
}

fn mint(seal: &mut Seal<'_>, setup: &Setup) -> Result<String, String> {
    let mut out = Vec::new();
    seal.mint(&setup.url, &setup.claims, &mut out).map_err(|error| format!("minting: {error}"))?;
    String::from_utf8(out).map_err(|_| "the outcome is not UTF-8".into())
}

fn signature_of(setup: &Setup, outcome: &str) -> Result<String, String> {
    let visit: &'static _ = Box::leak(Box::new((setup.visit)(keep(outcome), setup)));
    let found =
        (setup.scheme.inspect)(visit, &mut Vec::new()).map_err(|error| format!("inspect: {error}"))?;
    if !found.fits() {
        return Err("inspect: the signature has not the shape that it should have".into());
    }
    String::from_utf8(found.signature.into_owned()).map_err(|_| "the signature is not UTF-8".into())
}

fn verdict(signer: &Signer, setup: &Setup, outcome: &str) -> Result<&'static str, String> {
    let visit = (setup.visit)(keep(outcome), setup);
    signer.seal().verify(&visit).map(|verdict| verdict.word()).map_err(|error| format!("verify: {error}"))
}

fn verifies(signer: &Signer, setup: &Setup, outcome: &str) -> Checked {
    equal("verdict", verdict(signer, setup, outcome)?, setup.verdict)
}

/// The key refuses the signature over any other text, also where the verdict has other reasons to.
fn altered_texts(signer: &Signer, seal: &Seal<'_>) -> Checked {
    let (mut canonical, key) = (seal.canonical.clone(), &signer.keys[0].1);
    // A few places are enough where a signature takes long.
    for position in (0..canonical.len()).step_by(1 + canonical.len() / 64) {
        canonical[position] ^= 1;
        match key.verify(&canonical, &seal.signature, &mut Vec::new()) {
            Ok(false) => canonical[position] ^= 1,
            _ => return Err(format!("the signature holds although byte {position} of the text changed")),
        }
    }
    Ok(())
}

/// No changed byte of the outcome is accepted, save where nothing signed changes.
fn changed_bytes(signer: &Signer, setup: &Setup, outcome: &str) -> Checked {
    for position in (0..outcome.len()).filter(|position| outcome.as_bytes()[*position] != b'\n') {
        let mut bytes = outcome.as_bytes().to_vec();
        bytes[position] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let word = verdict(signer, setup, &changed).unwrap_or("incomplete");
        let refused = !matches!(word, "valid" | "expired" | "not yet valid");
        if !refused && (setup.free)(outcome, position).is_none() {
            return Err(format!("`{word}` although byte {position} changed: {changed}"));
        }
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "not UTF-8".into())
}

fn equal(stage: &str, got: &str, wanted: &str) -> Checked {
    if got == wanted { Ok(()) } else { Err(format!("{stage}\n  got    {got:?}\n  wanted {wanted:?}")) }
}
