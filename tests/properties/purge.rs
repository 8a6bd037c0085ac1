//! Purging: a plan loses and repeats nothing and stays within every limit;
//! whatever a server answers is read without a panic.

use proptest::{collection::vec, prelude::*};
use std::{collections::HashSet, time::Duration};
use stratos::{
    error::Error,
    http::{Request, Response},
    purge::{
        Account, Budget, Limit, PROVIDERS, Provider, Selector, Settings,
        plan::{Plan, Selection, plan},
    },
};

/// Bounds on items, bytes and room at once.
const TIGHT: Provider = Provider {
    id: "tight",
    title: "Tight",
    limits: &[
        Limit::of(Selector::Url, 9).bytes(BYTES),
        Limit::of(Selector::Tag, 50).spends(&[Budget::items("tags", 7).refill(1, 60)]),
    ],
    encode: |_, batch| {
        let key = batch.key.hex();
        Ok(Request::post(batch.url("/")).json(&serde_json::json!({ "key": key, "items": batch.items })))
    },
    ..Provider::BASE
};
const BYTES: usize = 400;

fn settings(provider: &Provider, targets: usize) -> Settings {
    let targets: Vec<String> = (0..targets).map(|n| format!("https://node{n}.test")).collect();
    let required = provider.settings.iter().filter(|setting| setting.default.is_none());
    let given: Vec<_> = required.map(|setting| (setting.name.to_owned(), "0".repeat(32))).collect();
    provider.resolve(&targets, &given).unwrap()
}

fn first_of_each(items: &[String]) -> Vec<&String> {
    let mut seen = HashSet::new();
    items.iter().filter(|item| seen.insert(*item)).collect()
}

proptest! {
    #[test]
    fn a_plan_loses_and_repeats_nothing_and_keeps_the_order(
        items in vec("[a-f\\u{e9}\"]{0,60}", 1..80),
        targets in 1..4_usize,
        by_tag: bool,
    ) {
        let (selector, most) = if by_tag { (Selector::Tag, 7) } else { (Selector::Url, 9) };
        let settings = settings(&TIGHT, targets);
        let plan = plan(&TIGHT, &settings, &Selection { selector, items: items.clone(), soft: false }).unwrap();
        let want = first_of_each(&items);
        for target in settings.targets() {
            let batches = plan.batches().filter(|batch| batch.target == target);
            let sent: Vec<&String> = batches.flat_map(|batch| batch.items.all()).collect();
            prop_assert_eq!(&sent, &want);
        }
        prop_assert_eq!(plan.duplicates, items.len() - want.len());
        for batch in plan.batches() {
            prop_assert!((1..=most).contains(&batch.items.count()));
            let body = (TIGHT.encode)(&settings, &batch).unwrap().body;
            prop_assert!(by_tag || body.len() <= BYTES, "{} bytes", body.len());
        }
    }

    #[test]
    fn a_plan_file_comes_back_and_a_changed_byte_is_refused(
        items in vec("[a-z]{1,9}", 1..20),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let settings = settings(&TIGHT, 1);
        let mut plan = plan(&TIGHT, &settings, &Selection { selector: Selector::Url, items, soft: false }).unwrap();
        plan.duplicates = 0;
        let mut text = plan.to_json().into_bytes();
        prop_assert_eq!(Plan::load(std::str::from_utf8(&text).unwrap()).unwrap(), plan.clone());
        let at = at.index(text.len());
        prop_assume!(text[at] != byte);
        text[at] = byte;
        if let Ok(text) = std::str::from_utf8(&text) {
            // Blanks between members and escapes change the text, not the plan.
            prop_assert!(Plan::load(text).map_or(true, |loaded| loaded == plan));
        }
    }

    #[test]
    fn any_reply_is_a_receipt_or_an_error(
        status in 100..600_u16,
        body in prop_oneof![vec(any::<u8>(), 0..200), reply().prop_map(String::into_bytes)],
    ) {
        for provider in PROVIDERS {
            let reply = Response {
                status,
                headers: vec![("retry-after".into(), "\u{0}9999999999999999999999".into())],
                body: body.clone(),
                attempts: 1,
                elapsed: Duration::ZERO,
            };
            let decoded = (provider.decode)(&reply);
            // A cache of one's own may say that there was nothing to remove.
            let absent = provider.url.is_empty() && matches!(status, 404 | 412);
            prop_assert!((200..300).contains(&status) || absent || decoded.is_err(), "{}", provider.id);
            let told = provider.quota.map(|quota| (quota.decode)("urls", &reply));
            prop_assert!(told.is_none_or(|told| told.is_err() || (200..300).contains(&status)), "{}", provider.id);
            let _ = (provider.expired)(&reply);
            let settings = settings(provider, 1);
            let account = Account::open(provider, settings, |_| Ok(None));
            let open = provider.credentials.is_empty() || provider.credentials.iter().any(|way| way.is_empty());
            prop_assert_eq!(account.is_ok(), open, "{}", provider.id);
        }
    }

    #[test]
    fn any_text_is_an_item_or_an_error(item in "\\PC{0,80}|https://cloudcdn\\.pro/\\PC{0,20}|[A-Za-z0-9-]{0,9}") {
        for provider in PROVIDERS {
            let settings = settings(provider, 1);
            for selector in Selector::EVERY {
                match (provider.normalize)(&settings, selector, &item) {
                    Ok(once) => {
                        // What a provider compares need not be what a person writes, but it never turns into
                        // something else.
                        let twice = (provider.normalize)(&settings, selector, &once);
                        prop_assert!(twice.is_err() || twice.as_deref().is_ok_and(|twice| twice == once));
                    }
                    Err(error) => prop_assert!(matches!(error, Error::Data(_) | Error::Usage(_))),
                }
            }
        }
    }

    #[test]
    fn any_text_is_a_plan_or_an_error(text in "\\PC{0,200}") {
        prop_assert!(Plan::load(&text).is_err());
    }
}

