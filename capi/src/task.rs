//! # Loading: the task
//!
//! A task is one pass over the bytes. The threads of the context do the work, if it has any, and with them the calls to
//! `wb_task_step` and `wb_task_wait`. Opening and planning can be tasks, too: see the next section.
//!
//!   wb_plan_start(plan, &task, &err);
//!   while ((status = wb_task_step(task, 2000000, UINT64_MAX, &progress, &err)) == WB_PENDING) {
//!     draw_frame();
//!   }
//!   if (status == WB_OK) {
//!     wb_task_finish(task, &placement, &err);
//!   }
//!   wb_task_release(task);

use std::ffi::c_void;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::hooks::{self, wb_progress, wb_progress_fn};
use super::plan::wb_plan;
use super::status::{WB_OK, WB_PENDING, wb_status};
use super::{Out, call, fill, null, plain, status};
use weighbridge::Model;
use weighbridge::error::{Error, Result};
use weighbridge::host::{Pending, Progress, StepBudget};
use weighbridge::load::{Placement, Plan, State, Task};

/// A task: an operation that was started and is in progress, or has ended. One owner. Since 0.1.
pub struct wb_task(pub(super) Started);

/// What a task does.
pub(super) enum Started {
    /// It opens a model.
    Opens(Pending<Model>),
    /// It plans a load.
    Plans(Pending<Arc<Plan>>),
    /// It loads.
    Loads(Task),
}

impl Handle for wb_task {}
impl Owned for wb_task {}

impl Started {
    fn step(&self, budget: StepBudget) -> Result<wb_status> {
        match self {
            Self::Opens(pending) => pending.step(budget).map(code_of_result),
            Self::Plans(pending) => pending.step(budget).map(code_of_result),
            Self::Loads(task) => task.step(budget).map(code_of),
        }
    }

    fn wait(&self, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<()> {
        match self {
            Self::Opens(pending) => pending.wait().map(drop),
            Self::Plans(pending) => pending.wait().map(drop),
            Self::Loads(task) => task.wait_with(progress),
        }
    }

    fn poll(&self) -> Result<wb_status> {
        match self {
            Self::Opens(pending) => pending.poll().map(code_of_result),
            Self::Plans(pending) => pending.poll().map(code_of_result),
            Self::Loads(task) => task.poll().map(code_of),
        }
    }

    fn when_ended(&self, function: impl FnOnce() + Send + 'static) {
        match self {
            Self::Opens(pending) => pending.when_ended(function),
            Self::Plans(pending) => pending.when_ended(function),
            Self::Loads(task) => task.when_ended(function),
        }
    }

    fn cancel(&self) {
        match self {
            Self::Opens(pending) => pending.cancel(),
            Self::Plans(pending) => pending.cancel(),
            Self::Loads(task) => task.cancel(),
        }
    }

    fn progress(&self) -> Progress {
        match self {
            Self::Opens(_) | Self::Plans(_) => Progress::default(),
            Self::Loads(task) => task.progress(),
        }
    }

    /// The model that it has opened.
    pub(super) fn model(&self) -> Result<Option<Model>> {
        match self {
            Self::Opens(pending) => pending.poll(),
            _ => Err(other_kind("opens a model")),
        }
    }

    /// The plan that it has made.
    pub(super) fn plan(&self) -> Result<Option<Arc<Plan>>> {
        match self {
            Self::Plans(pending) => pending.poll(),
            _ => Err(other_kind("plans a load")),
        }
    }

    /// What it has loaded.
    pub(super) fn placement(&self) -> Result<Option<Placement>> {
        match self {
            Self::Loads(task) => task.finish(),
            _ => Err(other_kind("loads")),
        }
    }
}

fn other_kind(expected: &str) -> Error {
    Error::invalid(format!("the task is of another kind: expected one that {expected}")).with_subject("t")
}

fn code_of_result<T>(result: Option<T>) -> wb_status {
    if result.is_some() { WB_OK } else { WB_PENDING }
}

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
        wb_task(Started::Loads(Task::start(&get(p, "p")?.0)?)).give(out)?;
        Ok(WB_OK)
    })
}

/// Works on this thread for at most about `budget_ns` nanoseconds, and until about `budget_bytes` bytes have been read;
/// `UINT64_MAX` is no bound. With both, it works to the end. A load does one block at least, and a block that is not expected to
/// fit the rest of the time is left for the next call: a block has at most `wb_plan_options.block_bytes`. Contents that no file
/// holds as they are, such as lists of numbers in ONNX, are built in one step. When other threads have all that is left, this waits for them. A task that has been stepped is to be stepped,
/// or waited for, to its end: other threads need not be there for what this one has begun. `out` may be NULL.
///
/// Returns `WB_PENDING` while there is more to do, and `WB_OK` when the task is done. An error is final. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_step(
    t: *mut wb_task,
    budget_ns: u64,
    budget_bytes: u64,
    out: *mut wb_progress,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let task = &get(t, "t")?.0;
        let time = if budget_ns == u64::MAX { Duration::MAX } else { Duration::from_nanos(budget_ns) };
        tell(task, out)?;
        let state = task.step(StepBudget { time, bytes: budget_bytes });
        tell(task, out)?;
        state
    })
}

/// Gives the progress of a task, of which only loads have some, without doing any work: `WB_PENDING`, `WB_OK` when everything has been checked and
/// placed, or the error that ended it. `out` may be NULL. Any thread, also while another one steps. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_poll(t: *const wb_task, out: *mut wb_progress) -> wb_status {
    status(|| {
        let task = &get(t, "t")?.0;
        tell(task, out)?;
        Ok(task.poll()?)
    })
}

/// Writes how far a task is, if the caller wants to know.
fn tell(task: &Started, out: *mut wb_progress) -> Result<()> {
    if out.is_null() { Ok(()) } else { fill(out, &wb_progress::from(&task.progress()), "out") }
}

fn code_of(state: State) -> wb_status {
    match state {
        State::Pending => WB_PENDING,
        State::Done => WB_OK,
    }
}

/// Works or waits until the end. `progress` (may be NULL) is called on this thread while a load is waited for: at once, then
/// about twenty times a second, and at the end.
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
        get(t, "t")?.0.wait(hooks::progress(progress, user_data, None))?;
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
