//! The plan of a load: which tensors, which bytes, where to, which checks. No I/O happens here.

use std::sync::Arc;

use super::checks::{Checks, Scope};
use super::extents::{Extent, cut};
use super::layout::{Layout, lay_out};
use super::moves::{Move, Slab, slabs};
use super::options::{CudaOptions, FileOptions, PlanOptions, Reads, Target};
use super::payload::{Payload, PayloadFile};
use super::places::{Places, check_target};
use super::routing::Routing;
use super::scales::unscaled_casts;
use super::scatter::{check_work, wanted_buffer};
use super::select::{Selected, select};
use super::staging::Staging;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::finding::rules::VIEW_WITHOUT_MAP;
use crate::finding::{Finding, Notes};
use crate::host::{Cancel, Level};
use crate::memory;
use crate::sort;
use crate::steps;
use crate::storage::Source;
use crate::tensor::TensorTable;

/// What memory is asked for.
const PLAN: &str = "the plan";

/// What a plan will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanInfo {
    /// Where the tensors will be: [`Target::Host`] instead of [`Target::View`] where a file cannot be mapped.
    pub target: Target,
    /// Tensors that are placed: those that are selected, once for each device that gets them.
    pub tensors: u64,
    /// Bytes that are taken of the selected tensors, before any conversion.
    pub payload_bytes: u64,
    /// Bytes that will be read from files: more than the payload where a check needs whole tensors or files, or where what
    /// is wanted lies less than 4,096 bytes apart.
    pub read_bytes: u64,
    /// Bytes that the target will hold; of several devices, all together.
    pub target_bytes: u64,
    /// Bytes of host memory beside the target.
    pub staging_bytes: u64,
    /// Bytes of the target's kind of memory, beside the target, that views and tensors in pieces take until they are
    /// made contiguous: 0 on the host, where that is done while they are read.
    pub transient_bytes: u64,
}

/// What will be done, as [`Model::plan`](crate::Model::plan) decides it. Immutable; any number of tasks can be started from it.
pub struct Plan {
    pub(super) payload: Arc<Payload>,
    /// The files of the payload, and for a verification the assets.
    pub(super) files: Vec<PayloadFile>,
    /// Indices of the files that the plan points into, and of all that are no weight files.
    pub(super) files_in_use: Vec<usize>,
    pub(super) target: Target,
    /// Tensors in the order of the placement.
    pub(super) selection: Vec<Selected>,
    pub(super) layout: Layout,
    pub(super) alignment: u64,
    pub(super) checks: Checks,
    pub(super) extents: Vec<Extent>,
    /// What is made contiguous when all extents are done. The host makes it so while it reads.
    pub(super) slabs: Vec<Slab>,
    pub(super) staging: Staging,
    pub(super) reads: Reads,
    /// Used by a plan for a file.
    pub(super) file: FileOptions,
    /// Stops every task of the plan.
    pub(super) cancel: Option<Cancel>,
    /// Present in a plan for devices.
    pub(super) routing: Option<Arc<Routing>>,
    /// Where the arena of a host lies; empty for other targets.
    pub(super) places: Places,
    info: PlanInfo,
    notes: Vec<Finding>,
}

/// Bytes of all files of a plan, 16 TiB: a plan keeps some bytes for every few megabytes, and a sparse file of any
/// size costs nobody anything.
const MAX_BYTES: u64 = 1 << 44;
const MAX_ALIGNMENT: u64 = 1 << 30;
/// No page is smaller.
const PAGE: u64 = 4096;

