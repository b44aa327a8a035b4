//! A slice has the bytes that the safetensors crate gives for the same range.

use std::ops::Range;

use safetensors::slice::IndexOp;
use safetensors::tensor::{Dtype, TensorView};
use weighbridge::load::{SliceRule, Uneven};
use weighbridge::{Context, Model, OpenOptions, PlanOptions, Target};

use super::models::{Made, made, model, slice, to_host};

fn tensors() -> Vec<Made> {
    vec![
        made("odd", Dtype::U8, &[3]),
        made("matrix", Dtype::BF16, &[60, 48]),
        made("wide", Dtype::F32, &[4, 12, 6000]),
        made("cube", Dtype::I16, &[6, 12, 18]),
        made("long", Dtype::U8, &[120_000, 12]),
        made("vector", Dtype::F64, &[360]),
        made("nothing", Dtype::F32, &[12, 0, 6]),
        made("large", Dtype::U8, &[12, 1_000_000]),
        made("last", Dtype::I64, &[12]),
    ]
}

/// What the safetensors crate cuts out of a tensor. It refuses to cut nothing.
fn cut(tensor: &Made, dim: usize, range: Range<usize>) -> Vec<u8> {
    if range.is_empty() || tensor.bytes.is_empty() {
        return Vec::new();
    }
    let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes).unwrap();
    let parts = match dim {
        0 => view.slice(range),
        1 => view.slice((.., range)),
        _ => view.slice((.., .., range)),
    };
    parts.unwrap().flatten().copied().collect()
}

/// The ranges of the parts, the first of which are larger by one: what `numpy.array_split` does.
fn ranges(length: usize, world: usize) -> Vec<Range<usize>> {
    let ends = (0..=world).map(|rank| length / world * rank + rank.min(length % world));
    let ends: Vec<usize> = ends.collect();
    ends.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn load_slice(model: &Model, target: Target, rule: SliceRule) -> weighbridge::Result<(Vec<u8>, Vec<i64>)> {
    let include = vec![rule.pattern.clone()];
    let placement = model.load(&PlanOptions { target, include, slices: vec![rule], ..Default::default() })?;
    let placed = placement.get(0).unwrap();
    Ok((placed.bytes().unwrap().to_vec(), placed.shape.to_vec()))
}

#[test]
fn every_part_of_every_dimension_is_what_another_program_cuts() {
    let tensors = tensors();
    for threads in [0, 3] {
        let model = model(&tensors, threads);
        let mut count = 0;
        for tensor in &tensors {
            for (dim, length) in tensor.shape.iter().copied().enumerate() {
                for world in [1, 2, 3, 5] {
                    for (rank, range) in ranges(length, world).into_iter().enumerate() {
                        let rule =
                            SliceRule { uneven: Uneven::Spread, ..slice(&tensor.name, dim, rank as u64, world as u64) };
                        let when = format!("{} by {dim}, {rank} of {world}, {threads} threads", tensor.name);
                        let (bytes, shape) = load_slice(&model, Target::Host, rule).unwrap();
                        assert!(bytes == cut(tensor, dim, range.clone()), "{when}");
                        let mut expected: Vec<i64> = tensor.shape.iter().map(|dim| *dim as i64).collect();
                        expected[dim] = range.len() as i64;
                        assert_eq!(shape, expected, "{when}");
                        count += 1;
                    }
                }
            }
        }
        assert!(count > 150, "{count}");
    }
}

#[test]
fn all_ranks_together_have_the_whole_model() {
    let tensors = tensors();
    let memory = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        super::models::write(&path, &tensors);
        std::fs::read(path).unwrap()
    };
    let in_memory = Model::from_memory(memory.into(), &OpenOptions::default(), &Context::new()).unwrap();
    for model in [model(&tensors, 4), in_memory] {
        let ranks: Vec<_> = (0..6)
            .map(|rank| {
                let names = ["matrix", "wide", "cube", "long", "vector", "large", "last"];
                let slices = names.map(|name| slice(name, usize::from(name == "wide" || name == "long"), rank, 6));
                model.load(&PlanOptions { slices: slices.to_vec(), ..to_host() }).unwrap()
            })
            .collect();
        for tensor in &tensors {
            let mut parts = ranks.iter().map(|rank| rank.find(&tensor.name).unwrap().bytes().unwrap());
            let joined = match &*tensor.name {
                "odd" | "nothing" => parts.next_back().unwrap().to_vec(),
                "wide" | "long" => {
                    let parts: Vec<&[u8]> = parts.collect();
                    let outer = tensor.shape[0];
                    let row = parts[0].len() / outer;
                    let rows = (0..outer).flat_map(|at| parts.iter().map(move |part| &part[at * row..][..row]));
                    rows.collect::<Vec<_>>().concat()
                }
                _ => parts.collect::<Vec<_>>().concat(),
            };
            assert!(joined == tensor.bytes, "{}", tensor.name);
        }
    }
}

#[test]
fn rows_can_be_viewed_where_they_are() {
    let tensors = tensors();
    let model = model(&tensors, 0);
    for rank in 0..3 {
        let (bytes, shape) = load_slice(&model, Target::View, slice("matrix", 0, rank, 3)).unwrap();
        let (copied, same) = load_slice(&model, Target::Host, slice("matrix", 0, rank, 3)).unwrap();
        assert_eq!((bytes, shape), (copied, same));
    }
}

#[test]
fn the_first_rule_that_matches_counts() {
    let model = model(&tensors(), 0);
    let slices = vec![slice("matrix", 1, 1, 2), SliceRule { uneven: Uneven::Spread, ..slice("*", 0, 0, 3) }];
    let placement = model.load(&PlanOptions { slices, ..to_host() }).unwrap();
    assert_eq!(placement.find("matrix").unwrap().shape, [60, 24]);
    assert_eq!(placement.find("cube").unwrap().shape, [2, 12, 18]);
    assert_eq!(placement.find("odd").unwrap().shape, [1]);
}
