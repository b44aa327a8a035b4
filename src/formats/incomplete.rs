//! Which models of a directory lack files, as far as names and indices tell. No model is opened for that.

use std::collections::BTreeMap;

use super::{FORMATS, Format, FoundModel, prefix_in};
use crate::error::{Error, Result};
use crate::finding::Notes;
use crate::finding::rules::MODEL_INCOMPLETE;
use crate::limits::Limits;
use crate::memory;
use crate::storage::{Listed, Location, Source, Tree};

/// What memory is asked for.
const NAMES: &str = "the names of files";

/// A folder whose models are looked at.
pub(super) struct Folder<'a> {
    location: &'a Location,
    tree: &'a Tree,
    /// What stands before the names of its files in the tree.
    prefix: String,
    /// Its own files.
    pub listing: Vec<Listed>,
}

impl Folder<'_> {
    /// Opens one of its files.
    pub(super) fn open(&self, name: &str) -> Result<Source> {
        self.location.open_asset(&format!("{}{name}", self.prefix))
    }

    /// Whether a file is there, in the folder or in one in it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tree.find(&format!("{}{name}", self.prefix)).is_some()
    }

    /// What a model is entered by that is called by this path in the directory.
    fn entrance(&self, format: &Format, path: &str) -> Option<String> {
        match path.strip_prefix(&*self.prefix).filter(|name| *name != ".") {
            Some(name) => Some(name.to_owned()),
            None => Some((format.entrances)(&self.listing).into_iter().next()?.file),
        }
    }
}

/// Notes the models of a directory that lack files.
pub(super) fn note(
    location: &Location,
    tree: &Tree,
    models: &[FoundModel],
    limits: &Limits,
    notes: &mut Notes,
) -> Result<()> {
    // All indices together are no longer than one may be.
    let mut limits = *limits;
    for (prefix, models) in by_folder(tree, models) {
        memory::check()?;
        let folder = folder(location, tree, prefix)?;
        for format in FORMATS.iter().filter(|format| models.iter().any(|model| model.format == format.name)) {
            let lacking = (format.lacking)(&folder, &mut limits)?;
            let models = models.iter().filter(|model| model.format == format.name && !lacking.is_empty());
            for FoundModel { path, .. } in models {
                let why = folder.entrance(format, path).and_then(|entrance| lacking.get(&entrance));
                why.into_iter().for_each(|error| notes.add(MODEL_INCOMPLETE, &**path, told(error)));
            }
        }
    }
    Ok(())
}

fn told(error: &Error) -> String {
    let (file, why) = (error.site().subject.as_deref(), error.without_site());
    file.map_or_else(|| why.clone(), |file| format!("\"{file}\": {why}"))
}

/// The models by what stands before the names of the files in their folders.
fn by_folder<'m>(tree: &Tree, models: &'m [FoundModel]) -> BTreeMap<String, Vec<&'m FoundModel>> {
    let mut folders = BTreeMap::<String, Vec<&FoundModel>>::new();
    for model in models {
        let prefix = match (&*model.path, tree.folders.binary_search(&model.path)) {
            (".", _) => String::new(),
            (path, Ok(_)) => format!("{path}/"),
            (path, Err(_)) => prefix_in(path).to_owned(),
        };
        folders.entry(prefix).or_default().push(model);
    }
    folders
}

fn folder<'a>(location: &'a Location, tree: &'a Tree, prefix: String) -> Result<Folder<'a>> {
    let first = tree.files.partition_point(|file| file.name < prefix);
    let within = tree.files[first..].iter().map_while(|file| Some((file.name.strip_prefix(&*prefix)?, file.bytes)));
    let own = within.filter(|(name, _)| !name.contains('/'));
    let listing = own.map(|(name, bytes)| Ok(Listed { name: memory::text(name, NAMES)?, bytes }));
    Ok(Folder { location, tree, listing: memory::try_collect(listing, NAMES)?, prefix })
}
