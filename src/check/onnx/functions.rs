//! The functions that a model defines: what they are called, whom they call, and which operators they build on.

use std::collections::btree_set::{self, BTreeSet};

use hashbrown::{HashMap, HashSet, TryReserveError};

use super::lookup::spelled;
use super::schema::Op;
use super::scope::{IR_OF_FUNCTIONS, Scopes};
use crate::check::collector::{Collector, Site, quoted};
use crate::error::{Error, Result};
use crate::finding::rules::{
    FUNCTION_CALL, FUNCTION_COUNT, FUNCTION_CYCLE, FUNCTION_DEPTH, FUNCTION_DUPLICATE, FUNCTION_IGNORED, FUNCTION_NAME,
    FUNCTION_OPSET, FUNCTION_SIGNATURE,
};
use crate::graph::{Function, Graph, Graphs, Node};
use crate::memory;

/// What memory is asked for.
const FUNCTIONS: &str = "the functions that are checked";

/// More functions than any real model has; onnx.checker draws the line here too.
const MOST_FUNCTIONS: usize = 10_000;

/// The longest chain of calls.
const MOST_DEPTH: usize = 100;

pub(super) fn check(graphs: &Graphs, scopes: &Scopes<'_>, collector: &mut Collector<'_>) {
    let count = graphs.functions().len();
    if count > 0 && scopes.ir < IR_OF_FUNCTIONS {
        let ir = scopes.ir;
        collector.add(FUNCTION_IGNORED, Site::MODEL, || {
            format!("the model has functions, which ir_version {ir} ignores: they require ir_version {IR_OF_FUNCTIONS}")
        });
        return;
    }
    if count > MOST_FUNCTIONS {
        collector
            .add(FUNCTION_COUNT, Site::MODEL, || format!("{count} functions; at most {MOST_FUNCTIONS} are allowed"));
        return;
    }
    let Some(everywhere) = collector.note(imports_of_all(graphs)) else { return };
    let mut ids = HashSet::new();
    let Some(()) = collector.note(ids.try_reserve(count).map_err(no_memory)) else { return };
    for function in graphs.functions() {
        if !collector.has_memory() {
            return;
        }
        let site = Site::graph(function.graph);
        if function.name.is_empty() {
            collector.add(FUNCTION_NAME, site, || "the function has no name");
        }
        if !ids.insert((&function.domain, &function.name, &function.overload)) {
            collector.add(FUNCTION_DUPLICATE, site, || "another function has the same domain, name and overload");
        }
        let Some(body) = graphs.get(function.graph) else { continue };
        check_signature(function, body, collector);
        check_opsets(scopes, &everywhere, function, body, collector);
    }
    let Some(callees) = collector.note(callees(graphs, scopes)) else { return };
    check_calls(&callees, graphs, collector);
}

fn no_memory(_: TryReserveError) -> Error {
    Error::out_of_memory(FUNCTIONS, 1)
}

/// A call may leave out what comes last, but cannot give or take more than the function has.
pub(super) fn check_call(
    graphs: &Graphs,
    function: &Function,
    node: &Node<'_>,
    site: Site,
    collector: &mut Collector<'_>,
) {
    let Some(body) = graphs.get(function.graph) else { return };
    let inputs = ("inputs", node.inputs.len(), body.inputs().len());
    for (what, actual, most) in [inputs, ("outputs", node.outputs.len(), body.outputs().len())] {
        if actual > most {
            let name = quoted(&function.name);
            collector.add(FUNCTION_CALL, site, || format!("{actual} {what}; function {name} has {most}"));
        }
    }
}

/// For each function, the functions that it calls, in its body or in graphs inside it.
fn callees(graphs: &Graphs, scopes: &Scopes<'_>) -> Result<Vec<BTreeSet<usize>>> {
    let mut callees = memory::filled(BTreeSet::new(), graphs.functions().len(), FUNCTIONS)?;
    for (index, graph) in graphs.iter().enumerate() {
        let Some(callees) = scopes.function(index).and_then(|caller| callees.get_mut(caller)) else { continue };
        for callee in graph.nodes().filter_map(|node| graphs.function(node.domain, node.op, node.overload)) {
            memory::check()?;
            callees.insert(callee);
        }
    }
    Ok(callees)
}

fn check_signature(function: &Function, body: &Graph, collector: &mut Collector<'_>) {
    let site = Site::graph(function.graph);
    let outputs = body.outputs().iter().filter_map(|output| body.value(*output)).map(|output| output.name);
    let attributes = function.attributes.iter().map(String::as_str);
    let mut seen = HashSet::new();
    let most = body.outputs().len().max(function.attributes.len());
    let Some(()) = collector.note(seen.try_reserve(most).map_err(no_memory)) else { return };
    for name in outputs.filter(|name| !seen.insert(*name)) {
        collector
            .add(FUNCTION_SIGNATURE, site, || format!("the function has two outputs with the name {}", quoted(name)));
    }
    seen.clear();
    for name in attributes.filter(|name| !seen.insert(*name)) {
        collector.add(FUNCTION_SIGNATURE, site, || format!("the function declares attribute {} twice", quoted(name)));
    }
}

