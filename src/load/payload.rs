//! What is loaded: the bytes of a model, and what is known about them.

use std::sync::Arc;

use super::remember::UsedMemo;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::host::Context;
use crate::memory;
use crate::sort;
use crate::storage::{Source, Witness};
use crate::tensor::{Tensor, TensorTable};
use crate::verify::{Ledger, Manifest, Memo, Policy};

/// What memory is asked for.
const TENSORS_OF_FILE: &str = "the tensors of a file";

/// The contents of a model, as the load engine sees them.
pub(crate) struct Payload {
    /// What the log calls the model.
    pub(crate) name: String,
    pub(crate) context: Context,
    /// The weight files first, and what is built from them; then files that only describe.
    pub(crate) files: Vec<PayloadFile>,
    /// How many of the files tensors lie in.
    pub(crate) weights: usize,
    pub(crate) tensors: Arc<TensorTable>,
    pub(crate) policy: Policy,
    /// Whether a file that was replaced or removed after it was opened is refused.
    pub(crate) refuses_replaced: bool,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) ledger: Ledger,
    pub(crate) memo: Option<UsedMemo>,
}

/// One file of a payload.
#[derive(Clone)]
pub(crate) struct PayloadFile {
    pub(crate) source: Source,
    /// What was parsed of it, to be found again when the file is read for a check.
    pub(crate) used: Arc<Vec<Arc<Witness>>>,
    /// The file that it is built from, if no file holds it as it is. What covers that file covers it.
    pub(crate) base: Option<usize>,
    /// The file of the payload that says which of its bytes are which tensor's, if that is another one.
    pub(crate) description: Option<usize>,
}

impl PayloadFile {
    /// A file that was not parsed.
    pub(crate) fn plain(source: Source) -> Self {
        Self { source, used: Arc::default(), base: None, description: None }
    }
}

impl Payload {
    /// Refuses a file that is no longer what it was when the model was opened.
    pub(crate) fn check_unchanged(&self, source: &Source) -> Result<()> {
        source.check_unchanged()?;
        if self.refuses_replaced { source.check_current() } else { Ok(()) }
    }

    /// The file on which the tensors of a file stand: itself, or the one that it is built from.
    pub(crate) fn base(&self, file: usize) -> usize {
        self.files.get(file).and_then(|file| file.base).unwrap_or(file)
    }

    /// What was verified before, if anybody remembers.
    pub(crate) fn memo(&self) -> Option<&UsedMemo> {
        self.memo.as_ref().filter(|_| Memo::IS_BUILT)
    }

    /// The file that says which bytes of a file are which tensor's: mostly the file itself.
    pub(crate) fn description(&self, file: usize) -> usize {
        self.files.get(file).and_then(|file| file.description).unwrap_or(file)
    }

    /// The files on which a tensor stands, each once and sorted: several only for a tensor in pieces.
    pub(crate) fn bases_of(&self, tensor: &Tensor<'_>) -> impl Iterator<Item = usize> + use<> {
        let only = tensor.contents.run().map(|run| self.base(run.file as usize));
        let mut several = Vec::new();
        if only.is_none() {
            several.extend(tensor.contents.runs().map(|run| self.base(run.file as usize)));
            sort::sort(&mut several);
            several.dedup();
        }
        only.into_iter().chain(several)
    }

    /// The tensors that stand on one file, in the order of storage.
    pub(crate) fn tensors_on(&self, file: usize) -> Result<Vec<usize>> {
        let built = (0..self.weights).filter(|other| self.files[*other].base == Some(file));
        let mut tensors = memory::collect(self.tensors.of_file(file as u32), TENSORS_OF_FILE)?;
        for file in built {
            for tensor in self.tensors.of_file(file as u32) {
                memory::push(&mut tensors, tensor, TENSORS_OF_FILE)?;
            }
        }
        Ok(tensors)
    }

    /// Whether the files that vouch for a tensor have not been touched since they were checked, by the stamps that they have
    /// now.
    pub(crate) fn is_untouched(
        &self,
        index: usize,
        tensor: &Tensor<'_>,
        stamp: impl Fn(&Source) -> Result<u64>,
    ) -> Result<bool> {
        let is_same = |mark: Option<u64>, file: usize| match mark {
            Some(mark) => Ok(mark == stamp(&self.files[file].source)?),
            None => Ok(false),
        };
        let mut bases = self.bases_of(tensor);
        if tensor.contents.run().is_some() && is_same(self.ledger.tensor(index), self.base(tensor.file()))? {
            return Ok(true);
        }
        bases.try_fold(true, |so_far, file| {
            let description = self.description(file);
            let is_file_same = so_far && is_same(self.ledger.file(file), file)?;
            Ok(is_file_same && is_same(self.ledger.file(description), description)?)
        })
    }

    /// The BLAKE3 that a manifest states for the contiguous bytes of a tensor, if one does and all that do agree.
    pub(crate) fn stated_digest(&self, index: usize) -> Option<Digest> {
        let tensor = self.tensors.get(index).filter(|tensor| tensor.span().is_some())?;
        let file = self.files.get(self.base(tensor.file()))?.source.name();
        let claims = self.manifests.iter().filter_map(|manifest| manifest.tensors.get(tensor.name));
        let mut stated = claims.filter(|claim| claim.file == file && claim.contradiction(&tensor).is_none());
        let first = stated.next()?.digest;
        stated.all(|claim| claim.digest == first).then_some(first)
    }

    /// The stamps of all files; none where no mark is ever looked up.
    pub(crate) fn stamps(&self) -> Result<Vec<u64>> {
        let files = if self.policy == Policy::Required { &self.files[..] } else { &[] };
        files.iter().map(|file| file.source.stamp()).collect()
    }

    /// Refuses bytes that the policy wants checked first: by themselves, or with their files and what describes those.
    pub(crate) fn check_verified(&self, index: usize, tensor: &Tensor<'_>) -> Result<()> {
        let is_verified = |file| self.ledger.file(file).is_some() && self.ledger.file(self.description(file)).is_some();
        let are_verified = || self.ledger.tensor(index).is_some() || self.bases_of(tensor).all(is_verified);
        if self.policy != Policy::Required || are_verified() {
            return Ok(());
        }
        Err(Error::new(
            Kind::Unverified,
            "its bytes have not been checked: verify or load the model first, with a manifest that covers them",
        ))
    }
}
