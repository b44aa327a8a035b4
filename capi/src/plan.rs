//! # Loading: the plan
//!
//! A plan says which tensors go where. A task makes one pass over their bytes: each is read once, placed, and checked
//! while it is in the cache. A placement exists only when every check that it needs has passed.

use std::ffi::c_void;
use std::sync::Arc;

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::model::wb_model;
use super::status::{WB_OK, wb_status};
use super::{Out, array, call, fill, host_stream, options, options_array, plain, status, wb_str};
use weighbridge::dtype::DType;
use weighbridge::error::{Error, Result};
use weighbridge::load::{
    CastRule, CudaOptions, Destination, FileOptions, Plan, PlanInfo, PlanOptions, Reads, Route, SliceRule, Target,
    Uneven,
};

/// Target: nowhere, the tensors are only checked. Since 0.1.
pub const WB_TARGET_NONE: u32 = 0;
/// Target: zero-copy pointers into the mapped files. A view can neither convert elements nor join rows:
/// `WB_ERR_NOT_MAPPED`. Since 0.1.
pub const WB_TARGET_VIEW: u32 = 1;
/// Target: one arena in host memory, each tensor aligned. Since 0.1.
pub const WB_TARGET_HOST: u32 = 2;
/// Target: one arena in host memory that other processes may map, and that nobody can change any more: a sealed memfd, see
/// `wb_placement_sealed`. `WB_ERR_UNSUPPORTED` where the system has none. Since 0.1.
pub const WB_TARGET_SEALED: u32 = 3;
/// Target: CUDA devices. `WB_ERR_UNSUPPORTED` in a build without the feature "cuda". Since 0.1.
pub const WB_TARGET_CUDA: u32 = 4;

/// Reads: past the page cache if the target is a device and less than half of a file of 16 MiB or more is in the cache;
/// else through it. Since 0.1.
pub const WB_READS_AUTO: u32 = 0;
/// Reads: through the page cache. Since 0.1.
pub const WB_READS_BUFFERED: u32 = 1;
/// Reads: past the page cache (`O_DIRECT`) where the file system can; scattered rows of column slices are read through
/// it all the same. Since 0.1.
pub const WB_READS_DIRECT: u32 = 2;

/// Plan flag: the task is done as soon as everything is checked and the last copy to a device is submitted; order your
/// work behind `wb_placement_fence`, or wait with `wb_placement_wait`. What was pinned for the copies stays so until
/// then. Without it the task is done when the last copy is. It means nothing for other targets. Since 0.1.
pub const WB_PLAN_ASYNC: u64 = 1;

/// Slice flag: if the dimension is no multiple of `world`, the first ranks get one element more than the last ones, as
/// `numpy.array_split` does; without it that is an error. Since 0.1.
pub const WB_SLICE_SPREAD: u32 = 1;

/// Loads one of `world` parts of each tensor that a pattern matches: what one rank of a tensor-parallel group holds.
/// Only the bytes of that part are read, but for what a check needs (the blocks of 4 MiB that cover the part, where a
/// manifest has them and the part is in one piece; else the tensor or the file), and for gaps of less than 4,096 bytes.
///
/// `WB_ERR_INVALID_ARGUMENT`: the tensor has no such dimension, or it is no multiple of `world` and `WB_SLICE_SPREAD`
/// is not set. `WB_ERR_UNSUPPORTED`: a border would lie inside a byte or a block of the element type. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_slice {
    /// `sizeof(wb_slice)`.
    pub struct_size: usize,
    /// Which tensors: a glob pattern, as in `wb_plan_options.include`.
    pub pattern: wb_str,
    /// The dimension that is cut, counted from the outermost, 0.
    pub dim: u32,
    /// `WB_SLICE_*`.
    pub flags: u32,
    /// Which part, counted from 0.
    pub rank: u64,
    /// How many parts there are, at least 1, which means all of it.
    pub world: u64,
}

/// Loads the tensors that a pattern matches in another element type: F32 as F16 or BF16, rounded to the nearest value,
/// ties to even; F16 and BF16 as F32, F8_E4M3 and F8_E5M2 as F16, BF16 or F32, which are exact. Others are
/// `WB_ERR_UNSUPPORTED`. A NaN stays one, with its sign. Checks are made on the bytes as stored. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_cast {
    /// `sizeof(wb_cast)`.
    pub struct_size: usize,
    /// Which tensors: a glob pattern, as in `wb_plan_options.include`.
    pub pattern: wb_str,
    /// Only tensors of this type (`WB_F32`, ...), others stay as they are; 0: every tensor that the pattern matches.
    pub from: u32,
    /// The type to load them in.
    pub to: u32,
}

