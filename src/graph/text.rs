//! The text that names are ranges of, and the names to find values by.

use std::hash::BuildHasher;
use std::ops::Range;

use bytes::Bytes;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::rows::{Name, Slice, ValueRow, number};
use crate::error::{Error, Result};
use crate::memory;

/// One space of positions: first the text that all graphs of a model share, then text of the graph's own, for names that
/// the file does not have, because they were made up or made unique.
#[derive(Debug)]
pub(super) struct Text {
    shared: Bytes,
    own: Vec<u8>,
}

impl Text {
    pub(super) fn new(shared: Bytes) -> Self {
        Self { shared, own: Vec::new() }
    }

    /// Keeps a text that the file does not have, and returns its range.
    pub(super) fn keep(&mut self, text: &str) -> Result<Range<usize>> {
        let start = self.shared.len() + self.own.len();
        memory::extend(&mut self.own, text.as_bytes(), "the names")?;
        Ok(start..start + text.len())
    }

    /// The bytes of a range, which lies in the shared text or in a text that was kept.
    #[inline]
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        match self.shared.get(range.clone()) {
            Some(shared) => shared,
            None => &self.own[range.start - self.shared.len()..range.end - self.shared.len()],
        }
    }

    #[inline]
    pub(super) fn name(&self, name: Name) -> &[u8] {
        self.bytes(name.0.range())
    }

    /// A name as text. Readers add only names that are UTF-8.
    pub(super) fn str(&self, name: Name) -> &str {
        std::str::from_utf8(self.name(name)).unwrap_or_default()
    }
}

/// The row of a name.
pub(super) fn name_of(range: Range<usize>) -> Result<Name> {
    Ok(Name(Slice { start: number(range.start)?, len: number(range.len())? }))
}

/// The names of a graph's values, to find them by. Of several values of one name the first is found.
#[derive(Debug, Default)]
pub(super) struct Names {
    table: HashTable<Named>,
    hasher: DefaultHashBuilder,
}

/// A value, and a part of the hash of its name: most names that differ do so in the hash already, and looking at names
/// costs the more the further they lie apart. It is as small as can be, since a large table does not fit the caches.
#[derive(Debug, Clone, Copy)]
struct Named {
    hash: u8,
    value: [u8; 4],
}

impl Named {
    fn new(hash: u64, value: u32) -> Self {
        Self { hash: Self::part_of(hash), value: value.to_le_bytes() }
    }

    #[inline]
    fn value(&self) -> u32 {
        u32::from_le_bytes(self.value)
    }

    fn name<'a>(&self, text: &'a Text, values: &[ValueRow]) -> &'a [u8] {
        text.name(values[self.value() as usize].name)
    }

    /// The table takes its own bits from both ends of a hash; these are others.
    #[inline]
    fn part_of(hash: u64) -> u8 {
        (hash >> 48) as u8
    }
}

impl Names {
    /// Makes room for so many names in a table that has none; without the room the table grows as it is filled.
    pub(super) fn reserve(&mut self, count: usize) {
        let _ = self.table.try_reserve(count, |_| 0);
    }

    #[inline]
    pub(super) fn hash(&self, name: &[u8]) -> u64 {
        self.hasher.hash_one(name)
    }

    #[inline]
    pub(super) fn hash_all(&self, parts: [&[u8]; 3]) -> u64 {
        self.hasher.hash_one(parts)
    }

    /// The value with this name.
    pub(super) fn find(&self, text: &Text, values: &[ValueRow], name: &[u8]) -> Option<u32> {
        let hash = self.hash(name);
        let is_same = |named: &Named| named.hash == Named::part_of(hash) && are_equal(named.name(text, values), name);
        self.table.find(hash, is_same).map(Named::value)
    }

    /// The value with this name; if there is none yet, the one that `add` adds.
    #[inline]
    pub(super) fn find_or_add(
        &mut self,
        text: &Text,
        values: &mut Vec<ValueRow>,
        name: &[u8],
        add: impl FnOnce(&mut Vec<ValueRow>) -> Result<u32>,
    ) -> Result<u32> {
        let hash = self.hash(name);
        let Self { table, hasher } = self;
        // Room comes first: the entry would grow the table by a call that cannot fail.
        if table.len() == table.capacity() {
            let reserved = table.try_reserve(1, |named| hasher.hash_one(named.name(text, values)));
            reserved.map_err(|_| Error::out_of_memory("the names", 1))?;
        }
        let is_same = |named: &Named| named.hash == Named::part_of(hash) && are_equal(named.name(text, values), name);
        match table.entry(hash, is_same, |named| hasher.hash_one(named.name(text, values))) {
            Entry::Occupied(found) => Ok(found.get().value()),
            Entry::Vacant(place) => {
                let value = add(values)?;
                place.insert(Named::new(hash, value));
                Ok(value)
            }
        }
    }
}

/// Whether two names are the same. Most are short, and then a few comparisons of numbers take less time than a call.
#[inline]
pub(super) fn are_equal(this: &[u8], other: &[u8]) -> bool {
    if this.len() != other.len() {
        return false;
    }
    match this.len() {
        0 => true,
        // The first byte, one in the middle and the last are all.
        len @ 1..4 => (this[0], this[len / 2], this[len - 1]) == (other[0], other[len / 2], other[len - 1]),
        4..=8 => ends::<4>(this) == ends::<4>(other),
        9..=16 => ends::<8>(this) == ends::<8>(other),
        _ => this == other,
    }
}

/// The first and the last `N` bytes, which may overlap.
#[inline]
fn ends<const N: usize>(name: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
    Some((name.first_chunk()?, name.last_chunk()?))
}
