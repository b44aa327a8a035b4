//! Signatures: how callers run a graph.

use super::rows::Name;
use super::text::{Text, name_of};
use super::{Graph, Graphs, NO_VALUE};
use crate::error::{Error, Kind, Printable, Result};
use crate::memory;

/// How callers run an entry: by which names they give its inputs and take its outputs. These may differ from the names of
/// the values.
#[derive(Debug, Clone, Copy)]
pub struct Signature<'a> {
    /// What callers ask for it by, unique in the model; empty if the format does not name it.
    pub key: &'a str,
    /// Index of the graph that it runs.
    pub graph: usize,
    inputs: &'a [NamedRow],
    outputs: &'a [NamedRow],
    text: &'a Text,
}

/// An input or output of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedValue<'a> {
    /// The name for callers.
    pub name: &'a str,
    /// Index of the value in the graph; [`NO_VALUE`](super::NO_VALUE) where a broken model does not say which.
    pub value: u32,
}

impl<'a> Signature<'a> {
    /// What callers give, in order. What has an initializer may be left out.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = NamedValue<'a>> + Clone + use<'a> {
        named(self.text, self.inputs)
    }

    /// What callers get, in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = NamedValue<'a>> + Clone + use<'a> {
        named(self.text, self.outputs)
    }

    /// The input at `index`.
    pub fn input(&self, index: usize) -> Option<NamedValue<'a>> {
        named(self.text, self.inputs.get(index..)?).next()
    }

    /// The output at `index`.
    pub fn output(&self, index: usize) -> Option<NamedValue<'a>> {
        named(self.text, self.outputs.get(index..)?).next()
    }
}

fn named<'a>(text: &'a Text, rows: &'a [NamedRow]) -> impl ExactSizeIterator<Item = NamedValue<'a>> + Clone + use<'a> {
    rows.iter().map(|row| NamedValue { name: text.str(row.name), value: row.value })
}

/// A name in the text of the graph, and a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct NamedRow {
    name: Name,
    value: u32,
}

#[derive(Debug)]
pub(super) struct SignatureRow {
    key: String,
    graph: usize,
    inputs: Vec<NamedRow>,
    outputs: Vec<NamedRow>,
}

impl Graphs {
    /// The ways in which callers run the model.
    pub fn signatures(&self) -> impl ExactSizeIterator<Item = Signature<'_>> + Clone {
        self.signatures.iter().map(|row| self.signature_of(row))
    }

    /// The signature at `index`.
    pub fn signature(&self, index: usize) -> Option<Signature<'_>> {
        self.signatures.get(index).map(|row| self.signature_of(row))
    }

    fn signature_of<'a>(&'a self, row: &'a SignatureRow) -> Signature<'a> {
        let SignatureRow { key, graph, inputs, outputs } = row;
        Signature { key, graph: *graph, inputs, outputs, text: &self.graphs[*graph].text }
    }

    /// Adds the signature of a graph whose inputs and outputs callers name as the graph does.
    pub(crate) fn add_own_signature(&mut self, key: &str, graph: usize) -> Result<()> {
        let found = &self.graphs[graph];
        let (inputs, outputs) = (own_names(found, &found.inputs)?, own_names(found, &found.outputs)?);
        memory::push(
            &mut self.signatures,
            SignatureRow { key: key.to_owned(), graph, inputs, outputs },
            "the signatures",
        )
    }

    /// Adds a signature: inputs and outputs by name, each a value of the graph.
    #[cfg_attr(not(test), expect(dead_code, reason = "ONNX has no names for callers; formats that do need it"))]
    pub(crate) fn add_signature(
        &mut self,
        key: &str,
        graph: usize,
        [inputs, outputs]: [&[(&str, u32)]; 2],
    ) -> Result<()> {
        let found = &mut self.graphs[graph];
        let (inputs, outputs) = (other_names(found, inputs)?, other_names(found, outputs)?);
        memory::push(
            &mut self.signatures,
            SignatureRow { key: key.to_owned(), graph, inputs, outputs },
            "the signatures",
        )
    }
}

/// Values by their own names.
fn own_names(graph: &Graph, values: &[u32]) -> Result<Vec<NamedRow>> {
    let mut rows = room(values.len())?;
    let name = |value: u32| graph.values.get(value as usize).map(|row| row.name).unwrap_or_default();
    rows.extend(values.iter().map(|value| NamedRow { name: name(*value), value: *value }));
    Ok(rows)
}

/// Values by names that callers use.
fn other_names(graph: &mut Graph, values: &[(&str, u32)]) -> Result<Vec<NamedRow>> {
    let mut rows = room(values.len())?;
    for (name, value) in values {
        let count = graph.values.len();
        if *value != NO_VALUE && *value as usize >= count {
            let name = Printable(name);
            let message = format!("signature input or output {name} is value {value}; the graph has {count} values");
            return Err(Error::new(Kind::Format, message));
        }
        rows.push(NamedRow { name: name_of(graph.text.keep(name)?)?, value: *value });
    }
    Ok(rows)
}

fn room(count: usize) -> Result<Vec<NamedRow>> {
    memory::list(count, "the signature")
}
