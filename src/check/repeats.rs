//! Weights that are stored more than once.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::lists::listed;
use super::report::{Place, Report, advise, quoted};
use super::subject::Subject;
use crate::error::{Error, Kind, Result};
use crate::finding::rules::{SIZE_DUPLICATE, SIZE_UNREAD};

/// Smaller tensors are not worth a finding.
const SMALLEST: u64 = 1024;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// Bytes from the start of tensors that are compared first: tensors of one shape are mostly different right away.
const SAMPLE: u64 = 4096;

/// Finds tensors of one type, shape and contents. Contents are compared by hashes with keys that nobody can know.
struct Repeats<'a> {
    subject: &'a Subject<'a>,
    keys: RandomState,
    block: Vec<u8>,
    /// Bytes that may still be read: tensors may overlap, and be more than their files.
    left: u64,
}

pub(super) fn check(subject: &Subject<'_>, report: &mut Report<'_>) {
    let mut repeats = Repeats { subject, keys: RandomState::new(), block: Vec::new(), left: budget(subject) };
    for candidates in repeats.alike() {
        if let Err(error) = repeats.check_candidates(candidates, report) {
            report.add(SIZE_UNREAD, Place::MODEL, || format!("duplicate weights were not looked for: {error}"));
            return;
        }
    }
}

/// A sparse file costs nobody anything, and reading it takes time.
const MOST_READ: u64 = 64 << 30;

/// Twice the bytes of the files, as far as tensors reach in them: once for the samples, and once for the rest.
fn budget(subject: &Subject<'_>) -> u64 {
    let mut ends: BTreeMap<u32, u64> = BTreeMap::new();
    for tensor in subject.tensors.iter() {
        let end = ends.entry(tensor.span.file).or_default();
        *end = tensor.span.end().max(*end);
    }
    ends.values().copied().fold(0, u64::saturating_add).saturating_mul(2).min(MOST_READ)
}

impl Repeats<'_> {
    /// Tensors that could be the same: those of one type and shape that do not share their bytes already.
    fn alike(&self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut last = None;
        // The table is sorted by place: tensors that share their bytes follow each other.
        for (index, tensor) in self.subject.tensors.iter().enumerate() {
            if tensor.span.len > SMALLEST && last.replace(tensor.span) != Some(tensor.span) {
                groups.entry((tensor.dtype.number(), tensor.shape)).or_default().push(index);
            }
        }
        groups.into_values().filter(|group| group.len() > 1).collect()
    }

    fn check_candidates(&mut self, candidates: Vec<usize>, report: &mut Report<'_>) -> Result<()> {
        for candidates in self.same(candidates, SAMPLE)? {
            for same in self.same(candidates, u64::MAX)? {
                self.report(&same, report);
            }
        }
        Ok(())
    }

    /// Groups of tensors whose first `most` bytes are the same.
    fn same(&mut self, candidates: Vec<usize>, most: u64) -> Result<Vec<Vec<usize>>> {
        let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for candidate in candidates {
            groups.entry(self.hash(candidate, most)?).or_default().push(candidate);
        }
        Ok(groups.into_values().filter(|group| group.len() > 1).collect())
    }

    fn hash(&mut self, tensor: usize, most: u64) -> Result<u64> {
        let len = self.subject.tensors.get(tensor).map_or(0, |tensor| tensor.span.len).min(most);
        let left = self.left.checked_sub(len);
        self.left =
            left.ok_or_else(|| Error::new(Kind::Limit, "tensors share so many bytes that it would take too long"))?;
        let (mut hasher, mut offset) = (self.keys.build_hasher(), 0);
        while offset < len {
            self.block.resize((len - offset).min(BLOCK as u64) as usize, 0);
            self.subject.read(tensor, offset, &mut self.block)?;
            hasher.write(&self.block);
            offset += self.block.len() as u64;
        }
        Ok(hasher.finish())
    }

    fn report(&self, same: &[usize], report: &mut Report<'_>) {
        report.add(SIZE_DUPLICATE, Place::MODEL, || {
            let tensors = || same.iter().filter_map(|index| self.subject.tensors.get(*index));
            // Tensors may overlap, and be more than their files.
            let bytes = tensors().skip(1).map(|tensor| tensor.span.len).fold(0, u64::saturating_add);
            let names = listed(tensors(), |tensor| quoted(tensor.name).to_string());
            advise(
                format!("these tensors have the same contents: {names}"),
                format!("share one: it saves {bytes} bytes"),
            )
        });
    }
}
