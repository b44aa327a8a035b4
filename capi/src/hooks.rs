//! # Callbacks
//!
//! Functions of the host that the library calls: on any thread that works for it, and never while a lock is held. They
//! must not throw: an exception that reaches the library ends the process.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use weighbridge::host::{Level, Log, Progress};

/// Receives one log message: level (`WB_LOG_*`), the part of the library, and the text; both texts are UTF-8 and live
/// until it returns. It may be called from any thread that works for the library, several at once, and must not
/// throw. Since 0.1.
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

/// Tells the host that its memory is not used any more. It may be called on any thread, and must not throw. Since 0.1.
pub type wb_destroy_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void)>;

/// How far a task or a check is. Set `struct_size` before a call; in a callback, the library has set it. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_progress {
    /// `sizeof(wb_progress)`.
    pub struct_size: usize,
    /// Bytes that are read, checked and placed.
    pub done_bytes: u64,
    /// Bytes that will be read in all.
    pub total_bytes: u64,
    /// Tensors that are done.
    pub done_tensors: u64,
    /// Tensors of the task.
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

/// Told how far a task or a check is, on the thread that waits. 0: go on; anything else cancels. It must
/// not throw, and must not release the task or the model. Since 0.1.
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

/// A log that calls the host.
pub(super) fn log(callback: wb_log_fn, user_data: *mut c_void) -> Option<Arc<Log>> {
    let callback = callback?;
    let user_data = UserData(user_data);
    Some(Arc::new(move |level: Level, target: &str, text: &str| {
        let chars = |text: &str| (text.as_ptr().cast::<c_char>(), text.len());
        let ((target, target_len), (text, text_len)) = (chars(target), chars(text));
        // SAFETY: a function of the host with this signature; the texts live until it returns.
        unsafe { callback(user_data.get(), level as u32, target, target_len, text, text_len) };
    }))
}

/// A progress function that calls the host; without one, the work goes on.
pub(super) fn progress(callback: wb_progress_fn, user_data: *mut c_void) -> impl FnMut(&Progress) -> bool {
    move |progress| {
        let Some(callback) = callback else { return true };
        let progress = wb_progress::from(progress);
        // SAFETY: a function of the host with this signature; the structure lives until it returns.
        unsafe { callback(user_data, &raw const progress) == 0 }
    }
}

/// Memory that the host lends. The host is told once, when nothing uses it any more.
pub(super) struct HostMemory {
    data: *const u8,
    len: usize,
    destroy: wb_destroy_fn,
    user_data: UserData,
}

// SAFETY: by the conventions the memory does not change while it is lent, and may be released on any thread.
unsafe impl Send for HostMemory {}

impl HostMemory {
    pub(super) fn new(data: *const c_void, len: usize, destroy: wb_destroy_fn, user_data: *mut c_void) -> Self {
        Self { data: data.cast(), len, destroy, user_data: UserData(user_data) }
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
        // SAFETY: not NULL, so by the conventions `len` readable bytes until `destroy` is called, which `Drop` does.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
}

impl Drop for HostMemory {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: a function of the host with this signature, called once.
            unsafe { destroy(self.user_data.get()) };
        }
    }
}
