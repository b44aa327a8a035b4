//! `weighbridge graph`

mod attribute_json;
mod attributes;
mod dot;
mod json;
mod values;
mod walk;

use std::io::{self, Write};
use std::path::Path;

use weighbridge::error::Printable;
use weighbridge::graph::{Function, Graph, NO_VALUE, Node, OnnxFacts, Opset, Role, Value};
use weighbridge::{Error, Kind, Model};

use crate::args::Graph as Args;
use crate::console::Console;
use crate::failure::Failure;
use crate::names::{LEFT_OUT, Name, OpName, domain_name};
use crate::output::print_metadata;
use attributes::{AttributeText, stored};
pub use values::{ValueDescription, describe};
use walk::{Place, Step, Walk};

pub fn run(args: &Args, console: &mut Console) -> Result<(), Failure> {
    let model = args.model.open_checked(console)?;
    console.tell_notes(model.notes());
    has_graphs(&model, args.model.given())?;
    match args.dot {
        true => Ok(dot::print(console, &model)?),
        false if console.is_human() => print(console, &model),
        false => json::answer(console, &model),
    }
}

/// Some formats hold weights only.
fn has_graphs(model: &Model, path: &Path) -> Result<(), Failure> {
    if model.graphs().is_empty() {
        let message = format!("a {} model holds weights and no graph", model.format());
        return Err(Failure::of_model(Error::new(Kind::Unsupported, message).with_path(path.to_string_lossy())));
    }
    Ok(())
}

fn print(out: &mut impl Write, model: &Model) -> Result<(), Failure> {
    head(out, model)?;
    writeln!(out)?;
    for step in Walk::new(model.graphs(), 0) {
        print_step(out, model, &step)?;
    }
    for (index, function) in model.graphs().functions().iter().enumerate() {
        writeln!(out)?;
        function_head(out, function, model.graphs().function_opsets(index))?;
        for step in Walk::new(model.graphs(), function.graph) {
            print_step(out, model, &step)?;
        }
    }
    Ok(())
}

/// What is said of the model as a whole.
fn head(out: &mut impl Write, model: &Model) -> Result<(), Failure> {
    let graphs = model.graphs();
    writeln!(out, "{}{}", model.format(), origin(model))?;
    writeln!(out, "opsets: {}", opsets(graphs.opsets()))?;
    if let Some(OnnxFacts { domain, model_version, .. }) = &graphs.onnx
        && (!domain.is_empty() || *model_version != 0)
    {
        writeln!(out, "model: {} version {model_version}", Name(domain))?;
    }
    if !graphs.about.documentation.is_empty() {
        writeln!(out, "documentation: {}", Printable(&graphs.about.documentation))?;
    }
    print_metadata(out, model)
}

/// `, IR version 8, made by pytorch 2.1.0`
pub fn origin(model: &Model) -> String {
    let graphs = model.graphs();
    let ir = graphs.ir_version().map_or_else(String::new, |version| format!(", IR version {version}"));
    match &graphs.about {
        about if about.producer.is_empty() => ir,
        about if about.producer_version.is_empty() => format!("{ir}, made by {}", Printable(&about.producer)),
        about => format!("{ir}, made by {} {}", Printable(&about.producer), Printable(&about.producer_version)),
    }
}

/// `ai.onnx 17, com.microsoft 1`
pub fn opsets(opsets: &[Opset]) -> String {
    let texts: Vec<_> =
        opsets.iter().map(|opset| format!("{} {}", Name(domain_name(&opset.domain)), opset.version)).collect();
    texts.join(", ")
}

fn function_head(out: &mut impl Write, function: &Function, imports: &[Opset]) -> io::Result<()> {
    write!(out, "function {}", OpName(&function.domain, &function.name))?;
    if !function.overload.is_empty() {
        write!(out, ", overload {}", Name(&function.overload))?;
    }
    writeln!(out)?;
    for name in &function.attributes {
        writeln!(out, "  attribute {}", Name(name))?;
    }
    for name in &function.defaults {
        writeln!(out, "  attribute {} with a default", Name(name))?;
    }
    writeln!(out, "  opsets: {}", opsets(imports))
}

fn print_step(out: &mut impl Write, model: &Model, step: &Step<'_>) -> io::Result<()> {
    match step {
        Step::Begin { graph, depth, place, .. } => {
            let indent = indent(*depth);
            graph_head(out, graph, *place, &indent)?;
            graph_body(out, model, graph, &indent)
        }
        Step::Node { graph, depth, node, .. } => {
            write!(out, "{}    ", indent(*depth))?;
            print_node(out, model, graph, node)
        }
        Step::End => Ok(()),
    }
}

