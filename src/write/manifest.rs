//! Manifests of a model, made from its bytes.

use std::ops::ControlFlow;

use crate::digest::Algorithm;
use crate::error::{Error, Result};
use crate::host::Progress;
use crate::load::Measured;
use crate::model::{Model, Repository};
use crate::verify::{write_checksums, write_record};

/// The digests of a model's files and tensors, ready to be written down.
pub struct Manifests(Measured);

impl Manifests {
    /// Reads and hashes every file of the model. Of a directory, these are all files in it and its folders. A file that cannot be read is
    /// an error that names it: a manifest that leaves it out in silence would be taken for complete. What is no file is left out: see
    /// [`left_out`](Self::left_out). A model of the directory that does not open is an error, too.
    ///
    /// [`Kind::Limit`](crate::Kind::Limit): tensors overlap so much that hashing each of them is too much work.
    pub fn of(model: &Model) -> Result<Self> {
        Self::of_with(model, |_| ControlFlow::Continue(()))
    }

    /// As [`of`](Self::of). `progress` is called on this thread, as by [`Task::wait_with`](crate::load::Task::wait_with).
    pub fn of_with(model: &Model, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Self> {
        model.measure(progress).map(Self)
    }

    /// Reads and hashes every file of a repository. Nothing is stated of tensors: those of different models may have one name.
    pub fn of_repository(repository: &Repository, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Self> {
        repository.measure(progress).map(Self)
    }

    /// What the manifests do not cover, and why: entries of the directory's folders that lead to no file, and folders that may not be
    /// listed.
    pub fn left_out(&self) -> &[Error] {
        &self.0.left_out
    }

    /// The text of `weighbridge.json`.
    pub fn record(&self) -> Result<String> {
        write_record(&self.0.files, &self.0.tensors)
    }

    /// The text of `SHA256SUMS`.
    pub fn checksums(&self) -> String {
        let files = self.0.files.iter();
        write_checksums(files.filter_map(|(name, claim)| Some((&**name, claim.digest(Algorithm::Sha256)?))))
    }
}
