//! Another version of a model at the addresses of the one that is on the devices.

use std::fs;
use std::sync::Arc;

use safetensors::tensor::{Dtype, TensorView};
use weighbridge::load::{CudaOptions, Route};
use weighbridge::write::Manifests;
use weighbridge::{Model, OpenOptions, Placement, PlanOptions, Result, Target, Task};

use crate::models::{assert_same_bytes, open, pattern};
use crate::stub::{this_test, with_driver, with_stub};

const LENGTHS: [usize; 5] = [700_000, 300, 0, 400_001, 5_000_000];

/// Five tensors whose bytes the seeds decide, with the digest of each. Its files are gone from the disk.
fn version(seeds: [usize; 5], threads: usize) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let contents: Vec<Vec<u8>> = LENGTHS.iter().zip(seeds).map(|(len, seed)| pattern(seed, *len)).collect();
    let views = contents.iter().enumerate();
    let views = views
        .map(|(number, bytes)| (format!("t{number}"), TensorView::new(Dtype::U8, vec![bytes.len()], bytes).unwrap()));
    let path = folder.path().join("model.safetensors");
    safetensors::serialize_to_file(views, None, &path).unwrap();
    let manifests = Manifests::of(&open(&path, 0, &OpenOptions::default())).unwrap();
    fs::write(folder.path().join("weighbridge.json"), manifests.record().unwrap()).unwrap();
    open(folder.path(), threads, &OpenOptions::default())
}

/// One tensor on one device, and the others on both.
fn routed(is_async: bool) -> PlanOptions {
    let routes = vec![Route { pattern: "t1".to_owned(), device: 1 }];
    let cuda = CudaOptions { devices: vec![0, 1], routes, is_async, ..Default::default() };
    PlanOptions { target: Target::Cuda, cuda, ..Default::default() }
}

fn refit(model: &Model, current: &Placement, options: &PlanOptions) -> Result<usize> {
    let plan = Arc::new(model.plan_refit(current, options)?);
    let task = Task::start(&plan)?;
    task.wait()?;
    let next = task.finish()?.unwrap();
    let count = next.len();
    // SAFETY: nobody else knows the addresses.
    unsafe { current.refit(&next) }.map(|()| count)
}

#[test]
fn devices_get_what_has_changed() {
    for mood in [&[][..], &[("delay_us", "300")]] {
        with_stub(this_test!(devices_get_what_has_changed), mood, |stub| {
            for is_async in [false, true] {
                let options = routed(is_async);
                let (first, second) = (version([1, 2, 3, 4, 5], 2), version([1, 9, 3, 4, 8], 2));
                let current = first.load(&options).unwrap();
                let addresses: Vec<u64> = current.iter().map(|placed| placed.address).collect();
                // `t1` is on one device, `t4` on two.
                assert_eq!(refit(&second, &current, &options).unwrap(), 3);
                assert_same_bytes(Some(stub), &second, &current, "the second version");
                assert_eq!(refit(&second, &current, &options).unwrap(), 0);
                assert_eq!(refit(&first, &current, &options).unwrap(), 3);
                assert_same_bytes(Some(stub), &first, &current, "the first version again");
                assert_eq!(current.iter().map(|placed| placed.address).collect::<Vec<_>>(), addresses);
                let elsewhere = PlanOptions { cuda: CudaOptions::default(), ..options };
                let error = refit(&second, &current, &elsewhere).unwrap_err();
                assert!(error.to_string().contains("does not have it on device 0"), "{error}");
                drop(current);
                stub.assert_clean("refitted");
            }
        });
    }
}

#[test]
fn one_device_gets_what_has_changed() {
    with_driver(this_test!(one_device_gets_what_has_changed), &[], |stub| {
        let options = PlanOptions { target: Target::Cuda, ..Default::default() };
        let (first, second) = (version([1, 2, 3, 4, 5], 2), version([7, 2, 3, 4, 5], 2));
        let current = first.load(&options).unwrap();
        assert_eq!(refit(&second, &current, &options).unwrap(), 1);
        assert_same_bytes(stub, &second, &current, "the second version");
    });
}

/// What a device has after a copy has failed is not known: the next version is copied whole.
#[test]
fn after_a_failed_copy_everything_differs() {
    with_stub(this_test!(after_a_failed_copy_everything_differs), &[], |stub| {
        let options = PlanOptions { target: Target::Cuda, ..Default::default() };
        let (first, second) = (version([1, 2, 3, 4, 5], 0), version([7, 2, 3, 4, 5], 0));
        let current = first.load(&options).unwrap();
        stub.configure("fail=cuMemcpy2DAsync_v2@1=1");
        assert!(refit(&second, &current, &options).is_err());
        assert_eq!(refit(&second, &current, &options).unwrap(), LENGTHS.len());
        assert_same_bytes(Some(stub), &second, &current, "the second version");
        drop(current);
        stub.assert_clean("after a failure");
    });
}
