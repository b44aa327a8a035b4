//! What is told of the devices, without waking them.

use weighbridge::load::cuda::{device, device_count};
use weighbridge::{Kind, PlanOptions, Target};

use crate::models::{golden, made, open};
use crate::stub::{this_test, with_driver, with_stub};

#[test]
fn devices_are_described_and_left_asleep() {
    with_driver(this_test!(devices_are_described_and_left_asleep), &[("memory_mb", "300")], |stub| {
        let count = device_count().unwrap();
        assert!(count > 0);
        let mut seen = Vec::new();
        for ordinal in 0..count {
            let info = device(ordinal).unwrap();
            assert_eq!((info.ordinal, info.free_bytes), (ordinal, None));
            assert!(
                !info.name.is_empty() && info.memory_bytes > 0 && info.compute.0 > 0 && info.driver_version > 10_000
            );
            assert_eq!(info.pci.matches([':', '.']).count(), 3, "{}", info.pci);
            seen.push((info.pci, info.uuid.unwrap()));
        }
        seen.dedup();
        assert_eq!(seen.len(), count as usize);
        assert_eq!(device(count).unwrap_err().kind(), Kind::NotFound);
        if let Some(stub) = stub {
            assert_eq!(count, 2);
            assert_eq!(device(0).unwrap().memory_bytes, 300 << 20);
            stub.assert_clean("after a look");
            assert!(stub.report()["calls"]["cuDevicePrimaryCtxRetain"].is_null());
        }
    });
}

#[test]
fn free_memory_is_told_while_the_device_is_in_use() {
    with_stub(this_test!(free_memory_is_told_while_the_device_is_in_use), &[("memory_mb", "100")], |stub| {
        let model = open(&golden()[0], 0, &Default::default());
        let placement = model.load(&PlanOptions { target: Target::Cuda, ..Default::default() }).unwrap();
        let free = device(0).unwrap().free_bytes.unwrap();
        assert!(free < 100 << 20 && free > 90 << 20, "{free}");
        assert_eq!(device(1).unwrap().free_bytes, None);
        drop(placement);
        assert_eq!(device(0).unwrap().free_bytes, None);
        stub.assert_clean("after the placement");
    });
}

#[test]
fn a_device_that_is_too_small_says_how_small() {
    with_stub(this_test!(a_device_that_is_too_small_says_how_small), &[("memory_mb", "2")], |stub| {
        let model = made(&[3 << 20], 2);
        let error = model.load(&PlanOptions { target: Target::Cuda, ..Default::default() }).unwrap_err();
        assert_eq!((error.kind(), error.os_code()), (Kind::OutOfMemory, 2));
        let words = "cuda:0: the tensors need 3145728 bytes of the device, and 2097152 are free";
        assert!(error.to_string().starts_with(words), "{error}");
        stub.assert_clean("after it");
    });
}
