//! Sparse tensors: where their elements lie.

use std::fmt;

use super::integers::Integers;
use crate::check::collector::{Collector, Site, quoted};
use crate::check::subject::Subject;
use crate::check::topic::Topic;
use crate::dtype::DType;
use crate::error::{Kind, Result};
use crate::finding::rules::{SPARSE_INDICES, SPARSE_SHAPE, SPARSE_UNREAD, SPARSE_VALUES};
use crate::graph::{Graph, SparseTensor, Stored};
use crate::memory;
use crate::tensor::Tensor;

const UNREAD: Topic =
    Topic { rule: SPARSE_UNREAD, message: "the indices of a sparse tensor were not checked", remedy: "" };

pub(super) fn check(subject: &Subject<'_>, index: usize, graph: &Graph, collector: &mut Collector<'_>) {
    for initializer in graph.initializers() {
        if let Stored::Sparse(sparse) = initializer.contents {
            let name = graph.value(initializer.value).map_or("", |value| value.name);
            check_one(subject, sparse, name, Site::graph(index), collector);
        }
    }
    for node in graph.nodes() {
        for attribute in graph.attributes(&node) {
            for sparse in attribute.sparse() {
                check_one(subject, *sparse as usize, attribute.name, Site::node(index, node.index), collector);
            }
        }
    }
}

/// A sparse tensor and how it is called.
struct Named<'a> {
    sparse: &'a SparseTensor,
    name: &'a str,
}

fn check_one(subject: &Subject<'_>, sparse: usize, name: &str, site: Site, collector: &mut Collector<'_>) {
    let Some(sparse) = subject.graphs.sparse().get(sparse) else { return };
    let named = Named { sparse, name };
    let elements = elements(&sparse.shape);
    if elements.is_none() {
        collector.add(SPARSE_SHAPE, site, || format!("{named} needs dimensions above 0 whose product fits 63 bits"));
    }
    let Some(count) = check_values(subject, &named, site, collector) else { return };
    match sparse.indices.and_then(|index| Some((index, subject.tensors.get(index)?))) {
        None if count != 0 => collector.add(SPARSE_INDICES, site, || format!("{named} has no indices")),
        None => {}
        Some((index, indices)) => {
            let Some(elements) = elements else { return };
            let fault = check_layout(sparse, count, &indices).map(Ok);
            match fault.or_else(|| check_order(subject, sparse, elements, index, &indices).transpose()) {
                None => {}
                Some(Ok(fault)) => collector.add(SPARSE_INDICES, site, || format!("the indices of {named} {fault}")),
                Some(Err(error)) if error.kind() == Kind::OutOfMemory => collector.fail(error),
                Some(Err(error)) => {
                    collector.gather(&UNREAD, site, || format!("{}: {error}", quoted(name)));
                }
            }
        }
    }
}

/// How many values are stored.
fn check_values(subject: &Subject<'_>, named: &Named<'_>, site: Site, collector: &mut Collector<'_>) -> Option<i64> {
    let Some(values) = named.sparse.values.and_then(|values| subject.tensors.get(values)) else {
        collector.add(SPARSE_VALUES, site, || format!("{named} has no values"));
        return None;
    };
    if let [count] = *values.shape {
        return Some(count);
    }
    let rank = values.shape.len();
    collector.add(SPARSE_VALUES, site, || format!("the values of {named} have {rank} dimensions; expected 1"));
    None
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sparse tensor {}", quoted(self.name))
    }
}

/// The elements of a shape, if it has dimensions, and none of them is 0.
fn elements(shape: &[i64]) -> Option<i64> {
    let product = shape.iter().try_fold(1_i64, |product, dim| product.checked_mul(*dim).filter(|_| *dim > 0));
    product.filter(|_| !shape.is_empty())
}

/// Whether there is one index for each of `count` values, and it is of the right type.
fn check_layout(sparse: &SparseTensor, count: i64, indices: &Tensor<'_>) -> Option<String> {
    if indices.dtype != DType::I64 {
        return Some(format!("are of type {}; expected I64", indices.dtype));
    }
    let rank = sparse.shape.len();
    match *indices.shape {
        [rows] | [rows, _] if rows != count => Some(format!("are {rows}; there are {count} values")),
        [_] => None,
        [_, columns] if usize::try_from(columns) == Ok(rank) => None,
        [_, columns] => Some(format!("have {columns} coordinates; the tensor has {rank} dimensions")),
        _ => Some(format!("have {} dimensions; expected 1 or 2", indices.shape.len())),
    }
}

/// Whether each index is inside the tensor and after the one before it.
fn check_order(
    subject: &Subject<'_>,
    sparse: &SparseTensor,
    elements: i64,
    index: usize,
    indices: &Tensor<'_>,
) -> Result<Option<String>> {
    let is_linear = indices.shape.len() == 1;
    // A linear index is a coordinate of a tensor of one dimension.
    let bounds = if is_linear { std::slice::from_ref(&elements) } else { &sparse.shape[..] };
    let mut words = Integers::of(subject, index, indices.byte_len());
    let mut last = memory::filled(-1, bounds.len(), "an index")?;
    let mut current = memory::filled(0, bounds.len(), "an index")?;
    for row in 0..indices.shape.first().copied().unwrap_or_default() {
        for (coordinate, bound) in current.iter_mut().zip(bounds) {
            let Some(word) = words.next()? else { return Ok(None) };
            if !(0..*bound).contains(&word) {
                return Ok(Some(format!("lie outside the tensor: {word} at {row}, expected less than {bound}")));
            }
            *coordinate = word;
        }
        if current <= last {
            return Ok(Some(format!("are not in ascending order: see {row}")));
        }
        std::mem::swap(&mut last, &mut current);
    }
    Ok(None)
}
