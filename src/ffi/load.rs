//! # Loading: plan, task, placement
//!
//! A plan says which tensors go where. A task makes one pass over their bytes: each is read once, placed, and checked
//! while it is in the cache. A placement exists only when every check that it needs has passed.

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::time::Duration;

use super::error::wb_error;
use super::handle::{Handle, Owned, Shared, destroy, get, release, retain};
use super::hooks::{self, wb_progress, wb_progress_fn};
use super::model::{out_of_range, wb_model};
use super::report::wb_report;
use super::status::{WB_OK, WB_PENDING, wb_status};
use super::{Out, array, call, fill, options, plain, status, text, wb_str};
use crate::error::{Error, Kind, Result};
use crate::load::{Placed, Placement, Plan, PlanInfo, PlanOptions, State, Target, Task};

/// Target: nowhere, the tensors are only checked. Since 0.1.
pub const WB_TARGET_NONE: u32 = 0;
/// Target: zero-copy pointers into the mapped files. Since 0.1.
pub const WB_TARGET_VIEW: u32 = 1;
/// Target: one arena in host memory, each tensor aligned. Since 0.1.
pub const WB_TARGET_HOST: u32 = 2;
/// Target: a sealed memfd that other processes may map. Not in this version: `WB_ERR_UNSUPPORTED`. Since 0.1.
pub const WB_TARGET_SEALED: u32 = 3;
/// Target: a CUDA device. Not in this version: `WB_ERR_UNSUPPORTED`. Since 0.1.
pub const WB_TARGET_CUDA: u32 = 4;

/// What to load, and where to. Zeroed means all tensors, checked only; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_plan_options {
    /// `sizeof(wb_plan_options)`.
    pub struct_size: usize,
    /// `WB_TARGET_*`.
    pub target: u32,
    /// The ordinal of the device, for `WB_TARGET_CUDA`.
    pub device: i32,
    /// Glob patterns over tensor names (`*`, `?`, `[a-z]`); `*` also matches `.` and `/`. None: all tensors. A pattern that
    /// matches no tensor is `WB_ERR_NOT_FOUND`.
    pub include: *const wb_str,
    /// The number of patterns.
    pub include_count: usize,
    /// Tensors by index, instead of patterns; the placement keeps their order.
    pub tensors: *const usize,
    /// The number of indices.
    pub tensor_count: usize,
    /// Alignment of each tensor in an arena, in bytes, a power of two up to 2^30; 0: 64 on the host, 256 on a device. A view
    /// has the alignment of the file: see `wb_tensor_info`.
    pub alignment: u64,
    /// The bound on host memory beside the tensors, in bytes, at least 65,536; 0: 8 MiB. Each thread needs 65,536, so the
    /// default allows 128 of them.
    pub staging_bytes: u64,
}

/// What a plan will do. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_plan_info {
    /// `sizeof(wb_plan_info)`.
    pub struct_size: usize,
    /// Tensors that are selected.
    pub tensors: u64,
    /// Bytes of their contents.
    pub payload_bytes: u64,
    /// Bytes that will be read: more than the payload where a check needs whole files, 0 where nothing is read.
    pub read_bytes: u64,
    /// Bytes that the target will hold.
    pub target_bytes: u64,
    /// Bytes of host memory beside the target.
    pub staging_bytes: u64,
}

/// What will be done, decided without any I/O. Immutable; one owner; keeps the model. Since 0.1.
pub struct wb_plan(Arc<Plan>);

impl Handle for wb_plan {}
impl Owned for wb_plan {}

/// Plans a load: selects tensors, lays them out, decides what is checked. No I/O, no device. `opt` may be NULL and is
/// copied; the caller owns `*out`.
///
/// `WB_ERR_UNVERIFIED`: the policy is `WB_VERIFY_REQUIRED`, and no manifest covers a file that is used.
/// `WB_ERR_NOT_MAPPED`: a view of a model that was opened with `WB_OPEN_READ`. `WB_ERR_NOT_FOUND`: a pattern matches no
/// tensor. `WB_ERR_MISMATCH`: a file has not the size that a manifest states. Since 0.1.
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

fn plan_options(opt: *const wb_plan_options) -> Result<PlanOptions> {
    let Some(opt) = options(opt, "opt")? else { return Ok(PlanOptions::default()) };
    let target = match opt.target {
        WB_TARGET_NONE => Target::None,
        WB_TARGET_VIEW => Target::View,
        WB_TARGET_HOST => Target::Host,
        WB_TARGET_SEALED | WB_TARGET_CUDA => {
            return Err(Error::new(Kind::Unsupported, "this build does not have this target").subject("target"));
        }
        other => return Err(Error::invalid(format!("{other} is not a target")).subject("target")),
    };
    let patterns = array(opt.include, opt.include_count, "include")?.iter();
    let patterns = patterns.map(|pattern| pattern.text("include").map(str::to_owned));
    Ok(PlanOptions {
        target,
        include: patterns.collect::<Result<_>>()?,
        tensors: array(opt.tensors, opt.tensor_count, "tensors")?.to_vec(),
        alignment: opt.alignment,
        staging_bytes: opt.staging_bytes,
    })
}

