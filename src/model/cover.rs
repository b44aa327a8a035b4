//! The models in a directory and its folders, beside the one that is open: whether they open, too, and which of their files have to be
//! covered where every weight must be.

use std::collections::HashSet;

use super::FILES;
use crate::error::{Error, Kind, Result};
use crate::finding::Notes;
use crate::finding::rules::{MODEL_NONE, MODEL_UNOPENED};
use crate::formats::{self, FoundModel, NoModel, formats as all_formats};
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::storage::{Location, Source, Tree, prefix_of};
use crate::verify::{ReportFile, Unopened};

/// Whether a file holds weights by its name.
pub(super) fn is_weights(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| all_formats().any(|format| format.extensions.contains(&extension)))
}

/// What is known of the models in a directory and its folders after each was opened: headers and indices were read, and no tensor.
#[derive(Default)]
pub(super) struct Found {
    /// How many there are.
    pub count: usize,
    /// The files that they need and whose names do not show it, such as external data.
    pub needed: HashSet<String>,
    /// Those that do not open.
    pub broken: Vec<Broken>,
}

/// A model that does not open.
pub(super) struct Broken {
    /// What was tried, as in [`FoundModel`].
    path: String,
    /// What stands before the names of the files in its folder.
    prefix: String,
    pub error: Error,
}

impl Found {
    /// Opens all models of a directory, but for the directory itself if that is the model which `is_open` already.
    pub(super) fn in_directory(location: &Location, is_open: bool, limits: &Limits) -> Result<Self> {
        let models = formats::found(location, limits)?.models;
        let mut found = Self { count: models.len(), ..Self::default() };
        let mut left = limits.heap_bytes.saturating_mul(MOST_OPENED);
        for model in models.into_iter().filter(|model| !(is_open && model.path == ".")) {
            memory::check()?;
            let budget = Budget::new(limits);
            let files = files_of(location, &model.path, &budget);
            left = left.checked_sub(limits.heap_bytes - budget.heap_left()).ok_or_else(|| too_much(location))?;
            match files {
                Ok(names) if formats::names_files(model.format) => found.need(names)?,
                Ok(_) => {}
                Err(e) if matches!(e.kind(), Kind::OutOfMemory | Kind::Cancelled) => return Err(e),
                Err(e) => found.add_broken(location, model, e, is_open)?,
            }
        }
        Ok(found)
    }

    fn add_broken(
        &mut self,
        location: &Location,
        FoundModel { path, format }: FoundModel,
        error: Error,
        is_open: bool,
    ) -> Result<()> {
        let (folder, _) = folder_of(location, &path);
        if formats::names_files(format) {
            // Nobody can tell which of the files beside it the model would need.
            self.need(names_of(location.folder(folder).unwrap_or_default()))?;
        }
        // What lies beside an open model was left out when that was opened.
        if is_open && folder.is_empty() {
            return Ok(());
        }
        let prefix = prefix_of(folder);
        memory::push(&mut self.broken, Broken { path, prefix, error }, FILES)
    }

    /// Why models do not open, with a note of each. Where files may be missing on purpose (`may_lack`), what lacks some is tolerated, unless
    /// one of its folder is there and `unreadable`; and so is what this user may not read, which has a line of its own.
    pub(super) fn unopened(
        &self,
        may_lack: bool,
        unreadable: &[ReportFile],
        notes: &mut Notes,
    ) -> Result<Vec<Unopened>> {
        let judged = self.broken.iter().map(|Broken { path, prefix, error }| {
            notes.add(MODEL_UNOPENED, &**path, error.to_string());
            let is_tolerated = match error.kind() {
                Kind::Io => true,
                Kind::NotFound => may_lack && !unreadable.iter().any(|file| file.name.starts_with(prefix)),
                _ => false,
            };
            Unopened { error: error.clone(), is_tolerated }
        });
        memory::collect(judged, FILES)
    }

    fn need(&mut self, names: Vec<String>) -> Result<()> {
        self.needed.try_reserve(names.len()).map_err(|_| Error::out_of_memory(FILES, names.len() as u64))?;
        self.needed.extend(names);
        Ok(())
    }
}

/// A directory without any model. That is an error where one is required, and where a download was not finished.
pub(super) fn no_model(location: &Location, limits: &Limits, notes: &mut Notes) -> Unopened {
    let NoModel { error, is_unfinished } = formats::no_model(location, limits);
    notes.add(MODEL_NONE, "", error.to_string());
    Unopened { error, is_tolerated: !is_unfinished }
}

/// Many models may name the same files, and each of them reads those anew.
const MOST_OPENED: u64 = 16;

fn too_much(location: &Location) -> Error {
    let message = format!(
        "its models have more than {MOST_OPENED} times the structure that one may have: verify its folders one by one"
    );
    Error::new(Kind::Limit, message).with_option("heap_bytes").with_path(location.path())
}

fn names_of(tree: Tree) -> Vec<String> {
    tree.files.into_iter().map(|file| file.name).collect()
}

/// Whether a model lies in a folder of the directory.
pub(super) fn is_in_folder(location: &Location, path: &str) -> bool {
    !folder_of(location, path).0.is_empty()
}

/// The folder of a model, and the file by which it is entered if there is one.
fn folder_of<'a>(location: &Location, path: &'a str) -> (&'a str, Option<&'a str>) {
    match path {
        "." => ("", None),
        _ if location.has_folder(path) => (path, None),
        _ => path.rsplit_once('/').map_or(("", Some(path)), |(folder, file)| (folder, Some(file))),
    }
}

/// The names of the files of a model. Of what is not on a disk they are not known.
fn files_of(location: &Location, path: &str, budget: &Budget) -> Result<Vec<String>> {
    let (folder, file) = folder_of(location, path);
    let Some(within) = location.within(folder, file)? else { return Ok(vec![memory::text(path, FILES)?]) };
    let parsed = formats::read(&within, None, budget, &mut Notes::default())?;
    let stored = parsed.weights.iter().filter(|file| file.base.is_none()).map(|file| &file.source);
    let names = stored.chain(&parsed.descriptions).map(Source::name);
    let prefix = prefix_of(folder);
    memory::collect(names.map(|name| format!("{prefix}{name}")), FILES)
}
