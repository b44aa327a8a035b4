//! Bytes behind one door: a mapped file, a file that is read, or memory that the caller lends.
//!
//! Everything above this module sees a [`Source`] and asks it for ranges; only this module knows paths,
//! descriptors and maps. Shared regions are [`bytes::Bytes`].

mod arena;
mod direct;
mod draft;
mod file;
mod location;
mod memfd;
mod mmap;
mod residency;
mod sidecar;
mod source;

pub(crate) use arena::{Arena, Filled, Frozen, Slot};
pub(crate) use direct::Direct;
pub(crate) use draft::{Draft, scratch_beside, write_scratch};
pub(crate) use location::{Listed, Location};
pub(crate) use mmap::map_scratch;
pub(crate) use sidecar::Directory;
pub use source::Source;

use rustix::fs::OFlags;

use crate::digest::Digest;

/// How the bytes of files are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Files are mapped, which gives zero-copy pointers. A file that another process truncates while such
    /// a pointer is read raises `SIGBUS`; loading never reads through a mapping and so never does.
    #[default]
    Map,
    /// Files are only read. There are no zero-copy pointers, and no input can raise a signal.
    Read,
}

/// Opening must neither hang on a FIFO nor take a terminal.
const OPEN_FLAGS: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// A range of a file that its structure was read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    /// Bytes from the start of the file.
    pub start: u64,
    /// Bytes.
    pub len: u64,
    /// BLAKE3 of them.
    pub digest: Digest,
}
