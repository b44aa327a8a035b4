//! The digests that a pass has made, and how they compare with what was expected.

use std::sync::Arc;

use super::checks::{Check, Claim, HashRange, Item};
use super::plan::Plan;
use crate::digest::{Digest, combine};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;
use crate::tensor::{Span, Tensor};
use crate::verify::{Evidence, Outcome, Report, ReportBuilder, ReportFile};

/// What memory is asked for.
const DIGESTS: &str = "the digests";

/// The digests so far: of the ranges of each check, and of the checks that are complete.
#[derive(Default)]
pub(super) struct Digests {
    blocks: Vec<Vec<Digest>>,
    missing: Vec<u32>,
    digests: Vec<Option<Digest>>,
    /// Mismatches are collected instead of ending the pass.
    keeps_going: bool,
}

impl Digests {
    pub(super) fn new(plan: &Plan, keeps_going: bool) -> Result<Self> {
        let list = &plan.checks.list;
        Ok(Self {
            blocks: memory::try_collect(list.iter().map(blocks_to_be), DIGESTS)?,
            missing: memory::collect(list.iter().map(|check| check.hashed_blocks().len() as u32), DIGESTS)?,
            digests: memory::filled(None, list.len(), DIGESTS)?,
            keeps_going,
        })
    }

    /// Keeps the digests of ranges, and compares those of checks that are now complete.
    pub(super) fn record(&mut self, plan: &Plan, digests: Vec<(HashRange, Digest)>) -> Result<()> {
        for (range, digest) in digests {
            let check = range.check as usize;
            self.blocks[check][range.block as usize] = digest;
            self.missing[check] -= 1;
            if self.missing[check] == 0 {
                self.conclude(plan, check)?;
            }
        }
        Ok(())
    }

    /// Concludes the checks of nothing: no read will ever complete them.
    pub(super) fn conclude_empty(&mut self, plan: &Plan) -> Result<()> {
        for (number, check) in plan.checks.list.iter().enumerate() {
            if check.len == 0 {
                self.blocks[number] = vec![Digest::of(check.algorithm, &[])];
            }
            if check.len == 0 || self.missing[number] == 0 {
                self.conclude(plan, number)?;
            }
        }
        Ok(())
    }

    /// Concludes a check whose blocks are all there, and those that take over their digests.
    fn conclude(&mut self, plan: &Plan, leader: usize) -> Result<()> {
        self.combine(plan, leader)?;
        let shared = &plan.checks.shared;
        let first = shared.partition_point(|(other, _)| (*other as usize) < leader);
        let followers = shared[first..].iter().take_while(|(other, _)| *other as usize == leader);
        for (_, follower) in followers {
            let follower = *follower as usize;
            for block in plan.checks.list[leader].hashed_blocks() {
                self.blocks[follower][block as usize] = self.blocks[leader][block as usize];
            }
            self.combine(plan, follower)?;
        }
        Ok(())
    }

    /// Makes the digest of a check from those of its blocks, and compares it.
    fn combine(&mut self, plan: &Plan, number: usize) -> Result<()> {
        let blocks = &self.blocks[number];
        let actual = if blocks.len() == 1 { blocks[0] } else { combine(blocks, plan.checks.list[number].len) };
        self.digests[number] = Some(actual);
        self.compare(plan, number, actual)
    }

    fn compare(&self, plan: &Plan, number: usize, actual: Digest) -> Result<()> {
        let check = &plan.checks.list[number];
        if let Some(witness) = &check.witness {
            witness.compare(actual).map_err(|e| e.with_path(plan.files[check.file].source.path()))?;
        }
        match check.claims.iter().find(|claim| outcome(claim, actual) == Outcome::Mismatch) {
            Some(claim) if !self.keeps_going => Err(mismatch(plan, check, claim, actual)),
            _ => Ok(()),
        }
    }

    /// The checks that are complete, each with its digest.
    fn concluded<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (&'a Check, Digest)> {
        plan.checks.list.iter().zip(&self.digests).filter_map(|(check, digest)| Some((check, (*digest)?)))
    }