/// Sends the tensors that a pattern matches to one CUDA device. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_route {
    /// `sizeof(wb_route)`.
    pub struct_size: usize,
    /// Which tensors: a glob pattern, as in `wb_plan_options.include`.
    pub pattern: wb_str,
    /// The ordinal of the device, one of those of the plan.
    pub device: i32,
    /// 0.
    pub reserved: u32,
}

/// Device memory of the caller that a plan fills: of one allocation (`cuMemAlloc`, `cudaMalloc`, a pool) on that
/// device. It has to stay allocated until the placement is released, or until the error of the task is returned or the
/// task released. While the task runs, and after a failure, its contents are unspecified. Memory that is allocated in
/// the order of a stream needs that stream as `stream`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_destination {
    /// `sizeof(wb_destination)`.
    pub struct_size: usize,
    /// The tensor that goes there, by its name. Empty: an arena for all tensors of the device that have no destination of
    /// their own; `wb_plan_device_bytes` says how large it has to be.
    pub tensor: wb_str,
    /// The device pointer (`CUdeviceptr`); that of an arena is a multiple of the alignment, that of one tensor any.
    pub address: u64,
    /// Bytes from there that may be written.
    pub bytes: u64,
    /// The ordinal of the device.
    pub device: i32,
    /// 0.
    pub reserved: u32,
}

/// What to load, and where to. Zeroed means all tensors, checked only; set `struct_size`. In an array every structure
/// has the same `struct_size`, and the next begins that many bytes later. Of slices, and of casts, whose patterns match
/// the same tensor the first counts; routes add up. A pattern that matches no selected tensor is `WB_ERR_NOT_FOUND`.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_plan_options {
    /// `sizeof(wb_plan_options)`.
    pub struct_size: usize,
    /// `WB_TARGET_*`.
    pub target: u32,
    /// The ordinal of the device, for `WB_TARGET_CUDA`; other targets do not look at it.
    pub device: i32,
    /// Glob patterns over tensor names (`*`, `?`, `[a-z]`), each with at most 64 `*`, which also match `.` and `/`. None: all tensors.
    pub include: *const wb_str,
    /// The number of patterns.
    pub include_count: usize,
    /// Tensors by index, instead of patterns; the placement keeps their order.
    pub tensors: *const usize,
    /// The number of indices.
    pub tensor_count: usize,
    /// Alignment of each tensor in an arena, in bytes, a power of two up to 2^30; 0: 64 on the host, 256 on a device. A
    /// view has the alignment of the file: see `wb_tensor_info`.
    pub alignment: u64,
    /// The bound on host memory beside the tensors, in bytes; each thread needs at least 65,536, for tensors that are not
    /// stored contiguously 131,072, for a device 196,608, and where reads may be direct (as they may for a device unless
    /// `reads` is `WB_READS_BUFFERED`) 65,536 more. 0: 8 MiB; for a device, or for tensors that are not stored
    /// contiguously, 128 MiB. A thread that loads to a device uses 8.5 MiB at most, and pins 4 MiB of them.
    pub staging_bytes: u64,
    /// Parts of tensors.
    pub slices: *const wb_slice,
    /// The number of slices.
    pub slice_count: usize,
    /// Conversions of elements.
    pub casts: *const wb_cast,
    /// The number of conversions.
    pub cast_count: usize,
    /// Ordinals of several devices, instead of `device`. Without routes each gets every tensor.
    pub devices: *const i32,
    /// The number of devices; 0: one, `device`.
    pub device_count: usize,
    /// Which tensors go to which device, for pipeline and expert parallelism: a tensor goes to the device of every
    /// route that matches it, and one that no route matches to all devices.
    pub routes: *const wb_route,
    /// The number of routes.
    pub route_count: usize,
    /// Device memory to fill, instead of arenas of the library. Other targets refuse it; of devices, routes, the stream and
    /// `WB_PLAN_ASYNC` they take no notice, so that a program without a device can ask for the same on the host.
    pub destinations: *const wb_destination,
    /// The number of destinations.
    pub destination_count: usize,
    /// A `CUstream` or `cudaStream_t` of the primary context of a device of the plan: the copies to all devices begin
    /// when the work that is in it at `wb_plan_start` or `wb_model_load` is done. It has to be valid during those
    /// calls. A task that is cancelled waits for that work too, if a copy behind it is submitted. NULL: the copies wait
    /// for nothing; the default streams are `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD`, each of which stands for
    /// that of every device of the plan.
    pub stream: *mut c_void,
    /// `WB_PLAN_*`.
    pub flags: u64,
    /// Threads that read at once, at most as many as the context allows; 0: as many as that. With more threads than
    /// processors more reads wait for a slow disk at the same time.
    pub readers: u32,
    /// `WB_READS_*`.
    pub reads: u32,
}

