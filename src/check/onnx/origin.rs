//! What decides what runs: the data, or nothing but the shapes of the inputs and constants.
//!
//! Values are followed back to where they come from. Each is asked about once, so this takes time and memory in proportion
//! to the part of the model that is reached, and loops, which lead back to themselves, do no harm: nothing depends on
//! data unless a chain of values leads to some.

use hashbrown::HashMap;

use super::bindings::{Bindings, SCAN_WITHOUT_LENGTHS, callee, held, is_flow};
use super::scope::Scopes;
use super::shaping::{MEASURES, is_pure, is_random, shaping_inputs};
use crate::error::{Error, Result};
use crate::graph::{Graphs, NO_VALUE, Node, Role};
use crate::memory;

/// What memory is asked for.
const ORIGINS: &str = "the origins of values";

/// From this version of the representation on, an initializer that is an input is only its default.
pub(super) const IR_OF_DEFAULTS: i64 = 4;

/// What is asked about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Aspect {
    Contents,
    /// Of a sequence, how many elements it has and what shape these have.
    Shape,
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Value(u32),
    /// All that the outputs of a node depend on, except what they are bound to.
    Node(usize),
}

/// Whether something of the graph with an index depends on data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    graph: usize,
    of: Of,
    aspect: Aspect,
}

/// Questions, and which depend on the answers to which.
struct Origins<'a> {
    graphs: &'a Graphs,
    scopes: &'a Scopes<'a>,
    bindings: Bindings,
    numbers: HashMap<Question, usize>,
    questions: Vec<Question>,
    /// For each question the last of the edges that lead from it.
    edges_of: Vec<Option<usize>>,
    /// The question that an edge leads to, and the edge before it from the same question.
    edges: Vec<(usize, Option<usize>)>,
    /// For each question, whether the answer is known to be yes.
    is_data: Vec<bool>,
    /// Questions of which the answer is yes and has not been passed on.
    pending: Vec<usize>,
}

/// For each of these nodes, all that decide which of their graphs run or how often, whether data does it.
pub(super) fn are_decided_by_data(graphs: &Graphs, scopes: &Scopes<'_>, nodes: &[(usize, usize)]) -> Result<Vec<bool>> {
    let mut origins = Origins {
        graphs,
        scopes,
        bindings: Bindings::of(graphs, scopes, nodes)?,
        numbers: HashMap::new(),
        questions: Vec::new(),
        edges_of: Vec::new(),
        edges: Vec::new(),
        is_data: Vec::new(),
        pending: Vec::new(),
    };
    let numbers = nodes
        .iter()
        .map(|(graph, node)| origins.number(Question { graph: *graph, of: Of::Node(*node), aspect: Aspect::Contents }));
    let numbers: Vec<usize> = memory::try_collect(numbers, ORIGINS)?;
    origins.answer()?;
    memory::collect(numbers.iter().map(|number| origins.is_data[*number]), ORIGINS)
}

impl<'a> Origins<'a> {
    fn answer(&mut self) -> Result<()> {
        let mut next = 0;
        while let Some(question) = self.questions.get(next).copied() {
            memory::check()?;
            match question.of {
                Of::Value(value) => self.follow_value(next, question, value)?,
                Of::Node(node) => self.follow_node(next, question, node)?,
            }
            next += 1;
        }
        while let Some(known) = self.pending.pop() {
            let mut edge = self.edges_of[known];
            while let Some(number) = edge {
                let (dependent, before) = self.edges[number];
                self.answer_yes(dependent)?;
                edge = before;
            }
        }
        Ok(())
    }

    fn follow_value(&mut self, asked: usize, question: Question, index: u32) -> Result<()> {
        let Question { graph, aspect, .. } = question;
        let found = self.graphs.get(graph).and_then(|around| Some((around.role, around.value(index)?)));
        let Some((role, value)) = found else { return self.answer_yes(asked) };
        let is_default = value.is_input && self.scopes.ir >= IR_OF_DEFAULTS;
        if value.initializer.is_some() && !is_default {
            return Ok(());
        }
        for binding in self.bindings.of_value((graph, index)) {
            let (graph, source) = self.bindings.source(binding);
            self.depend(asked, Question { graph, of: Of::Value(source), aspect })?;
        }
        if let Some(producer) = value.producer {
            return self.depend(asked, Question { of: Of::Node(producer), ..question });
        }
        if value.is_input {
            return if self.is_given(role, aspect) { self.answer_yes(asked) } else { Ok(()) };
        }
        match self.graphs.outer(graph, value.name) {
            Some((graph, value)) => self.depend(asked, Question { graph, of: Of::Value(value), aspect }),
            None => self.answer_yes(asked),
        }
    }

