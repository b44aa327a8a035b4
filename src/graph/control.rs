//! Control edges: which nodes have to run before others although no value flows between them.

use super::rows::{Slice, number};
use crate::error::{Error, Kind, Result};
use crate::memory;

/// Nodes by the nodes that wait for them. What a graph without such edges needs of it is an empty list.
#[derive(Debug, Default)]
pub(super) struct Control {
    /// Nodes that wait, in their order, and where the list of each is in `nodes`.
    waiting: Vec<(u32, Slice)>,
    nodes: Vec<u32>,
}

impl Control {
    /// Says which nodes have to run before this one, which comes after those that were added before.
    pub(super) fn add(&mut self, node: u32, before: &[u32]) -> Result<()> {
        if before.is_empty() {
            return Ok(());
        }
        let slice = Slice { start: number(self.nodes.len())?, len: number(before.len())? };
        memory::extend(&mut self.nodes, before, "the control edges")?;
        memory::push(&mut self.waiting, (node, slice), "the control edges")
    }

    /// The nodes that have to run before this one.
    pub(super) fn of(&self, node: usize) -> &[u32] {
        let found = self.waiting.binary_search_by_key(&node, |(waiting, _)| *waiting as usize);
        found.map_or(&[], |position| &self.nodes[self.waiting[position].1.range()])
    }

    /// Refuses edges from nodes that the graph, of so many nodes, does not have.
    pub(super) fn check(&self, nodes: usize) -> Result<()> {
        match self.nodes.iter().find(|node| **node as usize >= nodes) {
            Some(node) => Err(Error::new(Kind::Format, format!("a node waits for node {node}; there are {nodes}"))),
            None => Ok(()),
        }
    }
}
