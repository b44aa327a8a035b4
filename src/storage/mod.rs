//! Bytes behind one door: files of a disk, files that the host lends, or memory.
//!
//! Everything above this module sees a [`Location`] and the [`Source`]s that it opens, and asks them for ranges; only
//! this module knows paths, descriptors and maps. Shared regions are [`bytes::Bytes`].

mod address;
mod arena;
mod blobs;
mod buffer;
mod chunked;
mod disk;
mod draft;
mod examined;
mod files;
mod kept;
mod lent;
mod location;
mod mmap;
mod name;
mod source;
mod stored;
mod stream;
mod tree;
mod unwritten;
mod witness;

/// What the disk code needs of the system: with the calls of Linux.
#[cfg(all(target_os = "linux", not(weighbridge_portable)))]
#[path = "linux/mod.rs"]
mod system;

/// What the disk code needs of the system: with std alone.
#[cfg(not(all(target_os = "linux", not(weighbridge_portable))))]
#[path = "portable/mod.rs"]
mod system;

pub(crate) use address::{Address, Store};
pub(crate) use arena::{Arena, Frozen, LentMemory, Slot};
pub(crate) use buffer::Buffer;
pub(crate) use chunked::Chunked;
pub(crate) use disk::snapshot_around;
pub use draft::Draft;
pub(crate) use draft::{scratch_beside, write_scratch};
pub(crate) use location::Location;
pub(crate) use mmap::map_scratch;
pub(crate) use name::{normal_name, plain_name, prefix_of};
pub use source::Source;
pub(crate) use stored::FileState;
pub(crate) use stream::{Streamed, streamed};
#[allow(unused_imports, reason = "for readers that look into folders")]
pub(crate) use tree::{Listed, OddName, Tree, UnlistedFolder};
pub(crate) use unwritten::Unwritten;
pub(crate) use witness::Witness;

/// How the bytes of files are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Files are mapped when a zero-copy pointer is first asked for. The mapped bytes change if another process writes
    /// the file, also after they have been checked, and reading them raises `SIGBUS` if another process has truncated
    /// it. Nothing else reads through a map: opening, verifying and loading never do.
    ///
    /// Rust requires that the bytes behind a `&[u8]` do not change. A program that cannot keep other processes from writing
    /// the files of an open model, and for which that matters, uses [`Access::Read`].
    #[default]
    Map,
    /// Files are only read. There are no zero-copy pointers, and no input can raise a signal.
    Read,
}
