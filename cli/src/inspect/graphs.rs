//! What `weighbridge inspect` tells of graphs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use weighbridge::graph::{Graph, NamedValue, Role, Signature, Value};
use weighbridge::{Graphs, Model, Result, memory};

use crate::graph::{ValueDescription, describe, opsets, origin, print_value};
use crate::names::{Name, domain_name};
use crate::output::{count, thousands};

/// What memory is asked for.
const VALUES: &str = "the inputs and outputs";

/// The JSON form: one for all formats with graphs.
#[derive(Serialize)]
pub struct GraphDescription<'a> {
    inputs: Vec<ValueDescription<'a>>,
    outputs: Vec<ValueDescription<'a>>,
    /// Version by domain. The default domain is spelled `ai.onnx`: an empty key is hard to ask for in jq.
    opset: BTreeMap<&'a str, i64>,
    /// The nodes of all graphs, those of subgraphs and functions included, by operator. One of another domain than the
    /// default is spelled `domain.op`.
    nodes: BTreeMap<String, u64>,
    /// Graphs that are attributes of nodes.
    subgraphs: usize,
    signatures: Vec<SignatureDescription<'a>>,
}

/// How callers run the model: what they may give, inputs that have a stored default included, and what they get.
#[derive(Serialize)]
struct SignatureDescription<'a> {
    /// Empty if the format does not name it.
    key: &'a str,
    inputs: Vec<ValueDescription<'a>>,
    outputs: Vec<ValueDescription<'a>>,
}

impl<'a> GraphDescription<'a> {
    /// `None` if the format has weights only.
    pub fn of(model: &'a Model) -> Result<Option<Self>> {
        let graphs = model.graphs();
        let Some(main) = graphs.get(0) else { return Ok(None) };
        let mut opset = BTreeMap::new();
        for import in graphs.opsets() {
            opset.entry(domain_name(&import.domain)).or_insert(import.version);
        }
        Ok(Some(Self {
            inputs: memory::try_collect(inputs(main).map(describe), VALUES)?,
            outputs: memory::try_collect(outputs(main).map(describe), VALUES)?,
            opset,
            nodes: count_nodes(graphs)?,
            signatures: memory::try_collect(
                graphs.signatures().filter_map(|signature| describe_signature(graphs, &signature)),
                VALUES,
            )?,
            subgraphs: graphs.iter().filter(|graph| matches!(graph.role, Role::Subgraph { .. })).count(),
        }))
    }
}

/// What a caller has to give: inputs that have a stored default are none.
fn inputs(graph: &Graph) -> impl Iterator<Item = Value<'_>> {
    let inputs = graph.inputs().iter().filter_map(|index| graph.value(*index));
    inputs.filter(|value| value.initializer.is_none())
}

fn outputs(graph: &Graph) -> impl Iterator<Item = Value<'_>> {
    graph.outputs().iter().filter_map(|index| graph.value(*index))
}

fn describe_signature<'a>(graphs: &'a Graphs, signature: &Signature<'a>) -> Option<Result<SignatureDescription<'a>>> {
    let graph = graphs.get(signature.graph)?;
    // In a broken model an input or output may not be a value.
    let of = |named: NamedValue<'a>| {
        let value = graph.value(named.value)?;
        Some(describe(value).map(|value| ValueDescription { name: named.name, ..value }))
    };
    let lists = || {
        let inputs = memory::try_collect(signature.inputs().filter_map(of), VALUES)?;
        let outputs = memory::try_collect(signature.outputs().filter_map(of), VALUES)?;
        Ok(SignatureDescription { key: signature.key, inputs, outputs })
    };
    Some(lists())
}

fn count_nodes(graphs: &Graphs) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    for node in graphs.iter().flat_map(|graph| graph.nodes()) {
        memory::check()?;
        *counts.entry((node.domain, node.op)).or_insert(0) += 1;
    }
    let mut nodes = BTreeMap::new();
    for ((domain, op), count) in counts {
        memory::check()?;
        let name = if domain.is_empty() { op.to_owned() } else { format!("{domain}.{op}") };
        // Two operators may be spelled alike, as `b.c` of `a` and `c` of `a.b`.
        *nodes.entry(name).or_insert(0) += count;
    }
    Ok(nodes)
}

/// A few lines: what the model takes and gives, and what it is made of.
pub fn print(out: &mut impl Write, model: &Model, graph: &GraphDescription<'_>) -> io::Result<()> {
    let graphs = model.graphs();
    let Some(main) = graphs.get(0) else { return Ok(()) };
    let nodes = count(graphs.iter().map(Graph::node_count).sum(), "node");
    let (subgraphs, functions) = (count(graph.subgraphs, "subgraph"), count(graphs.functions().len(), "function"));
    writeln!(out, "graph: {nodes}, {subgraphs}, {functions}{}", origin(model))?;
    writeln!(out, "opsets: {}", opsets(graphs.opsets()))?;
    writeln!(out, "operators: {}", operators(graph))?;
    for value in inputs(main) {
        write!(out, "input: ")?;
        print_value(out, model, &value)?;
        writeln!(out)?;
    }
    for value in outputs(main) {
        write!(out, "output: ")?;
        print_value(out, model, &value)?;
        writeln!(out)?;
    }
    Ok(())
}

/// `3,120 MatMul, 12 Add, … 4 more`, the most frequent first.
fn operators(graph: &GraphDescription<'_>) -> String {
    const MOST: usize = 10;
    let mut counts: Vec<_> = graph.nodes.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = counts.len().saturating_sub(MOST);
    let mut texts: Vec<_> =
        counts.iter().take(MOST).map(|(name, count)| format!("{} {}", thousands(**count), Name(name))).collect();
    if more > 0 {
        texts.push(format!("… {more} more"));
    }
    texts.join(", ")
}
