//! A file in memory through the C interface: every function that takes a model, and what they return.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};

use weighbridge_capi::asset::wb_model_asset_count;
use weighbridge_capi::dtype::wb_dtype_name;
use weighbridge_capi::error::*;
use weighbridge_capi::graph::{wb_model_graph, wb_model_graph_count};
use weighbridge_capi::metadata::*;
pub use weighbridge_capi::model::wb_model;
use weighbridge_capi::model::*;
use weighbridge_capi::placement::*;
use weighbridge_capi::plan::*;
use weighbridge_capi::report::*;
use weighbridge_capi::status::{WB_ERR_INTERNAL, WB_ERR_UNVERIFIED, WB_OK, WB_PENDING, wb_status};
use weighbridge_capi::task::*;
use weighbridge_capi::tensor::*;
use weighbridge_capi::text::wb_str;

use super::c_graph;

/// A structure of the interface as a caller prepares it.
macro_rules! zeroed {
    ($name:ident) => {
        // SAFETY: integers and pointers, all of which may be zero.
        $name { struct_size: size_of::<$name>(), ..unsafe { std::mem::zeroed() } }
    };
}

/// Calls a function that fills a structure, and expects it to succeed.
macro_rules! filled {
    ($name:ident, $function:ident $(, $argument:expr)*) => {{
        let mut info = zeroed!($name);
        assert_eq!($function($($argument,)* &mut info), WB_OK);
        info
    }};
}

pub(super) use {filled, zeroed};

/// Opens a file under each policy, and calls everything that a program could call then.
pub fn c_open_memory(data: &[u8]) {
    for policy in [WB_VERIFY_IF_PRESENT, WB_VERIFY_REQUIRED, WB_VERIFY_NONE] {
        let mut lent = 1_u32;
        let options = wb_open_options { verify: policy, ..zeroed!(wb_open_options) };
        let (mut model, mut error) = (null_mut(), null_mut());
        let user_data = (&raw mut lent).cast();
        let status = wb_model_open_memory(
            null_mut(),
            data.as_ptr().cast(),
            data.len(),
            Some(give_back),
            user_data,
            &options,
            &mut model,
            &mut error,
        );
        if succeeded(status, error) {
            inspect(model);
            read(model, policy);
            verify(model, policy);
            load(model, policy);
            wb_model_release(model);
        }
        assert_eq!(lent, 0, "the memory is given back once");
    }
}

unsafe extern "C-unwind" fn give_back(lent: *mut c_void) {
    // SAFETY: the counter of `c_open_memory`, which outlives the model.
    unsafe { *lent.cast::<u32>() -= 1 };
}

/// Whether a call succeeded; if not, looks at every part of the error and releases it.
pub fn succeeded(status: wb_status, error: *mut wb_error) -> bool {
    assert_ne!(status, WB_ERR_INTERNAL);
    assert_eq!(status < 0, !error.is_null());
    if error.is_null() {
        return true;
    }
    let info = filled!(wb_error_info, wb_error_get_info, error);
    assert_eq!((wb_error_code(error), info.code), (status, status));
    // SAFETY: the library says that the text ends with NUL; the sanitizer disagrees if it lies.
    assert_eq!(unsafe { CStr::from_ptr(wb_error_message(error)) }.to_str(), Ok(text(info.message)));
    text(info.path);
    text(info.subject);
    wb_error_release(error);
    false
}

pub fn empty() -> wb_str {
    wb_str { ptr: null(), len: 0 }
}

/// Reads a text to its end: it has to be UTF-8 and in readable memory.
pub fn text<'a>(text: wb_str) -> &'a str {
    assert!(!text.ptr.is_null());
    // SAFETY: the library says that so many bytes are readable; the sanitizer disagrees if it lies.
    std::str::from_utf8(unsafe { std::slice::from_raw_parts(text.ptr.cast(), text.len) }).unwrap()
}

/// Reads bytes to their end. Of what is not there nothing is read.
pub fn sum(data: *const u8, len: usize) -> u64 {
    if data.is_null() {
        assert_eq!(len, 0);
        return 0;
    }
    // SAFETY: as in `text`.
    unsafe { std::slice::from_raw_parts(data, len) }.iter().map(|byte| u64::from(*byte)).sum()
}

