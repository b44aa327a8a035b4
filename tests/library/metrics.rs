//! What the metrics of a host are told: one measurement for each operation, whose stages are all that it did.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use weighbridge::check::CheckOptions;
use weighbridge::host::{Cancel, Cost, Measurement, Stage};
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target, Task};

const GOLDEN: &str = "tests/golden/tiny-llama";

/// A copy of a measurement.
#[derive(Debug, Clone)]
struct Measured {
    operation: &'static str,
    model: String,
    failure: Option<Kind>,
    bytes: u64,
    time: Duration,
    stages: Vec<Cost>,
}

impl Measured {
    fn bytes_of(&self, stage: Stage) -> Option<u64> {
        self.stages.iter().find(|cost| cost.stage == stage).map(|cost| cost.bytes)
    }

    fn worked(&self) -> Duration {
        self.stages.iter().map(|cost| cost.time).sum()
    }
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Measured>>>);

impl Recorder {
    fn context(&self) -> Context {
        let list = Arc::clone(&self.0);
        Context::new().with_metrics(Arc::new(move |one: &Measurement<'_>| {
            let Measurement { operation, failure, bytes, time, .. } = *one;
            let (model, stages) = (one.model.to_owned(), one.stages.to_vec());
            list.lock().unwrap().push(Measured { operation, model, failure, bytes, time, stages });
        }))
    }

    /// The one measurement since the last call.
    fn one(&self) -> Measured {
        let mut list = std::mem::take(&mut *self.0.lock().unwrap());
        assert_eq!(list.len(), 1, "{list:?}");
        let one = list.remove(0);
        let mut stages: Vec<_> = one.stages.iter().map(|cost| cost.stage).collect();
        stages.dedup();
        assert_eq!(stages.len(), one.stages.len(), "each stage once: {one:?}");
        assert!(stages.contains(&Stage::Other), "{one:?}");
        one
    }
}

fn open(context: &Context) -> Model {
    Model::open(GOLDEN, &OpenOptions::default(), context).unwrap()
}

#[test]
fn every_operation_is_measured_once() {
    let recorder = Recorder::default();
    let model = open(&recorder.context());
    let opened = recorder.one();
    assert_eq!((opened.operation, opened.failure), ("open", None));
    assert!(opened.model.ends_with(GOLDEN), "{}", opened.model);
    assert!(opened.bytes > 1000 && opened.bytes_of(Stage::Parse) > Some(1000));
    assert!(opened.bytes_of(Stage::Find).is_some() && opened.bytes_of(Stage::Manifests).is_some());

    let plan = Arc::new(model.plan(&PlanOptions::default()).unwrap());
    assert_eq!(recorder.one().operation, "plan");
    let task = Task::start(&plan).unwrap();
    task.wait().unwrap();
    let loaded = recorder.one();
    assert_eq!((loaded.operation, loaded.bytes), ("load", plan.info().read_bytes));
    // Headers are compared where they are in memory.
    assert!(loaded.bytes_of(Stage::Read).is_some_and(|bytes| (400_000..=loaded.bytes).contains(&bytes)), "{loaded:?}");
    // The report says the same.
    let report = task.finish().unwrap().unwrap().report().costs().to_vec();
    assert_eq!(format!("{report:?}"), format!("{:?}", loaded.stages));

    model.verify().unwrap();
    assert_eq!(recorder.one().operation, "verify");
    model.check(&CheckOptions::default()).unwrap();
    let checked = recorder.one();
    assert_eq!((checked.operation, checked.failure), ("check", None));
    assert!(checked.bytes > 0);
}

/// On one thread without pauses the stages cannot take longer than the whole, and they are all of it but what lies between them.
#[test]
fn stages_do_not_overlap() {
    let recorder = Recorder::default();
    let model = open(&recorder.context());
    let opened = recorder.one();
    assert!(opened.worked() <= opened.time && opened.worked() > Duration::ZERO);
    for target in [Target::Host, Target::View, Target::None] {
        let task =
            Task::start(&Arc::new(model.plan(&PlanOptions { target, ..PlanOptions::default() }).unwrap())).unwrap();
        let planned = recorder.one();
        assert!(planned.worked() <= planned.time);
        task.wait().unwrap();
        let loaded = recorder.one();
        assert!(loaded.worked() <= loaded.time && loaded.worked() > Duration::ZERO, "{loaded:?}");
    }
}

#[test]
fn failures_are_measured_with_their_reasons() {
    let recorder = Recorder::default();
    let context = recorder.context();
    Model::open("no such model", &OpenOptions::default(), &context).unwrap_err();
    let failed = recorder.one();
    assert_eq!((failed.operation, failed.failure), ("open", Some(Kind::NotFound)));
    assert_eq!(failed.model, "no such model");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::copy("tests/golden/dtypes.safetensors", &path).unwrap();
    std::fs::write(folder.path().join("SHA256SUMS"), format!("{}  model.safetensors\n", "0".repeat(64))).unwrap();
    let model = Model::open(&path, &OpenOptions::default(), &context).unwrap();
    recorder.one();
    let plan = Arc::new(model.plan(&PlanOptions::default()).unwrap());
    recorder.one();
    let task = Task::start(&plan).unwrap();
    task.wait().unwrap_err();
    let failed = recorder.one();
    assert_eq!((failed.operation, failed.failure), ("load", Some(Kind::Mismatch)));
    task.wait().unwrap_err();
    assert!(recorder.0.lock().unwrap().is_empty(), "an error is told once");

    let task = Task::start(&plan).unwrap();
    task.cancel();
    task.wait().unwrap_err();
    assert_eq!(recorder.one().failure, Some(Kind::Cancelled));

    let options = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let uncovered = Model::open("tests/golden/dtypes.safetensors", &options, &context).unwrap();
    recorder.one();
    uncovered.plan(&PlanOptions::default()).map(|_| ()).unwrap_err();
    let failed = recorder.one();
    assert_eq!((failed.operation, failed.failure), ("plan", Some(Kind::Unverified)));

    let cancel = Cancel::new();
    cancel.cancel();
    let options = OpenOptions { cancel: Some(cancel), ..OpenOptions::default() };
    Model::open(GOLDEN, &options, &context).unwrap_err();
    assert_eq!(recorder.one().failure, Some(Kind::Cancelled));
}

/// The host may call the library meanwhile: no lock is held.
#[test]
fn metrics_may_call_the_library() {
    let other = open(&Context::new());
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    let context = Context::new().with_threads(2).with_metrics(Arc::new(move |_: &Measurement<'_>| {
        other.load(&PlanOptions::default()).unwrap();
        *counted.lock().unwrap() += 1;
    }));
    open(&context).load(&PlanOptions::default()).unwrap();
    assert_eq!(*count.lock().unwrap(), 3);
}
