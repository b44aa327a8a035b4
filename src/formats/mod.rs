//! The formats: one folder each, one row each in the table below.
//!
//! A reader turns a [`Location`] into [`Parsed`]: tensors as ranges of sources, in bounds by construction. It never
//! sees a path or a descriptor, and nothing that is in a file is ever executed, imported or fetched.

#![forbid(unsafe_code)]

#[cfg(not(any(feature = "onnx", feature = "safetensors")))]
compile_error!("enable at least one format: without one, nothing can be opened");

mod detect;
mod incomplete;
#[cfg(feature = "onnx")]
mod onnx;
mod parsed;
mod parts;
#[cfg(feature = "onnx")]
mod protobuf;
#[cfg(feature = "safetensors")]
mod safetensors;
#[cfg_attr(not(feature = "strangers"), path = "no_stranger.rs")]
mod stranger;
mod survey;
#[cfg(feature = "trial")]
mod trial;

pub use parsed::Unindexed;
pub(crate) use parsed::{BUILT_ALIGNMENT, Claim, Claimed, DescribedBy, Parsed, UsedPart, WeightFile};
pub use survey::{FoundModel, Survey};
pub(crate) use survey::{found, survey};

use std::collections::BTreeMap;

use crate::error::{Error, Kind, Result};
use crate::finding::Notes;
use crate::finding::rules::FILES_SEVERAL;
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::storage::{Listed, Location, Source};
use detect::{Clues, Confidence, Entrance};
pub(crate) use detect::{NoModel, no_model};
use incomplete::Folder;

/// One row of the table of formats.
struct Format {
    name: &'static str,
    /// Endings of file names, without the dot: a hint that counts only when the content says nothing.
    extensions: &'static [&'static str],
    /// Whether its models have graphs, and not weights alone.
    has_graphs: bool,
    /// Whether its models may be numbered sets of files, which are opened by one name for all.
    has_sets: bool,
    /// Whether its models may need files whose names do not show it, such as external data.
    names_files: bool,
    /// How sure it is that a file is of this format.
    probe: fn(&Clues<'_>) -> Confidence,
    /// By which files the models of a directory with these files would be entered, the preferred one first; none if none is of
    /// this format. The files are no parts of models that an index among them enters.
    entrances: fn(&[Listed]) -> Vec<Entrance>,
    /// Which models of a folder lack files, by what they are entered by, as far as names and indices tell. Of the limits, what is read of
    /// indices is taken.
    lacking: fn(&Folder<'_>, &mut Limits) -> Result<BTreeMap<String, Error>>,
    /// What a file is told by that names the files of a model, if the format has such files.
    index: Option<Index>,
    read: fn(&mut Reading<'_>) -> Result<Parsed>,
}

/// A kind of file that enters a model of several files, and names them.
struct Index {
    /// Whether the name of a file is that of an index.
    is_name: fn(&str) -> bool,
    /// The files of the format that an index names, relative to its folder: those of another one are models whatever an index says.
    parts: fn(&Source, &Limits) -> Result<Vec<String>>,
}

/// What stands before the last component of a name: its folder, with the slash.
fn prefix_in(name: &str) -> &str {
    name.rfind('/').map_or("", |slash| &name[..=slash])
}

/// In the order of preference, where a directory or a file shows several.
const FORMATS: &[Format] = &[
    #[cfg(feature = "safetensors")]
    safetensors::FORMAT,
    #[cfg(feature = "trial")]
    trial::FORMAT,
    // Last, because it has no magic number.
    #[cfg(feature = "onnx")]
    onnx::FORMAT,
];

/// What a reader is given.
struct Reading<'a> {
    location: &'a Location,
    budget: &'a Budget,
    /// What the reader accepts with a remark.
    notes: &'a mut Notes,
}

impl Reading<'_> {
    /// The files of the model's directory that are neither weights, nor descriptions, nor manifests.
    fn assets(&self, is_part: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let names = visible(self.location.listing()?).filter(|name| !is_part(name));
        memory::collect(names.map(str::to_owned), "the names of files")
    }

    /// The files of the model's directory without the parts of models that indices enter, except those of the index `own`.
    fn whole_files(&self, own: Option<&str>) -> Result<Vec<Listed>> {
        parts::without_parts(self.location, self.location.listing()?, self.budget.limits(), own)
    }

    /// Says which models of the directory were left out, because another has a plain name, or which files because the index
    /// that is the model does not name them.
    fn note_left_out(&mut self, chosen: &str, left_out: &[impl AsRef<str>]) {
        if !left_out.is_empty() {
            let left_out = joined(left_out);
            let message = format!("\"{chosen}\" is opened; what does not belong to it is left out: {left_out}");
            self.notes.add(FILES_SEVERAL, "", message);
        }
    }
}

