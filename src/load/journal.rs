//! What a pass tells the log of the host: what it will do, what each stage has cost, and how it ended.

use std::time::Instant;

use super::options::Target;
use super::plan::{Plan, PlanInfo};
use crate::error::Error;
use crate::host::Level;
use crate::verify::Costs;

/// The log of one pass.
#[derive(Clone)]
pub(super) struct Journal {
    /// The part of the library that the messages name.
    operation: &'static str,
    begun: Instant,
}

impl Journal {
    /// Begins a pass, and says what it will do.
    pub(super) fn begin(operation: &'static str, plan: &Plan) -> Self {
        let PlanInfo { read_bytes, staging_bytes, .. } = plan.info();
        log(plan, Level::Debug, operation, || {
            let (files, extents, threads) = (plan.files_in_use.len(), plan.extents.len(), plan.staging.threads);
            format!(
                "begins: {read_bytes} bytes of {files} files in {extents} extents, {threads} threads, blocks of {} bytes, \
                 {staging_bytes} bytes of staging memory",
                plan.staging.block
            )
        });
        Self { operation, begun: Instant::now() }
    }

    /// The pass is complete.
    pub(super) fn done(&self, plan: &Plan, costs: Costs) {
        let PlanInfo { tensors, target_bytes, read_bytes, .. } = plan.info();
        for cost in costs.into_list() {
            log(plan, Level::Debug, self.operation, || {
                let (stage, bytes, milliseconds) = (cost.stage.name(), cost.bytes, 1e3 * cost.time.as_secs_f64());
                format!("{stage}: {bytes} bytes in {milliseconds:.3} ms, all threads together")
            });
        }
        log(plan, Level::Info, self.operation, || {
            let milliseconds = 1e3 * self.begun.elapsed().as_secs_f64();
            let placed = match plan.target {
                Target::None => String::new(),
                target => format!("{tensors} tensors, {target_bytes} bytes, {}; ", place(target)),
            };
            format!("done: {placed}{read_bytes} bytes read and checked in {milliseconds:.3} ms")
        });
    }

    /// The pass has failed.
    pub(super) fn failed(&self, plan: &Plan, error: &Error) {
        log(plan, Level::of_failure(error), self.operation, || format!("failed: {error}"));
    }
}

fn place(target: Target) -> &'static str {
    match target {
        Target::Host => "in host memory",
        Target::View => "in mapped files",
        Target::Sealed => "in sealed memory",
        Target::Cuda => "on devices",
        Target::File => "in a new file",
        Target::None => "nowhere",
    }
}

fn log(plan: &Plan, level: Level, operation: &str, text: impl FnOnce() -> String) {
    plan.payload.context.log(level, operation, || format!("{}: {}", plan.payload.name, text()));
}
