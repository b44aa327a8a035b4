//! The models of a whole directory: those of a repository, such as the parts of a pipeline, each in a folder of its own.

use std::collections::{BTreeMap, HashSet};

use super::detect::{Entrance, found_in, preferred};
use super::parts::named_parts;
use super::{Format, incomplete};
use crate::error::Result;
use crate::finding::rules::FOLDER_UNLISTED;
use crate::finding::{Finding, Notes};
use crate::limits::Limits;
use crate::memory;
use crate::sort;
use crate::storage::{Listed, Location, Tree, UnlistedFolder};

/// What memory is asked for.
const MODELS: &str = "the models of the directory";

/// A model that lies in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundModel {
    /// What to open, relative to the directory: a folder for the model that it is opened as, `"."` for the directory itself; or a file
    /// or the name of a numbered set (`model-*-of-00002.safetensors`), where a folder holds several.
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

/// Looks for models in a directory and in the folders in it, and for what they lack. Hidden folders are not entered, and only indices
/// are read: what they name is no model of its own.
pub(crate) fn survey(location: &Location, limits: &Limits) -> Result<Survey> {
    let (tree, models, mut notes) = look(location, limits)?;
    incomplete::note(location, &tree, &models, limits, &mut notes)?;
    Ok(Survey { models, notes: notes.finish()? })
}

/// The same without what the models lack, which shows when they are opened.
pub(crate) fn found(location: &Location, limits: &Limits) -> Result<Survey> {
    let (_, models, notes) = look(location, limits)?;
    Ok(Survey { models, notes: notes.finish()? })
}

/// All files, the models, and the folders that may not be listed.
fn look(location: &Location, limits: &Limits) -> Result<(Tree, Vec<FoundModel>, Notes)> {
    let tree = location.walk("")?;
    let mut notes = Notes::default();
    for UnlistedFolder { name, why } in &tree.unlisted {
        notes.add(FOLDER_UNLISTED, &**name, format!("{why}: models in it are not found"));
    }
    let models = models_of(&tree, &named_parts(location, names(&tree), limits)?)?;
    Ok((tree, models, notes))
}

fn names(tree: &Tree) -> impl Iterator<Item = &str> {
    tree.files.iter().map(|file| &*file.name)
}

fn models_of(tree: &Tree, parts: &HashSet<String>) -> Result<Vec<FoundModel>> {
    let mut folders: BTreeMap<&str, Vec<Listed>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| !parts.contains(&file.name)) {
        let (folder, name) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
        let listed = Listed { name: memory::text(name, MODELS)?, bytes: file.bytes };
        memory::push(folders.entry(folder).or_default(), listed, MODELS)?;
    }
    let mut models = Vec::new();
    for (folder, listing) in folders {
        memory::check()?;
        let found = found_in(&listing);
        let opened = opened_as(&found);
        for (Format { name: format, .. }, entrance) in found {
            let path = match (folder, opened == Some(format)) {
                ("", true) => ".".to_owned(),
                ("", false) => entrance.file,
                (folder, true) => folder.to_owned(),
                (folder, false) => format!("{folder}/{}", entrance.file),
            };
            memory::push(&mut models, FoundModel { path, format }, MODELS)?;
        }
    }
    sort::sort(&mut models);
    Ok(models)
}

/// The format of the model that a folder with these models is opened as: the only one of the preferred format.
fn opened_as(found: &[(&Format, Entrance)]) -> Option<&'static str> {
    let name = preferred(found)?.name;
    (found.iter().filter(|(format, _)| format.name == name).count() == 1).then_some(name)
}
