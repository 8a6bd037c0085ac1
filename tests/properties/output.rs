//! Whatever a value holds, a reader of the format gets it back.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Text that YAML readers like to take for something else, and any other.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+]?[0-9_.]{1,6}([eE][-+]?[0-9]{1,3})?",
        "[-+]?\\.?(inf|nan|NaN|INF|0x1F|0o17|0b1|null|Null|~|yes|no|on|off|true|y|n)",
        "[ \\t]?[a-z:#&*!|>%@`'\"\\[\\]{},?=<. -]{0,6}[ \\n]?",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9f64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Numbers as their text: a reader may choose between integer and float for `-0.0` or `1e3`.
fn settled(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(settled).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, settled(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

proptest! {
    #[test]
    fn yaml_reads_back_as_it_was(value in value()) {
        let yaml = stratos::report::yaml(&value);
        let read: Value = serde_saphyr::from_str(&yaml)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{yaml}")))?;
        prop_assert_eq!(settled(read), settled(value), "{}", yaml);
    }
}
