//! One tensor made contiguous outside a plan: for callers who want its bytes and nothing else.

use bytes::Bytes;

use super::change::Change;
use super::moves::{Move, slabs};
use super::part::{Part, Taken};
use super::strided::{Rows, Strided};
use crate::error::{Error, Result};
use crate::memory;
use crate::tensor::{Span, Tensor};

/// The contiguous, row-major, little-endian bytes of a tensor that is a view or lies in pieces. `read` reads one run of
/// it. The runs are in memory one after the other, beside the result.
pub(crate) fn contiguous_bytes(tensor: &Tensor<'_>, read: impl Fn(Span) -> Result<Bytes>) -> Result<Bytes> {
    let Some(part) = Part::of(tensor, None, None)? else {
        return tensor.span().map_or_else(|| Ok(Bytes::new()), read);
    };
    let mut place = zeroed(part.placed_len).map_err(|e| e.with_subject(tensor.name))?;
    let plain = |run: Span| read(run).and_then(|bytes| decoded(bytes, part.change));
    match &part.taken {
        Taken::Rows(run, rows) => join_rows(&plain(*run)?, rows, &mut place),
        Taken::Scattered(parts) => {
            let element = part.dtype.bytes_of(1).unwrap_or(1);
            let shape: Vec<u64> = part.shape.iter().map(|dim| *dim as u64).collect();
            for scattered in parts {
                fill(&shape, element, scattered, &plain(scattered.run)?, &mut place)?;
            }
        }
    }
    Ok(place.into())
}

fn zeroed(len: u64) -> Result<Vec<u8>> {
    let size = usize::try_from(len).map_err(|_| Error::out_of_memory("the tensor", len))?;
    memory::filled(0, size, "the tensor")
}

/// Without a cast every element stays where it is.
fn decoded(bytes: Bytes, change: Option<Change>) -> Result<Vec<u8>> {
    // Bytes that nobody shares are taken over; others have to be copied.
    let mut bytes = match bytes.try_into_mut() {
        Ok(own) => Vec::from(own),
        Err(shared) => {
            let mut copy = Vec::new();
            memory::extend(&mut copy, &shared, "the tensor")?;
            copy
        }
    };
    if let Some(change) = change {
        change.decode(&mut bytes);
    }
    Ok(bytes)
}

fn join_rows(run: &[u8], rows: &Rows, place: &mut [u8]) {
    if rows.row == 0 {
        return;
    }
    for (from, to) in run.chunks(rows.stride as usize).zip(place.chunks_exact_mut(rows.row as usize)) {
        to.copy_from_slice(&from[..to.len()]);
    }
}

fn fill(shape: &[u64], element: u64, part: &Strided, run: &[u8], place: &mut [u8]) -> Result<()> {
    let one = Move::new(0, element, shape.to_vec(), [(0, part)].into_iter())?;
    for slab in slabs([(0, &one)].into_iter())? {
        let range = one.destination(slab);
        one.fill(slab, run, &mut place[range.start as usize..range.end as usize]);
    }
    Ok(())
}
