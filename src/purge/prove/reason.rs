//! Why an edge is not fresh: the likeliest reason, from what the looks have in common.

use super::{Finding, look::State};

/// A topic of `stratos explain`, and its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What `explain` knows it by.
    pub topic: &'static str,
    /// In a few words.
    pub text: &'static str,
}

const fn reason(topic: &'static str, text: &'static str) -> Reason {
    Reason { topic, text }
}

/// The likeliest reason for what is not fresh. `own`: the cache is one's own, and tells hosts apart.
#[must_use]
pub fn likeliest(findings: &[Finding], own: bool) -> Option<Reason> {
    let open: Vec<&Finding> = findings.iter().filter(|finding| finding.state != State::Fresh).collect();
    let stale: Vec<&Finding> = open.iter().copied().filter(|open| open.state == State::Stale).collect();
    let fresh_with = |like: &dyn Fn(&Finding) -> bool| {
        findings.iter().any(|finding| finding.state == State::Fresh && like(finding))
    };
    let all = |what: &dyn Fn(&Finding) -> bool| stale.iter().all(|finding| what(finding));
    let beside_address = |open: &Finding| {
        fresh_with(&|other| {
            other.url == open.url && other.encoding == open.encoding && other.address != open.address
        })
    };
    let beside_encoding = |open: &Finding| {
        fresh_with(&|other| {
            other.url == open.url && other.address == open.address && other.encoding != open.encoding
        })
    };
    Some(match () {
        () if open.is_empty() => return None,
        () if stale.is_empty() && open.iter().all(|open| open.answered()) => {
            reason("proof.unknown", "the answers do not show when they were fetched")
        }
        () if stale.is_empty() => reason("proof.unreachable", "there was no answer to judge"),
        () if all(&beside_address) => reason("proof.address", "the purge has not reached every address"),
        () if all(&beside_encoding) => {
            reason("proof.variant", "the purge has not reached every stored encoding (Vary)")
        }
        () if all(&|finding| {
            finding.missed && finding.by == super::look::By::Bytes && finding.age.is_none_or(|age| age < 2)
        }) =>
        {
            reason("proof.origin", "the edge fetched anew and got other bytes than the origin gave here")
        }
        () if all(&|finding| finding.missed) => {
            reason("proof.shield", "a cache behind the edge still had the old copy")
        }
        () if all(&|finding| finding.url.contains('?')) => {
            reason("proof.query", "each query may be stored as an object of its own")
        }
        () if own => {
            reason("proof.host", "the purge may have gone out under another host than the visitors'")
        }
        () => reason(
            "proof.layers",
            "the purge is still on its way, or another cache stands in front of the one that was purged",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{By, Encoding},
        *,
    };

    fn finding(url: &str, encoding: Encoding, address: Option<&str>, state: State) -> Finding {
        Finding {
            url: url.into(),
            encoding,
            address: address.map(|address| address.parse().unwrap()),
            state,
            by: By::Age,
            status: Some(200),
            age: Some(300),
            header: None,
            digest: None,
            missed: false,
            note: String::new(),
            looks: 1,
        }
    }

    fn topic(findings: &[Finding], own: bool) -> Option<&'static str> {
        likeliest(findings, own).map(|reason| reason.topic)
    }

    #[test]
    fn what_the_looks_have_in_common_names_the_reason() {
        use {Encoding as E, State as S};
        let of = |url: &str, encoding, state| finding(url, encoding, None, state);
        let (stale, fresh) = (of("a", E::Gzip, S::Stale), of("a", E::Identity, S::Fresh));
        assert_eq!(topic(std::slice::from_ref(&fresh), false), None);
        assert_eq!(topic(&[fresh.clone(), stale.clone()], false), Some("proof.variant"));
        let near = finding("a", E::Gzip, Some("127.0.0.1:80"), S::Fresh);
        let far = finding("a", E::Gzip, Some("127.0.0.2:80"), S::Stale);
        assert_eq!(topic(&[near, far], true), Some("proof.address"));
        assert_eq!(topic(std::slice::from_ref(&stale), false), Some("proof.layers"));
        assert_eq!(topic(std::slice::from_ref(&stale), true), Some("proof.host"));
        assert_eq!(topic(&[of("a?x", E::Gzip, S::Stale)], true), Some("proof.query"));
        let missed = Finding { missed: true, ..stale };
        assert_eq!(topic(std::slice::from_ref(&missed), false), Some("proof.shield"));
        let other = Finding { by: By::Bytes, age: None, ..missed };
        assert_eq!(topic(&[other], false), Some("proof.origin"));
        let unknown = of("a", E::Gzip, S::Unknown);
        assert_eq!(topic(&[fresh, unknown.clone()], false), Some("proof.unknown"));
        let mute = Finding { status: None, ..unknown };
        assert_eq!(topic(&[mute], false), Some("proof.unreachable"));
    }
}
