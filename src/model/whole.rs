//! What goes over all files of a model: verification, and the making of manifests.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::{FILES, Inner, Model};
use crate::error::{Error, Kind, Result};
use crate::host::Progress;
use crate::load::{Measured, PayloadFile, measure, verify};
use crate::memory;
use crate::verify::{Report, ReportFile};

impl Model {
    /// Checks every file and every tensor of the model against its manifests, also after a mismatch: the report tells all.
    /// Digests of tensors are compared also where those of files match, so that a manifest that contradicts itself is noticed.
    ///
    /// Under [`Policy::None`](crate::Policy::None) there is nothing to check against, and everything is reported as uncovered.
    pub fn verify(&self) -> Result<Report> {
        self.verify_with(|_| ControlFlow::Continue(()))
    }

    /// As [`verify`](Self::verify). `progress` is called on this thread, as by [`Task::wait_with`](crate::Task::wait_with).
    pub fn verify_with(&self, mut progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Report> {
        let (others, missing) = self.context().log_failure("verify", self.other_files(&mut progress))?;
        let report = verify(&self.0.payload, others, missing, progress)?;
        // Whoever asked decides what a mismatch means; the log names it.
        let _ = self.context().log_failure("verify", report.verdict(self.policy()));
        Ok(report)
    }

    /// The files that a verification covers beside the model's own: its assets and, if the model is a directory, what
    /// manifests list; and the names of those that are listed and cannot be opened. `progress` is called at once and now and
    /// then: a manifest may list a million files.
    fn other_files(
        &self,
        progress: &mut impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<(Vec<PayloadFile>, Vec<ReportFile>)> {
        const FILES_BETWEEN_CALLS: usize = 1_000;
        let mut go_on = || match progress(&Progress::default()) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::new(Kind::Cancelled, "the verification was cancelled")),
        };
        go_on()?;
        let Inner { payload, location, assets, .. } = &*self.0;
        let is_listed = |name: &str| payload.manifests.iter().any(|manifest| manifest.files.contains_key(name));
        let mut own: HashSet<&str> = HashSet::new();
        own.try_reserve(payload.files.len()).map_err(|_| Error::out_of_memory(FILES, payload.files.len() as u64))?;
        own.extend(payload.files.iter().map(|file| file.source.name()));
        let listed = payload.manifests.iter().flat_map(|manifest| manifest.files.keys());
        let listed = listed.filter(|name| self.0.is_directory && !own.contains(name.as_str()));
        let mut names: Vec<&String> = memory::collect(assets.iter().chain(listed), FILES)?;
        names.sort_unstable();
        names.dedup();
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for (number, name) in names.into_iter().enumerate() {
            memory::check()?;
            if number > 0 && number.is_multiple_of(FILES_BETWEEN_CALLS) {
                go_on()?;
            }
            match location.open_asset(name) {
                Ok(source) => memory::push(&mut found, PayloadFile::plain(source), FILES)?,
                Err(e) if e.kind() == Kind::OutOfMemory || !is_listed(name) => return Err(e),
                Err(_) => {
                    let file = ReportFile { name: memory::text(name, FILES)?, path: location.shown(name) };
                    memory::push(&mut missing, file, FILES)?;
                }
            }
        }
        Ok((found, missing))
    }

    /// Hashes every file and every tensor.
    pub(crate) fn measure(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Measured> {
        measure(&self.0.payload, self.asset_files()?, progress)
    }

    fn asset_files(&self) -> Result<Vec<PayloadFile>> {
        let sources = self.0.assets.iter().map(|name| self.0.location.open_asset(name));
        memory::try_collect(sources.map(|source| source.map(PayloadFile::plain)), FILES)
    }
}
