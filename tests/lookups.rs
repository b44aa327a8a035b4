//! What a server asks for each request, through the C interface: it allocates nothing, whether something is found or not.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ptr;

use weighbridge_capi::asset::wb_model_asset_find;
use weighbridge_capi::metadata::wb_model_metadata_find;
use weighbridge_capi::model::{wb_model, wb_model_open, wb_model_release};
use weighbridge_capi::placement::{wb_model_load, wb_placement_release, wb_placement_tensor_find};
use weighbridge_capi::status::{WB_ERR_NOT_FOUND, WB_OK, wb_status};
use weighbridge_capi::tensor::{wb_model_tensor_data, wb_model_tensor_find};

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

fn open() -> *mut wb_model {
    let path = "tests/golden/tiny-llama";
    let mut model = ptr::null_mut();
    let options = ptr::null();
    let status = wb_model_open(ptr::null(), path.as_ptr().cast(), path.len(), options, &mut model, ptr::null_mut());
    assert_eq!(status, WB_OK);
    model
}

/// Makes the call twice and counts the allocations of the second: the first may map a file.
fn check(what: &str, expected: wb_status, mut call: impl FnMut() -> wb_status) {
    assert_eq!(call(), expected, "{what}");
    let before = CALLS.with(Cell::get);
    let status = call();
    let allocations = CALLS.with(Cell::get) - before;
    assert_eq!((status, allocations), (expected, 0), "{what}");
}

#[test]
fn lookups_allocate_nothing() {
    let model = open();
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
