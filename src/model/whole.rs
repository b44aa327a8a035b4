//! What goes over all files of a directory: verification, and the making of manifests. Of a model these are its own files, its assets
//! and what lies in the folders of its directory; of a repository all that lies there.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::cover::{Found, is_in_folder, is_weights, no_model};
use super::{FILES, Inner, Model};
use crate::error::{Error, Kind, Result};
use crate::finding::rules::MODEL_INCOMPLETE;
use crate::finding::{Finding, Notes};
use crate::formats::{Survey, survey};
use crate::host::Progress;
use crate::limits::Limits;
use crate::load::{Measured, Payload, PayloadFile, measure, verify};
use crate::memory;
use crate::sort;
use crate::storage::{Location, OddName, Source, UnlistedFolder};
use crate::verify::{
    Manifest, Policy, Report, ReportFile, UNFETCHED_FILE, Unopened, VerifyOptions, claims_of_others, is_manifest,
    unfetched_files,
};

impl Model {
    /// Checks every file and every tensor of the model against its manifests, also after a mismatch: the report tells all.
    /// Digests of tensors are compared also where those of files match, so that a manifest that contradicts itself is noticed.
    ///
    /// Of a directory, the report covers all files in it, those of sub-folders included, and names those that no manifest covers.
    /// Hidden files that no manifest lists, hidden folders, and links to folders are left out. Other models in it have to open: one that
    /// does not is an error of [`Report::verdict`], and has a note.
    ///
    /// Under [`Policy::None`](crate::Policy::None) there is nothing to check against, and everything is reported as uncovered.
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

    /// The directory of the disk that was opened, or that the opened file lies in: where manifests belong. Of a repository in the cache of
    /// Hugging Face that is the snapshot. `None` for models that are not on a disk.
    pub fn directory(&self) -> Option<PathBuf> {
        self.0.location.directory()
    }

    /// Whether a directory was opened, or an index: then the files beside the weights belong to the model.
    pub fn is_directory(&self) -> bool {
        self.0.is_directory
    }

    /// The models in the directory that was opened and in its folders, this one included: see
    /// [`Repository::survey`](crate::Repository::survey). None if a file was opened.
    pub fn survey(&self) -> Result<Survey> {
        let Inner { location, limits, is_directory: true, .. } = &*self.0 else { return Ok(Survey::default()) };
        let Survey { models, mut notes } = survey(location, limits)?;
        // What lies beside the model was left out when it was opened.
        notes.retain(|note| note.rule != MODEL_INCOMPLETE.id || is_in_folder(location, &note.path));
        Ok(Survey { models, notes })
    }

    /// Hashes every file and every tensor.
    pub(crate) fn measure(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Measured> {
        self.whole().measure(progress)
    }

    fn whole(&self) -> Whole<'_> {
        let Inner { payload, location, assets, is_directory, limits, .. } = &*self.0;
        Whole { payload, location, assets, is_model: true, is_directory: *is_directory, limits }
    }
}

/// All files of a model or of a repository.
pub(super) struct Whole<'a> {
    pub payload: &'a Arc<Payload>,
    pub location: &'a Location,
    pub assets: &'a [String],
    /// Whether it is an open model, and not a directory of any number of them.
    pub is_model: bool,
    /// Whether the files beside the weights belong to it.
    pub is_directory: bool,
    pub limits: &'a Limits,
}

/// What lies in a directory beside a model's own files and its assets.
#[derive(Default)]
struct Rest {
    names: Vec<String>,
    /// What nothing can name, or nobody can read or list.
    unusable: Vec<ReportFile>,
}

/// What a verification is about beside the payload's own files.
struct Around {
    others: Others,
    /// What folders and stores say.
    also: Vec<Manifest>,
    /// The files that other models of the directory need.
    needed: HashSet<String>,
    /// Those of them that do not open.
    unopened: Vec<Unopened>,
    notes: Vec<Finding>,
}

/// Files that are no part of the payload.
struct Others {
    files: Vec<PayloadFile>,
    /// Those that should be there, or cannot be opened.
    missing: Vec<ReportFile>,
}

