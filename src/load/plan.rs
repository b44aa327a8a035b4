//! The plan of a load: which tensors, which bytes, where to, which checks. No I/O happens here.

use std::collections::HashSet;
use std::sync::Arc;

use super::checks::{Checks, Scope};
use super::jobs::{Copy, Job, cut};
use super::{Payload, PayloadFile};
use crate::error::{Error, Kind, Result};
use crate::tensor::{Span, TensorTable};

/// Where the bytes of the tensors go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Target {
    /// Nowhere: they are only checked.
    #[default]
    None,
    /// They stay where they are: zero-copy pointers into the mapped files.
    View,
    /// One arena in host memory, each tensor aligned.
    Host,
}

/// What to load, and how.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// Where to.
    pub target: Target,
    /// Glob patterns over tensor names, in which `*` also matches `/` and `.`; none means all tensors.
    pub include: Vec<String>,
    /// Tensors by index, instead of patterns; the placement keeps their order.
    pub tensors: Vec<usize>,
    /// Alignment of each tensor in the arena in bytes, a power of two; 0 means 64.
    pub alignment: u64,
    /// The bound on host memory beside the tensors, in bytes, at least 65,536; 0 means 8 MiB.
    pub staging_bytes: u64,
}

/// What a plan will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanInfo {
    /// Tensors that are selected.
    pub tensors: u64,
    /// Bytes of their contents.
    pub payload_bytes: u64,
    /// Bytes that will be read from files.
    pub read_bytes: u64,
    /// Bytes that the target will hold.
    pub target_bytes: u64,
    /// Bytes of host memory beside the target.
    pub staging_bytes: u64,
}

/// A plan is immutable; any number of tasks can be started from it.
pub struct Plan {
    pub(super) payload: Arc<Payload>,
    /// The files of the payload, and for a verification the assets.
    pub(super) files: Vec<PayloadFile>,
    /// Indices of the files that the plan points into, and of all that are no weight files.
    pub(super) files_in_use: Vec<usize>,
    pub(super) target: Target,
    /// Tensors in the order of the placement.
    pub(super) selection: Vec<usize>,
    /// Where each selected tensor begins in the arena.
    pub(super) arena_offsets: Vec<u64>,
    pub(super) arena_bytes: u64,
    pub(super) repeats: Vec<Repeat>,
    pub(super) alignment: u64,
    /// In the order of storage.
    pub(super) copies: Vec<Copy>,
    pub(super) checks: Checks,
    /// Whether bytes that match count as checked from then on.
    pub(super) vouches: bool,
    pub(super) jobs: Vec<Job>,
    pub(super) threads: usize,
    /// Bytes of one read, and of the scratch memory of each thread.
    pub(super) block: usize,
    info: PlanInfo,
}

/// Bytes of all files of a plan, 16 TiB: a plan keeps some bytes for every few megabytes, and a sparse file of any
/// size costs nobody anything.
const MAX_BYTES: u64 = 1 << 44;
const DEFAULT_ALIGNMENT: u64 = 64;
/// Bytes that may be placed a second time whatever the model is like.
const FREE_REPEATS: u64 = 16 << 20;
const MAX_ALIGNMENT: u64 = 1 << 30;
const DEFAULT_STAGING: u64 = 8 << 20;
/// Below this, system calls cost more than the bytes they bring.
const MIN_BLOCK: u64 = 64 << 10;
/// A block is read and then hashed: it should still be in the second-level cache of one core.
const MAX_BLOCK: u64 = 512 << 10;

impl Plan {
    /// Plans a load of the tensors that the options select.
    pub(crate) fn new(payload: &Arc<Payload>, options: &PlanOptions) -> Result<Self> {
        let selection = select(&payload.tensors, options)?;
        let files = payload.files.clone();
        check_size(&files)?;
        if options.target == Target::View {
            check_mapped(payload, &selection)?;
        }
        let checks = Checks::of_selection(payload, &files, &selection)?;
        let in_use = files_in_use(payload, &selection);
        Self::build(payload, (files, in_use), selection, checks, options)
    }

    /// Plans a pass over whole files: those of the payload, and `assets`.
    pub(crate) fn over_files(payload: &Arc<Payload>, assets: Vec<PayloadFile>, scope: Scope<'_>) -> Result<Self> {
        let files: Vec<_> = payload.files.iter().cloned().chain(assets).collect();
        check_size(&files)?;
        let selection: Vec<usize> = (0..payload.tensors.len()).collect();
        let checks = Checks::of_files(payload, &files, scope);
        let all = (0..files.len()).filter(|file| files[*file].base.is_none()).collect();
        let plan = Self::build(payload, (files, all), selection, checks, &PlanOptions::default())?;
        // What a search in a damaged file finds whole is not what other manifests say of the file.
        Ok(Self { vouches: !matches!(scope, Scope::Locate(_)), ..plan })
    }