    /// Notes in the model's ledger what has been checked, with the stamps that the files had before they were read. One manifest that disagrees outweighs all that agree: a tensor
    /// counts only if no digest of its file is wrong, nor of what describes that, and a file only if also none of its
    /// tensors is.
    pub(super) fn mark_verified(&self, plan: &Plan, stamps: &[u64]) {
        let payload = &plan.payload;
        if plan.checks.list.is_empty() {
            return;
        }
        let mut is_damaged = vec![false; plan.files.len()];
        let mut has_damage = is_damaged.clone();
        for (check, _) in self.concluded(plan).filter(|(check, actual)| !matches(check, *actual)) {
            let is_part = matches!(check.item, Item::Tensor(_));
            let files = if is_part { &mut has_damage } else { &mut is_damaged };
            files[payload.base(check.file)] = true;
        }
        let ledger = &payload.ledger;
        for (check, actual) in self.concluded(plan).filter(|(check, _)| check.covers()) {
            let file = payload.base(check.file);
            let Some(stamp) = stamps.get(file).copied() else { continue };
            match check.item {
                _ if is_damaged[file] || is_damaged[payload.description(file)] => {}
                Item::File(file) if !has_damage[file] => ledger.mark_file(file, stamp),
                Item::Tensor(tensor) if matches(check, actual) => ledger.mark_tensor(tensor, stamp),
                _ => {}
            }
        }
    }

    /// The files that were hashed, if everything is what all manifests expect; none if anything is not.
    pub(super) fn verified_files<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (usize, &'a Check)> {
        let is_sound = self.concluded(plan).all(|(check, actual)| matches(check, actual));
        let hashed = self.concluded(plan).filter(move |(check, _)| is_sound && check.remembered().is_none());
        hashed.filter_map(|(check, _)| match check.item {
            Item::File(file) => Some((file, check)),
            Item::Used(_) | Item::Tensor(_) | Item::Run(_) => None,
        })
    }

    /// Every complete digest with those of its blocks.
    pub(super) fn into_digests(self) -> impl Iterator<Item = Option<(Digest, Vec<Digest>)>> {
        self.digests.into_iter().zip(self.blocks).map(|(digest, blocks)| Some((digest?, blocks)))
    }

    /// One line or more for every file in use and every selected tensor.
    pub(super) fn report(&self, plan: &Plan) -> Result<Report> {
        let sources = plan.files.iter().map(|file| &file.source);
        let files = sources.map(|source| {
            Ok(ReportFile { name: memory::text(source.name(), DIGESTS)?, path: source.path(), problem: None })
        });
        let files = memory::try_collect(files, DIGESTS)?;
        let mut report = ReportBuilder::new(files, Arc::clone(&plan.payload.tensors));
        report.reserve(plan.files_in_use.len() + plan.selection.len())?;
        let mut of_files: Vec<Vec<OfFile>> = memory::filled(Vec::new(), plan.files.len(), DIGESTS)?;
        let mut of_tensors: Vec<(usize, u32)> = Vec::new();
        let mut of_runs: Vec<(RunAt, u32)> = Vec::new();
        for (check, actual) in self.concluded(plan) {
            for claim in &check.claims {
                let problem = claim.contradiction.clone();
                let evidence = || {
                    let evidence = Evidence::new(claim.origin, check.algorithm, (claim.expected, actual), problem);
                    let counts = plan.payload.memo().is_some_and(|memo| memo.covers);
                    evidence.remembered_by(check.remembered().map(|(recognised, _)| recognised), counts)
                };
                match check.item {
                    Item::File(file) => of_files[file].push((report.evidence(evidence())?, claim.origin.covers)),
                    Item::Tensor(tensor) => {
                        memory::push(&mut of_tensors, (tensor, report.evidence(evidence())?), DIGESTS)?;
                    }
                    Item::Run(file) => {
                        let run = (file, check.start, check.len);
                        memory::push(&mut of_runs, (run, report.evidence(evidence())?), DIGESTS)?;
                    }
                    Item::Used(_) => {}
                }
            }
        }
        sort::sort(&mut of_tensors);
        sort::sort(&mut of_runs);
        // A file that is checked tensor by tensor has no line of its own.
        let mut in_parts = memory::filled(false, plan.files.len(), DIGESTS)?;
        self.concluded(plan).filter_map(|(check, _)| part_of(plan, check)).for_each(|file| in_parts[file] = true);
        for file in plan.files_in_use.iter().filter(|file| !of_files[**file].is_empty() || !in_parts[**file]) {
            let own: Vec<u32> = of_files[*file].iter().map(|(evidence, _)| *evidence).collect();
            report.file(*file, &own)?;
        }
        for ((file, offset, len), evidence) in &of_runs {
            report.run(*file, *offset, *len, &[*evidence])?;
        }
        let mut own: Vec<u32> = Vec::new();
        for (tensor, row) in
            plan.selection.iter().filter_map(|one| Some((one.tensor, plan.payload.tensors.get(one.tensor)?)))
        {
            let start = of_tensors.partition_point(|(other, _)| *other < tensor);
            let of_tensor = of_tensors[start..].iter().take_while(|(other, _)| *other == tensor);
            own.clear();
            own.extend(of_tensor.map(|(_, evidence)| *evidence));
            if own.is_empty() {
                add_those_of_files(plan, &row, &of_files, &mut own);
            }
            if own.is_empty() {
                own.extend(run_around(&of_runs, &row));
            }
            report.tensor(tensor, &own)?;
        }
        Ok(report.finish())
    }
}

