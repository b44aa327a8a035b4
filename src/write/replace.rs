//! Replaces a file in one step.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a file so that at every moment either the old contents or the new ones are there, also after a crash.
pub fn replace_file(path: &Path, contents: &[u8]) -> Result<()> {
    let name = path.file_name().ok_or_else(|| Error::invalid("the path names no file"))?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = directory.join(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let replaced = write_synced(&beside, contents).and_then(|()| {
        fs::rename(&beside, path)?;
        File::open(directory)?.sync_all()
    });
    replaced.map_err(|e| {
        // The error that is returned matters more than what is left behind.
        let _ = fs::remove_file(&beside);
        Error::io("write the file", e).path(path.to_string_lossy())
    })
}

fn write_synced(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}
