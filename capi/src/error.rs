//! # Errors
//!
//! An error object says what went wrong, where, and what was expected. It belongs to the caller who received it, and
//! may be read from any thread until it is released.

use super::handle::{Handle, Owned, destroy, get};
use super::status::{WB_OK, code, wb_status};
use super::{Out, plain, wb_str};
use weighbridge::error::{Error, Kind};

/// What went wrong. Release it with `wb_error_release`. Since 0.1.
pub struct wb_error {
    kind: Kind,
    message: String,
    path: String,
    subject: String,
    offset: u64,
    os_code: i64,
}

impl Handle for wb_error {}
impl Owned for wb_error {}

impl wb_error {
    pub(super) fn into_raw(error: Error) -> *mut Self {
        let place = error.site();
        let owned = Self {
            kind: error.kind(),
            message: error.to_string(),
            path: place.path.clone().unwrap_or_default(),
            subject: place.subject.clone().unwrap_or_default(),
            offset: place.offset.unwrap_or(u64::MAX),
            os_code: error.os_code(),
        };
        Owned::into_raw(owned)
    }
}

/// The status that the failed call returned; `WB_OK` for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_code(e: *const wb_error) -> wb_status {
    plain(WB_OK, || Ok(code(get(e, "e")?.kind)))
}

/// The whole error on one line: file, subject, what was wrong and what was expected, offset, cause. Text that comes from
/// files is escaped. Borrowed from the error; empty for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_message(e: *const wb_error, out: *mut wb_str) {
    part(e, out, |e| &e.message);
}

/// The file, as it was found; empty if there is none. Borrowed from the error. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_path(e: *const wb_error, out: *mut wb_str) {
    part(e, out, |e| &e.path);
}

/// The tensor, node, key or option; empty if there is none. Borrowed from the error. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_subject(e: *const wb_error, out: *mut wb_str) {
    part(e, out, |e| &e.subject);
}

fn part(e: *const wb_error, out: *mut wb_str, part: impl FnOnce(&'static wb_error) -> &'static str) {
    plain((), || {
        let out = Out::new(out, "out")?;
        out.set(get(e, "e").map_or("", part).into());
        Ok(())
    });
}

/// Bytes from the start of the file; `UINT64_MAX` if there is no offset. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_offset(e: *const wb_error) -> u64 {
    plain(u64::MAX, || Ok(get(e, "e")?.offset))
}

/// `errno`, the driver's result, or the value that a callback returned; 0 if there is none. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_os_code(e: *const wb_error) -> i64 {
    plain(0, || Ok(get(e, "e")?.os_code))
}

/// Releases an error. NULL does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_release(e: *mut wb_error) {
    plain((), || {
        destroy(e);
        Ok(())
    });
}
