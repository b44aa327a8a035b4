//! What cannot be cut or converted, and how that is said.

use std::path::Path;

use safetensors::tensor::Dtype;
use weighbridge::load::{SliceRule, Uneven};
use weighbridge::{DType, Error, Kind, Model, OpenOptions, PlanOptions, Target};

use super::models::{cast, made, model, open, slice, to_host};

fn refusal(model: &Model, options: PlanOptions) -> Error {
    model.plan(&options).err().expect("the plan is refused")
}

#[test]
fn slices_that_make_no_sense_are_refused() {
    let model = model(&[made("w", Dtype::F32, &[6, 10]), made("s", Dtype::F32, &[])], 0);
    for (rule, kind, words) in [
        (
            slice("w", 2, 0, 2),
            Kind::InvalidArgument,
            "w: the slice divides dimension 2, but the tensor has 2 dimensions",
        ),
        (
            slice("s", 0, 0, 2),
            Kind::InvalidArgument,
            "s: the slice divides dimension 0, but the tensor has 0 dimensions",
        ),
        (slice("w", 0, 2, 2), Kind::InvalidArgument, "w: rank 2 of 2: expected a rank below the number of ranks"),
        (slice("w", 0, 0, 0), Kind::InvalidArgument, "w: rank 0 of 0: expected"),
        (
            slice("w", 1, 0, 4),
            Kind::InvalidArgument,
            "w: dimension 1 has 10 elements, which 4 ranks cannot share evenly: expected a multiple of 4, or a slice that may be uneven",
        ),
        (slice("none*", 0, 0, 2), Kind::NotFound, "none*: no selected tensor matches this pattern"),
        (slice("w[", 0, 0, 2), Kind::InvalidArgument, "w[: not a glob pattern"),
        (slice("w", 0, u64::MAX, u64::MAX), Kind::InvalidArgument, "expected a rank below"),
        (slice("w", usize::MAX, 0, 2), Kind::InvalidArgument, "but the tensor has 2"),
    ] {
        for target in [Target::Host, Target::View, Target::None] {
            let error = refusal(&model, PlanOptions { target, slices: vec![rule.clone()], ..Default::default() });
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().starts_with(words) || error.to_string().contains(words), "{error}");
        }
    }
    let spread = SliceRule { uneven: Uneven::Spread, ..slice("w", 1, u64::MAX - 1, u64::MAX) };
    let placement = model.load(&PlanOptions { slices: vec![spread], ..to_host() }).unwrap();
    assert_eq!(placement.find("w").unwrap().shape, [6, 0], "with more ranks than elements, some get none");
}

#[test]
fn a_view_neither_joins_nor_converts() {
    let model = model(&[made("w", Dtype::F32, &[6, 10])], 0);
    let view = PlanOptions { target: Target::View, ..Default::default() };
    let columns = PlanOptions { slices: vec![slice("w", 1, 0, 2)], ..view.clone() };
    let converted = PlanOptions { casts: vec![cast("w", DType::F16)], ..view };
    for options in [columns, converted] {
        let error = refusal(&model, options);
        assert_eq!(error.kind(), Kind::NotMapped);
        assert!(error.to_string().contains("a view can neither convert elements nor join rows"), "{error}");
    }
}

#[test]
fn packed_elements_are_cut_at_whole_bytes() {
    // 0.5 bytes for each element of F4: a border at an odd one lies inside a byte.
    let model = open(Path::new("tests/golden/dtypes.safetensors"), 0, &OpenOptions::default());
    let mut cut = 0;
    for (index, tensor) in model.tensors().iter().enumerate() {
        let Some(last) = tensor.shape.len().checked_sub(1) else { continue };
        for world in 2..=4 {
            for dim in 0..=last {
                let rule = SliceRule { uneven: Uneven::Spread, ..slice(tensor.name, dim, 1, world) };
                let options = PlanOptions { tensors: vec![index], slices: vec![rule], ..to_host() };
                match model.load(&options) {
                    Ok(placement) => {
                        let placed = placement.get(0).unwrap();
                        let elements = placed.shape.iter().product::<i64>() as u64;
                        assert_eq!(Some(placed.len), tensor.dtype.bytes_of(elements), "{}", tensor.name);
                        cut += 1;
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), Kind::Unsupported, "{error}");
                        assert!(error.to_string().contains("does not begin at a whole byte or block of"), "{error}");
                        assert!(tensor.dtype.bytes_of(1).is_none(), "{} of {}", tensor.name, tensor.dtype);
                    }
                }
            }
        }
    }
    assert!(cut > 60, "{cut}");
}

#[test]
fn impossible_conversions_are_named() {
    let model = open(Path::new("tests/golden/dtypes.safetensors"), 0, &OpenOptions::default());
    let mut refused = 0;
    for index in 0..model.tensors().len() {
        for to in DType::ALL {
            let options = PlanOptions { tensors: vec![index], casts: vec![cast("*", *to)], ..to_host() };
            match model.load(&options) {
                Ok(placement) => assert_eq!(placement.get(0).unwrap().dtype, *to),
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
                    assert!(error.to_string().contains("there is no conversion from"), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}
