//! # Loading: the plan
//!
//! `wb_model_load` does everything in one call. For more control, a host creates a plan, which states which tensors go
//! where; a task, which makes one pass over their bytes (each byte is read once, checked while it is in the cache, and
//! placed); and a placement, which exists only when every check has passed.
//!
//!   wb_plan_options load = {0};
//!   load.struct_size = sizeof load;
//!   if (wb_model_load(model, &load, &placement, &err) == WB_OK) {
//!     ...
//!     wb_placement_release(placement);
//!   }

mod options;

use std::ffi::c_void;
use std::sync::Arc;

use super::cancel::wb_cancel;
use super::dtype::wb_dtype;
use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::model::wb_model;
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, plain, status, wb_str};
use options::target_number;
use weighbridge::load::{Plan, PlanInfo};

pub(crate) use options::plan_options;

/// Target: one arena in host memory, each tensor aligned. Since 0.1.
pub const WB_TARGET_HOST: u32 = 0;
/// Target: zero-copy pointers into the mapped files. `WB_ERR_NOT_MAPPED` for casts, and for slices that are not one piece.
/// Since 0.1.
pub const WB_TARGET_VIEW: u32 = 1;
/// Target: one arena in host memory that other processes may map and no process can modify: a sealed memfd, see
/// `wb_placement_sealed`. `WB_ERR_UNSUPPORTED` where the system does not have them. Since 0.1.
pub const WB_TARGET_SEALED: u32 = 2;
/// Target: CUDA devices. `WB_ERR_UNSUPPORTED` in a build without the feature "cuda". Since 0.1.
pub const WB_TARGET_CUDA: u32 = 3;
/// Target: none. The tensors are read and checked, and the placement is empty. Since 0.1.
pub const WB_TARGET_NONE: u32 = 4;

/// Reads: through the page cache; but past it if the target is a device and less than half of a file of 16 MiB or more is
/// in the cache. Since 0.1.
pub const WB_READS_AUTO: u32 = 0;
/// Reads: through the page cache. Since 0.1.
pub const WB_READS_BUFFERED: u32 = 1;
/// Reads: past the page cache (`O_DIRECT`) where the file system supports it. Scattered rows of slices are still read
/// through it. Since 0.1.
pub const WB_READS_DIRECT: u32 = 2;

/// CUDA flag: the task is done as soon as everything has been checked and the last copy has been submitted. Order work on
/// the device behind `wb_placement_fence`, or wait with `wb_placement_wait`. Memory that was pinned for the copies remains
/// pinned until then. Without this flag the task is done when the last copy is. Since 0.1.
pub const WB_CUDA_ASYNC: u64 = 1;

/// Slice flag: if the dimension is not a multiple of `world`, the first ranks get one element more than the last ones, as
/// with `numpy.array_split`. Without this flag that is an error. Since 0.1.
pub const WB_SLICE_SPREAD: u32 = 1;

/// As an ordinal of a device: host memory. Since 0.1.
pub const WB_DEVICE_HOST: u32 = u32::MAX;

/// Loads one of `world` parts of each tensor that a pattern matches: what one rank of a tensor-parallel group holds.
///
/// Only the bytes of that part are read, except for what a check needs (the blocks of 4 MiB that contain the part, if a
/// manifest has their digests and the part is one piece; else the tensor or the file), and for gaps of less than 4,096
/// bytes.
///
/// `WB_ERR_INVALID_ARGUMENT`: the tensor does not have this dimension, or it is not a multiple of `world` and
/// `WB_SLICE_SPREAD` is not set. `WB_ERR_UNSUPPORTED`: a part would begin or end inside a byte or a block of the element
/// type. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_slice {
    /// `sizeof(wb_slice)`.
    pub struct_size: usize,
    /// Which tensors: a glob pattern, as in `wb_plan_options.include`.
    pub pattern: wb_str,
    /// The dimension that is divided; the outermost is 0.
    pub dim: u32,
    /// `WB_SLICE_*` flags, combined with `|`.
    pub flags: u32,
    /// Which part; the first is 0.
    pub rank: u64,
    /// The number of parts, at least 1.
    pub world: u64,
}

/// Loads the tensors that a pattern matches in another element type. Checks are made on the stored bytes.
///
/// F32 to F16 or BF16 rounds to the nearest value, ties to even. F16 and BF16 to F32, and F8_E4M3 and F8_E5M2 to F16, BF16 or
/// F32, are exact. Q4_0, Q4_1 and Q8_0 to F32, F16 or BF16 are computed in F32, then rounded. Other conversions are
/// `WB_ERR_UNSUPPORTED`. A NaN stays a NaN and keeps its sign. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_cast {
    /// `sizeof(wb_cast)`.
    pub struct_size: usize,
    /// Which tensors: a glob pattern, as in `wb_plan_options.include`.
    pub pattern: wb_str,
    /// Only tensors of this type are converted, and others stay as they are; 0: every tensor that the pattern matches.
    pub from: wb_dtype,
    /// The type to load them in.
    pub to: wb_dtype,
}

