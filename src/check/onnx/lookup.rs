//! How to find in the tables.

use super::schema::Op;
use super::tables::{OPS, RELEASES};

/// The newest version of the representation that the tables know of.
pub(super) const NEWEST_IR: i64 = RELEASES[RELEASES.len() - 1].ir;

/// The domains whose operators are all in the tables, and the newest version of each.
pub(super) const DOMAINS: &[(&str, i64)] = &[
    ("", RELEASES[RELEASES.len() - 1].main),
    ("ai.onnx.ml", RELEASES[RELEASES.len() - 1].ml),
    ("ai.onnx.preview", 1),
    ("ai.onnx.preview.training", RELEASES[RELEASES.len() - 1].training),
    ("ai.onnx.training", 1),
];

impl Op {
    /// The operator of this name, whatever the version.
    pub(super) fn find(domain: &str, name: &str) -> Option<&'static Self> {
        OPS.binary_search_by(|op| (op.domain, op.name).cmp(&(domain, name))).ok().map(|index| &OPS[index])
    }
}

/// The newest version of a domain whose operators are all in the tables.
pub(super) fn newest(domain: &str) -> Option<i64> {
    DOMAINS.iter().find(|(name, _)| *name == domain).map(|(_, version)| *version)
}

/// A domain as people write it.
pub(super) fn spelled(domain: &str) -> &str {
    if domain.is_empty() { "ai.onnx" } else { domain }
}

#[cfg(test)]
mod tests {
    use super::super::runtimes::RUNTIMES;
    use super::super::schema::Release;
    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(OPS.is_sorted_by(|a, b| (a.domain, a.name) < (b.domain, b.name)));
        assert!(OPS.iter().all(|op| op.versions.is_sorted_by(|a, b| a.since < b.since)));
        let schemas = || OPS.iter().flat_map(|op| op.versions);
        assert_eq!(schemas().count(), 659);
        assert_eq!(schemas().filter(|schema| schema.is_deprecated).count(), 5);
        assert!(schemas().all(|schema| schema.attributes.is_sorted_by_key(|attribute| attribute.0)));
        assert!(OPS.iter().all(|op| newest(op.domain).is_some_and(|newest| op.at(newest).is_some())));
    }

    #[test]
    fn a_version_resolves_to_the_newest_schema_that_is_not_newer() {
        let op = Op::find("", "ReduceSum").unwrap();
        assert_eq!(op.at(12).unwrap().since, 11);
        assert_eq!(op.at(99).unwrap().since, 13);
        assert!(op.at(0).is_none());
        assert!(op.at(12).unwrap().attribute("axes").is_some());
        assert!(op.at(13).unwrap().has_input("axes"));
        assert_eq!(Op::find("", "Gelu").unwrap().introduced(), 20);
        assert!(Op::find("", "SkipLayerNormalization").is_none());
    }

    #[test]
    fn runtimes_read_what_releases_wrote() {
        assert!(RUNTIMES.is_sorted_by_key(|runtime| (runtime.ir, runtime.main, runtime.ml)));
        let is_written =
            |runtime: &Release| RELEASES.iter().any(|release| (release.ir, release.main) == (runtime.ir, runtime.main));
        assert!(RUNTIMES.iter().all(is_written));
    }

    #[test]
    fn the_last_release_is_the_newest() {
        assert!(RELEASES.is_sorted_by_key(|release| (release.ir, release.main)));
        assert_eq!((NEWEST_IR, newest(""), newest("ai.onnx.ml")), (14, Some(28), Some(5)));
    }
}
