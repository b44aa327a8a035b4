//! Keeps every file below a directory in the page cache while a command runs:
//!
//!     keep_warm DIR COMMAND...
//!
//! "Warm" is otherwise a hope: some machines page out whatever nobody has read for half a minute,
//! and a benchmark reads its inputs in turns. Needs a `ulimit -l` above their size.

use memmap2::Mmap;
use peers::{Result, path_argument};
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, exit};

fn lock(path: &Path, locked: &mut Vec<Mmap>) -> Result<()> {
    if path.is_dir() {
        return fs::read_dir(path)?.try_for_each(|entry| lock(&entry?.path(), locked));
    }
    const BLOCK: u64 = 512;
    let metadata = path.metadata()?;
    if metadata.blocks() * BLOCK < metadata.len() / 2 {
        // Mostly a hole: such a file is there for its size, and nobody reads all of it.
        return Ok(());
    }
    // SAFETY: nobody looks at the mapped bytes.
    let map = unsafe { Mmap::map(&File::open(path)?)? };
    map.lock()?;
    locked.push(map);
    Ok(())
}

fn main() -> Result<()> {
    let mut locked = Vec::new();
    lock(&path_argument()?, &mut locked)?;
    let mut command = std::env::args_os().skip(2);
    let program = command.next().ok_or("which command?")?;
    let status = Command::new(program).args(command).status()?;
    exit(status.code().unwrap_or(1))
}
