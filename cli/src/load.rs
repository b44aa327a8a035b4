//! `weighbridge load`

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use weighbridge::{Model, Placement, Plan, Policy, Task};

use crate::answer::Answer;
use crate::args::Load;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{count, report_summary, thousands};
use crate::phases::{self, Phase, Stage};
use crate::placing::target_name;
use crate::tensors;
use crate::verify::checks;

#[derive(Serialize)]
struct Loaded<'a> {
    tensors: usize,
    bytes: u64,
    phases: &'a [Phase],
    stages: Vec<Stage>,
    /// Where the tensors are: `"host"` instead of `"view"` where a file cannot be mapped.
    target: &'static str,
    /// Empty if the tensors are in host memory.
    devices: Vec<Share>,
}

/// What one CUDA device has got.
#[derive(Serialize)]
struct Share {
    ordinal: u32,
    tensors: usize,
    /// Bytes of memory on the device.
    bytes: u64,
}

pub fn run(args: &Load, console: &mut Console) -> Result<(), Failure> {
    let wanted = args.placing.options()?;
    let start = Instant::now();
    let model = args.model.open(args.model.policy(Policy::IfPresent), console)?;
    let opened = Phase::ended("open", header_bytes(&model), start);
    console.tell_notes(model.notes());

    let plan = Arc::new(model.plan(&wanted).map_err(|error| args.placing.explain(error))?);
    console.tell_notes(plan.notes());
    let info = plan.info();
    let start = Instant::now();
    let task = Task::start(&plan)?;
    task.wait_with(console.progress_bar("loading"))?;
    let Some(placement) = task.finish()? else { return Err(Failure::usage("the task has no placement")) };
    let phases = [opened, Phase::ended("load", info.read_bytes, start)];

    let loaded = Loaded {
        tensors: placement.len(),
        bytes: info.payload_bytes,
        phases: &phases,
        stages: placement.report().costs().iter().map(Stage::from).collect(),
        target: target_name(placement.target()),
        devices: shares(&plan, &placement, &wanted.cuda.devices),
    };
    if console.is_human() {
        return print(console, &model, &placement, &loaded);
    }
    console.answer(Answer {
        head: &loaded,
        list: Some(checks(placement.report())),
        notes: Some(model.notes().iter().chain(plan.notes()).collect()),
        failure: None,
    })
}

/// What had to be read to open the model: all that is not tensors. Those may share bytes.
fn header_bytes(model: &Model) -> u64 {
    let files = model.files().map(|file| file.len()).fold(0, u64::saturating_add);
    let (mut tensors, mut seen) = (0, (0, 0));
    for tensor in model.tensors().iter() {
        let place = model.place(&tensor);
        let Some((offset, run)) = place.offset.zip(tensor.contents.run()) else { continue };
        let start = if place.file == seen.0 { offset.max(seen.1) } else { offset };
        let end = (offset + run.len).max(start);
        tensors += end - start;
        seen = (place.file, end);
    }
    files - tensors
}

fn shares(plan: &Plan, placement: &Placement, devices: &[u32]) -> Vec<Share> {
    let tensors_on = |ordinal| placement.iter().filter(|placed| placed.device == Some(ordinal)).count();
    let share = |&ordinal| Share { ordinal, tensors: tensors_on(ordinal), bytes: plan.device_bytes(Some(ordinal)) };
    devices.iter().map(share).collect()
}

fn print(out: &mut impl Write, model: &Model, placement: &Placement, loaded: &Loaded<'_>) -> Result<(), Failure> {
    tensors::print_placed(out, model, placement)?;
    writeln!(out, "\n{}", count(loaded.tensors, "tensor"))?;
    for Share { ordinal, tensors, bytes } in &loaded.devices {
        writeln!(out, "cuda:{ordinal}: {} in {} bytes", count(*tensors, "tensor"), thousands(*bytes))?;
    }
    writeln!(out)?;
    phases::print(out, loaded.phases, &loaded.stages)?;
    writeln!(out)?;
    report_summary(out, placement.report(), model.policy())?;
    Ok(())
}
