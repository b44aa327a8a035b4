//! What manifests and formats say about the files and tensors of a plan, as checks.

use std::sync::Arc;

use super::{CHECKS, Check, Checks, Claim, Cover, InMemo, Item, Scope};
use crate::digest::{Algorithm, BLOCK, Digest};
use crate::error::{Error, Kind, Printable, Result};
use crate::load::part::Taken;
use crate::load::payload::{Payload, PayloadFile};
use crate::load::select::Selected;
use crate::load::taken::TakenRanges;
use crate::memory;
use crate::sort;
use crate::steps;
use crate::storage::{Source, Witness};
use crate::tensor::Span;
use crate::verify::{FileClaim, Manifest, Policy, RunClaim};

impl Checks {
    /// The checks that a load of these tensors needs. Files whose tensors are all selected are checked whole where
    /// a manifest allows it; otherwise tensors are checked one by one where that saves reading the whole file.
    pub(in crate::load) fn of_selection(
        payload: &Payload,
        files: &[PayloadFile],
        selection: &[Selected],
    ) -> Result<Self> {
        let is_required = payload.policy == Policy::Required;
        let mut checks = Self { confirms: is_required, asks_outdated: is_required, ..Self::default() };
        if payload.policy == Policy::None || payload.manifests.is_empty() && !is_required {
            return Ok(checks);
        }
        let tensor_of = |one: &Selected| payload.tensors.get(one.tensor);
        let bases_of = |one| tensor_of(one).into_iter().flat_map(|tensor| payload.bases_of(&tensor));
        // Nearly all tensors lie in one file.
        let mut sorted: Vec<(usize, &Selected)> = memory::list(selection.len(), CHECKS)?;
        for one in selection {
            for file in bases_of(one) {
                memory::push(&mut sorted, (file, one), CHECKS)?;
            }
        }
        sort::sort_by_key(&mut sorted, |(file, selected)| (*file, selected.tensor));
        for group in sorted.chunk_by(|(file, _), (other, _)| file == other) {
            let selected: Vec<&Selected> = memory::collect(group.iter().map(|(_, selected)| *selected), CHECKS)?;
            checks.add_used_file(payload, files, group[0].0, &selected)?;
        }
        // A model without tensors is what its files describe.
        let first = if payload.tensors.is_empty() { 0 } else { payload.weights };
        for file in first..files.len() {
            checks.add_claims(payload, files, file, &[])?;
            if is_required && payload.tensors.is_empty() {
                check_cover(payload, &files[file].source)?;
            }
        }
        checks.cut(files, "load fewer tensors at once, or use a manifest that states digests of whole files")
    }

    /// The checks of a pass over whole files.
    pub(in crate::load) fn of_files(payload: &Payload, files: &[PayloadFile], scope: Scope<'_>) -> Result<Self> {
        let mut checks = Self { confirms: true, asks_outdated: true, ..Self::default() };
        match scope {
            Scope::Verify { also } => {
                for file in (0..files.len()).filter(|file| files[*file].base.is_none()) {
                    checks.add_claims(payload, files, file, also)?;
                }
            }
            Scope::Measure => checks.add_everything(payload, files)?,
            Scope::Tensors(tensors) => tensors.iter().try_for_each(|tensor| checks.add_tensor(payload, *tensor))?,
        }
        checks.cut(files, scope.cure())
    }

