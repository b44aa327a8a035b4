//! Whatever fails, and whenever: an error of the right kind, nothing left behind, no pointer to bytes that are not checked.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use weighbridge::load::{CudaOptions, State};
use weighbridge::write::Manifests;
use weighbridge::{Error, Kind, Model, OpenOptions, PlanOptions, Target, Task};

use crate::models::{assert_same_bytes, lent, made, made_of_views, open, write};
use crate::stub::{Stub, this_test, with_stub};

fn model(threads: usize) -> Model {
    made(&[700_000, 300, 0, 400_001], threads)
}

fn options(is_async: bool) -> PlanOptions {
    let cuda = CudaOptions { devices: vec![0, 1], is_async, ..Default::default() };
    PlanOptions { target: Target::Cuda, staging_bytes: 2 << 20, cuda, ..Default::default() }
}

/// Loads, looks at all bytes, and gives the placement back.
fn load(stub: &Stub, model: &Model, is_async: bool, when: &str) -> Result<(), Error> {
    let placement = model.load(&options(is_async))?;
    placement.fence(None)?;
    if !is_async {
        assert_same_bytes(Some(stub), model, &placement, when);
    }
    Ok(())
}

/// Calls whose failure is no failure of the load: what they would tell or undo is not needed for it.
fn is_harmless(error: Option<&Error>) -> bool {
    error.is_none()
}

#[test]
fn every_call_of_the_driver_fails_in_turn() {
    with_stub(this_test!(every_call_of_the_driver_fails_in_turn), &[], |stub| {
        let [plain, views]: [fn(usize) -> Model; 2] = [model, made_of_views];
        let cases = [(plain, 0, false), (plain, 2, false), (plain, 2, true), (views, 0, false), (views, 2, true)];
        for (make, threads, is_async) in cases {
            let model = make(threads);
            load(stub, &model, is_async, "to count").unwrap();
            stub.reset();
            load(stub, &model, is_async, "to count").unwrap();
            let calls = stub.number("calls_in_all");
            assert!(calls > 60, "only {calls} calls");
            let mut failed = 0;
            for (call, how) in (1..=calls).flat_map(|call| ["", "+"].map(|how| (call, how))) {
                let when = format!("call {call}{how} of {calls}, {threads} threads, async {is_async}");
                stub.reset();
                stub.configure(&format!("fail=*@{call}=700{how}"));
                let result = load(stub, &model, is_async, &when);
                failed += u64::from(result.is_err());
                if let Err(error) = &result {
                    assert_eq!((error.kind(), error.os_code()), (Kind::Device, 700), "{when}: {error}");
                    // A driver that fails for good does not know its own codes either.
                    let words = if how.is_empty() { "CUDA_ERROR_ILLEGAL_ADDRESS (700)" } else { "700" };
                    assert!(error.to_string().contains(words), "{when}: {error}");
                }
                stub.assert_lawful(&when);
                if how.is_empty() && !is_harmless(result.as_ref().err()) {
                    // What could not be given back may be left; what the load took must not be, where it could.
                    assert_left(stub, is_async, &when);
                }
            }
            assert!(failed > calls, "only {failed} of {calls} failures were noticed");
            stub.reset();
            load(stub, &model, is_async, "after all failures").unwrap();
            // The wait in the default streams, which the fence has put there, may not be over when the contexts go.
            stub.assert_lawful("after all failures");
            let leaks = stub.report();
            assert_eq!(leaks["device_allocations"].as_u64().unwrap() + leaks["pinned_ranges"].as_u64().unwrap(), 0);
        }
    });
}

/// At most the one thing is left whose giving back failed. The waits in the default streams, which the fence of an
/// asynchronous placement has put there, may not be over when the contexts of the devices go.
#[track_caller]
fn assert_left(stub: &Stub, is_async: bool, when: &str) {
    let report = stub.report();
    let left = |what: &str| report[what].as_u64().unwrap();
    let all = left("device_allocations") + left("pinned_ranges") + left("streams") + left("events");
    let violations = report["violations"].as_array().unwrap().iter();
    let is_wait =
        |text: &serde_json::Value| is_async && text.as_str().unwrap().contains("destroyed with work in flight");
    assert!(all + violations.filter(|text| !is_wait(text)).count() as u64 <= 1, "{when}: {report}");
}

