//! What is on a device is what is in the files. A real driver has to pass all of this as well.

use std::sync::Arc;
use std::time::Duration;

use weighbridge::load::{CudaOptions, Reads};
use weighbridge::write::Manifests;
use weighbridge::{Kind, OpenOptions, PlanOptions, Policy, Target, Task};

use crate::models::{assert_same_bytes, awkward_lengths, golden, made, open, write};
use crate::stub::{Stub, this_test, with_driver};

fn to_cuda() -> PlanOptions {
    PlanOptions { target: Target::Cuda, ..Default::default() }
}

/// The stand-in in the moods that a device may be in: at once, late, slow, and in between.
const MOODS: &[&[(&str, &str)]] =
    &[&[], &[("sync", "1")], &[("delay_us", "300")], &[("mbps", "400")], &[("register", "0")]];

fn upload_golden_models(stub: Option<&Stub>) {
    for path in golden() {
        for threads in [0, 3] {
            let when = format!("{} with {threads} threads", path.display());
            let model = open(&path, threads, &OpenOptions::default());
            let placement = model.load(&to_cuda()).unwrap_or_else(|e| panic!("{when}: {e}"));
            assert_eq!(placement.len(), model.tensors().len(), "{when}");
            assert_same_bytes(stub, &model, &placement, &when);
            let host = model.load(&PlanOptions { target: Target::Host, ..Default::default() }).unwrap();
            for (there, here) in placement.iter().zip(host.iter()) {
                assert_eq!(there.address % 256, 0, "{when}: {}", there.name);
                assert_eq!((there.name, there.dtype, there.shape), (here.name, here.dtype, here.shape), "{when}");
                assert_eq!((there.device, here.device), (Some(0), None), "{when}");
            }
            let outcomes = |report: &weighbridge::Report| report.iter().map(|check| check.outcome).collect::<Vec<_>>();
            assert_eq!(outcomes(placement.report()), outcomes(host.report()), "{when}");
            drop(placement);
            if let Some(stub) = stub {
                stub.assert_clean(&when);
            }
        }
    }
}

#[test]
fn golden_models_are_on_the_device_as_in_their_files() {
    for mood in MOODS {
        with_driver(this_test!(golden_models_are_on_the_device_as_in_their_files), mood, upload_golden_models);
    }
}

#[test]
fn awkward_sizes_arrive_whole_by_every_way_of_reading_and_staging() {
    for mood in MOODS {
        with_driver(this_test!(awkward_sizes_arrive_whole_by_every_way_of_reading_and_staging), mood, |stub| {
            let (all_threads, all_reads): (&[usize], &[Reads]) = match mood {
                [] => (&[0, 1, 4], &[Reads::Auto, Reads::Buffered, Reads::Direct]),
                _ => (&[0, 4], &[Reads::Auto]),
            };
            for &threads in all_threads {
                let model = made(&awkward_lengths(), threads);
                for &reads in all_reads {
                    for staging_bytes in [0, 262_144 * threads.max(1) as u64, 3 << 20] {
                        let plan = model.plan(&PlanOptions { reads, staging_bytes, ..to_cuda() }).unwrap();
                        let when = format!("{threads} threads, {reads:?}, {staging_bytes} bytes of staging");
                        assert!(staging_bytes == 0 || plan.info().staging_bytes <= staging_bytes, "{when}");
                        let task = Task::start(&Arc::new(plan)).unwrap();
                        task.wait().unwrap();
                        let placement = task.finish().unwrap().unwrap();
                        assert_same_bytes(stub, &model, &placement, &when);
                    }
                }
            }
            let Some(stub) = stub else { return };
            stub.assert_clean("after all");
            assert!(stub.number("pinned_bytes_peak") <= 64 << 20);
        });
    }
}

#[test]
fn bytes_are_checked_before_they_are_handed_out() {
    with_driver(this_test!(bytes_are_checked_before_they_are_handed_out), &[("delay_us", "100")], |stub| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write(&path, &[9_000_000, 100, 5_000_001]);
        let manifests = Manifests::of(&open(&path, 2, &OpenOptions::default())).unwrap();
        for (algorithm, trusted) in [("blake3", manifests.record().unwrap()), ("sha256", manifests.checksums())] {
            let manifest = Some(trusted.into_bytes());
            let options = OpenOptions { policy: Policy::Required, manifest, ..Default::default() };
            for threads in [0, 4] {
                let model = open(&path, threads, &options);
                let placement = model.load(&to_cuda()).unwrap();
                assert_same_bytes(stub, &model, &placement, algorithm);
                let hashed = placement.report().costs().iter().find(|cost| cost.stage.name() == algorithm).unwrap();
                assert_eq!(hashed.bytes, model.files().next().unwrap().len() + hashed_again(&model, algorithm));
                assert!(hashed.time > Duration::ZERO);
            }
            let other = tempfile::tempdir().unwrap();
            let damaged = other.path().join("model.safetensors");
            let mut bytes = std::fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            std::fs::write(&damaged, bytes).unwrap();
            for threads in [0, 4] {
                let plan = Arc::new(open(&damaged, threads, &options).plan(&to_cuda()).unwrap());
                let task = Task::start(&plan).unwrap();
                assert_eq!(task.wait().unwrap_err().kind(), Kind::Mismatch);
                assert_eq!(task.finish().unwrap_err().kind(), Kind::Mismatch);
                // The task is still there, and has given everything back all the same.
                if let Some(stub) = stub {
                    stub.assert_clean("after a mismatch");
                }
            }
        }
    });
}

/// What is hashed beside the file: with digests of tensors each of these, and the header, to be compared with what was parsed.
fn hashed_again(model: &weighbridge::Model, algorithm: &str) -> u64 {
    if algorithm == "blake3" { model.files().next().unwrap().len() } else { 0 }
}

#[test]
fn an_asynchronous_placement_is_whole_behind_its_fence() {
    with_driver(this_test!(an_asynchronous_placement_is_whole_behind_its_fence), &[("delay_us", "20000")], |stub| {
        let model = made(&[3_000_000, 17, 70_000], 2);
        let cuda = CudaOptions { is_async: true, ..Default::default() };
        let placement = model.load(&PlanOptions { cuda, ..to_cuda() }).unwrap();
        let context = cudarc::driver::CudaContext::new(0).unwrap();
        let stream = context.new_stream().unwrap();
        placement.fence(Some(&stream.clone().into())).unwrap();
        stream.synchronize().unwrap();
        assert_same_bytes(stub, &model, &placement, "behind the fence");
        placement.fence(None).unwrap();
        if let Some(stub) = stub {
            assert_eq!(stub.number("pinned_bytes"), 0, "what is over pins nothing");
        }
        placement.wait().unwrap();
        drop((placement, stream, context));
        if let Some(stub) = stub {
            stub.assert_clean("after an asynchronous placement");
        }
    });
}