/// Bytes that a row of a tensor table takes, with its place in the index by name, and without its name and shape.
const TABLE_ROW: u64 = 80;

/// What this build knows of a format that it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormatInfo {
    /// The name, such as `"safetensors"`.
    pub name: &'static str,
    /// The usual endings of file names, without the dot.
    pub extensions: &'static [&'static str],
    /// Whether its models have graphs, and not weights alone.
    pub has_graphs: bool,
}

/// The formats that this build reads.
pub fn formats() -> impl ExactSizeIterator<Item = FormatInfo> {
    FORMATS.iter().map(|Format { name, extensions, has_graphs, .. }| FormatInfo {
        name,
        extensions,
        has_graphs: *has_graphs,
    })
}

/// Whether models of this format may need files whose names do not show it.
pub(crate) fn names_files(name: &str) -> bool {
    FORMATS.iter().any(|format| format.name == name && format.names_files)
}

/// Whether this build reads the format of this name, such as `"safetensors"`.
pub fn is_supported(name: &str) -> bool {
    FORMATS.iter().any(|format| format.name == name)
}

/// Reads a model of the named format, or of the one that its content shows.
pub(crate) fn read(location: &Location, name: Option<&str>, budget: &Budget, notes: &mut Notes) -> Result<Parsed> {
    let format = match name {
        Some(name) => named(name)?,
        None => detect::detect(location, budget.limits(), notes)?,
    };
    if location.set().is_some() && !format.has_sets {
        return Err(no_set().with_path(location.path()));
    }
    (format.read)(&mut Reading { location, budget, notes })
}

fn named(name: &str) -> Result<&'static Format> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| {
        Error::new(Kind::Unsupported, format!("this build does not read the format; it reads {}", names()))
            .with_subject(name)
    })
}

fn names() -> String {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    names.join(", ")
}

/// The files of a directory that are not hidden. What macOS keeps beside a file on a foreign disk, `._model.onnx`, has the
/// ending of a model and is none.
fn visible(listing: &[Listed]) -> impl Iterator<Item = &str> {
    listing.iter().map(|file| &*file.name).filter(|name| !name.starts_with('.'))
}

/// The error for a directory without a file of the format that the caller asks for.
fn holds_none(format: &str) -> Error {
    Error::new(Kind::NotFound, format!("the directory holds no {format} file"))
}

/// The error for the name of a numbered set of which there is no file.
fn no_set() -> Error {
    Error::new(Kind::NotFound, "no file has this name with a number in the place of \"*\"")
}

/// The error for a directory in which nothing tells which model is meant.
fn several_models(names: &[impl AsRef<str>]) -> Error {
    Error::invalid(format!("the directory has several models ({}): name one of them", joined(names)))
}

/// Names with commas between them; of very many the first, for a message.
fn joined(names: &[impl AsRef<str>]) -> String {
    const MOST: usize = 50;
    let shown: Vec<_> = names.iter().take(MOST).map(AsRef::as_ref).collect();
    let more = names.len().checked_sub(MOST).filter(|more| *more > 0);
    let more = more.map_or_else(String::new, |more| format!(", … {more} more"));
    format!("{}{more}", shown.join(", "))
}
