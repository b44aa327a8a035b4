//! std does not tell of hash trees.

use std::fs::File;

/// `None`.
pub(in crate::storage) fn measure(_: &File) -> Option<String> {
    None
}
