//! Rules that a valid model may break at many places: one finding tells of all of them.

use std::collections::BTreeMap;

use super::collector::Site;
use super::lists::counted;
use crate::error::Result;
use crate::finding::{Finding, Rule, Severity};
use crate::memory;

/// How many places are told.
const MOST_TOLD: usize = 4;

/// What one finding says of all places.
pub(super) struct Topic {
    pub rule: Rule,
    pub message: &'static str,
    /// What to do about it; may be empty.
    pub remedy: &'static str,
}

/// Where it is so: how many places there are, and the first few, each with what is special about it.
#[derive(Default)]
pub(super) struct Places {
    first: Vec<(Site, String)>,
    count: usize,
}

impl Places {
    /// Adds a place. `detail` is asked only if the place is told.
    pub(super) fn add(&mut self, site: Site, detail: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < MOST_TOLD {
            self.first.push((site, detail()));
        }
    }

    /// The first place.
    pub(super) fn site(&self) -> Site {
        self.first.first().map_or(Site::MODEL, |(site, _)| *site)
    }

    /// What a message says at its end: `: x`, ` at 7 places: main/a (x), main/b (y) and 5 more`.
    pub(super) fn text(&self, path: impl Fn(Site) -> String) -> String {
        if let [(_, only)] = self.first.as_slice()
            && self.count == 1
        {
            return format!(": {only}");
        }
        let told: Vec<String> = self.first.iter().map(|(site, detail)| place(&path(*site), detail)).collect();
        let more = match self.count - self.first.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(", at {}: {}{more}", counted(self.count, "place"), told.join(", "))
    }
}

/// A place in words. The model as a whole has no path.
fn place(path: &str, detail: &str) -> String {
    if path.is_empty() { detail.to_owned() } else { format!("{path} ({detail})") }
}

/// What the reader noted, in its order: each error, and of each other rule one finding.
pub(super) fn joined(notes: &[Finding]) -> Result<Vec<Finding>> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut places: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for note in notes {
        memory::check()?;
        let (first, count) = places.entry(note.rule).or_insert((findings.len(), 0));
        *count += 1;
        match findings.get_mut(*first).filter(|_| note.severity != Severity::Error) {
            None => memory::push(&mut findings, note.clone(), "the notes")?,
            Some(finding) if *count <= MOST_TOLD => {
                finding.message.push_str(&format!("; {}", place(&note.path, &note.message)));
            }
            Some(_) => {}
        }
    }
    for (first, count) in places.into_values().filter(|(_, count)| *count > MOST_TOLD) {
        if let Some(finding) = findings.get_mut(first).filter(|finding| finding.severity != Severity::Error) {
            finding.message.push_str(&format!("; and {} more", count - MOST_TOLD));
        }
    }
    Ok(findings)
}
