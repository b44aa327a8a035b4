//! # Tensors
//!
//! Tensors are addressed by index, in the order in which they are stored: by file, then by offset. The bytes of one
//! tensor are available as a pointer that is borrowed from the model, as a buffer that outlives the model, or by a read
//! into memory of the caller. For many tensors, load the model: see the plan below.
//!
//!   if (wb_model_tensor_find(model, "lm_head.weight", WB_NUL, &index) == WB_OK) {
//!     wb_model_tensor_info(model, index, &tensor);
//!     wb_model_tensor_data(model, index, &data, &len);
//!   }

use std::ffi::{c_char, c_void};
use std::ptr;

use bytes::Bytes;

use super::dtype::wb_dtype;
use super::error::wb_error;
use super::fault::Fault;
use super::handle::{Handle, Shared, get, release, retain};
use super::model::{check_range, find_in, set_optional, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, buffer, call, fill, fill_array, plain, shape, status, wb_str};
use weighbridge::Model;
use weighbridge::error::Result;
use weighbridge::tensor::Tensor;

/// A tensor. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_tensor_info {
    /// `sizeof(wb_tensor_info)`.
    pub struct_size: usize,
    /// The name: unique in the model. It may contain any character, NUL included.
    pub name: wb_str,
    /// The type of the elements.
    pub dtype: wb_dtype,
    /// The number of dimensions; 0 for a scalar.
    pub rank: u32,
    /// `rank` dimensions in elements, outermost first. A dimension may be 0. Never NULL.
    pub shape: *const i64,
    /// `rank` distances in elements between neighbours in each dimension, as the tensor is stored; 0: one element is
    /// repeated. NULL: the tensor is stored contiguously in row-major order, or in several pieces. Only
    /// `wb_model_tensor_data` gives bytes that have these strides; buffers and loads are contiguous and row-major.
    pub strides: *const i64,
    /// The size in bytes when contiguous.
    pub bytes: u64,
    /// Where the contents begin, in bytes from the start of the file; `UINT64_MAX`: they are not stored in one piece. The
    /// contents of a `WB_STRING` tensor, for instance, are built from parts of the file when they are first needed.
    pub offset: u64,
    /// The index of the file, for `wb_model_file_info`.
    pub file: usize,
    /// The alignment in bytes of the pointer that `wb_model_tensor_data` gives, at most 4,096; 0: there is no pointer. While
    /// the file is not mapped yet, the alignment that the pointer has if the file can be mapped.
    pub alignment: u32,
    /// 0.
    pub reserved: u32,
}

/// Returns the number of tensors; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.tensors().len()))
}

/// Describes a tensor. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_info(m: *const wb_model, index: usize, out: *mut wb_tensor_info) -> wb_status {
    status(|| {
        fill(out, &info(&get(m, "m")?.model, index)?, "out")?;
        Ok(WB_OK)
    })
}

/// Describes `count` tensors, from `first` on, in one call. The elements of `out` are `stride_bytes` apart, and
/// `struct_size` need only be set in the first. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_infos(
    m: *const wb_model,
    first: usize,
    count: usize,
    out: *mut wb_tensor_info,
    stride_bytes: usize,
) -> wb_status {
    status(|| {
        let model = &get(m, "m")?.model;
        check_range("tensor", first, count, model.tensors().len())?;
        fill_array(out, stride_bytes, count, "out", |position| Ok(info(model, first + position)?))?;
        Ok(WB_OK)
    })
}

fn info(model: &Model, index: usize) -> Result<wb_tensor_info, Fault> {
    let tensor = model.tensors().get(index).ok_or(Fault::OutOfRange("tensor", index))?;
    let place = model.place(&tensor);
    Ok(wb_tensor_info {
        struct_size: size_of::<wb_tensor_info>(),
        name: tensor.name.into(),
        dtype: tensor.dtype.number(),
        rank: tensor.shape.len() as u32,
        shape: shape(Some(tensor.shape)),
        strides: strides(&tensor),
        bytes: tensor.byte_len(),
        offset: place.offset.unwrap_or(u64::MAX),
        file: place.file,
        alignment: model.alignment(&tensor),
        reserved: 0,
    })
}

/// The strides of a tensor that has some: NULL for others, and where not even a rank needs them.
fn strides(tensor: &Tensor<'_>) -> *const i64 {
    tensor.strides().filter(|strides| !strides.is_empty()).map_or(ptr::null(), <[i64]>::as_ptr)
}

/// Finds a tensor by its name. `WB_ERR_NOT_FOUND`: the model has no such tensor. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_find(
    m: *const wb_model,
    name: *const c_char,
    name_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| find_in(m, (name, name_len, "name"), index, |model, name| model.tensors().find(name)))
}

