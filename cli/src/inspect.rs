//! `weighbridge inspect`

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;
use weighbridge::digest::Digest;
use weighbridge::error::Printable;
use weighbridge::metadata::Datum;
use weighbridge::{FoundModel, Model, Policy, Tensor, memory};

use crate::answer::Answer;
use crate::args::Inspect;
use crate::console::Console;
use crate::digests;
use crate::failure::Failure;
use crate::model::{Opened, verify};
use crate::output::{count, print_metadata, thousands};
use crate::quantization::QuantizationDescription;
use crate::repository::{self, ModelDescription};
use crate::summary::{self, GraphDescription};
use crate::tensors::{self, Files};

/// The JSON form, without the tensors: one for all formats.
#[derive(Serialize)]
struct Description<'a> {
    format: &'a str,
    files: Vec<FileDescription<'a>>,
    metadata: BTreeMap<&'a str, MetadataValue<'a>>,
    assets: &'a [String],
    unindexed: Vec<&'a str>,
    /// The models of the directory, itself included, if its folders hold more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelDescription>,
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

/// All tensors, by name. Each is described when it is printed: a model may have hundreds of thousands.
struct TensorList<'a> {
    model: &'a Model,
    files: Files<'a>,
    by_name: Vec<usize>,
    /// By the index of the tensor.
    digests: Option<&'a [Digest]>,
}

impl<'a> TensorList<'a> {
    fn of(model: &'a Model, digests: Option<&'a [Digest]>) -> Result<Self, Failure> {
        let tensors = model.tensors();
        let mut by_name: Vec<usize> = memory::collect(0..tensors.len(), "the tensors")?;
        by_name.sort_unstable_by_key(|index| tensors.get(*index).map(|tensor| tensor.name));
        Ok(Self { model, files: Files::of(model), by_name, digests })
    }

    fn iter(&self) -> impl Iterator<Item = (usize, Tensor<'a>)> + Clone {
        self.by_name.iter().filter_map(|index| Some((*index, self.model.tensors().get(*index)?)))
    }

    fn describe(&self, index: usize, tensor: Tensor<'a>) -> TensorDescription<'a> {
        TensorDescription {
            name: tensor.name,
            dtype: tensor.dtype.name(),
            shape: tensor.shape,
            file: self.files.name_of(&tensor),
            offset: self.model.place(&tensor).offset,
            bytes: tensor.byte_len(),
            strides: tensor.strides().filter(|strides| !strides.is_empty()),
            quantization: tensor.quantization.map(QuantizationDescription::from),
            sha256: self.digests.map(|digests| digests[index].to_string()),
        }
    }
}

pub fn run(args: &Inspect, console: &mut Console) -> Result<(), Failure> {
    // Who wants digests wants to know what the bytes are: then the manifests count too.
    let policy = args.model.policy(if args.digests { Policy::IfPresent } else { Policy::None });
    match args.model.open_whole(policy, console)? {
        Opened::Model(model) => inspect(args, &model, policy, console),
        Opened::Repository(repository) => repository::list(&repository, console),
    }
}

fn inspect(args: &Inspect, model: &Model, policy: Policy, console: &mut Console) -> Result<(), Failure> {
    console.tell_notes(model.notes());
    let verdict = verify(model, policy, console);
    // The digests are those of the bytes that are there, also where a manifest expects others.
    let digests = args.digests.then(|| digests::of_tensors(model)).transpose();
    let digests = match (digests, verdict.is_ok()) {
        // The policy may keep bytes that are not right from being read.
        (Err(_), false) => return verdict,
        (digests, _) => digests?,
    };
    let models = repository::models_beside(&args.model, console)?;
    let description = describe(model, models)?;
    let tensors = TensorList::of(model, digests.as_deref())?;
    let printed = if console.is_human() {
        print(console, model, &description, &tensors)
    } else {
        let list = ("tensors", tensors.iter().map(|(index, tensor)| tensors.describe(index, tensor)));
        console.answer(Answer {
            head: &description,
            list,
            notes: Some(model.notes().iter().collect()),
            failure: verdict.as_ref().err(),
        })
    };
    verdict.and(printed)
}

fn describe(model: &Model, models: Vec<FoundModel>) -> Result<Description<'_>, Failure> {
    Ok(Description {
        format: model.format(),
        files: memory::collect(
            model.files().map(|file| FileDescription { path: file.name(), bytes: file.len() }),
            "the files",
        )?,
        metadata: metadata(model)?,
        assets: model.assets(),
        unindexed: memory::collect(model.unindexed().iter().map(|tensor| &*tensor.name), "the tensors")?,
        models: models.into_iter().map(ModelDescription::from).collect(),
        graph: GraphDescription::of(model)?,
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

fn print(
    out: &mut impl Write,
    model: &Model,
    description: &Description<'_>,
    tensors: &TensorList<'_>,
) -> Result<(), Failure> {
    let bytes = model.tensors().iter().map(|tensor| tensor.byte_len()).fold(0, u64::saturating_add);
    let (number, files) = (count(model.tensors().len(), "tensor"), count(description.files.len(), "file"));
    writeln!(out, "{}: {number}, {} bytes, in {files}", model.format(), thousands(bytes))?;
    if let Some(graph) = &description.graph {
        summary::print(out, model, graph)?;
    }
    print_metadata(out, model)?;
    for asset in description.assets {
        writeln!(out, "asset: {}", Printable(asset))?;
    }
    repository::print(out, &description.models)?;
    for tensor in model.unindexed() {
        writeln!(out, "unindexed: {} in {}", Printable(&tensor.name), Printable(&tensor.file))?;
    }
    writeln!(out)?;
    tensors::print_stored(out, model)?;
    Ok(print_digests(out, tensors)?)
}

fn print_digests(out: &mut impl Write, tensors: &TensorList<'_>) -> io::Result<()> {
    let Some(digests) = tensors.digests.filter(|digests| !digests.is_empty()) else { return Ok(()) };
    writeln!(out)?;
    for (index, tensor) in tensors.iter() {
        writeln!(out, "{}  {}", digests[index], Printable(tensor.name))?;
    }
    Ok(())
}
