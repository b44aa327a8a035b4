//! Weights that are stored more than once.

use std::cmp::Reverse;

use super::collector::{Collector, Site, advise, quoted};
use super::lists::listed;
use super::subject::Subject;
use super::unread::Unread;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Kind, Result};
use crate::finding::rules::{SIZE_DUPLICATE, SIZE_UNREAD};
use crate::memory;
use crate::sort;
use crate::tensor::{Tensor, TensorTable};

/// What memory is asked for.
const COMPARED: &str = "the list of tensors to compare";

/// Smaller tensors are not worth a finding.
const SMALLEST: u64 = 1024;

/// Bytes that are read at once.
const BLOCK: u64 = 1 << 20;

/// Bytes from the start of tensors that are compared first: tensors of one shape are mostly different right away, and
/// the rest of those is never read.
const SAMPLE: u64 = 4096;

/// How many groups are told.
const MOST_TOLD: usize = 4;

/// Finds tensors of one type, shape and contents.
struct Repeats<'a> {
    subject: &'a Subject<'a>,
    block: Vec<u8>,
    unread: Unread,
    found: Found,
}

/// Groups of tensors that are the same.
#[derive(Default)]
struct Found {
    groups: usize,
    /// Bytes that are not needed.
    bytes: u64,
    /// The bytes and the names of those that waste most.
    largest: Vec<(u64, String)>,
}

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let mut repeats = Repeats { subject, block: Vec::new(), unread: Unread::default(), found: Found::default() };
    let compared = candidates(subject.tensors).and_then(|candidates| repeats.compare(&candidates));
    let Some(()) = collector.note(compared) else { return };
    repeats.found.report(collector);
    if let Some(text) = repeats.unread.text("compared with others of their type and shape") {
        collector.add(SIZE_UNREAD, Site::MODEL, || text);
    }
}

/// What tensors must have in common to be compared.
fn kind(tensors: &TensorTable, index: usize) -> Option<(u32, &[i64])> {
    tensors.get(index).map(|tensor| (tensor.dtype.number(), tensor.shape))
}

/// Tensors that could be the same as others and do not share their bytes already; those of one kind follow each other.
fn candidates(tensors: &TensorTable) -> Result<Vec<usize>> {
    let mut candidates = with_room_for(tensors.len())?;
    let mut last = None;
    // The table is sorted by place: tensors that share their bytes follow each other.
    for (index, tensor) in tensors.iter().enumerate() {
        let span = tensor.span();
        if span.is_some_and(|span| span.len > SMALLEST) && last.replace(span) != Some(span) {
            candidates.push(index);
        }
    }
    sort::sort_by_key(&mut candidates, |index| (kind(tensors, *index), *index));
    Ok(candidates)
}

/// A list that need not grow: a model may have millions of tensors.
fn with_room_for<T>(count: usize) -> Result<Vec<T>> {
    memory::list(count, COMPARED)
}

/// Tensors may overlap, and be more than their files.
fn total_bytes<'a>(tensors: impl Iterator<Item = Tensor<'a>>) -> u64 {
    tensors.map(|tensor| tensor.byte_len()).fold(0, u64::saturating_add)
}

impl<'a> Repeats<'a> {
    fn compare(&mut self, candidates: &[usize]) -> Result<()> {
        let tensors = self.subject.tensors;
        for alike in candidates.chunk_by(|a, b| kind(tensors, *a) == kind(tensors, *b)) {
            memory::check()?;
            for alike in self.same(alike, SAMPLE)? {
                for same in self.same(&alike, u64::MAX)? {
                    self.add(&same);
                }
            }
        }
        Ok(())
    }

    /// Groups of tensors whose first `most` bytes are the same. What cannot be read for all of them is read for none.
    fn same(&mut self, candidates: &[usize], most: u64) -> Result<Vec<Vec<usize>>> {
        if candidates.len() < 2 {
            return Ok(Vec::new());
        }
        let mut digests = match self.digests(candidates, most) {
            Ok(digests) => digests,
            Err(reason) if reason.kind() == Kind::OutOfMemory => return Err(reason),
            Err(reason) => {
                self.unread.add(candidates.len(), total_bytes(self.tensors(candidates)), reason);
                return Ok(Vec::new());
            }
        };
        sort::sort(&mut digests);
        let groups = digests.chunk_by(|(digest, _), (next, _)| digest == next).filter(|group| group.len() > 1);
        let groups = groups.map(|group| {
            memory::check()?;
            memory::collect(group.iter().map(|(_, index)| *index), COMPARED)
        });
        let mut groups: Vec<Vec<usize>> = memory::try_collect(groups, COMPARED)?;
        sort::sort(&mut groups);
        Ok(groups)
    }

    fn digests(&mut self, candidates: &[usize], most: u64) -> Result<Vec<(Digest, usize)>> {
        let samples = self.tensors(candidates).map(|tensor| tensor.byte_len().min(most));
        self.subject.reader.reserve(samples.fold(0, u64::saturating_add))?;
        let mut digests = with_room_for(candidates.len())?;
        for candidate in candidates {
            digests.push((self.digest(*candidate, most)?, *candidate));
        }
        Ok(digests)
    }

    fn tensors(&self, indices: &[usize]) -> impl Iterator<Item = Tensor<'a>> {
        let tensors = self.subject.tensors;
        indices.iter().filter_map(|index| tensors.get(*index))
    }

    fn digest(&mut self, tensor: usize, most: u64) -> Result<Digest> {
        let len = self.subject.tensors.get(tensor).map_or(0, |tensor| tensor.byte_len()).min(most);
        let (mut hasher, mut offset) = (Hasher::whole(Algorithm::Blake3, len), 0);
        while offset < len {
            memory::resize(&mut self.block, (len - offset).min(BLOCK) as usize, "a part of a tensor")?;
            self.subject.reader.read(tensor, offset, &mut self.block)?;
            hasher.update(&self.block);
            offset += self.block.len() as u64;
        }
        Ok(hasher.finish())
    }

    fn add(&mut self, same: &[usize]) {
        let bytes = total_bytes(self.tensors(same).skip(1));
        let names = listed(self.tensors(same), |tensor| quoted(tensor.name).to_string());
        self.found.add(bytes, names);
    }
}

impl Found {
    fn add(&mut self, bytes: u64, names: String) {
        self.groups += 1;
        // Tensors may overlap, and be more than their files.
        self.bytes = self.bytes.saturating_add(bytes);
        self.largest.push((bytes, names));
        self.largest.sort_by_key(|(bytes, _)| Reverse(*bytes));
        self.largest.truncate(MOST_TOLD);
    }

    fn report(self, collector: &mut Collector<'_>) {
        let names: Vec<String> = self.largest.into_iter().map(|(_, names)| names).collect();
        let message = match (self.groups, self.groups - names.len()) {
            (0, _) => return,
            (1, _) => format!("these tensors have the same contents: {}", names.join(", ")),
            (groups, 0) => format!("{groups} groups of tensors have the same contents: {}", names.join("; ")),
            (groups, more) => {
                format!("{groups} groups of tensors have the same contents: {}; and {more} more", names.join("; "))
            }
        };
        let remedy = format!("store each once: it saves {} bytes", self.bytes);
        collector.add(SIZE_DUPLICATE, Site::MODEL, || advise(message, remedy));
    }
}
