//! One file, or memory, that tensors are ranges of.

use std::io::IoSliceMut;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;

use super::examined::Examined;
use super::kept::Kept;
use super::stored::{FileState, Stored};
use super::{Buffer, Chunked};
use crate::error::{Error, Kind, Result};
use crate::host::{Context, Level};
use crate::memory;
use crate::steps;

/// Bytes behind one door. Cheap to clone; all methods may be called from many threads at once.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    name: String,
    len: u64,
    backing: Backing,
    /// Where memory for what is read comes from, and who hears of files that cannot be mapped.
    context: Context,
    head: OnceLock<Bytes>,
}

enum Backing {
    Stored(Box<dyn Stored>, Mapping),
    Memory(Bytes),
    /// Contents that no file holds as they are: made from one when they are first wanted.
    Built(Box<Build>, Kept),
}

/// The map of a file: made when somebody first wants a zero-copy pointer.
struct Mapping {
    map: Kept,
    /// Why it could not be made the first time.
    failure: OnceLock<Error>,
    examined: Examined,
}

/// Bytes of one read of what is not read for a load: between two of them, work that is done in steps may pause.
const PIECE: usize = 256 << 10;

/// Makes the contents of a source: as many bytes as were promised.
pub(crate) type Build = dyn Fn() -> Result<Bytes> + Send + Sync;

impl Source {
    /// A source over what calls bring. `name` is its plain name within the model.
    pub(super) fn stored(name: &str, stored: Box<dyn Stored>, context: &Context) -> Self {
        let len = stored.len();
        let mapping = Mapping { map: Kept::default(), failure: OnceLock::new(), examined: Examined::default() };
        Self::new(name, len, Backing::Stored(stored, mapping), context)
    }

    /// A source over memory.
    pub fn from_memory(name: &str, bytes: Bytes) -> Self {
        Self::from_memory_in(&Context::default(), name, bytes)
    }

    /// The same for a context.
    pub(crate) fn from_memory_in(context: &Context, name: &str, bytes: Bytes) -> Self {
        Self::new(name, bytes.len() as u64, Backing::Memory(bytes), context)
    }

    /// A source of `len` bytes that `build` makes when they are first wanted.
    pub(crate) fn built(name: &str, len: u64, build: Box<Build>, context: &Context) -> Self {
        Self::new(name, len, Backing::Built(build, Kept::default()), context)
    }

    fn new(name: &str, len: u64, backing: Backing, context: &Context) -> Self {
        Self(Arc::new(Inner { name: name.to_owned(), len, backing, context: context.clone(), head: OnceLock::new() }))
    }

    /// The context that it was opened with.
    pub(crate) fn context(&self) -> &Context {
        &self.0.context
    }

    /// The name within the model: for a file, its path below the model's directory, without empty and `.` components.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name to show to a person: the path as it was found.
    pub fn path(&self) -> String {
        match &self.0.backing {
            Backing::Stored(stored, _) => stored.shown(),
            Backing::Memory(_) | Backing::Built(..) => self.0.name.clone(),
        }
    }

    /// Bytes, as fixed when it was opened.
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// What the file is now, to be recognised by; `None` for what is not a whole file of a disk.
    pub(crate) fn state(&self) -> Option<FileState> {
        self.stored_file().and_then(|stored| stored.state())
    }

    /// Writes out what processes have written to the file through maps, as far as the system can.
    pub(crate) fn flush(&self) {
        if let Some(stored) = self.stored_file() {
            stored.flush();
        }
    }

    /// The digest of the hash tree over the file; `None` if it has none.
    pub(crate) fn hash_tree(&self) -> Option<String> {
        self.stored_file().and_then(|stored| stored.hash_tree())
    }

    pub(super) fn stored_file(&self) -> Option<&dyn Stored> {
        match &self.0.backing {
            Backing::Stored(stored, _) => Some(&**stored),
            Backing::Memory(_) | Backing::Built(..) => None,
        }
    }

    /// When the file was last written, as the time since 1970; `None` for memory, and where it cannot be told.
    pub(crate) fn modified(&self) -> Option<Duration> {
        self.stored_file().and_then(|stored| stored.modified())
    }

    /// Whether the other source is the same file, perhaps under another name; or the same memory.
    pub fn is_same_file(&self, other: &Self) -> bool {
        match (&self.0.backing, &other.0.backing) {
            (Backing::Stored(this, _), Backing::Stored(that, _)) => this.id() == that.id(),
            (Backing::Memory(this), Backing::Memory(that)) if !this.is_empty() => {
                this.as_ptr_range() == that.as_ptr_range()
            }
            _ => Arc::ptr_eq(&self.0, &other.0),
        }
    }

