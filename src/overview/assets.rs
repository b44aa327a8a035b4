//! The small files beside the weights that say what a model is.

use std::fmt;

use bytes::Bytes;

use super::document::{Document, at};
use crate::error::{Error, Kind, Result};
use crate::finding::rules::ASSET_UNUSED;
use crate::finding::{Finding, Notes, Rule};
use crate::memory;
use crate::metadata::Datum;
use crate::model::Model;

/// What memory is asked for.
const NOTES: &str = "the notes of an overview";

/// Longer files are not read: those that programs write are a few hundred kilobytes long.
const LONGEST: u64 = 4 << 20;

/// Reads the files, and notes what could not be used.
pub(super) struct Assets<'a> {
    model: &'a Model,
    notes: Notes,
}

impl<'a> Assets<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        Self { model, notes: Notes::default() }
    }

    pub(super) fn into_notes(self) -> Result<Vec<Finding>> {
        self.notes.finish()
    }

    pub(super) fn note(&mut self, rule: Rule, note: fmt::Arguments<'_>) -> Result<()> {
        self.notes.add(rule, "", memory::format(note, NOTES)?);
        Ok(())
    }

    /// The bytes of a file; `None` if there is none, or if they cannot be used.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Bytes>> {
        if self.model.find_asset(name).is_none() {
            return Ok(None);
        }
        let bytes = self.model.small_asset(name, LONGEST);
        self.usable(bytes)
    }

    /// The bytes of a file of text; `None` if there is none, or if it cannot be used.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<Bytes>> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        let text = match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(bytes),
            Err(_) => Err(Error::format("expected UTF-8").with_path(name)),
        };
        self.usable(text)
    }

    /// The values of a JSON file; `None` if there is none, or if they cannot be used.
    pub(super) fn document(&mut self, name: &str) -> Result<Option<Document>> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        let document = Document::read(&bytes).map_err(|e| e.with_path(name));
        self.usable(document)
    }

    /// What has been read, or a note that says why it is not used. Only a lack of memory ends the overview.
    fn usable<T>(&mut self, read: Result<T>) -> Result<Option<T>> {
        match read {
            Ok(usable) => Ok(Some(usable)),
            Err(e) if e.kind() == Kind::OutOfMemory => Err(e),
            Err(e) => self.note(ASSET_UNUSED, format_args!("{e}: the file is not used")).map(|()| None),
        }
    }
}

/// The JSON files that are looked at.
const FILES: &[&str] = &[
    "adapter_config.json",
    "config.json",
    "genai_config.json",
    "hf_quant_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "quant_config.json",
    "quantize_config.json",
    "quanto_qmap.json",
    "tokenizer_config.json",
];

/// Those of the JSON files that the model has.
pub(super) struct Documents(Vec<(&'static str, Document)>);

impl Documents {
    pub(super) fn read(assets: &mut Assets<'_>) -> Result<Self> {
        let mut found = Vec::new();
        for name in FILES {
            if let Some(document) = assets.document(name)? {
                memory::push(&mut found, (*name, document), NOTES)?;
            }
        }
        Ok(Self(found))
    }

    /// The value in a file that these keys lead to.
    pub(super) fn at(&self, file: &str, keys: &[&str]) -> Option<Datum<'_>> {
        let (_, document) = self.0.iter().find(|(name, _)| *name == file)?;
        at(document.root(), keys)
    }
}
