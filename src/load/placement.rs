//! Tensors in their place.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::plan::{Plan, Target};
use crate::error::Result;
use crate::tensor::TensorTable;
use crate::verify::Report;

/// One tensor of a placement.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Its index in the model.
    pub tensor: usize,
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Where the tensors of a finished task are. Cheap to clone; immutable; usable from many threads at once.
///
/// A host placement owns its arena and does not need the model any more; a view keeps the maps of the model's files.
#[derive(Clone)]
pub struct Placement(Arc<Inner>);

struct Inner {
    target: Target,
    tensors: Arc<TensorTable>,
    /// Tensors in the order of selection.
    selection: Vec<usize>,
    /// The position of each tensor; absent when all are selected in their own order.
    positions: Option<HashMap<usize, usize>>,
    memory: Memory,
    report: Arc<Report>,
}

enum Memory {
    None,
    /// The arena, and where each selected tensor begins in it.
    Arena(Bytes, Vec<u64>),
    /// Each file as a whole; empty for files that are not used.
    Views(Vec<Bytes>),
}

impl Placement {
    pub(super) fn new(plan: &Plan, arena: Option<Bytes>, report: Report) -> Result<Self> {
        let memory = match (plan.target, arena) {
            (Target::Host, Some(arena)) => Memory::Arena(arena, plan.arena_offsets.clone()),
            (Target::View, _) => Memory::Views(views(plan)?),
            _ => Memory::None,
        };
        let is_identity = plan.selection.len() == plan.payload.tensors.len() && plan.selection.is_sorted();
        let positions = || plan.selection.iter().enumerate().map(|(position, tensor)| (*tensor, position)).collect();
        Ok(Self(Arc::new(Inner {
            target: plan.target,
            tensors: Arc::clone(&plan.payload.tensors),
            selection: plan.selection.clone(),
            positions: (!is_identity).then(positions),
            memory,
            report: Arc::new(report),
        })))
    }

    /// The number of tensors; 0 for [`Target::None`].
    pub fn len(&self) -> usize {
        match self.0.memory {
            Memory::None => 0,
            _ => self.0.selection.len(),
        }
    }

    /// Whether there are no tensors.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the tensors are.
    pub fn target(&self) -> Target {
        self.0.target
    }

    /// The tensor at a position: in the order in which indices were given, or else in the order of the model.
    pub fn get(&self, position: usize) -> Option<Placed<'_>> {
        let index = *self.0.selection.get(position)?;
        let tensor = self.0.tensors.get(index)?;
        let (memory, start): (&Bytes, u64) = match &self.0.memory {
            Memory::None => return None,
            Memory::Arena(arena, offsets) => (arena, *offsets.get(position)?),
            Memory::Views(files) => (files.get(tensor.span.file as usize)?, tensor.span.offset),
        };
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(usize::try_from(tensor.span.len).ok()?)?;
        Some(Placed { tensor: index, name: tensor.name, bytes: memory.get(start..end)? })
    }

    /// The tensor with this name; `None` if the placement does not have it.
    pub fn find(&self, name: &str) -> Option<Placed<'_>> {
        let index = self.0.tensors.find(name)?;
        let position = match &self.0.positions {
            None => index,
            Some(positions) => *positions.get(&index)?,
        };
        self.get(position)
    }

    /// All tensors.
    pub fn iter(&self) -> impl Iterator<Item = Placed<'_>> + Clone {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// What was checked, and by what.
    pub fn report(&self) -> &Arc<Report> {
        &self.0.report
    }
}

impl fmt::Debug for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placement").field("target", &self.0.target).field("tensors", &self.len()).finish()
    }
}

fn views(plan: &Plan) -> Result<Vec<Bytes>> {
    let mut views = vec![Bytes::new(); plan.payload.weights];
    let tensors = plan.selection.iter().filter_map(|index| plan.payload.tensors.get(*index));
    for file in tensors.map(|tensor| tensor.span.file as usize) {
        if views[file].is_empty() {
            views[file] = plan.files[file].source.whole()?.cloned().unwrap_or_default();
        }
    }
    Ok(views)
}
