//! The threads of a context: how many there are, whatever its tasks are.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use weighbridge::load::State;
use weighbridge::{
    Context, Error, HostEntry, HostFile, HostFiles, Kind, Model, OpenOptions, PlanOptions, Policy, Result, Task,
};

const GOLDEN: &str = "tests/golden/tiny-llama";

/// Files whose reads wait at a gate while that is closed.
#[derive(Clone)]
struct Gated {
    files: Arc<BTreeMap<String, Vec<u8>>>,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Default)]
struct GateState {
    is_closed: bool,
    waiting: usize,
}

impl Gate {
    fn close(&self) {
        self.state.lock().unwrap().is_closed = true;
    }

    fn open(&self) {
        self.state.lock().unwrap().is_closed = false;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.waiting += 1;
        self.changed.notify_all();
        while state.is_closed {
            state = self.changed.wait(state).unwrap();
        }
        state.waiting -= 1;
    }

    /// Waits until so many readers wait at the gate.
    fn wait_for(&self, readers: usize) {
        let mut state = self.state.lock().unwrap();
        while state.waiting < readers {
            state = self.changed.wait(state).unwrap();
        }
    }

    fn waiting(&self) -> usize {
        self.state.lock().unwrap().waiting
    }
}

impl HostFiles for Gated {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        let bytes = self.files.get(name).ok_or_else(|| Error::new(Kind::NotFound, "not there"))?;
        Ok(Box::new(Opened { bytes: bytes.clone(), gate: Arc::clone(&self.gate) }))
    }

    fn list(&self, _: &str) -> Result<Vec<HostEntry>> {
        let file =
            |(name, bytes): (&String, &Vec<u8>)| HostEntry::File { name: name.clone(), bytes: bytes.len() as u64 };
        Ok(self.files.iter().map(file).collect())
    }
}

struct Opened {
    bytes: Vec<u8>,
    gate: Arc<Gate>,
}

impl HostFile for Opened {
    fn size(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.gate.pass();
        buffer.copy_from_slice(&self.bytes[offset as usize..offset as usize + buffer.len()]);
        Ok(buffer.len())
    }
}

/// The golden model behind a gate, with a context of so many threads.
fn gated(threads: usize) -> (Model, Arc<Gate>) {
    let entries = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap());
    let files = entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
    let gate = Arc::new(Gate::default());
    let files = Gated { files: Arc::new(files.collect()), gate: Arc::clone(&gate) };
    let options = OpenOptions { policy: Policy::None, ..OpenOptions::default() };
    let context = Context::new().with_threads(threads);
    (Model::from_host_files(Arc::new(files), "", &options, &context).unwrap(), gate)
}

/// Threads of this process that are the library's.
fn own_threads() -> usize {
    let names = fs::read_dir("/proc/self/task").unwrap().flatten();
    names
        .filter(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.starts_with("weighbridge-")))
        .count()
}

/// Waits until the system has no record of ended threads any more.
fn wait_for_no_threads() {
    while own_threads() > 0 {
        thread::yield_now();
    }
}

/// One test, for it counts the threads of the process.
#[test]
fn all_tasks_of_a_context_share_its_threads() {
    const THREADS: usize = 3;
    let (model, gate) = gated(THREADS);
    let plan = Arc::new(model.plan(&PlanOptions::default()).unwrap());
    gate.close();
    let tasks: Vec<_> = (0..10).map(|_| Task::start(&plan).unwrap()).collect();
    gate.wait_for(THREADS);
    assert_eq!((own_threads(), gate.waiting()), (THREADS, THREADS));
    // A task without threads is done by whoever waits for it, also while those of the others stand still.
    gate.open();
    for task in tasks.iter().rev() {
        task.wait().unwrap();
        assert_eq!(task.poll().unwrap(), State::Done);
        assert_eq!(task.finish().unwrap().unwrap().len(), 39);
    }
    drop(tasks);
    wait_for_no_threads();
    // Their threads have been given back.
    gate.close();
    let again = Task::start(&plan).unwrap();
    gate.wait_for(THREADS);
    assert_eq!(own_threads(), THREADS);
    let stopper = {
        let (gate, canceller) = (Arc::clone(&gate), again.canceller());
        thread::spawn(move || {
            canceller.cancel();
            gate.open();
        })
    };
    assert_eq!(again.wait().unwrap_err().kind(), Kind::Cancelled);
    stopper.join().unwrap();
    drop(again);
    wait_for_no_threads();
    assert_eq!(gate.waiting(), 0);
}
