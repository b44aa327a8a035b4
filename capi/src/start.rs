//! # Opening and planning as tasks
//!
//! The same as `wb_model_open` and `wb_plan_create`, in steps or on a thread of the context: for hosts that cannot wait for a
//! large header, or for a slow disk.
//!
//!   wb_model_open_start(context, "path/to/checkpoint", WB_NUL, NULL, &task, &err);
//!   while ((status = wb_task_step(task, 2000000, UINT64_MAX, NULL, &err)) == WB_PENDING) {
//!     draw_frame();
//!   }
//!   if (status == WB_OK) {
//!     wb_task_model(task, &model, &err);
//!   }
//!   wb_task_release(task);
//!
//! What the options point to is copied, but for user data. A thread of the context does the whole work, if there is a free one,
//! and else the calls to `wb_task_step` and `wb_task_wait`. A step runs on a stack of its own, of 512 KiB, which it takes from the
//! system; functions of the host are called on it, too. Steps may be done on one thread after another.

use std::ffi::{c_char, c_void};

use super::context::{context_of, wb_context};
use super::error::wb_error;
use super::handle::{Owned, Shared, get};
use super::hooks::{HostMemory, wb_destroy_fn};
use super::io::{files, wb_io};
use super::model::{
    at_path, by_descriptor, in_blobs, in_files, in_memory, named_blobs, open_options, wb_blob, wb_model,
    wb_open_options,
};
use super::plan::{plan_options, wb_plan, wb_plan_options};
use super::status::{WB_OK, WB_PENDING, wb_status};
use super::task::{Started, wb_task};
use super::{Out, call};
use weighbridge::error::Result;
use weighbridge::{Model, Origin};

/// Begins what `wb_model_open` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_start(
    c: *const wb_context,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
) -> wb_status {
    start(c, opt, out, err, || at_path(path, path_len))
}

/// Begins what `wb_model_open_memory` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_memory_start(
    c: *const wb_context,
    data: *const c_void,
    len: usize,
    destroy: wb_destroy_fn,
    user_data: *mut c_void,
    opt: *const wb_open_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
) -> wb_status {
    let memory = HostMemory::new(data, len, destroy, user_data);
    start(c, opt, out, err, || in_memory(memory))
}

/// Begins what `wb_model_open_fd` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_fd_start(
    c: *const wb_context,
    fd: isize,
    offset: u64,
    len: u64,
    opt: *const wb_open_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
) -> wb_status {
    start(c, opt, out, err, || by_descriptor(fd, offset, len))
}

/// Begins what `wb_model_open_io` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_io_start(
    c: *const wb_context,
    io: *const wb_io,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
) -> wb_status {
    let files = files(io, "io");
    start(c, opt, out, err, || in_files(files?, path, path_len))
}

/// Begins what `wb_model_open_blobs` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_blobs_start(
    c: *const wb_context,
    blobs: *const wb_blob,
    blob_count: usize,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
) -> wb_status {
    let blobs = named_blobs(blobs, blob_count);
    start(c, opt, out, err, || in_blobs(blobs?, path, path_len))
}

fn start(
    c: *const wb_context,
    opt: *const wb_open_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
    origin: impl FnOnce() -> Result<Origin>,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let options = open_options(opt)?;
        let opening = Model::begin_open(origin()?, &options, &context_of(c));
        wb_task(Started::Opens(opening)).give(out)?;
        Ok(WB_OK)
    })
}

/// Begins what `wb_plan_create` does. The caller owns `*out`; `wb_task_plan` gives the plan. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_create_start(
    m: *const wb_model,
    opt: *const wb_plan_options,
    out: *mut *mut wb_task,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let plan = get(m, "m")?.model.begin_plan(&plan_options(opt)?);
        wb_task(Started::Plans(plan)).give(out)?;
        Ok(WB_OK)
    })
}

/// Gives the model of a task that has opened one. Before it is done it returns `WB_PENDING`, and after a failure the error that
/// ended the task. The caller owns `*out`; every call gives another handle of the same model. `WB_ERR_INVALID_ARGUMENT`: it is a
/// task of another kind. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_model(t: *const wb_task, out: *mut *mut wb_model, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        match get(t, "t")?.0.model()? {
            Some(model) => wb_model::of(model)?.give(out).map(|()| WB_OK),
            None => Ok(WB_PENDING),
        }
    })
}

/// Gives the plan of a task that has made one. Before it is done it returns `WB_PENDING`, and after a failure the error that ended
/// the task. The caller owns `*out`; every call gives another handle of the same plan. `WB_ERR_INVALID_ARGUMENT`: it is a task
/// of another kind. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_task_plan(t: *const wb_task, out: *mut *mut wb_plan, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        match get(t, "t")?.0.plan()? {
            Some(plan) => wb_plan(plan).give(out).map(|()| WB_OK),
            None => Ok(WB_PENDING),
        }
    })
}
