//! `weighbridge inspect`

mod graphs;
mod quantization;
mod summary;
mod tensors;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;
use weighbridge::error::Printable;
use weighbridge::metadata::Datum;
use weighbridge::overview::Overview;
use weighbridge::{FoundModel, Kind, Model, Policy, Survey, memory};

use crate::answer::Answer;
use crate::args::Inspect;
use crate::console::Console;
use crate::digests;
use crate::failure::Failure;
use crate::model::{Opened, verify};
use crate::output::{count, print_metadata, thousands};
use crate::repository::{self, ModelDescription};
use crate::tensors::print_stored;
use graphs::GraphDescription;
use summary::SummaryDescription;
pub use tensors::ListArgs;
use tensors::TensorList;

/// The JSON form, without the tensors: one for all formats.
#[derive(Serialize)]
struct Description<'a> {
    format: &'a str,
    summary: SummaryDescription<'a>,
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

pub fn run(args: &Inspect, console: &mut Console) -> Result<(), Failure> {
    // Who wants digests wants to know what the bytes are: then the manifests count too.
    let policy = args.model.policy(if args.digests { Policy::IfPresent } else { Policy::None });
    match args.model.open_whole(policy, console)? {
        Opened::Model(model) => inspect(args, &model, policy, console),
        Opened::Repository(repository, survey) => repository::list(&repository, survey, console),
    }
}

fn inspect(args: &Inspect, model: &Model, policy: Policy, console: &mut Console) -> Result<(), Failure> {
    console.tell_notes(model.notes());
    let verdict = verify(model, policy, console);
    let selected = args.list.select(model)?;
    // The digests are those of the bytes that are there, also where a manifest expects others.
    let wanted = selected.as_deref().filter(|_| args.digests);
    let digests = match (wanted.map(|tensors| digests::of_tensors(model, tensors)).transpose(), verdict.is_ok()) {
        // The policy may keep bytes that are not right from being read.
        (Err(_), false) => return verdict,
        (digests, _) => digests?,
    };
    let (overview, survey) = (Overview::of(model)?, survey(model, console)?);
    console.tell_notes(&overview.notes);
    console.tell_notes(&survey.notes);
    let description = describe(model, &overview, survey.models)?;
    let tensors = selected.as_deref().map(|selected| TensorList::new(model, selected, digests.as_deref()));
    let printed = if console.is_human() {
        print(console, model, &overview, &description, tensors.as_ref())
    } else {
        console.answer(Answer {
            head: &description,
            list: tensors.as_ref().map(|tensors| ("tensors", tensors.descriptions())),
            notes: Some(model.notes().iter().chain(&overview.notes).chain(&survey.notes).collect()),
            failure: verdict.as_ref().err(),
        })
    };
    verdict.and(printed)
}

/// What lies in the directory that was opened.
fn survey(model: &Model, console: &Console) -> Result<Survey, Failure> {
    match model.survey() {
        Err(error) if error.kind() == Kind::Limit => {
            console.warn(&format!("warning: {error}: the models in its folders are not listed"));
            Ok(Survey::default())
        }
        survey => Ok(survey?),
    }
}

fn describe<'a>(model: &'a Model, overview: &'a Overview, models: Vec<FoundModel>) -> Result<Description<'a>, Failure> {
    let are_several = models.len() > 1;
    Ok(Description {
        format: model.format(),
        summary: overview.into(),
        files: memory::collect(
            model.files().map(|file| FileDescription { path: file.name(), bytes: file.len() }),
            "the files",
        )?,
        metadata: metadata(model)?,
        assets: model.assets(),
        unindexed: memory::collect(model.unindexed().iter().map(|tensor| &*tensor.name), "the tensors")?,
        models: models.into_iter().filter(|_| are_several).map(ModelDescription::from).collect(),
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
    overview: &Overview,
    description: &Description<'_>,
    tensors: Option<&TensorList<'_>>,
) -> Result<(), Failure> {
    let (number, files) = (count(model.tensors().len(), "tensor"), count(description.files.len(), "file"));
    writeln!(out, "{}: {number}, {} bytes, in {files}", model.format(), thousands(overview.bytes))?;
    summary::print(out, overview, model.is_directory())?;
    if let Some(graph) = &description.graph {
        graphs::print(out, model, graph)?;
    }
    print_metadata(out, model)?;
    for asset in description.assets {
        writeln!(out, "asset: {}", Printable(asset))?;
    }
    repository::print(out, &description.models)?;
    for tensor in model.unindexed() {
        writeln!(out, "unindexed: {} in {}", Printable(&tensor.name), Printable(&tensor.file))?;
    }
    Ok(tensors.map_or(Ok(()), |tensors| print_tensors(out, model, tensors))?)
}

fn print_tensors(out: &mut impl Write, model: &Model, tensors: &TensorList<'_>) -> io::Result<()> {
    writeln!(out)?;
    print_stored(out, model, tensors.iter())?;
    let mut digests = tensors.digests().peekable();
    if digests.peek().is_some() {
        writeln!(out)?;
    }
    digests.try_for_each(|(digest, name)| writeln!(out, "{digest}  {}", Printable(name)))
}