/// What the model and its functions import: of each domain the first version counts.
fn imports_of_all(graphs: &Graphs) -> Result<HashMap<&str, i64>> {
    let mut imports = HashMap::new();
    let of_functions = (0..graphs.functions().len()).flat_map(|function| graphs.function_opsets(function));
    for opset in graphs.opsets().iter().chain(of_functions) {
        imports.try_reserve(1).map_err(no_memory)?;
        imports.entry(opset.domain.as_str()).or_insert(opset.version);
    }
    Ok(imports)
}

/// A function that is inlined must mean the same: its operators have to be of the same version under the model's imports.
fn check_opsets(
    scopes: &Scopes<'_>,
    everywhere: &HashMap<&str, i64>,
    function: &Function,
    body: &Graph,
    collector: &mut Collector<'_>,
) {
    for node in body.nodes() {
        let own = scopes.version(function.graph, node.domain);
        let Some((own, other)) = own.zip(everywhere.get(node.domain).copied()) else { continue };
        let Some(op) = Op::find(node.domain, node.op).filter(|_| own != other) else { continue };
        let since = |version| op.at(version).map(|schema| schema.since);
        if since(own) != since(other) {
            collector.add(FUNCTION_OPSET, Site::node(function.graph, node.index), || {
                let domain = spelled(node.domain);
                format!(
                    "`{}` is not the same in version {own} of `{domain}`, which the function imports, and in {other}, \
                     which the model imports",
                    op.name
                )
            });
        }
    }
}

/// Where the walk along calls is with a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unseen,
    Open,
    /// Its longest chain of calls has so many functions.
    Done(usize),
}

/// No function calls itself, not even through others, and no chain of calls is too long.
fn check_calls(callees: &[BTreeSet<usize>], graphs: &Graphs, collector: &mut Collector<'_>) {
    let Some(mut states) = collector.note(memory::filled(State::Unseen, callees.len(), FUNCTIONS)) else { return };
    for root in 0..callees.len() {
        if states[root] == State::Unseen {
            walk(root, callees, &mut states, graphs, collector);
        }
    }
}

/// One function on the way down, and which of its callees are still to be looked at.
struct Step<'a> {
    function: usize,
    rest: btree_set::Iter<'a, usize>,
    deepest: usize,
}

fn walk(
    root: usize,
    callees: &[BTreeSet<usize>],
    states: &mut [State],
    graphs: &Graphs,
    collector: &mut Collector<'_>,
) {
    let step = |function: usize| Step { function, rest: callees[function].iter(), deepest: 0 };
    let mut path = vec![step(root)];
    states[root] = State::Open;
    while let Some(top) = path.last_mut() {
        let Some(callee) = top.rest.next().copied() else {
            let depth = top.deepest + 1;
            finish(top.function, depth, states, graphs, collector);
            path.pop();
            if let Some(caller) = path.last_mut() {
                caller.deepest = caller.deepest.max(depth);
            }
            continue;
        };
        match states[callee] {
            State::Done(depth) => top.deepest = top.deepest.max(depth),
            State::Unseen => {
                states[callee] = State::Open;
                let Some(()) = collector.note(memory::push(&mut path, step(callee), FUNCTIONS)) else { return };
            }
            State::Open => {
                let cycle = path.iter().skip_while(|step| step.function != callee).map(|step| step.function);
                report_cycle(callee, cycle, graphs, collector);
            }
        }
    }
}

fn finish(function: usize, depth: usize, states: &mut [State], graphs: &Graphs, collector: &mut Collector<'_>) {
    states[function] = State::Done(depth);
    // Longer chains contain this one, so it is reported only once.
    if depth == MOST_DEPTH + 1
        && let Some(function) = graphs.functions().get(function)
    {
        collector.add(FUNCTION_DEPTH, Site::graph(function.graph), || {
            format!("a chain of calls that begins here has more than {MOST_DEPTH} functions")
        });
    }
}

fn report_cycle(first: usize, cycle: impl Iterator<Item = usize>, graphs: &Graphs, collector: &mut Collector<'_>) {
    /// The maximum number of functions of a cycle that a message names.
    const MOST_NAMES: usize = 8;
    let Some(function) = graphs.functions().get(first) else { return };
    collector.add(FUNCTION_CYCLE, Site::graph(function.graph), || {
        let names: Vec<_> = cycle.take(MOST_NAMES).chain([first]).map(|index| graphs.function_name(index)).collect();
        format!("functions may not call themselves: {}", names.join(" → "))
    });
}
