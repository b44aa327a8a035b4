//! How well steps keep their budget: `cargo bench --bench steps`. A frame of a game has two milliseconds for opening, planning and loading.
//!
//! For each operation: the steps, the time of the processor that they took beyond their budget (at the median, the 99th percentile and
//! the most), and in all. The inputs are made below the temporary directory: a header of 200,000 tensors, and 300 MB of weights.
#![allow(missing_docs, clippy::print_stdout, reason = "a program")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use weighbridge::host::{Pending, StepBudget};
use weighbridge::load::State;
use weighbridge::write::Manifests;
use weighbridge::{Context, Model, OpenOptions, Origin, PlanOptions, Policy, Target, Task};

const BUDGET: Duration = Duration::from_millis(2);
const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (many, large) = (many_tensors(folder.path()), large_tensors(folder.path()));
    println!("{:34} {:>6} {:>9} {:>9} {:>9} {:>9}", "beyond 2 ms, in µs", "steps", "p50", "p99", "most", "ms in all");
    report("open 200,000 tensors", || pending(&begin_open(&many, Policy::IfPresent)));
    fs::rename(many.join("all.json"), many.join("weighbridge.json")).unwrap();
    report("open 200,000 tensors with digests", || pending(&begin_open(&many, Policy::IfPresent)));
    let model = open(&many, Policy::IfPresent);
    report("plan 200,000 tensors", || pending(&model.begin_plan(&PlanOptions::default())));
    for (name, policy) in [("load 300 MB, SHA-256", Policy::IfPresent), ("load 300 MB, not verified", Policy::None)] {
        let model = open(&large, policy);
        report(name, || load(&model, &PlanOptions::default()));
        let blocks = PlanOptions { block_bytes: 64 << 10, ..PlanOptions::default() };
        report(&format!("{name}, 64 KiB"), || load(&model, &blocks));
    }
    let model = open(&large, Policy::IfPresent);
    report("verify 300 MB, SHA-256", || load(&model, &PlanOptions { target: Target::None, ..PlanOptions::default() }));
}

fn begin_open(path: &Path, policy: Policy) -> Pending<Model> {
    let options = OpenOptions { policy, ..OpenOptions::default() };
    Model::begin_open(Origin::Path(path.to_owned()), &options, &Context::new())
}

fn open(path: &Path, policy: Policy) -> Model {
    begin_open(path, policy).wait().unwrap()
}

/// The time of the processor that each step took.
fn pending<T: Clone + Send + 'static>(operation: &Pending<T>) -> Vec<Duration> {
    frames(|| operation.step(StepBudget::from(BUDGET)).unwrap().is_some())
}

fn load(model: &Model, options: &PlanOptions) -> Vec<Duration> {
    let task = Task::start(&Arc::new(model.plan(options).unwrap())).unwrap();
    frames(|| task.step(BUDGET).unwrap() == State::Done)
}

fn frames(mut step: impl FnMut() -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    loop {
        let begun = processor_time();
        let is_done = step();
        times.push(processor_time() - begun);
        if is_done {
            return times;
        }
    }
}

fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The first round warms up.
fn report(name: &str, mut round: impl FnMut() -> Vec<Duration>) {
    round();
    let all: Vec<Vec<Duration>> = (0..ROUNDS).map(|_| round()).collect();
    let total: Duration = all.iter().flatten().sum::<Duration>() / ROUNDS as u32;
    let mut beyond: Vec<f64> =
        all.iter().flatten().map(|time| 1e6 * (time.as_secs_f64() - BUDGET.as_secs_f64())).collect();
    beyond.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| beyond[((beyond.len() - 1) as f64 * share) as usize];
    let (steps, milliseconds) = (beyond.len() / ROUNDS, 1e3 * total.as_secs_f64());
    println!("{name:34} {steps:>6} {:>9.0} {:>9.0} {:>9.0} {milliseconds:>9.1}", at(0.5), at(0.99), at(1.0));
}

/// A file of 200,000 small tensors with a manifest of digests.
fn many_tensors(folder: &Path) -> PathBuf {
    let entry = |index: usize| {
        let name = format!("model.layers.{}.mlp.experts.{}.down_proj.weight", index / 1000, index % 1000);
        format!("\"{name}\":{{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[{},{}]}}", 8 * index, 8 * index + 8)
    };
    let header = format!("{{{}}}", (0..200_000).map(entry).collect::<Vec<_>>().join(","));
    write(&folder.join("many"), &header, 8 * 200_000)
}

/// Sixty tensors of five megabytes.
fn large_tensors(folder: &Path) -> PathBuf {
    let bytes = 5_000_000;
    let entry = |index: usize| {
        let (start, end) = (bytes * index, bytes * (index + 1));
        format!("\"w{index}\":{{\"dtype\":\"BF16\",\"shape\":[{}],\"data_offsets\":[{start},{end}]}}", bytes / 2)
    };
    let header = format!("{{{}}}", (0..60).map(entry).collect::<Vec<_>>().join(","));
    write(&folder.join("large"), &header, 60 * bytes)
}

fn write(folder: &Path, header: &str, bytes: usize) -> PathBuf {
    fs::create_dir(folder).unwrap();
    let mut contents = (header.len() as u64).to_le_bytes().to_vec();
    contents.extend_from_slice(header.as_bytes());
    contents.resize(contents.len() + bytes, 0x3c);
    let path = folder.join("model.safetensors");
    fs::write(&path, contents).unwrap();
    let model = Model::open(folder, &OpenOptions::default(), &Context::new()).unwrap();
    let manifests = Manifests::of(&model).unwrap();
    fs::write(folder.join("SHA256SUMS"), manifests.checksums()).unwrap();
    fs::write(folder.join("all.json"), manifests.record().unwrap()).unwrap();
    folder.to_owned()
}
