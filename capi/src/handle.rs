//! Opaque pointers and what they own. One trait ties each C name to its kind of ownership, so that a handle cannot be
//! released as something else.

use std::sync::Arc;

use super::Out;
use super::fault::Fault;
use weighbridge::error::Result;

/// A type that C holds by an opaque pointer.
pub(super) trait Handle: Sized {}

/// A handle with a count of references: made, retained and released from any thread.
pub(super) trait Shared: Handle {
    /// Gives one reference to the caller.
    fn into_raw(self) -> *mut Self {
        Arc::into_raw(Arc::new(self)).cast_mut()
    }

    /// As [`into_raw`](Self::into_raw), through a place that the caller has.
    fn give(self, out: Out<*mut Self>) -> Result<()> {
        out.give(self, Self::into_raw, release)
    }
}

/// A handle with one owner.
pub(super) trait Owned: Handle {
    /// Gives the object to the caller.
    fn into_raw(self) -> *mut Self {
        Box::into_raw(Box::new(self))
    }

    /// As [`into_raw`](Self::into_raw), through a place that the caller has.
    fn give(self, out: Out<*mut Self>) -> Result<()> {
        out.give(self, Self::into_raw, destroy)
    }
}

/// What a handle points to.
pub(super) fn get<'a, T: Handle>(handle: *const T, name: &'static str) -> Result<&'a T, Fault> {
    get_optional(handle).ok_or(Fault::Null(name))
}

/// What a handle points to that may be NULL.
pub(super) fn get_optional<'a, T: Handle>(handle: *const T) -> Option<&'a T> {
    // SAFETY: by the conventions NULL, or a handle that the library has made and the caller has not released.
    unsafe { handle.as_ref() }
}

/// Adds a reference. NULL stays NULL.
pub(super) fn retain<T: Shared>(handle: *mut T) -> *mut T {
    if !handle.is_null() {
        // SAFETY: by the conventions a handle that `into_raw` made and that is still held.
        unsafe { Arc::increment_strong_count(handle.cast_const()) };
    }
    handle
}

/// Drops a reference, and with the last one the object. NULL does nothing.
pub(super) fn release<T: Shared>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: as in `retain`; the caller gives up one reference.
        drop(unsafe { Arc::from_raw(handle.cast_const()) });
    }
}

/// Drops the object. NULL does nothing.
pub(super) fn destroy<T: Owned>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: by the conventions a handle that `into_raw` made, which the caller gives up.
        drop(unsafe { Box::from_raw(handle) });
    }
}
