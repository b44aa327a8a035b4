//! A model: where source, format and policy meet.

mod journal;
mod touched;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::finding::rules::{ASSET_LINK, ASSET_NAME};
use crate::finding::{Finding, Notes};
use crate::formats::{self, BUILT_ALIGNMENT, Claim, Claimed, DescribedBy, Parsed, Unindexed, UsedPart, WeightFile};
use crate::graph::Graphs;
use crate::host::{Cancel, Context, Listener, Progress};
use crate::limits::{Budget, Limits};
use crate::load::{
    Measured, Payload, PayloadFile, Placement, Plan, PlanOptions, Task, contiguous_bytes, measure, verify,
};
use crate::memory;
use crate::metadata::Metadata;
use crate::storage::{Access, HostFiles, Location, Source};
use crate::tensor::{Span, Tensor, TensorTable};
use crate::verify::{FileClaim, Ledger, Manifest, Policy, Report, ReportFile, RunClaim, gather, is_manifest};
use journal::log_open;

/// What memory is asked for.
const FILES: &str = "the files of the model";

/// How a model is opened.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// How bytes are reached.
    pub access: Access,
    /// When bytes have to be checked.
    pub policy: Policy,
    /// Whether a file to which its path does not lead any more is refused with [`Kind::Changed`], as one that has been written
    /// is. Otherwise the model goes on with the file that it has opened, and [`Model::changed`] tells.
    pub refuses_replaced: bool,
    /// The name of the file in memory that [`Model::from_memory`] opens: manifests and errors call it so. `None`: `memory`.
    pub name: Option<String>,
    /// The format by name; `None` detects it by content.
    pub format: Option<String>,
    /// A manifest from a trusted place, instead of those that lie beside the weights.
    pub manifest: Option<Vec<u8>>,
    /// What the files may ask for.
    pub limits: Limits,
    /// Told how far the open is: about once for each megabyte of headers, indices, manifests and graphs, of which
    /// [`Progress::done_bytes`] counts what has been read. The totals are not known.
    pub progress: Option<Listener>,
    /// Stops the open from another thread.
    pub cancel: Option<Cancel>,
}

/// Where the contents of a tensor lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the file in [`Model::files`].
    pub file: usize,
    /// Bytes from the start of that file; `None`: they are built from parts of it.
    pub offset: Option<u64>,
}

/// An open model: immutable, cheap to clone, usable from many threads at once.
#[derive(Clone)]
pub struct Model(Arc<Inner>);

struct Inner {
    format: &'static str,
    location: Location,
    /// Whether the files beside the weights belong to the model: it was opened as a directory or by an index.
    is_directory: bool,
    payload: Arc<Payload>,
    unindexed: Vec<Unindexed>,
    metadata: Metadata,
    assets: Vec<String>,
    graphs: Graphs,
    notes: Vec<Finding>,
}

