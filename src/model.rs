//! A model: where source, format and policy meet.

mod assets;
mod contents;
mod cover;
mod journal;
mod open;
mod origin;
mod repository;
mod touched;
mod whole;

pub use origin::Origin;
pub use repository::Repository;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::finding::Finding;
use crate::formats::Unindexed;
use crate::graph::Graphs;
use crate::host::{Cancel, Context, Costs, Level, Listener, Operation, Pending};
use crate::limits::Limits;
use crate::load::{Payload, Placement, Plan, PlanOptions, Task};
use crate::metadata::Metadata;
use crate::storage::{Access, Location, Source};
use crate::tensor::{Tensor, TensorTable};
use crate::verify::{Memo, Policy};

/// What memory is asked for.
const FILES: &str = "the files of the model";

/// How a model is opened.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// How bytes are reached.
    pub access: Access,
    /// When bytes have to be checked.
    pub policy: Policy,
    /// Whether a file that was replaced or removed after it was opened is refused with [`Kind::Changed`], like one that was
    /// written. Otherwise the model continues to use the file that it opened, and [`Model::changed`] reports the change.
    pub refuses_replaced: bool,
    /// The name of the file in memory that [`Model::from_memory`] opens, in manifests and in errors. `None`: `memory`.
    pub name: Option<String>,
    /// Directories outside the model's own to which symbolic links of the model may lead, such as the cache of a tool that manages
    /// data, or another disk. Without them a link may lead out only to where the entry file really lies, or to the blobs of a
    /// Hugging Face cache. Only [`Model::open`] uses them.
    pub link_roots: Vec<PathBuf>,
    /// The format by name; `None` detects it by content.
    pub format: Option<String>,
    /// A manifest from a trusted place, instead of those that lie beside the weights.
    pub manifest: Option<Vec<u8>>,
    /// Where verified files are remembered, and looked up so that they need not be hashed again.
    pub memo: Option<Memo>,
    /// Whether what `memo` remembers counts as cover under [`Policy::Required`]. Otherwise files are hashed there in any case.
    pub memo_covers: bool,
    /// What the files may ask for.
    pub limits: Limits,
    /// Receives the progress of the open: about once for each megabyte of headers, indices, manifests and graphs, of which
    /// [`Progress::done_bytes`](crate::host::Progress::done_bytes) counts what has been read. The totals are not known.
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
    /// Those of the open, for what is read later.
    limits: Limits,
}

impl Model {
    /// What the host provides to the model.
    pub(crate) fn context(&self) -> &Context {
        &self.0.payload.context
    }

    /// What it is called in messages: where it was opened.
    pub(crate) fn name(&self) -> &str {
        &self.0.payload.name
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

    /// Plans a load. No bytes are read.
    pub fn plan(&self, options: &PlanOptions) -> Result<Plan> {
        self.tell_plan(|| Plan::new(&self.0.payload, options))
    }

    /// Plans, and tells the host.
    fn tell_plan(&self, plan: impl FnOnce() -> Result<Plan>) -> Result<Plan> {
        let (name, operation) = (self.name(), Operation::begin("plan", self.context()));
        let plan = plan();
        let costs = Costs::of_rest(operation.worked());
        match &plan {
            Ok(plan) => operation.done_at(Level::Debug, name, 0, costs, || plan.summary()),
            Err(error) => operation.failed(name, 0, costs, error),
        }
        plan
    }

    /// Plans a load of those tensors of this model that differ from what a placement of another version has, by the digests that the
    /// manifests of both state. [`Placement::refit`] copies what has been loaded to the places of the others, when all of it has been
    /// checked. The options have to place the same tensors in the same form as those of the placement, which have to be on the
    /// host or on devices.
    ///
    /// [`Kind::InvalidArgument`]: the placement has other tensors, or has them in another form. [`Kind::Unsupported`]: tensors share memory
    /// in the placement, and do not share bytes in this model.
    pub fn plan_refit(&self, placement: &Placement, options: &PlanOptions) -> Result<Plan> {
        self.tell_plan(|| Plan::refit(&self.0.payload, options, placement))
    }

    /// Begins to plan a load: in steps, or on a thread of the context.
    pub fn begin_plan(&self, options: &PlanOptions) -> Pending<Arc<Plan>> {
        let (model, options) = (self.clone(), options.clone());
        Pending::new("plan", self.context(), move || model.plan(&options).map(Arc::new))
    }

    /// Plans, loads and waits.
    pub fn load(&self, options: &PlanOptions) -> Result<Placement> {
        let task = Task::start(&Arc::new(self.plan(options)?))?;
        task.wait()?;
        task.finish()?.ok_or_else(|| Error::new(Kind::Internal, "a task that is done has no placement"))
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tensors = self.tensors().len();
        f.debug_struct("Model").field("format", &self.0.format).field("tensors", &tensors).finish()
    }
}

#[cfg(test)]
mod tests;
