//! Which file of a directory is the model.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Kind, Result};
use crate::storage::{Listed, Location, Source};

const INDEX: &str = ".safetensors.index.json";
const FILE: &str = ".safetensors";

/// What a model is entered by.
pub(super) enum Entry {
    File(Source),
    Index(Source),
    /// Names of shards that no index describes.
    Shards(Vec<String>),
}

pub(super) fn holds_a_model(listing: &[Listed]) -> bool {
    listing.iter().any(|file| file.name.ends_with(FILE) || file.name.ends_with(INDEX))
}

/// The file that was asked for; or of a directory: its index, or else all its safetensors files.
pub(super) fn entry(location: &Location) -> Result<Entry> {
    if let Some(source) = location.entry() {
        let is_index = source.name().ends_with(".json") || super::index::looks_like(&super::Head::of(source)?.bytes);
        return Ok(if is_index { Entry::Index(source.clone()) } else { Entry::File(source.clone()) });
    }
    let listing = location.listing()?;
    let named = |ending| listing.iter().map(|file| &*file.name).filter(move |name| name.ends_with(ending));
    let indices: Vec<&str> = named(INDEX).collect();
    if let Some(index) = choose_index(&indices).map_err(|e| e.path(location.path()))? {
        return Ok(Entry::Index(location.open_entry(index)?));
    }
    check_names(&location.tree()?.odd_names).map_err(|e| e.path(location.path()))?;
    let files: Vec<String> = named(FILE).map(str::to_owned).collect();
    check_complete(&files).map_err(|e| e.path(location.path()))?;
    Ok(Entry::Shards(files))
}

/// A directory may hold variants of a model (`model.fp16.…`); the plain name is the model.
fn choose_index<'a>(indices: &[&'a str]) -> Result<Option<&'a str>> {
    const PLAIN: [&str; 2] = ["model.safetensors.index.json", "diffusion_pytorch_model.safetensors.index.json"];
    let plain = PLAIN.iter().find_map(|plain| indices.iter().copied().find(|index| index == plain));
    match (plain, indices) {
        (Some(index), _) | (None, &[index]) => Ok(Some(index)),
        (None, []) => Ok(None),
        (None, several) => {
            let message = format!("the directory has several indices ({}): name one of them", several.join(", "));
            Err(Error::invalid(message))
        }
    }
}

/// Without an index all files are the model, and none of them may be left out because nothing can name it.
fn check_names(odd_names: &[String]) -> Result<()> {
    match odd_names.iter().find(|name| name.ends_with(FILE)) {
        None => Ok(()),
        Some(name) => Err(Error::format("the name of the shard is not UTF-8: rename it").subject(name)),
    }
}

/// Shards are numbered `NAME-00001-of-00004.safetensors`; a number that is missing is an incomplete download.
fn check_complete(files: &[String]) -> Result<()> {
    let mut sets: BTreeMap<(&str, u32), BTreeSet<u32>> = BTreeMap::new();
    for (stem, number, count) in files.iter().filter_map(|file| numbered(file)) {
        sets.entry((stem, count)).or_default().insert(number);
    }
    for ((stem, count), numbers) in sets {
        if let Some(missing) = (1..=count).find(|number| !numbers.contains(number)) {
            let shard = format!("{stem}-{missing:05}-of-{count:05}{FILE}");
            let message = "the shard is missing beside the others of its set: an incomplete download";
            return Err(Error::new(Kind::NotFound, message).subject(shard));
        }
    }
    Ok(())
}

/// The parts of a numbered name: stem, number, count.
fn numbered(file: &str) -> Option<(&str, u32, u32)> {
    let (rest, count) = file.strip_suffix(FILE)?.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let parse =
        |text: &str| (text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?;
    Some((stem, parse(number)?, parse(count)?))
}