    /// Whether zero-copy pointers to the bytes may be asked for. A file that can be mapped as a rule may still turn out
    /// to be one that cannot: see [`unmappable`](Self::unmappable).
    pub fn can_view(&self) -> bool {
        match &self.0.backing {
            Backing::Stored(stored, _) => stored.can_map(),
            Backing::Memory(_) | Backing::Built(..) => true,
        }
    }

    /// Why the file could not be mapped when somebody wanted a view; `None` if nobody has, or if it could.
    pub fn unmappable(&self) -> Option<Error> {
        match &self.0.backing {
            Backing::Stored(_, mapping) if mapping.map.get().is_none() => mapping.failure.get().cloned(),
            _ => None,
        }
    }

    /// The error for whoever needs a view where there is none.
    pub(crate) fn no_view(&self) -> Error {
        let error = match self.unmappable() {
            None => {
                Error::new(Kind::NotMapped, "the model was opened for reading only: there are no zero-copy pointers")
            }
            Some(reason) => {
                let cure = "read it instead, or open the model with WB_OPEN_READ";
                let message = format!("the file cannot be mapped ({}): {cure}", reason.without_site());
                Error::new(Kind::NotMapped, message).with_os_code(reason.os_code())
            }
        };
        error.with_path(self.path())
    }

    /// What the address of a zero-copy pointer to the byte at `offset` is a multiple of: a power of two, at most a page
    /// of 4,096 bytes; 0 if there is no such pointer. Nothing is mapped to find out.
    pub fn alignment_at(&self, offset: u64) -> u32 {
        const PAGE: u64 = 4096;
        let start = match &self.0.backing {
            Backing::Stored(stored, _) if !stored.can_map() => return 0,
            Backing::Stored(stored, mapping) => mapping.map.get().map_or_else(|| stored.map_start(), address),
            Backing::Memory(bytes) => address(bytes),
            Backing::Built(_, built) => built.get().map_or(1, address),
        };
        1 << (start.wrapping_add(offset) | PAGE).trailing_zeros()
    }

    /// All bytes with no copy; `None` if they can only be read. The first call maps the file; where that fails, the
    /// reason is [`unmappable`](Self::unmappable), and a later call tries again.
    pub fn whole(&self) -> Result<Option<&Bytes>> {
        match &self.0.backing {
            Backing::Stored(stored, _) if !stored.can_map() => Ok(None),
            Backing::Stored(stored, mapping) => Ok(self.map(&**stored, mapping)),
            _ => self.memory(),
        }
    }

    /// Whether there are zero-copy pointers to the bytes: maps the file to find out. Why there are none tells
    /// [`no_view`](Self::no_view).
    pub(crate) fn map_now(&self) -> bool {
        match &self.0.backing {
            Backing::Stored(stored, mapping) => stored.can_map() && self.map(&**stored, mapping).is_some(),
            Backing::Memory(_) | Backing::Built(..) => true,
        }
    }

