//! Which files beside those of a model have to be covered where every weight must be: those of the other models in its directory.

use std::collections::HashSet;

use super::FILES;
use crate::error::{Error, Kind, Result};
use crate::finding::Notes;
use crate::formats::{self, FoundModel, formats as all_formats, survey};
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::storage::{Location, Source, Tree};

/// Whether a file holds weights by its name.
pub(super) fn is_weights(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| all_formats().any(|format| format.extensions.contains(&extension)))
}

/// The files that the models in a directory and its folders need and whose names do not show it, such as external data. The headers of
/// those models are read for that whose format has such files.
pub(super) fn needed_files(location: &Location, limits: &Limits) -> Result<HashSet<String>> {
    let mut needed = HashSet::new();
    for FoundModel { path, .. } in
        survey(location, limits)?.models.into_iter().filter(|model| formats::names_files(model.format))
    {
        let names = match files_of(location, &path) {
            Err(e) if e.kind() == Kind::OutOfMemory => return Err(e),
            // Nobody can tell which of the files beside it the model would need.
            Err(_) => names_of(location.folder(folder_of(location, &path).0).unwrap_or_default()),
            Ok(names) => names,
        };
        for name in names {
            needed.try_reserve(1).map_err(|_| Error::out_of_memory(FILES, 1))?;
            needed.insert(name);
        }
    }
    Ok(needed)
}

fn names_of(tree: Tree) -> Vec<String> {
    tree.files.into_iter().map(|file| file.name).collect()
}

/// The folder of a model, and the file by which it is entered if there is one.
fn folder_of<'a>(location: &Location, path: &'a str) -> (&'a str, Option<&'a str>) {
    match path {
        "." => ("", None),
        _ if location.has_folder(path) => (path, None),
        _ => path.rsplit_once('/').map_or(("", Some(path)), |(folder, file)| (folder, Some(file))),
    }
}

/// The names of the files of a model.
fn files_of(location: &Location, path: &str) -> Result<Vec<String>> {
    let (folder, file) = folder_of(location, path);
    let Some(within) = location.within(folder, file)? else { return Ok(vec![memory::text(path, FILES)?]) };
    let budget = Budget::new(&Limits::default());
    let parsed = formats::read(&within, None, &budget, &mut Notes::default())?;
    let stored = parsed.weights.iter().filter(|file| file.base.is_none()).map(|file| &file.source);
    let names = stored.chain(&parsed.descriptions).map(Source::name);
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    memory::collect(names.map(|name| format!("{prefix}{name}")), FILES)
}
