use super::*;

const GROUPS: &[(&str, &[&[&str]])] = &[
    ("edges", &[&["cloud", "fast"]]),
    ("site", &[&["shield"], &["edges"]]),
    ("loop", &[&["cloud", "round"]]),
    ("round", &[&["loop"]]),
    ("self", &[&["self"]]),
    ("back", &[&["cloud"], &["shield"]]),
];

fn look(name: &str, user: Option<&str>) -> Result<Meaning> {
    let owned = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    if let Some((_, layers)) = GROUPS.iter().find(|(group, _)| *group == name) {
        return Ok(Meaning::Group(layers.iter().map(owned).collect()));
    }
    Ok(Meaning::Target(match name {
        "shield" => vec!["cloud".into()],
        "all" => vec!["edges".into()],
        "me" => vec!["me".into()],
        "cloud" | "fast" | "node" => vec![],
        _ => return Err(Error::Usage(format!("{user:?} names {name}"))),
    }))
}

fn expanded(asked: &str) -> Result<String> {
    let asked: Vec<String> = asked.split(',').map(str::to_owned).collect();
    expand(&asked, &look).map(|stages| shown(&stages))
}

/// `a | b c`: the layers in order.
fn shown(stages: &[Stage]) -> String {
    let names = |layer: &Vec<usize>| {
        layer.iter().map(|index| stages[*index].name.as_str()).collect::<Vec<_>>().join(" ")
    };
    layers(stages).unwrap().iter().map(names).collect::<Vec<_>>().join(" | ")
}

#[test]
fn names_are_targets_or_groups_and_each_target_comes_once() {
    assert_eq!(expanded("cloud,fast,cloud").unwrap(), "cloud fast");
    assert_eq!(expanded("edges,node,fast").unwrap(), "cloud fast node");
    assert_eq!(expanded("site").unwrap(), "shield | cloud fast");
}

#[test]
fn then_orders_what_was_asked_for_and_adds_nothing() {
    assert_eq!(expanded("shield").unwrap(), "shield");
    assert_eq!(expanded("cloud,node,shield").unwrap(), "node shield | cloud");
    assert_eq!(expanded("fast,cloud,all,shield").unwrap(), "all shield | fast cloud");
}

#[test]
fn circles_are_named() {
    for (asked, wanted) in [
        ("self", "groups.self holds itself (self > self)"),
        ("loop", "groups.loop holds itself (loop > round > loop)"),
        ("back,shield", "cloud and shield wait for each other"),
        ("me", "me wait for each other"),
    ] {
        let error = expanded(asked).unwrap_err();
        assert_eq!(error.facts().exit, 78);
        assert!(error.to_string().contains(wanted), "{asked}: {error}");
    }
    assert!(expanded("nobody").unwrap_err().to_string().contains("None names nobody"));
}

#[test]
fn a_double_leaves_its_place_in_the_order_to_the_one_that_stays() {
    let stage = |name: &str, after: &[usize]| Stage { name: name.into(), after: after.to_vec() };
    let stages = vec![stage("a", &[]), stage("b", &[0]), stage("c", &[1]), stage("d", &[2])];
    assert_eq!(shown(&merge(stages.clone(), &[0, 1, 1, 3]).unwrap()), "a | b | d");
    assert_eq!(shown(&merge(stages.clone(), &[0, 1, 2, 3]).unwrap()), "a | b | c | d");
    // c is a by another name: it cannot come both before and after b.
    assert_eq!(merge(stages, &[0, 1, 0, 3]).unwrap_err().facts().exit, 78);
}

#[test]
fn the_whole_ends_with_what_no_repetition_mends() {
    let quota = || Error::Quota("later".into());
    let missing = || Error::MissingKey("no key".into());
    let denied = || Error::Policy("no".into());
    let signal = || Error::Interrupted { signal: 15, detail: "x".into() };
    let failure = |ends: Vec<(&str, Error)>| {
        let ends = ends.into_iter().map(|(name, error)| (name.to_owned(), error)).collect();
        failure(ends, "a: failed")
    };
    let exit = |ends| failure(ends).map(|error| error.facts().exit);
    assert_eq!(exit(vec![]), None);
    assert_eq!(exit(vec![("a", quota()), ("b", quota())]), Some(75));
    assert_eq!(exit(vec![("a", quota()), ("b", denied()), ("c", missing())]), Some(77));
    assert_eq!(exit(vec![("b", missing()), ("c", denied())]), Some(78));
    assert_eq!(exit(vec![("b", missing()), ("c", signal())]), Some(143));
    let told = failure(vec![("b", missing())]).unwrap();
    assert_eq!(told.to_string(), "b: no key");
    assert_eq!(failure(vec![("b", quota())]).unwrap().facts().name, "partial");
}