impl Plan {
    /// Plans a load of the tensors that the options select.
    pub(crate) fn new(payload: &Arc<Payload>, options: &PlanOptions) -> Result<Self> {
        if options.target == Target::Cuda && !cfg!(feature = "cuda") {
            return Err(Error::new(Kind::Unsupported, "this build has no CUDA").with_subject("target"));
        }
        if options.target == Target::File && !cfg!(feature = "file") {
            return Err(Error::new(Kind::Unsupported, "this build loads to no files").with_subject("target"));
        }
        if options.target == Target::File {
            check_place(&options.file)?;
        }
        check_target(options.target, &options.destinations)?;
        let selection = select(&payload.tensors, options)?;
        let files = memory::collect(payload.files.iter().cloned(), PLAN)?;
        check_size(&files)?;
        if options.target == Target::View {
            check_viewable(payload, &selection)?;
            let mut in_use = files_in_use(payload, &selection)?.into_iter();
            if let Some(file) = in_use.find(|file| !files[*file].source.map_now()) {
                // A file system without maps is no reason to fail: the bytes can be read.
                let plan = Self::new(payload, &PlanOptions { target: Target::Host, ..options.clone() })?;
                return plan.with_note(unmapped(&files[file].source)?);
            }
        }
        let checks = Checks::of_selection(payload, &files, &selection)?;
        let in_use = files_in_use(payload, &selection)?;
        let notes = unscaled_casts(&payload.tensors, &selection)?;
        for note in &notes {
            payload.context.log(Level::Warn, "plan", || note.to_string());
        }
        Ok(Self { notes, ..Self::build(payload, (files, in_use), selection, checks, options)? })
    }

    /// What it will do, for the log.
    pub(crate) fn summary(&self) -> String {
        let PlanInfo { tensors, target_bytes, read_bytes, .. } = self.info;
        format!("done: {tensors} tensors, {target_bytes} bytes; {read_bytes} bytes to be read")
    }

    /// The log has it already: that a file cannot be mapped is told when it is tried.
    fn with_note(mut self, note: Finding) -> Result<Self> {
        memory::push(&mut self.notes, note, PLAN)?;
        Ok(self)
    }

    /// Plans a pass over whole files: those of the payload, and `assets`.
    pub(crate) fn over_files(payload: &Arc<Payload>, assets: Vec<PayloadFile>, scope: Scope<'_>) -> Result<Self> {
        let files: Vec<_> = memory::collect(payload.files.iter().cloned().chain(assets), PLAN)?;
        check_size(&files)?;
        let selection: Vec<Selected> = memory::collect((0..payload.tensors.len()).map(Selected::whole), PLAN)?;
        let checks = Checks::of_files(payload, &files, scope)?;
        let all = memory::collect((0..files.len()).filter(|file| files[*file].base.is_none()), PLAN)?;
        let options = PlanOptions { target: Target::None, ..PlanOptions::default() };
        Self::build(payload, (files, all), selection, checks, &options)
    }

    /// How many threads can work on it at the same time.
    pub(super) fn workers(&self) -> usize {
        self.staging.threads.min(self.extents.len()).max(1)
    }

