//! The calls of Linux: names that the kernel resolves beneath a directory, and reads past the page cache.

mod direct;
mod folder;
pub(super) mod holes;
pub(super) mod memfd;
mod residency;
pub(super) mod verity;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::num::NonZeroU64;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::path::DecInt;

use super::disk::OnDisk;
use super::stored::Stored;
use super::{Chunked, Source};
use crate::error::{Error, Result};
pub(super) use folder::Folder;

/// Opening must neither hang on a FIFO nor take a terminal.
const OPEN_FLAGS: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// The code of a call that found symbolic links which lead in a circle.
pub(super) const CIRCULAR: i32 = Errno::LOOP.raw_os_error();

/// Opens a path that the caller named, symbolic links and all.
pub(super) fn open_path(path: &Path) -> Result<File> {
    open_at(CWD, path)
}

/// Opens a path from a directory, symbolic links and all.
fn open_at(directory: impl AsFd, path: &Path) -> Result<File> {
    let file = rustix::fs::openat(directory, path, OPEN_FLAGS, Mode::empty());
    file.map(File::from).map_err(|e| Error::io("open the file", e.into()))
}

/// Reads some of the bytes at `offset` into buffers; 0 where the file ends.
pub(super) fn read_at(file: &File, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
    Ok(rustix::io::preadv(file, buffers, offset)?)
}

/// Starts to bring bytes into the page cache.
pub(super) fn will_read(file: &File, offset: u64, len: u64) {
    // Advice only: without it the read waits.
    let _ = rustix::fs::fadvise(file, offset, NonZeroU64::new(len), Advice::WillNeed);
}

/// The way past the page cache.
pub(super) fn chunked(file: &OnDisk, source: &Source) -> Option<Box<dyn Chunked>> {
    let again = reopen(file, OFlags::DIRECT)?;
    Some(Box::new(direct::Direct::new(source, again, file.start)?))
}

/// The share of the file that is in the page cache.
pub(super) fn residency(file: &OnDisk) -> f64 {
    reopen(file, OFlags::empty()).map_or(1.0, |again| residency::measure(&again, file.start + file.len()))
}

/// Whether the file system gives a file another time whenever its contents change, also by writes through a map, and another number
/// or time to another file. Those of memory do not see such writes, images have the times that their maker chose, and of others it is
/// not known.
pub(super) fn tells_changes(file: &File) -> bool {
    /// `statfs(2)` and `linux/magic.h`: ext2 to ext4, XFS, Btrfs, ZFS, F2FS, bcachefs, overlayfs, NFS, Ceph, Lustre.
    const TRUSTED: [u64; 10] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0x2fc1_2fc1,
        0xf2f5_2010,
        0xca45_1a4e,
        0x794c_7630,
        0x6969,
        0x00c3_6400,
        0x0bd0_0bd0,
    ];
    rustix::fs::fstatfs(file).is_ok_and(|found| TRUSTED.contains(&(found.f_type as u64 & 0xffff_ffff)))
}

/// Another descriptor of the same file, with `flags`; `None` if it cannot be had, or the file has changed.
///
/// It is reached through a descriptor and not by its path, which may lead to another file by now.
fn reopen(file: &OnDisk, flags: OFlags) -> Option<File> {
    let opened = file.open().ok()?;
    let again = File::from(rustix::fs::open(Link::to(&*opened).as_ref(), OPEN_FLAGS | flags, Mode::empty()).ok()?);
    file.check_same(&again).is_ok().then_some(again)
}

/// The link by which the kernel shows where a descriptor leads.
struct Link {
    text: [u8; Self::LONGEST],
    len: usize,
}

impl Link {
    const FOLDER: &[u8] = b"/proc/self/fd/";
    /// With the number of any descriptor.
    const LONGEST: usize = Self::FOLDER.len() + 10;

    fn to(descriptor: &impl AsRawFd) -> Self {
        let (mut text, number) = ([0; Self::LONGEST], DecInt::new(descriptor.as_raw_fd()));
        let parts = Self::FOLDER.iter().chain(number.as_bytes());
        let len = text.iter_mut().zip(parts).map(|(to, from)| *to = *from).count();
        Self { text, len }
    }
}

impl AsRef<Path> for Link {
    fn as_ref(&self) -> &Path {
        OsStr::from_bytes(&self.text[..self.len]).as_ref()
    }
}

/// Where a descriptor leads now, without any link. Models ask that many times: the path is all that takes memory.
fn place_of(descriptor: &impl AsRawFd) -> io::Result<PathBuf> {
    let (link, mut place) = (Link::to(descriptor), [MaybeUninit::uninit(); 4096]);
    match rustix::fs::readlinkat_raw(CWD, link.as_ref(), &mut place)? {
        // It may be longer.
        (_, []) => std::fs::read_link(link),
        (place, _) => Ok(OsStr::from_bytes(place).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::residency::trial::skip;
    use crate::host::Context;
    use crate::storage::{Access, Location};

    /// `ENODEV`: what the kernel makes up cannot be mapped, as files of some network file systems cannot.
    #[test]
    fn a_file_that_cannot_be_mapped_is_read() {
        let path = std::path::Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
        let Ok(location) = Location::open(path, Access::Map, &[], &Context::new()) else {
            return skip("needs a file of sysfs");
        };
        let source = location.entry().unwrap();
        assert!(source.unmappable().is_none());
        for _ in 0..2 {
            assert!(source.view(0, 1).unwrap().is_none());
            assert_eq!(source.unmappable().unwrap().os_code(), 19);
        }
        let message = source.no_view().to_string();
        assert!(message.contains("cannot be mapped (cannot map the file: No such device"), "{message}");
        assert_eq!(source.read(0, 1).unwrap().len(), 1);
    }
}
