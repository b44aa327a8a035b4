//! Files that the host lends: in a pak file, behind its own I/O, in an object store.

use bytes::Bytes;

use crate::error::Result;

/// The files of a host: of one model ([`Model::from_host_files`]), or all that a context can open ([`Context::with_files`]). Methods
/// are called from any thread, several at once, with no lock held.
///
/// [`Model::from_host_files`]: crate::Model::from_host_files
/// [`Context::with_files`]: super::Context::with_files
///
/// What a host answers is checked like what a file says: an answer that cannot be true is an error of
/// [`Kind::Callback`](crate::Kind::Callback).
pub trait HostFiles: Send + Sync {
    /// Opens a file by its name, which is relative: to the model, or to the root of a context's files. The name is plain: `/` stands
    /// between folders, and it has neither empty components nor `.` or `..`.
    ///
    /// A file that does not exist is an error of [`Kind::NotFound`](crate::Kind::NotFound): some files, such as manifests, are only looked
    /// for. Tensors, assets and manifests may be opened more than once, and assets are opened again for each read.
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>>;

    /// Lists a folder by its plain name, `""` for that of the model itself or the root, in any order. Asked only for models that are
    /// opened as a folder or by an index.
    fn list(&self, folder: &str) -> Result<Vec<HostEntry>>;
}

/// One file that a host has opened. Methods are called from any thread, several at once, with no lock held.
pub trait HostFile: Send + Sync {
    /// Bytes. The library asks when it opens the file and again before it hands bytes out: another answer means that
    /// the file has changed ([`Kind::Changed`](crate::Kind::Changed)).
    fn size(&self) -> Result<u64>;

    /// Reads some of the bytes at `offset` into the start of `buffer`, at least one, and returns how many; 0 only where
    /// the file ends. `buffer` is not empty and the range is never beyond the size.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;

    /// A number that changes when the contents do, such as a hash of an object's ETag. The default never changes.
    fn identity(&self) -> Result<u64> {
        Ok(0)
    }

    /// All bytes of the file in memory, if the host has them there: it gives zero-copy pointers. Called at most once
    /// for each view until it succeeds, and never with [`Access::Read`](crate::Access::Read). The alignment of such a file is told as 1
    /// until then.
    fn map(&self) -> Option<Bytes> {
        None
    }

    /// Is told that bytes will be read soon, by a load that is done in steps: so they may be at hand then. It should not wait for them.
    fn will_read(&self, _offset: u64, _len: u64) {}

    /// Bytes that are best asked for at once, such as 8 MiB of an object store; 0, the default: as the library likes.
    /// Loads then read in pieces of this size, as far as [`staging_bytes`](crate::PlanOptions::staging_bytes) allows.
    fn preferred_read(&self) -> usize {
        0
    }
}

/// What lies in a folder of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEntry {
    /// A file.
    File {
        /// One component of a name.
        name: String,
        /// Its size.
        bytes: u64,
    },
    /// A folder in it.
    Folder {
        /// One component of a name.
        name: String,
    },
}
