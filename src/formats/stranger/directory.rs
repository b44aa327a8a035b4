//! What a directory without a model holds instead.

use super::{Stranger, of, signatures, store};
use crate::error::Printable;
use crate::formats::detect::{Clues, by_extension};
use crate::storage::{Listed, Location};

use crate::sort;

/// The most files that are named. The first bytes of those with weights are looked at.
const MOST: usize = 3;

/// Endings of files that may hold weights in other formats, and of archives.
const WEIGHTS: &[&str] = &[
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".pt2",
    ".pte",
    ".mar",
    ".pkl",
    ".joblib",
    ".gguf",
    ".ggml",
    ".h5",
    ".hdf5",
    ".keras",
    ".msgpack",
    ".tflite",
    ".ort",
    ".xml",
    ".mlmodel",
    "manifest.json",
    ".npz",
    ".npy",
    ".engine",
    ".plan",
    ".trt",
    ".pb",
    ".nemo",
    ".tar",
    ".tgz",
    ".gz",
    ".zst",
    ".xz",
    ".bz2",
    ".lz4",
    ".7z",
    ".zip",
    ".rar",
    ".gpg",
    ".age",
    ".enc",
    ".dvc",
];

/// What libraries write beside the weights of a model: Diffusers, PEFT, Transformers.
const DESCRIPTIONS: &[&str] = &["model_index.json", "adapter_config.json", "config.json"];

/// Endings that programs give to files that they have not finished.
const UNFINISHED: &[&str] = &[".incomplete", ".part", ".partial", ".crdownload", ".download", ".aria2", ".tmp"];

/// Where huggingface_hub keeps what it has not finished, below the folder that it downloads to.
const HUB: &str = ".cache/huggingface/download";

/// What a directory holds instead of a model: the end of a sentence, or nothing.
pub(in crate::formats) fn instead(location: &Location) -> String {
    let listing = location.listing().unwrap_or_default();
    let below = || location.walk("").unwrap_or_default();
    let found = store::of(location).or_else(|| held(location, listing)).or_else(|| held(location, &below().files));
    found.map_or_else(String::new, |found| format!("; {found}"))
}

/// Whether a directory without a model is the place of a download that was not finished: [`instead`] says so, too.
pub(in crate::formats) fn is_unfinished(location: &Location) -> bool {
    let listing = location.listing().unwrap_or_default();
    let is_shown = unfinished_of(location, listing).is_some();
    let below = || location.walk("").unwrap_or_default();
    is_shown || held(location, listing).is_none() && unfinished_of(location, &below().files).is_some()
}

/// What these files are, that no format reads; `None` if they are nothing that is known.
fn held(location: &Location, files: &[Listed]) -> Option<String> {
    let visible = files.iter().filter(|file| !base(&file.name).starts_with('.'));
    // The largest files are the weights.
    let mut weights: Vec<_> = visible.filter(|file| ends_in(&file.name, WEIGHTS)).collect();
    sort::sort_by(&mut weights, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));

    let mut held: Vec<_> =
        weights.iter().take(MOST).enumerate().map(|(at, file)| named(location, file, at == 0)).collect();
    if let Some(more @ 1..) = weights.len().checked_sub(MOST) {
        held.push(format!("{more} more such files"));
    }
    held.extend(unfinished_of(location, files));
    held.extend(attributes(location, files));
    match (&held[..], described(files)) {
        ([], None) => None,
        ([], Some(file)) => {
            let file = Printable(file);
            Some(format!("it holds \"{file}\", but the weights are missing: download them, too"))
        }
        _ => Some(format!("it holds {}", held.join("; "))),
    }
}

/// The file that describes a model whose weights lie beside it or in folders.
fn described(files: &[Listed]) -> Option<&str> {
    let of = |description: &&str| files.iter().find(|file| base(&file.name) == *description);
    DESCRIPTIONS.iter().find_map(of).map(|file| &*file.name)
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What macOS keeps of a file with weights that is not there: a copy has left that behind.
fn attributes(location: &Location, listing: &[Listed]) -> Option<String> {
    let is_there = |name: &str| listing.binary_search_by(|file| file.name.as_str().cmp(name)).is_ok();
    let is_weights = |name: &str| by_extension(name).is_some() || ends_in(name, WEIGHTS);
    let of_missing = |file: &&Listed| of_hidden(file).is_some_and(|name| is_weights(&name) && !is_there(&name));
    listing.iter().filter(of_missing).take(MOST).find_map(|file| {
        let source = location.open_asset(&file.name).ok()?;
        let Stranger { what, .. } = signatures::of(&Clues::of(&source).ok()?.head)?;
        let (name, missing) = (Printable(&file.name), of_hidden(file)?);
        Some(format!("{name}, which is {what}, but \"{}\" is not there: copy it, too", Printable(&missing)))
    })
}

/// The file whose attributes macOS keeps under a name, in the same folder.
fn of_hidden(file: &Listed) -> Option<String> {
    let own = base(&file.name).strip_prefix("._")?;
    Some(format!("{}{own}", file.name.strip_suffix(base(&file.name))?))
}

/// The files of a directory that a download has not finished, by their names; `None` if there are none.
#[cfg(feature = "safetensors")]
pub(in crate::formats) fn unfinished(location: &Location) -> Option<String> {
    unfinished_of(location, location.listing().unwrap_or_default())
}

/// Which of these files, and of those that huggingface_hub keeps elsewhere, a download has not finished.
fn unfinished_of(location: &Location, files: &[Listed]) -> Option<String> {
    // A host is asked for no folder that it may not have.
    let hub = if location.has_folder(HUB) { location.walk(HUB).unwrap_or_default().files } else { Vec::new() };
    let visible = files.iter().filter(|file| !base(&file.name).starts_with('.')).chain(&hub);
    let names = visible.filter(|file| ends_in(&file.name, UNFINISHED)).map(|file| file.name.clone());
    let named = |name: String| format!("{}, by its name an unfinished download", Printable(&name));
    let found: Vec<_> = names.chain(location.unfinished()).take(MOST).map(named).collect();
    (!found.is_empty()).then(|| found.join("; "))
}

/// A file with what it is, and perhaps what helps.
fn named(location: &Location, file: &Listed, with_cure: bool) -> String {
    let name = Printable(&file.name);
    let source = location.open_asset(&file.name).ok();
    let stranger = source.and_then(|source| of(&Clues::of(&source).ok()?)).filter(|stranger| !stranger.is_text());
    match stranger {
        Some(stranger) if with_cure => format!("{name}, which is {stranger}"),
        Some(stranger) => format!("{name}, which is {}", stranger.what),
        None => name.to_string(),
    }
}

fn ends_in(name: &str, endings: &[&str]) -> bool {
    let name = name.as_bytes();
    let ends_with = |ending: &&str| {
        let start = name.len().checked_sub(ending.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(ending.as_bytes()))
    };
    endings.iter().any(ends_with)
}