    pub(super) fn build(
        payload: &Arc<Payload>,
        (files, files_in_use): (Vec<PayloadFile>, Vec<usize>),
        selection: Vec<Selected>,
        checks: Checks,
        options: &PlanOptions,
    ) -> Result<Self> {
        let alignment = alignment_of(options)?;
        let layout = match options.target {
            Target::Host | Target::Sealed | Target::File | Target::Cuda => {
                lay_out(&payload.tensors, &selection, alignment)?
            }
            Target::None | Target::View => Layout::default(),
        };
        let preferred = files.iter().map(|file| file.source.preferred_read()).max().unwrap_or_default();
        let is_host = matches!(options.target, Target::Host | Target::Sealed);
        let name = |position: usize| payload.tensors.get(selection[position].tensor).map_or("", |tensor| tensor.name);
        let scattered = if is_host {
            check_work(&layout, name)?;
            wanted_buffer(&layout)
        } else {
            0
        };
        let staging = Staging::new(payload.context.threads(), preferred, scattered, options)?;
        // A file stands for one device.
        let of_file = CudaOptions::default();
        let devices = match options.target {
            Target::Cuda if cfg!(feature = "cuda") => Some((&options.cuda, &options.destinations[..])),
            Target::File if cfg!(feature = "file") => Some((&of_file, &[][..])),
            _ => None,
        };
        let places = match options.target {
            Target::Host | Target::Sealed => {
                let tensors = (&*payload.tensors, &selection[..]);
                Places::new(tensors, &layout, alignment, &options.destinations)?
            }
            _ => Places::whole(&Layout::default())?,
        };
        let route = |options| Routing::new(&payload.tensors, &selection, &layout, alignment, options).map(Arc::new);
        let routing = devices.map(route).transpose()?;
        let kept = layout.bytes - layout.transient_bytes();
        let (placed, target_bytes) =
            routing.as_ref().map_or((selection.len(), kept), |routing| (routing.len(), routing.bytes()));
        let transient_bytes = routing.as_ref().map_or(0, |routing| routing.transient_bytes());
        let extents = cut(&files, &layout.transfers, &checks, &ends_of_tensors(&payload.tensors, &selection)?)?;
        // Devices and files place each tensor on its own, so none has to be placed a second time.
        let is_made = |one: &Move| routing.is_some() && one.repeats.is_none();
        let slabs = slabs(layout.moves.iter().enumerate().filter(|(_, one)| is_made(one)))?;
        let info = PlanInfo {
            target: options.target,
            tensors: placed as u64,
            payload_bytes: payload_bytes(&payload.tensors, &selection),
            read_bytes: extents.iter().map(|extent| extent.read_bytes(&layout.transfers)).sum(),
            target_bytes,
            staging_bytes: staging.bytes(),
            transient_bytes,
        };
        Ok(Self {
            payload: Arc::clone(payload),
            files,
            files_in_use,
            target: options.target,
            selection,
            layout,
            alignment,
            checks,
            extents,
            slabs,
            staging,
            reads: options.reads,
            file: options.file.clone(),
            cancel: options.cancel.clone(),
            routing,
            places,
            info,
            notes: Vec::new(),
        })
    }

    /// What the plan will do.
    pub fn info(&self) -> PlanInfo {
        self.info
    }

    /// What is likely not meant: tensors that are cast although a scale belongs to them. [`Finding::path`] is the tensor's name.
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// The digest that manifests state for the stored bytes of each selected tensor; none at all if no manifest states any, or if
    /// nothing is placed where another version could take its place.
    pub(super) fn stated_digests(&self) -> Result<Vec<Option<Digest>>> {
        let is_stated = self.payload.manifests.iter().any(|manifest| !manifest.tensors.is_empty());
        if !is_stated || !matches!(self.target, Target::Host | Target::Cuda) {
            return Ok(Vec::new());
        }
        memory::collect(self.selection.iter().map(|one| self.payload.stated_digest(one.tensor)), PLAN)
    }

    /// Bytes that a slab puts in their place.
    pub(super) fn slab_bytes(&self, slab: usize) -> u64 {
        let slab = self.slabs[slab];
        let range = self.layout.moves[slab.index].destination(slab);
        range.end - range.start
    }

    /// The size of the arena on one CUDA device, or with `None` in host memory, in bytes; tensors with a destination of their own
    /// are not in it. 0 if the plan places nothing there.
    pub fn device_bytes(&self, device: Option<u32>) -> u64 {
        match (device, &self.routing) {
            (Some(device), Some(routing)) => routing.arena_bytes(device),
            (None, None) => self.places.arena_bytes(),
            _ => 0,
        }
    }
}

fn alignment_of(options: &PlanOptions) -> Result<u64> {
    match options.alignment {
        0 if options.target == Target::Cuda => Ok(256),
        0 => Ok(64),
        power if options.target == Target::Sealed && power > PAGE => {
            let message =
                format!("{power} is too large for sealed memory, which is aligned to a page: expected at most {PAGE}");
            Err(Error::invalid(message).with_subject("alignment"))
        }
        power if power.is_power_of_two() && power <= MAX_ALIGNMENT => Ok(power),
        other => {
            let message = format!("{other} is not a power of two up to {MAX_ALIGNMENT}");
            Err(Error::invalid(message).with_subject("alignment"))
        }
    }
}

