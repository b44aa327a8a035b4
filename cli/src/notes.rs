//! The JSON form of what was accepted with a remark.

use serde::Serialize;
use weighbridge::Finding;

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