impl Model {
    /// Opens a file or a directory.
    ///
    /// Headers and indices are read and checked in full; the bytes of tensors are not touched.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions, context: &Context) -> Result<Self> {
        let path = path.as_ref();
        log_open(context, &path.to_string_lossy(), || {
            Self::read(Location::open(path, options.access, context)?, options, context)
        })
    }

    /// Opens a model that is in memory: one file, which [`OpenOptions::name`] may name. It cannot name other files.
    ///
    /// [`Kind::InvalidArgument`]: the name is not that of a file.
    pub fn from_memory(bytes: Bytes, options: &OpenOptions, context: &Context) -> Result<Self> {
        let name = options.name.as_deref();
        log_open(context, name.unwrap_or("memory"), || {
            Self::read(Location::from_memory(bytes, name)?, options, context)
        })
    }

    /// Opens a model in memory that has several files: shards, external data, manifests, assets, by their names
    /// relative to the model. `entry` is the blob that the model is entered by, `None` for all of them as a directory.
    ///
    /// [`Kind::InvalidArgument`]: two blobs have one name. [`Kind::Format`]: a name is not relative and plain.
    /// [`Kind::NotFound`]: there is no blob that is called `entry`.
    pub fn from_blobs(
        blobs: impl IntoIterator<Item = (String, Bytes)>,
        entry: Option<&str>,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        log_open(context, entry.unwrap_or("blobs"), || Self::read(Location::of_blobs(blobs, entry)?, options, context))
    }

    /// Opens a model whose files the host lends. `entry` is the file that the model is entered by, `None` for all of
    /// them as a directory. The model keeps `files` as long as it lives.
    pub fn from_host_files(
        files: Arc<dyn HostFiles>,
        entry: Option<&str>,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        log_open(context, entry.unwrap_or("files of the host"), || {
            Self::read(Location::of_host(files, entry, options.access, context)?, options, context)
        })
    }

    /// Opens a model that is a part of a larger file, such as a pak file: `len` bytes from `offset`. It cannot name
    /// other files.
    ///
    /// Offsets that the model tells, also in errors, count from the start of the part. The descriptor is kept; its own
    /// position is neither used nor changed, but on Windows, where reading changes it. [`Kind::InvalidArgument`]: the
    /// part is not inside the file.
    pub fn from_descriptor(
        file: File,
        offset: u64,
        len: u64,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        log_open(context, "a part of a file", || {
            Self::read(Location::of_part(file, offset, len, options.access, context)?, options, context)
        })
    }

    fn read(location: Location, options: &OpenOptions, context: &Context) -> Result<Self> {
        let mut notes = Notes::default();
        let budget = Budget::new(&options.limits).watched_by(options.progress.clone(), options.cancel.clone());
        budget.tell()?;
        let mut parsed = formats::read(&location, options.format.as_deref(), &budget, &mut notes)?;
        budget.tell()?;
        let mut manifests = gather(&location, options.policy, options.manifest.as_deref(), &budget)?;
        if options.policy != Policy::None && !parsed.claims.is_empty() {
            manifests.push(of_format(parsed.format, std::mem::take(&mut parsed.claims))?);
        }
        budget.tell()?;
        parsed.assets.retain(|name| !is_manifest(name));
        for link in location.drop_dead_links(&mut parsed.assets) {
            notes.add(ASSET_LINK, "", link);
        }
        for name in location.odd_names() {
            notes.add(ASSET_NAME, "", name);
        }
        Self::assemble(location, parsed, notes.finish()?, manifests, options, context)
    }

    fn assemble(
        location: Location,
        parsed: Parsed,
        notes: Vec<Finding>,
        manifests: Vec<Manifest>,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        let Parsed { format, weights, descriptions, tensors, unindexed, metadata, assets, graphs, .. } = parsed;
        let is_directory = location.entry().is_none() || !descriptions.is_empty();
        let ledger = match options.policy {
            Policy::Required => Ledger::new(weights.len() + descriptions.len(), tensors.len())?,
            // Nobody asks what has been checked.
            Policy::IfPresent | Policy::None => Ledger::new(0, 0)?,
        };
        let payload = Arc::new(Payload {
            context: context.clone(),
            weights: weights.len(),
            ledger,
            files: payload_files(weights, descriptions, !manifests.is_empty())?,
            tensors: Arc::new(tensors),
            policy: options.policy,
            refuses_replaced: options.refuses_replaced,
            manifests,
        });
        let inner = Inner { format, location, is_directory, payload, unindexed, metadata, assets, graphs, notes };
        memory::check()?;
        Ok(Self(Arc::new(inner)))
    }

    /// What the host provides to the model.
    pub(crate) fn context(&self) -> &Context {
        &self.0.payload.context
    }

    /// The name of the format.
    pub fn format(&self) -> &'static str {
        self.0.format
    }

    /// The weight files; [`Place::file`] counts in them.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &Source> {
        let files = &self.0.payload.files[..self.0.payload.weights];
        let stored = files.partition_point(|file| file.base.is_none());
        files[..stored].iter().map(|file| &file.source)
    }

    /// Where the contents of a tensor lie: those of a view its run, and of one in pieces the file of the first.
    pub fn place(&self, tensor: &Tensor<'_>) -> Place {
        let file = tensor.file();
        let base = self.0.payload.base(file);
        let run = tensor.contents.run().filter(|_| base == file);
        Place { file: base, offset: run.map(|run| run.offset) }
    }

    /// All tensors.
    pub fn tensors(&self) -> &TensorTable {
        &self.0.payload.tensors
    }

    /// Tensors that are present but not part of the model, because the weight map does not name them.
    pub fn unindexed(&self) -> &[Unindexed] {
        &self.0.unindexed
    }

    /// Whether a file that only describes, an index, says what belongs to the model.
    pub(crate) fn has_index(&self) -> bool {
        self.0.payload.files.len() > self.0.payload.weights
    }

    /// What the model says about itself, sorted by key; each key occurs once.
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }

    /// What was accepted with a remark when the model was opened, in the order in which it was met.
    pub fn notes(&self) -> &[Finding] {
        &self.0.notes
    }

    /// The graphs; none if the format has weights only.
    pub fn graphs(&self) -> &Graphs {
        &self.0.graphs
    }

    /// When bytes have to be checked.
    pub fn policy(&self) -> Policy {
        self.0.payload.policy
    }

    /// Names of the other files of the model's directory.
    pub fn assets(&self) -> &[String] {
        &self.0.assets
    }

    /// The index of the asset with this name in [`assets`](Self::assets).
    pub fn find_asset(&self, name: &str) -> Option<usize> {
        self.0.assets.binary_search_by(|asset| asset.as_str().cmp(name)).ok()
    }

    /// How the weight files at the paths of the model differ from those that it has opened: one was written, replaced or removed,
    /// of kind [`Kind::Changed`], or could not be examined. `None`: not at all. An index, manifests and assets are not looked at.
    ///
    /// A file that was replaced or removed does not harm a model that is open, see [`OpenOptions::refuses_replaced`].
    pub fn changed(&self) -> Option<Error> {
        let sources = self.0.payload.files.iter().map(|file| &file.source);
        let mut checks = sources.map(|source| source.check_unchanged().and_then(|()| source.check_current()));
        checks.find_map(Result::err)
    }

    /// The bytes of an asset, checked if a manifest covers it. They outlive the model.
    pub fn asset(&self, name: &str) -> Result<Bytes> {
        self.context().log_failure("asset", self.read_asset(name))
    }

    fn read_asset(&self, name: &str) -> Result<Bytes> {
        let source = self.asset_source(name)?;
        let bytes = source.read(0, source.len())?;
        for manifest in &self.0.payload.manifests {
            let claim = manifest.files.get(name).and_then(|claim| claim.fastest());
            let Some((algorithm, expected)) = claim else { continue };
            let actual = Digest::of(algorithm, &bytes);
            if actual != expected {
                let message = format!("{} is {actual}; {} expects {expected}", algorithm.name(), manifest.source);
                return Err(Error::new(Kind::Mismatch, message).with_path(source.path()).with_subject(name));
            }
        }
        Ok(bytes)
    }

    /// The length of an asset in bytes.
    pub fn asset_len(&self, name: &str) -> Result<u64> {
        let listed = self.0.location.listed(name).and_then(|file| file.bytes);
        listed.map_or_else(|| self.asset_source(name).map(|source| source.len()), Ok)
    }

    fn asset_source(&self, name: &str) -> Result<Source> {
        if self.find_asset(name).is_none() {
            return Err(Error::new(Kind::NotFound, "the model has no such asset").with_subject(name));
        }
        self.0.location.open_asset(name)
    }

    /// The stored bytes of a tensor with no copy. They outlive the model. Of a view they are its run: where its strides
    /// lead is for the caller to see; elements that are stored otherwise than they are used, and tensors in pieces,
    /// have no such bytes.
    ///
    /// The first view of a file maps it. Whether the file has been written since it was opened is examined ten times a second at
    /// the most; other calls make no system call. [`Kind::NotMapped`]: there are no such bytes, the model was opened for reading
    /// only, or the file cannot be mapped, which the message then explains; [`bytes`](Self::bytes) reads instead.
    pub fn view(&self, tensor: usize) -> Result<Bytes> {
        self.context().log_failure("view", self.stored(tensor))
    }

    fn stored(&self, index: usize) -> Result<Bytes> {
        let tensor = self.checked(index)?;
        let run = tensor.contents.run().filter(|_| tensor.contents.encoding().is_plain()).ok_or_else(|| {
            let message = "no stored bytes are its elements in their order: read or load it instead";
            Error::new(Kind::NotMapped, message).with_subject(tensor.name)
        })?;
        let payload = &self.0.payload;
        let PayloadFile { source, base, .. } = &payload.files[run.file as usize];
        let view = if base.is_none() {
            source.unless_examined(|| {
                payload.check_unchanged(source)?;
                self.check_if_touched(index, &tensor)
            })?;
            source.view(run.offset, run.len)?
        } else {
            // It may be built now, and its file written while that is read.
            self.check_unchanged(&tensor)?;
            let view = source.view(run.offset, run.len);
            self.check_unchanged(&tensor).and(view)?
        };
        view.ok_or_else(|| source.no_view().with_subject(tensor.name))
    }

    /// The contiguous bytes of a tensor: with no copy where that is possible, else read. They outlive the model. While
    /// a tensor that is not stored contiguously is read, what is stored of it is in memory beside the result.
    pub fn bytes(&self, index: usize) -> Result<Bytes> {
        self.context().log_failure("read", self.contiguous(index))
    }

    fn contiguous(&self, index: usize) -> Result<Bytes> {
        let tensor = self.checked(index)?;
        let Some(span) = tensor.span() else {
            return self.read_checked(index, &tensor, || {
                let bytes = contiguous_bytes(&tensor, |run| self.source_of(run).read(run.offset, run.len));
                self.check_unchanged(&tensor).and(bytes)
            });
        };
        match self.stored(index) {
            Err(e) if e.kind() == Kind::NotMapped => self.read_checked(index, &tensor, || {
                let bytes = self.source_of(span).read(span.offset, span.len);
                self.check_unchanged(&tensor).and(bytes)
            }),
            view => view,
        }
    }

    /// Reads a part of a tensor that is stored contiguously, `offset` bytes from its start. If the file turns out to have
    /// changed, the buffer is filled with zeros.
    pub fn read_into(&self, tensor: usize, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.context().log_failure("read", self.read_part(tensor, offset, buffer))
    }

    fn read_part(&self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let tensor = self.checked(index)?;
        let span = tensor.span().ok_or_else(|| {
            let message = "its elements are not stored contiguously, so no part of it can be read by itself: take all of its bytes";
            Error::new(Kind::Unsupported, message).with_subject(tensor.name)
        })?;
        let fits = offset.checked_add(buffer.len() as u64).is_some_and(|end| end <= span.len);
        if !fits {
            let message = format!("{} bytes from offset {offset} are not inside its {} bytes", buffer.len(), span.len);
            return Err(Error::invalid(message).with_subject(tensor.name));
        }
        let read = self.read_checked(index, &tensor, || {
            let read = self.source_of(span).read_into(span.offset + offset, buffer);
            self.check_unchanged(&tensor).and(read)
        });
        // Bytes that turned out to be others are not left behind.
        read.inspect_err(|_| buffer.fill(0))
    }

    /// Alignment of the zero-copy pointer of a tensor in bytes, up to a page; 0 if there is none. Nothing is mapped to
    /// find out.
    pub fn alignment(&self, tensor: &Tensor<'_>) -> u32 {
        let Some(run) = tensor.contents.run().filter(|_| tensor.contents.encoding().is_plain()) else { return 0 };
        match self.0.payload.files.get(run.file as usize) {
            None => 0,
            // Not built yet, perhaps, but always so.
            Some(PayloadFile { base: Some(_), .. }) => BUILT_ALIGNMENT,
            Some(file) => file.source.alignment_at(run.offset),
        }
    }

    fn source_of(&self, run: Span) -> &Source {
        &self.0.payload.files[run.file as usize].source
    }

    /// Refuses a tensor of which a file is no longer the one that was opened.
    fn check_unchanged(&self, tensor: &Tensor<'_>) -> Result<()> {
        let payload = &self.0.payload;
        payload.bases_of(tensor).try_for_each(|file| payload.check_unchanged(&payload.files[file].source))
    }

    /// The tensor, if its bytes may be handed out.
    fn checked(&self, index: usize) -> Result<Tensor<'_>> {
        let payload = &self.0.payload;
        let tensor = payload.tensors.get(index).ok_or_else(|| {
            Error::invalid(format!("there is no tensor {index}: the model has {}", payload.tensors.len()))
        })?;
        let path = || payload.files[tensor.file()].source.path();
        payload.check_verified(index, &tensor).map_err(|e| e.with_path(path()).with_subject(tensor.name))?;
        Ok(tensor)
    }

    /// Plans a load. No bytes are read.
    pub fn plan(&self, options: &PlanOptions) -> Result<Plan> {
        self.context().log_failure("plan", Plan::new(&self.0.payload, options))
    }

    /// Plans, loads and waits.
    pub fn load(&self, options: &PlanOptions) -> Result<Placement> {
        let task = Task::start(&Arc::new(self.plan(options)?))?;
        task.wait()?;
        task.finish()?.ok_or_else(|| Error::new(Kind::Internal, "a task that is done has no placement"))
    }

    /// Checks every file and every tensor of the model against its manifests, also after a mismatch: the report tells all.
    /// Digests of tensors are compared also where those of files match, so that a manifest that contradicts itself is noticed.
    ///
    /// Under [`Policy::None`] there is nothing to check against, and everything is reported as uncovered.
    pub fn verify(&self) -> Result<Report> {
        self.verify_with(|_| ControlFlow::Continue(()))
    }

    /// As [`verify`](Self::verify). `progress` is called on this thread, as by [`Task::wait_with`].
    pub fn verify_with(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Report> {
        let (others, missing) = self.context().log_failure("verify", self.other_files())?;
        let report = verify(&self.0.payload, others, missing, progress)?;
        // Whoever asked decides what a mismatch means; the log names it.
        let _ = self.context().log_failure("verify", report.verdict(self.policy()));
        Ok(report)
    }

    /// The files that a verification covers beside the model's own: its assets and, if the model is a directory, what
    /// manifests list; and the names of those that are listed and cannot be opened.
    fn other_files(&self) -> Result<(Vec<PayloadFile>, Vec<ReportFile>)> {
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
        for name in names {
            memory::check()?;
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

/// What the format itself says of files and of parts of them, in the form of a manifest.
fn of_format(format: &'static str, claims: Vec<Claim>) -> Result<Manifest> {
    let (mut files, mut runs) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for Claim { of, algorithm, digest } in claims {
        match of {
            Claimed::File(name) => files.entry(name).or_default().push((algorithm, digest)),
            Claimed::Run { file, offset, len } => {
                let claim = RunClaim { offset, len, algorithm, digest };
                memory::push(runs.entry(file).or_default(), claim, "the claims of the format")?;
            }
        }
        memory::check()?;
    }
    let files = files.into_iter().map(|(name, digests)| (name, FileClaim::new(None, digests)));
    Ok(Manifest::of_format(format, files.collect(), runs))
}

fn payload_files(weights: Vec<WeightFile>, descriptions: Vec<Source>, is_checked: bool) -> Result<Vec<PayloadFile>> {
    let first_description = weights.len();
    let weights = weights.into_iter().map(|WeightFile { source, used, base, described_by }| {
        // Without a manifest no file is ever compared with what was parsed of it.
        let used = used.into_iter().filter(|part| is_checked || matches!(part, UsedPart::Witness(_)));
        let description = match described_by {
            DescribedBy::Itself => None,
            DescribedBy::Weights(file) => Some(file),
            DescribedBy::Description(index) => Some(first_description + index),
        };
        let used = Arc::new(memory::collect(used.map(UsedPart::witness), FILES)?);
        Ok(PayloadFile { source, used, base, description })
    });
    memory::try_collect(weights.chain(descriptions.into_iter().map(|source| Ok(PayloadFile::plain(source)))), FILES)
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tensors = self.tensors().len();
        f.debug_struct("Model").field("format", &self.0.format).field("tensors", &tensors).finish()
    }
}

#[cfg(test)]
mod tests;
