//! Which tensors are loaded, and what is taken of each.

use std::collections::HashSet;
use std::fmt;

use super::options::PlanOptions;
use super::part::{Cut, Part};
use super::scales::{explain_packed, explain_rule};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::memory;
use crate::tensor::{Span, Tensor, TensorTable, first_matches};

/// What memory is asked for.
const SELECTION: &str = "the selected tensors";

/// One tensor of a load.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    /// Index in the table.
    pub(super) tensor: usize,
    /// `None`: all of it, as it is.
    pub(super) part: Option<Box<Part>>,
}

impl Selected {
    pub(super) fn whole(tensor: usize) -> Self {
        Self { tensor, part: None }
    }

    /// The range of a file that holds what is placed just as it is placed.
    pub(super) fn plain_span(&self, tensor: &Tensor<'_>) -> Option<Span> {
        self.part.as_ref().map_or_else(|| tensor.span(), |part| part.plain_span())
    }

    /// Whether some of the tensor's elements are left out.
    pub(super) fn is_slice(&self) -> bool {
        self.part.as_ref().is_some_and(|part| part.is_slice)
    }

    /// What is placed of the tensor, whatever its bytes are.
    pub(super) fn form<'t>(&'t self, tensor: &Tensor<'t>) -> Form<'t> {
        match &self.part {
            Some(part) => Form { dtype: part.dtype, shape: &part.shape, cut: part.cut },
            None => Form { dtype: tensor.dtype, shape: tensor.shape, cut: None },
        }
    }

    /// Bytes that are placed.
    pub(super) fn placed_len(&self, tensor: &Tensor<'_>) -> u64 {
        self.part.as_ref().map_or(tensor.byte_len(), |part| part.placed_len)
    }
}

/// What a placement has of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form<'t> {
    dtype: DType,
    shape: &'t [i64],
    cut: Option<Cut>,
}

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.dtype, self.shape)?;
        match self.cut {
            Some(Cut { dim, first, count }) => write!(f, " from element {first} of dimension {dim}, {count} of them"),
            None => Ok(()),
        }
    }
}

/// The tensors that the options select, in the order of the placement.
pub(super) fn select(tensors: &TensorTable, options: &PlanOptions) -> Result<Vec<Selected>> {
    let indices = match (&options.include[..], &options.tensors[..]) {
        ([], []) => memory::collect(0..tensors.len(), SELECTION)?,
        ([], indices) => check_indices(tensors, indices)?,
        (patterns, []) => tensors.matching(patterns.iter().map(String::as_str))?,
        _ => return Err(Error::invalid("both patterns and indices are given: expected one of them")),
    };
    options.slices.iter().try_for_each(|rule| rule.check())?;
    options.casts.iter().try_for_each(|rule| rule.check().map_err(|e| explain_rule(e, tensors, &indices, rule)))?;
    let slices = first_matches(tensors, &indices, options.slices.iter().map(|rule| rule.pattern.as_str()))?;
    let casts = first_matches(tensors, &indices, options.casts.iter().map(|rule| rule.pattern.as_str()))?;
    let selected = indices.into_iter().enumerate().map(|(position, tensor)| {
        let rule_of = |first: &[Option<usize>]| first.get(position).copied().flatten();
        let slice = rule_of(&slices).map(|rule| &options.slices[rule]);
        let cast = rule_of(&casts).map(|rule| &options.casts[rule]);
        let row = tensors.get(tensor);
        let row = row.filter(|row| slice.is_some() || cast.is_some() || row.span().is_none());
        let part_of = |row: Tensor<'_>| Part::of(&row, slice, cast).map_err(|e| explain_packed(e, tensors, &row));
        let part = row.map_or(Ok(None), part_of)?;
        Ok(Selected { tensor, part })
    });
    memory::try_collect(selected, SELECTION)
}

fn check_indices(tensors: &TensorTable, indices: &[usize]) -> Result<Vec<usize>> {
    let mut seen = HashSet::new();
    let room = indices.len().min(tensors.len());
    seen.try_reserve(room).map_err(|_| Error::out_of_memory(SELECTION, room as u64))?;
    for index in indices {
        if *index >= tensors.len() {
            let message = format!("there is no tensor {index}: the model has {}", tensors.len());
            return Err(Error::invalid(message));
        }
        if !seen.insert(index) {
            return Err(Error::invalid(format!("tensor {index} is selected twice")));
        }
    }
    memory::collect(indices.iter().copied(), SELECTION)
}
