//! # Loading: the placement
//!
//! A placement holds the tensors that a load has placed.
//!
//!   if (wb_placement_tensor_find(placement, "lm_head.weight", WB_NUL, &index) == WB_OK) {
//!     wb_placement_tensor_info(placement, index, &tensor);
//!     use(tensor.data, tensor.bytes);
//!   }

use std::ffi::{c_char, c_void};
use std::fs::File;
use std::ptr;
use std::sync::Arc;

use super::dtype::wb_dtype;
use super::error::wb_error;
use super::fault::Fault;
use super::handle::{Handle, Owned, Shared, get, release, retain};
use super::model::{set_optional, wb_model};
use super::plan::{WB_DEVICE_HOST, plan_options, wb_plan, wb_plan_options};
use super::report::wb_report;
use super::status::{WB_OK, WB_PENDING, wb_status};
use super::task::wb_task;
use super::{Out, call, fill, host_pointer, host_stream, plain, refit, status, text, wb_str};
use weighbridge::error::Error;
use weighbridge::load::{Placed, Placement};

/// A placement. Reference-counted; immutable but for `wb_placement_refit`; any thread. It remains valid when the model is released; a view keeps the
/// maps of the model. Since 0.1.
pub struct wb_placement(pub(super) Placement);

impl Handle for wb_placement {}
impl Shared for wb_placement {}

/// Gives the placement of a task that is done. Before that it returns `WB_PENDING`, and after a failure the error that ended
/// the task. The caller owns `*out`; every call gives another reference to the same placement. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_finish(t: *mut wb_task, out: *mut *mut wb_placement, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let Some(placement) = get(t, "t")?.0.placement()? else { return Ok(WB_PENDING) };
        wb_placement(placement).give(out)?;
        Ok(WB_OK)
    })
}

/// Loads a model: plans, starts, waits and finishes. `opt` may be NULL: all tensors, into an arena in host memory. The
/// caller owns `*out`. Errors as for `wb_plan_create`, `wb_plan_start` and `wb_task_wait`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_load(
    m: *const wb_model,
    opt: *const wb_plan_options,
    out: *mut *mut wb_placement,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let placement = get(m, "m")?.model.load(&plan_options(opt)?)?;
        wb_placement(placement).give(out)?;
        Ok(WB_OK)
    })
}

/// A placed tensor. Set `struct_size` before the call; texts and lists are borrowed from the placement. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_placed_tensor_info {
    /// `sizeof(wb_placed_tensor_info)`.
    pub struct_size: usize,
    /// In host memory, the bytes: not to be written, valid until the placement is released, and not NULL even if there are
    /// none. NULL on a device.
    pub data: *const c_void,
    /// On a device, the device pointer (`CUdeviceptr`), valid until the placement is released. 0 in host memory.
    pub device_address: u64,
    /// The size in bytes.
    pub bytes: u64,
    /// The index of the tensor in the model.
    pub tensor: usize,
    /// The name.
    pub name: wb_str,
    /// `rank` dimensions in elements, outermost first, which a slice may have changed. The tensor is contiguous and
    /// row-major.
    pub shape: *const i64,
    /// The number of dimensions.
    pub rank: u32,
    /// The type of the elements, which a cast may have changed.
    pub dtype: wb_dtype,
    /// The ordinal of the CUDA device; `WB_DEVICE_HOST`: in host memory.
    pub device: u32,
    /// 0.
    pub reserved: u32,
    /// Bytes from the start of the arena, which for `WB_TARGET_SEALED` is the start of the memfd; for `WB_TARGET_VIEW`, from
    /// the start of the file of the model. 0 on a device.
    pub offset: u64,
}

impl From<Placed<'_>> for wb_placed_tensor_info {
    fn from(placed: Placed<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            data: if placed.device.is_none() { host_pointer(placed.address) } else { ptr::null() },
            device_address: if placed.device.is_some() { placed.address } else { 0 },
            bytes: placed.len,
            tensor: placed.tensor,
            name: placed.name.into(),
            shape: super::shape(Some(placed.shape)),
            rank: placed.shape.len() as u32,
            dtype: placed.dtype.number(),
            device: placed.device.unwrap_or(WB_DEVICE_HOST),
            reserved: 0,
            offset: placed.offset,
        }
    }
}

/// Gives the memory of a placement whose target is `WB_TARGET_SEALED` as a descriptor of a memfd, and its length in bytes;
/// `bytes` may be NULL. Another process that receives the descriptor (by fork, or over a socket) maps it with `PROT_READ`
/// and `MAP_SHARED`, and finds each tensor at its `offset`. Nobody can write it or change its length. The descriptor is
/// borrowed from the placement and closed on exec; duplicate it to keep it.
///
/// `WB_ERR_INVALID_ARGUMENT`: the placement has another target. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_sealed(p: *const wb_placement, fd: *mut i32, bytes: *mut u64) -> wb_status {
    status(|| {
        let out = Out::new(fd, "fd")?;
        let placement = &get(p, "p")?.0;
        let descriptor =
            placement.sealed().and_then(descriptor_of).ok_or_else(|| Error::invalid("the placement is not sealed"))?;
        set_optional(bytes, placement.arena_bytes());
        out.set(descriptor);
        Ok(WB_OK)
    })
}

/// The number by which C knows an open file; `None` on systems that have no such numbers.
fn descriptor_of(file: &File) -> Option<i32> {
    #[cfg(unix)]
    return Some(std::os::fd::AsRawFd::as_raw_fd(file));
    #[cfg(not(unix))]
    return None;
}

