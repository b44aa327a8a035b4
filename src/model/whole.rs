//! What goes over all files of a directory: verification, and the making of manifests. Of a model these are its own files, its assets
//! and what lies in the folders of its directory; of a repository all that lies there.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::cover::other_weights;
use super::{FILES, Inner, Model};
use crate::error::{Error, Kind, Result};
use crate::formats::{FoundModel, survey};
use crate::host::Progress;
use crate::load::{Measured, Payload, PayloadFile, measure, verify};
use crate::memory;
use crate::storage::{Location, Source};
use crate::verify::{Manifest, Policy, Report, ReportFile, VerifyOptions, claims_of_others, is_manifest};

impl Model {
    /// Checks every file and every tensor of the model against its manifests, also after a mismatch: the report tells all.
    /// Digests of tensors are compared also where those of files match, so that a manifest that contradicts itself is noticed.
    ///
    /// Of a directory, the report covers all files in it, those of sub-folders included, and names those that no manifest covers.
    /// Hidden files and folders, and links to folders, are left out.
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

    /// The models in the directory that was opened and in its folders, this one included, sorted by path: see
    /// [`Repository::models`](crate::Repository::models). None if a file was opened.
    pub fn models_of_directory(&self) -> Result<Vec<FoundModel>> {
        if self.0.is_directory { survey(&self.0.location) } else { Ok(Vec::new()) }
    }

    /// Hashes every file and every tensor.
    pub(crate) fn measure(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Measured> {
        self.whole().measure(progress)
    }

    fn whole(&self) -> Whole<'_> {
        let Inner { payload, location, assets, is_directory, .. } = &*self.0;
        Whole { payload, location, assets, is_directory: *is_directory }
    }
}

/// All files of a model or of a repository.
pub(super) struct Whole<'a> {
    pub payload: &'a Arc<Payload>,
    pub location: &'a Location,
    pub assets: &'a [String],
    /// Whether the files beside the weights belong to it.
    pub is_directory: bool,
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
        let rest = if options.only_listed { Ok(Vec::new()) } else { self.rest_of_tree() };
        let mut notes = Vec::new();
        let others = rest.and_then(|rest| {
            let Payload { manifests, policy, .. } = &**self.payload;
            let also = claims_of_others(self.location, &rest, manifests, *policy, &mut notes)?;
            let is_whole = *policy != Policy::None && self.is_directory && !options.only_listed;
            let weights = if is_whole { other_weights(self.location, &self.own()?)? } else { HashSet::new() };
            Ok((self.others(options, &rest, &also, &mut progress)?, also, weights))
        });
        let (Others { files, mut missing }, also, weights) = context.log_failure("verify", others)?;
        if options.ignores_missing {
            missing.clear();
        }
        let report = verify(self.payload, files, missing, &also, progress)?.refusing_extra(options.refuses_extra);
        let report = report.with_notes(notes).with_weights(|name| weights.contains(name))?;
        // Whoever asked decides what a mismatch means; the log names it.
        let _ = context.log_failure("verify", report.verdict(self.payload.policy));
        Ok(report)
    }

    pub(super) fn measure(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Measured> {
        let rest = self.rest_of_tree()?;
        let (mut files, mut left_out) = (Vec::new(), Vec::new());
        for name in self.assets {
            memory::push(&mut files, PayloadFile::plain(self.location.open_asset(name)?), FILES)?;
        }
        for name in &rest {
            match self.location.open_asset(name) {
                Ok(source) => memory::push(&mut files, PayloadFile::plain(source), FILES)?,
                Err(e) if is_no_file(&e) => memory::push(&mut left_out, e, FILES)?,
                Err(e) => return Err(e),
            }
        }
        Ok(Measured { left_out, ..measure(self.payload, files, progress)? })
    }

    /// The files in the folders of the directory; none if it is a single file.
    fn rest_of_tree(&self) -> Result<Vec<String>> {
        if !self.is_directory {
            return Ok(Vec::new());
        }
        let own = self.own()?;
        let tree = self.location.walk("")?;
        let is_rest = |name: &String| {
            let file = name.rsplit_once('/').map(|(_, file)| file);
            file.is_some_and(|file| !file.starts_with('.')) && !own.contains(name.as_str())
        };
        memory::collect(tree.files.into_iter().map(|file| file.name).filter(is_rest), FILES)
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
        names.sort_unstable();
        names.dedup();
        let mut others = Others { files: Vec::new(), missing: Vec::new() };
        for (number, name) in names.into_iter().enumerate() {
            memory::check()?;
            if number > 0 && number.is_multiple_of(FILES_BETWEEN_CALLS) {
                go_on()?;
            }
            match self.location.open_asset(name) {
                Ok(source) if !is_listed(name) && self.is_manifest(&source)? => {}
                Ok(source) => memory::push(&mut others.files, PayloadFile::plain(source), FILES)?,
                Err(e) if e.kind() == Kind::OutOfMemory || !(is_listed(name) || is_no_file(&e)) => return Err(e),
                Err(e) => {
                    let problem =
                        Some(if e.kind() == Kind::NotFound { missing(&e) } else { e.without_site().to_string() });
                    let (name, path) = (memory::text(name, FILES)?, self.location.shown(name));
                    memory::push(&mut others.missing, ReportFile { name, path, problem }, FILES)?;
                }
            }
        }
        Ok(others)
    }
}

/// What is said of a file that is not there: a link may be.
fn missing(error: &Error) -> String {
    if error.os_code() == 0 { error.without_site().to_string() } else { "it is missing".to_owned() }
}

/// Whether an error says that a name leads to no file that could be read: a link leads nowhere or away, or to a folder.
fn is_no_file(error: &Error) -> bool {
    matches!(error.kind(), Kind::NotFound | Kind::Format)
}
