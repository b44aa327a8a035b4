//! Parts of tensors, and converted ones.

use weighbridge::load::{CastRule, SliceRule, Uneven};
use weighbridge::{DType, Kind, Model, PlanOptions, Target};

/// Enough to try every kind of tensor that a small input can have.
const MOST: usize = 6;

/// Two halves of a tensor are all of it, along whichever dimension; a conversion changes the bytes and not the shape.
pub fn check_parts(model: &Model) {
    for (index, tensor) in model.tensors().iter().enumerate().take(MOST) {
        for dim in 0..tensor.shape.len().min(4) {
            let halves = [0, 1].map(|rank| half(model, index, dim, rank));
            let [Some(first), Some(second)] = halves else { continue };
            assert_eq!(first.len() + second.len(), tensor.byte_len() as usize);
            if tensor.shape[..dim].iter().all(|size| *size == 1) {
                assert!(model.bytes(index).unwrap() == [first, second].concat());
            }
        }
        for to in [DType::F32, DType::BF16, DType::F16] {
            let casts = vec![CastRule { pattern: "*".to_owned(), from: Some(tensor.dtype), to }];
            let options = PlanOptions { target: Target::Host, tensors: vec![index], casts, ..Default::default() };
            match model.load(&options) {
                Err(error) => assert_eq!(error.kind(), Kind::Unsupported, "{error}"),
                Ok(placement) => {
                    let placed = placement.get(0).unwrap();
                    let elements: i64 = placed.shape.iter().product();
                    assert_eq!((placed.dtype, placed.shape), (to, tensor.shape));
                    assert_eq!(Some(placed.bytes().unwrap().len() as u64), to.bytes_of(elements as u64));
                }
            }
        }
    }
}

/// The bytes of one half of a tensor, unless it cannot be cut there.
fn half(model: &Model, index: usize, dim: usize, rank: u64) -> Option<Vec<u8>> {
    let slices = vec![SliceRule { pattern: "*".to_owned(), dim, rank, world: 2, uneven: Uneven::Spread }];
    let options = PlanOptions { target: Target::Host, tensors: vec![index], slices, ..Default::default() };
    match model.load(&options) {
        Ok(placement) => Some(placement.get(0).unwrap().bytes().unwrap().to_vec()),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Unsupported, "{error}");
            None
        }
    }
}
