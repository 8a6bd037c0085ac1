//! Other URLs of the same link or signed text: slashes, parameters, hosts.

use crate::sign::Url;

/// Other URLs of the same link or signed text: slashes, parameters, hosts. `reserved` parameters stay; those
/// that joined `later` are told from those that the signer saw.
pub fn urls(
    url: &Url<'_>,
    reserved: &[&str],
    later: &[String],
    hosts: &[String],
) -> Vec<(&'static str, String, Url<'static>)> {
    let mut all = Vec::new();
    slashes(url, &mut all);
    parameters(url, reserved, later, &mut all);
    origins(url, hosts, &mut all);
    all
}

type Urls = Vec<(&'static str, String, Url<'static>)>;

fn put(all: &mut Urls, cause: &'static str, what: impl Into<String>, url: Url<'_>) {
    all.push((cause, what.into(), super::guess::owned(&url)));
}

fn slashes(url: &Url<'_>, all: &mut Urls) {
    let path = &*url.path;
    let mut with =
        |cause, what: &str, text: String| put(all, cause, what, Url { path: text.into(), ..url.borrowed() });
    with(
        "path.leading-slash",
        "the signed path lacks its first slash",
        path.strip_prefix('/').unwrap_or(path).into(),
    );
    with("path.leading-slash", "the signed path has one more slash at its start", format!("/{path}"));
    match path.strip_suffix('/') {
        Some(shorter) => {
            with("path.trailing-slash", "the signed path has no slash at its end", shorter.into())
        }
        None => with("path.trailing-slash", "the signed path has a slash at its end", format!("{path}/")),
    }
    if path.get(1..).is_some_and(|inside| inside.contains("//")) {
        let mut single = path.to_owned();
        while let Some(at) = single.get(1..).and_then(|inside| inside.find("//")) {
            single.remove(at + 1);
        }
        with("path.double-slash", "each double slash of the path is one", single);
    }
    for (at, _) in path.match_indices('/').skip(1).take(16) {
        if !path[..at].ends_with('/') {
            let double = format!("{}/{}", &path[..at], &path[at..]);
            with("path.double-slash", "one slash of the path is two", double);
        }
        if path[at..].starts_with("//") {
            let single = format!("{}{}", &path[..at], &path[at + 1..]);
            with("path.double-slash", "one double slash of the path is one", single);
        }
    }
}

/// The parameters that joined the link after it was signed: they stand behind the scheme's own, or are a
/// tracker's. The others were there.
pub fn added_later(url: &Url<'_>, reserved: &[&str]) -> Vec<String> {
    let pieces: Vec<&str> = url.query.as_deref().unwrap_or_default().split('&').collect();
    let own = |piece: &str| !reserved.contains(&piece.split('=').next().unwrap_or_default());
    let behind = pieces.iter().rposition(|piece| !own(piece));
    let later =
        |at: usize, piece: &str| own(piece) && (behind.is_some_and(|behind| at > behind) || tracker(piece));
    let places = pieces.iter().enumerate().filter(|(at, piece)| later(*at, piece));
    places.map(|(_, piece)| (*piece).to_owned()).collect()
}

/// Own parameters left out, moved, or taken as dropped.
fn parameters(url: &Url<'_>, reserved: &[&str], later: &[String], all: &mut Urls) {
    let Some(query) = url.query.as_deref() else { return };
    let pieces: Vec<&str> = query.split('&').collect();
    let own = |piece: &str| !reserved.contains(&piece.split('=').next().unwrap_or_default());
    let places: Vec<usize> = (0..pieces.len()).filter(|at| own(pieces[*at])).collect();
    let with =
        |kept: &[&str]| Url { query: (!kept.is_empty()).then(|| kept.join("&").into()), ..url.borrowed() };
    if places.is_empty() {
        return;
    }
    let without = |gone: &[usize]| -> Vec<&str> {
        let kept = pieces.iter().enumerate().filter(|(at, _)| !gone.contains(at));
        kept.map(|(_, piece)| *piece).collect()
    };
    let added: Vec<usize> =
        places.iter().copied().filter(|at| later.iter().any(|piece| piece == pieces[*at])).collect();
    let none_left = if places.len() == added.len() { "query.extra" } else { "query.dropped" };
    put(all, none_left, "the query of the URL is left out", with(&without(&places)));
    if reserved.is_empty() {
        let mark = Url { query: Some("".into()), ..url.borrowed() };
        put(all, none_left, "of the query only the ? is hashed", mark);
    }
    for gone in places.iter().take(24) {
        let name = pieces[*gone].split('=').next().unwrap_or_default();
        let cause = if places.len() == 1 { none_left } else { "query.extra" };
        put(all, cause, format!("the parameter {name:?} is left out"), with(&without(&[*gone])));
    }
    if added.len() > 1 {
        put(all, "query.extra", "the parameters that came last are left out", with(&without(&added)));
    }
    let trackers: Vec<usize> = places.iter().copied().filter(|at| tracker(pieces[*at])).collect();
    if trackers.len() > 1 {
        put(all, "query.extra", "the parameters of trackers are left out", with(&without(&trackers)));
    }
    for order in orders(&places.iter().map(|at| pieces[*at]).collect::<Vec<_>>()) {
        let mut moved = pieces.clone();
        places.iter().zip(order).for_each(|(at, piece)| moved[*at] = piece);
        put(all, "query.reordered", "the parameters are put into another order", with(&moved));
    }
}

