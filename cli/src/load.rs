//! `weighbridge load`

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use weighbridge::{Access, Model, OpenOptions, Placement, PlanOptions, Target, Task};

use crate::args::{Load, open, read_manifest};
use crate::failure::Failure;
use crate::output::{count, progress_bar, report_summary, tensor_table, thousands, warnings};
use crate::verify::CheckDescription;

/// One step of a load: what it read, and how long it took.
#[derive(Serialize)]
struct Phase {
    name: &'static str,
    bytes: u64,
    seconds: f64,
    /// 10^9 bytes a second.
    gb_per_s: f64,
}

impl Phase {
    fn ended(name: &'static str, bytes: u64, start: Instant) -> Self {
        let seconds = start.elapsed().as_secs_f64();
        Self { name, bytes, seconds, gb_per_s: bytes as f64 / seconds / 1e9 }
    }
}

#[derive(Serialize)]
struct Loaded<'a> {
    tensors: usize,
    bytes: u64,
    phases: &'a [Phase],
    checks: Vec<CheckDescription<'a>>,
}

pub fn run(args: &Load, out: &mut impl Write) -> Result<(), Failure> {
    let access = if args.read { Access::Read } else { Access::Map };
    let manifest = read_manifest(args.manifest.as_ref())?;
    let options = OpenOptions { access, policy: args.policy.into(), manifest, ..Default::default() };
    let start = Instant::now();
    let model = open(&args.path, &options)?;
    let opened = Phase::ended("open", header_bytes(&model), start);

    let target: Target = args.target.into();
    let plan = Arc::new(model.plan(&PlanOptions { target, include: args.include.clone(), ..Default::default() })?);
    let info = plan.info();
    let start = Instant::now();
    let task = Task::start(&plan)?;
    task.wait(progress_bar("loading"))?;
    let Some(placement) = task.finish()? else { return Err(Failure::usage("the task has no placement")) };
    let phases = [opened, Phase::ended("load", info.read_bytes, start)];

    if args.json {
        let checks = placement.report().iter().map(CheckDescription::from).collect();
        let loaded = Loaded { tensors: placement.len(), bytes: info.payload_bytes, phases: &phases, checks };
        serde_json::to_writer(&mut *out, &loaded)?;
        writeln!(out)?;
        return Ok(());
    }
    print(out, &model, &placement, &phases)
}

/// What had to be read to open the model: all that is not tensors. Those may share bytes.
fn header_bytes(model: &Model) -> u64 {
    let files = model.files().map(|file| file.len()).fold(0, u64::saturating_add);
    let (mut tensors, mut seen) = (0, (0, 0));
    for tensor in model.tensors().iter() {
        let place = model.place(&tensor);
        let Some(offset) = place.offset else { continue };
        let start = if place.file == seen.0 { offset.max(seen.1) } else { offset };
        let end = (offset + tensor.span.len).max(start);
        tensors += end - start;
        seen = (place.file, end);
    }
    files - tensors
}

fn print(out: &mut impl Write, model: &Model, placement: &Placement, phases: &[Phase]) -> Result<(), Failure> {
    warnings(out, model)?;
    tensor_table(out, model, placement.iter().filter_map(|placed| model.tensors().get(placed.tensor)))?;
    writeln!(out, "\n{}\n", count(placement.len(), "tensor"))?;
    writeln!(out, "{:6}  {:>16}  {:>10}  {:>7}", "phase", "bytes", "seconds", "GB/s")?;
    for Phase { name, bytes, seconds, gb_per_s } in phases {
        writeln!(out, "{name:6}  {:>16}  {seconds:>10.6}  {gb_per_s:>7.2}", thousands(*bytes))?;
    }
    writeln!(out)?;
    report_summary(out, placement.report())?;
    Ok(())
}
