//! The model: what the file says of itself, its graphs, its functions, its tensors.

use std::collections::HashSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::ops::Range;

use super::graph::GraphReader;
use super::proto::{OperatorSetIdProto, StringStringEntryProto};
use super::tensors::Tensors;
use super::{FORMAT, directory, schema};
use crate::error::{Error, Result};
use crate::finding::{Finding, Severity};
use crate::formats::protobuf::{Skeleton, fields, scan};
use crate::formats::{Parsed, assets};
use crate::graph::{Graph, Graphs, Opset, Role};
use crate::limits::Limits;
use crate::storage::{Location, Source};

pub(super) fn read(location: &Location, limits: &Limits) -> Result<Parsed> {
    let source = directory::entry(location)?;
    let mut parsed = read_file(location, &source, limits).map_err(|e| e.path(source.path()))?;
    if location.entry().is_none() {
        let parts: HashSet<&str> = parsed.weights.iter().map(|file| file.source.name()).collect();
        parsed.assets = assets(location.listing()?, |name| parts.contains(name));
    }
    Ok(parsed)
}

fn read_file(location: &Location, source: &Source, limits: &Limits) -> Result<Parsed> {
    let skeleton = scan(source, &schema::SCHEMA, limits)?;
    let mut reader = ModelReader {
        skeleton: &skeleton,
        graphs: Graphs::default(),
        tensors: Tensors::new(location, source.clone(), limits),
        findings: Vec::new(),
    };
    let metadata = reader.read()?;
    let ModelReader { mut graphs, tensors, findings, .. } = reader;
    let mut loaded = tensors.finish()?;
    graphs.place_tensors(&loaded.places);
    if let Some(model) = loaded.weights.first_mut() {
        model.headers = skeleton.headers();
    }
    Ok(Parsed {
        format: FORMAT.name,
        weights: loaded.weights,
        descriptions: Vec::new(),
        tensors: loaded.table,
        unindexed: Vec::new(),
        metadata,
        assets: Vec::new(),
        warnings: loaded.warnings,
        claims: loaded.claims,
        graphs: Some(graphs),
        findings,
    })
}

/// What the parts of a model are read into.
pub(super) struct ModelReader<'s, 't> {
    pub skeleton: &'s Skeleton,
    pub graphs: Graphs,
    pub tensors: Tensors<'t>,
    pub findings: Vec<Finding>,
}

impl ModelReader<'_, '_> {
    /// Reads everything; returns the metadata.
    fn read(&mut self) -> Result<BTreeMap<String, String>> {
        let skeleton = self.skeleton;
        let text = &skeleton.text;
        let (mut graph, mut functions, mut metadata) = (None, Vec::new(), Vec::new());
        for (number, value) in fields(text, 0..text.len()) {
            match number {
                1 => self.graphs.ir_version = Some(value.int()),
                2 => self.graphs.producer.0 = skeleton.string(value.range())?,
                3 => self.graphs.producer.1 = skeleton.string(value.range())?,
                4 => self.graphs.domain.0 = skeleton.string(value.range())?,
                5 => self.graphs.domain.1 = value.int(),
                6 => self.graphs.documentation = skeleton.string(value.range())?,
                7 => graph = Some(value.range()),
                8 => self.graphs.opsets.push(opset(skeleton, value.range())?),
                14 => metadata.push(entry(skeleton, value.range())?),
                20 => self.note_training(),
                25 => functions.push(value.range()),
                _ => {}
            }
        }
        let graph = graph.ok_or_else(|| Error::format("the model has no graph: is this an ONNX model?"))?;
        self.graph(graph, Role::Main, "main", "")?;
        for function in functions {
            self.function(function)?;
        }
        self.graphs.sort_functions();
        Ok(self.unique(metadata))
    }

    /// Reads a graph and those inside it, and returns its index.
    pub(super) fn graph(&mut self, range: Range<usize>, role: Role, path: &str, scope: &str) -> Result<usize> {
        let index = self.reserve(role);
        let graph = GraphReader::new(self, index, role, path, scope).read_graph(range)?;
        self.graphs.graphs[index] = graph;
        Ok(index)
    }

    fn function(&mut self, range: Range<usize>) -> Result<()> {
        let role = Role::Function(self.graphs.functions.len());
        let index = self.reserve(role);
        let (function, graph) = GraphReader::new(self, index, role, "", "").read_function(range)?;
        self.graphs.functions.push(function);
        self.graphs.graphs[index] = graph;
        Ok(())
    }

    /// The place of a graph comes before those of the graphs inside it.
    fn reserve(&mut self, role: Role) -> usize {
        self.graphs.graphs.push(Graph::empty(role, self.skeleton.text.clone()));
        self.graphs.graphs.len() - 1
    }

    fn note_training(&mut self) {
        let message = "the model holds training graphs, which are not read";
        self.findings.push(Finding::new(Severity::Info, "onnx.model.training", "", message));
    }

    /// The first value of each key.
    fn unique(&mut self, entries: Vec<(String, String)>) -> BTreeMap<String, String> {
        let mut metadata = BTreeMap::new();
        for (key, value) in entries {
            match metadata.entry(key) {
                Entry::Vacant(place) => _ = place.insert(value),
                Entry::Occupied(first) => {
                    let message = format!("metadata_props has the key \"{}\" twice; the first counts", first.key());
                    self.findings.push(Finding::new(Severity::Error, "onnx.model.metadata_unique", "", message));
                }
            }
        }
        metadata
    }
}

pub(super) fn opset(skeleton: &Skeleton, range: Range<usize>) -> Result<Opset> {
    let OperatorSetIdProto { domain, version } = skeleton.message(range)?;
    Ok(Opset { domain: plain_domain(&domain.unwrap_or_default()).to_owned(), version: version.unwrap_or_default() })
}

pub(super) fn entry(skeleton: &Skeleton, range: Range<usize>) -> Result<(String, String)> {
    let StringStringEntryProto { key, value } = skeleton.message(range)?;
    Ok((key.unwrap_or_default(), value.unwrap_or_default()))
}

/// The default domain has two spellings: this, and nothing.
pub(super) const DEFAULT_DOMAIN: &str = "ai.onnx";

pub(super) fn plain_domain(domain: &str) -> &str {
    if domain == DEFAULT_DOMAIN { "" } else { domain }
}
