//! # Status codes
//!
//! The result of a call: 0 is success, a positive value is an intermediate state, a negative value is an error. The values
//! never change. A later version may add some, so treat an unknown negative value as an error.

use std::ffi::c_char;

use super::plain;
use weighbridge::error::Kind;

/// The result of a call: `WB_OK`, `WB_PENDING` or one of `WB_ERR_*`. Since 0.1.
pub type wb_status = i32;

/// Success.
pub const WB_OK: wb_status = 0;
/// The operation is not finished; call again.
pub const WB_PENDING: wb_status = 1;
/// An argument is invalid: NULL, an index out of range, an unknown flag, options that contradict each other.
pub const WB_ERR_INVALID_ARGUMENT: wb_status = -1;
/// The request is valid, but this build or this version does not support it.
pub const WB_ERR_UNSUPPORTED: wb_status = -2;
/// Memory could not be allocated.
pub const WB_ERR_OUT_OF_MEMORY: wb_status = -3;
/// The operating system failed to read, write or map a file; `wb_error_info.os_code` is `errno`.
pub const WB_ERR_IO: wb_status = -4;
/// A file, tensor, key or device that was asked for does not exist.
pub const WB_ERR_NOT_FOUND: wb_status = -5;
/// A file is malformed or inconsistent.
pub const WB_ERR_FORMAT: wb_status = -6;
/// A file requires more than the limits of the open allow.
pub const WB_ERR_LIMIT: wb_status = -7;
/// Bytes differ from what a manifest expects.
pub const WB_ERR_MISMATCH: wb_status = -8;
/// The verification policy requires a check that has not been made, or that no manifest makes possible.
pub const WB_ERR_UNVERIFIED: wb_status = -9;
/// A device or its driver failed; `wb_error_info.os_code` is the result of the driver.
pub const WB_ERR_DEVICE: wb_status = -10;
/// The caller cancelled the operation.
pub const WB_ERR_CANCELLED: wb_status = -11;
/// A callback of the host failed; `wb_error_info.os_code` is its result.
pub const WB_ERR_CALLBACK: wb_status = -12;
/// A zero-copy pointer does not exist; read or load the bytes instead.
pub const WB_ERR_NOT_MAPPED: wb_status = -13;
/// A file has been written since it was opened; with `WB_OPEN_REFUSE_REPLACED`, also: its path now refers to another
/// file.
pub const WB_ERR_CHANGED: wb_status = -14;
/// A bug in the library. Only the result of this call is lost; please report it.
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

/// Returns the name of a status, such as `"WB_ERR_FORMAT"`, as static NUL-terminated text; `"unknown status"` for a value
/// that this version does not have. Never NULL. Any thread. Since 0.1.
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
