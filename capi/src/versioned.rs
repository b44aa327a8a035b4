//! Structures of the interface that may grow at their end: copied from and to callers whose header is older or newer.

use std::mem::MaybeUninit;
use std::ptr;

use super::{
    asset, attribute, cuda, dtype, error, findings, function, graph, hooks, host_memory, io, library, metadata,
    metrics, model, node, null, placement, plan, quantization, report, signature, tensor, threads, types, value,
};
use weighbridge::error::{Error, Kind, Result};
use weighbridge::memory;

/// A structure of the interface that begins with its size and may grow at its end.
///
/// # Safety
///
/// The type is `repr(C)`, begins with `struct_size: usize`, has no padding that a copy could leak, and all its bit
/// patterns are valid, zeros included.
pub(super) unsafe trait Versioned: Copy {}

macro_rules! versioned {
    ($($name:path),* $(,)?) => {
        $(
            // SAFETY: numbers, pointers and optional functions only, with explicit reserved fields for padding.
            unsafe impl Versioned for $name {}
        )*
    };
}

versioned! {
    asset::wb_asset_info,
    attribute::wb_attribute_info,
    super::context::wb_context_options,
    cuda::wb_cuda_device_info,
    dtype::wb_dtype_info,
    error::wb_error_info,
    findings::wb_check_options,
    findings::wb_finding_info,
    function::wb_function_info,
    function::wb_opset_info,
    graph::wb_graph_info,
    graph::wb_model_info,
    hooks::wb_progress,
    host_memory::wb_allocator,
    host_memory::wb_budget,
    io::wb_io,
    library::wb_build_info,
    metadata::wb_metadata_info,
    metrics::wb_cost_info,
    metrics::wb_metrics,
    model::wb_blob,
    model::wb_file_info,
    model::wb_open_options,
    node::wb_node_info,
    placement::wb_placed_tensor_info,
    plan::wb_cast,
    plan::wb_cuda_options,
    plan::wb_destination,
    plan::wb_plan_info,
    plan::wb_plan_options,
    plan::wb_route,
    plan::wb_slice,
    quantization::wb_quantization_info,
    report::wb_line_info,
    report::wb_verify_options,
    signature::wb_signature_info,
    signature::wb_signature_value_info,
    tensor::wb_tensor_info,
    tensor::wb_unindexed_info,
    threads::wb_threads,
    types::wb_dim_info,
    types::wb_type_info,
    value::wb_sparse_info,
    value::wb_value_info,
}

/// No structure of the interface will ever be larger: a larger size is garbage.
const MAX_STRUCT: usize = 4096;

/// Options from a caller whose header may be older or newer. NULL means the default. What is missing is zero; what this
/// library does not know has to be zero.
pub(super) fn options<T: Versioned>(given: *const T, name: &str) -> Result<Option<T>> {
    if given.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so by the conventions a structure that begins with its size.
    let size = check_size(unsafe { given.cast::<usize>().read_unaligned() }, name)?;
    let known = size.min(size_of::<T>());
    // SAFETY: the caller says that `size` bytes are readable.
    let tail = unsafe { std::slice::from_raw_parts(given.cast::<u8>().add(known), size - known) };
    if tail.iter().any(|byte| *byte != 0) {
        let message = "an option is set that this version of the library does not know";
        return Err(Error::new(Kind::Unsupported, message).with_subject(name));
    }
    let mut options = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` bytes are readable there and writable here; zeros and the caller's bits are valid for a `T`.
    unsafe {
        ptr::copy_nonoverlapping(given.cast::<u8>(), options.as_mut_ptr().cast(), known);
        Ok(Some(options.assume_init()))
    }
}

/// An array of such structures. The size of the first is that of all, and how far they are apart.
pub(super) fn options_array<T: Versioned>(given: *const T, count: usize, name: &str) -> Result<Vec<T>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if given.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so by the conventions `count` structures, of which the first begins with its size.
    let size = check_size(unsafe { given.cast::<usize>().read_unaligned() }, name)?;
    if size.checked_mul(count).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(Error::invalid(format!("{count} elements of {size} bytes cannot exist")).with_subject(name));
    }
    let mut all = memory::list(count, name)?;
    for position in 0..count {
        let place = given.wrapping_byte_add(size * position);
        // SAFETY: one of the `count` structures that the caller says are there, each of `size` bytes.
        if unsafe { place.cast::<usize>().read_unaligned() } != size {
            let message = format!("struct_size of element {position} is not {size}, as that of the first is");
            return Err(Error::invalid(message).with_subject(name));
        }
        all.extend(options(place, name)?);
    }
    Ok(all)
}

/// Fills a structure of a caller whose header may be older or newer: what the caller does not know is left out, and
/// what this library does not know is zeroed. Its `struct_size` stays.
pub(super) fn fill<T: Versioned>(place: *mut T, value: &T, name: &str) -> Result<()> {
    if place.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so by the conventions a structure that begins with its size.
    let size = check_size(unsafe { place.cast::<usize>().read_unaligned() }, name)?;
    fill_sized(place, value, size);
    Ok(())
}

fn fill_sized<T: Versioned>(place: *mut T, value: &T, size: usize) {
    let known = size.min(size_of::<T>());
    // SAFETY: the caller says that `size` bytes are writable, of which the first are the size itself.
    unsafe {
        let place = place.cast::<u8>();
        ptr::copy_nonoverlapping(ptr::from_ref(value).cast(), place, known);
        ptr::write_bytes(place.add(known), 0, size - known);
        place.cast::<usize>().write_unaligned(size);
    }
}

/// Fills an array of structures, `stride` bytes apart. The size of the first is that of all.
pub(super) fn fill_array<T: Versioned>(
    place: *mut T,
    stride: usize,
    count: usize,
    name: &str,
    mut value: impl FnMut(usize) -> Result<T>,
) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    if place.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so by the conventions `count` structures, of which the first begins with its size.
    let size = check_size(unsafe { place.cast::<usize>().read_unaligned() }, name)?;
    if stride < size || !stride.is_multiple_of(align_of::<T>()) {
        let message = format!("stride_bytes is {stride}: expected a multiple of the alignment, and at least {size}");
        return Err(Error::invalid(message).with_subject(name));
    }
    if stride.checked_mul(count).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(Error::invalid(format!("{count} elements {stride} bytes apart cannot exist")).with_subject(name));
    }
    for position in 0..count {
        let value = value(position)?;
        fill_sized(place.wrapping_byte_add(stride * position), &value, size);
    }
    Ok(())
}

fn check_size(size: usize, name: &str) -> Result<usize> {
    if (size_of::<usize>()..=MAX_STRUCT).contains(&size) {
        return Ok(size);
    }
    Err(Error::invalid(format!("struct_size is {size}: expected the size of the structure")).with_subject(name))
}
