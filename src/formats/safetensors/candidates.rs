//! The models of a directory, as the names of its files show them.
//!
//! ```text
//! STEM.safetensors                           one file
//! STEM-00001-of-00002.safetensors            a numbered set: any count of digits; it is called STEM-*-of-00002.safetensors
//! STEM-00001-of-00002.fp16.safetensors       a numbered set of a variant
//! STEM.safetensors.index.json                the index of a set
//! STEM.safetensors.index.fp16.json           the index of a variant
//! ```

use std::collections::{BTreeMap, BTreeSet};

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
    /// The least digits with which a file writes its number.
    width: usize,
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
                let new = || Set { key, count, width: number.len(), files: Vec::new() };
                candidate.sets.entry(count).or_insert_with(new).add(number, name);
            }
        }
    }
    found.into_values().collect()
}

/// What a file is by its name.
enum Role<'a> {
    Index,
    File,
    /// Its number and how many the set has, as they are written.
    Member {
        number: &'a str,
        count: &'a str,
    },
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

/// What a file is by its name that belongs to a numbered set.
pub(super) struct Member<'a> {
    /// Its number and how many the set has, without zeros before them.
    pub number: &'a str,
    pub count: &'a str,
    /// What the set is called.
    pub set: String,
}

/// What the name of a file says of its set; `None` if it has no number.
pub(super) fn member(name: &str) -> Option<Member<'_>> {
    match read_name(name)? {
        (key, Role::Member { number, count }) => {
            Some(Member { number: shown(number), count: shown(count), set: set_file(key, "*", count) })
        }
        _ => None,
    }
}

/// The name of the file of a set that has a number, or of the whole set with `*` for the number.
fn set_file(Key { stem, variant }: Key<'_>, number: &str, count: &str) -> String {
    format!("{stem}-{number}-of-{count}{variant}{FILE}")
}

/// The parts of a numbered name without its ending.
fn numbered(name: &str) -> Option<(Key<'_>, Role<'_>)> {
    let (rest, after) = name.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let (count, variant) = after.split_at(after.find('.').unwrap_or(after.len()));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_numbered = is_number(count) && is_number(number);
    is_numbered.then_some((Key { stem, variant }, Role::Member { number, count }))
}

/// The value of digits. No directory has as many files as do not fit.
fn saturating(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

/// A number as it is shown, of any count of digits.
fn shown(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    }
}

impl<'a> Candidate<'a> {
    /// What can be named of it, the preferred one first: its index; or else its file, and its sets.
    pub(super) fn entries(&self) -> Vec<String> {
        match self.index {
            Some(index) => vec![index.to_owned()],
            None => self.file.map(str::to_owned).into_iter().chain(self.sets.values().map(Set::name)).collect(),
        }
    }

    /// Everything that it has by its name, by the names of its parts.
    pub(super) fn parts(&self) -> impl Iterator<Item = String> {
        let single = self.index.into_iter().chain(self.file).map(str::to_owned);
        single.chain(self.sets.values().map(Set::name))
    }

    /// Whether it has a set, and so says by its names that it is whole.
    pub(super) fn is_joined(&self) -> bool {
        self.index.is_some() || !self.sets.is_empty()
    }
}

/// The names of candidates, by which variants are found: there may be tens of thousands.
pub(super) struct Names<'a> {
    stems: BTreeSet<&'a str>,
    /// Of those that are no variant by what stands after the numbers.
    plain: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn of(candidates: &[Candidate<'a>]) -> Self {
        let keys = || candidates.iter().map(|candidate| candidate.key);
        let mut names = Self { stems: BTreeSet::new(), plain: BTreeSet::new() };
        names.stems.extend(keys().map(|key| key.stem));
        names.plain.extend(keys().filter(|key| key.variant.is_empty()).map(|key| key.stem));
        names
    }

    /// Whether a candidate is another form of one of these models: `model.fp16` beside `model`.
    pub(super) fn have_original_of(&self, candidate: &Candidate<'_>) -> bool {
        let Key { stem, variant } = candidate.key;
        let is_longer = || stem.match_indices('.').any(|(dot, _)| self.stems.contains(&stem[..dot]));
        !variant.is_empty() && self.plain.contains(stem) || is_longer()
    }
}

impl<'a> Set<'a> {
    fn add(&mut self, number: &str, name: &'a str) {
        self.width = self.width.min(number.len());
        self.files.push((saturating(number), name));
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(|(_, name)| *name)
    }

    /// What it is called by whoever means all its files: with `*` in the place of their numbers, unless it is a set of one.
    pub(super) fn name(&self) -> String {
        match self.files[..] {
            [(1, only)] if saturating(self.count) == 1 => only.to_owned(),
            _ => self.pattern(),
        }
    }

    /// The name of its files with `*` in the place of the number.
    pub(super) fn pattern(&self) -> String {
        set_file(self.key, "*", self.count)
    }

    /// Refuses a set of which a member is missing, or one that cannot be a set.
    pub(super) fn check_complete(&self) -> Result<()> {
        let count = saturating(self.count);
        let numbers = self.numbers(count)?;
        let Some(first) = (1..=count).find(|number| !numbers.contains_key(number)) else { return Ok(()) };
        let width = self.width;
        let shard = set_file(self.key, &format!("{first:0width$}"), self.count);
        let missing = self.count.parse::<u64>().map(|count| count - numbers.len() as u64);
        let count = shown(self.count);
        let others = match missing {
            Ok(1) => " beside the others of its set".to_owned(),
            Ok(2) => format!(", and another one of its set of {count}"),
            Ok(missing) => format!(", and {} others of its set of {count}", missing - 1),
            Err(_) => format!(", and nearly all others of its set of {count}"),
        };
        let message =
            format!("the shard is missing{others}: an incomplete download or copy; fetch what is missing again");
        Err(Error::new(Kind::NotFound, message).with_subject(shard))
    }

    /// The files by their numbers, of which each must be one of the set, and of one file only.
    fn numbers(&self, count: u64) -> Result<BTreeMap<u64, &'a str>> {
        let mut numbers = BTreeMap::new();
        for (number, name) in &self.files {
            let problem = match numbers.insert(*number, *name) {
                Some(other) => format!("it has the same number as the shard \"{other}\""),
                None if count == 0 => "by its name it belongs to a set of 0 shards: expected 1 or more".to_owned(),
                None if (1..=count).contains(number) => continue,
                None => {
                    let (number, count) = (member(name).map_or("", |member| member.number), shown(self.count));
                    format!("by its name it is shard {number} of {count}: expected a number from 1 to {count}")
                }
            };
            return Err(Error::format(problem).with_subject(*name));
        }
        Ok(numbers)
    }
}
