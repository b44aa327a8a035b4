//! # Callbacks
//!
//! Functions of the host that the library calls, never while it holds a lock. They must not throw: an exception that
//! reaches the library ends the process.

use std::ffi::{c_char, c_void};
use std::ops::ControlFlow;
use std::sync::Arc;

use weighbridge::host::{Cancel, Level, Log, Progress};

/// Receives one log message: its level (`WB_LOG_*`), the part of the library that it comes from, and its text. Both texts
/// are valid until the callback returns. It may be called on any thread that works for the library, also on several at
/// once. Since 0.1.
pub type wb_log_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        level: u32,
        target: *const c_char,
        target_len: usize,
        msg: *const c_char,
        msg_len: usize,
    ),
>;

/// Called when the library no longer uses `user_data`, or the memory that it stands for. It may be called on any thread.
/// Since 0.1.
pub type wb_destroy_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>;

/// The progress of an operation. Set `struct_size` before a call; in a callback, the library has set it. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_progress {
    /// `sizeof(wb_progress)`.
    pub struct_size: usize,
    /// Bytes that have been processed.
    pub done_bytes: u64,
    /// Bytes that will be processed in all; 0: not known.
    pub total_bytes: u64,
    /// Tensors that are complete: placed and checked. A tensor that only the digest of its file covers is complete when the
    /// whole file has been checked.
    pub done_tensors: u64,
    /// Tensors that will be processed in all; 0: none, or not known.
    pub total_tensors: u64,
}

impl From<&Progress> for wb_progress {
    fn from(progress: &Progress) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            done_bytes: progress.done_bytes,
            total_bytes: progress.total_bytes,
            done_tensors: progress.done_tensors,
            total_tensors: progress.total_tensors,
        }
    }
}

/// As the result of a callback: the operation continues. Since 0.1.
pub const WB_PROCEED: i32 = 0;
/// As the result of a callback: the operation is cancelled, and returns `WB_ERR_CANCELLED` unless it is done. Since 0.1.
pub const WB_STOP: i32 = 1;

/// Receives the progress of an operation, on the thread that called the operation. Returns `WB_PROCEED`; `WB_STOP` and
/// every other value cancel the operation. It must not release the objects that the operation works with. Since 0.1.
pub type wb_progress_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, p: *const wb_progress) -> i32>;

/// The host's own pointer, passed back to its callbacks and never looked at.
#[derive(Clone, Copy)]
struct UserData(*mut c_void);

// SAFETY: the library only hands the pointer back; by the conventions the host's callbacks may be called from any thread.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl UserData {
    fn get(self) -> *mut c_void {
        self.0
    }
}

/// The host's own pointer, and what tells the host when the library drops it.
pub(super) struct Adopted {
    user_data: UserData,
    destroy: wb_destroy_fn,
}

impl Adopted {
    pub(super) fn new(user_data: *mut c_void, destroy: wb_destroy_fn) -> Self {
        Self { user_data: UserData(user_data), destroy }
    }

    /// By a function, so that a closure that calls it keeps the whole.
    pub(super) fn pointer(&self) -> *mut c_void {
        self.user_data.0
    }
}

impl Drop for Adopted {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: a function of the host with this signature, called once.
            unsafe { destroy(self.user_data.get()) };
        }
    }
}

/// A log that calls the host.
pub(super) fn log(callback: wb_log_fn, adopted: Adopted) -> Option<Arc<Log>> {
    let callback = callback?;
    Some(Arc::new(move |level: Level, target: &str, text: &str| {
        let chars = |text: &str| (text.as_ptr().cast::<c_char>(), text.len());
        let ((target, target_len), (text, text_len)) = (chars(target), chars(text));
        // SAFETY: a function of the host with this signature; the texts live until it returns.
        unsafe { callback(adopted.pointer(), level as u32, target, target_len, text, text_len) };
    }))
}

/// A progress function that calls the host, unless the operation has been cancelled; without one, the work goes on.
pub(super) fn progress(
    callback: wb_progress_fn,
    user_data: *mut c_void,
    cancel: Option<Cancel>,
) -> impl Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'static {
    let user_data = UserData(user_data);
    move |progress| {
        if cancel.as_ref().is_some_and(Cancel::is_cancelled) {
            return ControlFlow::Break(());
        }
        let Some(callback) = callback else { return ControlFlow::Continue(()) };
        let progress = wb_progress::from(progress);
        // SAFETY: a function of the host with this signature; the structure lives until it returns.
        match unsafe { callback(user_data.get(), &raw const progress) } {
            WB_PROCEED => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

/// A function that tells the host once that a task has ended.
pub(super) fn end(
    callback: unsafe extern "C-unwind" fn(user_data: *mut c_void),
    user_data: *mut c_void,
) -> impl FnOnce() + Send + 'static {
    let user_data = UserData(user_data);
    // SAFETY: a function of the host with this signature.
    move || unsafe { callback(user_data.get()) }
}

/// Memory that the host lends. The host is told once, when nothing uses it any more.
pub(super) struct HostMemory {
    data: *const u8,
    len: usize,
    _adopted: Adopted,
}

// SAFETY: by the conventions the memory does not change while it is lent, and may be released on any thread.
unsafe impl Send for HostMemory {}

impl HostMemory {
    pub(super) fn new(data: *const c_void, len: usize, destroy: wb_destroy_fn, user_data: *mut c_void) -> Self {
        Self { data: data.cast(), len, _adopted: Adopted::new(user_data, destroy) }
    }

    /// Whether there are bytes at a NULL pointer, or more than can exist.
    pub(super) fn is_impossible(&self) -> bool {
        self.data.is_null() && self.len > 0 || self.len > isize::MAX as usize
    }
}

impl AsRef<[u8]> for HostMemory {
    fn as_ref(&self) -> &[u8] {
        if self.len == 0 || self.is_impossible() {
            return &[];
        }
        // SAFETY: not NULL, so by the conventions `len` readable bytes until `destroy` is called, when this is dropped.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
}