/// Spaces for a graph with so many around it. There is an end to it: how deep graphs are nested is up to the file.
fn indent(depth: usize) -> String {
    const DEEPEST: usize = 16;
    "      ".repeat(depth.min(DEEPEST))
}

fn graph_head(out: &mut impl Write, graph: &Graph, place: Option<Place<'_>>, indent: &str) -> io::Result<()> {
    match place {
        Some(place) => write!(out, "{indent}{place}: graph")?,
        // The head of the function has been printed.
        None if matches!(graph.role, Role::Function(_)) => return Ok(()),
        None => write!(out, "graph")?,
    }
    if !graph.name.is_empty() {
        write!(out, " {}", Name(&graph.name))?;
    }
    writeln!(out)?;
    if !graph.documentation.is_empty() {
        writeln!(out, "{indent}  documentation: {}", Printable(&graph.documentation))?;
    }
    for (key, value) in &graph.metadata {
        writeln!(out, "{indent}  metadata: {} = {}", Printable(key), Printable(value))?;
    }
    Ok(())
}

/// All of a graph but its nodes.
fn graph_body(out: &mut impl Write, model: &Model, graph: &Graph, indent: &str) -> io::Result<()> {
    section(out, indent, "inputs", graph.inputs().len())?;
    for value in graph.inputs().iter().filter_map(|index| graph.value(*index)) {
        let default = if value.initializer.is_some() { "  with a default" } else { "" };
        write!(out, "{indent}    ")?;
        print_value(out, model, &value)?;
        writeln!(out, "{default}")?;
    }
    section(out, indent, "outputs", graph.outputs().len())?;
    for value in graph.outputs().iter().filter_map(|index| graph.value(*index)) {
        write!(out, "{indent}    ")?;
        print_value(out, model, &value)?;
        writeln!(out)?;
    }
    section(out, indent, "initializers", graph.initializers().len())?;
    for initializer in graph.initializers() {
        let name = graph.value(initializer.value).map_or("", |value| value.name);
        writeln!(out, "{indent}    {}  {}", Name(name), stored(model, initializer.contents))?;
    }
    section(out, indent, "nodes", graph.node_count())
}

fn section(out: &mut impl Write, indent: &str, title: &str, len: usize) -> io::Result<()> {
    if len > 0 { writeln!(out, "{indent}  {title}") } else { Ok(()) }
}

/// The name of a value, and its type as far as it is known.
pub fn print_value(out: &mut impl Write, model: &Model, value: &Value<'_>) -> io::Result<()> {
    write!(out, "{}", Name(value.name))?;
    match (value.ty, value.initializer) {
        (Some(ty), _) => write!(out, "  {ty}"),
        (None, Some(contents)) => write!(out, "  {}", stored(model, contents)),
        (None, None) => Ok(()),
    }
}

/// `3  Softmax /layers.0/softmax: (x) → (y)  axis = -1`
fn print_node(out: &mut impl Write, model: &Model, graph: &Graph, node: &Node<'_>) -> io::Result<()> {
    write!(out, "{}  {}", node.index, OpName(node.domain, node.op))?;
    if !node.overload.is_empty() {
        write!(out, ":{}", Name(node.overload))?;
    }
    if !node.name.is_empty() {
        write!(out, " {}", Name(node.name))?;
    }
    write!(out, ": (")?;
    print_values(out, graph, node.inputs)?;
    write!(out, ") → (")?;
    print_values(out, graph, node.outputs)?;
    write!(out, ")")?;
    // Graphs are printed below the node.
    for attribute in graph.attributes(node).filter(|attribute| attribute.graphs().is_empty()) {
        write!(out, "  {}", AttributeText { model, attribute })?;
    }
    writeln!(out)
}

fn print_values(out: &mut impl Write, graph: &Graph, values: &[u32]) -> io::Result<()> {
    for (position, index) in values.iter().enumerate() {
        if position > 0 {
            write!(out, ", ")?;
        }
        match graph.value(*index) {
            Some(value) if *index != NO_VALUE => write!(out, "{}", Name(value.name))?,
            _ => write!(out, "{LEFT_OUT}")?,
        }
    }
    Ok(())
}