    /// Whether what is asked about inputs of a graph is given by who runs the model, or by a node that nobody knows.
    fn is_given(&self, role: Role, aspect: Aspect) -> bool {
        match role {
            Role::Entry => aspect == Aspect::Contents,
            Role::Function(_) => false,
            Role::Subgraph { graph, node, .. } => {
                let holder = self.graphs.get(graph).and_then(|around| around.node(node));
                !holder.is_some_and(|holder| is_flow(&holder))
            }
        }
    }

    fn follow_node(&mut self, asked: usize, question: Question, index: usize) -> Result<()> {
        let Question { graph, aspect, .. } = question;
        let Some(node) = self.graphs.get(graph).and_then(|graph| graph.node(index)) else {
            return self.answer_yes(asked);
        };
        if is_flow(&node) {
            return self.follow_decision(asked, graph, &node);
        }
        if !is_pure(&node) {
            // What a call makes is bound to what its function makes.
            return if callee(self.graphs, &node).is_some() { Ok(()) } else { self.answer_yes(asked) };
        }
        match aspect {
            Aspect::Contents if is_random(&node) => self.answer_yes(asked),
            Aspect::Contents if MEASURES.contains(&node.op) => {
                self.depend_on(asked, graph, node.inputs.iter().copied(), Aspect::Shape)
            }
            Aspect::Contents => self.depend_on(asked, graph, node.inputs.iter().copied(), Aspect::Contents),
            Aspect::Shape => {
                self.depend_on(asked, graph, node.inputs.iter().copied(), Aspect::Shape)?;
                self.depend_on(asked, graph, shaping_inputs(&node), Aspect::Contents)
            }
        }
    }

    /// What decides which graphs of a node run, or how often.
    fn follow_decision(&mut self, asked: usize, graph: usize, node: &Node<'_>) -> Result<()> {
        let first = node.inputs.get(..1).unwrap_or_default();
        match node.op {
            "If" => self.depend_on(asked, graph, first.iter().copied(), Aspect::Contents),
            "Loop" => {
                self.depend_on(asked, graph, node.inputs.iter().take(2).copied(), Aspect::Contents)?;
                self.depend_on_condition(asked, graph, node)
            }
            _ => {
                let has_lengths = self.scopes.version(graph, "").is_some_and(|version| version < SCAN_WITHOUT_LENGTHS);
                let lengths = if node.op == "Scan" && has_lengths { first } else { &[] };
                self.depend_on(asked, graph, lengths.iter().copied(), Aspect::Contents)?;
                self.depend_on(asked, graph, node.inputs.iter().copied(), Aspect::Shape)
            }
        }
    }

    /// The first output of the body of a loop says whether it goes on.
    fn depend_on_condition(&mut self, asked: usize, graph: usize, node: &Node<'_>) -> Result<()> {
        let graphs = self.graphs;
        let index = graphs.get(graph).and_then(|around| held(around, node, "body"));
        let body = index.and_then(|index| Some((index, graphs.get(index)?)));
        let Some((index, body)) = body else { return self.answer_yes(asked) };
        self.depend_on(asked, index, body.outputs().iter().take(1).copied(), Aspect::Contents)
    }

    fn depend_on(
        &mut self,
        asked: usize,
        graph: usize,
        values: impl IntoIterator<Item = u32>,
        aspect: Aspect,
    ) -> Result<()> {
        for value in values.into_iter().filter(|value| *value != NO_VALUE) {
            self.depend(asked, Question { graph, of: Of::Value(value), aspect })?;
        }
        Ok(())
    }

    /// Notes that the answer to a question is yes if that to another is.
    fn depend(&mut self, asked: usize, on: Question) -> Result<()> {
        let on = self.number(on)?;
        memory::push(&mut self.edges, (asked, self.edges_of[on]), ORIGINS)?;
        self.edges_of[on] = Some(self.edges.len() - 1);
        Ok(())
    }

    /// The number of a question, which is asked if it was not before.
    fn number(&mut self, question: Question) -> Result<usize> {
        if let Some(number) = self.numbers.get(&question) {
            return Ok(*number);
        }
        let number = self.questions.len();
        self.numbers.try_reserve(1).map_err(|_| Error::out_of_memory(ORIGINS, 1))?;
        self.numbers.insert(question, number);
        memory::push(&mut self.questions, question, ORIGINS)?;
        memory::push(&mut self.edges_of, None, ORIGINS)?;
        memory::push(&mut self.is_data, false, ORIGINS)?;
        Ok(number)
    }

    fn answer_yes(&mut self, question: usize) -> Result<()> {
        if std::mem::replace(&mut self.is_data[question], true) {
            return Ok(());
        }
        memory::push(&mut self.pending, question, ORIGINS)
    }
}
