//! The models of a directory, as the names of its files show them.
//!
//! ```text
//! STEM.safetensors                           one file
//! STEM-00001-of-00002.safetensors            a numbered set: any count of digits
//! STEM-00001-of-00002.fp16.safetensors       a numbered set of a variant
//! STEM.safetensors.index.json                the index of a set
//! STEM.safetensors.index.fp16.json           the index of a variant
//! ```

use std::collections::BTreeMap;

use super::directory::{FILE, INDEX};
use crate::error::{Error, Kind, Result};
use crate::formats::visible;
use crate::storage::Listed;

/// What tells the models of a directory apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub stem: &'a str,
    /// What stands after the numbers or before `.json`, with its dot: nothing, or `.fp16`.
    pub variant: &'a str,
}

/// One model that the directory may be meant to hold.
pub(super) struct Candidate<'a> {
    pub key: Key<'a>,
    pub index: Option<&'a str>,
    /// Numbered sets, by their count as it is written: several only where an earlier one was left behind.
    pub sets: BTreeMap<&'a str, Set<'a>>,
    /// A file without a number.
    pub file: Option<&'a str>,
}

/// The files that numbers join.
pub(super) struct Set<'a> {
    key: Key<'a>,
    count: &'a str,
    /// The files with their numbers, of which there is at least one.
    files: Vec<(u64, &'a str)>,
}

/// The candidates, sorted by name.
pub(super) fn candidates(listing: &[Listed]) -> Vec<Candidate<'_>> {
    let mut found: BTreeMap<Key<'_>, Candidate<'_>> = BTreeMap::new();
    for name in visible(listing) {
        let Some((key, role)) = read_name(name) else { continue };
        let new = || Candidate { key, index: None, sets: BTreeMap::new(), file: None };
        let candidate = found.entry(key).or_insert_with(new);
        match role {
            Role::Index => candidate.index = Some(name),
            Role::File => candidate.file = Some(name),
            Role::Member { number, count } => {
                let new = || Set { key, count, files: Vec::new() };
                candidate.sets.entry(count).or_insert_with(new).files.push((number, name));
            }
        }
    }
    found.into_values().collect()
}

/// What a file is by its name.
enum Role<'a> {
    Index,
    File,
    Member { number: u64, count: &'a str },
}

fn read_name(name: &str) -> Option<(Key<'_>, Role<'_>)> {
    if let Some(key) = index_key(name) {
        return Some((key, Role::Index));
    }
    let stem = name.strip_suffix(FILE)?;
    Some(numbered(stem).unwrap_or((Key { stem, variant: "" }, Role::File)))
}

/// What an index is of, by its name; `None` if the name is not that of an index.
pub(super) fn index_key(name: &str) -> Option<Key<'_>> {
    let (stem, rest) = name.strip_suffix(".json")?.rsplit_once(INDEX)?;
    let is_variant = rest.is_empty() || rest.len() > 1 && rest.starts_with('.') && !rest[1..].contains('.');
    is_variant.then_some(Key { stem, variant: rest })
}

/// The number of a file within its set, and how many the set has, by its name.
pub(super) fn member(name: &str) -> Option<(u64, u64)> {
    match read_name(name)? {
        (_, Role::Member { number, count }) => Some((number, saturating(count))),
        _ => None,
    }
}

/// The parts of a numbered name without its ending.
fn numbered(name: &str) -> Option<(Key<'_>, Role<'_>)> {
    let (rest, after) = name.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let (count, variant) = after.split_at(after.find('.').unwrap_or(after.len()));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_numbered = is_number(count) && is_number(number);
    is_numbered.then(|| (Key { stem, variant }, Role::Member { number: saturating(number), count }))
}

/// The value of digits. No directory has as many files as do not fit.
fn saturating(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

impl<'a> Candidate<'a> {
    /// The file by which the model is entered.
    pub(super) fn entry(&self) -> &'a str {
        let first = || self.sets.values().next().map(|set| set.files[0].1);
        self.index.or(self.file).or_else(first).unwrap_or_default()
    }

    /// Whether it has a set, and so says by its names that it is whole.
    pub(super) fn is_joined(&self) -> bool {
        self.index.is_some() || !self.sets.is_empty()
    }

    /// Whether it is another form of a model: `model.fp16` beside `model`.
    pub(super) fn is_variant_of(&self, other: &Self) -> bool {
        let Key { stem, variant } = self.key;
        let is_longer = || stem.strip_prefix(other.key.stem).is_some_and(|rest| rest.starts_with('.'));
        if stem == other.key.stem { !variant.is_empty() && other.key.variant.is_empty() } else { is_longer() }
    }

    /// All its files of weights.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a str> {
        self.sets.values().flat_map(Set::names).chain(self.file)
    }
}

impl<'a> Set<'a> {
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(|(_, name)| *name)
    }

    /// Refuses a set of which a member is missing, or one that cannot be a set.
    pub(super) fn check_complete(&self) -> Result<()> {
        let Key { stem, variant } = self.key;
        let count = saturating(self.count);
        let numbers = self.numbers(count)?;
        match (1..=count).find(|number| !numbers.contains_key(number)) {
            None => Ok(()),
            Some(missing) => {
                let (count, width) = (self.count, self.count.len());
                let shard = format!("{stem}-{missing:0width$}-of-{count}{variant}{FILE}");
                let message = "the shard is missing beside the others of its set: an incomplete download or copy";
                Err(Error::new(Kind::NotFound, message).with_subject(shard))
            }
        }
    }

    /// The files by their numbers, of which each must be one of the set, and of one file only.
    fn numbers(&self, count: u64) -> Result<BTreeMap<u64, &'a str>> {
        let mut numbers = BTreeMap::new();
        for (number, name) in &self.files {
            let problem = match numbers.insert(*number, *name) {
                Some(other) => format!("it has the same number as the shard \"{other}\""),
                None if count == 0 => "by its name it belongs to a set of 0 shards: expected 1 or more".to_owned(),
                None if (1..=count).contains(number) => continue,
                None => format!("by its name it is shard {number} of {count}: expected a number from 1 to {count}"),
            };
            return Err(Error::format(problem).with_subject(*name));
        }
        Ok(numbers)
    }
}
