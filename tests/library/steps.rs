//! Opening and planning in steps: wherever they pause, the result is what it would have been at once; and steps are small.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, thread};

use weighbridge::host::{Pending, StepBudget};
use weighbridge::load::State;
use weighbridge::{
    Context, Error, HostEntry, HostFile, HostFiles, Kind, Model, OpenOptions, Origin, PlanOptions, Policy, Result, Task,
};

const LLAMA: &str = "tests/golden/tiny-llama";
/// Every point is a pause.
const NOTHING: StepBudget = StepBudget { time: Duration::ZERO, bytes: u64::MAX };

const MODELS: &[&str] = &[
    LLAMA,
    "tests/golden/dtypes.safetensors",
    "tests/onnx/golden/made/loop-if.onnx",
    "tests/onnx/golden/made/types-typed.onnx",
    "tests/onnx/golden/made/functions.onnx",
];

fn begin_open(path: &str) -> Pending<Model> {
    Model::begin_open(Origin::Path(path.into()), &OpenOptions::default(), &Context::new())
}

/// The result, and the steps that it took.
fn steps_of<T: Clone + Send + 'static>(operation: &Pending<T>, budget: StepBudget) -> (Result<T>, usize) {
    for count in 1.. {
        match operation.step(budget) {
            Ok(None) => assert!(count < 10_000_000, "it does not end"),
            Ok(Some(done)) => return (Ok(done), count),
            Err(error) => return (Err(error), count),
        }
    }
    unreachable!()
}

fn description(model: &Model) -> String {
    let names: Vec<_> = model.tensors().iter().map(|tensor| format!("{tensor:?}")).collect();
    let metadata: Vec<_> = model.metadata().iter().map(|entry| format!("{entry:?}")).collect();
    format!(
        "{} {names:?} {metadata:?} {:?} {:?} {}",
        model.format(),
        model.assets(),
        model.notes(),
        model.graphs().len()
    )
}

/// A header of so many tensors.
fn many(count: usize) -> Vec<u8> {
    let entry = |i: usize| format!("\"t{i}\":{{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[{i},{}]}}", i + 1);
    let header = format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(","));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; count]].concat()
}

#[test]
fn a_model_that_is_opened_in_steps_is_the_same() {
    for path in MODELS {
        let at_once = Model::open(path, &OpenOptions::default(), &Context::new()).unwrap();
        let operation = begin_open(path);
        let (model, steps) = steps_of(&operation, NOTHING);
        assert_eq!(description(&model.unwrap()), description(&at_once), "{path}");
        assert!(steps > 10, "{path}: {steps}");
        assert!(operation.poll().unwrap().is_some() && operation.step(NOTHING).unwrap().is_some(), "it stays");
        assert_eq!(steps_of(&begin_open(path), StepBudget::ALL).1, 1, "{path}");
    }
}

#[test]
fn a_plan_that_is_made_in_steps_loads_the_same() {
    let model = Model::open(LLAMA, &OpenOptions::default(), &Context::new()).unwrap();
    let options = PlanOptions { include: vec!["*proj*".to_owned()], ..PlanOptions::default() };
    let (plan, steps) = steps_of(&model.begin_plan(&options), NOTHING);
    assert!(steps > 10, "{steps}");
    let task = Task::start(&plan.unwrap()).unwrap();
    while task.step(NOTHING).unwrap() == State::Pending {}
    let (placed, expected) = (task.finish().unwrap().unwrap(), model.load(&options).unwrap());
    let bytes = |placement: &weighbridge::Placement| -> Vec<(String, Vec<u8>)> {
        placement.iter().map(|one| (one.name.to_owned(), one.bytes().unwrap().to_vec())).collect()
    };
    assert_eq!(bytes(&placed), bytes(&expected));
}

#[test]
fn errors_are_those_of_an_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let mut broken = many(1000);
    let at = broken.windows(5).position(|word| word == b"t999\"").unwrap();
    broken[at..at + 5].copy_from_slice(b"t998\"");
    fs::write(&path, broken).unwrap();
    let at_once = Model::open(&path, &OpenOptions::default(), &Context::new()).map(|_| ()).unwrap_err();
    let operation = begin_open(path.to_str().unwrap());
    let in_steps = steps_of(&operation, NOTHING).0.map(|_| ()).unwrap_err();
    assert_eq!(in_steps.to_string(), at_once.to_string());
    assert_eq!(operation.poll().map(|_| ()).unwrap_err().to_string(), at_once.to_string());
}

#[test]
fn a_step_reads_no_more_than_it_may() {
    let read = Arc::new(AtomicUsize::new(0));
    let files = Counted { contents: many(50_000), read: Arc::clone(&read) };
    let origin = Origin::HostFiles(Arc::new(files), "model.safetensors".to_owned());
    let operation = Model::begin_open(origin, &OpenOptions::default(), &Context::new());
    let budget = StepBudget { time: Duration::MAX, bytes: 100_000 };
    let mut before = 0;
    while operation.step(budget).unwrap().is_none() {
        let now = read.load(Ordering::Relaxed);
        // One piece more than the budget, at the most.
        assert!(now - before <= 100_000 + (256 << 10), "{} bytes in one step", now - before);
        before = now;
    }
    assert!(before > 1 << 20);
}

