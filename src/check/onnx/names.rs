//! Names of nodes that are not the only ones of their graph.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::check::collector::{Collector, Site, quoted};
use crate::check::topic::Topic;
use crate::error::Error;
use crate::finding::rules::NODE_NAME;
use crate::graph::Graph;

const REPEATED: Topic = Topic {
    rule: NODE_NAME,
    message: "several nodes of a graph have the same name",
    remedy: "give each node a name of its own: profilers, quantizers and editors find nodes by their names",
};

/// Gathers each name that occurs again in a graph, once.
pub(super) fn check(index: usize, graph: &Graph, collector: &mut Collector<'_>) {
    /// The first node of a name, and whether another was found.
    type First = (usize, bool);
    let mut names: HashMap<&str, First> = HashMap::new();
    for node in graph.nodes().filter(|node| !node.name.is_empty()) {
        let reserved = names.try_reserve(1).map_err(|_| Error::out_of_memory("the names of nodes", 1));
        if !collector.has_memory() || collector.note(reserved).is_none() {
            return;
        }
        match names.entry(node.name) {
            Entry::Vacant(entry) => _ = entry.insert((node.index, false)),
            Entry::Occupied(mut entry) => {
                let (first, is_told) = *entry.get();
                entry.insert((first, true));
                if !is_told {
                    let detail = || format!("{}, first at nodes {first} and {}", quoted(node.name), node.index);
                    collector.gather(&REPEATED, Site::node(index, node.index), detail);
                }
            }
        }
    }
}
