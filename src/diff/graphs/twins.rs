//! Which value of one graph is which of the other.

use crate::diff::DIFFERENCE;
use crate::error::Result;
use crate::graph::{Graph, NO_VALUE};
use crate::memory;

/// Pairs of values. They have the same name, and as some formats have values of one name, or of none, each has only one twin: the
/// one that is found at its place first.
pub(super) struct Twins<'a> {
    graphs: [&'a Graph; 2],
    /// The twin of each value, [`NO_VALUE`] where none has been found yet.
    of_a: Vec<u32>,
    of_b: Vec<u32>,
}

impl<'a> Twins<'a> {
    pub(super) fn new(a: &'a Graph, b: &'a Graph) -> Result<Self> {
        let unknown = |graph: &Graph| memory::filled(NO_VALUE, graph.value_count(), DIFFERENCE);
        Ok(Self { graphs: [a, b], of_a: unknown(a)?, of_b: unknown(b)? })
    }

    /// The value of the second graph that this one of the first is.
    pub(super) fn of(&self, a: u32) -> Option<u32> {
        self.of_a.get(a as usize).copied().filter(|twin| *twin != NO_VALUE)
    }

    /// Whether two values that are found at the same place are twins; now they are if neither has one and the names agree.
    pub(super) fn are(&mut self, a: u32, b: u32) -> bool {
        let (Some(of_a), Some(of_b)) = (self.of_a.get_mut(a as usize), self.of_b.get_mut(b as usize)) else {
            return a == b;
        };
        if (*of_a, *of_b) == (NO_VALUE, NO_VALUE) {
            let [name_a, name_b] = [(self.graphs[0], a), (self.graphs[1], b)]
                .map(|(graph, value)| graph.value(value).map(|value| value.name));
            if name_a == name_b {
                (*of_a, *of_b) = (b, a);
            }
        }
        (*of_a, *of_b) == (b, a)
    }

    /// The same for lists of values.
    pub(super) fn are_all(&mut self, a: &[u32], b: &[u32]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.are(*a, *b))
    }
}
