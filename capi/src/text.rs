//! # Text

use std::ffi::c_char;

use super::text;
use weighbridge::error::Result;

/// Borrowed UTF-8 text that is not NUL-terminated. Since 0.1.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct wb_str {
    /// The first byte. Never NULL in what the library returns.
    pub ptr: *const c_char,
    /// The length in bytes. In text that the caller passes, `WB_NUL` means that it ends at the first NUL.
    pub len: usize,
}

/// As the length of an input text: the text ends at the first NUL. Since 0.1.
pub const WB_NUL: usize = usize::MAX;

impl From<&str> for wb_str {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<&[u8]> for wb_str {
    fn from(bytes: &[u8]) -> Self {
        let ptr = if bytes.is_empty() { c"".as_ptr() } else { bytes.as_ptr().cast() };
        Self { ptr, len: bytes.len() }
    }
}

impl wb_str {
    /// The text, when the caller has passed it.
    pub(super) fn text<'a>(self, name: &str) -> Result<&'a str> {
        text(self.ptr, self.len, name)
    }
}
