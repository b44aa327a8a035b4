//! The model: what the file says of itself, its graphs, its functions, its tensors.

use super::found::{Found, GRAPHS, entry, opset};
use super::tensors::{Loaded, Tensors};
use super::{FORMAT, directory, function, graph, probe, schema};
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::rules::{MODEL_METADATA_UNIQUE, MODEL_TRAINING};
use crate::formats::detect::{refusal, stranger};
use crate::formats::protobuf::{fields, scan};
use crate::formats::{Clues, Confidence, Parsed, Reading};
use crate::graph::{Graphs, OnnxFacts};
use crate::memory;
use crate::metadata::{self, Metadata};
use crate::sort;
use crate::storage::Source;

pub(super) fn read(reading: &mut Reading<'_>) -> Result<Parsed> {
    let source = directory::entry(reading)?;
    let mut parsed = read_file(reading, &source).map_err(|e| explain(e, &source).with_path(source.path()))?;
    if reading.location.entry().is_none() {
        let mut parts: Vec<&str> = memory::collect(parsed.weights.iter().map(|file| file.source.name()), GRAPHS)?;
        sort::sort(&mut parts);
        parsed.assets = reading.assets(|name| parts.binary_search(&name).is_ok())?;
    }
    Ok(parsed)
}

fn read_file(reading: &mut Reading<'_>, source: &Source) -> Result<Parsed> {
    let (location, budget) = (reading.location, reading.budget);
    let skeleton = scan(source, &schema::SCHEMA, budget)?;
    let mut found = Found {
        skeleton: &skeleton,
        graphs: Graphs::default(),
        facts: OnnxFacts::default(),
        tensors: Tensors::new(location, source.clone(), budget),
        budget,
        notes: reading.notes,
    };
    let metadata = read_model(&mut found)?;
    let Found { mut graphs, facts, tensors, notes, .. } = found;
    tensors.note_others(notes);
    graphs.onnx = Some(facts);
    let mut loaded = tensors.finish()?;
    graphs.place_tensors(&loaded.places);
    if let Some(model) = loaded.weights.first_mut() {
        let headers = skeleton.headers()?;
        memory::reserve(&mut model.used, headers.len(), GRAPHS)?;
        model.used.extend(headers);
    }
    let Loaded { table, weights, claims, .. } = loaded;
    Ok(Parsed { weights, tensors: table, metadata, claims, graphs, ..Parsed::new(FORMAT.name) })
}

/// What a file is instead, if it does not even begin like a model, or begins like one of another format of messages. Errors of
/// other files have a path already.
fn explain(error: Error, source: &Source) -> Error {
    let is_own = error.kind() == Kind::Format && error.site().path.is_none();
    let Some(clues) = Clues::of(source).ok().filter(|_| is_own) else { return error };
    let offset = error.site().offset;
    let is_at_start = offset.is_none_or(|offset| offset <= clues.head.len() as u64);
    let is_lost = is_at_start && probe(&clues) == Confidence::No;
    let stranger = stranger(&clues).filter(|stranger| stranger.is_signed() || is_lost);
    let explained = match stranger {
        Some(stranger) => refusal(&stranger),
        None if is_lost && offset.is_some() => Error::format("this is not an ONNX model, or its beginning is damaged"),
        None => return error,
    };
    offset.into_iter().fold(explained, Error::with_offset)
}

/// Reads everything; returns the metadata.
fn read_model(found: &mut Found<'_, '_>) -> Result<Metadata> {
    let skeleton = found.skeleton;
    let text = &skeleton.text;
    let (mut main, mut functions) = (None, Vec::new());
    let mut metadata = metadata::Builder::new(found.budget);
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
            8 => memory::push(&mut facts.opsets, opset(skeleton, value.range())?, GRAPHS)?,
            14 => add_entry(&mut metadata, entry(skeleton, value.range())?)?,
            20 => found.notes.add(MODEL_TRAINING, "", TRAINING),
            25 => memory::push(&mut functions, value.range(), GRAPHS)?,
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
    found.graphs.sort_functions()?;
    metadata.finish_with_first(|key| {
        let key = Printable(key);
        let message = format!("metadata_props has the key \"{key}\" twice; the first counts");
        found.notes.add(MODEL_METADATA_UNIQUE, "", message);
    })
}

fn add_entry(metadata: &mut metadata::Builder<'_>, (key, value): (String, String)) -> Result<()> {
    metadata.key(&key)?;
    metadata.text(&value)
}

const TRAINING: &str = "the model contains training graphs, which are not read";
