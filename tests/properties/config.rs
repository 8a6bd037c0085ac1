//! Profile files and references: whatever stands in them, nothing panics and nothing is lost.

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value};
use std::path::Path;
use stratos::{
    credential::Reference,
    profile::{File, Key, Place},
};

fn place() -> Place {
    Place::named(Path::new("config.toml"), "--config")
}

fn parse(text: &str) -> stratos::error::Result<File> {
    File::parse(&place(), Path::new("config.toml"), text)
}

/// JSON of any depth that a file may hold.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e300f64..1e300).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A profile of the Node CLI's: its keys and others, with any value.
fn node_profile() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("url".to_owned()),
        Just("account_key".to_owned()),
        Just("signed_url_secret".to_owned()),
        Just("timeout_ms".to_owned()),
        Just("signing".to_owned()),
        any::<String>(),
    ];
    vec((name, json()), 0..6).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// TOML that a person may have written, with members that we do not know.
fn written() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|yes| yes.to_string()),
        "[a-z ]{0,8}".prop_map(|text| format!("\"{text}\"")),
        Just("[1, 2]".to_owned()),
        Just("{ x = 1 }".to_owned()),
        Just("2026-01-02T03:04:05Z".to_owned()),
    ];
    let member = ("m[a-z]{1,6}", value, "( # [a-z]{1,9})?");
    let profile = ("p[a-z]{1,3}", prop::collection::btree_map("m[a-z]{1,6}", member, 0..4));
    prop::collection::btree_map("p[a-z]{1,3}", profile, 0..4).prop_map(|profiles| {
        let mut text = String::from("# written by hand\nmystery = 1\n");
        for (name, (_, members)) in profiles {
            text += &format!("\n[profiles.{name}] # here\n");
            for (member, (_, value, comment)) in members {
                text += &format!("{member} = {value}{comment}\n");
            }
        }
        text
    })
}

proptest! {
    #[test]
    fn any_toml_is_read_or_refused(text in any::<String>()) {
        if let Ok(file) = parse(&text) {
            let _ = file.list();
            let _ = file.judge(None);
        }
    }

    #[test]
    fn almost_toml_is_read_or_refused(text in "[a-z\\[\\]{}.,=\"'# \n0-9]{0,60}") {
        if let Ok(file) = parse(&text) {
            let _ = file.list();
            let _ = file.judge(None);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..80)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, &bytes).unwrap();
        let _ = File::load(&Place::named(&path, "--config"));
        let _ = File::load_node(&path);
    }

    #[test]
    fn what_the_node_cli_left_becomes_a_file_that_can_be_read(
        profiles in vec((any::<String>(), node_profile()), 0..3),
        other in vec((any::<String>(), json()), 0..3),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let mut whole: Map<String, Value> = other.into_iter().collect();
        whole.insert("profiles".into(), Value::Object(profiles.into_iter().collect()));
        std::fs::write(&path, Value::Object(whole).to_string()).unwrap();
        let file = File::load_node(&path).unwrap();
        let names: Vec<String> = file.names().into_iter().map(str::to_owned).collect();
        let migrated = parse(&file.text()).unwrap();
        prop_assert_eq!(migrated.names(), names);
        let _ = file.list();
    }

    #[test]
    fn what_is_set_is_got_and_the_rest_survives(
        before in written(),
        profile in "p[a-z]{1,3}",
        name in "n[b-d_]{0,8}",
        value in any::<String>(),
    ) {
        let mut file = parse(&before).unwrap();
        let key = Key::parse(&format!("{profile}.{name}")).unwrap();
        file.set(&key, &value).unwrap();
        let after = parse(&file.text()).unwrap();
        prop_assert_eq!(after.get(&key), Some(Value::from(value)));
        for line in before.lines() {
            prop_assert!(file.text().contains(line), "{:?} is gone from\n{}", line, file.text());
        }
        let mut rest = after;
        prop_assert!(rest.unset(&key));
        let (left, was) = (rest.list(), parse(&before).unwrap().list());
        for (name, members) in was["profiles"].as_object().unwrap() {
            prop_assert_eq!(&left["profiles"][name], members);
        }
    }

    #[test]
    fn settings_have_a_name_or_are_refused(text in any::<String>(), value in any::<String>()) {
        if let Ok(key) = Key::parse(&text) {
            let mut file = parse("").unwrap();
            if file.set(&key, &value).is_ok() {
                parse(&file.text()).unwrap();
            }
        }
    }

    #[test]
    fn a_refused_reference_is_not_repeated(text in "[a-z0-9]{6}[0-9][a-z0-9]{4,20}") {
        let why = Reference::parse(&text).unwrap_err();
        prop_assert!(!why.contains(&text), "{}", why);
    }

    #[test]
    fn any_reference_is_read_or_refused(text in any::<String>()) {
        let _ = Reference::parse(&text);
    }
}