/// What a plan will do. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_plan_info {
    /// `sizeof(wb_plan_info)`.
    pub struct_size: usize,
    /// Tensors that will be placed: those that are selected, once for each device that gets them.
    pub tensors: u64,
    /// Bytes that are taken of the selected tensors, as they are stored.
    pub payload_bytes: u64,
    /// Bytes that will be read: more than the payload where a check needs whole files, 0 where nothing is read.
    pub read_bytes: u64,
    /// Bytes that the target will hold, all devices together.
    pub target_bytes: u64,
    /// Bytes of host memory beside the target.
    pub staging_bytes: u64,
    /// Bytes of the target's kind of memory, beside the target, that tensors which are not stored contiguously take
    /// until they have been made so: 0 on the host, where that is done while they are read.
    pub transient_bytes: u64,
    /// Where the tensors will be, a `WB_TARGET_*` constant: `WB_TARGET_HOST` instead of `WB_TARGET_VIEW` where a file
    /// cannot be mapped.
    pub target: u32,
    /// 0.
    pub reserved: u32,
}

/// What will be done, decided without any I/O. Immutable; one owner; keeps the model. Since 0.1.
pub struct wb_plan(pub(super) Arc<Plan>);

impl Handle for wb_plan {}
impl Owned for wb_plan {}

/// Plans a load: selects tensors, lays them out, decides what is checked. Nothing is read, and no device is touched;
/// for views the files are mapped, and where one cannot be, a plan for `WB_TARGET_HOST` is made instead. `opt` may be
/// NULL and is copied; the caller owns `*out`.
///
/// `WB_ERR_UNVERIFIED`: the policy is `WB_VERIFY_REQUIRED`, and no manifest covers a file that is used.
/// `WB_ERR_NOT_MAPPED`: a view of a model that was opened with `WB_OPEN_READ`, or of rows or converted elements.
/// `WB_ERR_NOT_FOUND`: a pattern matches no selected tensor, or a destination is for one that does not go there.
/// `WB_ERR_INVALID_ARGUMENT`: options contradict each other (`include` and `tensors`, too), or a destination is too
/// small, misaligned or overlaps another. `WB_ERR_UNSUPPORTED`: this build has no CUDA, or a slice or cast cannot be
/// made. `WB_ERR_MISMATCH`: a file has not the size that a manifest states. Since 0.1.
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
        out.set(wb_plan(Arc::new(plan)).into_raw());
        Ok(WB_OK)
    })
}

pub(super) fn plan_options(opt: *const wb_plan_options) -> Result<PlanOptions> {
    let Some(opt) = options(opt, "opt")? else { return Ok(PlanOptions::default()) };
    let target = target_of(opt.target)?;
    if target != Target::Cuda && opt.destination_count != 0 {
        return Err(Error::invalid("only a device has destinations").with_subject("destinations"));
    }
    let unknown = |what: &str, value: u64| Error::invalid(format!("{value} is not known")).with_subject(what);
    let patterns = array(opt.include, opt.include_count, "include")?.iter();
    let patterns = patterns.map(|pattern| pattern.text("include").map(str::to_owned));
    Ok(PlanOptions {
        target,
        include: patterns.collect::<Result<_>>()?,
        tensors: array(opt.tensors, opt.tensor_count, "tensors")?.to_vec(),
        alignment: opt.alignment,
        staging_bytes: opt.staging_bytes,
        readers: opt.readers as usize,
        slices: each(options_array(opt.slices, opt.slice_count, "slices")?, slice_of)?,
        casts: each(options_array(opt.casts, opt.cast_count, "casts")?, cast_of)?,
        reads: match opt.reads {
            WB_READS_AUTO => Reads::Auto,
            WB_READS_BUFFERED => Reads::Buffered,
            WB_READS_DIRECT => Reads::Direct,
            other => return Err(unknown("reads", other.into())),
        },
        file: FileOptions::default(),
        cuda: CudaOptions {
            devices: match array(opt.devices, opt.device_count, "devices")? {
                _ if target != Target::Cuda => Vec::new(),
                [] => vec![ordinal(opt.device, "device")?],
                several => several.iter().map(|device| ordinal(*device, "devices")).collect::<Result<_>>()?,
            },
            routes: each(options_array(opt.routes, opt.route_count, "routes")?, route_of)?,
            destinations: each(
                options_array(opt.destinations, opt.destination_count, "destinations")?,
                destination_of,
            )?,
            after: (!opt.stream.is_null()).then(|| host_stream(opt.stream)),
            is_async: match opt.flags {
                0 => false,
                WB_PLAN_ASYNC => true,
                other => return Err(unknown("flags", other)),
            },
        },
    })
}

