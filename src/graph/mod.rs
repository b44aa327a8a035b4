//! Graphs in one form for all formats: nodes, values, attributes, subgraphs, functions, signatures.
//!
//! [`Graphs`] holds every graph of a model in one list: the first entry first, then others that callers run, the bodies
//! of functions, and the graphs that are attributes of nodes. Nodes, values and attributes are rows of tables,
//! addressed by dense, stable indices. Names stay in the text of the model, which all graphs share, or are text of the
//! graph's own; words that occur again and again, such as operators, are kept once. A graph of a hundred thousand nodes
//! is a handful of allocations, and to drop it takes no recursion.
//!
//! Where a format tells values apart by name, as ONNX does, a name belongs to one value of its graph; elsewhere names
//! may be empty, made up, or equal. What few graphs have, as control edges and quantized values, is in tables of its
//! own. What a node of a subgraph takes from around it is a value of its own in the subgraph; [`Graphs::outer`] leads
//! out.

#![forbid(unsafe_code)]

mod about;
mod attribute;
mod build;
mod control;
mod nodes;
mod path;
mod quantizations;
mod rows;
mod signature;
mod spelling;
mod succession;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod words;

pub use about::{About, OnnxFacts, Opset};
pub use attribute::{Attribute, AttributeKind};
pub(crate) use build::{AttributeData, GraphBuilder, IrNode, IrType, Room};
pub use nodes::{Graph, Initializer, NO_VALUE, Node, Stored, Value};
pub use signature::{NamedValue, Signature};
pub use types::{Dim, Type, TypeKind};
pub(crate) use words::Word;

/// All graphs of a model, and what is said about them together.
#[derive(Debug, Default)]
pub struct Graphs {
    /// What the model says of itself.
    pub about: About,
    /// What ONNX says beside that; `None` for other formats.
    pub onnx: Option<OnnxFacts>,
    pub(crate) graphs: Vec<Graph>,
    pub(crate) functions: Vec<Function>,
    /// Indices of the functions, sorted by domain, name and overload.
    pub(crate) functions_by_name: Vec<usize>,
    pub(crate) sparse: Vec<SparseTensor>,
    signatures: Vec<signature::SignatureRow>,
}

/// A function that a model defines: an operator with a body.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name: the operator of the nodes that call it.
    pub name: String,
    /// The domain of that operator.
    pub domain: String,
    /// Tells functions of one name and domain apart; mostly empty.
    pub overload: String,
    /// Index of the body in [`Graphs`].
    pub graph: usize,
    /// Names of the attributes that a call has to give.
    pub attributes: Vec<String>,
    /// Names of the attributes that have a value when a call gives none: [`Graph::defaults`] of the body.
    pub defaults: Vec<String>,
}

/// A tensor of which only some elements are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseTensor {
    /// Elements of each dimension.
    pub shape: Vec<i64>,
    /// Index of the tensor of stored elements in the tensor table; `None` if the model lacks a readable one.
    pub values: Option<usize>,
    /// Index of the tensor of their places: linear indices, or one row of coordinates for each element.
    pub indices: Option<usize>,
}

/// What a graph is in its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A graph that callers run. A model may have several.
    Entry,
    /// The body of the function with this index.
    Function(usize),
    /// The value of an attribute: of this graph, this node, the attribute with this position in the node.
    Subgraph {
        /// Index of the graph around it.
        graph: usize,
        /// Index of the node in that graph; [`usize::MAX`] for a default of a function's attribute.
        node: usize,
        /// Position of the attribute in the node.
        attribute: usize,
    },
}

impl Graphs {
    /// The number of graphs: entries, bodies of functions, and subgraphs.
    pub fn len(&self) -> usize {
        self.graphs.len()
    }

    /// Whether there are no graphs.
    pub fn is_empty(&self) -> bool {
        self.graphs.is_empty()
    }

    /// The graph at `index`; the first entry is at 0.
    pub fn get(&self, index: usize) -> Option<&Graph> {
        self.graphs.get(index)
    }

    /// Indices of the graphs that callers run.
    pub fn entries(&self) -> impl Iterator<Item = usize> + Clone {
        let graphs = self.graphs.iter().enumerate();
        graphs.filter(|(_, graph)| graph.role == Role::Entry).map(|(index, _)| index)
    }

    /// All graphs.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Graph> + Clone {
        self.graphs.iter()
    }

    /// The functions that the model defines.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The function that nodes of this operator call.
    pub fn function(&self, domain: &str, name: &str, overload: &str) -> Option<usize> {
        let found = self.functions_by_name.binary_search_by(|index| {
            let Function { domain: d, name: n, overload: o, .. } = &self.functions[*index];
            (d.as_str(), n.as_str(), o.as_str()).cmp(&(domain, name, overload))
        });
        found.ok().map(|position| self.functions_by_name[position])
    }

    /// The sparse tensors of all graphs.
    pub fn sparse(&self) -> &[SparseTensor] {
        &self.sparse
    }

    /// The version of the representation, such as the `ir_version` of ONNX; `None` if the model does not say.
    pub fn ir_version(&self) -> Option<i64> {
        self.onnx.as_ref()?.ir_version
    }

    /// The operator sets that the model imports; none if its format has no such thing.
    pub fn opsets(&self) -> &[Opset] {
        self.onnx.as_ref().map_or(&[], |facts| &facts.opsets)
    }

    /// The operator sets that the body of the function with this index imports; none if its format has no such thing.
    pub fn function_opsets(&self, function: usize) -> &[Opset] {
        let facts = self.onnx.as_ref();
        facts.and_then(|facts| facts.function_opsets.get(function)).map_or(&[], Vec::as_slice)
    }

    /// The version of a domain's operator set that holds in a graph: that of the function whose body it is or lies in, or
    /// else that of the model.
    pub fn opset(&self, graph: usize, domain: &str) -> Option<i64> {
        let opsets = self.function_around(graph).map_or(self.opsets(), |function| self.function_opsets(function));
        opsets.iter().find(|opset| opset.domain == domain).map(|opset| opset.version)
    }

    /// The function whose body a graph is or lies in.
    pub fn function_around(&self, graph: usize) -> Option<usize> {
        let mut graph = graph;
        loop {
            match self.graphs.get(graph)?.role {
                Role::Entry => return None,
                Role::Function(function) => return Some(function),
                // A graph comes later in the list than the one around it, so this ends.
                Role::Subgraph { graph: around, .. } => graph = around,
            }
        }
    }

    /// Where a value of a subgraph comes from, if its own graph does not make it: the nearest graph around it that has a
    /// value of this name, and its index there.
    pub fn outer(&self, graph: usize, name: &str) -> Option<(usize, u32)> {
        let mut current = graph;
        while let Some(Role::Subgraph { graph: around, .. }) = self.graphs.get(current).map(|graph| graph.role) {
            let found = self.graphs[around].find(name).filter(|value| !self.graphs[around].is_outer(*value));
            if let Some(value) = found {
                return Some((around, value));
            }
            current = around;
        }
        None
    }
}
