//! # Context
//!
//! What the host provides to the library. There is no global state: a host may have several contexts, and where a
//! context is taken, NULL means one that lends nothing: files of the operating system, the system's allocator, no log,
//! no threads. For speed, make a context with `WB_THREADS_ALL`.

use std::ffi::c_void;

use super::error::wb_error;
use super::handle::{Handle, Shared, get, release, retain};
use super::hooks::{self, wb_log_fn};
use super::status::{WB_OK, wb_status};
use super::{Out, call, options, plain};
use weighbridge::error::Result;
use weighbridge::host::{Context, Level};

/// What the host provides. Counted references; immutable, so any number of threads may open models with it at once.
/// Since 0.1.
pub struct wb_context(Context);

impl Handle for wb_context {}
impl Shared for wb_context {}

/// As `wb_context_options.max_threads`: one thread for each processor. Since 0.1.
pub const WB_THREADS_ALL: u32 = u32::MAX;

/// Log level: something failed, and an error is returned as well. Since 0.1.
pub const WB_LOG_ERROR: u32 = 1;
/// Log level: something is odd, and was put up with. Since 0.1.
pub const WB_LOG_WARN: u32 = 2;
/// Log level: what a person following along would like to know. Since 0.1.
pub const WB_LOG_INFO: u32 = 3;
/// Log level: what helps in finding a fault. Since 0.1.
pub const WB_LOG_DEBUG: u32 = 4;

/// What the host provides. Zeroed means nothing; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_context_options {
    /// `sizeof(wb_context_options)`.
    pub struct_size: usize,
    /// Threads that the library may create for one task, which end with it; `WB_THREADS_ALL` for one for each processor.
    /// 0: none, and one thread, the caller's, does all the work. They inherit the signal mask of the thread that starts
    /// the task.
    pub max_threads: u32,
    /// The highest `WB_LOG_*` level that is logged; 0: none; `UINT32_MAX`: all.
    pub log_max_level: u32,
    /// Where log messages go; NULL: nowhere.
    pub log: wb_log_fn,
    /// Passed to `log`. It must stay valid until the context and every model, plan and task made with it are gone.
    pub log_user_data: *mut c_void,
}

/// Makes a context. `opt` may be NULL and is copied. The caller owns `*out`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_context_create(
    opt: *const wb_context_options,
    out: *mut *mut wb_context,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let context = options(opt, "opt")?.map_or_else(|| Ok(Context::new()), |opt| build(&opt))?;
        out.set(wb_context(context).into_raw());
        Ok(WB_OK)
    })
}

fn build(opt: &wb_context_options) -> Result<Context> {
    let threads = if opt.max_threads == WB_THREADS_ALL { usize::MAX } else { opt.max_threads as usize };
    let context = Context::new().with_threads(threads);
    let level = match opt.log_max_level {
        0 => return Ok(context),
        WB_LOG_ERROR => Level::Error,
        WB_LOG_WARN => Level::Warn,
        WB_LOG_INFO => Level::Info,
        _ => Level::Debug,
    };
    Ok(match hooks::log(opt.log, opt.log_user_data) {
        Some(log) => context.with_log(level, log),
        None => context,
    })
}

/// Adds a reference and returns `c`. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_context_retain(c: *mut wb_context) -> *mut wb_context {
    plain(c, || Ok(retain(c)))
}

/// Drops a reference. Models keep the context they were opened with. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_context_release(c: *mut wb_context) {
    plain((), || {
        release(c);
        Ok(())
    });
}

/// What a context handle stands for.
pub(super) fn context_of(c: *const wb_context) -> Context {
    get(c, "c").map_or_else(|_| Context::new(), |context| context.0.clone())
}