/// The targets of C.
const TARGETS: [(u32, Target); 5] = [
    (WB_TARGET_NONE, Target::None),
    (WB_TARGET_VIEW, Target::View),
    (WB_TARGET_HOST, Target::Host),
    (WB_TARGET_CUDA, Target::Cuda),
    (WB_TARGET_SEALED, Target::Sealed),
];

fn target_of(number: u32) -> Result<Target> {
    let target = TARGETS.iter().find(|(other, _)| *other == number).map(|(_, target)| *target);
    target.ok_or_else(|| Error::invalid(format!("{number} is not a target")).with_subject("target"))
}

fn target_number(target: Target) -> u32 {
    TARGETS.iter().find(|(_, other)| *other == target).map_or(WB_TARGET_NONE, |(number, _)| *number)
}

fn slice_of(slice: wb_slice) -> Result<SliceRule> {
    let wb_slice { pattern, dim, flags, rank, world, .. } = slice;
    let uneven = match flags {
        0 => Uneven::Refuse,
        WB_SLICE_SPREAD => Uneven::Spread,
        other => return Err(Error::invalid(format!("flags {other} are not known")).with_subject("slices")),
    };
    Ok(SliceRule { pattern: pattern.text("slices")?.to_owned(), dim: dim as usize, rank, world, uneven })
}

fn cast_of(cast: wb_cast) -> Result<CastRule> {
    let wb_cast { pattern, from, to, .. } = cast;
    let dtype = |number| {
        let unknown = || Error::invalid(format!("{number} is no element type")).with_subject("casts");
        DType::from_number(number).ok_or_else(unknown)
    };
    let from = if from == 0 { None } else { Some(dtype(from)?) };
    Ok(CastRule { pattern: pattern.text("casts")?.to_owned(), from, to: dtype(to)? })
}

fn route_of(route: wb_route) -> Result<Route> {
    let wb_route { pattern, device, reserved, .. } = route;
    check_reserved(reserved, "routes")?;
    Ok(Route { pattern: pattern.text("routes")?.to_owned(), device: ordinal(device, "routes")? })
}

fn destination_of(destination: wb_destination) -> Result<Destination> {
    let wb_destination { tensor, address, bytes, device, reserved, .. } = destination;
    check_reserved(reserved, "destinations")?;
    Ok(super::destination(tensor.text("destinations")?, ordinal(device, "destinations")?, address, bytes))
}

fn check_reserved(reserved: u32, name: &str) -> Result<()> {
    if reserved == 0 { Ok(()) } else { Err(Error::invalid("reserved is not 0").with_subject(name)) }
}

fn each<T, U>(items: Vec<T>, convert: impl FnMut(T) -> Result<U>) -> Result<Vec<U>> {
    items.into_iter().map(convert).collect()
}

/// The ordinal of a device; the interface has signed ones, as the driver does.
pub(super) fn ordinal(device: i32, name: &str) -> Result<u32> {
    u32::try_from(device).map_err(|_| Error::invalid(format!("{device} is no ordinal of a device")).with_subject(name))
}

/// What a plan will do. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_describe(p: *const wb_plan, out: *mut wb_plan_info) -> wb_status {
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

/// The bytes of the arena of one device of a plan, which the library allocates unless the caller gives one; tensors
/// with a destination of their own are not in it. To give an arena: make a plan without it, ask here, allocate, and
/// make the plan again with the destination; neither does any I/O. 0 for a plan whose target is not `WB_TARGET_CUDA`,
/// and for a device that is not of the plan. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_device_bytes(p: *const wb_plan, device: i32, bytes: *mut u64) -> wb_status {
    status(|| {
        let out = Out::new(bytes, "bytes")?;
        let plan = &get(p, "p")?.0;
        out.set(u32::try_from(device).map_or(0, |device| plan.device_bytes(device)));
        Ok(WB_OK)
    })
}

/// Releases a plan; its tasks go on. NULL does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_release(p: *mut wb_plan) {
    plain((), || {
        destroy(p);
        Ok(())
    });
}
