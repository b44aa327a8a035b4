//! Which files may be the external data that a model names and that is not there: under another name, or in another folder.

use std::cmp::Reverse;

use super::sidecar::{Wanted, other};
use crate::formats::detect::by_extension;
use crate::storage::{Listed, Location, Tree};

use crate::sort;

/// The most files that are named.
const MOST: usize = 3;

/// The most files whose first bytes are looked at.
const MOST_LOOKED_AT: usize = 64;

/// The ending of models: each may have external data that is called after it.
const MODEL: &str = ".onnx";

/// The names of the files that may be the one that is wanted; those of its own folder come first, then those that are called alike.
pub(super) fn candidates(location: &Location, wanted: &Wanted<'_>) -> Vec<String> {
    let (files, is_called_alike) =
        (files(location, wanted.name), |name: &str| is_similar(base(wanted.name), base(name)));
    let is_elsewhere = |name: &str| folder_of(name) != folder_of(wanted.name);
    let is_free = |file: &&Listed| !base(&file.name).starts_with('.') && is_free(&file.name, &files, wanted);
    let mut free: Vec<_> = files.iter().filter(is_free).collect();
    let rank = |file: &&Listed| (is_elsewhere(&file.name), !is_called_alike(&file.name), Reverse(file.bytes));
    sort::sort_by(&mut free, |a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
    let may_be = |file: &&&Listed| is_called_alike(&file.name) || holds_contents(location, &file.name, wanted.bytes);
    free.iter().take(MOST_LOOKED_AT).filter(may_be).take(MOST).map(|file| file.name.clone()).collect()
}

/// The files of the folder where the file is expected, of the model's own, and of the folders in that.
fn files(location: &Location, name: &str) -> Vec<Listed> {
    // A host is asked for no folder that it may not have.
    let is_on_disk = location.directory().is_some();
    let tree = if is_on_disk { location.walk("") } else { location.folder(folder_of(name)) };
    let Tree { files, .. } = tree.unwrap_or_default();
    files
}

/// Whether neither this model nor, by its name, another one uses a file; models themselves are no contents.
fn is_free(name: &str, files: &[Listed], wanted: &Wanted<'_>) -> bool {
    let is_used = wanted.used.iter().any(|file| file.name() == name);
    let is_there = |model: &str| files.binary_search_by(|file| file.name.as_str().cmp(model)).is_ok();
    let is_of_other = name.match_indices(MODEL).any(|(at, _)| {
        let (model, rest) = name.split_at(at + MODEL.len());
        rest.starts_with(['.', '_']) && model != wanted.model.name() && is_there(model)
    });
    !is_used && by_extension(name).is_none() && !is_of_other
}

/// Whether a file is long enough, and nothing else that is known.
fn holds_contents(location: &Location, name: &str, bytes: u64) -> bool {
    location.open_asset(name).is_ok_and(|file| file.len() >= bytes && other(&file).is_none())
}

/// Whether a file may be the one that is wanted by its name: with the same ending, or the same stem.
fn is_similar(wanted: &str, name: &str) -> bool {
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let stem = |name: &str| name.split('.').next().map(str::to_ascii_lowercase);
    let (of_wanted, of_name) = (ending(wanted), ending(name));
    stem(wanted) == stem(name) || (of_name.is_some() && of_wanted == of_name)
}

/// The folder of a file, by its plain name.
pub(super) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
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
        for name in ["decoder.onnx", "config.json", "README", "data"] {
            assert!(!is_similar(wanted, name), "{name}");
        }
        assert!(is_similar("weights", "weights.bin") && !is_similar("weights", "README"));
    }
}
