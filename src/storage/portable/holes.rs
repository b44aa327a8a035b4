//! std does not tell which parts of a file were never written.

use std::fs::File;

use crate::storage::unwritten::Unwritten;

/// `None`.
pub(in crate::storage) fn measure(_: &File, _: u64) -> Option<Unwritten> {
    None
}
