//! What is said of a file of external data that cannot be used.

use crate::error::{Error, Kind, Printable};
use crate::formats::Clues;
use crate::formats::detect::{in_place_of, stranger};
use crate::storage::{Location, Source};

/// The error for a file that the model names and that cannot be opened. The model is named, because its name for the file may be
/// what is wrong.
pub(super) fn unopened(error: Error, location: &Location, model: &Source, name: &str) -> Error {
    let names =
        format!("the model \"{}\" names the file \"{}\" for its contents", Printable(model.name()), Printable(name));
    let message = match error.kind() {
        Kind::NotFound => format!("{names}, and it is missing: {}", instead(location, name)),
        Kind::OutOfMemory => return error,
        _ => format!("{names}: {}", error.without_site()),
    };
    let explained = Error::new(error.kind(), message).with_os_code(error.os_code());
    let explained = error.option().into_iter().fold(explained, Error::with_option);
    error.site().path.iter().fold(explained, Error::with_path)
}

/// What a file of contents is by its beginning, if it is certainly something else; for the end of a sentence.
pub(super) fn other(file: &Source) -> Option<String> {
    let clues = Clues::of(file).ok().filter(|clues| clues.len() > 0)?;
    let is_prose = || clues.len() >= SHORTEST_TEXT && clues.head.contains(&b' ');
    let stranger = stranger(&clues)?;
    (stranger.is_signed() || stranger.is_text() && is_prose()).then(|| stranger.to_string())
}

/// Bytes of the shortest text that is no tensor: a few numbers may look like letters, or all elements like one.
const SHORTEST_TEXT: u64 = 64;

/// What helps where a file is missing.
fn instead(location: &Location, name: &str) -> String {
    if let Some(instead) = in_place_of(location, name) {
        return instead;
    }
    let similar = similar(location, name);
    if similar.is_empty() {
        return "put it where the model expects it".to_owned();
    }
    format!("there is {}, which may be the file under another name", similar.join(", "))
}

/// Files of the same folder that are called alike, in quotes.
fn similar(location: &Location, name: &str) -> Vec<String> {
    const MOST: usize = 3;
    let (folder, wanted) = name.rsplit_once('/').unwrap_or(("", name));
    let files = location.folder(folder).unwrap_or_default().files;
    let names = files.iter().map(|file| file.name.rsplit('/').next().unwrap_or(&file.name));
    let similar = names.filter(|name| !name.starts_with('.') && is_similar(wanted, name));
    similar.take(MOST).map(|name| format!("\"{}\"", Printable(name))).collect()
}

/// Whether a file may be the one that is wanted: with the same ending, or the same stem. Models are not.
fn is_similar(wanted: &str, name: &str) -> bool {
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let stem = |name: &str| name.split('.').next().map(str::to_ascii_lowercase);
    let (of_wanted, of_name) = (ending(wanted), ending(name));
    of_name.as_deref() != Some("onnx") && (stem(wanted) == stem(name) || (of_name.is_some() && of_wanted == of_name))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_were_renamed_are_similar() {
        let wanted = "model.onnx.data";
        for name in ["decoder.onnx.data", "Model.onnx.DATA", "model.onnx_data", "model.onnx.data.part", "model.bin"] {
            assert!(is_similar(wanted, name), "{name}");
        }
        for name in ["model.onnx", "decoder.onnx", "config.json", "README", "data"] {
            assert!(!is_similar(wanted, name), "{name}");
        }
        assert!(is_similar("weights", "weights.bin") && !is_similar("weights", "README"));
    }
}
