//! The planner: cuts, order, refusals, and plan files.

use super::*;
use crate::{http::Request, purge::cloudcdn};

/// A provider with a bound on bytes, a soft tag, and a budget of items.
const TIGHT: Provider = Provider {
    id: "tight",
    title: "Tight",
    limits: &[
        Limit::of(Selector::Url, 100).bytes(60),
        Limit::of(Selector::Tag, 100).soft().spends(&[Budget::items("tags", 7).refill(1, 60)]),
    ],
    encode: |_, batch| {
        Ok(Request::post(batch.url("/purge"))
            .json(&serde_json::json!({ "key": batch.key.hex(), "u": batch.items })))
    },
    ..Provider::BASE
};

fn settings(provider: &Provider, targets: &[&str]) -> Settings {
    let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
    provider.resolve(&targets, &[]).unwrap()
}

fn selection(selector: Selector, items: &[&str]) -> Selection {
    let items = items.iter().map(|item| (*item).to_owned()).collect();
    Selection { selector, items, soft: false }
}

fn sizes(plan: &Plan) -> Vec<usize> {
    plan.batches().map(|batch| batch.items.count()).collect()
}

fn cloudcdn(items: &[&str]) -> Result<Plan> {
    let settings = settings(&cloudcdn::PROVIDER, &["https://cloudcdn.pro"]);
    plan(&cloudcdn::PROVIDER, &settings, &selection(Selector::Url, items))
}

#[test]
fn items_are_cut_at_thirty_in_order_and_duplicates_dropped() {
    let urls: Vec<String> = (0..62).map(|n| format!("https://cloudcdn.pro/{}", n % 61)).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let plan = cloudcdn(&urls).unwrap();
    assert_eq!((sizes(&plan), plan.duplicates), (vec![30, 30, 1], 1));
    let sent: Vec<&String> = plan.batches().flat_map(|batch| batch.items.all()).collect();
    assert_eq!(sent, urls[..61].iter().collect::<Vec<_>>());
}

#[test]
fn bodies_stay_within_their_bytes() {
    let settings = settings(&TIGHT, &["https://cdn.test"]);
    let asked = selection(Selector::Url, &["a", "b", "ccccccccc", "d", "e", "f", "g", "h"]);
    let plan = plan(&TIGHT, &settings, &asked).unwrap();
    for batch in plan.batches() {
        assert!((TIGHT.encode)(&settings, &batch).unwrap().body.len() <= 60);
    }
    // {"key":"<32>","u":[]} is 49 bytes.
    assert_eq!(sizes(&plan), [2, 1, 3, 2]);
    let long = selection(Selector::Url, &["aaaaaaaaaa"]);
    let error = super::plan(&TIGHT, &settings, &long).unwrap_err();
    assert!(matches!(&error, Error::Data(text) if text.contains("too long")), "{error}");
}

#[test]
fn uneven_items_are_cut_as_large_as_they_fit() {
    let settings = settings(&TIGHT, &["https://cdn.test"]);
    const WIDE: Provider = Provider {
        limits: &[Limit::of(Selector::Url, 5000).bytes(4000)],
        ..Provider { encode: TIGHT.encode, ..Provider::BASE }
    };
    let urls: Vec<String> = (0..3000_usize).map(|n| "x".repeat(1 + n * n % 97)).collect();
    let mut distinct = Vec::new();
    for (n, url) in urls.iter().enumerate() {
        distinct.push(format!("{n}{url}"));
    }
    let asked = Selection { selector: Selector::Url, items: distinct, soft: false };
    let plan = plan(&WIDE, &settings, &asked).unwrap();
    let bodies: Vec<Batch<'_>> = plan.batches().collect();
    for pair in bodies.windows(2) {
        let one_more: Vec<String> =
            pair[0].items.all().iter().chain([&pair[1].items.all()[0]]).cloned().collect();
        let wider = Batch { items: Items::of(&one_more).unwrap(), ..pair[0] };
        assert!((WIDE.encode)(&settings, &pair[0]).unwrap().body.len() <= 4000);
        assert!((WIDE.encode)(&settings, &wider).unwrap().body.len() > 4000);
    }
}

#[test]
fn no_batch_outgrows_the_room_of_an_item_budget() {
    let settings = settings(&TIGHT, &["https://cdn.test"]);
    let tags: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let asked = Selection { selector: Selector::Tag, items: tags, soft: true };
    let plan = plan(&TIGHT, &settings, &asked).unwrap();
    assert_eq!(sizes(&plan), [7, 7, 6]);
    assert!(plan.batches().all(|batch| batch.soft));
}

#[test]
fn the_batches_of_each_target_stand_together() {
    let settings = settings(&TIGHT, &["http://one.test", "http://two.test"]);
    let tags: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let asked = Selection { selector: Selector::Tag, items: tags, soft: false };
    let plan = plan(&TIGHT, &settings, &asked).unwrap();
    let targets: Vec<&str> = plan.batches().map(|batch| batch.target).collect();
    assert_eq!(targets, ["http://one.test", "http://one.test", "http://two.test", "http://two.test"]);
    assert_eq!(plan.items(), 16);
}

#[test]
fn what_a_provider_lacks_is_refused_with_the_nearest() {
    let settings = settings(&cloudcdn::PROVIDER, &["https://cloudcdn.pro"]);
    for (selector, near) in [(Selector::Prefix, "a list of URLs"), (Selector::Host, "--tag")] {
        let error = plan(&cloudcdn::PROVIDER, &settings, &selection(selector, &["x"])).unwrap_err();
        assert!(matches!(&error, Error::Usage(text) if text.ends_with(near)), "{error}");
    }
    let soft = Selection { soft: true, ..selection(Selector::Tag, &["x"]) };
    assert!(matches!(plan(&cloudcdn::PROVIDER, &settings, &soft), Err(Error::Usage(_))));
}

