//! # Library
//!
//! Version and features. These functions may be called at any time from any thread.

use std::ffi::c_char;

use super::{plain, text};
use weighbridge::is_supported;

/// The version that this header belongs to.
pub const WB_VERSION_MAJOR: u32 = 0;
/// The version that this header belongs to.
pub const WB_VERSION_MINOR: u32 = 1;
/// The version that this header belongs to.
pub const WB_VERSION_PATCH: u32 = 0;
/// The version of the binary interface that this header describes; it is the number in the SONAME, and changes only
/// when a program would have to be compiled again.
pub const WB_ABI_VERSION: u32 = 0;

/// The version of the library that is loaded: major << 24 | minor << 12 | patch. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_version() -> u32 {
    WB_VERSION_MAJOR << 24 | WB_VERSION_MINOR << 12 | WB_VERSION_PATCH
}

/// The version of the library that is loaded, as static NUL-terminated text such as `"0.1.0"`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_version_string() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The version of the binary interface of the library that is loaded; compare it with `WB_ABI_VERSION`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_abi_version() -> u32 {
    WB_ABI_VERSION
}

/// Whether this build has a feature: a format (`"safetensors"`, `"onnx"`) or a kind of device (`"cuda"`).
///
/// Returns 1 or 0; 0 also for names that no version knows. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_has_feature(name: *const c_char, name_len: usize) -> i32 {
    plain(0, || {
        let name = text(name, name_len, "name")?;
        Ok(i32::from(is_supported(name) || (name == "cuda" && cfg!(feature = "cuda"))))
    })
}
