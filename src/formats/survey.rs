//! The models of a whole directory: those of a repository, such as the parts of a pipeline, each in a folder of its own.

use std::collections::BTreeMap;

use super::{FORMATS, incomplete};
use crate::error::Result;
use crate::finding::rules::FOLDER_UNLISTED;
use crate::finding::{Finding, Notes};
use crate::memory;
use crate::storage::{Listed, Location, Tree, UnlistedFolder};

/// What memory is asked for.
const MODELS: &str = "the models of the directory";

/// A model that lies in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundModel {
    /// What to open, relative to the directory: a folder that holds one model, `"."` for the directory itself; or a file or the name
    /// of a numbered set (`model-*-of-00002.safetensors`), where a folder holds several.
    pub path: String,
    /// The name of the format, by the names of files.
    pub format: &'static str,
}

/// What lies in a directory and its folders.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// The models, sorted by path.
    pub models: Vec<FoundModel>,
    /// The folders that may not be listed, in which there may be more; and the models that lack files, as far as names and indices tell.
    pub notes: Vec<Finding>,
}

/// Looks for models in a directory and in the folders in it. Hidden folders are not entered, and nothing but indices is opened.
pub(crate) fn survey(location: &Location) -> Result<Survey> {
    let tree = location.walk("")?;
    let mut notes = Notes::default();
    for UnlistedFolder { name, why } in &tree.unlisted {
        notes.add(FOLDER_UNLISTED, &**name, format!("{why}: models in it are not found"));
    }
    let models = models_of(&tree)?;
    incomplete::note(location, &tree, &models, &mut notes)?;
    Ok(Survey { models, notes: notes.finish()? })
}

fn models_of(tree: &Tree) -> Result<Vec<FoundModel>> {
    let mut folders: BTreeMap<&str, Vec<Listed>> = BTreeMap::new();
    for file in &tree.files {
        let (folder, name) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
        let listed = Listed { name: memory::text(name, MODELS)?, bytes: file.bytes };
        memory::push(folders.entry(folder).or_default(), listed, MODELS)?;
    }
    let mut models = Vec::new();
    for (folder, listing) in folders {
        memory::check()?;
        let found = FORMATS.iter().map(|format| (format.name, (format.entrances)(&listing)));
        let found: Vec<_> =
            found.flat_map(|(name, entrances)| entrances.into_iter().map(move |entrance| (name, entrance))).collect();
        let is_only = found.len() == 1;
        for (format, entrance) in found {
            let path = match (folder, is_only) {
                ("", true) => ".".to_owned(),
                ("", false) => entrance.file,
                (folder, true) => folder.to_owned(),
                (folder, false) => format!("{folder}/{}", entrance.file),
            };
            memory::push(&mut models, FoundModel { path, format }, MODELS)?;
        }
    }
    models.sort_unstable();
    Ok(models)
}
