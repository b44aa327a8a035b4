//! Passes over whole files that place nothing: to verify them, and to measure them for a manifest.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::checks::{Item, Scope};
use super::payload::{Payload, PayloadFile};
use super::plan::Plan;
use super::task::run;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::host::Progress;
use crate::memory;
use crate::verify::{FileClaim, Manifest, Report, ReportFile, TensorClaim};

/// Checks all files and tensors, collecting mismatches. `missing` are files that cannot be read; `also` are manifests of the others.
pub(crate) fn verify(
    payload: &Arc<Payload>,
    others: Vec<PayloadFile>,
    missing: Vec<ReportFile>,
    also: &[Manifest],
    progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Report> {
    let plan = Arc::new(Plan::over_files(payload, others, Scope::Verify { also })?);
    let (digests, costs) = run(&plan, (true, "verify"), progress)?;
    let report = digests.report(&plan)?.with_costs(costs);
    report.with_missing(missing, payload.manifests.iter().chain(also))
}

/// The BLAKE3 of each of these tensors, which lie in one run each.
pub(crate) fn digest_tensors(
    payload: &Arc<Payload>,
    tensors: &[usize],
    progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Vec<Digest>> {
    if tensors.is_empty() {
        return Ok(Vec::new());
    }
    let plan = Arc::new(Plan::over_files(payload, Vec::new(), Scope::Tensors(tensors))?);
    let (digests, _) = run(&plan, (false, "digest"), progress)?;
    let made = digests.into_digests().map(|made| made.map(|(digest, _)| digest));
    let lost = || Error::new(Kind::Internal, "a tensor was not hashed");
    memory::try_collect(made.map(|digest| digest.ok_or_else(lost)), "the digests")
}

/// The sizes and digests of a model, as a manifest states them.
pub(crate) struct Measured {
    pub(crate) files: BTreeMap<String, FileClaim>,
    pub(crate) tensors: BTreeMap<String, TensorClaim>,
    /// Why names of the directory lead to no file.
    pub(crate) left_out: Vec<Error>,
}

/// Hashes all files and all tensors.
pub(crate) fn measure(
    payload: &Arc<Payload>,
    assets: Vec<PayloadFile>,
    progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Measured> {
    let plan = Arc::new(Plan::over_files(payload, assets, Scope::Measure)?);
    let (digests, _) = run(&plan, (false, "digest"), progress)?;
    let mut tensors = BTreeMap::new();
    let mut of_files: Vec<Vec<(Algorithm, Digest)>> = memory::filled(Vec::new(), plan.files.len(), "the digests")?;
    for (check, digests) in plan.checks.list.iter().zip(digests.into_digests()) {
        let Some((digest, blocks)) = digests else { continue };
        match check.item {
            Item::Tensor(tensor) => {
                let Some(tensor) = payload.tensors.get(tensor) else { continue };
                let file = plan.files[payload.base(check.file)].source.name();
                let claim = TensorClaim::of(&tensor, file, digest, blocks);
                memory::check()?;
                if let Some(claim) = claim {
                    tensors.insert(memory::text(tensor.name, "the digests")?, claim);
                }
            }
            // Only claims ask for runs, and nobody wants the digests of what is used.
            Item::Run(_) | Item::Used(_) => {}
            Item::File(_) => of_files[check.file].push((check.algorithm, digest)),
        }
    }
    let stored = plan.files.iter().zip(of_files).filter(|(file, _)| file.base.is_none());
    let files = stored.map(|(PayloadFile { source, .. }, digests)| {
        (source.name().to_owned(), FileClaim::new(Some(source.len()), digests))
    });
    Ok(Measured { files: files.collect(), tensors, left_out: Vec::new() })
}
