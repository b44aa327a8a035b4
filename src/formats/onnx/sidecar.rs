//! What is said of a file of external data that cannot be used, or that is certainly something else.

use super::renamed::{candidates, folder_of};
use crate::error::{Error, Kind, Printable};
use crate::formats::Clues;
use crate::formats::detect::{in_place_of, stranger};
use crate::storage::{Location, Source};

/// The file of contents that a model names.
pub(super) struct Wanted<'a> {
    pub model: &'a Source,
    /// Its plain name.
    pub name: &'a str,
    /// Bytes that it has at least, for the tensor that asked for it first.
    pub bytes: u64,
    /// The files that the model has opened so far.
    pub used: &'a [Source],
}

/// The error for a file that the model names and that cannot be opened. The model is named, because its name for the file may be
/// what is wrong.
pub(super) fn unopened(error: Error, location: &Location, wanted: &Wanted<'_>) -> Error {
    let (model, name) = (Printable(wanted.model.name()), Printable(wanted.name));
    let names = format!("the model \"{model}\" names the file \"{name}\" for its contents");
    let message = match error.kind() {
        Kind::NotFound => format!("{names}, and it is missing: {}", instead(location, wanted)),
        Kind::OutOfMemory => return error,
        _ => format!("{names}: {}", error.without_site()),
    };
    let explained = Error::new(error.kind(), message).with_os_code(error.os_code());
    let explained = error.option().into_iter().fold(explained, Error::with_option);
    error.site().path.iter().fold(explained, Error::with_path)
}

/// What a file of contents is where it was looked at, if it is hardly what is wanted; for the end of a sentence.
pub(super) fn other(file: &Source) -> Option<String> {
    let clues = Clues::of(file).ok().filter(|clues| clues.len() > 0)?;
    let is_prose = || clues.len() >= SHORTEST_TEXT && clues.head.contains(&b' ');
    let stranger = stranger(&clues)?;
    match () {
        () if stranger.is_signed() || stranger.is_text() && is_prose() => {
            Some(format!("by its beginning it is {stranger}"))
        }
        () if stranger.is_zeros() && has_only_zeros(file) => Some(ZEROS.to_owned()),
        () => None,
    }
}

const ZEROS: &str = "it has nothing but zeros wherever it was looked at (its start, middle and end): an interrupted download, unless \
                     they are meant";

/// Whether a file is zeros, as far as samples show. A small one may well be, such as a bias; and of one that was never written the
/// file system tells more.
fn has_only_zeros(file: &Source) -> bool {
    const SHORTEST: u64 = 64 << 10;
    const SAMPLE: u64 = 4096;
    let Some(last) = file.len().checked_sub(SAMPLE).filter(|_| file.len() >= SHORTEST) else { return false };
    let are_zeros = |at| file.read(at, SAMPLE).is_ok_and(|bytes| bytes.iter().all(|byte| *byte == 0));
    [0, last / 4, last / 2, last / 4 * 3, last].into_iter().all(are_zeros) && file.unwritten().is_none()
}

/// Bytes of the shortest text that is no tensor: a few numbers may look like letters, or all elements like one.
const SHORTEST_TEXT: u64 = 64;

/// What helps where a file is missing.
fn instead(location: &Location, wanted: &Wanted<'_>) -> String {
    if let Some(instead) = in_place_of(location, wanted.name) {
        return instead;
    }
    let found = candidates(location, wanted);
    if found.is_empty() {
        return "put it where the model expects it".to_owned();
    }
    let names: Vec<_> = found.iter().map(|name| format!("\"{}\"", Printable(name))).collect();
    let is_elsewhere = found.iter().any(|name| folder_of(name) != folder_of(wanted.name));
    let place = if is_elsewhere { "in another folder" } else { "under another name" };
    format!("there is {}, which may be the file {place}", names.join(", "))
}

/// The error for a file that ends before the contents of a tensor do.
pub(super) fn too_short(model: &Source, file: &Source, offset: u64, len: u64) -> Error {
    let model = Printable(model.name());
    let stranger = Clues::of(file).ok().and_then(|clues| stranger(&clues));
    let expects = format!("the model \"{model}\" expects {len} bytes of the tensor here");
    let has = format!("the file has {} in all", file.len());
    // Weights may look like whatever has no signature; but text does not.
    let message = match stranger {
        Some(stranger) if stranger.is_signed() || stranger.is_text() => format!("{expects}, but this is {stranger}"),
        Some(stranger) if stranger.is_zeros() => {
            format!(
                "{expects}; {has}, and begins with zeros only: its download never filled it, or it belongs to another model"
            )
        }
        _ => format!("{expects}; {has}: it was cut off, or belongs to another model"),
    };
    Error::format(message).with_path(file.path()).with_offset(offset)
}