/// What a plan will do. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_describe(p: *const wb_plan, out: *mut wb_plan_info) -> wb_status {
    status(|| {
        let PlanInfo { tensors, payload_bytes, read_bytes, target_bytes, staging_bytes } = get(p, "p")?.0.info();
        let struct_size = size_of::<wb_plan_info>();
        let info = wb_plan_info { struct_size, tensors, payload_bytes, read_bytes, target_bytes, staging_bytes };
        fill(out, &info, "out")?;
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

/// One pass in progress. One owner. Since 0.1.
pub struct wb_task(Task);

impl Handle for wb_task {}
impl Owned for wb_task {}

/// Starts a plan: takes the target's memory, makes sure that the files are still those that were opened, and starts the
/// threads that the context allows. A plan may be started several times. The caller owns `*out`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_start(p: *const wb_plan, out: *mut *mut wb_task, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        out.set(wb_task(Task::start(&get(p, "p")?.0)?).into_raw());
        Ok(WB_OK)
    })
}

/// Works on this thread for about `budget_ns` nanoseconds, and at least for one block; `UINT64_MAX` works to the end. If
/// the context allows threads, they work, and this only waits for them.
///
/// Returns `WB_PENDING` while there is more to do, and `WB_OK` when everything is placed and checked. An error is final.
/// `out` may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_step(
    t: *mut wb_task,
    budget_ns: u64,
    out: *mut wb_progress,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let task = &get(t, "t")?.0;
        tell(task, out)?;
        let state = task.step(Duration::from_nanos(budget_ns));
        tell(task, out)?;
        state.map(code_of)
    })
}

/// How far a task is, without working: `WB_PENDING`, `WB_OK` when everything is placed and checked, or the error that
/// ended it. `out` may be NULL. Any thread, also while another one steps. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_poll(t: *const wb_task, out: *mut wb_progress) -> wb_status {
    status(|| {
        let task = &get(t, "t")?.0;
        tell(task, out)?;
        task.poll().map(code_of)
    })
}

/// Writes how far a task is, if the caller wants to know.
fn tell(task: &Task, out: *mut wb_progress) -> Result<()> {
    if out.is_null() { Ok(()) } else { fill(out, &wb_progress::from(&task.progress()), "out") }
}

fn code_of(state: State) -> wb_status {
    match state {
        State::Pending => WB_PENDING,
        State::Done => WB_OK,
    }
}

/// Works or waits until the end. `progress` may be NULL; it is called on this thread: at once, then about twenty times a
/// second, and at the end. Returns `WB_OK`, or the error that
/// ended the task: `WB_ERR_CANCELLED`, `WB_ERR_MISMATCH`, `WB_ERR_CHANGED`, `WB_ERR_IO`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_wait(
    t: *mut wb_task,
    progress: wb_progress_fn,
    user_data: *mut c_void,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        get(t, "t")?.0.wait(hooks::progress(progress, user_data))?;
        Ok(WB_OK)
    })
}

/// Asks a task to stop at its next block; the thread that steps or waits then gets `WB_ERR_CANCELLED`. Any thread, as long
/// as the task is not released; NULL does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_cancel(t: *mut wb_task) {
    plain((), || {
        get(t, "t")?.0.cancel();
        Ok(())
    });
}

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

/// Cancels a task that is not done, waits for its threads, and frees it; a placement that was taken from it stays. NULL
/// does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_release(t: *mut wb_task) {
    plain((), || {
        destroy(t);
        Ok(())
    });
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

/// Tensors in their place. Counted references; immutable; any thread. A host placement does not need the model any more; a
/// view keeps the model's maps. Since 0.1.
pub struct wb_placement(pub(super) Placement);

impl Handle for wb_placement {}
impl Shared for wb_placement {}

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
}

impl From<Placed<'_>> for wb_placed_tensor {
    fn from(placed: Placed<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            address: placed.bytes.as_ptr() as u64,
            bytes: placed.bytes.len() as u64,
            tensor: placed.tensor,
        }
    }
}

/// The number of tensors: 0 for NULL, and for `WB_TARGET_NONE`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_count(p: *const wb_placement) -> usize {
    plain(0, || Ok(get(p, "p")?.0.len()))
}

/// The tensor at a position: in the order of the given indices, or else in the order of the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_tensor(p: *const wb_placement, index: usize, out: *mut wb_placed_tensor) -> wb_status {
    status(|| {
        let placed = get(p, "p")?.0.get(index).ok_or_else(|| out_of_range("placed tensor", index))?;
        fill(out, &placed.into(), "out")?;
        Ok(WB_OK)
    })
}

/// The tensor with this name. `WB_ERR_NOT_FOUND`: the placement does not have it. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_find(
    p: *const wb_placement,
    name: *const c_char,
    name_len: usize,
    out: *mut wb_placed_tensor,
) -> wb_status {
    status(|| {
        let placement = &get(p, "p")?.0;
        if out.is_null() {
            return Err(super::null("out"));
        }
        let found = placement.find(text(name, name_len, "name")?);
        let placed = found.ok_or_else(|| Error::new(Kind::NotFound, "the placement has no such tensor"))?;
        fill(out, &placed.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Adds a reference and returns `p`. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_placement_retain(p: *mut wb_placement) -> *mut wb_placement {
    plain(p, || Ok(retain(p)))
}

/// Drops a reference, and with the last one the memory of the tensors. Any thread; NULL is allowed. Since 0.1.
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
