//! # Loading: the task
//!
//! A task is one pass over the bytes. The threads of the context do the work, if it has any, and with them the calls to
//! `wb_task_step` and `wb_task_wait`.
//!
//!   wb_plan_start(plan, &task, &err);
//!   while ((status = wb_task_step(task, 2000000, &progress, &err)) == WB_PENDING) {
//!     draw_frame();
//!   }
//!   if (status == WB_OK) {
//!     wb_task_finish(task, &placement, &err);
//!   }
//!   wb_task_release(task);

use std::ffi::c_void;
use std::time::Duration;

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::hooks::{self, wb_progress, wb_progress_fn};
use super::plan::wb_plan;
use super::status::{WB_OK, WB_PENDING, wb_status};
use super::{Out, call, fill, null, plain, status};
use weighbridge::error::Result;
use weighbridge::load::{State, Task};

/// A task. One owner. Since 0.1.
pub struct wb_task(pub(super) Task);

impl Handle for wb_task {}
impl Owned for wb_task {}

/// Starts a plan: allocates the memory of the target, checks that the files have not been written since they were opened,
/// and starts the threads that the context allows. A plan may be started several times. The caller owns `*out`. The CUDA
/// context that is current on this thread stays current.
///
/// `WB_ERR_OUT_OF_MEMORY`: the host or the device does not have enough memory. `WB_ERR_CHANGED`: a file has been written.
/// For devices also: `WB_ERR_NOT_FOUND`: there is no driver, or no such device. `WB_ERR_INVALID_ARGUMENT`: a destination is
/// not memory of its device, or the stream does not belong to a device of the plan or is being captured. `WB_ERR_DEVICE`:
/// the driver failed; `wb_error_info.os_code` is its result. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_start(p: *const wb_plan, out: *mut *mut wb_task, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        wb_task(Task::start(&get(p, "p")?.0)?).give(out)?;
        Ok(WB_OK)
    })
}

/// Works on this thread for at most about `budget_ns` nanoseconds, but at least for one block; `UINT64_MAX` works to the
/// end. A block that is not expected to fit the rest of the budget is left for the next call: a block has at most
/// `wb_plan_options.block_bytes`. Contents that no file holds as they are, such as lists of numbers in ONNX, are built in
/// one step. When other threads have all that is left, this waits for them. A task that has been stepped is to be stepped,
/// or waited for, to its end: other threads need not be there for what this one has begun. `out` may be NULL.
///
/// Returns `WB_PENDING` while there is more to do, and `WB_OK` when everything has been checked and placed. An error is
/// final. Since 0.1.
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

/// Gives the progress of a task without doing any work: `WB_PENDING`, `WB_OK` when everything has been checked and
/// placed, or the error that ended it. `out` may be NULL. Any thread, also while another one steps. Since 0.1.
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

/// Works or waits until the end. `progress` (may be NULL) is called on this thread: at once, then about twenty times a
/// second, and at the end.
///
/// Returns `WB_OK` or the error that ended the task: `WB_ERR_CANCELLED`, `WB_ERR_MISMATCH`, `WB_ERR_CHANGED`, `WB_ERR_IO`,
/// `WB_ERR_OUT_OF_MEMORY` or `WB_ERR_DEVICE`. After an error the memory of the target has been freed, except what the
/// caller gave. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_wait(
    t: *mut wb_task,
    progress: wb_progress_fn,
    user_data: *mut c_void,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        get(t, "t")?.0.wait_with(hooks::progress(progress, user_data, None))?;
        Ok(WB_OK)
    })
}

/// Called when a task has ended, by whatever, and nobody works on it any more: on the thread that has ended it. It may ask
/// the task for its state, wake up a thread or write to an eventfd; it must not release the task. Since 0.1.
pub type wb_end_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>;

/// Calls `end` once with `user_data` when the task ends: at once if it has, and at the latest while it is released. So no
/// thread has to wait for a task that the threads of the context work on; a task that nobody works on does not end. Each
/// call adds a function. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_on_end(t: *mut wb_task, end: wb_end_fn, user_data: *mut c_void) -> wb_status {
    status(|| {
        let end = hooks::end(end.ok_or_else(|| null("end"))?, user_data);
        get(t, "t")?.0.when_ended(end);
        Ok(WB_OK)
    })
}

/// Cancels a task: it stops at its next block, and the thread that steps or waits gets `WB_ERR_CANCELLED`. Any thread, as
/// long as the task has not been released; a `wb_cancel` in the options of the plan does not have this restriction. NULL
/// is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_cancel(t: *mut wb_task) {
    plain((), || {
        get(t, "t")?.0.cancel();
        Ok(())
    });
}

/// Releases a task. A task that is not done is cancelled, and this call waits for its threads. A placement that was taken
/// from it remains valid. NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_release(t: *mut wb_task) {
    plain((), || {
        destroy(t);
        Ok(())
    });
}
