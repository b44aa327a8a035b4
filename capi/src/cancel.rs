//! # Cancelling
//!
//! A cancel handle stops operations from another thread: opening, verifying, checking and loading take one in their
//! options, and end after another thread has called `wb_cancel_set`. The handle may outlive them, so it can be used
//! without knowing whether an operation has ended.
//!
//!   if (wb_cancel_create(&cancel, &err) == WB_OK) {
//!     open.cancel = cancel;
//!     status = wb_model_open(NULL, "path/to/checkpoint", WB_NUL, &open, &model, &err);
//!     wb_cancel_release(cancel);
//!   }

use super::error::wb_error;
use super::handle::{Handle, Shared, get, release, retain};
use super::status::{WB_OK, wb_status};
use super::{Out, call, plain};
use weighbridge::error::Result;
use weighbridge::host::Cancel;

/// A cancel handle. Reference-counted; every function may be called on any thread. Since 0.1.
pub struct wb_cancel(Cancel);

impl Handle for wb_cancel {}
impl Shared for wb_cancel {}

/// Creates a cancel handle. The caller owns `*out`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cancel_create(out: *mut *mut wb_cancel, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        wb_cancel(Cancel::new()).give(out)?;
        Ok(WB_OK)
    })
}

/// Cancels every operation that has this handle, also those that start later: they return `WB_ERR_CANCELLED`. An
/// operation notices within 50 milliseconds or one block of tensors, or about a megabyte of headers. NULL is allowed. Any
/// thread, also inside a callback. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cancel_set(c: *const wb_cancel) {
    plain((), || {
        get(c, "c")?.0.cancel();
        Ok(())
    });
}

/// Adds a reference and returns `c`. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cancel_retain(c: *mut wb_cancel) -> *mut wb_cancel {
    plain(c, || Ok(retain(c)))
}

/// Drops a reference. Operations keep the handle that they were given. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cancel_release(c: *mut wb_cancel) {
    plain((), || {
        release(c);
        Ok(())
    });
}

/// What a handle in options stands for; NULL: nothing.
pub(super) fn cancel_of(c: *const wb_cancel) -> Result<Option<Cancel>> {
    if c.is_null() { Ok(None) } else { Ok(Some(get(c, "cancel")?.0.clone())) }
}
