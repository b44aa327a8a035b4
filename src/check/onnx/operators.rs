//! What an operator means where it is used. It is looked up once for each set of imports, not once for each node.

use hashbrown::HashMap;

use super::lookup::newest;
use super::schema::{Op, Schema};
use super::scope::Scopes;
use crate::graph::{Function, Graphs, Node};

/// Operators of the first days, which every version of ONNX lets through with whatever they hold.
const EXPERIMENTS: &[&str] = &[
    "ATen",
    "Affine",
    "ConstantFill",
    "Crop",
    "DynamicSlice",
    "GRUUnit",
    "GivenTensorFill",
    "ImageScaler",
    "ParametricSoftplus",
    "Scale",
    "ScaledTanh",
];

/// What an operator is under the version of its domain that is imported.
#[derive(Clone, Copy)]
pub(super) enum Meaning<'a> {
    /// The domain is not imported.
    NotImported,
    /// It was tried out, and never became part of the standard.
    Experiment,
    /// The standard has it.
    Known(&'static Op, &'static Schema),
    /// The standard has it only in versions after this one.
    Later(&'static Op, i64),
    /// The domain is the standard's, of this version, and has no such operator. The model may have such a function.
    Missing(i64, Option<&'a Function>),
    /// It is a function of the model.
    Call(&'a Function),
    /// Only other people know.
    Custom,
}

/// Looks up operators and remembers them.
pub(super) struct Operators<'a> {
    scopes: &'a Scopes<'a>,
    graphs: &'a Graphs,
    known: HashMap<Key<'a>, Meaning<'a>>,
}

/// A function or none, whose imports hold; domain, name and overload of the operator.
type Key<'a> = (Option<usize>, &'a str, &'a str, &'a str);

impl<'a> Operators<'a> {
    pub(super) fn new(graphs: &'a Graphs, scopes: &'a Scopes<'a>) -> Self {
        Self { scopes, graphs, known: HashMap::new() }
    }

    /// What the operator of a node of a graph means.
    pub(super) fn meaning(&mut self, graph: usize, node: &Node<'a>) -> Meaning<'a> {
        let key = (self.scopes.function(graph), node.domain, node.op, node.overload);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let meaning = self.look_up(graph, node);
        // Without memory for it, it is looked up again.
        if self.known.try_reserve(1).is_ok() {
            self.known.insert(key, meaning);
        }
        meaning
    }

    fn look_up(&self, graph: usize, node: &Node<'_>) -> Meaning<'a> {
        let Some(version) = self.scopes.version(graph, node.domain) else { return Meaning::NotImported };
        if node.domain.is_empty() && EXPERIMENTS.contains(&node.op) {
            return Meaning::Experiment;
        }
        if let Some(op) = Op::find(node.domain, node.op) {
            return op.at(version).map_or(Meaning::Later(op, version), |schema| Meaning::Known(op, schema));
        }
        let function = self.graphs.function(node.domain, node.op, node.overload);
        let function = function.and_then(|function| self.graphs.functions().get(function));
        if newest(node.domain).is_some() {
            return Meaning::Missing(version, function);
        }
        function.map_or(Meaning::Custom, Meaning::Call)
    }
}