    fn build(
        payload: &Arc<Payload>,
        (files, files_in_use): (Vec<PayloadFile>, Vec<usize>),
        selection: Vec<usize>,
        checks: Checks,
        options: &PlanOptions,
    ) -> Result<Self> {
        let alignment = match options.alignment {
            0 => DEFAULT_ALIGNMENT,
            power if power.is_power_of_two() && power <= MAX_ALIGNMENT => power,
            other => {
                let message = format!("{other} is not a power of two up to {MAX_ALIGNMENT}");
                return Err(Error::invalid(message).subject("alignment"));
            }
        };
        let (threads, block) = staging(payload.context.threads(), options.staging_bytes)?;
        let arena = match options.target {
            Target::Host => lay_out(&payload.tensors, &selection, alignment)?,
            Target::None | Target::View => Layout::default(),
        };
        let jobs = cut(&files, &arena.copies, &checks.streams, &ends_of_tensors(&payload.tensors, &selection));
        let info = PlanInfo {
            tensors: selection.len() as u64,
            payload_bytes: selection
                .iter()
                .map(|index| bytes_of(&payload.tensors, *index))
                .fold(0, u64::saturating_add),
            read_bytes: jobs.iter().map(Job::len).sum(),
            target_bytes: arena.bytes,
            staging_bytes: threads.max(1) as u64 * block,
        };
        Ok(Self {
            payload: Arc::clone(payload),
            files,
            files_in_use,
            target: options.target,
            selection,
            arena_offsets: arena.offsets,
            arena_bytes: arena.bytes,
            repeats: arena.repeats,
            alignment,
            copies: arena.copies,
            checks,
            vouches: true,
            jobs,
            threads,
            block: block as usize,
            info,
        })
    }

    /// What the plan will do.
    pub fn info(&self) -> PlanInfo {
        self.info
    }
}

fn files_in_use(payload: &Payload, selection: &[usize]) -> Vec<usize> {
    let mut is_used = vec![false; payload.weights];
    for tensor in selection.iter().filter_map(|index| payload.tensors.get(*index)) {
        is_used[payload.base(tensor.span.file as usize)] = true;
    }
    (0..payload.files.len()).filter(|file| is_used.get(*file).copied().unwrap_or(true)).collect()
}

fn check_size(files: &[PayloadFile]) -> Result<()> {
    let total = files.iter().try_fold(0_u64, |total, file| total.checked_add(file.source.len()));
    match total.filter(|total| *total <= MAX_BYTES) {
        Some(_) => Ok(()),
        None => Err(Error::new(Kind::Limit, format!("the files have more than {MAX_BYTES} bytes in all"))),
    }
}

/// How many threads work, and how much each reads at once, within the bound on staging memory.
fn staging(threads: usize, bytes: u64) -> Result<(usize, u64)> {
    let bytes = if bytes == 0 { DEFAULT_STAGING } else { bytes };
    if bytes < MIN_BLOCK {
        let message = format!("{bytes} bytes are too few: expected at least {MIN_BLOCK}");
        return Err(Error::invalid(message).subject("staging_bytes"));
    }
    let most = usize::try_from(bytes / MIN_BLOCK).unwrap_or(usize::MAX);
    let threads = threads.min(most);
    let block = (bytes / threads.max(1) as u64).clamp(MIN_BLOCK, MAX_BLOCK);
    Ok((threads, block & !4095))
}

fn select(tensors: &TensorTable, options: &PlanOptions) -> Result<Vec<usize>> {
    match (&options.include[..], &options.tensors[..]) {
        ([], []) => Ok((0..tensors.len()).collect()),
        ([], indices) => select_indices(tensors, indices),
        (patterns, []) => select_patterns(tensors, patterns),
        _ => Err(Error::invalid("both patterns and indices are given: expected one of them")),
    }
}

fn select_indices(tensors: &TensorTable, indices: &[usize]) -> Result<Vec<usize>> {
    let mut seen = HashSet::with_capacity(indices.len().min(tensors.len()));
    for index in indices {
        if *index >= tensors.len() {
            let message = format!("there is no tensor {index}: the model has {}", tensors.len());
            return Err(Error::invalid(message));
        }
        if !seen.insert(index) {
            return Err(Error::invalid(format!("tensor {index} is selected twice")));
        }
    }
    Ok(indices.to_vec())
}

fn select_patterns(tensors: &TensorTable, patterns: &[String]) -> Result<Vec<usize>> {
    let mut is_selected = vec![false; tensors.len()];
    for text in patterns {
        let pattern = glob::Pattern::new(&with_single_stars(text))
            .map_err(|e| Error::invalid(format!("not a glob pattern: {}", e.msg)).subject(&**text))?;
        let mut has_matched = false;
        for (selected, tensor) in is_selected.iter_mut().zip(tensors.iter()) {
            if pattern.matches(tensor.name) {
                *selected = true;
                has_matched = true;
            }
        }
        if !has_matched {
            return Err(Error::new(Kind::NotFound, "no tensor of the model matches this pattern").subject(&**text));
        }
    }
    let selected = is_selected.iter().enumerate().filter(|(_, selected)| **selected);
    Ok(selected.map(|(index, _)| index).collect())
}