/// Sends the tensors that a pattern matches to one CUDA device. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_route {
    /// `sizeof(wb_route)`.
    pub struct_size: usize,
    /// Which tensors: a glob pattern, as in `wb_plan_options.include`.
    pub pattern: wb_str,
    /// The ordinal of the device, one of `wb_cuda_options.devices`.
    pub device: u32,
    /// 0.
    pub reserved: u32,
}

/// Memory of the caller that a plan fills: of the host, or a range of one allocation (`cuMemAlloc`, `cudaMalloc`, a pool) of a
/// device. It must stay allocated until the placement is released; if the load fails, until the error has been returned or
/// the task has been released. Its contents are unspecified while the task runs and after a failure, and so is what lies
/// between the tensors of an arena. Host memory that holds tensors may be written when the task is done. Memory that is
/// allocated in the order of a stream needs that stream as `wb_cuda_options.stream`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_destination {
    /// `sizeof(wb_destination)`.
    pub struct_size: usize,
    /// The name of the tensor that is placed there. Empty: an arena for all tensors of the device, or of the host, that have no
    /// destination of their own; `wb_plan_device_bytes` gives its size.
    pub tensor: wb_str,
    /// The device pointer (`CUdeviceptr`) or the host pointer. An arena must be a multiple of the alignment; a tensor may be
    /// anywhere.
    pub address: u64,
    /// Bytes from there that may be written.
    pub bytes: u64,
    /// The ordinal of the device, for `WB_TARGET_CUDA`; `WB_DEVICE_HOST` for `WB_TARGET_HOST`.
    pub device: u32,
    /// 0.
    pub reserved: u32,
}

/// How tensors are placed on CUDA devices. Zeroed: all tensors on device 0, in memory that the placement owns. Set
/// `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_cuda_options {
    /// `sizeof(wb_cuda_options)`.
    pub struct_size: usize,
    /// Ordinals of the devices. Without routes each device gets every tensor.
    pub devices: *const u32,
    /// The number of devices; 0: only device 0.
    pub device_count: usize,
    /// Which tensors go to which device, for pipeline and expert parallelism: a tensor goes to the device of every route that
    /// matches it; one that no route matches goes to all devices.
    pub routes: *const wb_route,
    /// The number of routes.
    pub route_count: usize,
    /// A `CUstream` or `cudaStream_t` of the primary context of one of the devices. The copies begin when the work that is in
    /// it during `wb_plan_start` or `wb_model_load` is done; it must be valid during that call. A task that is cancelled also
    /// waits for that work if a copy behind it has been submitted. `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD` are the
    /// default streams of every device of the plan. NULL: the copies do not wait.
    pub stream: *mut c_void,
    /// `WB_CUDA_*` flags, combined with `|`.
    pub flags: u64,
}

/// What to load, and where to. Zeroed: all tensors, into an arena in host memory. Set `struct_size`, also in the elements of
/// arrays, where it is the same for all and the next element begins that many bytes later.
///
/// If several slices, or several casts, match a tensor, the first of them applies; routes accumulate. A pattern that matches
/// none of the selected tensors is `WB_ERR_NOT_FOUND`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_plan_options {
    /// `sizeof(wb_plan_options)`.
    pub struct_size: usize,
    /// `WB_TARGET_*`.
    pub target: u32,
    /// `WB_READS_*`.
    pub reads: u32,
    /// Glob patterns over tensor names (`*`, `?`, `[a-z]`), each with at most 64 `*`, which also match `.` and `/`. None: all
    /// tensors.
    pub include: *const wb_str,
    /// The number of patterns.
    pub include_count: usize,
    /// Tensors by index, instead of patterns; the placement keeps their order.
    pub tensors: *const usize,
    /// The number of indices.
    pub tensor_count: usize,
    /// Parts of tensors.
    pub slices: *const wb_slice,
    /// The number of slices.
    pub slice_count: usize,
    /// Conversions of element types.
    pub casts: *const wb_cast,
    /// The number of casts.
    pub cast_count: usize,
    /// Memory of the caller to fill, instead of memory that the placement owns. Only for `WB_TARGET_HOST` and
    /// `WB_TARGET_CUDA`.
    pub destinations: *const wb_destination,
    /// The number of destinations.
    pub destination_count: usize,
    /// For `WB_TARGET_CUDA`, how tensors are placed on devices; NULL: the defaults. Other targets ignore it, so a program can
    /// ask for the same load on the host.
    pub cuda: *const wb_cuda_options,
    /// The alignment of each tensor in an arena in bytes, a power of two up to 2^30. 0: 64 on the host, 256 on a device. A
    /// view has the alignment of the file, see `wb_tensor_info`.
    pub alignment: u64,
    /// The bound on host memory beside the tensors in bytes, all threads together. 0: 8 MiB; 128 MiB for a device, or if
    /// tensors are not stored contiguously. Each thread needs at least 65,536; 131,072 if tensors are not stored
    /// contiguously; 196,608 for a device; and 65,536 more if reads may be direct. A thread that loads to a device uses at
    /// most 8.5 MiB and pins 4 MiB of them.
    pub staging_bytes: u64,
    /// The most bytes of one block: what is read and checked at a time, and what `wb_task_step` does at least. At least
    /// 65,536. 0: 524,288 where bytes are hashed, 4,194,304 where they are only read, and up to 8,388,608 for tensors that
    /// are not stored contiguously.
    pub block_bytes: u64,
    /// The most threads that read at once, within what the context allows; 0: all of them. With more threads than processors,
    /// more reads wait for a slow disk at the same time.
    pub readers: u32,
    /// 0.
    pub reserved: u32,
    /// Cancels the tasks of the plan from another thread; may be NULL. For progress, start a task: see `wb_task_wait`.
    pub cancel: *const wb_cancel,
}

