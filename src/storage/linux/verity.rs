//! fs-verity: a hash tree over a file, of which the kernel checks every page that is read (kernel documentation, "fs-verity").

use std::fs::File;

use rustix::ioctl::{Updater, ioctl, opcode};

/// Bytes of the longest digest (`FS_VERITY_MAX_DIGEST_SIZE`).
const LONGEST: usize = 64;

/// What the call takes and returns (`struct fsverity_digest`), with room for the digest.
#[repr(C)]
struct Measurement {
    algorithm: u16,
    /// Before the call: bytes of room; after it: bytes of the digest.
    size: u16,
    digest: [u8; LONGEST],
}

/// The fixed part, which the number of the call counts.
#[repr(C)]
struct Header {
    algorithm: u16,
    size: u16,
}

/// `FS_IOC_MEASURE_VERITY`.
const MEASURE: rustix::ioctl::Opcode = opcode::read_write::<Header>(b'f', 134);

/// The digest of the tree over a file, with the number of its hash function; `None` if the file has none, or the file system
/// does not know such.
pub(in crate::storage) fn measure(file: &File) -> Option<String> {
    let mut found = Measurement { algorithm: 0, size: LONGEST as u16, digest: [0; LONGEST] };
    // SAFETY: the number is that of the call, which reads and writes a `fsverity_digest` with as much room for the digest as
    // `size` says: this structure.
    let call = unsafe { Updater::<MEASURE, Measurement>::new(&mut found) };
    // SAFETY: the call changes nothing but that structure.
    unsafe { ioctl(file, call) }.ok()?;
    let digest = found.digest.get(..usize::from(found.size))?;
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{}:{digits}", found.algorithm))
}
