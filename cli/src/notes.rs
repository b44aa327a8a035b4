//! What was accepted with a remark: for people on standard error, for programs in the object that a command prints.

use std::io::{self, Write};

use serde::Serialize;
use weighbridge::error::Escaped;
use weighbridge::{Finding, Model, Severity};

/// Where the notes of a model that is opened go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// To standard error, at once.
    Told,
    /// Into what the command prints on standard output.
    Printed,
}

impl Notes {
    /// Those of a command that prints JSON are in its object.
    pub fn with_json(json: bool) -> Self {
        if json { Self::Printed } else { Self::Told }
    }

    /// Tells what is wrong with the model and was accepted. Mere facts are for `check`, and for JSON.
    pub fn tell(self, model: &Model) {
        if self == Self::Told {
            model
                .notes()
                .iter()
                .filter(|note| note.severity != Severity::Info)
                .for_each(|note| warn(&note.to_string()));
        }
    }
}

/// Prints one line to standard error. That it cannot be written changes neither what the command does nor how it ends.
pub fn warn(text: &str) {
    let line = format!("{}\n", Escaped(text));
    let _ = io::stderr().write_all(line.as_bytes());
}

/// The JSON form of a note.
#[derive(Serialize)]
pub struct NoteDescription<'a> {
    id: &'static str,
    severity: &'static str,
    path: &'a str,
    message: &'a str,
}

impl<'a> From<&'a Finding> for NoteDescription<'a> {
    fn from(note: &'a Finding) -> Self {
        Self { id: note.rule, severity: note.severity.name(), path: &note.path, message: &note.message }
    }
}
