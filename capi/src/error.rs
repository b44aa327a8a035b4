//! # Errors
//!
//! An error object says what went wrong, where, and what was expected. It belongs to the caller who received it.
//!
//!   fprintf(stderr, "%s\n", wb_error_message(err));
//!   wb_error_release(err);

use std::ffi::{CString, c_char};

use super::handle::{Handle, Shared, get, release, retain};
use super::status::{WB_OK, code, wb_status};
use super::{fill, plain, status, wb_str};
use weighbridge::error::{Error, Kind};

/// An error. Reference-counted and immutable; any thread. Since 0.1.
pub struct wb_error {
    kind: Kind,
    message: CString,
    path: String,
    subject: String,
    offset: u64,
    os_code: i64,
}

impl Handle for wb_error {}
impl Shared for wb_error {}

impl wb_error {
    pub(super) fn into_raw(error: Error) -> *mut Self {
        let place = error.site();
        let owned = Self {
            kind: error.kind(),
            // Control characters, NUL among them, are escaped in every error.
            message: CString::new(error.to_string()).unwrap_or_default(),
            path: place.path.clone().unwrap_or_default(),
            subject: place.subject.clone().unwrap_or_default(),
            offset: place.offset.unwrap_or(u64::MAX),
            os_code: error.os_code(),
        };
        Shared::into_raw(owned)
    }
}

/// The parts of an error. Set `struct_size` before the call; the texts are borrowed from the error. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_error_info {
    /// `sizeof(wb_error_info)`.
    pub struct_size: usize,
    /// The status that the failed call returned.
    pub code: wb_status,
    /// 0.
    pub reserved: u32,
    /// The whole error on one line: file, subject, what was wrong and what was expected, offset, cause. Control and
    /// formatting characters that come from files are escaped.
    pub message: wb_str,
    /// The file, as it was found; empty if there is none.
    pub path: wb_str,
    /// The tensor, node, key or option; empty if there is none.
    pub subject: wb_str,
    /// Bytes from the start of the file; `UINT64_MAX` if there is no offset.
    pub offset: u64,
    /// `errno`, the result of the driver or that of a callback; 0 if there is none.
    pub os_code: i64,
}

/// Returns the status that the failed call returned; `WB_OK` for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_code(e: *const wb_error) -> wb_status {
    plain(WB_OK, || Ok(code(get(e, "e")?.kind)))
}

/// Returns the whole error on one line, as `wb_error_info.message`, as NUL-terminated text that is borrowed from the error;
/// `""` for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_message(e: *const wb_error) -> *const c_char {
    plain(c"".as_ptr(), || Ok(get(e, "e")?.message.as_ptr()))
}

/// Gives all parts of an error. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_get_info(e: *const wb_error, out: *mut wb_error_info) -> wb_status {
    status(|| {
        let wb_error { kind, message, path, subject, offset, os_code } = get(e, "e")?;
        let info = wb_error_info {
            struct_size: size_of::<wb_error_info>(),
            code: code(*kind),
            reserved: 0,
            message: message.to_bytes().into(),
            path: path.as_str().into(),
            subject: subject.as_str().into(),
            offset: *offset,
            os_code: *os_code,
        };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Adds a reference and returns `e`. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_retain(e: *mut wb_error) -> *mut wb_error {
    plain(e, || Ok(retain(e)))
}

/// Drops a reference. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_error_release(e: *mut wb_error) {
    plain((), || {
        release(e);
        Ok(())
    });
}
