//! The formats: one folder each, one row each in the table below.
//!
//! A reader turns a [`Location`] into [`Parsed`]: tensors as ranges of sources, in bounds by construction. It never
//! sees a path or a descriptor, and nothing that is in a file is ever executed, imported or fetched.

#![forbid(unsafe_code)]

#[cfg(not(any(feature = "onnx", feature = "safetensors")))]
compile_error!("enable at least one format: without one, nothing can be opened");

mod impostor;
#[cfg(feature = "onnx")]
mod onnx;
#[cfg(feature = "onnx")]
mod protobuf;
#[cfg(feature = "safetensors")]
mod safetensors;

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Kind, Result};
use crate::finding::Finding;
use crate::graph::Graphs;
use crate::limits::Limits;
use crate::storage::{Header, Listed, Location, Source};
use crate::tensor::TensorTable;

/// What a reader found: everything that a model is made of.
pub(crate) struct Parsed {
    /// The format's name in the table.
    pub format: &'static str,
    /// The files that tensors lie in; [`Span::file`](crate::tensor::Span::file) counts in this list.
    pub weights: Vec<WeightFile>,
    /// Files that only describe: an index. They were read into memory, and these are the bytes that were used.
    pub descriptions: Vec<Source>,
    /// The tensors.
    pub tensors: TensorTable,
    /// Tensors that are present, but not part of the model.
    pub unindexed: Vec<Unindexed>,
    /// What the file says about itself.
    pub metadata: BTreeMap<String, String>,
    /// Names of the other files of the model's directory, sorted.
    pub assets: Vec<String>,
    /// What is odd and was put up with.
    pub warnings: Vec<String>,
    /// What the files say that others should be, by name: checksums that tell accidents.
    pub claims: BTreeMap<String, Vec<(Algorithm, Digest)>>,
    /// The graphs, if the format has them.
    pub graphs: Option<Graphs>,
    /// What the reader saw that breaks a rule of the format, and that the neutral form of graphs cannot say.
    pub findings: Vec<Finding>,
}

/// A file with tensors in it, or what has been made of parts of one.
pub(crate) struct WeightFile {
    /// Its bytes.
    pub source: Source,
    /// The parts of it that were parsed, to be compared with what is read later.
    pub headers: Vec<HeaderPart>,
    /// For contents that are built: the file that they are built from. Such files come after all others.
    pub base: Option<usize>,
}

/// A range of a file that was parsed.
pub(crate) enum HeaderPart {
    /// Its bytes are gone.
    Hashed(Header),
    /// Its bytes are still there, in parts: they are hashed only if somebody will compare the digest.
    Kept { start: u64, parts: Vec<Bytes> },
}

impl HeaderPart {
    pub(crate) fn hash(self) -> Header {
        match self {
            Self::Hashed(header) => header,
            Self::Kept { start, parts } => {
                let mut hasher = Hasher::whole(Algorithm::Blake3);
                parts.iter().for_each(|part| hasher.update(part));
                let len = parts.iter().map(|part| part.len() as u64).sum();
                Header { start, len, digest: hasher.finish() }
            }
        }
    }
}

/// Alignment of the pointers to contents that are built, in bytes: that of the widest elements.
pub(crate) const BUILT_ALIGNMENT: u32 = 8;

/// A tensor that lies in a file, but that the weight map does not assign to that file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unindexed {
    /// The tensor's name.
    pub name: String,
    /// The file that it lies in.
    pub file: String,
}

/// One row of the table of formats.
struct Format {
    name: &'static str,
    /// Endings of file names, without the dot: a hint that counts only when the content says nothing.
    extensions: &'static [&'static str],
    /// Whether content that begins so is of this format.
    probe: fn(&Head) -> bool,
    /// Whether a directory with these files holds a model of this format.
    matches: fn(&[Listed]) -> bool,
    read: fn(&Location, &Limits) -> Result<Parsed>,
}

const FORMATS: &[Format] = &[
    #[cfg(feature = "safetensors")]
    safetensors::FORMAT,
    // Last, because it has no magic number.
    #[cfg(feature = "onnx")]
    onnx::FORMAT,
];

/// The first bytes of a file.
struct Head {
    bytes: Bytes,
}

impl Head {
    const LEN: u64 = 512;

    fn of(source: &Source) -> Result<Self> {
        Ok(Self { bytes: source.read(0, source.len().min(Self::LEN))? })
    }
}

/// Whether this build reads the format.
pub(crate) fn is_supported(name: &str) -> bool {
    FORMATS.iter().any(|format| format.name == name)
}

/// Reads a model of the named format, or of the one that its content shows.
pub(crate) fn read(location: &Location, name: Option<&str>, limits: &Limits) -> Result<Parsed> {
    let format = match name {
        Some(name) => named(name)?,
        None => detect(location)?,
    };
    (format.read)(location, limits)
}

fn named(name: &str) -> Result<&'static Format> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| {
        Error::new(Kind::Unsupported, format!("this build does not read the format; it reads {}", names()))
            .subject(name)
    })
}

/// Content decides; a name only helps where the content is broken, so that the error is the right reader's.
fn detect(location: &Location) -> Result<&'static Format> {
    let found = match location.entry() {
        None => {
            let listing = location.listing()?;
            FORMATS.iter().find(|format| (format.matches)(listing))
        }
        Some(source) => {
            let head = Head::of(source)?;
            let probed = FORMATS.iter().find(|format| (format.probe)(&head));
            if let (None, Some(error)) = (probed, impostor(&head)) {
                return Err(error.path(source.path()));
            }
            probed.or_else(|| by_extension(source.name()))
        }
    };
    found.ok_or_else(|| {
        let what = if location.entry().is_some() { "this is not a model" } else { "this directory holds no model" };
        Error::new(Kind::Unsupported, format!("{what} of a format that this build reads ({})", names()))
            .path(location.path())
    })
}

/// The error for a file that no reader takes, where its first bytes show what it is instead.
fn impostor(head: &Head) -> Option<Error> {
    impostor::explain(&head.bytes).map(|cause| Error::format(format!("{cause}: expected a model")))
}

fn by_extension(file_name: &str) -> Option<&'static Format> {
    let ends_with = |extension: &&str| file_name.strip_suffix(*extension).is_some_and(|stem| stem.ends_with('.'));
    FORMATS.iter().find(|format| format.extensions.iter().any(ends_with))
}

fn names() -> String {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    names.join(", ")
}

/// The files of a model's directory that are neither weights, nor descriptions, nor manifests.
fn assets(listing: &[Listed], is_part: impl Fn(&str) -> bool) -> Vec<String> {
    let is_asset = |name: &str| !name.starts_with('.') && !is_part(name);
    listing.iter().map(|file| &file.name).filter(|name| is_asset(name)).cloned().collect()
}
