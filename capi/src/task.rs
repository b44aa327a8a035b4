//! # Loading: the task
//!
//! One pass over the bytes, driven by whoever steps it or waits for it, or by threads of its own.

use std::ffi::c_void;
use std::time::Duration;

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::hooks::{self, wb_progress, wb_progress_fn};
use super::plan::wb_plan;
use super::status::{WB_OK, WB_PENDING, wb_status};
use super::{Out, call, fill, plain, status};
use weighbridge::error::Result;
use weighbridge::load::{State, Task};

/// One pass in progress. One owner. Since 0.1.
pub struct wb_task(pub(super) Task);

impl Handle for wb_task {}
impl Owned for wb_task {}

/// Starts a plan: takes the target's memory, makes sure that the files are still those that were opened, and starts the
/// threads that the context allows. A plan may be started several times. The caller owns `*out`.
///
/// For devices: `WB_ERR_NOT_FOUND`: there is no driver, or no such device. `WB_ERR_OUT_OF_MEMORY`: the device has not
/// enough of it. `WB_ERR_INVALID_ARGUMENT`: a destination is no memory of its device, or the stream is not of the
/// plan's devices or is being captured. `WB_ERR_DEVICE`: the driver failed; `wb_error_os_code` is its code. The calling
/// thread keeps the context that is current. Since 0.1.
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

/// Works or waits until the end. `progress` may be NULL; it is called on this thread: at once, then about twenty times
/// a second, and at the end. Returns `WB_OK`, or the error that ended the task: `WB_ERR_CANCELLED`, `WB_ERR_MISMATCH`,
/// `WB_ERR_CHANGED`, `WB_ERR_IO`, `WB_ERR_DEVICE`. After an error nothing of the target is left, but what the caller
/// gave. Since 0.1.
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

/// Cancels a task that is not done, waits for its threads, and frees it; a placement that was taken from it stays. NULL
/// does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_release(t: *mut wb_task) {
    plain((), || {
        destroy(t);
        Ok(())
    });
}