/// One file of the host that counts what is read.
struct Counted {
    contents: Vec<u8>,
    read: Arc<AtomicUsize>,
}

impl HostFiles for Counted {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        if name != "model.safetensors" {
            return Err(Error::new(Kind::NotFound, "not there"));
        }
        Ok(Box::new(Self { contents: self.contents.clone(), read: Arc::clone(&self.read) }))
    }

    fn list(&self, _: &str) -> Result<Vec<HostEntry>> {
        Ok(Vec::new())
    }
}

impl HostFile for Counted {
    fn size(&self) -> Result<u64> {
        Ok(self.contents.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.read.fetch_add(buffer.len(), Ordering::Relaxed);
        buffer.copy_from_slice(&self.contents[offset as usize..][..buffer.len()]);
        Ok(buffer.len())
    }
}

/// Cancelled, or dropped, after every number of steps that it can have.
#[test]
fn an_open_may_end_at_every_pause() {
    for path in MODELS {
        let (_, steps) = steps_of(&begin_open(path), NOTHING);
        for stop in (0..steps - 1).step_by((steps / 200).max(1)) {
            let operation = begin_open(path);
            (0..stop).for_each(|_| assert!(operation.step(NOTHING).unwrap().is_none()));
            operation.cancel();
            let error = steps_of(&operation, NOTHING).0.map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), Kind::Cancelled, "{path} after {stop} steps: {error}");
            let dropped = begin_open(path);
            (0..stop).for_each(|_| _ = dropped.step(NOTHING));
        }
    }
}

#[test]
fn steps_may_move_from_thread_to_thread() {
    let mut operation = begin_open(LLAMA);
    let mut count = 0;
    let model = loop {
        let (back, result) = thread::spawn(move || {
            let result = operation.step(NOTHING).unwrap();
            (operation, result)
        })
        .join()
        .unwrap();
        operation = back;
        count += 1;
        match result {
            Some(model) => break model,
            // The rest at once: starting threads is slow.
            None if count == 500 => break operation.wait().unwrap(),
            None => {}
        }
    };
    assert_eq!(model.tensors().len(), 39);
}

/// Several threads step and wait for the same operation.
#[test]
fn threads_may_step_side_by_side() {
    for threads in [0, 2] {
        let origin = Origin::Path(LLAMA.into());
        let operation = Model::begin_open(origin, &OpenOptions::default(), &Context::new().with_threads(threads));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| while operation.step(NOTHING).unwrap().is_none() {});
            }
        });
        assert_eq!(operation.wait().unwrap().tensors().len(), 39);
    }
}

#[test]
fn the_end_is_told_once() {
    let told = Arc::new(AtomicUsize::new(0));
    let tell = |operation: &Pending<Model>| {
        let told = Arc::clone(&told);
        operation.when_ended(move || _ = told.fetch_add(1, Ordering::Relaxed));
    };
    let operation = begin_open(LLAMA);
    tell(&operation);
    assert!(operation.step(NOTHING).unwrap().is_none());
    assert_eq!(told.load(Ordering::Relaxed), 0);
    operation.wait().unwrap();
    assert_eq!(told.load(Ordering::Relaxed), 1);
    tell(&operation);
    assert_eq!(told.load(Ordering::Relaxed), 2, "at once");
    drop(operation);
    let dropped = begin_open(LLAMA);
    tell(&dropped);
    drop(dropped);
    assert_eq!(told.load(Ordering::Relaxed), 3, "while it is dropped");

    // A thread of the context does the work, and nobody waits.
    let (sender, receiver) = std::sync::mpsc::channel();
    let context = Context::new().with_threads(1);
    let operation = Model::begin_open(Origin::Path(LLAMA.into()), &OpenOptions::default(), &context);
    operation.when_ended(move || sender.send(()).unwrap());
    receiver.recv().unwrap();
    assert!(operation.poll().unwrap().is_some());
}