fn inspect(model: *mut wb_model) {
    // SAFETY: NUL-terminated text that is borrowed from the model.
    let format = unsafe { CStr::from_ptr(wb_model_format(model)) }.to_str().unwrap();
    assert!(matches!(format, "onnx" | "safetensors"));
    assert_eq!((wb_model_file_count(model), wb_model_asset_count(model)), (1, 0));
    assert_eq!(wb_model_graph_count(model) == 0, format == "safetensors");
    assert_eq!(wb_model_graph(model, 0).is_null(), format == "safetensors");
    c_graph::inspect(model);
    let file = filled!(wb_file_info, wb_model_file_info, model, 0);
    text(file.path);
    for entry in 0..wb_model_metadata_count(model) {
        let info = filled!(wb_metadata_info, wb_model_metadata_info, model, entry);
        text(info.text);
        let (key, mut found) = (text(info.key), usize::MAX);
        let status = wb_model_metadata_find(model, key.as_ptr().cast::<c_char>(), key.len(), &mut found);
        assert_eq!((status, found), (WB_OK, entry));
    }

    let count = wb_model_tensor_count(model);
    let mut infos = vec![zeroed!(wb_tensor_info); count];
    assert_eq!(wb_model_tensor_infos(model, 0, count, infos.as_mut_ptr(), size_of::<wb_tensor_info>()), WB_OK);
    assert_ne!(wb_model_tensor_infos(model, 1, count, infos.as_mut_ptr(), size_of::<wb_tensor_info>()), WB_OK);
    for (index, info) in infos.iter().enumerate() {
        assert!(info.offset == u64::MAX || info.offset.checked_add(info.bytes).is_some_and(|end| end <= file.bytes));
        assert!(!wb_dtype_name(info.dtype).is_null());
        sum(info.shape.cast(), info.rank as usize * size_of::<i64>());
        let mut found = usize::MAX;
        let name = text(info.name);
        assert_eq!(wb_model_tensor_find(model, name.as_ptr().cast::<c_char>(), name.len(), &mut found), WB_OK);
        assert_eq!(found, index);
    }
}

fn read(model: *mut wb_model, policy: u32) {
    for index in 0..wb_model_tensor_count(model) {
        let info = filled!(wb_tensor_info, wb_model_tensor_info, model, index);
        let (mut data, mut len) = (null(), 0);
        let status = wb_model_tensor_data(model, index, &mut data, &mut len);
        if policy == WB_VERIFY_REQUIRED {
            assert_eq!(status, WB_ERR_UNVERIFIED);
            continue;
        }
        assert_eq!((status, len as u64), (WB_OK, info.bytes));
        let expected = sum(data.cast(), len);

        let (mut buffer, mut error) = (null_mut(), null_mut());
        let status = wb_model_tensor_buffer(model, index, &mut buffer, &mut error);
        assert!(succeeded(status, error));
        let data = wb_buffer_data(buffer, &mut len);
        assert_eq!(sum(data.cast(), len), expected);
        wb_buffer_release(buffer);

        let mut copy = vec![0_u8; len];
        let status = wb_model_tensor_read(model, index, 0, copy.as_mut_ptr().cast(), len, &mut error);
        assert!(succeeded(status, error));
        assert_eq!(sum(copy.as_ptr(), len), expected);
    }
}

fn verify(model: *mut wb_model, policy: u32) {
    let (mut report, mut error) = (null_mut(), null_mut());
    let status = wb_model_verify(model, null(), &mut report, &mut error);
    assert_eq!(succeeded(status, error), policy != WB_VERIFY_REQUIRED, "no manifest covers it");
    assert!(wb_report_line_count(report) > wb_model_tensor_count(model), "a line for the file and for each tensor");
    check_report(report);
    wb_report_release(report);
}

fn check_report(report: *const wb_report) {
    for index in 0..wb_report_line_count(report) {
        let line = filled!(wb_line_info, wb_report_line_info, report, index);
        assert_eq!(line.outcome, WB_OUTCOME_UNCOVERED);
        for part in [line.subject, line.algorithm, line.source, line.expected, line.actual, line.reason] {
            text(part);
        }
    }
}

fn load(model: *mut wb_model, policy: u32) {
    for target in [WB_TARGET_NONE, WB_TARGET_VIEW, WB_TARGET_HOST] {
        let options = wb_plan_options { target, ..zeroed!(wb_plan_options) };
        let (mut plan, mut task, mut placement, mut error) = (null_mut(), null_mut(), null_mut(), null_mut());
        let status = wb_plan_create(model, &options, &mut plan, &mut error);
        if !succeeded(status, error) {
            assert_eq!(policy, WB_VERIFY_REQUIRED);
            continue;
        }
        assert!(succeeded(wb_plan_start(plan, &mut task, &mut error), error));
        while wb_task_step(task, 0, u64::MAX, null_mut(), &mut error) == WB_PENDING {}
        assert!(succeeded(wb_task_finish(task, &mut placement, &mut error), error));
        wb_task_release(task);
        wb_plan_release(plan);
        check_placement(placement, target);
        wb_placement_release(placement);
    }
}

fn check_placement(placement: *mut wb_placement, target: u32) {
    for position in 0..wb_placement_tensor_count(placement) {
        let placed = filled!(wb_placed_tensor_info, wb_placement_tensor_info, placement, position);
        assert_eq!((placed.tensor, placed.device, placed.device_address), (position, WB_DEVICE_HOST, 0));
        assert!(target != WB_TARGET_HOST || placed.data.addr().is_multiple_of(64));
        assert!(!placed.data.is_null());
        sum(placed.data.cast(), placed.bytes as usize);
        let (name, mut found) = (text(placed.name), usize::MAX);
        let status = wb_placement_tensor_find(placement, name.as_ptr().cast::<c_char>(), name.len(), &mut found);
        assert_eq!((status, found), (WB_OK, position));
    }
    let (mut report, mut error) = (null_mut(), null_mut());
    assert!(succeeded(wb_placement_report(placement, &mut report, &mut error), error));
    check_report(report);
    wb_report_release(report);
}
