//! Which files beside those of a model have to be covered where every weight must be: those of the other models in its directory.

use std::collections::HashSet;

use super::FILES;
use crate::error::{Error, Kind, Result};
use crate::finding::Notes;
use crate::formats::{self, FoundModel, survey};
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::storage::{Location, Source, Tree};

/// The files with weights, and those that describe them, of the models in a directory and its folders, but for `own`. Their headers
/// are read for that.
pub(super) fn other_weights(location: &Location, own: &HashSet<&str>) -> Result<HashSet<String>> {
    let mut weights = HashSet::new();
    for FoundModel { path, .. } in survey(location)? {
        // The directory is this model itself, or one of those that were found in it by their files.
        if path == "." || own.contains(&*path) {
            continue;
        }
        let names = match files_of(location, &path) {
            Err(e) if e.kind() == Kind::OutOfMemory => return Err(e),
            // Nobody can tell which of its files the model would need.
            Err(_) => location.folder(&path).map_or_else(|_| vec![path], names_of),
            Ok(names) => names,
        };
        for name in names.into_iter().filter(|name| !own.contains(&**name)) {
            weights.try_reserve(1).map_err(|_| Error::out_of_memory(FILES, 1))?;
            weights.insert(name);
        }
    }
    Ok(weights)
}

fn names_of(tree: Tree) -> Vec<String> {
    tree.files.into_iter().map(|file| file.name).collect()
}

/// The names of the files of a model, which is a folder, or a file of the directory or of a folder.
fn files_of(location: &Location, path: &str) -> Result<Vec<String>> {
    let (folder, file) = match location.has_folder(path) {
        true => (path, None),
        false => path.rsplit_once('/').map_or(("", Some(path)), |(folder, file)| (folder, Some(file))),
    };
    let Some(within) = location.within(folder, file)? else { return Ok(vec![memory::text(path, FILES)?]) };
    let budget = Budget::new(&Limits::default());
    let parsed = formats::read(&within, None, &budget, &mut Notes::default())?;
    let stored = parsed.weights.iter().filter(|file| file.base.is_none()).map(|file| &file.source);
    let names = stored.chain(&parsed.descriptions).map(Source::name);
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    memory::collect(names.map(|name| format!("{prefix}{name}")), FILES)
}