#[test]
fn each_failure_has_its_kind_and_its_words() {
    with_stub(this_test!(each_failure_has_its_kind_and_its_words), &[], |stub| {
        let model = model(2);
        for (call, code, kind, words) in [
            ("cuMemAlloc_v2", 2, Kind::OutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY (2)"),
            ("cuMemHostRegister_v2", 2, Kind::OutOfMemory, "cuMemHostRegister_v2 failed with"),
            ("cuStreamCreate", 719, Kind::Device, "has to be started again"),
            ("cuEventCreate", 45_678, Kind::Device, "the unknown code 45678"),
            ("cuMemcpyHtoDAsync_v2", 1, Kind::Device, "CUDA_ERROR_INVALID_VALUE (1)"),
            ("cuEventRecord", 999, Kind::Device, "CUDA_ERROR_UNKNOWN (999)"),
            ("cuEventSynchronize", 702, Kind::Device, "cuEventSynchronize failed with"),
            ("cuDevicePrimaryCtxRetain", 101, Kind::Device, "cuda:0: cuDevicePrimaryCtxRetain failed"),
        ] {
            stub.reset();
            stub.configure(&format!("fail={call}@1={code}"));
            let error = load(stub, &model, false, call).unwrap_err();
            assert_eq!((error.kind(), error.os_code()), (kind, code), "{call}: {error}");
            assert!(error.to_string().contains(words), "{call}: {error}");
            stub.assert_clean(call);
        }
    });
}

#[test]
fn work_that_fails_later_is_noticed_before_anything_is_handed_out() {
    with_stub(this_test!(work_that_fails_later_is_noticed_before_anything_is_handed_out), &[], |stub| {
        for threads in [0, 3] {
            let model = model(threads);
            for number in 1..4 {
                stub.reset();
                stub.configure(&format!("delay_us=2000 fail=cuMemcpyHtoDAsync_v2@{number}=700~"));
                let when = format!("copy {number} fails late");
                let error = load(stub, &model, false, &when).unwrap_err();
                assert_eq!((error.kind(), error.os_code()), (Kind::Device, 700), "{when}: {error}");
                stub.assert_lawful(&when);
            }
        }
    });
}

#[test]
fn a_lost_device_ends_every_load_and_never_hangs() {
    with_stub(this_test!(a_lost_device_ends_every_load_and_never_hangs), &[], |stub| {
        let model = model(3);
        for call in ["cuMemAlloc_v2", "cuMemcpyHtoDAsync_v2", "cuEventSynchronize", "cuStreamCreate"] {
            stub.reset();
            // The host program keeps the context, and so the failure.
            let host = cudarc::driver::CudaContext::new(0).unwrap();
            stub.configure(&format!("fail={call}@1=700!"));
            for attempt in 0..2 {
                let error = load(stub, &model, false, call).unwrap_err();
                assert_eq!(error.kind(), Kind::Device, "{call}, attempt {attempt}: {error}");
            }
            stub.assert_lawful(call);
            drop(host);
        }
    });
}

#[test]
fn a_load_can_be_cancelled_at_every_stage() {
    with_stub(this_test!(a_load_can_be_cancelled_at_every_stage), &[("delay_us", "300")], |stub| {
        for threads in [0, 3] {
            let model = model(threads);
            let plan = Arc::new(model.plan(&options(false)).unwrap());
            for turns in 0.. {
                let task = Task::start(&plan).unwrap();
                let mut state = State::Pending;
                for _ in 0..turns {
                    state = task.step(Duration::ZERO).unwrap();
                }
                if state == State::Done {
                    assert!(turns > 2);
                    break;
                }
                task.cancel();
                let error = task.wait().unwrap_err();
                assert_eq!(error.kind(), Kind::Cancelled);
                assert_eq!(task.finish().unwrap_err().kind(), Kind::Cancelled);
                stub.assert_clean("after a cancel");
            }
            for turns in 0..4 {
                let task = Task::start(&plan).unwrap();
                (0..turns).for_each(|_| _ = task.step(Duration::ZERO));
                drop(task);
                stub.assert_clean("after a task that nobody finished");
            }
        }
    });
}

#[test]
fn a_file_that_changes_meanwhile_gives_no_pointer() {
    with_stub(this_test!(a_file_that_changes_meanwhile_gives_no_pointer), &[("delay_us", "300")], |stub| {
        for threads in [0, 2] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("model.safetensors");
            write(&path, &[3_000_000, 9]);
            let model = open(&path, threads, &Default::default());
            let task = Task::start(&Arc::new(model.plan(&options(false)).unwrap())).unwrap();
            std::fs::OpenOptions::new().append(true).open(&path).unwrap().set_len(1_000_000).unwrap();
            assert_eq!(task.wait().unwrap_err().kind(), Kind::Changed);
            stub.assert_clean("after a change");
        }
    });
}