    /// What a manifest says of a file, as far as that is asked for.
    fn claim_of_file<'m>(&self, manifest: &'m Manifest, file: &Source) -> Option<&'m FileClaim> {
        manifest.claim_of(file.name(), self.asks_outdated)
    }

    fn add_used_file(
        &mut self,
        payload: &Payload,
        files: &[PayloadFile],
        file: usize,
        selected: &[&Selected],
    ) -> Result<()> {
        let source = &files[file].source;
        let slices = || selected.iter().copied().filter(|one| one.is_slice());
        let whole = selected.iter().filter(|one| !one.is_slice()).map(|one| one.tensor);
        let whole: Vec<usize> = memory::collect(whole, CHECKS)?;
        let is_whole = payload.tensors_on(file)?.len() == whole.len();
        let description = payload.description(file);
        let mut taken = None;
        let mut is_covered = false;
        for manifest in &payload.manifests {
            if manifest.runs.contains_key(source.name()) {
                let ranges = match taken.take() {
                    Some(ranges) => ranges,
                    None => TakenRanges::of(payload, file, selected)?,
                };
                self.add_runs(files, file, manifest, |run| is_whole || ranges.touch(run))?;
                taken = Some(ranges);
            }
            let claim = self.claim_of_file(manifest, source);
            if let Some(message) = claim.and_then(|claim| wrong_size(source.len(), claim, manifest)) {
                return Err(Error::new(Kind::Mismatch, message).with_path(source.path()).with_subject(source.name()));
            }
            let is_remembered =
                self.memo_of(payload, files, (file, manifest))?.is_some_and(|memo| memo.known.is_some());
            let claims_all = selected.iter().all(|one| claim_of(payload, manifest, (file, one.tensor)).is_some());
            let described = self.claim_of_file(manifest, &files[description].source);
            if let Some(claim) = claim.filter(|_| is_whole && described.is_some() || !claims_all || is_remembered) {
                let described =
                    described.map(|claim| self.add_file((payload, files), description, manifest, claim)).transpose()?;
                let is_described = described.unwrap_or_default();
                is_covered |= self.add_file((payload, files), file, manifest, claim)? && is_described;
                let all = selected.iter().map(|one| one.tensor);
                let confirms = self.confirms && !is_remembered;
                self.add_tensor_claims(payload, manifest, (file, all), confirms, Claim::is_contradicted)?;
            } else {
                self.add_tensor_claims(payload, manifest, (file, whole.iter().copied()), self.confirms, |_| true)?;
                slices().try_for_each(|slice| self.add_slice_claim(payload, manifest, (file, slice)))?;
                is_covered |= claims_all && manifest.origin(Algorithm::Blake3).covers;
            }
        }
        if payload.policy == Policy::Required && !is_covered {
            return Err(uncovered(source, &files[description].source));
        }
        Ok(())
    }

    /// Each manifest is asked on its own: about the file, and about its tensors. What it says of those must be compared where
    /// it does not know the file, or what describes it. What it says of their form counts in any case: the file may hold the
    /// right bytes, and another file may say that they mean something else.
    fn add_claims(&mut self, payload: &Payload, files: &[PayloadFile], file: usize, also: &[Manifest]) -> Result<()> {
        let tensors = payload.tensors_on(file)?;
        for manifest in payload.manifests.iter().chain(also) {
            self.add_runs(files, file, manifest, |_| true)?;
            let claim = self.claim_of_file(manifest, &files[file].source);
            if let Some(claim) = claim {
                self.add_file((payload, files), file, manifest, claim)?;
            }
            let description = &files[payload.description(file)].source;
            let is_described = self.claim_of_file(manifest, description).is_some();
            let is_wanted = |stated: &Claim| claim.is_none() || !is_described || stated.is_contradicted();
            let memo = self.memo_of(payload, files, (file, manifest))?;
            let confirms = self.confirms && memo.is_none_or(|memo| memo.known.is_none());
            self.add_tensor_claims(payload, manifest, (file, tensors.iter().copied()), confirms, is_wanted)?;
        }
        Ok(())
    }

    /// Adds what a manifest says of a file; returns whether a match of it is cover.
    fn add_file(
        &mut self,
        (payload, files): (&Payload, &[PayloadFile]),
        file: usize,
        manifest: &Manifest,
        claim: &FileClaim,
    ) -> Result<bool> {
        let Some((algorithm, expected)) = claim.fastest() else { return Ok(false) };
        let len = files[file].source.len();
        let origin = manifest.origin(algorithm);
        let contradiction = wrong_size(len, claim, manifest);
        let memo = self.memo_of(payload, files, (file, manifest))?;
        let (item, claim) = (Item::File(file), Claim { origin, expected, contradiction });
        // What describes several files is asked for with each of them.
        let known = self.known.get(&(item, algorithm, 0, len)).map(|number| &self.list[*number as usize]);
        if known.is_some_and(|known| known.claims.contains(&claim)) {
            return Ok(origin.covers);
        }
        let is_new = known.is_none();
        let is_known = is_new && memo.as_ref().is_some_and(|memo| memo.known.is_some());
        self.add_check(item, algorithm, (file, 0, len), claim)?;
        self.set_memo((item, algorithm, 0, len), memo, is_new);
        if !is_known {
            self.add_witnesses(files, file)?;
        }
        Ok(origin.covers)
    }

    /// Notes for a check what the memo has. What manifests say of one file in different words is not remembered, and where one of
    /// them expects other bytes than the memo knows, the file is hashed.
    fn set_memo(&mut self, key: (Item, Algorithm, u64, u64), memo: Option<InMemo>, is_new: bool) {
        let number = self.known.get(&key).map(|number| *number as usize);
        let Some(check) = number.and_then(|number| self.list.get_mut(number)) else { return };
        if is_new {
            check.memo = memo.map(Box::new);
            return;
        }
        let said = |memo: &InMemo| memo.statement;
        let is_wrong = match check.remembered() {
            Some((_, digest)) => check.claims.iter().any(|claim| claim.expected != digest),
            None => check.memo.as_deref().map(said) != memo.as_ref().map(said),
        };
        if is_wrong {
            check.memo = None;
        }
    }

    /// What the memo has, or is to have, of a file of which a manifest says something.
    fn memo_of(
        &mut self,
        payload: &Payload,
        files: &[PayloadFile],
        (file, manifest): (usize, &Manifest),
    ) -> Result<Option<InMemo>> {
        let source = &files[file].source;
        if payload.memo().is_none() {
            return Ok(None);
        }
        let description = files[payload.description(file)].source.name();
        let Some((algorithm, statement)) = manifest.statement(source.name(), description) else { return Ok(None) };
        let digest = manifest.files.get(source.name()).and_then(FileClaim::fastest).map(|(_, digest)| digest);
        memory::reserve_entry(&mut self.sights, CHECKS)?;
        let sight = self.sights.entry(file).or_insert_with(|| payload.sight_of(source));
        let recognised = sight.as_ref().and_then(|sight| payload.recognise(sight, algorithm, statement));
        Ok(Some(InMemo { statement, known: recognised.zip(digest) }))
    }

    /// Adds the ranges of a file that are used elsewhere: what is checked there has to be what is used.
    fn add_witnesses(&mut self, files: &[PayloadFile], file: usize) -> Result<()> {
        for witness in files[file].used.iter().filter(|witness| witness.len > 0) {
            let (item, algorithm) = (Item::Used(file), Algorithm::Blake3);
            let Witness { start, len, .. } = **witness;
            let number = self.list.len() as u32;
            memory::reserve_entry(&mut self.known, CHECKS)?;
            if self.known.insert((item, algorithm, start, len), number).is_none() {
                self.push(item, algorithm, (file, start, len), Vec::new(), None)?;
                self.list[number as usize].witness = Some(Arc::clone(witness));
            }
        }
        Ok(())
    }

    /// Adds the wanted ones of the claims that a manifest has for parts of a file.
    fn add_runs(
        &mut self,
        files: &[PayloadFile],
        file: usize,
        manifest: &Manifest,
        is_wanted: impl Fn(&RunClaim) -> bool,
    ) -> Result<()> {
        let source = &files[file].source;
        let runs = manifest.runs.get(source.name()).into_iter().flatten();
        for run in runs.filter(|run| is_wanted(run)) {
            let offset = run.offset.min(source.len());
            let len = run.len.min(source.len() - offset);
            let contradiction = ((offset, len) != (run.offset, run.len)).then(|| {
                let RunClaim { offset, len, .. } = run;
                format!("the file has {} bytes; {} expects {len} from byte {offset}", source.len(), manifest.source)
            });
            let claim = Claim { origin: manifest.origin(run.algorithm), expected: run.digest, contradiction };
            self.add_check(Item::Run(file), run.algorithm, (file, offset, len), claim)?;
        }
        Ok(())
    }

    /// Adds the wanted ones of the claims that a manifest has for tensors in a file. The others only confirm what others say, where
    /// `confirms` is set.
    fn add_tensor_claims(
        &mut self,
        payload: &Payload,
        manifest: &Manifest,
        (file, tensors): (usize, impl Iterator<Item = usize>),
        confirms: bool,
        is_wanted: impl Fn(&Claim) -> bool,
    ) -> Result<()> {
        for tensor in tensors {
            let Some(Stated { range, claim, .. }) = claim_of(payload, manifest, (file, tensor)) else { continue };
            if is_wanted(&claim) {
                self.add_check(Item::Tensor(tensor), Algorithm::Blake3, range, claim)?;
            } else if confirms {
                memory::push(&mut self.confirmations, (Item::Tensor(tensor), range, claim), CHECKS)?;
            }
        }
        Ok(())
    }

    /// A slice is checked by the blocks that cover it, if it lies in one piece and the manifest states them.
    fn add_slice_claim(
        &mut self,
        payload: &Payload,
        manifest: &Manifest,
        (file, slice): (usize, &Selected),
    ) -> Result<()> {
        let item = Item::Tensor(slice.tensor);
        let (Some(Stated { range, claim, blocks }), Some(part)) =
            (claim_of(payload, manifest, (file, slice.tensor)), &slice.part)
        else {
            return Ok(());
        };
        let run = match &part.taken {
            Taken::Rows(run, rows) if rows.rows == 1 => *run,
            _ => return self.add_check(item, Algorithm::Blake3, range, claim),
        };
        // What the blocks of a tensor in another form cover says nothing about this one.
        if blocks.is_empty() || claim.is_contradicted() {
            return self.add_check(item, Algorithm::Blake3, range, claim);
        }
        let start = run.offset - range.1;
        let end = if run.len == 0 { start / BLOCK } else { (start + run.len).div_ceil(BLOCK) };
        let stated = memory::collect(blocks.iter().copied(), CHECKS)?;
        let cover = Some(Cover { blocks: (start / BLOCK) as u32..end as u32, stated });
        self.push(item, Algorithm::Blake3, range, vec![claim], cover)
    }

    fn add_everything(&mut self, payload: &Payload, files: &[PayloadFile]) -> Result<()> {
        let stored = files.iter().enumerate().filter(|(_, file)| file.base.is_none());
        for (file, PayloadFile { source, .. }) in stored {
            for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
                self.push(Item::File(file), algorithm, (file, 0, source.len()), Vec::new(), None)?;
            }
            self.add_witnesses(files, file)?;
        }
        // Tensors in pieces are covered by their files.
        (0..payload.tensors.len()).try_for_each(|tensor| self.add_tensor(payload, tensor))
    }

    /// Adds the digest of a tensor that lies in one run.
    fn add_tensor(&mut self, payload: &Payload, tensor: usize) -> Result<()> {
        match payload.tensors.get(tensor).and_then(|tensor| tensor.contents.run()) {
            Some(Span { file, offset, len }) => {
                self.push(Item::Tensor(tensor), Algorithm::Blake3, (file as usize, offset, len), Vec::new(), None)
            }
            None => Ok(()),
        }
    }

    /// Adds the comparisons that are not necessary; returns how many checks there were before.
    pub(in crate::load) fn add_confirmations(&mut self) -> Result<usize> {
        let necessary = self.list.len();
        for (item, range, claim) in std::mem::take(&mut self.confirmations) {
            self.add_check(item, Algorithm::Blake3, range, claim)?;
        }
        Ok(necessary)
    }

    /// Adds a claim: to the check that makes the same digest already, or to a new one.
    fn add_check(&mut self, item: Item, algorithm: Algorithm, range: (usize, u64, u64), claim: Claim) -> Result<()> {
        let key = (item, algorithm, range.1, range.2);
        match self.known.get(&key).and_then(|number| self.list.get_mut(*number as usize)) {
            Some(check) => memory::push(&mut check.claims, claim, CHECKS),
            None => {
                memory::reserve_entry(&mut self.known, CHECKS)?;
                self.known.insert(key, self.list.len() as u32);
                self.push(item, algorithm, range, vec![claim], None)
            }
        }
    }

    fn push(
        &mut self,
        item: Item,
        algorithm: Algorithm,
        (file, start, len): (usize, u64, u64),
        claims: Vec<Claim>,
        cover: Option<Cover>,
    ) -> Result<()> {
        memory::check()?;
        memory::push(
            &mut self.list,
            Check { item, algorithm, file, start, len, claims, witness: None, memo: None, cover },
            CHECKS,
        )
    }
}

