//! What a pass tells the host: what it will do, what each stage has cost, and how it ended.

use super::options::Target;
use super::plan::{Plan, PlanInfo};
use crate::error::Error;
use crate::host::{Costs, Level, Operation};

/// Begins a pass, and says what it will do.
pub(super) fn begin(name: &'static str, plan: &Plan) -> Operation {
    let operation = Operation::begin(name, &plan.payload.context);
    operation.log(Level::Debug, || {
        let PlanInfo { read_bytes, staging_bytes, .. } = plan.info();
        let (files, extents, threads) = (plan.files_in_use.len(), plan.extents.len(), plan.staging.threads);
        format!(
            "{}: begins: {read_bytes} bytes of {files} files in {extents} extents, {threads} threads, blocks of {} bytes, \
             {staging_bytes} bytes of staging memory",
            plan.payload.name, plan.staging.block
        )
    });
    operation
}

/// The pass is complete.
pub(super) fn done(operation: &Operation, plan: &Plan, costs: Costs) {
    let PlanInfo { tensors, target_bytes, read_bytes, .. } = plan.info();
    operation.done(&plan.payload.name, read_bytes, costs, || {
        let placed = match plan.target {
            Target::None => String::new(),
            target => format!("{tensors} tensors, {target_bytes} bytes, {}; ", place(target)),
        };
        format!("done: {placed}{read_bytes} bytes read and checked")
    });
}

/// The pass has failed after so many bytes.
pub(super) fn failed(operation: &Operation, plan: &Plan, bytes: u64, costs: Costs, error: &Error) {
    operation.failed(&plan.payload.name, bytes, costs, error);
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
