//! Whether the bytes of tensors differ: by what manifests state, or by hashing both.

use std::ops::ControlFlow;

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::host::Progress;
use crate::memory;
use crate::model::Model;

use super::DIFFERENCE;

/// The tensors of one pair, and what is known of them before anything is hashed.
enum Known {
    Equal,
    Different,
    /// Digests of the contiguous bytes that are still to be made: of the first, of the second.
    Hashed(Option<Digest>, Option<Digest>),
}

/// What the comparison has come to.
pub(super) struct Compared {
    /// Whether the bytes of each pair differ.
    pub differ: Vec<bool>,
    /// Bytes that were hashed.
    pub hashed_bytes: u64,
}

/// Compares the bytes of each pair of tensors.
pub(super) fn compare(
    a: &Model,
    b: &Model,
    pairs: &[(usize, usize)],
    mut progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Compared> {
    let known: Vec<Known> = memory::collect(pairs.iter().map(|pair| look(a, b, *pair)), DIFFERENCE)?;
    let looked_at = || known.iter().zip(pairs);
    let first = looked_at().filter_map(|(known, pair)| matches!(known, Known::Hashed(None, _)).then_some(pair.0));
    let second = looked_at().filter_map(|(known, pair)| matches!(known, Known::Hashed(_, None)).then_some(pair.1));
    let first = hash(a, &memory::collect(first, DIFFERENCE)?, &mut progress)?;
    let second = hash(b, &memory::collect(second, DIFFERENCE)?, &mut progress)?;
    let hashed_bytes = first.bytes + second.bytes;
    let (mut first, mut second) = (first.digests.into_iter(), second.digests.into_iter());
    let differ = known.into_iter().map(|known| match known {
        Known::Equal => false,
        Known::Different => true,
        Known::Hashed(a, b) => a.or_else(|| first.next()) != b.or_else(|| second.next()),
    });
    Ok(Compared { differ: memory::collect(differ, DIFFERENCE)?, hashed_bytes })
}

/// What is known of a pair without a look at its bytes.
fn look(a: &Model, b: &Model, (index_a, index_b): (usize, usize)) -> Known {
    let (Some(of_a), Some(of_b)) = (a.tensors().get(index_a), b.tensors().get(index_b)) else {
        return Known::Different;
    };
    if of_a.byte_len() != of_b.byte_len() {
        return Known::Different;
    }
    if a.is_same_place(index_a, b, index_b) {
        return Known::Equal;
    }
    Known::Hashed(a.stated_digest(index_a), b.stated_digest(index_b))
}

/// Digests of tensors in the order in which they were asked for.
struct Hashed {
    digests: Vec<Digest>,
    bytes: u64,
}

/// The BLAKE3 of the contiguous bytes of each tensor. Those in one run are hashed by the load engine, on all threads.
fn hash(model: &Model, wanted: &[usize], progress: &mut impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Hashed> {
    let tensor = |index: &usize| model.tensors().get(*index);
    let is_plain = |index: &usize| tensor(index).is_some_and(|tensor| tensor.span().is_some());
    let plain: Vec<usize> = memory::collect(wanted.iter().copied().filter(is_plain), DIFFERENCE)?;
    let mut of_plain = model.digest_tensors(&plain, progress)?.into_iter();
    let digest_of = |index: &usize| match is_plain(index) {
        true => of_plain.next().ok_or_else(|| Error::new(Kind::Internal, "a tensor was not hashed")),
        false => Ok(Digest::of(Algorithm::Blake3, &model.bytes(*index)?)),
    };
    let bytes = wanted.iter().filter_map(tensor).map(|tensor| tensor.byte_len()).fold(0, u64::saturating_add);
    Ok(Hashed { digests: memory::try_collect(wanted.iter().map(digest_of), DIFFERENCE)?, bytes })
}
