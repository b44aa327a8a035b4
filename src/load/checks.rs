//! What a pass has to hash, and what the digests should be.

use std::ops::Range;

use super::part::Rows;
use super::select::Selected;
use super::{Payload, PayloadFile};
use crate::digest::{Algorithm, BLOCK, Digest, block_count};
use crate::error::{Error, Kind, Result};
use crate::tensor::{Span, Tensor};
use crate::verify::{Anchor, FileClaim, Manifest, Origin, Policy, RunClaim, TensorClaim};

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    File(usize),
    /// The header of a file, which must still be what was parsed.
    Header(usize),
    Tensor(usize),
    /// A part of a file: the range of the check.
    Run(usize),
}

/// One digest to make, and what it is compared with.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) item: Item,
    pub(crate) algorithm: Algorithm,
    pub(crate) file: usize,
    pub(crate) start: u64,
    pub(crate) len: u64,
    pub(crate) claims: Vec<Claim>,
    /// Of a tensor that is not hashed whole: which of its blocks are, and what the manifest says of all of them.
    pub(super) cover: Option<Cover>,
}

/// The blocks of a tensor that cover a slice of it.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    pub(super) blocks: Range<u32>,
    /// The values of all blocks, which recombine to the tensor's digest.
    pub(super) stated: Vec<Digest>,
}

/// What one manifest expects of a digest.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) origin: Origin,
    pub(crate) expected: Digest,
    /// Set when the bytes cannot be right, whatever their digest.
    pub(crate) contradiction: Option<String>,
}

/// A range of one file that must be hashed in order by one thread: a part of a check, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stream {
    pub(super) file: u32,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) check: u32,
    pub(super) block: u32,
}

/// Which whole files a pass covers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// All files, as their manifests ask.
    Verify,
    /// The tensors of these files one by one, to find which of them is damaged.
    Locate(&'a [usize]),
    /// Everything that can be hashed, compared with nothing.
    Measure,
}

/// All checks of a pass.
#[derive(Debug, Default)]
pub(super) struct Checks {
    pub(super) list: Vec<Check>,
    /// In the order of storage.
    pub(super) streams: Vec<Stream>,
}

impl Checks {
    /// The checks that a load of these tensors needs. Files whose tensors are all selected are checked whole where
    /// a manifest allows it; otherwise tensors are checked one by one where that saves reading the whole file.
    pub(super) fn of_selection(payload: &Payload, files: &[PayloadFile], selection: &[Selected]) -> Result<Self> {
        let mut checks = Self::default();
        if payload.policy == Policy::None {
            return Ok(checks);
        }
        let file_of = |index: usize| payload.tensors.get(index).map(|tensor| payload.base(tensor.span.file as usize));
        let mut sorted: Vec<_> = selection.iter().filter_map(|one| Some((file_of(one.tensor)?, one))).collect();
        sorted.sort_unstable_by_key(|(file, selected)| (*file, selected.tensor));
        for group in sorted.chunk_by(|(file, _), (other, _)| file == other) {
            let selected: Vec<&Selected> = group.iter().map(|(_, selected)| *selected).collect();
            checks.add_used_file(payload, files, group[0].0, &selected)?;
        }
        for file in payload.weights..files.len() {
            checks.add_claims(payload, files, file);
        }
        Ok(checks.finish())
    }

    /// The checks of a pass over whole files.
    pub(super) fn of_files(payload: &Payload, files: &[PayloadFile], scope: Scope<'_>) -> Self {
        let mut checks = Self::default();
        match scope {
            Scope::Verify => {
                for file in (0..files.len()).filter(|file| files[*file].base.is_none()) {
                    checks.add_claims(payload, files, file);
                }
            }
            Scope::Locate(damaged) => {
                for file in damaged {
                    let tensors = payload.tensors_on(*file);
                    payload.manifests.iter().for_each(|manifest| checks.add_tensor_claims(payload, manifest, &tensors));
                }
            }
            Scope::Measure => checks.add_everything(payload, files),
        }
        checks.finish()
    }