/// What a plan will do. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_plan_info {
    /// `sizeof(wb_plan_info)`.
    pub struct_size: usize,
    /// Tensors that will be placed, counted once for each device that gets them.
    pub tensors: u64,
    /// Bytes of the selected tensors, or of the parts that are loaded, as they are stored.
    pub payload_bytes: u64,
    /// Bytes that will be read: more than the payload if a check needs whole files, 0 if nothing is read.
    pub read_bytes: u64,
    /// Bytes of memory of the target, all devices together.
    pub target_bytes: u64,
    /// Bytes of host memory beside the target.
    pub staging_bytes: u64,
    /// Bytes of device memory, beside those of the target, that are needed until tensors that are not stored contiguously
    /// have been made contiguous. 0 on the host, where that happens while they are read.
    pub transient_bytes: u64,
    /// `WB_TARGET_*`: where the tensors will be. `WB_TARGET_HOST` instead of `WB_TARGET_VIEW` if a file cannot be mapped.
    pub target: u32,
    /// 0.
    pub reserved: u32,
}

/// A plan. Immutable; one owner; it keeps the model. Since 0.1.
pub struct wb_plan(pub(super) Arc<Plan>);

impl Handle for wb_plan {}
impl Owned for wb_plan {}

/// Plans a load: selects tensors, lays them out and decides what is checked. Nothing is read, and no device is used. For
/// `WB_TARGET_VIEW` the files are mapped; if one cannot be mapped, the plan is made for `WB_TARGET_HOST` instead. `opt` may
/// be NULL and is copied. The caller owns `*out`.
///
/// `WB_ERR_NOT_FOUND`: a pattern matches none of the selected tensors, or a destination is for a tensor that is not placed
/// on its device. `WB_ERR_INVALID_ARGUMENT`: options contradict each other, such as `include` and `tensors`, or a
/// destination is too small, misaligned or overlaps another. `WB_ERR_NOT_MAPPED`: a view of a model that was opened with
/// `WB_OPEN_READ`, or with a cast or a slice that is not one piece. `WB_ERR_UNVERIFIED`: under `WB_VERIFY_REQUIRED`, no
/// manifest covers a file that is used. `WB_ERR_MISMATCH`: a file does not have the size that a manifest states.
/// `WB_ERR_UNSUPPORTED`: this build does not have CUDA, or a slice or cast is not supported. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_create(
    m: *const wb_model,
    opt: *const wb_plan_options,
    out: *mut *mut wb_plan,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let plan = get(m, "m")?.model.plan(&plan_options(opt)?)?;
        wb_plan(Arc::new(plan)).give(out)?;
        Ok(WB_OK)
    })
}

/// Describes what a plan will do. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_get_info(p: *const wb_plan, out: *mut wb_plan_info) -> wb_status {
    status(|| {
        let PlanInfo { target, tensors, payload_bytes, read_bytes, target_bytes, staging_bytes, transient_bytes } =
            get(p, "p")?.0.info();
        let info = wb_plan_info {
            struct_size: size_of::<wb_plan_info>(),
            tensors,
            payload_bytes,
            read_bytes,
            target_bytes,
            staging_bytes,
            transient_bytes,
            target: target_number(target),
            reserved: 0,
        };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Gives the size in bytes of the arena of one device, or of the host for `WB_DEVICE_HOST`, which the library allocates
/// unless the caller gives one. Tensors that have a destination of their own are not in it. To give an arena, make a plan
/// without it, ask here, allocate the memory, and make the plan again with the destination. 0 if the plan places nothing
/// there. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_device_bytes(p: *const wb_plan, device: u32, bytes: *mut u64) -> wb_status {
    status(|| {
        let out = Out::new(bytes, "bytes")?;
        let plan = &get(p, "p")?.0;
        out.set(plan.device_bytes((device != WB_DEVICE_HOST).then_some(device)));
        Ok(WB_OK)
    })
}

/// Releases a plan. Its tasks continue. NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_release(p: *mut wb_plan) {
    plain((), || {
        destroy(p);
        Ok(())
    });
}
