//! The models of a directory, as `weighbridge inspect` lists them.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::error::Printable;
use weighbridge::{Context, FoundModel, Kind, OpenOptions, Policy, Repository};

use crate::answer::Answer;
use crate::console::Console;
use crate::failure::Failure;
use crate::model::ModelArgs;
use crate::output::count;

/// The JSON form of a model of the directory.
#[derive(Debug, Clone, Serialize)]
pub struct ModelDescription {
    path: String,
    format: &'static str,
}

impl From<FoundModel> for ModelDescription {
    fn from(FoundModel { path, format }: FoundModel) -> Self {
        Self { path, format }
    }
}

#[derive(Serialize)]
struct Nothing {}

/// Lists the models of a directory that is no model itself.
pub fn list(repository: &Repository, console: &mut Console) -> Result<(), Failure> {
    console.tell_notes(repository.notes());
    let models: Vec<_> = repository.models()?.into_iter().map(ModelDescription::from).collect();
    if console.is_human() {
        writeln!(console, "{}", count(models.len(), "model"))?;
        return Ok(print(console, &models)?);
    }
    let notes = Some(repository.notes().iter().collect());
    console.answer(Answer { head: &Nothing {}, list: ("models", models.iter()), notes, failure: None })
}

/// The models of the directory that was opened as a model, if its folders hold more.
pub fn models_beside(args: &ModelArgs, console: &Console) -> Result<Vec<FoundModel>, Failure> {
    let path = args.path()?;
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let options = OpenOptions { policy: Policy::None, ..OpenOptions::default() };
    match Repository::open(path, &options, &Context::new()).and_then(|repository| repository.models()) {
        Ok(models) if models.len() > 1 => Ok(models),
        Ok(_) => Ok(Vec::new()),
        Err(error) if error.kind() == Kind::Limit => {
            console.warn(&format!("warning: {error}: the models in its folders are not listed"));
            Ok(Vec::new())
        }
        Err(error) => Err(error.into()),
    }
}

/// One line for each model.
pub fn print(out: &mut impl Write, models: &[ModelDescription]) -> io::Result<()> {
    models.iter().try_for_each(|model| writeln!(out, "model: {}  ({})", Printable(&model.path), model.format))
}
