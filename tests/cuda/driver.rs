//! Finding the driver: whatever is found in its place is a result and no crash.

use std::path::Path;

use weighbridge::load::cuda::{device, device_count};
use weighbridge::{Kind, PlanOptions, Target};

use crate::common::empty_folder;
use crate::models::{assert_same_bytes, golden, open};
use crate::stub::{in_process, is_real, library, this_test, with_stub};

/// Loads the smallest golden model to device 0.
fn load() -> weighbridge::Result<()> {
    let model = open(Path::new("tests/golden/tiny-llama"), 0, &Default::default());
    model.load(&PlanOptions { target: Target::Cuda, ..Default::default() }).map(|_| ())
}

/// In a process whose driver is what is found in `folder`, both asking and loading fail, with these words.
fn assert_refused(test: &str, folder: Option<&Path>, settings: &[(&str, &str)], kind: Kind, code: i64, words: &str) {
    in_process(test, folder, settings, || {
        for error in [device_count().unwrap_err(), load().unwrap_err(), device_count().unwrap_err()] {
            assert_eq!((error.kind(), error.os_code()), (kind, code), "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
    });
}

#[test]
fn without_a_driver_the_host_still_works() {
    if is_real() {
        return;
    }
    let words = "there is no CUDA driver: libcuda.so.1";
    let empty = empty_folder("cuda-none");
    assert_refused(this_test!(without_a_driver_the_host_still_works), Some(&empty), &[], Kind::NotFound, 0, words);
    let model = open(Path::new("tests/golden/tiny-llama"), 0, &Default::default());
    assert_eq!(model.load(&PlanOptions { target: Target::Host, ..Default::default() }).unwrap().len(), 39);
}

#[test]
fn the_link_stub_of_the_toolkit_is_recognised() {
    let Some(folder) = library(&["-DSTUB_KIND_LINK_STUB"]).filter(|_| !is_real()) else { return };
    let test = this_test!(the_link_stub_of_the_toolkit_is_recognised);
    assert_refused(test, Some(&folder), &[], Kind::NotFound, 34, "link stub");
}

#[test]
fn a_library_that_is_no_driver_is_refused() {
    let Some(folder) = library(&["-DSTUB_WITHOUT_INIT"]).filter(|_| !is_real()) else { return };
    let test = this_test!(a_library_that_is_no_driver_is_refused);
    assert_refused(test, Some(&folder), &[], Kind::Device, 0, "has no cuInit");
}

#[test]
fn a_driver_that_does_not_start_says_why() {
    let Some(folder) = library(&[]).filter(|_| !is_real()) else { return };
    let test = this_test!(a_driver_that_does_not_start_says_why);
    if std::env::var_os("STUB_CUDA_INIT").is_none_or(|code| code == "803") {
        let words = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)";
        assert_refused(test, Some(&folder), &[("init", "803")], Kind::Device, 803, words);
    }
    if std::env::var_os("STUB_CUDA_INIT").is_none_or(|code| code == "100") {
        assert_refused(test, Some(&folder), &[("init", "100")], Kind::NotFound, 100, "there is no CUDA device");
    }
}

#[test]
fn older_drivers_serve_with_what_they_have() {
    for level in ["-DSTUB_LEVEL=11030", "-DSTUB_LEVEL=12020"] {
        let Some(folder) = library(&[level]).filter(|_| !is_real()) else { return };
        in_process(this_test!(older_drivers_serve_with_what_they_have), Some(&folder), &[], || {
            assert_eq!(device_count().unwrap(), 2);
            let info = device(1).unwrap();
            assert_eq!(info.uuid.is_some(), info.driver_version >= 11_040, "{info:?}");
            load().unwrap();
        });
    }
}

#[test]
fn a_driver_that_comes_later_is_found() {
    with_stub(this_test!(a_driver_that_comes_later_is_found), &[("fail", "cuInit@1=999")], |stub| {
        // The failure of one caller is not remembered for the next.
        let error = load().unwrap_err();
        assert_eq!((error.kind(), error.os_code()), (Kind::Device, 999), "{error}");
        let path = &golden()[0];
        let model = open(path, 2, &Default::default());
        let placement = model.load(&PlanOptions { target: Target::Cuda, ..Default::default() }).unwrap();
        assert_same_bytes(Some(stub), &model, &placement, "at the second attempt");
    });
}

#[test]
fn a_device_that_is_not_there_is_named() {
    with_stub(this_test!(a_device_that_is_not_there_is_named), &[("devices", "3")], |_| {
        let model = open(&golden()[0], 0, &Default::default());
        let cuda = weighbridge::load::CudaOptions { devices: vec![0, 3], ..Default::default() };
        let options = PlanOptions { target: Target::Cuda, cuda, ..Default::default() };
        let error = model.load(&options).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        assert_eq!(error.to_string(), "cuda:3: there is no CUDA device 3: the driver has 3");
    });
}
