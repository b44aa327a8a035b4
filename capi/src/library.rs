//! # Library
//!
//! What this header and the library that is loaded are. These functions may be called at any time from any thread.
//!
//!   if (wb_abi_version() != WB_ABI_VERSION) {
//!     fprintf(stderr, "this is version %s of the library\n", wb_version_string());
//!   }

use std::ffi::c_char;

use super::status::{WB_OK, wb_status};
use super::{fill, plain, status, text, wb_str};
use weighbridge::is_supported;

/// The major version of this header.
pub const WB_VERSION_MAJOR: u32 = 0;
/// The minor version of this header.
pub const WB_VERSION_MINOR: u32 = 1;
/// The patch version of this header.
pub const WB_VERSION_PATCH: u32 = 0;
/// The version of the binary interface that this header describes: the number in the SONAME. It changes only when
/// programs have to be compiled again.
pub const WB_ABI_VERSION: u32 = 0;

/// Returns the version of the loaded library: major << 24 | minor << 12 | patch. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_version() -> u32 {
    WB_VERSION_MAJOR << 24 | WB_VERSION_MINOR << 12 | WB_VERSION_PATCH
}

/// Returns the version of the loaded library as static NUL-terminated text, such as `"0.1.0"`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_version_string() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Returns the version of the binary interface of the loaded library. A program that loads the library by name compares
/// it with `WB_ABI_VERSION`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_abi_version() -> u32 {
    WB_ABI_VERSION
}

/// Returns whether this build has a feature: a format (`"safetensors"`, `"onnx"`), a kind of device (`"cuda"`), or `"check"`.
///
/// Returns 1 or 0, and 0 for names that this version does not know. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_has_feature(name: *const c_char, name_len: usize) -> i32 {
    plain(0, || {
        let name = text(name, name_len, "name")?;
        let is_built = match name {
            "check" => cfg!(feature = "check"),
            "cuda" => cfg!(feature = "cuda"),
            format => is_supported(format),
        };
        Ok(i32::from(is_built))
    })
}

/// How the loaded library was built: what a bug report should contain. Set `struct_size` before the call; the texts are
/// static. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_build_info {
    /// `sizeof(wb_build_info)`.
    pub struct_size: usize,
    /// The version, such as `"0.1.0"`.
    pub version: wb_str,
    /// The features of this build, separated by spaces, such as `"safetensors onnx cuda"`.
    pub features: wb_str,
    /// The platform that it was built for, such as `"x86_64-unknown-linux-gnu"`.
    pub target: wb_str,
    /// `"release"` or `"debug"`: whether the compiler optimized the code.
    pub profile: wb_str,
    /// The compiler, such as `"rustc 1.95.0"`.
    pub compiler: wb_str,
}

/// Describes how the loaded library was built. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_build_get_info(out: *mut wb_build_info) -> wb_status {
    status(|| {
        let info = wb_build_info {
            struct_size: size_of::<wb_build_info>(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: env!("WEIGHBRIDGE_FEATURES").into(),
            target: env!("WEIGHBRIDGE_TARGET").into(),
            profile: if cfg!(debug_assertions) { "debug" } else { "release" }.into(),
            compiler: env!("WEIGHBRIDGE_COMPILER").into(),
        };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}
