//! `weighbridge inspect`

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::value::RawValue;
use weighbridge::digest::{Algorithm, Digest, Hasher};
use weighbridge::error::Printable;
use weighbridge::metadata::Datum;
use weighbridge::{Model, OpenOptions, Policy};

use crate::args::{Inspect, open};
use crate::failure::Failure;
use crate::output::{NoteDescription, count, notes, print_metadata, thousands};
use crate::quantization::QuantizationDescription;
use crate::summary::{self, GraphDescription};
use crate::tensors;

/// The JSON form: one for all formats.
#[derive(Serialize)]
struct Description<'a> {
    format: &'a str,
    files: Vec<FileDescription<'a>>,
    metadata: BTreeMap<&'a str, MetadataValue<'a>>,
    assets: &'a [String],
    unindexed: Vec<&'a str>,
    notes: Vec<NoteDescription<'a>>,
    tensors: Vec<TensorDescription<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<GraphDescription<'a>>,
}

/// Text, or a value of another type as it is in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum MetadataValue<'a> {
    Text(&'a str),
    Other(&'a RawValue),
}

#[derive(Serialize)]
struct FileDescription<'a> {
    path: &'a str,
    bytes: u64,
}

#[derive(Serialize)]
struct TensorDescription<'a> {
    name: &'a str,
    dtype: &'a str,
    shape: &'a [i64],
    file: &'a str,
    /// `null` if no run of the file holds the contents: they are built from parts of `file`, or lie in pieces.
    offset: Option<u64>,
    bytes: u64,
    /// In elements; absent for a tensor that is stored contiguously, or in pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    strides: Option<&'a [i64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantization: Option<QuantizationDescription<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

pub fn run(args: &Inspect, out: &mut impl Write) -> Result<(), Failure> {
    let model = open(&args.path, &OpenOptions { policy: Policy::None, ..Default::default() })?;
    let digests = if args.digests { Some(digests(&model)?) } else { None };
    let description = describe(&model, digests.as_deref())?;
    if args.json {
        serde_json::to_writer(&mut *out, &description)?;
        writeln!(out)?;
        return Ok(());
    }
    print(out, &model, &description)
}

fn describe<'a>(model: &'a Model, digests: Option<&[String]>) -> Result<Description<'a>, Failure> {
    let files: Vec<_> = model.files().map(|file| FileDescription { path: file.name(), bytes: file.len() }).collect();
    let mut tensors: Vec<_> = model
        .tensors()
        .iter()
        .enumerate()
        .map(|(index, tensor)| TensorDescription {
            name: tensor.name,
            dtype: tensor.dtype.name(),
            shape: tensor.shape,
            file: files[model.place(&tensor).file].path,
            offset: model.place(&tensor).offset,
            bytes: tensor.byte_len(),
            strides: tensor.strides().filter(|strides| !strides.is_empty()),
            quantization: tensor.quantization.map(QuantizationDescription::from),
            sha256: digests.map(|digests| digests[index].clone()),
        })
        .collect();
    tensors.sort_unstable_by_key(|tensor| tensor.name);
    Ok(Description {
        format: model.format(),
        files,
        metadata: metadata(model)?,
        assets: model.assets(),
        unindexed: model.unindexed().iter().map(|tensor| &*tensor.name).collect(),
        notes: model.notes().iter().map(NoteDescription::from).collect(),
        tensors,
        graph: GraphDescription::of(model),
    })
}

fn metadata(model: &Model) -> Result<BTreeMap<&str, MetadataValue<'_>>, Failure> {
    let metadata = model.metadata();
    let mut values = BTreeMap::new();
    for (index, (key, value)) in metadata.iter().enumerate() {
        let value = match value {
            Datum::Text(text) => MetadataValue::Text(text),
            _ => MetadataValue::Other(serde_json::from_str(metadata.text(index)?)?),
        };
        values.insert(key, value);
    }
    Ok(values)
}

fn print(out: &mut impl Write, model: &Model, description: &Description<'_>) -> Result<(), Failure> {
    let bytes = model.tensors().iter().map(|tensor| tensor.byte_len()).fold(0, u64::saturating_add);
    let (tensors, files) = (count(description.tensors.len(), "tensor"), count(description.files.len(), "file"));
    writeln!(out, "{}: {tensors}, {} bytes, in {files}", model.format(), thousands(bytes))?;
    notes(out, model)?;
    if let Some(graph) = &description.graph {
        summary::print(out, model, graph)?;
    }
    print_metadata(out, model)?;
    for asset in description.assets {
        writeln!(out, "asset: {}", Printable(asset))?;
    }
    for tensor in model.unindexed() {
        writeln!(out, "unindexed: {} in {}", Printable(&tensor.name), Printable(&tensor.file))?;
    }
    writeln!(out)?;
    tensors::print_stored(out, model)?;
    if description.tensors.iter().any(|tensor| tensor.sha256.is_some()) {
        writeln!(out)?;
    }
    for tensor in &description.tensors {
        if let Some(digest) = &tensor.sha256 {
            writeln!(out, "{digest}  {}", Printable(tensor.name))?;
        }
    }
    Ok(())
}

/// The SHA-256 of each tensor, on all processors.
fn digests(model: &Model) -> Result<Vec<String>, Failure> {
    let next = AtomicUsize::new(0);
    let digests = Mutex::new(vec![String::new(); model.tensors().len()]);
    let work = || -> weighbridge::Result<()> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(tensor) = model.tensors().get(index) else { return Ok(()) };
            let digest = match tensor.span() {
                Some(span) => digest(model, index, span.len)?,
                // Of the contiguous bytes, whatever the file has.
                None => Digest::of(Algorithm::Sha256, &model.bytes(index)?).to_string(),
            };
            digests.lock().unwrap_or_else(|e| e.into_inner())[index] = digest;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(()))).collect()
    });
    results.into_iter().collect::<weighbridge::Result<()>>()?;
    Ok(digests.into_inner().unwrap_or_else(|e| e.into_inner()))
}

fn digest(model: &Model, index: usize, len: u64) -> weighbridge::Result<String> {
    const BLOCK: u64 = 1 << 20;
    let mut hasher = Hasher::whole(Algorithm::Sha256);
    let mut buffer = vec![0; len.min(BLOCK) as usize];
    let mut offset = 0;
    while offset < len {
        let part = &mut buffer[..(len - offset).min(BLOCK) as usize];
        model.read_into(index, offset, part)?;
        hasher.update(part);
        offset += part.len() as u64;
    }
    Ok(hasher.finish().to_string())
}