/// The host may hold a lock while it calls the library: nothing pauses there.
#[test]
fn functions_of_the_host_are_never_left_in_the_middle() {
    struct Locked(Mutex<()>, BTreeMap<String, Vec<u8>>);
    impl HostFiles for Locked {
        fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
            let _held = self.0.try_lock().expect("it was left while it held its lock");
            Model::open("tests/golden/dtypes.safetensors", &OpenOptions::default(), &Context::new())?;
            let bytes = self.1.get(name).ok_or_else(|| Error::new(Kind::NotFound, "not there"))?;
            Ok(Box::new(Counted { contents: bytes.clone(), read: Arc::default() }))
        }

        fn list(&self, _: &str) -> Result<Vec<HostEntry>> {
            let _held = self.0.try_lock().expect("it was left while it held its lock");
            Model::open("tests/golden/dtypes.safetensors", &OpenOptions::default(), &Context::new())?;
            let file =
                |(name, bytes): (&String, &Vec<u8>)| HostEntry::File { name: name.clone(), bytes: bytes.len() as u64 };
            Ok(self.1.iter().map(file).collect())
        }
    }
    let read = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    let files = fs::read_dir(LLAMA).unwrap().map(|entry| read(entry.unwrap())).collect();
    let origin = Origin::HostFiles(Arc::new(Locked(Mutex::new(()), files)), String::new());
    let operation = Model::begin_open(origin, &OpenOptions::default(), &Context::new());
    assert_eq!(steps_of(&operation, NOTHING).0.unwrap().tensors().len(), 39);
}

/// What a host was asked for, and what it was told that it will be asked for.
#[derive(Default)]
struct Asked {
    announced: Vec<(u64, u64)>,
    read: Vec<(u64, u64)>,
}

struct Announced(Vec<u8>, Arc<Mutex<Asked>>);

impl HostFiles for Announced {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        let is_it = name == "model.safetensors";
        let file = is_it.then(|| Self(self.0.clone(), Arc::clone(&self.1)));
        file.map(|file| Box::new(file) as Box<dyn HostFile>).ok_or_else(|| Error::new(Kind::NotFound, "not there"))
    }

    fn list(&self, _: &str) -> Result<Vec<HostEntry>> {
        Ok(Vec::new())
    }
}

impl HostFile for Announced {
    fn size(&self) -> Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.1.lock().unwrap().read.push((offset, offset + buffer.len() as u64));
        buffer.copy_from_slice(&self.0[offset as usize..][..buffer.len()]);
        Ok(buffer.len())
    }

    fn will_read(&self, offset: u64, len: u64) {
        let mut asked = self.1.lock().unwrap();
        assert!(offset + len <= self.0.len() as u64);
        asked.announced.push((offset, offset + len));
    }
}

/// A load that is stepped says what it will read; one that is waited for reads it.
#[test]
fn steps_have_what_they_will_read_brought() {
    let (tensor, count) = (5 << 20, 6);
    let entry = |i: usize| {
        format!(
            "\"t{i}\":{{\"dtype\":\"U8\",\"shape\":[{tensor}],\"data_offsets\":[{},{}]}}",
            i * tensor,
            (i + 1) * tensor
        )
    };
    let header = format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(","));
    let contents = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![3; tensor * count]].concat();
    let asked = Arc::new(Mutex::new(Asked::default()));
    let files = Arc::new(Announced(contents, Arc::clone(&asked)));
    let options = OpenOptions::default();
    let model = Model::from_host_files(files, "model.safetensors", &options, &Context::new()).unwrap();
    let block = 512 << 10;
    let plan = Arc::new(model.plan(&PlanOptions { block_bytes: block, ..PlanOptions::default() }).unwrap());

    asked.lock().unwrap().read.clear();
    let task = Task::start(&plan).unwrap();
    task.wait().unwrap();
    assert!(asked.lock().unwrap().announced.is_empty());

    asked.lock().unwrap().read.clear();
    let task = Task::start(&plan).unwrap();
    while task.step(NOTHING).unwrap() == State::Pending {
        let asked = asked.lock().unwrap();
        let (announced, read) = (asked.announced.last().unwrap().1, asked.read.last().unwrap().1);
        // Ahead, but not by more than what memory of the system is worth.
        assert!(announced <= read + (16 << 20) + (2 << 20), "{announced} after {read}");
    }
    let asked = asked.lock().unwrap();
    let (ends, starts) = (asked.announced.iter().map(|one| one.1), asked.announced.iter().skip(1).map(|one| one.0));
    assert!(ends.zip(starts).all(|(end, start)| end <= start), "nothing is announced twice: {:?}", asked.announced);
    let is_announced = |(start, end): (u64, u64)| asked.announced.iter().any(|one| one.0 < end && start < one.1);
    let late = asked.read.iter().filter(|one| !is_announced(**one)).count();
    assert!(late <= 2, "{late} of {} reads were not announced", asked.read.len());
}

/// So many points are passed that a step can be short: between two of them lies less than a thousandth of the work.
#[test]
fn a_large_header_has_many_pauses() {
    let count = 200_000;
    let origin = Origin::Memory(many(count).into());
    let options = OpenOptions { policy: Policy::IfPresent, ..OpenOptions::default() };
    let operation = Model::begin_open(origin, &options, &Context::new());
    let (model, steps) = steps_of(&operation, NOTHING);
    assert!(steps > 2 * count, "{steps}");
    let (_, steps) = steps_of(&model.unwrap().begin_plan(&PlanOptions::default()), NOTHING);
    assert!(steps > 2 * count, "{steps}");
}