/// Refuses a place that is taken, before anything is read.
fn check_place(file: &FileOptions) -> Result<()> {
    if file.path.as_os_str().is_empty() {
        return Err(Error::invalid("the target is a file, but no path is given").with_subject("file"));
    }
    if !file.replaces && file.path.symlink_metadata().is_ok() {
        return Err(Error::invalid("a file with this path already exists").with_path(file.path.to_string_lossy()));
    }
    Ok(())
}

pub(super) fn files_in_use(payload: &Payload, selection: &[Selected]) -> Result<Vec<usize>> {
    let mut is_used = memory::filled(false, payload.weights, PLAN)?;
    for tensor in selection.iter().filter_map(|selected| payload.tensors.get(selected.tensor)) {
        steps::rest();
        payload.bases_of(&tensor).for_each(|file| is_used[file] = true);
    }
    // What describes a file describes itself, too, so it does not matter in which order they are marked.
    for file in 0..payload.weights {
        let description = payload.description(file);
        if is_used[file] && description < payload.weights {
            is_used[description] = true;
        }
    }
    memory::collect((0..payload.files.len()).filter(|file| is_used.get(*file).copied().unwrap_or(true)), PLAN)
}

fn check_size(files: &[PayloadFile]) -> Result<()> {
    let total = files.iter().try_fold(0_u64, |total, file| total.checked_add(file.source.len()));
    match total.filter(|total| *total <= MAX_BYTES) {
        Some(_) => Ok(()),
        None => Err(Error::new(Kind::Limit, format!("the files have more than {MAX_BYTES} bytes in all"))),
    }
}

/// A view changes nothing: it is the bytes of a mapped file, in one piece.
fn check_viewable(payload: &Payload, selection: &[Selected]) -> Result<()> {
    for selected in selection {
        steps::rest();
        let Some(tensor) = payload.tensors.get(selected.tensor) else { continue };
        let source = &payload.files[tensor.file()].source;
        if !source.can_view() {
            return Err(source.no_view());
        }
        if selected.plain_span(&tensor).is_none() {
            let message =
                "a view can neither convert elements nor join rows or pieces: it has to be loaded to the host";
            return Err(Error::new(Kind::NotMapped, message).with_path(source.path()).with_subject(tensor.name));
        }
    }
    Ok(())
}

/// Where what is taken of each selected tensor ends, if it has bytes: (file, offset), sorted. A tensor in pieces ends
/// with its last one.
fn ends_of_tensors(tensors: &TensorTable, selection: &[Selected]) -> Result<Vec<(u32, u64)>> {
    let end_of = |selected: &Selected| {
        let tensor = tensors.get(selected.tensor)?;
        let last = match &selected.part {
            Some(part) => part.runs().filter(|run| run.len > 0).last(),
            None => tensor.span().filter(|span| span.len > 0),
        };
        last.map(|run| (run.file, run.end()))
    };
    let mut ends: Vec<_> = memory::collect(selection.iter().filter_map(end_of), PLAN)?;
    sort::sort(&mut ends);
    Ok(ends)
}

fn payload_bytes(tensors: &TensorTable, selection: &[Selected]) -> u64 {
    let bytes_of = |selected: &Selected| match &selected.part {
        Some(part) => part.taken_len(),
        None => tensors.get(selected.tensor).map_or(0, |tensor| tensor.byte_len()),
    };
    selection.iter().inspect(|_| steps::rest()).map(bytes_of).fold(0, u64::saturating_add)
}

/// Says that a file cannot be mapped, and what happens instead.
fn unmapped(file: &Source) -> Result<Finding> {
    let reason = file.unmappable().map_or_else(|| "it cannot be mapped".to_owned(), |reason| reason.to_string());
    let message = format!("{reason}: the tensors are loaded to host memory instead of being viewed in the file");
    let mut notes = Notes::default();
    notes.add(VIEW_WITHOUT_MAP, file.name(), message);
    notes.finish()?.pop().ok_or_else(|| Error::new(Kind::Internal, "a note was lost"))
}
