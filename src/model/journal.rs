//! What opening a model tells the log of the host.

use std::time::{Duration, Instant};

use super::Model;
use crate::error::Result;
use crate::finding::Severity;
use crate::host::{Context, Level};

/// Opens a model, and logs what came of it. `what` is how the caller named it.
pub(super) fn log_open(context: &Context, what: &str, open: impl FnOnce() -> Result<Model>) -> Result<Model> {
    let begun = Instant::now();
    let model = context.log_failure("open", open())?;
    model.log_parts(context);
    context.log(Level::Info, "open", || model.summary(what, begun.elapsed()));
    Ok(model)
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

    fn summary(&self, what: &str, time: Duration) -> String {
        let (format, files, tensors) = (self.format(), self.files().len(), self.tensors().len());
        let (graphs, manifests) = (self.graphs().len(), self.0.payload.manifests.len());
        let milliseconds = 1e3 * time.as_secs_f64();
        format!(
            "{what}: {format}; files: {files}, tensors: {tensors}, graphs: {graphs}, manifests: {manifests}; opened in \
             {milliseconds:.3} ms"
        )
    }
}
