//! What opening a model tells the host.

use super::Model;
use crate::error::Result;
use crate::finding::Severity;
use crate::host::{Context, Costs, Level, Operation};
use crate::limits::Budget;

/// Opens a model, and tells the host what came of it. `what` is how the caller named it; the function adds the costs of its stages.
pub(super) fn tell_open(
    context: &Context,
    what: &str,
    budget: &Budget,
    open: impl FnOnce(&mut Costs) -> Result<Model>,
) -> Result<Model> {
    let operation = Operation::begin("open", context);
    let mut costs = Costs::default();
    let model = open(&mut costs);
    costs.add_rest(operation.worked());
    let bytes = budget.done();
    match &model {
        Ok(model) => {
            model.log_parts(context);
            operation.done(model.name(), bytes, costs, || model.summary());
        }
        Err(error) => operation.failed(what, bytes, costs, error),
    }
    model
}

impl Model {
    /// One line for each file, manifest and note.
    fn log_parts(&self, context: &Context) {
        for file in self.files() {
            context.log(Level::Debug, "open", || {
                format!("{}: {} bytes, {} weights", file.path(), file.len(), self.format())
            });
        }
        for manifest in &self.0.payload.manifests {
            context.log(Level::Debug, "open", || {
                let (source, files, tensors) = (manifest.source, manifest.files.len(), manifest.tensors.len());
                format!("manifest {source}: {files} files, {tensors} tensors")
            });
        }
        for note in self.notes() {
            let level = if note.severity == Severity::Info { Level::Info } else { Level::Warn };
            context.log(level, "open", || format!("{}: {note}", self.0.location.path()));
        }
    }

    fn summary(&self) -> String {
        let (format, files, tensors) = (self.format(), self.files().len(), self.tensors().len());
        let (graphs, manifests) = (self.graphs().len(), self.0.payload.manifests.len());
        format!("{format}; files: {files}, tensors: {tensors}, graphs: {graphs}, manifests: {manifests}")
    }
}