impl Whole<'_> {
    pub(super) fn verify(
        &self,
        options: VerifyOptions,
        mut progress: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Report> {
        let context = &self.payload.context;
        let is_whole = self.payload.policy != Policy::None && self.is_directory && !options.only_listed;
        let around = context.log_failure("verify", self.around(options, is_whole, &mut progress))?;
        let Around { others: Others { files, missing }, also, needed, unopened, notes } = around;
        let report = verify(self.payload, files, missing, &also, progress)?.refusing_extra(options.refuses_extra);
        // Its own files have to be covered through its tensors, unless there are none: then the model is what its files describe.
        let (own, has_tensors) = (self.own()?, !self.payload.tensors.is_empty());
        let is_weight = |name: &str| match own.contains(name) {
            true => !has_tensors,
            false => is_whole && (is_weights(name) || needed.contains(name)),
        };
        let report = report.with_notes(notes).with_unopened(unopened).with_weights(is_weight)?;
        // Whoever asked decides what a mismatch means; the log names it.
        let _ = context.log_failure("verify", report.verdict(self.payload.policy));
        Ok(report)
    }

    /// All that a verification is about beside the payload's own files; of a directory as a whole also its models.
    fn around(
        &self,
        options: VerifyOptions,
        is_whole: bool,
        progress: &mut impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Around> {
        let Rest { names: rest, unusable } = if options.only_listed { Rest::default() } else { self.rest_of_tree()? };
        let (Payload { manifests, policy, .. }, mut notes) = (&**self.payload, Vec::new());
        let also = claims_of_others(self.location, &self.with_own(&rest)?, manifests, *policy, &mut notes)?;
        let mut others = self.others(options, &rest, &also, progress)?;
        // What a manifest lists of these has been tried already.
        let is_listed = |name: &String| manifests.iter().chain(&also).any(|manifest| manifest.files.contains_key(name));
        others.missing.extend(unusable.into_iter().filter(|file| !is_listed(&file.name)));
        let (found, mut told) = (if is_whole { self.found()? } else { Found::default() }, Notes::default());
        let mut unopened = found.unopened(options.ignores_missing, &others.missing, &mut told)?;
        let has_blobs = || manifests.iter().chain(&also).any(Manifest::is_of_store);
        if is_whole && !self.is_model && found.count == 0 && !has_blobs() {
            memory::push(&mut unopened, no_model(self.location, self.limits, &mut told), FILES)?;
        }
        notes.extend(told.finish()?);
        Ok(Around { others, also, needed: found.needed, unopened, notes })
    }

    /// The models beside this one, or all of a directory that is none itself.
    fn found(&self) -> Result<Found> {
        Found::in_directory(self.location, self.is_model, self.limits)
    }

    pub(super) fn measure(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Measured> {
        // The manifest of a model that lacks something would be taken for that of a whole one.
        if let Some(unopened) = if self.is_directory { self.found()?.broken.into_iter().next() } else { None } {
            return Err(unopened.error);
        }
        let rest = self.rest_of_tree()?;
        let (mut files, mut left_out) = (Vec::new(), Vec::new());
        let names = || self.assets.iter().chain(&rest.names).map(String::as_str);
        let pointers = unfetched_files(self.location, names())?;
        for name in names() {
            match self.location.open_asset(name) {
                Ok(source) if pointers.contains_key(name) => {
                    let pointer = Error::format(UNFETCHED_FILE).with_path(source.path());
                    memory::push(&mut left_out, pointer, FILES)?;
                }
                Ok(source) => memory::push(&mut files, PayloadFile::plain(source), FILES)?,
                Err(e) if is_no_file(&e) => memory::push(&mut left_out, e, FILES)?,
                Err(e) => return Err(e),
            }
        }
        for ReportFile { path, problem, .. } in rest.unusable {
            memory::push(&mut left_out, Error::format(problem.unwrap_or_default()).with_path(path), FILES)?;
        }
        Ok(Measured { left_out, ..measure(self.payload, files, progress)? })
    }

    /// The files of the directory and its folders that are neither the payload's own nor assets; none if it is a single file. Hidden
    /// ones do not count, nor do manifests of the directory itself.
    fn rest_of_tree(&self) -> Result<Rest> {
        if !self.is_directory {
            return Ok(Rest::default());
        }
        let own = self.own()?;
        let assets: HashSet<&String> = self.assets.iter().collect();
        let tree = self.location.walk("")?;
        let is_visible = |name: &str| !name.rsplit('/').next().is_some_and(|file| file.starts_with('.'));
        let is_rest = |name: &String| {
            is_visible(name) && !is_manifest(name) && !own.contains(name.as_str()) && !assets.contains(name)
        };
        let odd = tree.odd_names.into_iter().map(|OddName { shown, why }| (shown, format!("the name {why}")));
        let special = tree.specials.into_iter().map(|name| (name, "it is neither a file nor a folder".to_owned()));
        let unlisted = tree.unlisted.into_iter().map(|UnlistedFolder { name, why }| (name, why));
        let unusable =
            odd.chain(special).chain(unlisted).filter(|(name, _)| is_visible(name)).map(|(name, problem)| {
                let path = self.location.shown(&name);
                ReportFile { name, path, problem: Some(problem) }
            });
        let unusable = memory::collect(unusable, FILES)?;
        Ok(Rest {
            names: memory::collect(tree.files.into_iter().map(|file| file.name).filter(is_rest), FILES)?,
            unusable,
        })
    }

    /// These names, and those of the payload's own files, sorted.
    fn with_own<'b>(&'b self, rest: &'b [String]) -> Result<Vec<&'b str>> {
        let own = self.payload.files.iter().map(|file| file.source.name()).filter(|_| self.is_directory);
        let mut names: Vec<&str> = memory::collect(rest.iter().map(String::as_str).chain(own), FILES)?;
        sort::sort(&mut names);
        names.dedup();
        Ok(names)
    }

    /// Whether a file is a manifest, in a folder or the caller's own: then nobody expects that one lists it.
    fn is_manifest(&self, file: &Source) -> Result<bool> {
        if is_manifest(file.name().rsplit('/').next().unwrap_or_default()) {
            return Ok(true);
        }
        for manifest in &self.payload.manifests {
            if manifest.is_itself(file)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names of the files that the payload has.
    fn own(&self) -> Result<HashSet<&str>> {
        let mut own = HashSet::new();
        let count = self.payload.files.len();
        own.try_reserve(count).map_err(|_| Error::out_of_memory(FILES, count as u64))?;
        own.extend(self.payload.files.iter().map(|file| file.source.name()));
        Ok(own)
    }

    /// The files that a verification covers beside the payload's own: the assets, the rest of the directory and, if it is one, what
    /// manifests list; and the names of those that cannot be opened. `progress` is called at once and now and then: a
    /// manifest may list a million files.
    fn others(
        &self,
        options: VerifyOptions,
        rest: &[String],
        also: &[Manifest],
        progress: &mut impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Others> {
        const FILES_BETWEEN_CALLS: usize = 1_000;
        let mut go_on = || match progress(&Progress::default()) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::new(Kind::Cancelled, "the verification was cancelled")),
        };
        go_on()?;
        let manifests = &self.payload.manifests;
        let manifests = || manifests.iter().chain(also);
        let is_listed = |name: &str| manifests().any(|manifest| manifest.files.contains_key(name));
        let own = self.own()?;
        let listed = manifests().flat_map(|manifest| manifest.files.keys());
        let listed = listed.filter(|name| self.is_directory && !own.contains(name.as_str()));
        let assets = self.assets.iter().filter(|name| !options.only_listed || is_listed(name));
        let mut names: Vec<&String> = memory::collect(assets.chain(rest).chain(listed), FILES)?;
        sort::sort(&mut names);
        names.dedup();
        let mut others = Others { files: Vec::new(), missing: Vec::new() };
        for (number, name) in names.into_iter().enumerate() {
            memory::check()?;
            if number > 0 && number.is_multiple_of(FILES_BETWEEN_CALLS) {
                go_on()?;
            }
            match self.open_other(name, is_listed(name)) {
                Ok(None) => {}
                Ok(Some(file)) => memory::push(&mut others.files, file, FILES)?,
                Err(e) if ends_operation(&e) => return Err(e),
                Err(e) if options.ignores_missing && is_absent(&e) => {}
                Err(e) => {
                    let problem =
                        Some(if is_absent(&e) { "it is missing".to_owned() } else { e.without_site().to_string() });
                    let (name, path) = (memory::text(name, FILES)?, self.location.shown(name));
                    memory::push(&mut others.missing, ReportFile { name, path, problem }, FILES)?;
                }
            }
        }
        Ok(others)
    }

    /// Opens a file beside the payload's own; `None` for a manifest that no manifest lists.
    fn open_other(&self, name: &str, is_listed: bool) -> Result<Option<PayloadFile>> {
        let source = self.location.open_asset(name)?;
        let is_expected = is_listed || !self.is_manifest(&source)?;
        Ok(is_expected.then(|| PayloadFile::plain(source)))
    }
}

/// Whether an error says that nothing has the name, not even a link.
fn is_absent(error: &Error) -> bool {
    error.kind() == Kind::NotFound && error.os_code() != 0
}

/// Whether an error is that of the whole operation, and not of one file.
fn ends_operation(error: &Error) -> bool {
    matches!(error.kind(), Kind::OutOfMemory | Kind::Cancelled | Kind::Limit)
}

/// Whether an error says that a name leads to no file that could be read: a link leads nowhere or away, or to a folder.
fn is_no_file(error: &Error) -> bool {
    matches!(error.kind(), Kind::NotFound | Kind::Format)
}