/// A piece of evidence on a file, and whether it counts as cover.
type OfFile = (u32, bool);

/// Adds the first piece of evidence on each file that a tensor lies in; none if there is none on one of them. A file is
/// covered only together with what describes it.
fn add_those_of_files(plan: &Plan, tensor: &Tensor<'_>, of_files: &[Vec<OfFile>], own: &mut Vec<u32>) {
    for file in plan.payload.bases_of(tensor) {
        let description = plan.payload.description(file);
        let is_described = description == file || of_files[description].iter().any(|(_, covers)| *covers);
        match of_files[file].iter().find(|(_, covers)| is_described || !covers) {
            Some((evidence, _)) => own.push(*evidence),
            None => return own.clear(),
        }
    }
}

/// A part of a file: the file's index, bytes from its start, bytes.
type RunAt = (usize, u64, u64);

/// The evidence of the part of a file that a tensor lies in: of several that begin before it, the last.
fn run_around(runs: &[(RunAt, u32)], tensor: &Tensor<'_>) -> Option<u32> {
    let Span { file, offset, len } = tensor.contents.run()?;
    let after = runs.partition_point(|((other, start, _), _)| (*other, *start) <= (file as usize, offset));
    let ((other, start, size), evidence) = runs[..after].last()?;
    (*other == file as usize && offset + len <= start + size).then_some(*evidence)
}

/// The digests of a check's blocks before any is hashed: of those that will not be, what the manifest states.
fn blocks_to_be(check: &Check) -> Result<Vec<Digest>> {
    memory::check()?;
    if let Some((_, digest)) = check.remembered() {
        return Ok(vec![digest]);
    }
    match &check.cover {
        Some(cover) => memory::collect(cover.stated.iter().copied(), DIGESTS),
        None => memory::filled(Digest::from([0; 32]), check.blocks() as usize, DIGESTS),
    }
}

/// Whether every manifest expects this digest.
fn matches(check: &Check, actual: Digest) -> bool {
    check.claims.iter().all(|claim| outcome(claim, actual) == Outcome::Match)
}

fn outcome(claim: &Claim, actual: Digest) -> Outcome {
    let matches = claim.contradiction.is_none() && claim.expected == actual;
    if matches { Outcome::Match } else { Outcome::Mismatch }
}

/// The file that a check is about one tensor of.
fn part_of(plan: &Plan, check: &Check) -> Option<usize> {
    matches!(check.item, Item::Tensor(_)).then_some(plan.payload.base(check.file))
}

fn mismatch(plan: &Plan, check: &Check, claim: &Claim, actual: Digest) -> Error {
    let source = &plan.files[check.file].source;
    let message = claim.contradiction.clone().unwrap_or_else(|| {
        let algorithm = check.algorithm.name();
        format!("{algorithm} is {actual}; {} expects {}", claim.origin.source, claim.expected)
    });
    let error = Error::new(Kind::Mismatch, message).with_path(source.path());
    match check.item {
        Item::Tensor(tensor) => {
            let name = plan.payload.tensors.get(tensor).map_or("", |tensor| tensor.name);
            error.with_subject(name).with_offset(check.start)
        }
        Item::Run(_) => error.with_offset(check.start),
        Item::File(_) | Item::Used(_) => error,
    }
}