    fn add_used_file(
        &mut self,
        payload: &Payload,
        files: &[PayloadFile],
        file: usize,
        selected: &[&Selected],
    ) -> Result<()> {
        let source = &files[file].source;
        let is_slice = |one: &&Selected| payload.tensors.get(one.tensor).is_some_and(|tensor| one.is_slice(&tensor));
        let (slices, whole): (Vec<&Selected>, Vec<&Selected>) = selected.iter().partition(|one| is_slice(one));
        let whole: Vec<usize> = whole.iter().map(|one| one.tensor).collect();
        let is_whole = payload.tensors_on(file).len() == whole.len();
        let spans: Vec<_> = selected.iter().filter_map(|one| Some(payload.tensors.get(one.tensor)?.span)).collect();
        let mut is_covered = false;
        for manifest in &payload.manifests {
            self.add_runs(files, file, manifest, |run| is_whole || spans.iter().any(|span| touches(run, file, span)));
            let claim = manifest.files.get(source.name());
            if let Some(message) = claim.and_then(|claim| wrong_size(source.len(), claim, manifest)) {
                return Err(Error::new(Kind::Mismatch, message).path(source.path()).subject(source.name()));
            }
            let claims_all = selected.iter().all(|one| claim_of(payload, manifest, one.tensor).is_some());
            if let Some(claim) = claim.filter(|_| is_whole || !claims_all) {
                is_covered |= self.add_file(files, file, manifest, claim) && manifest.covers;
            } else {
                self.add_tensor_claims(payload, manifest, &whole);
                slices.iter().for_each(|slice| self.add_slice_claim(payload, manifest, slice));
                is_covered |= claims_all && manifest.covers;
            }
        }
        if payload.policy == Policy::Required && !is_covered {
            let message = "no manifest covers this weight file, and the policy requires it";
            return Err(Error::new(Kind::Unverified, message).path(source.path()));
        }
        Ok(())
    }

    /// Each manifest is asked on its own: about the file, or else about its tensors.
    fn add_claims(&mut self, payload: &Payload, files: &[PayloadFile], file: usize) {
        let tensors = payload.tensors_on(file);
        for manifest in &payload.manifests {
            self.add_runs(files, file, manifest, |_| true);
            match manifest.files.get(files[file].source.name()) {
                Some(claim) => _ = self.add_file(files, file, manifest, claim),
                None => self.add_tensor_claims(payload, manifest, &tensors),
            }
        }
    }

    fn add_file(&mut self, files: &[PayloadFile], file: usize, manifest: &Manifest, claim: &FileClaim) -> bool {
        let Some((algorithm, expected)) = claim.fastest() else { return false };
        let len = files[file].source.len();
        let origin = manifest.origin();
        let contradiction = wrong_size(len, claim, manifest);
        self.add_check(Item::File(file), algorithm, (file, 0, len), Claim { origin, expected, contradiction });
        for header in files[file].headers.iter() {
            let origin = Origin { source: "the header as it was opened", anchor: Anchor::Caller, covers: false };
            let claim = Claim { origin, expected: header.digest, contradiction: None };
            self.add_check(Item::Header(file), Algorithm::Blake3, (file, header.start, header.len), claim);
        }
        true
    }

    /// Adds the wanted ones of the claims that a manifest has for parts of a file.
    fn add_runs(
        &mut self,
        files: &[PayloadFile],
        file: usize,
        manifest: &Manifest,
        is_wanted: impl Fn(&RunClaim) -> bool,
    ) {
        let source = &files[file].source;
        let runs = manifest.runs.get(source.name()).into_iter().flatten();
        for run in runs.filter(|run| is_wanted(run)) {
            let offset = run.offset.min(source.len());
            let len = run.len.min(source.len() - offset);
            let contradiction = ((offset, len) != (run.offset, run.len)).then(|| {
                let RunClaim { offset, len, .. } = run;
                format!("the file has {} bytes; {} expects {len} from byte {offset}", source.len(), manifest.source)
            });
            let claim = Claim { origin: manifest.origin(), expected: run.digest, contradiction };
            self.add_check(Item::Run(file), run.algorithm, (file, offset, len), claim);
        }
    }

    fn add_tensor_claims(&mut self, payload: &Payload, manifest: &Manifest, tensors: &[usize]) {
        for index in tensors {
            let (Some(tensor), Some(stated)) = (payload.tensors.get(*index), claim_of(payload, manifest, *index))
            else {
                continue;
            };
            self.add_check(
                Item::Tensor(*index),
                Algorithm::Blake3,
                range_of(&tensor),
                claim(manifest, &tensor, stated),
            );
        }
    }

    /// A slice is checked by the blocks that cover it, if it lies in one piece and the manifest states them.
    fn add_slice_claim(&mut self, payload: &Payload, manifest: &Manifest, slice: &Selected) {
        let (Some(tensor), Some(stated), Some(part)) =
            (payload.tensors.get(slice.tensor), claim_of(payload, manifest, slice.tensor), &slice.part)
        else {
            return;
        };
        let claim = claim(manifest, &tensor, stated);
        // What the blocks of another type or shape cover says nothing about this tensor.
        if part.rows.rows > 1 || stated.blocks.is_empty() || claim.contradiction.is_some() {
            return self.add_check(Item::Tensor(slice.tensor), Algorithm::Blake3, range_of(&tensor), claim);
        }
        let Rows { start, row, .. } = part.rows;
        let blocks =
            (start / BLOCK) as u32..if row == 0 { start / BLOCK } else { (start + row).div_ceil(BLOCK) } as u32;
        let cover = Some(Cover { blocks, stated: stated.blocks.clone() });
        self.push(Item::Tensor(slice.tensor), Algorithm::Blake3, range_of(&tensor), vec![claim], cover);
    }