#[test]
fn nothing_is_never_everything() {
    assert!(matches!(cloudcdn(&[]), Err(Error::Usage(_))));
    let settings = settings(&cloudcdn::PROVIDER, &["https://cloudcdn.pro"]);
    let all = plan(&cloudcdn::PROVIDER, &settings, &selection(Selector::All, &[])).unwrap();
    let body = (cloudcdn::PROVIDER.encode)(&settings, &all.batch(0, None)).unwrap().body;
    assert_eq!(String::from_utf8(body).unwrap(), r#"{"purge_everything":true}"#);
}

#[test]
fn urls_of_another_site_and_tags_of_another_alphabet_are_refused() {
    let foreign = [
        "https://cloudcdn.pro.evil.test/a",
        "https://cloudcdn.pro@evil.test/",
        "http://cloudcdn.pro/a",
        "https://cloudcdn.prob",
        "/a",
        "cloudcdn.pro/a",
        "",
        "https://cloudcdn.pro/a b",
        "https://cloudcdn.pro/a#b",
        "https://cloudcdn.pro/a\u{1}",
    ];
    for url in foreign {
        assert!(matches!(cloudcdn(&[url]), Err(Error::Data(_))), "{url}");
    }
    assert_eq!(
        cloudcdn(&["HTTPS://CloudCDN.pro/A", "https://cloudcdn.pro"]).unwrap().batch(0, None).items.all(),
        ["https://cloudcdn.pro/A", "https://cloudcdn.pro/"]
    );
    let settings = settings(&cloudcdn::PROVIDER, &["http://127.0.0.1:8787/base/"]);
    for url in ["http://127.0.0.1:8787/base/a", "https://cloudcdn.pro/a"] {
        assert!(plan(&cloudcdn::PROVIDER, &settings, &selection(Selector::Url, &[url])).is_ok(), "{url}");
    }
    for tag in ["a b", "a_b", "ä", "", "a,b"] {
        let asked = selection(Selector::Tag, &[tag]);
        assert!(matches!(plan(&cloudcdn::PROVIDER, &settings, &asked), Err(Error::Data(_))), "{tag}");
    }
}

#[test]
fn a_plan_file_comes_back_whole_and_nothing_else_is_taken() {
    let plan = cloudcdn(&["https://cloudcdn.pro/a", "https://cloudcdn.pro/b"]).unwrap();
    let text = plan.to_json();
    assert_eq!(Plan::load(&text).unwrap(), plan);
    let empty = r#"["https://cloudcdn.pro/a","https://cloudcdn.pro/b"]"#;
    let refusals = [
        (text.replace(empty, "[]"), "nothing in its batch 1"),
        (text.replace("/a\"", "/c\""), "changed"),
        (text.replace("\"version\":1", "\"version\":2"), "version 2"),
        (text.replace("\"soft\":false", "\"soft\":false,\"more\":1"), "cannot be read"),
        (text[..text.len() / 2].to_owned(), "cannot be read"),
        (text.replace(&plan.digest(), ""), "changed"),
    ];
    for (text, why) in refusals {
        let error = Plan::load(&text).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn keys_differ_by_run_and_batch_and_stay_the_same_within() {
    let plan = cloudcdn(&["https://cloudcdn.pro/a"]).unwrap();
    let (one, two) = ([1; 16], [2; 16]);
    assert_eq!(plan.batch(0, Some(&one)).key, plan.batch(0, Some(&one)).key);
    assert_ne!(plan.batch(0, Some(&one)).key, plan.batch(0, Some(&two)).key);
    assert_ne!(Key::of(&one, &plan.account, 1), Key::of(&one, &plan.account, 2));
    assert_eq!(Key::of(&one, "", 1).hex().len(), Key::ZERO.hex().len());
    assert_eq!(Key::ZERO.uuid(), "00000000-0000-8000-8000-000000000000");
}

#[test]
fn the_quota_is_named_without_asking() {
    let settings = settings(&cloudcdn::PROVIDER, &["https://cloudcdn.pro"]);
    let tags: Vec<String> = (0..91).map(|n| n.to_string()).collect();
    let asked = Selection { selector: Selector::Tag, items: tags, soft: false };
    let plan = plan(&cloudcdn::PROVIDER, &settings, &asked).unwrap();
    let quota = plan.quota(&cloudcdn::PROVIDER, &settings);
    let lines: Vec<String> = quota.iter().map(|(budget, count)| budget.share(*count)).collect();
    assert_eq!(lines, ["requests: 4 of 100 a day (left today: unknown until the first answer)"]);
}

#[test]
fn no_batch_names_more_hosts_than_a_request_takes() {
    let alibaba = crate::purge::provider("alibaba").unwrap();
    let settings = alibaba.resolve(&["https://cdn.aliyuncs.com".into()], &[]).unwrap();
    let items = (0..40).map(|n| format!("https://h{}.example.com/{n}", n % 12)).collect();
    let asked = Selection { selector: Selector::Url, items, soft: false };
    let plan = plan(alibaba, &settings, &asked).unwrap();
    let counts: Vec<usize> = plan.batches().map(|batch| batch.items.count()).collect();
    assert_eq!(counts, [10, 10, 10, 10]);
    let few = (0..40).map(|n| format!("http{}://H{}.example.com/{n}", ["", "s"][n % 2], n % 10)).collect();
    let asked = Selection { selector: Selector::Url, items: few, soft: false };
    assert_eq!(super::plan(alibaba, &settings, &asked).unwrap().count(), 1);
}
