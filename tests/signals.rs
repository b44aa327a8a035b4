//! On which threads the handlers of a host may run: never on those of the library.
#![allow(missing_docs, reason = "a test")]
#![cfg(all(target_os = "linux", not(weighbridge_portable)))]

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, ThreadId};

use weighbridge::{
    Access, Context, Error, HostEntry, HostFile, HostFiles, Kind, Model, OpenOptions, PlanOptions, Result, Target, Task,
};

const GOLDEN: &str = "tests/golden/dtypes.safetensors";

/// A host with one file. Whoever reads it tells which signals he blocks.
#[derive(Clone)]
struct Host {
    bytes: bytes::Bytes,
    masks: Arc<Mutex<Vec<(ThreadId, u64)>>>,
}

/// The signals that this thread blocks: bit 0 is signal 1.
fn mask() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
    u64::from_str_radix(line.trim(), 16).unwrap()
}

impl HostFiles for Host {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        match name {
            "m.safetensors" => Ok(Box::new(self.clone())),
            _ => Err(Error::new(Kind::NotFound, "not in the pak")),
        }
    }

    fn list(&self, _: &str) -> Result<Vec<HostEntry>> {
        Ok(Vec::new())
    }
}

impl HostFile for Host {
    fn size(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.masks.lock().unwrap().push((thread::current().id(), mask()));
        buffer.copy_from_slice(&self.bytes[offset as usize..][..buffer.len()]);
        Ok(buffer.len())
    }
}

#[test]
fn threads_of_a_load_block_all_signals_but_those_that_they_cause_themselves() {
    let host = Host { bytes: fs::read(GOLDEN).unwrap().into(), masks: Arc::default() };
    let options = OpenOptions { access: Access::Read, ..OpenOptions::default() };
    let context = Context::new().with_threads(3);
    let before = mask();
    let model = Model::from_host_files(Arc::new(host.clone()), "m.safetensors", &options, &context).unwrap();
    let plan = model.plan(&PlanOptions { target: Target::Host, ..PlanOptions::default() }).unwrap();
    // Whoever waits for a task by its own calls works on it: this thread waits for the end to be told.
    let (end, told) = mpsc::channel();
    let task = Task::start(&Arc::new(plan)).unwrap();
    task.when_ended(move || end.send(()).unwrap());
    told.recv().unwrap();
    task.finish().unwrap().unwrap();
    assert_eq!(mask(), before, "the caller's own mask is left as it was");

    let own = thread::current().id();
    let masks: BTreeSet<u64> =
        host.masks.lock().unwrap().iter().filter(|(id, _)| *id != own).map(|(_, mask)| *mask).collect();
    assert_eq!(masks.len(), 1, "the load had threads of its own: {masks:x?}");
    let mask = masks.into_iter().next().unwrap();
    // ILL, TRAP, ABRT, BUS, FPE, SEGV; and of those that nobody can block KILL and STOP.
    let open = [4, 5, 6, 7, 8, 11, 9, 19].map(|signal| 1_u64 << (signal - 1));
    assert_eq!(mask & open.iter().sum::<u64>(), 0, "{mask:x}");
    for signal in (1..=64).filter(|signal| !(32..=34).contains(signal)) {
        let bit = 1_u64 << (signal - 1);
        assert!(open.contains(&bit) || mask & bit != 0, "signal {signal} is not blocked: {mask:x}");
    }
}