    fn add_everything(&mut self, payload: &Payload, files: &[PayloadFile]) {
        let stored = files.iter().enumerate().filter(|(_, file)| file.base.is_none());
        for (file, PayloadFile { source, .. }) in stored {
            for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
                self.push(Item::File(file), algorithm, (file, 0, source.len()), Vec::new(), None);
            }
        }
        for (index, tensor) in payload.tensors.iter().enumerate() {
            self.push(Item::Tensor(index), Algorithm::Blake3, range_of(&tensor), Vec::new(), None);
        }
    }

    /// Adds a claim: to the check that makes the same digest already, or to a new one.
    fn add_check(&mut self, item: Item, algorithm: Algorithm, range: (usize, u64, u64), claim: Claim) {
        // Only checks of the same file or tensor can be the same, and those are added close together.
        let recent = self.list.iter_mut().rev().take_while(|check| check.file == range.0);
        let is_same = |check: &&mut Check| {
            check.item == item
                && check.algorithm == algorithm
                && (check.start, check.len) == (range.1, range.2)
                && check.cover.is_none()
        };
        match recent.take(64).find(is_same) {
            Some(check) => check.claims.push(claim),
            None => self.push(item, algorithm, range, vec![claim], None),
        }
    }

    fn push(
        &mut self,
        item: Item,
        algorithm: Algorithm,
        (file, start, len): (usize, u64, u64),
        claims: Vec<Claim>,
        cover: Option<Cover>,
    ) {
        self.list.push(Check { item, algorithm, file, start, len, claims, cover });
    }

    fn finish(mut self) -> Self {
        for (number, check) in (0_u32..).zip(&self.list) {
            let step = match check.algorithm {
                Algorithm::Blake3 => BLOCK,
                _ => u64::MAX,
            };
            for block in check.hashed_blocks() {
                let start = check.start + u64::from(block) * BLOCK;
                let end = start.saturating_add(step).min(check.start + check.len);
                if start == end {
                    continue;
                }
                self.streams.push(Stream { file: check.file as u32, start, end, check: number, block });
            }
        }
        self.streams.sort_unstable();
        self
    }
}

impl Check {
    /// Whether a match of the whole item is more than the absence of an accident.
    pub(super) fn covers(&self) -> bool {
        self.cover.is_none() && self.claims.iter().any(|claim| claim.origin.covers)
    }

    /// The streams that the pass hashes.
    pub(super) fn hashed_blocks(&self) -> Range<u32> {
        self.cover.as_ref().map_or(0..self.blocks(), |cover| cover.blocks.clone())
    }

    /// How many streams make the digest.
    pub(super) fn blocks(&self) -> u32 {
        match self.algorithm {
            Algorithm::Blake3 => block_count(self.len) as u32,
            _ => 1,
        }
    }
}

/// A file of another size is another file, whatever its digest.
fn wrong_size(len: u64, claim: &FileClaim, manifest: &Manifest) -> Option<String> {
    let size = claim.size.filter(|size| *size != len)?;
    Some(format!("the file has {len} bytes; {} expects {size}", manifest.source))
}

/// Whether bytes of a tensor lie in a claimed part of this file.
fn touches(run: &RunClaim, file: usize, span: &Span) -> bool {
    let end = run.offset.saturating_add(run.len);
    span.file as usize == file && span.offset < end && run.offset < span.offset + span.len
}

/// What a manifest says of a tensor, if it means the tensor in this file.
fn claim_of<'a>(payload: &Payload, manifest: &'a Manifest, index: usize) -> Option<&'a TensorClaim> {
    let tensor = payload.tensors.get(index)?;
    let file = payload.files[payload.base(tensor.span.file as usize)].source.name();
    manifest.tensors.get(tensor.name).filter(|claim| claim.file == file)
}

/// Where a tensor lies: the file, the first byte, and how many.
fn range_of(tensor: &Tensor<'_>) -> (usize, u64, u64) {
    (tensor.span.file as usize, tensor.span.offset, tensor.span.len)
}

fn claim(manifest: &Manifest, tensor: &Tensor<'_>, stated: &TensorClaim) -> Claim {
    Claim { origin: manifest.origin(), expected: stated.digest, contradiction: contradiction(tensor, stated) }
}

/// The same bytes under another type or shape are another tensor.
fn contradiction(tensor: &Tensor<'_>, claim: &TensorClaim) -> Option<String> {
    let is_same = tensor.dtype.name() == claim.dtype && tensor.shape == claim.shape;
    (!is_same).then(|| {
        format!(
            "it is {} of shape {:?}; the manifest expects {} of shape {:?}",
            tensor.dtype, tensor.shape, claim.dtype, claim.shape
        )
    })
}