    fn map<'a>(&self, stored: &dyn Stored, mapping: &'a Mapping) -> Option<&'a Bytes> {
        let map = mapping.map.get_or_make(|| {
            let bytes = stored.map()?;
            self.0.context.log(Level::Debug, "storage", || format!("{}: mapped, {} bytes", self.path(), bytes.len()));
            Ok(bytes)
        });
        let Err(e) = map else { return map.ok() };
        if mapping.failure.set(e.clone()).is_ok() {
            self.0.context.log(Level::Warn, "storage", || format!("{}: it is read instead", e.with_path(self.path())));
        }
        None
    }

    /// All bytes, if they are memory that cannot vanish: reading them needs no system call.
    pub(crate) fn memory(&self) -> Result<Option<&Bytes>> {
        match &self.0.backing {
            Backing::Stored(..) => Ok(None),
            Backing::Memory(bytes) => Ok(Some(bytes)),
            Backing::Built(build, built) => built.get_or_make(|| self.check_built(build()?)).map(Some),
        }
    }

    fn check_built(&self, bytes: Bytes) -> Result<Bytes> {
        if bytes.len() as u64 == self.len() {
            return Ok(bytes);
        }
        let message = format!("{} bytes were built; expected {}", bytes.len(), self.len());
        Err(Error::new(Kind::Internal, message).with_path(self.path()))
    }

    /// `len` bytes from `offset` with no copy; `None` if they can only be read, as for [`whole`](Self::whole).
    pub fn view(&self, offset: u64, len: u64) -> Result<Option<Bytes>> {
        let (start, end) = self.check_range(offset, len)?;
        Ok(self.whole()?.map(|bytes| bytes.slice(start..end)))
    }

    /// `len` bytes from `offset`, read into memory of their own.
    pub fn read(&self, offset: u64, len: u64) -> Result<Bytes> {
        let (start, end) = self.check_range(offset, len)?;
        match self.memory()? {
            Some(bytes) => Ok(bytes.slice(start..end)),
            None => self.copy(offset, len)?.freeze(),
        }
    }

    /// The first bytes, as many as a page has, or all if there are less: kept, because every reader asks what a file begins with.
    pub(crate) fn head(&self) -> Result<&Bytes> {
        /// Few enough to be a small object, and none of the host's.
        const PAGE: u64 = 4096;
        if let Some(head) = self.0.head.get() {
            return Ok(head);
        }
        let len = self.len().min(PAGE) as usize;
        let head = match self.memory()? {
            Some(bytes) => bytes.slice(..len),
            None => {
                let mut bytes = memory::filled(0, len, "the start of the file")?;
                self.read_into(0, &mut bytes)?;
                Bytes::from(bytes)
            }
        };
        Ok(self.0.head.get_or_init(|| head))
    }

    /// The same in memory that may be written.
    pub(crate) fn copy(&self, offset: u64, len: u64) -> Result<Buffer> {
        self.check_range(offset, len)?;
        let mut bytes = Buffer::new(len, "the file", self.context()).map_err(|e| e.with_path(self.path()))?;
        let mut at = offset;
        for piece in bytes.chunks_mut(PIECE.max(self.preferred_read())) {
            self.read_into(at, piece)?;
            at += piece.len() as u64;
        }
        Ok(bytes)
    }

    /// Fills `buffer` with the bytes from `offset`.
    pub fn read_into(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.read_scattered(offset, &mut [IoSliceMut::new(buffer)])
    }

    /// Fills several buffers, one after the other, with the bytes from `offset`: one system call for many tensors.
    pub(crate) fn read_scattered(&self, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> Result<()> {
        let total: usize = buffers.iter().map(|buffer| buffer.len()).sum();
        let (start, end) = self.check_range(offset, total as u64)?;
        if let Backing::Stored(stored, _) = &self.0.backing {
            self.read_stored(&**stored, offset, total, buffers)?;
            steps::have_read(total as u64);
            return Ok(());
        }
        let mut rest = self.memory()?.map_or(&[][..], |bytes| &bytes[start..end]);
        for buffer in buffers {
            let (head, tail) = rest.split_at(buffer.len());
            buffer.copy_from_slice(head);
            rest = tail;
        }
        Ok(())
    }

    fn read_stored(
        &self,
        stored: &dyn Stored,
        offset: u64,
        total: usize,
        mut buffers: &mut [IoSliceMut<'_>],
    ) -> Result<()> {
        let mut done = 0;
        while done < total {
            let position = offset + done as u64;
            let read = self.check_read(stored.read_at(position, buffers), position)?;
            done += read;
            IoSliceMut::advance_slices(&mut buffers, read);
        }
        Ok(())
    }

    /// A second way into the file, for large reads; `None` if there is none, for whatever reason: the ordinary way
    /// remains, and says what is wrong with the file if something is.
    pub(crate) fn chunked(&self) -> Option<Box<dyn Chunked>> {
        match &self.0.backing {
            Backing::Stored(stored, _) => stored.chunked(self),
            Backing::Memory(_) | Backing::Built(..) => None,
        }
    }

    /// Bytes that are best read at once, wherever they go; 0 if it does not matter.
    pub(crate) fn preferred_read(&self) -> usize {
        match &self.0.backing {
            Backing::Stored(stored, _) => stored.preferred_read(),
            Backing::Memory(_) | Backing::Built(..) => 0,
        }
    }

    /// Says that bytes will be read soon, so that they may be there then. It does not wait for them.
    pub(crate) fn will_read(&self, offset: u64, len: u64) {
        if let Some(stored) = self.stored_file() {
            stored.will_read(offset, len);
        }
    }

    /// The share of the file that is in the page cache, from a sample: 1.0 for memory, and where it cannot be told.
    pub(crate) fn residency(&self) -> f64 {
        match &self.0.backing {
            Backing::Stored(stored, _) => stored.residency(),
            Backing::Memory(_) | Backing::Built(..) => 1.0,
        }
    }

    /// Refuses a file that has been written or truncated since it was opened.
    ///
    /// One that was replaced or unlinked is still the one that was opened, and is accepted.
    pub fn check_unchanged(&self) -> Result<()> {
        self.check(|stored| stored.check_unchanged())
    }

    /// Refuses a file that is no longer at its path: another one has taken its place, or it was removed.
    pub fn check_current(&self) -> Result<()> {
        self.check(|stored| stored.check_current())
    }

    /// A number that is another one whenever the file has been touched in any way, written or not. It is never 0; always 1 for
    /// memory, and where it cannot be told.
    pub(crate) fn stamp(&self) -> Result<u64> {
        match &self.0.backing {
            Backing::Stored(stored, mapping) => {
                let stamp = stored.stamp().map_err(|e| e.with_path(self.path()))?.map_or(1, |stamp| stamp.max(1));
                mapping.examined.note(stamp);
                Ok(stamp)
            }
            Backing::Memory(_) | Backing::Built(..) => Ok(1),
        }
    }

    /// The [`stamp`](Self::stamp) that the file has after it has passed `check`, or had a moment ago: most calls make no
    /// system call.
    pub(crate) fn recent_stamp(&self, check: impl FnOnce(&Self) -> Result<()>) -> Result<u64> {
        match &self.0.backing {
            Backing::Stored(_, mapping) => mapping.examined.recent(|| check(self).and_then(|()| self.stamp())),
            Backing::Memory(_) | Backing::Built(..) => Ok(1),
        }
    }

    fn check(&self, check: impl FnOnce(&dyn Stored) -> Result<()>) -> Result<()> {
        match &self.0.backing {
            Backing::Stored(stored, mapping) => check(&**stored).map_err(|e| {
                mapping.examined.forget();
                e.with_path(self.path())
            }),
            Backing::Memory(_) | Backing::Built(..) => Ok(()),
        }
    }

    fn check_read(&self, read: Result<usize>, position: u64) -> Result<usize> {
        match read {
            Ok(0) => {
                let message = format!("it ends here now; it had {} bytes when it was opened", self.len());
                Err(Error::new(Kind::Changed, message).with_path(self.path()).with_offset(position))
            }
            Ok(count) => Ok(count),
            Err(e) => Err(e.with_path(self.path()).with_offset(position)),
        }
    }

    pub(super) fn check_range(&self, offset: u64, len: u64) -> Result<(usize, usize)> {
        let end = offset.checked_add(len).filter(|end| *end <= self.len());
        let range = end.and_then(|end| Some((usize::try_from(offset).ok()?, usize::try_from(end).ok()?)));
        range.ok_or_else(|| {
            Error::invalid(format!("a range of {len} bytes is not inside the {} bytes of the file", self.len()))
                .with_path(self.path())
                .with_offset(offset)
        })
    }
}

fn address(bytes: &Bytes) -> u64 {
    bytes.as_ptr() as u64
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn contents_that_could_not_be_built_once_are_built_later() {
        let attempts = AtomicU32::new(0);
        let build = move || match attempts.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Error::out_of_memory("the contents", 3)),
            1 => Ok(Bytes::from_static(b"too long")),
            2 => Ok(Bytes::from_static(b"abc")),
            _ => Err(Error::new(Kind::Internal, "built again")),
        };
        let source = Source::built("numbers", 3, Box::new(build), &Context::default());
        assert_eq!(source.read(0, 1).unwrap_err().kind(), Kind::OutOfMemory);
        assert_eq!(source.view(0, 3).unwrap_err().kind(), Kind::Internal);
        assert_eq!(source.view(0, 3).unwrap().unwrap(), "abc");
        assert_eq!(source.read(1, 2).unwrap(), "bc");
    }

    #[test]
    fn memory_is_the_same_file_only_as_itself() {
        let [this, that] = [b"same", b"same"].map(|bytes| Bytes::copy_from_slice(bytes));
        let source = Source::from_memory("a", this.clone());
        assert!(source.is_same_file(&source.clone()));
        assert!(source.is_same_file(&Source::from_memory("b", this)));
        assert!(!source.is_same_file(&Source::from_memory("a", that)));
        let empty = || Source::from_memory("empty", Bytes::new());
        assert!(!empty().is_same_file(&empty()));
    }
}
