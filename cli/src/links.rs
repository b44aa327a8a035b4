//! Symbolic links, one by one.

use std::iter::successors;
use std::path::{Path, PathBuf};

/// A place and, while that is a link, what the link leads to, whether anything is there or not. The folders of these are resolved.
pub fn hops(path: &Path) -> impl Iterator<Item = PathBuf> {
    /// Those that Linux follows.
    const MOST: usize = 40;
    let next = |place: &PathBuf| in_folder(&place.parent()?.join(place.read_link().ok()?));
    successors(in_folder(path), next).take(MOST)
}

/// The path in its folder without any link on the way there.
fn in_folder(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}
