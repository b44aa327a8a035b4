//! # Context
//!
//! What the host provides to the library. A process may have several contexts. Every function that takes a context also
//! takes NULL, which means: no log, and no threads beside the caller's. For speed, create a context that allows threads:
//!
//!   wb_context_options host = {0};
//!   host.struct_size = sizeof host;
//!   host.max_threads = WB_THREADS_ALL;
//!   wb_context_create(&host, &context, &err);

use std::ffi::c_void;

use super::error::wb_error;
use super::handle::{Handle, Shared, get_optional, release, retain};
use super::hooks::{self, Adopted, wb_destroy_fn, wb_log_fn};
use super::host_memory::{allocator, budget, wb_allocator, wb_budget};
use super::io::{files, wb_io};
use super::metrics::{metrics, wb_metrics};
use super::status::{WB_OK, wb_status};
use super::threads::{self, wb_threads};
use super::{Out, call, options, plain};
use weighbridge::error::Result;
use weighbridge::host::{Context, Level};

/// A context. Reference-counted and immutable, so several threads may use it at once. Since 0.1.
pub struct wb_context(Context);

impl Handle for wb_context {}
impl Shared for wb_context {}

/// As `wb_context_options.max_threads`: one thread for each processor. Since 0.1.
pub const WB_THREADS_ALL: u32 = u32::MAX;

/// Log level: an operation failed; the error is returned as well. Since 0.1.
pub const WB_LOG_ERROR: u32 = 1;
/// Log level: something was accepted or worked around, and should be looked into. Since 0.1.
pub const WB_LOG_WARN: u32 = 2;
/// Log level: the operations, one line each with what was chosen and how long it took: opens, verifications, loads.
/// Since 0.1.
pub const WB_LOG_INFO: u32 = 3;
/// Log level: the steps of operations: files, maps, threads, phases. Since 0.1.
pub const WB_LOG_DEBUG: u32 = 4;

/// What the host provides. Zeroed: nothing. Set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_context_options {
    /// `sizeof(wb_context_options)`.
    pub struct_size: usize,
    /// Threads that the library may create for all tasks of the context together. They are created when there is work, and
    /// when a task has been released and no other one has work for them, they have ended. `WB_THREADS_ALL`: one for each
    /// processor. 0: none, and the calling thread does the work. The child of a fork has none in a context that it inherits. On Linux they block all signals except `SIGSEGV`,
    /// `SIGBUS`, `SIGFPE`, `SIGILL`, `SIGTRAP` and `SIGABRT`, so handlers of the host do not run on them.
    pub max_threads: u32,
    /// The most detailed `WB_LOG_*` level that is logged. 0: nothing is logged; `UINT32_MAX`: everything.
    pub log_max_level: u32,
    /// Receives the log messages; NULL: they are discarded.
    pub log: wb_log_fn,
    /// Passed to `log`. It must stay valid until `log_destroy` is called.
    pub log_user_data: *mut c_void,
    /// Called once with `log_user_data` when nothing uses it any more, at the latest when the context and every object made
    /// with it are gone; also if `wb_context_create` fails, unless that is because of these options. May be NULL.
    pub log_destroy: wb_destroy_fn,
    /// The files of the host, instead of those of the operating system: every path of this context is the name of one of
    /// them, such as `"models/llama"`, and `""` is the root. The structure is copied. NULL: the operating system. The
    /// library still reads files that options name itself, such as `wb_open_options.memo`.
    pub io: *const wb_io,
    /// How the host takes part in the work of tasks. The structure is copied. NULL: not at all.
    pub threads: *const wb_threads,
    /// Allocates memory for bulk data. The structure is copied. NULL: the library maps it. What it shares with others is mapped
    /// in any case: files, `WB_TARGET_SEALED`, and the pinned memory of copies to devices.
    pub allocator: *const wb_allocator,
    /// Is asked before memory for bulk data is allocated, on the host and on devices, by whomever; but not for maps of files and
    /// what destinations lend. The structure is copied. NULL: there is no budget.
    pub budget: *const wb_budget,
    /// Is told what operations cost. The structure is copied. NULL: nothing is.
    pub metrics: *const wb_metrics,
}

/// Creates a context. `opt` may be NULL and is copied. The caller owns `*out`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_context_create(
    opt: *const wb_context_options,
    out: *mut *mut wb_context,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        // Built first: what the options hand over is dropped whatever fails.
        let context = options(opt, "opt").and_then(|opt| opt.map_or_else(|| Ok(Context::new()), |opt| build(&opt)));
        let out = Out::handle(out, "out")?;
        wb_context(context?).give(out)?;
        Ok(WB_OK)
    })
}

fn build(opt: &wb_context_options) -> Result<Context> {
    // All are adopted before any of them is refused.
    let context = with_log(Context::new(), opt);
    let files = (!opt.io.is_null()).then(|| files(opt.io, "io")).transpose();
    let allocator = (!opt.allocator.is_null()).then(|| allocator(opt.allocator)).transpose();
    let budget = (!opt.budget.is_null()).then(|| budget(opt.budget)).transpose();
    let metrics = (!opt.metrics.is_null()).then(|| metrics(opt.metrics)).transpose();
    let context = with_threads(context, opt)?;
    let context = files?.into_iter().fold(context, Context::with_files);
    let context = allocator?.into_iter().fold(context, Context::with_allocator);
    let context = budget?.into_iter().fold(context, Context::with_memory_budget);
    Ok(metrics?.into_iter().fold(context, Context::with_metrics))
}

fn with_threads(context: Context, opt: &wb_context_options) -> Result<Context> {
    let most = if opt.max_threads == WB_THREADS_ALL { usize::MAX } else { opt.max_threads as usize };
    if opt.threads.is_null() {
        Ok(context.with_threads(most))
    } else {
        threads::with_threads(context, opt.threads, most)
    }
}

fn with_log(context: Context, opt: &wb_context_options) -> Context {
    let adopted = Adopted::new(opt.log_user_data, opt.log_destroy);
    let level = match opt.log_max_level {
        0 => return context,
        WB_LOG_ERROR => Level::Error,
        WB_LOG_WARN => Level::Warn,
        WB_LOG_INFO => Level::Info,
        _ => Level::Debug,
    };
    match hooks::log(opt.log, adopted) {
        Some(log) => context.with_log(level, log),
        None => context,
    }
}

/// Adds a reference and returns `c`. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_context_retain(c: *mut wb_context) -> *mut wb_context {
    plain(c, || Ok(retain(c)))
}

/// Drops a reference. Models keep the context that they were opened with. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_context_release(c: *mut wb_context) {
    plain((), || {
        release(c);
        Ok(())
    });
}

/// What a context handle stands for.
pub(super) fn context_of(c: *const wb_context) -> Context {
    get_optional(c).map_or_else(Context::new, |context| context.0.clone())
}
