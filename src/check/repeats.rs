//! Weights that are stored more than once.

use std::collections::BTreeMap;

use super::collector::{Collector, Site, advise, quoted};
use super::lists::listed;
use super::subject::Subject;
use super::unread::Unread;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::Result;
use crate::finding::rules::{SIZE_DUPLICATE, SIZE_UNREAD};

/// Smaller tensors are not worth a finding.
const SMALLEST: u64 = 1024;

/// Bytes that are read at once.
const BLOCK: u64 = 1 << 20;

/// Bytes from the start of tensors that are compared first: tensors of one shape are mostly different right away, and
/// the rest of those is never read.
const SAMPLE: u64 = 4096;

/// Finds tensors of one type, shape and contents.
struct Repeats<'a> {
    subject: &'a Subject<'a>,
    block: Vec<u8>,
    unread: Unread,
}

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let mut repeats = Repeats { subject, block: Vec::new(), unread: Unread::default() };
    for candidates in repeats.alike() {
        for candidates in repeats.same(candidates, SAMPLE) {
            for same in repeats.same(candidates, u64::MAX) {
                repeats.report(&same, collector);
            }
        }
    }
    if let Some(text) = repeats.unread.text("compared with others of their type and shape") {
        collector.add(SIZE_UNREAD, Site::MODEL, || text);
    }
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

    /// Groups of tensors whose first `most` bytes are the same. What cannot be read for all of them is read for none.
    fn same(&mut self, candidates: Vec<usize>, most: u64) -> Vec<Vec<usize>> {
        let mut digests = match self.digests(&candidates, most) {
            Ok(digests) => digests,
            Err(reason) => {
                self.unread.add(candidates.len(), self.bytes(&candidates, u64::MAX), reason);
                return Vec::new();
            }
        };
        digests.sort_unstable();
        let groups = digests.chunk_by(|(digest, _), (next, _)| digest == next).filter(|group| group.len() > 1);
        let mut groups: Vec<Vec<usize>> = groups.map(|group| group.iter().map(|(_, index)| *index).collect()).collect();
        groups.sort_unstable();
        groups
    }

    fn digests(&mut self, tensors: &[usize], most: u64) -> Result<Vec<(Digest, usize)>> {
        self.subject.reader.reserve(self.bytes(tensors, most))?;
        tensors.iter().map(|tensor| Ok((self.digest(*tensor, most)?, *tensor))).collect()
    }

    /// Bytes of tensors, of each `most` at most.
    fn bytes(&self, tensors: &[usize], most: u64) -> u64 {
        tensors.iter().map(|tensor| self.len(*tensor).min(most)).fold(0, u64::saturating_add)
    }

    fn len(&self, tensor: usize) -> u64 {
        self.subject.tensors.get(tensor).map_or(0, |tensor| tensor.span.len)
    }

    fn digest(&mut self, tensor: usize, most: u64) -> Result<Digest> {
        let len = self.len(tensor).min(most);
        let (mut hasher, mut offset) = (Hasher::whole(Algorithm::Blake3), 0);
        while offset < len {
            self.block.resize((len - offset).min(BLOCK) as usize, 0);
            self.subject.reader.read(tensor, offset, &mut self.block)?;
            hasher.update(&self.block);
            offset += self.block.len() as u64;
        }
        Ok(hasher.finish())
    }

    fn report(&self, same: &[usize], collector: &mut Collector<'_>) {
        collector.add(SIZE_DUPLICATE, Site::MODEL, || {
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
