//! One tensor made contiguous outside a plan: for callers who want its bytes and nothing else.

use bytes::Bytes;

use super::moves::{Move, slabs};
use super::part::{Part, Taken};
use super::strided::{Rows, Strided};
use crate::error::{Error, Result};
use crate::host::Context;
use crate::storage::Buffer;
use crate::tensor::{Span, Tensor};

/// The contiguous, row-major, little-endian bytes of a tensor that is a view or lies in pieces. `read` reads one run of
/// it. The runs are in memory one after the other, beside the result.
pub(crate) fn contiguous_bytes(
    tensor: &Tensor<'_>,
    read: impl Fn(Span) -> Result<Buffer>,
    context: &Context,
) -> Result<Bytes> {
    let Some(part) = Part::of(tensor, None, None)? else {
        return tensor.span().map_or_else(|| Ok(Bytes::new()), |span| read(span)?.freeze());
    };
    let mut place = Buffer::new(part.placed_len, "the tensor", context).map_err(|e| e.with_subject(tensor.name))?;
    // Without a cast every element stays where it is.
    let plain = |run: Span| {
        let mut bytes = read(run)?;
        part.change.inspect(|change| change.decode(&mut bytes));
        Ok::<_, Error>(bytes)
    };
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
    place.freeze()
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