/// `**` means what `*` means, since that matches every character already; the glob crate would want it between slashes.
fn with_single_stars(pattern: &str) -> String {
    let mut chars: Vec<char> = pattern.chars().collect();
    chars.dedup_by(|a, b| *a == '*' && *b == '*');
    chars.into_iter().collect()
}

fn check_mapped(payload: &Payload, selection: &[usize]) -> Result<()> {
    let mut files = selection.iter().filter_map(|index| payload.tensors.get(*index)).map(|tensor| tensor.span.file);
    match files.find(|file| !payload.files[*file as usize].source.is_mapped()) {
        None => Ok(()),
        Some(file) => {
            let message = "the model was opened for reading only: there are no zero-copy pointers";
            Err(Error::new(Kind::NotMapped, message).path(payload.files[file as usize].source.path()))
        }
    }
}

#[derive(Default)]
struct Layout {
    offsets: Vec<u64>,
    copies: Vec<Copy>,
    /// What is copied inside the arena when it is full.
    repeats: Vec<Repeat>,
    bytes: u64,
}

/// Bytes of the arena that a second tensor needs at another place, because the first one's does not suit its alignment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) len: u64,
}

impl Layout {
    /// Takes the next `len` bytes of the arena.
    fn take(&mut self, len: u64, alignment: u64) -> Result<u64> {
        let start = self.bytes.checked_next_multiple_of(alignment);
        let range = start.and_then(|start| Some((start, start.checked_add(len)?)));
        let (start, end) = range.ok_or_else(|| Error::out_of_memory("the arena", u64::MAX))?;
        self.bytes = end;
        Ok(start)
    }
}

/// Tensors follow each other in the arena as they do in the files, whatever order they were selected in, so that
/// one large read fills many of them. Tensors that share bytes in their file share them in the arena, so that each byte is
/// read and placed once.
fn lay_out(tensors: &TensorTable, selection: &[usize], alignment: u64) -> Result<Layout> {
    let span_of = |position: &usize| tensors.get(selection[*position]).map(|tensor| (tensor.span, *position));
    let mut spans: Vec<(Span, usize)> = (0..selection.len()).filter_map(|position| span_of(&position)).collect();
    spans.sort_unstable();
    let mut layout = Layout { offsets: vec![0; selection.len()], ..Layout::default() };
    let mut displaced = Vec::new();
    let mut rest = &spans[..];
    while let Some((first, _)) = rest.first() {
        let (region, count) = shared_region(*first, rest);
        let start = layout.take(region.len, alignment)?;
        if region.len > 0 {
            layout.copies.push(Copy { file: region.file, offset: region.offset, len: region.len, arena: start });
        }
        for (span, position) in &rest[..count] {
            let delta = span.offset - region.offset;
            layout.offsets[*position] = start + delta;
            if !delta.is_multiple_of(alignment) {
                displaced.push((*position, span.len));
            }
        }
        rest = &rest[count..];
    }
    let placed = layout.bytes;
    for (position, len) in displaced {
        let to = layout.take(len, alignment)?;
        let from = std::mem::replace(&mut layout.offsets[position], to);
        layout.repeats.push(Repeat { from, to, len });
        if layout.bytes - placed > placed.saturating_add(FREE_REPEATS) {
            let message = "tensors share bytes at distances that do not suit the alignment, so often that they would take more \
                           than twice their memory; ask for a smaller alignment";
            return Err(Error::new(Kind::Limit, message));
        }
    }
    Ok(layout)
}

/// The union of the first span and of those after it that overlap what came before, and how many these are.
fn shared_region(first: Span, spans: &[(Span, usize)]) -> (Span, usize) {
    let mut region = first;
    let mut count = 1;
    for (span, _) in &spans[1..] {
        if span.file != region.file || span.offset >= region.end() {
            break;
        }
        region.len = region.len.max(span.end() - region.offset);
        count += 1;
    }
    (region, count)
}

/// Where each selected tensor that has bytes ends: (file, offset), sorted.
fn ends_of_tensors(tensors: &TensorTable, selection: &[usize]) -> Vec<(u32, u64)> {
    let spans = selection.iter().filter_map(|index| tensors.get(*index)).map(|tensor| tensor.span);
    let mut ends: Vec<_> = spans.filter(|span| span.len > 0).map(|span| (span.file, span.end())).collect();
    ends.sort_unstable();
    ends
}

fn bytes_of(tensors: &TensorTable, index: usize) -> u64 {
    tensors.get(index).map_or(0, |tensor| tensor.span.len)
}
