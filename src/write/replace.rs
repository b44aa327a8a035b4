//! Replaces a file in one step.

use std::path::Path;

use crate::error::Result;
use crate::storage::Draft;

/// Writes a file so that at every moment either the old contents or the new ones are there, also after a crash. A file
/// that is there already passes its permissions on.
pub fn replace_file(path: &Path, contents: &[u8]) -> Result<()> {
    let draft = Draft::create(path)?;
    draft.write_at(contents, 0)?;
    draft.commit()
}
