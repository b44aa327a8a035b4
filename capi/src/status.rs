//! # Status codes
//!
//! What a call returns: 0 done, positive not yet, negative an error. Values are pinned for ever; a later version may
//! add some, so unknown ones have to be tolerated.

use std::ffi::c_char;

use super::plain;
use weighbridge::error::Kind;

/// What a call returns. Since 0.1.
pub type wb_status = i32;

/// Done.
pub const WB_OK: wb_status = 0;
/// Not yet: call again.
pub const WB_PENDING: wb_status = 1;
/// The caller passed something that can never be right: NULL, an index out of range, an unknown flag.
pub const WB_ERR_INVALID_ARGUMENT: wb_status = -1;
/// The request is sound, but this build or this version cannot serve it.
pub const WB_ERR_UNSUPPORTED: wb_status = -2;
/// Memory could not be had.
pub const WB_ERR_OUT_OF_MEMORY: wb_status = -3;
/// The operating system failed to read, write or map; `wb_error_os_code` is `errno`.
pub const WB_ERR_IO: wb_status = -4;
/// A file, tensor or key that was asked for by name does not exist.
pub const WB_ERR_NOT_FOUND: wb_status = -5;
/// The file lies or is broken.
pub const WB_ERR_FORMAT: wb_status = -6;
/// The file asks for more than the limits of this open allow.
pub const WB_ERR_LIMIT: wb_status = -7;
/// Bytes differ from what a manifest expects.
pub const WB_ERR_MISMATCH: wb_status = -8;
/// The policy asks for a check that has not been made, or cannot be.
pub const WB_ERR_UNVERIFIED: wb_status = -9;
/// A device or its driver failed; `wb_error_os_code` is the driver's result.
pub const WB_ERR_DEVICE: wb_status = -10;
/// The caller cancelled the work.
pub const WB_ERR_CANCELLED: wb_status = -11;
/// A callback of the host failed; `wb_error_os_code` is its value.
pub const WB_ERR_CALLBACK: wb_status = -12;
/// There is no zero-copy pointer; read or load instead.
pub const WB_ERR_NOT_MAPPED: wb_status = -13;
/// The file has been written since it was opened, or is no longer what lies at its path.
pub const WB_ERR_CHANGED: wb_status = -14;
/// A bug in the library, caught at the boundary.
pub const WB_ERR_INTERNAL: wb_status = -100;

/// The code of a kind of error: one to one.
pub(super) fn code(kind: Kind) -> wb_status {
    match kind {
        Kind::InvalidArgument => WB_ERR_INVALID_ARGUMENT,
        Kind::Unsupported => WB_ERR_UNSUPPORTED,
        Kind::OutOfMemory => WB_ERR_OUT_OF_MEMORY,
        Kind::Io => WB_ERR_IO,
        Kind::NotFound => WB_ERR_NOT_FOUND,
        Kind::Format => WB_ERR_FORMAT,
        Kind::Limit => WB_ERR_LIMIT,
        Kind::Mismatch => WB_ERR_MISMATCH,
        Kind::Unverified => WB_ERR_UNVERIFIED,
        Kind::Device => WB_ERR_DEVICE,
        Kind::Cancelled => WB_ERR_CANCELLED,
        Kind::Callback => WB_ERR_CALLBACK,
        Kind::NotMapped => WB_ERR_NOT_MAPPED,
        Kind::Changed => WB_ERR_CHANGED,
        // `Kind::Internal`, and what a later version of the library adds.
        _ => WB_ERR_INTERNAL,
    }
}

/// The name of a status, such as `"WB_ERR_FORMAT"`; `"unknown status"` for values of a later version.
///
/// Returns a static NUL-terminated text, never NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_status_name(s: wb_status) -> *const c_char {
    let name = match s {
        WB_OK => c"WB_OK",
        WB_PENDING => c"WB_PENDING",
        WB_ERR_INVALID_ARGUMENT => c"WB_ERR_INVALID_ARGUMENT",
        WB_ERR_UNSUPPORTED => c"WB_ERR_UNSUPPORTED",
        WB_ERR_OUT_OF_MEMORY => c"WB_ERR_OUT_OF_MEMORY",
        WB_ERR_IO => c"WB_ERR_IO",
        WB_ERR_NOT_FOUND => c"WB_ERR_NOT_FOUND",
        WB_ERR_FORMAT => c"WB_ERR_FORMAT",
        WB_ERR_LIMIT => c"WB_ERR_LIMIT",
        WB_ERR_MISMATCH => c"WB_ERR_MISMATCH",
        WB_ERR_UNVERIFIED => c"WB_ERR_UNVERIFIED",
        WB_ERR_DEVICE => c"WB_ERR_DEVICE",
        WB_ERR_CANCELLED => c"WB_ERR_CANCELLED",
        WB_ERR_CALLBACK => c"WB_ERR_CALLBACK",
        WB_ERR_NOT_MAPPED => c"WB_ERR_NOT_MAPPED",
        WB_ERR_CHANGED => c"WB_ERR_CHANGED",
        WB_ERR_INTERNAL => c"WB_ERR_INTERNAL",
        _ => c"unknown status",
    };
    plain(c"".as_ptr(), || Ok(name.as_ptr()))
}
