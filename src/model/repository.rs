//! A directory of any number of models, which is listed and verified as a whole.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open::used_memo;
use super::whole::Whole;
use super::{FILES, OpenOptions};
use crate::error::{Error, Result};
use crate::finding::rules::ASSET_LINK;
use crate::finding::{Finding, Notes};
use crate::formats::{Survey, survey};
use crate::host::{Context, Progress};
use crate::limits::{Budget, Limits};
use crate::load::{Measured, Payload};
use crate::memory;
use crate::storage::Location;
use crate::tensor::TensorTable;
use crate::verify::{Ledger, Manifest, Needed, Report, VerifyOptions, gather, is_manifest, needed_names};

/// A directory that holds models in its folders, or several side by side: a pipeline with its parts, variants of one model, a store
/// of blobs. Cheap to open: no model in it is read. Immutable; usable from many threads at once.
pub struct Repository {
    location: Location,
    payload: Arc<Payload>,
    /// The files of the directory itself. Those of its folders are listed when they are needed.
    files: Vec<String>,
    notes: Vec<Finding>,
    limits: Limits,
}

impl Repository {
    /// Opens a directory. Of `options` counts what concerns files: access, policy, manifest, limits and link roots. The folder of a
    /// repository in the cache of Hugging Face stands for its main snapshot or its only one; if there are several and none is the main
    /// one, for all of them.
    ///
    /// [`Kind::InvalidArgument`](crate::Kind::InvalidArgument): the path is that of a file.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions, context: &Context) -> Result<Self> {
        let location = directory(path.as_ref(), options, context)?;
        let mut notes = Notes::default();
        let mut files = own_files(&location)?;
        for link in location.drop_dead_links(&mut files) {
            notes.add(ASSET_LINK, "", link);
        }
        let of_given = options.manifest.as_deref().map(|given| names_for(given, &location)).transpose()?;
        let names = of_given.as_ref().unwrap_or(&files);
        let manifests = manifests(&location, names, options, &mut notes)?;
        Self::assemble(location, files, manifests, notes, options, context)
    }

    /// Opens a directory for the files that [`OpenOptions::manifest`] lists: only these are looked at, by their names. The directory is
    /// not listed, so it may be one that may not be listed, or have any number of files, and nothing is noted of the others.
    /// [`verify_with`](Self::verify_with) with [`only_listed`](VerifyOptions::only_listed) does not list it either.
    ///
    /// Some manifests can be read only by the names of the files that are there, and need the list all the same: those of OCI and Ollama,
    /// which are about contents, and pointers of git-lfs.
    ///
    /// [`Kind::InvalidArgument`](crate::Kind::InvalidArgument): the path is that of a file, or no manifest is given.
    pub fn open_listed(path: impl AsRef<Path>, options: &OpenOptions, context: &Context) -> Result<Self> {
        let given = options.manifest.as_deref();
        let given = given.ok_or_else(|| Error::invalid("expected a manifest that says which files count"))?;
        let location = directory(path.as_ref(), options, context)?;
        let (names, mut notes) = (names_for(given, &location)?, Notes::default());
        let manifests = manifests(&location, &names, options, &mut notes)?;
        Self::assemble(location, Vec::new(), manifests, notes, options, context)
    }

    /// Opens a single file, whatever it is, as if its directory had no other; its manifests are those of the directory. Files beside it
    /// are not looked at.
    ///
    /// [`Kind::InvalidArgument`](crate::Kind::InvalidArgument): the path is that of a directory.
    pub fn of_file(path: impl AsRef<Path>, options: &OpenOptions, context: &Context) -> Result<Self> {
        let location = Location::open(path.as_ref(), options.access, &options.link_roots, context)?;
        let Some(entry) = location.entry() else {
            return Err(Error::invalid("expected a file, found a directory or the name of a set of files")
                .with_path(location.path()));
        };
        let (files, mut notes) = (vec![memory::text(entry.name(), FILES)?], Notes::default());
        let manifests = manifests(&location, &files, options, &mut notes)?;
        Self::assemble(location, files, manifests, notes, options, context)
    }

    fn assemble(
        location: Location,
        files: Vec<String>,
        manifests: Vec<Manifest>,
        notes: Notes,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        let payload = Arc::new(Payload {
            name: location.path(),
            context: context.clone(),
            files: Vec::new(),
            weights: 0,
            tensors: Arc::new(TensorTable::default()),
            policy: options.policy,
            refuses_replaced: options.refuses_replaced,
            manifests,
            ledger: Ledger::new(0, 0)?,
            memo: used_memo(options),
        });
        Ok(Self { location, payload, files, notes: notes.finish()?, limits: options.limits })
    }

    /// Whether a directory was opened, and not a file.
    pub fn is_directory(&self) -> bool {
        self.location.entry().is_none()
    }

    /// The directory, where manifests belong.
    pub fn directory(&self) -> Option<PathBuf> {
        self.location.directory()
    }

    /// The models in the directory and its folders, as the names of files show them, and what the indices among these name. Hidden
    /// folders are not entered; a folder that this user may not list has a note, and so has a model that lacks files by their numbers or
    /// by its index.
    ///
    /// [`Kind::Limit`](crate::Kind::Limit): there are too many files, or folders too deep in each other.
    pub fn survey(&self) -> Result<Survey> {
        survey(&self.location, &self.limits)
    }

    /// Whether there is anything that says what the files should be.
    pub fn has_manifests(&self) -> bool {
        !self.payload.manifests.is_empty()
    }

    /// The names of the files that manifests list, relative to the directory, whether they are there or not.
    pub fn listed_files(&self) -> impl Iterator<Item = &str> {
        self.payload.manifests.iter().flat_map(|manifest| manifest.files.keys().map(String::as_str))
    }

    /// What was accepted with a remark when the directory was opened.
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// Checks every file of the directory and its folders against the manifests of the directory: see
    /// [`Model::verify`](crate::Model::verify). Tensors are not looked at, but every model has to open. That there is none is an error under
    /// [`Policy::Required`](crate::Policy::Required), and where a download was not finished.
    pub fn verify(&self) -> Result<Report> {
        self.verify_with(VerifyOptions::default(), |_| ControlFlow::Continue(()))
    }

    /// As [`verify`](Self::verify), with options. `progress` is called on this thread, as by
    /// [`Task::wait_with`](crate::Task::wait_with).
    pub fn verify_with(
        &self,
        options: VerifyOptions,
        progress: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Report> {
        self.whole().verify(options, progress)
    }

    /// Hashes every file.
    pub(crate) fn measure(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Measured> {
        self.whole().measure(progress)
    }

    fn whole(&self) -> Whole<'_> {
        let Self { payload, location, files: assets, limits, .. } = self;
        Whole { payload, location, assets, is_model: false, is_directory: self.is_directory(), limits }
    }
}

