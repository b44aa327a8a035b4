//! Memory that is a file without a name, which other processes can map and nobody can change once it is sealed.

use std::fs::File;

use rustix::fs::{MemfdFlags, SealFlags};

use crate::error::{Error, Result};

/// A file in memory of `len` zero bytes.
pub(in crate::storage) fn create(len: u64) -> Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create("weighbridge", flags);
    let file = file.map_err(|e| Error::io("create a file in memory", e.into()))?;
    rustix::fs::ftruncate(&file, len).map_err(|e| Error::io("reserve a file in memory", e.into()))?;
    Ok(file.into())
}

/// Fixes length and contents for good: for this process, and for every other that has the file. No writable map of it may exist.
pub(in crate::storage) fn seal(file: &File) -> Result<()> {
    let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(file, seals).map_err(|e| Error::io("seal the file in memory", e.into()))
}
