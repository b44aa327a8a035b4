//! Whether the pieces of a tensor fill its shape: each element is in exactly one.

use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;

/// A box of a tensor: its first index and its elements in each dimension.
pub(super) type Region<'a> = (&'a [i64], &'a [i64]);

/// Dimensions along which a tensor may be cut into pieces. Writers cut along one or two.
const MAX_CUTS: usize = 4;

/// The most pieces of one tensor.
const MAX_PIECES: usize = 65_536;

/// A corner of a box, in the dimensions that are cut.
type Corner = [i64; MAX_CUTS];

/// Refuses boxes that leave an element out, have one twice, or reach beyond the shape, of which no dimension is 0.
///
/// The corners of a box, taken with even and odd counts, determine the elements inside it, modulo 2; and so the corners
/// that an odd number of boxes have determine the sum of all boxes. If these are the corners of the whole shape, every
/// element is in an odd number of boxes; if the volumes also add up to that of the shape, that number is 1. So the work
/// is the number of boxes times 2 to the power of the number of cut dimensions, and no two boxes need be compared.
pub(super) fn check(shape: &[u64], boxes: &[Region<'_>]) -> Result<()> {
    if boxes.len() > MAX_PIECES {
        let message = format!("the tensor has {} pieces; at most {MAX_PIECES} are read", boxes.len());
        return Err(Error::new(Kind::Limit, message));
    }
    boxes.iter().try_for_each(|piece| check_inside(shape, *piece))?;
    let volume = |dims: &mut dyn Iterator<Item = u64>| dims.map(u128::from).product::<u128>();
    let whole = volume(&mut shape.iter().copied());
    let filled: u128 = boxes.iter().map(|(_, dims)| volume(&mut dims.iter().map(|dim| *dim as u64))).sum();
    if filled != whole {
        let message = format!("its pieces have {filled} elements; shape {shape:?} has {whole}");
        return Err(Error::format(message));
    }
    let cuts = cut_dimensions(shape, boxes)?;
    let outer = (&vec![0; shape.len()][..], &shape.iter().map(|dim| *dim as i64).collect::<Vec<_>>()[..]);
    if odd_corners(boxes, &cuts)? != odd_corners(&[outer], &cuts)? {
        return Err(Error::format("its pieces overlap and leave elements out: expected each element in one piece"));
    }
    Ok(())
}

fn check_inside(shape: &[u64], (start, dims): Region<'_>) -> Result<()> {
    let is_inside = start.len() == shape.len()
        && dims.len() == shape.len()
        && shape.iter().zip(start.iter().zip(dims)).all(|(whole, (start, dim))| {
            let end = start.checked_add(*dim).and_then(|end| u64::try_from(end).ok());
            *start >= 0 && *dim > 0 && end.is_some_and(|end| end <= *whole)
        });
    if is_inside {
        return Ok(());
    }
    let message = format!("a piece of shape {dims:?} from {start:?} does not lie inside shape {shape:?}");
    Err(Error::format(message))
}

/// The dimensions that not every box fills.
fn cut_dimensions(shape: &[u64], boxes: &[Region<'_>]) -> Result<Vec<usize>> {
    let is_cut = |dim: &usize| boxes.iter().any(|(_, dims)| dims[*dim] as u64 != shape[*dim]);
    let cuts: Vec<usize> = (0..shape.len()).filter(is_cut).collect();
    if cuts.len() > MAX_CUTS {
        let message = format!("the tensor is cut along {} dimensions; at most {MAX_CUTS} are read", cuts.len());
        return Err(Error::new(Kind::Limit, message));
    }
    Ok(cuts)
}

/// The corners that an odd number of boxes have, sorted.
fn odd_corners(boxes: &[Region<'_>], cuts: &[usize]) -> Result<Vec<Corner>> {
    let mut corners: Vec<Corner> = memory::list(boxes.len() << cuts.len(), "the pieces of a tensor")?;
    for (start, dims) in boxes {
        for choice in 0..1_usize << cuts.len() {
            let mut corner = Corner::default();
            for (number, dim) in cuts.iter().enumerate() {
                let is_far = choice >> number & 1 == 1;
                corner[number] = start[*dim] + if is_far { dims[*dim] } else { 0 };
            }
            corners.push(corner);
        }
    }
    sort::sort(&mut corners);
    let odd = corners.chunk_by(|a, b| a == b).filter(|same| same.len() % 2 == 1).map(|same| same[0]);
    memory::collect(odd, "the pieces of a tensor")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fills(shape: &[u64], boxes: &[(&[i64], &[i64])]) -> bool {
        check(shape, boxes).is_ok()
    }

    #[test]
    fn boxes_that_fill_a_shape_are_taken() {
        assert!(fills(&[4], &[(&[0], &[4])]));
        assert!(fills(&[], &[(&[], &[])]));
        assert!(fills(&[4, 3], &[(&[0, 0], &[1, 3]), (&[1, 0], &[3, 3])]));
        assert!(fills(
            &[3, 3],
            &[(&[0, 0], &[1, 2]), (&[0, 2], &[2, 1]), (&[2, 1], &[1, 2]), (&[1, 0], &[2, 1]), (&[1, 1], &[1, 1])]
        ));
        let thin: Vec<i64> = (0..1000).collect();
        let slices: Vec<_> = thin.chunks(1).map(|start| (start, &[1_i64][..])).collect();
        assert!(fills(&[1000], &slices));
    }

    #[test]
    fn gaps_overlaps_and_what_lies_outside_are_refused() {
        assert!(!fills(&[4], &[(&[0], &[3])]));
        assert!(!fills(&[4], &[(&[0], &[5])]));
        assert!(!fills(&[4], &[(&[-1], &[4])]));
        assert!(!fills(&[4], &[(&[0], &[2]), (&[0], &[2])]));
        assert!(!fills(&[4], &[(&[0], &[4]), (&[2], &[0])]));
        assert!(!fills(&[4, 4], &[(&[0, 0], &[4, 2]), (&[0, 1], &[4, 2])]));
        // The volumes add up, an overlap makes up for a gap, and some corners meet.
        assert!(!fills(&[2, 2], &[(&[0, 0], &[2, 1]), (&[0, 0], &[1, 2])]));
        assert!(!fills(&[4, 1], &[(&[0, 0], &[2, 1]), (&[1, 0], &[2, 1])]));
        assert!(!fills(&[4], &[]));
    }

    #[test]
    fn random_partitions_fill_and_shifted_ones_do_not() {
        let mut seed = 7_u64;
        let mut random = |below: i64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as i64 % below
        };
        for _ in 0..200 {
            let mut boxes = vec![(vec![0_i64; 3], vec![7_i64, 5, 6])];
            for _ in 0..12 {
                let (start, dims) = boxes.swap_remove(random(boxes.len() as i64) as usize);
                let dim = random(3) as usize;
                if dims[dim] < 2 {
                    boxes.push((start, dims));
                    continue;
                }
                let at = 1 + random(dims[dim] - 1);
                let (mut low, mut high) = ((start.clone(), dims.clone()), (start, dims));
                low.1[dim] = at;
                (high.0[dim], high.1[dim]) = (high.0[dim] + at, high.1[dim] - at);
                boxes.extend([low, high]);
            }
            let view = |boxes: &[(Vec<i64>, Vec<i64>)]| {
                let boxes: Vec<Region<'_>> = boxes.iter().map(|(start, dims)| (&start[..], &dims[..])).collect();
                check(&[7, 5, 6], &boxes).is_ok()
            };
            assert!(view(&boxes), "{boxes:?}");
            let victim = random(boxes.len() as i64) as usize;
            let dim = random(3) as usize;
            boxes[victim].0[dim] += if boxes[victim].0[dim] > 0 { -1 } else { 1 };
            assert!(!view(&boxes), "{boxes:?}");
        }
    }
}
