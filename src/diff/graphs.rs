//! Where the graphs of two models first differ.

mod attributes;
mod matched;
mod twins;
mod types;

use std::fmt::{self, Display, Formatter};

use crate::error::{Error, Kind, Name, Result};
use crate::graph::{Function, Graph, Graphs, NamedValue, Opset, Role, Signature, Value};
use crate::memory;
use crate::model::Model;

use super::DIFFERENCE;
use matched::matched;
use twins::Twins;
use types::is_same_type;

/// A place where the graphs of two models differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphDifference {
    /// Index of the graph in the first model; `None` if the difference lies in no graph.
    pub graph: Option<usize>,
    /// Index of the node in that graph, which is the same in both models; `None` if the difference lies in no node.
    pub node: Option<usize>,
    /// What differs there, such as `"attribute axis"` or `"inputs"`.
    pub what: String,
    /// The graph and the node in words.
    place: String,
}

/// The place and what differs there: `main, node 12 (LabelEncoder): attribute keys_strings`.
impl Display for GraphDifference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.place, self.what)
    }
}

/// Compares all graphs of two models. Tensors are the same here if they have the same names.
pub(super) fn compare(a: &Model, b: &Model) -> Result<Option<GraphDifference>> {
    match (Comparison { a, b, pairs: Vec::new() }).run() {
        Ok(()) => Ok(None),
        Err(Stop::Different(difference)) => Ok(Some(*difference)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Why a comparison ends early.
enum Stop {
    Different(Box<GraphDifference>),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

type Step = std::result::Result<(), Stop>;

/// Where the comparison is: in a graph of the first model, and in a node of it.
#[derive(Clone, Copy)]
struct Place {
    graph: Option<usize>,
    node: Option<usize>,
}

const NOWHERE: Place = Place { graph: None, node: None };

/// Graphs that have the same place in both models.
struct Pair<'a> {
    a: usize,
    b: usize,
    /// Their values, once they have been compared.
    twins: Option<Twins<'a>>,
}

struct Comparison<'a> {
    a: &'a Model,
    b: &'a Model,
    /// All pairs so far: the entries first. A list in place of recursion, since how deep graphs are nested is up to the file.
    pairs: Vec<Pair<'a>>,
}

impl<'a> Comparison<'a> {
    fn run(&mut self) -> Step {
        let (a, b) = (self.a.graphs(), self.b.graphs());
        self.require(a.is_empty() == b.is_empty(), NOWHERE, format_args!("only one of the models has any"))?;
        a.entries().zip(b.entries()).try_for_each(|(a, b)| self.pair(a, b))?;
        let entries = self.pairs.len();
        let is_same = [a, b].iter().all(|graphs| graphs.entries().count() == entries);
        self.require(is_same, NOWHERE, format_args!("the number of graphs that callers run"))?;
        self.opsets(NOWHERE, a.opsets(), b.opsets())?;
        self.functions(a, b)?;
        let mut next = 0;
        while let Some(Pair { a, b, .. }) = self.pairs.get(next) {
            let twins = self.graph(*a, *b)?;
            self.pairs[next].twins = Some(twins);
            next += 1;
        }
        self.signatures(entries)
    }

    /// Ends the comparison unless this place is the same in both models.
    fn require(&self, is_same: bool, place: Place, what: fmt::Arguments<'_>) -> Step {
        if is_same {
            return Ok(());
        }
        let Place { graph, node } = place;
        let found = graph.and_then(|index| Some((index, self.a.graphs().get(index)?)));
        let node_of = |graph: &'a Graph| graph.node(node?);
        let place = match found.map(|(index, graph)| (self.a.graphs().path(index, None), node_of(graph))) {
            None => String::new(),
            Some((path, None)) => format!("{path}: "),
            Some((path, Some(node))) => format!("{path}, node {} ({}): ", node.index, Name(node.op)),
        };
        let what = memory::format(what, DIFFERENCE)?;
        Err(Stop::Different(Box::new(GraphDifference { graph, node, what, place })))
    }

    /// Puts two graphs on the list.
    fn pair(&mut self, a: usize, b: usize) -> Result<()> {
        memory::push(&mut self.pairs, Pair { a, b, twins: None }, DIFFERENCE)
    }

    fn opsets(&self, place: Place, a: &[Opset], b: &[Opset]) -> Step {
        matched(a, b, |opset| &*opset.domain)?.iter().try_for_each(|both| {
            let domain = both.iter().flatten().next().map_or("", |opset| &*opset.domain);
            let domain = if domain.is_empty() { "ai.onnx" } else { domain };
            self.require(both[0] == both[1], place, format_args!("operator set {}", Name(domain)))
        })
    }

    /// Compares the functions, but their bodies, which it puts on the list.
    fn functions(&mut self, a: &'a Graphs, b: &'a Graphs) -> Step {
        let all = |graphs: &'a Graphs| graphs.functions().iter().enumerate();
        let key = |&(_, function): &(usize, &'a Function)| (&*function.domain, &*function.name, &*function.overload);
        for both in matched(all(a), all(b), key)? {
            let [Some((index_a, of_a)), Some((index_b, of_b))] = both else {
                let (graphs, index) = both[0].map_or((b, both[1]), |found| (a, Some(found)));
                let name = graphs.function_name(index.map_or(0, |(index, _)| index));
                return self.require(false, NOWHERE, format_args!("only one of the models has function {name}"));
            };
            let place = Place { graph: Some(of_a.graph), node: None };
            self.opsets(place, a.function_opsets(index_a), b.function_opsets(index_b))?;
            let names = matched(&of_a.attributes, &of_b.attributes, |name| name.as_str())?;
            self.require(names.iter().all(|[a, b]| a == b), place, format_args!("names of attributes"))?;
            self.pair(of_a.graph, of_b.graph)?;
        }
        Ok(())
    }

    /// Compares two graphs but those inside them, which it puts on the list.
    fn graph(&mut self, index_a: usize, index_b: usize) -> std::result::Result<Twins<'a>, Stop> {
        let (Some(a), Some(b)) = (self.a.graphs().get(index_a), self.b.graphs().get(index_b)) else {
            return Err(Error::new(Kind::Internal, "a graph is not there").into());
        };
        let mut twins = Twins::new(a, b)?;
        let place = Place { graph: Some(index_a), node: None };
        self.require(twins.are_all(a.inputs(), b.inputs()), place, format_args!("inputs"))?;
        self.require(twins.are_all(a.outputs(), b.outputs()), place, format_args!("outputs"))?;
        self.attributes(place, "default of attribute", a.defaults(), b.defaults())?;
        self.initializers(place, a, b, &mut twins)?;
        self.nodes(index_a, a, b, &mut twins)?;
        self.values(place, a, b, &twins)?;
        Ok(twins)
    }

    fn initializers(&self, place: Place, a: &'a Graph, b: &'a Graph, twins: &mut Twins<'a>) -> Step {
        let stored = |graph: &'a Graph| {
            let name = |value: u32| graph.value(value).map_or("", |value| value.name);
            graph.initializers().iter().map(move |found| (name(found.value), found))
        };
        for both in matched(stored(a), stored(b), |(name, _)| *name)? {
            let is_same = match both {
                [Some((_, a)), Some((_, b))] => {
                    twins.are(a.value, b.value) && self.is_same_stored(a.contents, b.contents)
                }
                _ => false,
            };
            let name = both.iter().flatten().next().map_or("", |(name, _)| name);
            self.require(is_same, place, format_args!("initializer {}", Name(name)))?;
        }
        Ok(())
    }

    fn nodes(&mut self, graph: usize, a: &'a Graph, b: &'a Graph, twins: &mut Twins<'a>) -> Step {
        for (of_a, of_b) in a.nodes().zip(b.nodes()) {
            memory::check()?;
            let place = Place { graph: Some(graph), node: Some(of_a.index) };
            let is_same = (of_a.op, of_a.domain, of_a.overload) == (of_b.op, of_b.domain, of_b.overload);
            self.require(is_same, place, format_args!("operator"))?;
            self.require(twins.are_all(of_a.inputs, of_b.inputs), place, format_args!("inputs"))?;
            self.require(twins.are_all(of_a.outputs, of_b.outputs), place, format_args!("outputs"))?;
            self.require(of_a.control == of_b.control, place, format_args!("control edges"))?;
            self.attributes(place, "attribute", a.attributes(&of_a), b.attributes(&of_b))?;
        }
        let place = Place { graph: Some(graph), node: None };
        let (count_a, count_b) = (a.node_count(), b.node_count());
        self.require(count_a == count_b, place, format_args!("number of nodes: {count_a} and {count_b}"))
    }

    /// Compares what is said of values that have twins. The others occur nowhere.
    fn values(&self, place: Place, a: &Graph, b: &Graph, twins: &Twins<'_>) -> Step {
        // The types in a function are those of `value_info`: it takes what the call gives it.
        let is_function = matches!(a.role, Role::Function(_));
        for of_a in a.values() {
            memory::check()?;
            let Some(of_b) = twins.of(of_a.index).and_then(|twin| b.value(twin)) else { continue };
            let is_typed = (of_a.is_input || of_a.is_output) && !is_function;
            let is_same = !is_typed || have_same_type(&of_a, &of_b);
            self.require(is_same, place, format_args!("type of {}", Name(of_a.name)))?;
            let is_same = of_a.quantization == of_b.quantization;
            self.require(is_same, place, format_args!("quantization of {}", Name(of_a.name)))?;
        }
        Ok(())
    }

    /// Compares how callers run the entries, which are so many.
    fn signatures(&self, entries: usize) -> Step {
        let (a, b) = (self.a.graphs().signatures(), self.b.graphs().signatures());
        self.require(a.len() == b.len(), NOWHERE, format_args!("the number of signatures"))?;
        for (of_a, of_b) in a.zip(b) {
            let entry = self.pairs[..entries].binary_search_by_key(&of_a.graph, |pair| pair.a);
            let pair = entry.ok().map(|position| &self.pairs[position]).filter(|pair| pair.b == of_b.graph);
            let twins = pair.and_then(|pair| pair.twins.as_ref());
            let is_same = twins.is_some_and(|twins| are_called_alike(&of_a, &of_b, twins));
            self.require(is_same, NOWHERE, format_args!("signature {}", Name(of_a.key)))?;
        }
        Ok(())
    }
}

fn have_same_type(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a.ty, b.ty) {
        (Some(a), Some(b)) => is_same_type(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Whether callers use the same names for the same values.
fn are_called_alike(a: &Signature<'_>, b: &Signature<'_>, twins: &Twins<'_>) -> bool {
    let is_same = |(a, b): (NamedValue<'_>, NamedValue<'_>)| a.name == b.name && twins.of(a.value) == Some(b.value);
    (a.key, a.inputs().len(), a.outputs().len()) == (b.key, b.inputs().len(), b.outputs().len())
        && a.inputs().zip(b.inputs()).all(is_same)
        && a.outputs().zip(b.outputs()).all(is_same)
}
