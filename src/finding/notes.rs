//! What a reader noticed and accepted, in bounded memory.

use super::{Finding, Rule};
use crate::error::{Error, Printable, Result};
use crate::memory;
use crate::sort;

/// How many notes are kept: nobody reads more, and each takes more memory than what it is about.
const MOST_NOTES: usize = 10_000;

/// How many bytes of text are kept.
const MOST_BYTES: usize = 16 << 20;

/// Collects what a reader accepted with a remark.
///
/// Only so much is kept of all notes together, but always the first of each rule: whether a rule was broken never
/// depends on how often others were.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    kept: Vec<Finding>,
    bytes: usize,
    /// How many notes were left out, for each rule that was broken.
    left_out: Vec<(Rule, usize)>,
    /// That there was no memory for a note.
    failure: Option<Error>,
}

impl Notes {
    /// Adds a note. Path and message may hold text from files: both are made printable, and cut where they are long.
    pub(crate) fn add(&mut self, rule: Rule, path: impl Into<String>, message: impl Into<String>) {
        let is_full = self.kept.len() >= MOST_NOTES || self.bytes >= MOST_BYTES;
        match self.left_out.iter_mut().find(|(other, _)| other.id == rule.id) {
            Some((_, left_out)) if is_full => {
                *left_out += 1;
                return;
            }
            Some(_) => {}
            None => self.left_out.push((rule, 0)),
        }
        let [path, message] = [path.into(), message.into()].map(|text| Printable(&text).to_string());
        self.bytes += path.len() + message.len();
        let note = Finding::new(rule.severity, rule.id, path, message);
        let kept = memory::check().and_then(|()| memory::push(&mut self.kept, note, "notes"));
        self.failure = self.failure.take().or(kept.err());
    }

    /// The notes in the order in which they were added, and then how many were left out. An error if there was no memory for one
    /// of them.
    pub(crate) fn finish(mut self) -> Result<Vec<Finding>> {
        sort::sort_by_key(&mut self.left_out, |(rule, _)| rule.id);
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let left_out = self.left_out.into_iter().filter(|(_, count)| *count > 0);
        let left_out = left_out.map(|(rule, count)| {
            Finding::new(rule.severity, rule.id, "", format!("{count} more findings of this rule were left out"))
        });
        memory::collect(self.kept.into_iter().chain(left_out), "notes")
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::{EXTERNAL_KEY, HEADER_WHITESPACE};
    use super::*;

    #[test]
    fn notes_keep_their_order_and_are_safe_to_print() {
        let mut notes = Notes::default();
        notes.add(EXTERNAL_KEY, "a\nb", "\u{1b}[2J");
        notes.add(HEADER_WHITESPACE, "", "x".repeat(1000));
        let notes = notes.finish().unwrap();
        assert_eq!(notes.len(), 2);
        assert_eq!((notes[0].rule, notes[0].severity), (EXTERNAL_KEY.id, EXTERNAL_KEY.severity));
        assert_eq!((&*notes[0].path, &*notes[0].message), ("a\\u{a}b", "\\u{1b}[2J"));
        assert!(notes[1].message.len() < 1000, "{}", notes[1].message);
    }

    #[test]
    fn too_many_notes_are_counted_and_hide_no_other_rule() {
        let mut notes = Notes::default();
        for number in 0..MOST_NOTES + 5 {
            notes.add(EXTERNAL_KEY, number.to_string(), "unknown");
        }
        notes.add(HEADER_WHITESPACE, "", "white space");
        notes.add(HEADER_WHITESPACE, "", "white space");
        let notes = notes.finish().unwrap();
        let last: Vec<_> = notes[MOST_NOTES..].iter().map(|note| (note.rule, &*note.message)).collect();
        let expected = [
            (HEADER_WHITESPACE.id, "white space"),
            (EXTERNAL_KEY.id, "5 more findings of this rule were left out"),
            (HEADER_WHITESPACE.id, "1 more findings of this rule were left out"),
        ];
        assert_eq!(last, expected);
    }

    #[test]
    fn long_texts_are_bounded_together() {
        let (mut notes, long) = (Notes::default(), "\u{1}".repeat(400));
        for _ in 0..MOST_NOTES {
            notes.add(EXTERNAL_KEY, &*long, &*long);
        }
        let notes = notes.finish().unwrap();
        let bytes: usize = notes.iter().map(|note| note.path.len() + note.message.len()).sum();
        assert!(bytes < MOST_BYTES + 8192, "{bytes}");
        assert!(notes.last().is_some_and(|note| note.message.ends_with("were left out")));
    }
}
