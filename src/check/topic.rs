//! Rules that a valid model may break at many places: one finding tells of all of them.

use super::collector::Site;
use super::lists::counted;
use crate::finding::Rule;

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
