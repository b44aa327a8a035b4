//! Callbacks and memory of the host, as closures and owners.
//!
//! A callback may be called on any thread that works for the library, and never while a lock is held. It must not
//! throw: an exception that reaches the library ends the process.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::context::wb_log_fn;
use super::load::{wb_progress, wb_progress_fn};
use super::model::wb_destroy_fn;
use crate::host::{Level, Log, Progress};

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
