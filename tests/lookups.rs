//! How often the C interface allocates: never for what a server asks for each request, whether something is found or not, and not for
//! each tensor of a load.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ptr;

use safetensors::tensor::{Dtype, TensorView};
use weighbridge_capi::asset::wb_model_asset_find;
use weighbridge_capi::findings::{wb_finding_info, wb_model_note_info};
use weighbridge_capi::function::{wb_function_info, wb_model_function_info};
use weighbridge_capi::metadata::{wb_metadata_info, wb_model_metadata_find, wb_model_metadata_info};
use weighbridge_capi::model::{wb_file_info, wb_model, wb_model_file_info, wb_model_open, wb_model_release};
use weighbridge_capi::placement::{
    wb_model_load, wb_placed_tensor_info, wb_placement_release, wb_placement_tensor_count, wb_placement_tensor_find,
    wb_placement_tensor_info,
};
use weighbridge_capi::signature::{wb_model_signature_info, wb_signature_info};
use weighbridge_capi::status::{WB_ERR_INVALID_ARGUMENT, WB_ERR_NOT_FOUND, WB_OK, wb_status};
use weighbridge_capi::tensor::{wb_model_tensor_data, wb_model_tensor_find, wb_model_tensor_info, wb_tensor_info};

/// The system's allocator, with a count of the calls of each thread.
struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn open(path: &str) -> *mut wb_model {
    let mut model = ptr::null_mut();
    let options = ptr::null();
    let status = wb_model_open(ptr::null(), path.as_ptr().cast(), path.len(), options, &mut model, ptr::null_mut());
    assert_eq!(status, WB_OK);
    model
}

fn allocations(call: impl FnOnce()) -> usize {
    let before = CALLS.with(Cell::get);
    call();
    CALLS.with(Cell::get) - before
}

/// Makes the call twice and counts the allocations of the second: the first may map a file.
fn check(what: &str, expected: wb_status, mut call: impl FnMut() -> wb_status) {
    assert_eq!(call(), expected, "{what}");
    let allocations = allocations(|| assert_eq!(call(), expected, "{what}"));
    assert_eq!(allocations, 0, "{what}");
}

#[test]
fn lookups_allocate_nothing() {
    let model = open("tests/golden/tiny-llama");
    let mut placement = ptr::null_mut();
    assert_eq!(wb_model_load(model, ptr::null(), &mut placement, ptr::null_mut()), WB_OK);

    let text = |text: &'static str| (text.as_ptr().cast::<c_char>(), text.len());
    let (mut index, mut data, mut len) = (0, ptr::null::<c_void>(), 0);
    for (found, tensor, key, asset) in
        [(true, "model.norm.weight", "format", "config.json"), (false, "none", "none", "none")]
    {
        let expected = if found { WB_OK } else { WB_ERR_NOT_FOUND };
        let ((tensor, tensor_len), (key, key_len), (asset, asset_len)) = (text(tensor), text(key), text(asset));
        check("tensor", expected, || wb_model_tensor_find(model, tensor, tensor_len, &mut index));
        check("metadata", expected, || wb_model_metadata_find(model, key, key_len, &mut index));
        check("asset", expected, || wb_model_asset_find(model, asset, asset_len, &mut index));
        check("placed tensor", expected, || wb_placement_tensor_find(placement, tensor, tensor_len, &mut index));
    }
    check("data", WB_OK, || wb_model_tensor_data(model, 0, &mut data, &mut len));
    wb_placement_release(placement);
    wb_model_release(model);
}

/// A structure that is filled by a call, of which the size alone is set.
macro_rules! blank {
    ($kind:ty) => {{
        // SAFETY: a structure of C, of which zeros are a value.
        let mut info: $kind = unsafe { std::mem::zeroed() };
        info.struct_size = size_of::<$kind>();
        info
    }};
}

#[test]
fn what_is_beyond_the_end_allocates_nothing() {
    let model = open("tests/golden/tiny-llama");
    let mut placement = ptr::null_mut();
    assert_eq!(wb_model_load(model, ptr::null(), &mut placement, ptr::null_mut()), WB_OK);
    let end = usize::MAX;

    let (mut tensor, mut file, mut entry) = (blank!(wb_tensor_info), blank!(wb_file_info), blank!(wb_metadata_info));
    check("tensor", WB_ERR_INVALID_ARGUMENT, || wb_model_tensor_info(model, end, &mut tensor));
    check("file", WB_ERR_INVALID_ARGUMENT, || wb_model_file_info(model, end, &mut file));
    check("metadata", WB_ERR_INVALID_ARGUMENT, || wb_model_metadata_info(model, end, &mut entry));
    let (mut note, mut signature, mut function) =
        (blank!(wb_finding_info), blank!(wb_signature_info), blank!(wb_function_info));
    check("note", WB_ERR_INVALID_ARGUMENT, || wb_model_note_info(model, end, &mut note));
    check("signature", WB_ERR_INVALID_ARGUMENT, || wb_model_signature_info(model, end, &mut signature));
    check("function", WB_ERR_INVALID_ARGUMENT, || wb_model_function_info(model, end, &mut function));
    let mut placed = blank!(wb_placed_tensor_info);
    check("placed tensor", WB_ERR_INVALID_ARGUMENT, || wb_placement_tensor_info(placement, end, &mut placed));
    check("no model", WB_ERR_INVALID_ARGUMENT, || wb_model_tensor_info(ptr::null(), 0, &mut tensor));
    wb_placement_release(placement);
    wb_model_release(model);
}

/// Tables grow in one step, and lists that are used for each block are used again. A load of a larger file allocates as often.
#[test]
fn a_load_of_many_tensors_allocates_few_times() {
    const TENSORS: usize = 300;
    const MOST: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let bytes = vec![0_u8; 64 << 10];
    let name = |number| format!("model.layers.{number}.self_attn.q_proj.weight");
    let view = || TensorView::new(Dtype::F16, vec![128, 256], &bytes).unwrap();
    let tensors = (0..TENSORS).map(|number| (name(number), view()));
    safetensors::serialize_to_file(tensors, None, &path).unwrap();

    let mut placement = ptr::null_mut();
    let mut load = || {
        let model = open(path.to_str().unwrap());
        assert_eq!(wb_model_load(model, ptr::null(), &mut placement, ptr::null_mut()), WB_OK);
        assert_eq!(wb_placement_tensor_count(placement), TENSORS);
        wb_placement_release(placement);
        wb_model_release(model);
    };
    load();
    let allocations = allocations(load);
    assert!(allocations <= MOST, "{allocations} allocations");
}
