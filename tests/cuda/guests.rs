//! A guest in the host's process: its current context, its capture and its flags are as they were.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use cudarc::driver::{CudaContext, result, sys};
use weighbridge::load::{CudaOptions, HostStream};
use weighbridge::{Kind, Model, PlanOptions, Target};

use crate::models::{assert_same_bytes, made};
use crate::stub::{this_test, with_driver, with_stub};

fn model(threads: usize) -> Model {
    made(&[5_000_000, 300, 70_000], threads)
}

fn to_device(device: u32) -> PlanOptions {
    let cuda = CudaOptions { devices: vec![device], ..Default::default() };
    PlanOptions { target: Target::Cuda, cuda, ..Default::default() }
}

#[test]
fn the_current_context_stays_current() {
    with_stub(this_test!(the_current_context_stays_current), &[("delay_us", "100")], |stub| {
        let model = model(0);
        result::init().unwrap();
        let load =
            |device| assert_same_bytes(Some(stub), &model, &model.load(&to_device(device)).unwrap(), "as a guest");
        assert_eq!(result::ctx::get_current().unwrap(), None);
        load(0);
        assert_eq!(result::ctx::get_current().unwrap(), None, "a thread without a context has none");
        let other = CudaContext::new(1).unwrap();
        other.bind_to_thread().unwrap();
        load(0);
        assert_eq!(result::ctx::get_current().unwrap(), Some(other.cu_ctx()));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                load(1);
                assert_eq!(result::ctx::get_current().unwrap(), None);
            });
        });
        load(1);
        assert_eq!(result::ctx::get_current().unwrap(), Some(other.cu_ctx()));
    });
}

#[test]
fn errors_leave_the_current_context_as_well() {
    with_stub(this_test!(errors_leave_the_current_context_as_well), &[], |stub| {
        let model = model(0);
        let host = CudaContext::new(1).unwrap();
        host.bind_to_thread().unwrap();
        let symbols =
            ["cuMemAlloc_v2", "cuStreamCreate", "cuEventCreate", "cuMemHostRegister_v2", "cuMemcpyHtoDAsync_v2"];
        for symbol in symbols.into_iter().chain(["cuEventRecord", "cuEventSynchronize"]) {
            stub.configure(&format!("fail={symbol}@1=719"));
            assert!(model.load(&to_device(0)).is_err(), "{symbol}");
            assert_eq!(result::ctx::get_current().unwrap(), Some(host.cu_ctx()), "{symbol}");
        }
    });
}

#[test]
fn a_capture_in_progress_is_not_disturbed() {
    with_stub(this_test!(a_capture_in_progress_is_not_disturbed), &[("delay_us", "100")], |stub| {
        for threads in [0, 2] {
            let model = model(threads);
            let host = CudaContext::new(0).unwrap();
            let stream = host.new_stream().unwrap();
            let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL;
            // SAFETY: the stream is alive.
            unsafe { result::stream::begin_capture(stream.cu_stream(), mode) }.unwrap();
            let placement = model.load(&to_device(0)).unwrap();
            let cuda = CudaOptions { after: Some(Arc::clone(&stream).into()), ..Default::default() };
            let refused = model.load(&PlanOptions { cuda, ..to_device(0) }).unwrap_err();
            assert_eq!(refused.kind(), Kind::InvalidArgument, "{refused}");
            placement.fence(Some(&Arc::clone(&stream).into())).unwrap();
            let mut graph: sys::CUgraph = ptr::null_mut();
            // SAFETY: the stream is alive, and is the one that is captured.
            let ended = unsafe { sys::cuStreamEndCapture(stream.cu_stream(), &mut graph) };
            assert_eq!(ended as u32, 0, "the capture is still valid");
            assert_same_bytes(Some(stub), &model, &placement, "beside a capture");
        }
    });
}

#[test]
fn a_fence_does_not_spoil_a_capture() {
    with_stub(this_test!(a_fence_does_not_spoil_a_capture), &[("delay_us", "300000")], |_| {
        let model = model(2);
        let host = CudaContext::new(0).unwrap();
        let stream = host.new_stream().unwrap();
        let options = to_device(0);
        let cuda = CudaOptions { is_async: true, ..options.cuda };
        let placement = model.load(&PlanOptions { cuda, ..to_device(0) }).unwrap();
        let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL;
        // SAFETY: the stream is alive.
        unsafe { result::stream::begin_capture(stream.cu_stream(), mode) }.unwrap();
        let error = placement.fence(Some(&Arc::clone(&stream).into())).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(error.to_string().contains("being captured"), "{error}");
        let mut graph: sys::CUgraph = ptr::null_mut();
        // SAFETY: the stream is alive, and is the one that is captured.
        assert_eq!(unsafe { sys::cuStreamEndCapture(stream.cu_stream(), &mut graph) } as u32, 0);
        placement.fence(Some(&stream.into())).unwrap();
    });
}

#[test]
fn the_flags_of_the_context_stay_and_contexts_go() {
    with_stub(this_test!(the_flags_of_the_context_stay_and_contexts_go), &[], |stub| {
        result::init().unwrap();
        let state = || {
            let (mut flags, mut active) = (0, 0);
            // SAFETY: places for two numbers.
            unsafe { sys::cuDevicePrimaryCtxGetState(0, &mut flags, &mut active) }.result().unwrap();
            (flags, active)
        };
        let before = state();
        let placement = model(2).load(&to_device(0)).unwrap();
        assert_eq!(state(), (before.0, 1));
        drop(placement);
        assert_eq!(state(), (before.0, 0), "the context is given back with the last placement");
        stub.assert_clean("at the end");
    });
}

#[test]
fn contexts_and_streams_of_cudarc_are_taken_as_they_are() {
    with_driver(this_test!(contexts_and_streams_of_cudarc_are_taken_as_they_are), &[("delay_us", "1000")], |stub| {
        let model = model(2);
        let context = CudaContext::new(0).unwrap();
        let stream = context.new_stream().unwrap();
        let cuda = CudaOptions { after: Some(Arc::clone(&stream).into()), ..CudaOptions::on([&context]) };
        let placement = model.load(&PlanOptions { cuda, ..to_device(0) }).unwrap();
        assert_same_bytes(stub, &model, &placement, "with cudarc's stream");
        // SAFETY: the stream is alive.
        let raw = unsafe { HostStream::from_raw(stream.cu_stream().cast::<c_void>()) };
        placement.fence(Some(&raw)).unwrap();
        // The default streams are known by numbers.
        for number in [1_usize, 2] {
            // SAFETY: these streams are always there.
            let stream = unsafe { HostStream::from_raw(number as *mut c_void) };
            let cuda = CudaOptions { after: Some(stream.clone()), is_async: true, ..Default::default() };
            let placement = model.load(&PlanOptions { cuda, ..to_device(0) }).unwrap();
            placement.fence(Some(&stream)).unwrap();
            context.synchronize().unwrap();
            assert_same_bytes(stub, &model, &placement, "with a default stream");
        }
    });
}