/// An unindexed tensor: it is stored in a weight file, but the index does not name it, so it is not part of the model. Set
/// `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_unindexed_info {
    /// `sizeof(wb_unindexed_info)`.
    pub struct_size: usize,
    /// The name.
    pub name: wb_str,
    /// The path of its file, relative to the model's directory.
    pub file: wb_str,
}

/// Returns the number of unindexed tensors; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_unindexed_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.unindexed().len()))
}

/// Describes an unindexed tensor. They are sorted by name. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_unindexed_info(m: *const wb_model, index: usize, out: *mut wb_unindexed_info) -> wb_status {
    status(|| {
        let unindexed = get(m, "m")?.model.unindexed().get(index);
        let tensor = unindexed.ok_or(Fault::OutOfRange("unindexed tensor", index))?;
        let info = wb_unindexed_info {
            struct_size: size_of::<wb_unindexed_info>(),
            name: (&*tensor.name).into(),
            file: (&*tensor.file).into(),
        };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Gives the bytes of a tensor as they are stored, without a copy: `wb_tensor_info.strides` apply. The pointer is valid until
/// the model is released, and has the alignment that `wb_tensor_info` states. `len` may be NULL.
///
/// The first call for a file maps it. The bytes change if another process writes the file, and reading them raises `SIGBUS`
/// if another process truncates it. Whether the file has been written is examined at most ten times a second; other calls
/// make no system call.
///
/// `WB_ERR_NOT_MAPPED`: the model is in files and was opened with `WB_OPEN_READ`, the file cannot be mapped, as on some network
/// file systems, or the elements are stored in another form (in several pieces, for instance, or with the highest byte first); use
/// `wb_model_tensor_buffer`. `WB_ERR_UNVERIFIED`: under `WB_VERIFY_REQUIRED`, the bytes have not been checked yet.
/// `WB_ERR_CHANGED`: the file has been written since it was opened. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_data(
    m: *const wb_model,
    index: usize,
    ptr: *mut *const c_void,
    len: *mut usize,
) -> wb_status {
    status(|| {
        let place = Out::pointer(ptr, "ptr")?;
        let view = get(m, "m")?.model.view(index)?;
        place.set(view.as_ptr().cast());
        set_optional(len, view.len());
        Ok(WB_OK)
    })
}

/// Gives the bytes of a tensor, contiguous and in row-major order, in a buffer that outlives the model. They are not copied
/// if the file is mapped and the tensor is stored in this form, else read. The caller owns `*out`. Errors as for
/// `wb_model_tensor_data`, except `WB_ERR_NOT_MAPPED`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_buffer(
    m: *const wb_model,
    index: usize,
    out: *mut *mut wb_buffer,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        wb_buffer(get(m, "m")?.model.bytes(index)?).give(out)?;
        Ok(WB_OK)
    })
}

/// Reads `len` bytes of a tensor, from `offset` bytes after its start, into `dst`. The range must lie inside the tensor. It
/// never reads through a map. If an error occurs after reading has begun, `dst` is filled with zeros.
///
/// `WB_ERR_UNSUPPORTED`: the tensor is not stored contiguously; use `wb_model_tensor_buffer`. Other errors as for that
/// function. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_read(
    m: *const wb_model,
    index: usize,
    offset: u64,
    dst: *mut c_void,
    len: usize,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        get(m, "m")?.model.read_into(index, offset, buffer(dst.cast(), len, "dst")?)?;
        Ok(WB_OK)
    })
}

/// A buffer: bytes that are valid until it is released. Reference-counted and immutable; any thread may read it. Since 0.1.
pub struct wb_buffer(pub(super) Bytes);

impl Handle for wb_buffer {}
impl Shared for wb_buffer {}

/// Returns the bytes of a buffer, borrowed from it, and gives their number in `len`, which may be NULL. NULL for NULL.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_buffer_data(b: *const wb_buffer, len: *mut usize) -> *const c_void {
    plain(ptr::null(), || {
        let bytes = get(b, "b").map(|buffer| &buffer.0);
        set_optional(len, bytes.as_ref().map_or(0, |bytes| bytes.len()));
        Ok(bytes?.as_ptr().cast())
    })
}

/// Adds a reference and returns `b`. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_buffer_retain(b: *mut wb_buffer) -> *mut wb_buffer {
    plain(b, || Ok(retain(b)))
}

/// Drops a reference, and with the last one the bytes. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_buffer_release(b: *mut wb_buffer) {
    plain((), || {
        release(b);
        Ok(())
    });
}