/// The directory at a path.
fn directory(path: &Path, options: &OpenOptions, context: &Context) -> Result<Location> {
    let location = Location::open_whole(path, options.access, &options.link_roots, context)?;
    if location.entry().is_some() || location.set().is_some() {
        let message = "expected a directory, found a file or the name of a set of files";
        return Err(Error::invalid(message).with_path(location.path()));
    }
    Ok(location)
}

/// The visible files of a directory itself that are no manifests.
fn own_files(location: &Location) -> Result<Vec<String>> {
    let visible = location.listing()?.iter().filter(|file| !file.name.starts_with('.') && !is_manifest(&file.name));
    memory::collect(visible.map(|file| file.name.clone()), FILES)
}

/// The names that have to be known to read a given manifest.
fn names_for(given: &[u8], location: &Location) -> Result<Vec<String>> {
    match needed_names(given)? {
        Needed::Nothing => Ok(Vec::new()),
        Needed::OwnFiles => own_files(location),
        Needed::AllFiles => memory::collect(location.walk("")?.files.into_iter().map(|file| file.name), FILES),
    }
}

/// The manifests that count for files of these names.
fn manifests(location: &Location, names: &[String], options: &OpenOptions, notes: &mut Notes) -> Result<Vec<Manifest>> {
    let names: Vec<&str> = memory::collect(names.iter().map(String::as_str), FILES)?;
    gather(location, &names, options.policy, options.manifest.as_deref(), (&Budget::new(&options.limits), notes))
}