#[test]
fn the_callers_memory_can_be_freed_when_the_error_is_told() {
    let test = this_test!(the_callers_memory_can_be_freed_when_the_error_is_told);
    with_stub(test, &[("delay_us", "50000")], |stub| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write(&path, &[9_000_000, 9_000_001, 9_000_002, 9_000_003]);
        let manifest = Manifests::of(&open(&path, 4, &Default::default())).unwrap().record().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let model = open(&path, 4, &OpenOptions { manifest: Some(manifest.into_bytes()), ..Default::default() });
        let host = cudarc::driver::CudaContext::new(0).unwrap();
        for how in ["mismatch", "cancel"] {
            host.bind_to_thread().unwrap();
            // SAFETY: a context is current.
            let arena = unsafe { cudarc::driver::result::malloc_sync(40 << 20) }.unwrap();
            let destinations = vec![lent(0, None, arena, 40 << 20)];
            let plan = model.plan(&PlanOptions { target: Target::Cuda, destinations, ..Default::default() }).unwrap();
            let task = Task::start(&Arc::new(plan)).unwrap();
            let error = task
                .wait_with(|progress| match how == "mismatch" || progress.done_bytes == 0 {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })
                .unwrap_err();
            assert!(matches!(error.kind(), Kind::Mismatch | Kind::Cancelled), "{error}");
            // SAFETY: nobody uses it any more, which is what is tested.
            unsafe { cudarc::driver::result::free_sync(arena) }.unwrap();
            stub.assert_lawful(how);
            assert_eq!((stub.number("pinned_bytes"), stub.number("streams")), (0, 0), "{how}");
        }
    });
}

#[test]
fn an_error_at_the_very_end_is_told_when_no_copy_is_under_way() {
    let test = this_test!(an_error_at_the_very_end_is_told_when_no_copy_is_under_way);
    with_stub(test, &[("delay_us", "100000")], |stub| {
        for threads in [0, 2] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("model.safetensors");
            write(&path, &[3_000_000]);
            let model = open(&path, threads, &Default::default());
            let task = Task::start(&Arc::new(model.plan(&options(true)).unwrap())).unwrap();
            // The file is written while it is read, with what is in it already.
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(task.wait().unwrap_err().kind(), Kind::Changed);
            stub.assert_clean("when the error is told");
        }
    });
}

#[test]
fn a_lost_device_is_no_wrong_pointer() {
    with_stub(this_test!(a_lost_device_is_no_wrong_pointer), &[], |stub| {
        let model = made(&[3_000], 0);
        let host = cudarc::driver::CudaContext::new(0).unwrap();
        host.bind_to_thread().unwrap();
        // SAFETY: a context is current.
        let arena = unsafe { cudarc::driver::result::malloc_sync(1 << 20) }.unwrap();
        let destinations = vec![lent(0, None, arena, 1 << 20)];
        stub.configure("fail=cuPointerGetAttribute@1=719");
        let error = model.load(&PlanOptions { target: Target::Cuda, destinations, ..Default::default() }).unwrap_err();
        assert_eq!((error.kind(), error.os_code()), (Kind::Device, 719), "{error}");
    });
}