fn tracker(piece: &str) -> bool {
    let name = piece.split('=').next().unwrap_or_default();
    name.starts_with("utm_")
        || [
            "fbclid", "gclid", "msclkid", "dclid", "mc_cid", "mc_eid", "igshid", "twclid", "yclid", "_ga",
            "gbraid", "wbraid", "si",
        ]
        .contains(&name)
}

/// Other orders of a few pieces: all of them up to five, sorted and turned beyond.
fn orders<'p>(pieces: &[&'p str]) -> Vec<Vec<&'p str>> {
    let count = pieces.len();
    let mut all: Vec<Vec<&str>> = Vec::new();
    if (2..=5).contains(&count) {
        let mut rest: Vec<Vec<usize>> = vec![Vec::new()];
        for _ in 0..count {
            rest = rest
                .into_iter()
                .flat_map(|taken| {
                    (0..count)
                        .filter(|at| !taken.contains(at))
                        .map(|at| [&*taken, &[at]].concat())
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        all.extend(rest.into_iter().map(|order| order.into_iter().map(|at| pieces[at]).collect()));
    } else if count > 5 {
        let mut sorted = pieces.to_vec();
        sorted.sort_unstable();
        all.push(sorted.clone());
        sorted.sort_by_key(|piece| piece.split('=').next().unwrap_or_default());
        all.push(sorted.clone());
        sorted.reverse();
        all.push(sorted);
        all.push(pieces.iter().rev().copied().collect());
        for at in 0..count {
            let mut turned = pieces.to_vec();
            turned.rotate_left(at);
            all.push(turned);
            for other in at + 1..count {
                let mut swapped = pieces.to_vec();
                swapped.swap(at, other);
                all.push(swapped);
                let mut taken = pieces.to_vec();
                let piece = taken.remove(at);
                taken.insert(other, piece);
                all.push(taken);
                let mut taken = pieces.to_vec();
                let piece = taken.remove(other);
                taken.insert(at, piece);
                all.push(taken);
            }
        }
    }
    all.retain(|order| order != pieces);
    all
}

/// Protocol, port and host.
fn origins(url: &Url<'_>, hosts: &[String], all: &mut Urls) {
    let Some((protocol, rest)) = url.origin.split_once("://") else { return };
    let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut with = |cause, what: String, origin: String| {
        put(all, cause, what, Url { origin: (origin + base).into(), ..url.borrowed() });
    };
    let other = if protocol == "https" { "http" } else { "https" };
    with("host.protocol", format!("the protocol is {other}"), format!("{other}://{authority}"));
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (authority, None),
    };
    match port {
        Some(port) => {
            with("host.port", format!("the port {port} is left out"), format!("{protocol}://{name}"))
        }
        None => {
            for port in [if protocol == "https" { "443" } else { "80" }, "80", "443"] {
                with(
                    "host.port",
                    format!("the port {port} is written"),
                    format!("{protocol}://{name}:{port}"),
                );
            }
        }
    }
    for host in hosts {
        let host = host.split_once("://").map_or(host.as_str(), |(_, host)| host).trim_end_matches('/');
        with("host.other", format!("the host is {host}"), format!("{protocol}://{host}"));
        if let Some(port) = port {
            with("host.other", format!("the host is {host}"), format!("{protocol}://{host}:{port}"));
        }
    }
    let lower = authority.to_ascii_lowercase();
    let www = lower.strip_prefix("www.").map_or_else(|| format!("www.{lower}"), str::to_owned);
    for host in [lower, www] {
        with("host.other", format!("the host is {host}"), format!("{protocol}://{host}"));
    }
}
