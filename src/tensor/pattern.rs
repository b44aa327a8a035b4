//! Which tensors a pattern over their names matches.

use super::TensorTable;
use crate::error::{Error, Kind, Result};
use crate::memory;

/// What memory is asked for.
const NAMES: &str = "the tensors that a pattern matches";

impl TensorTable {
    /// The indices of the tensors whose names match at least one of these patterns, in the order of the table.
    ///
    /// In a pattern `*` stands for any characters, `?` for one, and `[…]` for one of several.
    ///
    /// [`Kind::NotFound`]: a pattern matches none. [`Kind::InvalidArgument`]: it is empty or no pattern.
    pub fn matching<'a>(&self, patterns: impl Iterator<Item = &'a str>) -> Result<Vec<usize>> {
        let all: Vec<usize> = memory::collect(0..self.len(), NAMES)?;
        let first = first_matches(self, &all, patterns)?;
        let matched = all.into_iter().zip(first).filter_map(|(tensor, first)| first.map(|_| tensor));
        memory::collect(matched, NAMES)
    }
}

/// For each of these tensors the first pattern that matches its name; an empty list if there are no patterns. Every pattern has to
/// match one.
pub(crate) fn first_matches<'a>(
    tensors: &TensorTable,
    indices: &[usize],
    patterns: impl Iterator<Item = &'a str>,
) -> Result<Vec<Option<usize>>> {
    let mut patterns = patterns.enumerate().peekable();
    let tensors_of_patterns = if patterns.peek().is_some() { indices.len() } else { 0 };
    let mut first = memory::filled(None, tensors_of_patterns, NAMES)?;
    for (number, text) in patterns {
        for position in matches(tensors, indices, text)? {
            first[position].get_or_insert(number);
        }
    }
    Ok(first)
}

/// The positions of the tensors that a pattern matches: at least one.
pub(crate) fn matches(tensors: &TensorTable, indices: &[usize], text: &str) -> Result<Vec<usize>> {
    let pattern = compile(text)?;
    let is_match = |index: &usize| tensors.get(*index).is_some_and(|tensor| pattern.matches(tensor.name));
    let matched = indices.iter().enumerate().filter(|(_, index)| is_match(index));
    let matched: Vec<usize> = memory::collect(matched.map(|(position, _)| position), NAMES)?;
    if matched.is_empty() {
        return Err(Error::new(Kind::NotFound, "no selected tensor matches this pattern").with_subject(text));
    }
    Ok(matched)
}

/// How many stars a pattern may have: matching takes stack for each of them.
const MOST_STARS: usize = 64;

fn compile(text: &str) -> Result<glob::Pattern> {
    if text.is_empty() {
        return Err(Error::invalid("a pattern is empty: expected a glob over tensor names, such as \"*\""));
    }
    let pattern = with_single_stars(text);
    let stars = pattern.matches('*').count();
    if stars > MOST_STARS {
        let message = format!("the pattern has {stars} stars: at most {MOST_STARS} are allowed");
        return Err(Error::invalid(message).with_subject(text));
    }
    glob::Pattern::new(&pattern)
        .map_err(|e| Error::invalid(format!("not a glob pattern: {}", e.msg)).with_subject(text))
}

/// `**` means what `*` means, since that matches every character already; the glob crate would want it between slashes.
fn with_single_stars(pattern: &str) -> String {
    let mut chars: Vec<char> = pattern.chars().collect();
    chars.dedup_by(|a, b| *a == '*' && *b == '*');
    chars.into_iter().collect()
}