/// Returns the number of tensors, counted once for each device that has them; 0 for NULL and for `WB_TARGET_NONE`.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_tensor_count(p: *const wb_placement) -> usize {
    plain(0, || Ok(get(p, "p")?.0.len()))
}

/// Describes a tensor. They are in the order of `wb_plan_options.tensors`, or else in the order of the model, one device
/// after the other. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_tensor_info(
    p: *const wb_placement,
    index: usize,
    out: *mut wb_placed_tensor_info,
) -> wb_status {
    status(|| {
        let placed = get(p, "p")?.0.get(index).ok_or(Fault::OutOfRange("placed tensor", index))?;
        fill(out, &placed.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Finds a tensor by its name; of several devices, on the first that has it. `WB_ERR_NOT_FOUND`: the placement does not
/// have the tensor. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_tensor_find(
    p: *const wb_placement,
    name: *const c_char,
    name_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| {
        let out = Out::new(index, "index")?;
        let placement = &get(p, "p")?.0;
        Ok(out.set_found(placement.position(text(name, name_len, "name")?)))
    })
}

/// Finds a tensor by its name on one device, or with `WB_DEVICE_HOST` in host memory. `WB_ERR_NOT_FOUND`: the device does
/// not have the tensor. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_tensor_find_on(
    p: *const wb_placement,
    device: u32,
    name: *const c_char,
    name_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| {
        let out = Out::new(index, "index")?;
        let placement = &get(p, "p")?.0;
        let device = (device != WB_DEVICE_HOST).then_some(device);
        Ok(out.set_found(placement.position_on(device, text(name, name_len, "name")?)))
    })
}

/// Plans a load of another version of a model for the places of `current`, whose target is `WB_TARGET_HOST` or `WB_TARGET_CUDA`: of
/// those tensors that differ by the digests which the manifests of both versions state, such as those of `weighbridge.json`; a
/// tensor without a digest counts as different. `opt` has to place the same tensors in the same form as the options of `current`, and
/// has no destinations. The plan is started like any other, and needs memory for what differs; `wb_plan_info.tensors` and
/// `.target_bytes` tell how much that is. When its task is done, `wb_placement_refit` copies what it has loaded into the
/// pointers of `current`. The caller owns `*out`.
///
/// Errors as for `wb_plan_create`, and `WB_ERR_INVALID_ARGUMENT`: the new version has other tensors, or other types or shapes.
/// `WB_ERR_UNSUPPORTED`: tensors that share memory in `current` do not share bytes in the new version. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_create_refit(
    m: *const wb_model,
    current: *const wb_placement,
    opt: *const wb_plan_options,
    out: *mut *mut wb_plan,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let current = &get(current, "current")?.0;
        let plan = get(m, "m")?.model.plan_refit(current, &plan_options(opt)?)?;
        wb_plan(Arc::new(plan)).give(out)?;
        Ok(WB_OK)
    })
}

/// Copies the tensors of `next`, which a plan of `wb_plan_create_refit` has loaded, into the pointers that they have in `current`: all
/// of them, or none. Nothing is read, and only copies on a device can fail once they have begun (`WB_ERR_DEVICE`): the contents of
/// those tensors are unspecified then. During the call nobody else may read or write the tensors of `current`, on the host or on
/// devices. `next` may be released then.
///
/// `WB_ERR_INVALID_ARGUMENT`: `current` has no place of the same form for a tensor of `next`, or has another target than
/// `WB_TARGET_HOST` and `WB_TARGET_CUDA`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_refit(
    current: *mut wb_placement,
    next: *const wb_placement,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let (current, next) = (&get(current, "current")?.0, &get(next, "next")?.0);
        refit(current, next)?;
        Ok(WB_OK)
    })
}

/// Makes work that is submitted to `stream` from now on wait, on the device, until all bytes of the placement have
/// arrived. The calling thread does not wait. Only needed after `WB_CUDA_ASYNC`; otherwise, and for a placement in host
/// memory, it has no effect.
///
/// Call it for each stream that uses the tensors; each then waits for the bytes on all devices. `stream` is a `CUstream` or
/// `cudaStream_t` of the primary context of one of the devices of the placement. NULL, `CU_STREAM_LEGACY` and
/// `CU_STREAM_PER_THREAD` are the default streams of all of them.
///
/// `WB_ERR_INVALID_ARGUMENT`: the stream is of another device or context, or is being captured while copies are under way
/// (the capture remains valid). `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_fence(
    p: *const wb_placement,
    stream: *mut c_void,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let stream = (!stream.is_null()).then(|| host_stream(stream));
        get(p, "p")?.0.fence(stream.as_ref())?;
        Ok(WB_OK)
    })
}

/// Waits until all bytes of the placement have arrived. Only needed after `WB_CUDA_ASYNC`. `WB_ERR_DEVICE`: a copy has
/// failed, and the bytes are not valid. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_wait(p: *const wb_placement, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        get(p, "p")?.0.wait()?;
        Ok(WB_OK)
    })
}

/// Adds a reference and returns `p`. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_retain(p: *mut wb_placement) -> *mut wb_placement {
    plain(p, || Ok(retain(p)))
}

/// Drops a reference, and with the last one the memory of the tensors, except memory that the caller gave. Work on a device
/// that uses the tensors, or that waits for a fence, must have completed before. The call waits for copies that are under
/// way. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_release(p: *mut wb_placement) {
    plain((), || {
        release(p);
        Ok(())
    });
}

/// Gives the report of what was checked while the tensors were loaded. The caller owns `*out`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_report(
    p: *const wb_placement,
    out: *mut *mut wb_report,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        wb_report(Arc::clone(get(p, "p")?.0.report())).give(out)?;
        Ok(WB_OK)
    })
}