/// Refuses a file that no manifest covers.
fn check_cover(payload: &Payload, source: &Source) -> Result<()> {
    let covers = |manifest: &Manifest| {
        let claim = manifest.files.get(source.name()).and_then(FileClaim::fastest);
        claim.is_some_and(|(algorithm, _)| manifest.origin(algorithm).covers)
    };
    if payload.manifests.iter().any(covers) { Ok(()) } else { Err(uncovered(source, source)) }
}

fn uncovered(source: &Source, description: &Source) -> Error {
    let message = if source.is_same_file(description) {
        "no manifest covers this weight file, and the policy requires it".to_owned()
    } else {
        let name = Printable(description.name());
        format!("no manifest covers both this weight file and {name}, which describes it; the policy requires it")
    };
    Error::new(Kind::Unverified, message).with_path(source.path())
}

/// A file of another size is another file, whatever its digest.
fn wrong_size(len: u64, claim: &FileClaim, manifest: &Manifest) -> Option<String> {
    let size = claim.size.filter(|size| *size != len)?;
    let separator = if claim.cure().is_empty() { "" } else { ": " };
    Some(format!("the file has {len} bytes; {} expects {size}{separator}{}", manifest.source, claim.cure()))
}

/// What a manifest says of a tensor.
struct Stated<'a> {
    /// The file that holds the tensor, bytes from its start, bytes.
    range: (usize, u64, u64),
    claim: Claim,
    blocks: &'a [Digest],
}

/// What a manifest says of a tensor, if it means the tensor in this file. It means one run: pieces contradict it.
fn claim_of<'a>(payload: &Payload, manifest: &'a Manifest, (file, tensor): (usize, usize)) -> Option<Stated<'a>> {
    steps::rest();
    let tensor = payload.tensors.get(tensor)?;
    let stated = manifest.tensors.get(tensor.name)?;
    if stated.file != payload.files.get(file)?.source.name() {
        return None;
    }
    let run = tensor.contents.runs().find(|run| payload.base(run.file as usize) == file)?;
    let contradiction = stated.contradiction(&tensor);
    Some(Stated {
        range: (run.file as usize, run.offset, run.len),
        claim: Claim { origin: manifest.origin(Algorithm::Blake3), expected: stated.digest, contradiction },
        blocks: &stated.blocks,
    })
}