/// Objects that look like the API's, with members of any type.
fn reply() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("-1e400".to_owned()),
        Just("[1,{}]".to_owned()),
        Just("\"per day\"".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
    ];
    vec(
        (prop::sample::select(vec!["success", "remaining_today", "error", "retryAfter", "invalid"]), value),
        0..5,
    )
    .prop_map(|members| {
        let members: Vec<String> =
            members.into_iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Three batches: one accepted, one refused, one in doubt.
const JOURNAL: &str = r#"{"line":"run","version":1,"run":"09090909090909090909090909090909","plan":"sha256:0","provider":"tight","account":"sha256:0","batches":3,"at":1767225600000}
{"line":"sending","batch":0,"attempt":1,"request":"sha256:0","at":1767225600001}
{"line":"accepted","batch":0,"at":1767225600002,"id":"I1","left":{"tags":3}}
{"line":"sending","batch":1,"attempt":1,"request":"sha256:0","at":1767225600003}
{"line":"failed","batch":1,"at":1767225600004,"error":"data_error","sent":false,"final":true}
{"line":"sending","batch":2,"attempt":1,"request":"sha256:0","at":1767225600005}
"#;

proptest! {
    #[test]
    fn a_journal_with_any_bytes_in_it_is_read_or_refused(
        at: prop::sample::Index,
        gone in 0_usize..9,
        bytes in vec(any::<u8>(), 0..12),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.journal");
        std::fs::write(folder.path().join("run.journal.plan"), "x".repeat(500)).unwrap();
        let mut text = JOURNAL.as_bytes().to_vec();
        let at = at.index(text.len());
        text.splice(at..(at + gone).min(text.len()), bytes);
        std::fs::write(&path, text).unwrap();
        if let Ok(found) = stratos::purge::journal::look(&path) {
            prop_assert_eq!(found.past.entries().len(), found.head.batches);
        }
    }
}
