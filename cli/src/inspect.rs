//! `weighbridge inspect`

use std::collections::BTreeMap;
use std::io::Write;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use weighbridge::digest::Digest;
use weighbridge::error::Printable;
use weighbridge::metadata::Datum;
use weighbridge::{Model, OpenOptions, Policy, Tensor, memory};

use crate::args::{Inspect, open};
use crate::digests;
use crate::failure::Failure;
use crate::notes::Notes;
use crate::output::{count, print_json, print_metadata, thousands};
use crate::quantization::QuantizationDescription;
use crate::summary::{self, GraphDescription};
use crate::tensors::{self, Files};

/// The JSON form: one for all formats.
#[derive(Serialize)]
struct Description<'a> {
    format: &'a str,
    files: Vec<FileDescription<'a>>,
    metadata: BTreeMap<&'a str, MetadataValue<'a>>,
    assets: &'a [String],
    unindexed: Vec<&'a str>,
    tensors: TensorList<'a>,
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
    /// By the index of the tensor.
    digests: Option<&'a [Digest]>,
}

impl<'a> TensorList<'a> {
    fn by_name(&self) -> weighbridge::Result<impl Iterator<Item = (usize, Tensor<'a>)> + use<'a>> {
        let tensors = self.model.tensors();
        let mut sorted: Vec<usize> = memory::collect(0..tensors.len(), "the tensors")?;
        sorted.sort_unstable_by_key(|index| tensors.get(*index).map(|tensor| tensor.name));
        Ok(sorted.into_iter().filter_map(|index| Some((index, tensors.get(index)?))))
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

impl Serialize for TensorList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tensors = self.by_name().map_err(S::Error::custom)?;
        serializer.collect_seq(tensors.map(|(index, tensor)| self.describe(index, tensor)))
    }
}

pub fn run(args: &Inspect, out: &mut impl Write) -> Result<(), Failure> {
    // Who wants digests wants to know what the bytes are: then the manifests count too.
    let policy = if args.digests { Policy::IfPresent } else { Policy::None };
    let model = open(&args.path, &OpenOptions { policy, ..Default::default() }, Notes::with_json(args.json))?;
    let digests = if args.digests { Some(digests::of_tensors(&model)?) } else { None };
    let description = describe(&model, digests.as_deref())?;
    let printed = match args.json {
        true => print_json(out, &model, &description),
        false => print(out, &model, &description),
    };
    // The digests are those of the bytes that are there, also where a manifest expects others.
    if args.digests {
        model.verify()?.verdict(policy)?;
    }
    printed
}

fn describe<'a>(model: &'a Model, digests: Option<&'a [Digest]>) -> Result<Description<'a>, Failure> {
    Ok(Description {
        format: model.format(),
        files: memory::collect(
            model.files().map(|file| FileDescription { path: file.name(), bytes: file.len() }),
            "the files",
        )?,
        metadata: metadata(model)?,
        assets: model.assets(),
        unindexed: memory::collect(model.unindexed().iter().map(|tensor| &*tensor.name), "the tensors")?,
        tensors: TensorList { model, files: Files::of(model), digests },
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

fn print(out: &mut impl Write, model: &Model, description: &Description<'_>) -> Result<(), Failure> {
    let bytes = model.tensors().iter().map(|tensor| tensor.byte_len()).fold(0, u64::saturating_add);
    let (tensors, files) = (count(model.tensors().len(), "tensor"), count(description.files.len(), "file"));
    writeln!(out, "{}: {tensors}, {} bytes, in {files}", model.format(), thousands(bytes))?;
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
    print_digests(out, &description.tensors)
}

fn print_digests(out: &mut impl Write, tensors: &TensorList<'_>) -> Result<(), Failure> {
    let Some(digests) = tensors.digests.filter(|digests| !digests.is_empty()) else { return Ok(()) };
    writeln!(out)?;
    for (index, tensor) in tensors.by_name()? {
        writeln!(out, "{}  {}", digests[index], Printable(tensor.name))?;
    }
    Ok(())
}
