//! # Host threads
//!
//! The work of tasks on threads of the host, such as the workers of its job system, and what the host does on those of the
//! library.
//!
//!   wb_threads threads = {0};
//!   threads.struct_size = sizeof threads;
//!   threads.user_data = queue;
//!   threads.spawn = queue_push;
//!   options.threads = &threads;
//!   options.max_threads = 4;
//!
//! and each worker of the host:
//!
//!   while ((job = queue_pop(queue)) != NULL) {
//!     wb_job_run(job);
//!     wb_job_release(job);
//!   }
//!
//! Jobs may be run in any order, late or not at all: whoever calls `wb_task_step` or `wb_task_wait` does the work that no job
//! has begun.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use super::handle::{Handle, Owned, destroy, get};
use super::hooks::{Adopted, wb_destroy_fn};
use super::status::{WB_OK, wb_status};
use super::{null, options, status};
use weighbridge::error::{Error, Kind, Result};
use weighbridge::host::{Context, Executor, Job, ThreadHook};

/// A part of the work of a task. One owner. Since 0.1.
pub struct wb_job(Mutex<Option<Job>>);

impl Handle for wb_job {}
impl Owned for wb_job {}

/// Takes a job, which the host then owns: it calls `wb_job_run` later on any thread, or at once, and then `wb_job_release`.
/// Returns `WB_OK`; every other value means that the host does not take the job, which is logged as a warning. Called by
/// `wb_plan_start`, and by every function that loads, verifies or hashes at once. Since 0.1.
pub type wb_spawn_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, job: *mut wb_job) -> wb_status>;

/// Called on a thread of the library when it begins or before it ends. `number` counts from 0; no two threads of a context
/// have the same number at the same time. Since 0.1.
pub type wb_thread_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, number: u32)>;

/// How the host takes part in the work of tasks. Zeroed but for what is needed; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_threads {
    /// `sizeof(wb_threads)`.
    pub struct_size: usize,
    /// Passed to the functions.
    pub user_data: *mut c_void,
    /// Called once with `user_data` when no function will be called any more; also if `wb_context_create` fails, unless that
    /// is because of this structure. May be NULL.
    pub destroy: wb_destroy_fn,
    /// Runs the work on threads of the host, in up to `wb_context_options.max_threads` jobs for each task. NULL: the library
    /// creates the threads.
    pub spawn: wb_spawn_fn,
    /// Called on each thread that the library creates, when it begins. May be NULL.
    pub start: wb_thread_fn,
    /// Called on each thread that the library creates, before it ends. May be NULL.
    pub stop: wb_thread_fn,
}

/// Does the work of a job until there is nothing more for it, which may be the end of the task. If the job has been run
/// before, or its task is over, there is nothing to do. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_job_run(job: *mut wb_job) -> wb_status {
    status(|| {
        let work = get(job, "job")?.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        work.into_iter().for_each(Job::run);
        Ok(WB_OK)
    })
}

/// Releases a job, run or not. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_job_release(job: *mut wb_job) {
    super::plain((), || {
        destroy(job);
        Ok(())
    });
}

/// The functions of a host, and their user data.
struct Functions {
    threads: wb_threads,
    adopted: Adopted,
}

// SAFETY: by the conventions the functions may be called on any thread with `user_data`, which is only passed to them.
unsafe impl Send for Functions {}
// SAFETY: as above; several at once.
unsafe impl Sync for Functions {}

impl Executor for Functions {
    fn spawn(&self, job: Job) -> Result<()> {
        let spawn = self.threads.spawn.ok_or_else(|| null("spawn"))?;
        let job = wb_job(Mutex::new(Some(job))).into_raw();
        // SAFETY: a function of the host with this signature; it owns the job if it says so.
        match unsafe { spawn(self.adopted.pointer(), job) } {
            WB_OK => Ok(()),
            other => {
                destroy(job);
                let message = format!("the host does not take a job: spawn returned {other}");
                Err(Error::new(Kind::Callback, message).with_os_code(other))
            }
        }
    }
}

impl Functions {
    fn tell(&self, hook: wb_thread_fn, number: usize) {
        if let Some(hook) = hook {
            // SAFETY: a function of the host with this signature.
            unsafe { hook(self.adopted.pointer(), u32::try_from(number).unwrap_or(u32::MAX)) };
        }
    }
}

/// A context whose work is done as a structure of the host says.
pub(super) fn with_threads(context: Context, threads: *const wb_threads, most: usize) -> Result<Context> {
    let threads: wb_threads = options(threads, "threads")?.ok_or_else(|| null("threads"))?;
    let functions = Arc::new(Functions { threads, adopted: Adopted::new(threads.user_data, threads.destroy) });
    if threads.spawn.is_some() {
        return Ok(context.with_executor(functions, most));
    }
    let hook = |hook: wb_thread_fn| -> Arc<ThreadHook> {
        let functions = Arc::clone(&functions);
        Arc::new(move |number| functions.tell(hook, number))
    };
    Ok(context.with_threads(most).with_thread_hooks(hook(threads.start), hook(threads.stop)))
}
