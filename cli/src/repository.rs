//! The models of a directory, as `weighbridge inspect` lists them.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::error::Printable;
use weighbridge::{Finding, FoundModel, Repository, Survey};

use crate::answer::Answer;
use crate::console::Console;
use crate::failure::Failure;
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
pub fn list(repository: &Repository, survey: Survey, console: &mut Console) -> Result<(), Failure> {
    let notes: Vec<Finding> = repository.notes().iter().chain(&survey.notes).cloned().collect();
    console.tell_notes(&notes);
    let models: Vec<_> = survey.models.into_iter().map(ModelDescription::from).collect();
    if console.is_human() {
        writeln!(console, "{}", count(models.len(), "model"))?;
        return Ok(print(console, &models)?);
    }
    let notes = Some(notes.iter().collect());
    console.answer(Answer { head: &Nothing {}, list: Some(("models", models.iter())), notes, failure: None })
}

/// One line for each model.
pub fn print(out: &mut impl Write, models: &[ModelDescription]) -> io::Result<()> {
    models.iter().try_for_each(|model| writeln!(out, "model: {}  ({})", Printable(&model.path), model.format))
}
