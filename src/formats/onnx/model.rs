//! The model: what the file says of itself, its graphs, its functions, its tensors.

use std::collections::HashSet;
use std::collections::btree_map::{BTreeMap, Entry};

use super::found::{Found, entry, opset};
use super::tensors::Tensors;
use super::{FORMAT, directory, function, graph, probe, schema};
use crate::error::{Error, Kind, Result};
use crate::finding::Severity;
use crate::formats::protobuf::{fields, scan};
use crate::formats::{Head, Parsed, assets};
use crate::graph::{Graphs, OnnxFacts};
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
    let skeleton = scan(source, &schema::SCHEMA, limits).map_err(|e| explain(e, source))?;
    let mut found = Found {
        skeleton: &skeleton,
        graphs: Graphs::default(),
        facts: OnnxFacts::default(),
        tensors: Tensors::new(location, source.clone(), limits),
        findings: Vec::new(),
    };
    let metadata = read_model(&mut found)?;
    let Found { mut graphs, facts, tensors, findings, .. } = found;
    graphs.onnx = Some(facts);
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

/// A file that does not even begin like a model is known by its name only.
fn explain(error: Error, source: &Source) -> Error {
    let is_model = Head::of(source).is_ok_and(|head| probe(&head));
    match error.place().offset {
        Some(offset) if !is_model && error.kind() == Kind::Format => {
            Error::format(format!("this is no ONNX model: {}", error.message())).offset(offset)
        }
        _ => error,
    }
}

/// Reads everything; returns the metadata.
fn read_model(found: &mut Found<'_, '_>) -> Result<BTreeMap<String, String>> {
    let skeleton = found.skeleton;
    let text = &skeleton.text;
    let (mut main, mut functions, mut metadata) = (None, Vec::new(), Vec::new());
    for (number, value) in fields(text, 0..text.len()) {
        let Found { graphs: Graphs { about, .. }, facts, .. } = found;
        match number {
            1 => facts.ir_version = Some(value.int()),
            2 => about.producer = skeleton.string(value.range())?,
            3 => about.producer_version = skeleton.string(value.range())?,
            4 => facts.domain = skeleton.string(value.range())?,
            5 => facts.model_version = value.int(),
            6 => about.documentation = skeleton.string(value.range())?,
            7 => main = Some(value.range()),
            8 => facts.opsets.push(opset(skeleton, value.range())?),
            14 => metadata.push(entry(skeleton, value.range())?),
            20 => found.find(Severity::Info, "onnx.model.training", "", TRAINING.to_owned()),
            25 => functions.push(value.range()),
            _ => {}
        }
    }
    let main = main.ok_or_else(|| Error::format("the model has no graph: is this an ONNX model?"))?;
    if found.facts.model_version != 0 {
        found.graphs.about.version = found.facts.model_version.to_string();
    }
    let main = graph::read(found, main)?;
    found.graphs.add_own_signature("", main)?;
    for function in functions {
        function::read(found, function)?;
    }
    found.graphs.sort_functions();
    Ok(unique(found, metadata))
}

const TRAINING: &str = "the model holds training graphs, which are not read";

/// The first value of each key.
fn unique(found: &mut Found<'_, '_>, entries: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut metadata = BTreeMap::new();
    for (key, value) in entries {
        match metadata.entry(key) {
            Entry::Vacant(place) => _ = place.insert(value),
            Entry::Occupied(first) => {
                let message = format!("metadata_props has the key \"{}\" twice; the first counts", first.key());
                found.find(Severity::Error, "onnx.model.metadata_unique", "", message);
            }
        }
    }
    metadata
}
