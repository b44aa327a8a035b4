//! # Tensors
//!
//! Tensors are addressed by index, in the order in which they are stored: by file, then by offset. There are three ways
//! to the bytes of one: a pointer that is borrowed from the model, a buffer that outlives it, and a read.

use std::ffi::{c_char, c_void};
use std::ptr;

use bytes::Bytes;

use super::dtype::wb_dtype;
use super::error::wb_error;
use super::handle::{Handle, Shared, get, release, retain};
use super::model::{check_range, find_in, out_of_range, set_optional, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, buffer, call, fill, fill_array, plain, shape, status, wb_str};
use weighbridge::Model;
use weighbridge::error::Result;
use weighbridge::tensor::Tensor;

/// What a tensor is. Set `struct_size` before the call; everything it points to is borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_tensor_info {
    /// `sizeof(wb_tensor_info)`.
    pub struct_size: usize,
    /// The name: any text, unique in the model; it may hold any character, NUL included.
    pub name: wb_str,
    /// The type of the elements.
    pub dtype: wb_dtype,
    /// The number of dimensions; 0 for a scalar.
    pub rank: u32,
    /// `rank` dimensions in elements, outermost first. A dimension may be 0.
    pub shape: *const i64,
    /// `rank` elements between neighbours in each dimension, as stored in one run of the file; 0: one element stands
    /// for all. NULL: contiguous, row-major, or in several pieces. Buffers and loads are contiguous whatever it is.
    pub strides: *const i64,
    /// Bytes of the tensor when it is contiguous.
    pub bytes: u64,
    /// Bytes from the start of the file to the contents. `UINT64_MAX`: they are not stored as one run. Those of `WB_STRING`, for
    /// instance, are built from parts of the file when they are first wanted.
    pub offset: u64,
    /// Index of the file, for `wb_model_file`.
    pub file: u32,
    /// Alignment of the zero-copy pointer in bytes, at most 4,096; 0: there is none. Of a file that nobody has tried to map
    /// yet, what it will be if the file can be mapped.
    pub alignment: u32,
}

/// The number of tensors; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.tensors().len()))
}

/// What the tensor at `index` is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_info(m: *const wb_model, index: usize, out: *mut wb_tensor_info) -> wb_status {
    status(|| {
        fill(out, &info(&get(m, "m")?.model, index)?, "out")?;
        Ok(WB_OK)
    })
}

/// What `count` tensors from `first` on are: one call instead of many. The elements of `out` are `stride_bytes` apart; the
/// `struct_size` of the first one speaks for all, and may be 0. Since 0.1.
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
        fill_array(out, stride_bytes, count, "out", |position| info(model, first + position))?;
        Ok(WB_OK)
    })
}

fn info(model: &Model, index: usize) -> Result<wb_tensor_info> {
    let tensor = model.tensors().get(index).ok_or_else(|| out_of_range("tensor", index))?;
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
        file: place.file as u32,
        alignment: model.alignment(&tensor),
    })
}

/// The strides of a tensor that has some: NULL for others, and where not even a rank needs them.
fn strides(tensor: &Tensor<'_>) -> *const i64 {
    tensor.strides().filter(|strides| !strides.is_empty()).map_or(ptr::null(), <[i64]>::as_ptr)
}

/// The index of the tensor with this name. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_find(
    m: *const wb_model,
    name: *const c_char,
    name_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| find_in(m, (name, name_len, "name"), index, |model, name| model.tensors().find(name)))
}

/// The number of unindexed tensors: they lie in the weight files, and are not part of the model because the weight map does
/// not name them. 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_unindexed_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.unindexed().len()))
}

/// An unindexed tensor, sorted by name: its name and that of its file, borrowed from the model. Either result may be NULL.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_unindexed(
    m: *const wb_model,
    index: usize,
    name: *mut wb_str,
    file: *mut wb_str,
) -> wb_status {
    status(|| {
        let unindexed = get(m, "m")?.model.unindexed().get(index);
        let tensor = unindexed.ok_or_else(|| out_of_range("unindexed tensor", index))?;
        set_optional(name, (&*tensor.name).into());
        set_optional(file, (&*tensor.file).into());
        Ok(WB_OK)
    })
}

/// The bytes of a tensor with no copy: as stored, so that `strides` of `wb_tensor_info` apply. The pointer is valid until the
/// model is released; see `alignment` there. The first call for a file maps it. What the pointer shows changes if another
/// process writes the file, and reading through it raises `SIGBUS` if another process truncates the file.
///
/// `WB_ERR_NOT_MAPPED`: the model was opened with `WB_OPEN_READ`, the file cannot be mapped, as on some network file systems, or
/// no stored bytes are the elements in their order (they have the highest byte first, for instance, or lie in pieces);
/// `wb_model_tensor_buffer` reads them instead. `WB_ERR_UNVERIFIED`: the policy wants the bytes
/// checked first. `WB_ERR_CHANGED`: the file has been written since it was opened, which is examined ten times a second at the
/// most; other calls make no system call. Since 0.1.
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

/// The bytes of a tensor in a buffer that outlives the model, contiguous: with no copy where files can be mapped and the
/// tensor is stored so, else read. The caller owns `*out`. Errors as for `wb_model_tensor_data`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_buffer(
    m: *const wb_model,
    index: usize,
    out: *mut *mut wb_buffer,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        out.set(wb_buffer(get(m, "m")?.model.bytes(index)?).into_raw());
        Ok(WB_OK)
    })
}

/// Reads `len` bytes of a tensor, `offset` bytes from its start, into `dst`. It never reads through a mapping. The
/// range has to lie inside the tensor. `WB_ERR_UNSUPPORTED`: the tensor is not stored contiguously; take a buffer, or
/// load it. Errors as for `wb_model_tensor_buffer`. Since 0.1.
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

/// Bytes that stay valid until the buffer is released. Counted references; immutable; any thread. Since 0.1.
pub struct wb_buffer(pub(super) Bytes);

impl Handle for wb_buffer {}
impl Shared for wb_buffer {}

/// The bytes of a buffer, borrowed from it; their number goes to `len`, which may be NULL. NULL for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_buffer_data(b: *const wb_buffer, len: *mut usize) -> *const c_void {
    plain(ptr::null(), || {
        let bytes = get(b, "b").map(|buffer| &buffer.0);
        set_optional(len, bytes.as_ref().map_or(0, |bytes| bytes.len()));
        Ok(bytes?.as_ptr().cast())
    })
}

/// Adds a reference and returns `b`. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_buffer_retain(b: *mut wb_buffer) -> *mut wb_buffer {
    plain(b, || Ok(retain(b)))
}

/// Drops a reference, and with the last one the bytes. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_buffer_release(b: *mut wb_buffer) {
    plain((), || {
        release(b);
        Ok(())
    });
}
