//! # Loading: the placement
//!
//! Where the tensors are when a task is done.

use std::ffi::{c_char, c_void};
use std::fs::File;
use std::sync::Arc;

use super::error::wb_error;
use super::handle::{Handle, Owned, Shared, get, release, retain};
use super::model::{out_of_range, set_optional, wb_model};
use super::plan::{ordinal, plan_options, wb_plan_options};
use super::report::wb_report;
use super::status::{WB_ERR_NOT_FOUND, WB_OK, WB_PENDING, wb_status};
use super::task::wb_task;
use super::{Out, call, fill, host_stream, plain, status, text, wb_str};
use weighbridge::error::{Error, Result};
use weighbridge::load::{Placed, Placement};

/// Tensors in their place. Counted references; immutable; any thread. A placement on the host or on a device does not need
/// the model any more; a view keeps the model's maps. Since 0.1.
pub struct wb_placement(pub(super) Placement);

impl Handle for wb_placement {}
impl Shared for wb_placement {}

/// The placement of a task that is done; before that `WB_PENDING`, or the error that ended the task. The caller owns
/// `*out`; a second call returns the same placement again, and each result has to be released. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_finish(t: *mut wb_task, out: *mut *mut wb_placement, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let Some(placement) = get(t, "t")?.0.finish()? else { return Ok(WB_PENDING) };
        out.set(wb_placement(placement).into_raw());
        Ok(WB_OK)
    })
}

/// All of it: plans, loads, checks and waits. Set `target` in `opt`: NULL, and zeroed options, only check and place
/// nothing. The caller owns `*out`. Since 0.1.
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
        out.set(wb_placement(placement).into_raw());
        Ok(WB_OK)
    })
}

/// Where a tensor is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_placed_tensor {
    /// `sizeof(wb_placed_tensor)`.
    pub struct_size: usize,
    /// A host pointer or a device pointer to memory that is only to be read, valid until the placement is released; not 0,
    /// also if there are no bytes. In C: `(const void *)(uintptr_t)address`.
    pub address: u64,
    /// Bytes there.
    pub bytes: u64,
    /// Index of the tensor in the model.
    pub tensor: usize,
    /// Its name. Borrowed from the placement.
    pub name: wb_str,
    /// Elements of each dimension here, which a slice may have changed: outermost first, contiguous and row-major. Borrowed
    /// from the placement.
    pub shape: *const i64,
    /// The number of dimensions.
    pub rank: u32,
    /// The type of the elements here, which a cast may have changed: `WB_F32`, ...
    pub dtype: u32,
    /// The ordinal of the CUDA device, or -1: it is in host memory.
    pub device: i32,
    /// 0.
    pub reserved: u32,
    /// Bytes from the start of the arena, which for `WB_TARGET_SEALED` is the start of the file; for `WB_TARGET_VIEW`
    /// from the start of the model's file. 0 on a device.
    pub offset: u64,
}

impl From<Placed<'_>> for wb_placed_tensor {
    fn from(placed: Placed<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            address: placed.address,
            bytes: placed.len,
            tensor: placed.tensor,
            name: placed.name.into(),
            shape: super::shape(Some(placed.shape)),
            rank: placed.shape.len() as u32,
            dtype: placed.dtype.number(),
            device: placed.device.map_or(-1, |ordinal| ordinal as i32),
            reserved: 0,
            offset: placed.offset,
        }
    }
}

/// The memory of a placement whose target is `WB_TARGET_SEALED`, as a file without a name, and its length in bytes,
/// which may be NULL. Another process that gets the descriptor (by fork, or over a socket) maps it with `PROT_READ` and
/// `MAP_SHARED`, and finds each tensor at its `offset`; nobody can write, shorten or lengthen it. The descriptor is
/// borrowed from the placement, and closed on exec: duplicate it to keep it. `WB_ERR_INVALID_ARGUMENT`: the target is
/// another one. Since 0.1.
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

/// The number of tensors, once for each device that has them; 0 for NULL, and for `WB_TARGET_NONE`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_count(p: *const wb_placement) -> usize {
    plain(0, || Ok(get(p, "p")?.0.len()))
}

/// The tensor at a position: in the order of the given indices, or else in the order of the model. Of several devices, the
/// tensors of the first come first. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_tensor(p: *const wb_placement, index: usize, out: *mut wb_placed_tensor) -> wb_status {
    status(|| {
        let placed = get(p, "p")?.0.get(index).ok_or_else(|| out_of_range("placed tensor", index))?;
        fill(out, &placed.into(), "out")?;
        Ok(WB_OK)
    })
}

/// The tensor with this name, on the first device that has it. `WB_ERR_NOT_FOUND`: the placement does not have it.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_find(
    p: *const wb_placement,
    name: *const c_char,
    name_len: usize,
    out: *mut wb_placed_tensor,
) -> wb_status {
    found(p, name, name_len, out, |placement, name| Ok(placement.find(name)))
}

/// The tensor with this name on one CUDA device, or with -1 in host memory. `WB_ERR_NOT_FOUND`: it is not there. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_find_on(
    p: *const wb_placement,
    device: i32,
    name: *const c_char,
    name_len: usize,
    out: *mut wb_placed_tensor,
) -> wb_status {
    found(p, name, name_len, out, |placement, name| match device {
        -1 => Ok(placement.find(name).filter(|placed| placed.device.is_none())),
        device => Ok(placement.find_on(ordinal(device, "device")?, name)),
    })
}

fn found<'a>(
    p: *const wb_placement,
    name: *const c_char,
    name_len: usize,
    out: *mut wb_placed_tensor,
    find: impl FnOnce(&'a Placement, &str) -> Result<Option<Placed<'a>>>,
) -> wb_status {
    status(|| {
        let placement = &get(p, "p")?.0;
        if out.is_null() {
            return Err(super::null("out"));
        }
        let found = find(placement, text(name, name_len, "name")?)?;
        let Some(placed) = found else { return Ok(WB_ERR_NOT_FOUND) };
        fill(out, &placed.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Makes later work in `stream` wait, on the device, until all bytes of the placement are there; no processor waits. It
/// is only needed after `WB_PLAN_ASYNC`, and does nothing otherwise, nor for a placement in host memory.
///
/// Call it once for each stream that uses the tensors; each then waits for the bytes on all devices. `stream` is a
/// `CUstream` or `cudaStream_t` of the primary context of one of the placement's devices, and is used during the call;
/// NULL stands for the default stream of each of them, as do `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD`.
/// `WB_ERR_INVALID_ARGUMENT`: it is of another device or context, or is being captured while copies are under way (the
/// capture stays valid). `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
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

/// Waits until all bytes of the placement are there; only after `WB_PLAN_ASYNC` may they not be. `WB_ERR_DEVICE`: a
/// copy has failed, and they never will be. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_wait(p: *const wb_placement, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        get(p, "p")?.0.wait()?;
        Ok(WB_OK)
    })
}

/// Adds a reference and returns `p`. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_retain(p: *mut wb_placement) -> *mut wb_placement {
    plain(p, || Ok(retain(p)))
}

/// Drops a reference, and with the last one the memory of the tensors; of a device, all work that uses it has to be
/// done, and so has every wait of a fence. It waits for copies that are still under way. Memory that the caller gave
/// stays the caller's. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_release(p: *mut wb_placement) {
    plain((), || {
        release(p);
        Ok(())
    });
}

/// What was checked while the placement was made. The caller owns `*out`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_report(
    p: *const wb_placement,
    out: *mut *mut wb_report,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        out.set(wb_report(Arc::clone(get(p, "p")?.0.report())).into_raw());
        Ok(WB_OK)
    })
}
