//! # Host I/O
//!
//! Files of the host, instead of those of the operating system: in a pak file, behind a virtual file system, in an object
//! store. `wb_context_options.io` makes every path of a context a name of such a file; `wb_model_open_io` opens one model
//! from files of its own.
//!
//!   wb_io io = {0};
//!   io.struct_size = sizeof io;
//!   io.user_data = pak;
//!   io.open = pak_open;
//!   io.stat = pak_stat;
//!   io.read_at = pak_read_at;
//!   io.close = pak_close;
//!   status = wb_model_open_io(NULL, &io, "models/llama.onnx", WB_NUL, NULL, &model, &err);
//!
//! The functions are called on any thread that works for the library, several at once, with no lock held. They may call
//! the library, but must not release the objects that an operation works with. What they answer is checked like what a
//! file says: an answer that cannot be true is `WB_ERR_CALLBACK`.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::handle::{Handle, get};
use super::hooks::{Adopted, wb_destroy_fn};
use super::status::{WB_OK, wb_status};
use super::{null, options, status, text};
use weighbridge::error::{Error, Kind, Result};
use weighbridge::host::{HostEntry, HostFile, HostFiles};
use weighbridge::memory;

/// As the result of a function of the host: it succeeded. Since 0.1.
pub const WB_IO_OK: i32 = 0;
/// As the result of a function of the host: there is no such file or folder. Some files, such as manifests, are only looked
/// for. Every other result but `WB_IO_OK` is a failure: the operation returns `WB_ERR_CALLBACK`, and
/// `wb_error_info.os_code` is the result. Since 0.1.
pub const WB_IO_NOT_FOUND: i32 = 1;

/// Opens a file by its name and stores what stands for it, which may be NULL. The name is relative, to the model or to the
/// root of the host's files: UTF-8, with `/` between folders, without empty components, `.` and `..`. It is valid until the
/// function returns. Since 0.1.
pub type wb_io_open_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        name: *const c_char,
        name_len: usize,
        file: *mut *mut c_void,
    ) -> i32,
>;

/// Stores the length of a file in bytes, and a number that changes when its contents do, such as a hash of the ETag of an
/// object; it is 0 before the call. Another length or number later means that the file has changed (`WB_ERR_CHANGED`).
/// Since 0.1.
pub type wb_io_stat_fn = Option<
    unsafe extern "C-unwind" fn(user_data: *mut c_void, file: *mut c_void, bytes: *mut u64, identity: *mut u64) -> i32,
>;

/// Reads some of the `len` bytes at `offset` into `buffer`, at least one, and stores how many; 0 only where the file ends.
/// `len` is not 0, and the range is never beyond the length of the file. Since 0.1.
pub type wb_io_read_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        file: *mut c_void,
        offset: u64,
        buffer: *mut c_void,
        len: usize,
        done: *mut usize,
    ) -> i32,
>;

/// Closes a file. Called once for each file that was opened. Since 0.1.
pub type wb_io_close_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, file: *mut c_void)>;

/// Adds every file and folder of a folder to `entries` by `wb_io_entries_add`, in any order; the folder of the model, or the
/// root, has the name `""`. Called only for models that are opened as a folder or by an index. Since 0.1.
pub type wb_io_list_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        folder: *const c_char,
        folder_len: usize,
        entries: *mut wb_io_entries,
    ) -> i32,
>;

/// Stores a pointer to all bytes of a file, which must stay there and unchanged until `unmap` is called; NULL if the host
/// does not have them in memory. It is asked when somebody first wants a zero-copy pointer, and never with `WB_OPEN_READ`.
/// Since 0.1.
pub type wb_io_map_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, file: *mut c_void, data: *mut *const c_void) -> i32>;

/// Takes back what `map` has given. The file is closed after that. Since 0.1.
pub type wb_io_unmap_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, file: *mut c_void, data: *const c_void)>;

/// Is told that `len` bytes at `offset` will be read soon, by a load that is done in steps: so they may be at hand then. It should
/// not wait for them. Since 0.1.
pub type wb_io_will_read_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, file: *mut c_void, offset: u64, len: u64)>;

/// The files of a host. Zeroed but for what is needed; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_io {
    /// `sizeof(wb_io)`.
    pub struct_size: usize,
    /// Passed to the functions.
    pub user_data: *mut c_void,
    /// Called once with `user_data` when no function will be called any more; also if the call that takes this structure
    /// fails, unless that is because of this structure. May be NULL.
    pub destroy: wb_destroy_fn,
    /// Must be set.
    pub open: wb_io_open_fn,
    /// Must be set.
    pub stat: wb_io_stat_fn,
    /// Must be set.
    pub read_at: wb_io_read_fn,
    /// May be NULL.
    pub close: wb_io_close_fn,
    /// May be NULL: folders cannot be listed, and models are opened by a file.
    pub list: wb_io_list_fn,
    /// May be NULL: no file is in memory.
    pub map: wb_io_map_fn,
    /// May be NULL.
    pub unmap: wb_io_unmap_fn,
    /// May be NULL: the host does not want to know what will be read.
    pub will_read: wb_io_will_read_fn,
    /// Bytes that are best asked for at once, such as 8 MiB of an object store. Loads then read in pieces of this size, as far
    /// as `wb_plan_options.staging_bytes` allows. 0: as the library likes.
    pub preferred_read: u64,
}

/// The entries of a folder, while it is being listed. Since 0.1.
pub struct wb_io_entries(Mutex<Vec<HostEntry>>);

impl Handle for wb_io_entries {}

/// As `kind` of `wb_io_entries_add`: a file. Since 0.1.
pub const WB_IO_FILE: u32 = 0;
/// As `kind` of `wb_io_entries_add`: a folder. Since 0.1.
pub const WB_IO_FOLDER: u32 = 1;

/// Adds an entry to the folder that is being listed: its name, which is one component, whether it is a file or a folder, and
/// the length of a file in bytes. Only inside a `wb_io_list_fn`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_io_entries_add(
    entries: *mut wb_io_entries,
    name: *const c_char,
    name_len: usize,
    kind: u32,
    bytes: u64,
) -> wb_status {
    status(|| {
        let name = memory::text(text(name, name_len, "name")?, "name")?;
        let entry = match kind {
            WB_IO_FILE => HostEntry::File { name, bytes },
            WB_IO_FOLDER => HostEntry::Folder { name },
            other => return Err(Error::invalid(format!("{other} is not known")).with_subject("kind").into()),
        };
        let mut list = get(entries, "entries")?.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory::push(&mut list, entry, "entries")?;
        Ok(WB_OK)
    })
}

/// What a structure of the host stands for.
pub(super) fn files(io: *const wb_io, name: &str) -> Result<Arc<dyn HostFiles>> {
    let io: wb_io = options(io, name)?.ok_or_else(|| null(name))?;
    let adopted = Adopted::new(io.user_data, io.destroy);
    match (io.open, io.stat, io.read_at) {
        (Some(_), Some(_), Some(_)) => Ok(Arc::new(Host(Arc::new(Functions { io, _adopted: adopted })))),
        _ => Err(Error::invalid("open, stat and read_at must be set").with_subject(name)),
    }
}

/// The functions of a host, and their user data.
struct Functions {
    io: wb_io,
    _adopted: Adopted,
}

// SAFETY: by the conventions the functions may be called on any thread with `user_data`, which is only passed to them.
unsafe impl Send for Functions {}
// SAFETY: as above; several at once.
unsafe impl Sync for Functions {}

/// The files of a host as the library asks for them.
struct Host(Arc<Functions>);

impl HostFiles for Host {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        let wb_io { open, user_data, .. } = self.0.io;
        let open = open.ok_or_else(|| null("open"))?;
        let mut file = ptr::null_mut();
        // SAFETY: a function of the host with this signature; the name and the place live until it returns.
        answered(unsafe { open(user_data, name.as_ptr().cast(), name.len(), &raw mut file) })?;
        Ok(Box::new(Opened(Arc::new(OpenFile { functions: Arc::clone(&self.0), file }))))
    }

    fn list(&self, folder: &str) -> Result<Vec<HostEntry>> {
        let wb_io { list, user_data, .. } = self.0.io;
        let list = list.ok_or_else(|| {
            let message = "the host cannot list folders: open the model by a file, or set wb_io.list";
            Error::new(Kind::Unsupported, message).with_subject(folder)
        })?;
        let mut entries = wb_io_entries(Mutex::default());
        // SAFETY: a function of the host with this signature; the name and the list live until it returns.
        answered(unsafe { list(user_data, folder.as_ptr().cast(), folder.len(), &raw mut entries) })?;
        Ok(entries.0.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the host calls a file that it has opened. It is closed when nothing uses it any more.
struct OpenFile {
    functions: Arc<Functions>,
    file: *mut c_void,
}

// SAFETY: as for `Functions`; `file` is only passed to them.
unsafe impl Send for OpenFile {}
// SAFETY: as above.
unsafe impl Sync for OpenFile {}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some(close) = self.functions.io.close {
            // SAFETY: a function of the host with this signature, called once for this file.
            unsafe { close(self.functions.io.user_data, self.file) };
        }
    }
}

struct Opened(Arc<OpenFile>);

impl Opened {
    fn stat(&self) -> Result<(u64, u64)> {
        let OpenFile { functions, file } = &*self.0;
        let stat = functions.io.stat.ok_or_else(|| null("stat"))?;
        let (mut bytes, mut identity) = (0, 0);
        // SAFETY: a function of the host with this signature; the places live until it returns.
        answered(unsafe { stat(functions.io.user_data, *file, &raw mut bytes, &raw mut identity) })?;
        Ok((bytes, identity))
    }
}

impl HostFile for Opened {
    fn size(&self) -> Result<u64> {
        self.stat().map(|(bytes, _)| bytes)
    }

    fn identity(&self) -> Result<u64> {
        self.stat().map(|(_, identity)| identity)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let OpenFile { functions, file } = &*self.0;
        let read_at = functions.io.read_at.ok_or_else(|| null("read_at"))?;
        let (place, len, mut done) = (buffer.as_mut_ptr().cast(), buffer.len(), 0);
        // SAFETY: a function of the host with this signature; the buffer and the place live until it returns.
        answered(unsafe { read_at(functions.io.user_data, *file, offset, place, len, &raw mut done) })?;
        Ok(done)
    }

    fn map(&self) -> Option<Bytes> {
        let OpenFile { functions, file } = &*self.0;
        let (map, len) = (functions.io.map?, usize::try_from(self.size().ok()?).ok()?);
        let mut data = ptr::null();
        // SAFETY: a function of the host with this signature; the place lives until it returns.
        let answer = unsafe { map(functions.io.user_data, *file, &raw mut data) };
        let is_there = answer == WB_IO_OK && !data.is_null() && len <= isize::MAX as usize;
        is_there.then(|| Bytes::from_owner(Mapped { file: Arc::clone(&self.0), data, len }))
    }

    fn will_read(&self, offset: u64, len: u64) {
        let OpenFile { functions, file } = &*self.0;
        if let Some(will_read) = functions.io.will_read {
            // SAFETY: a function of the host with this signature.
            unsafe { will_read(functions.io.user_data, *file, offset, len) };
        }
    }

    fn preferred_read(&self) -> usize {
        usize::try_from(self.0.functions.io.preferred_read).unwrap_or(usize::MAX)
    }
}

/// All bytes of a file in the memory of the host, which takes them back when nothing uses them any more.
struct Mapped {
    file: Arc<OpenFile>,
    data: *const c_void,
    len: usize,
}

// SAFETY: by the conventions the memory does not change while it is lent, and may be taken back on any thread.
unsafe impl Send for Mapped {}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: not NULL, so by the conventions the bytes of the file until `unmap` is called, when this is dropped.
        unsafe { std::slice::from_raw_parts(self.data.cast(), self.len) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        let Functions { io: wb_io { unmap, user_data, .. }, .. } = *self.file.functions;
        if let Some(unmap) = unmap {
            // SAFETY: a function of the host with this signature, called once for what `map` has given.
            unsafe { unmap(user_data, self.file.file, self.data) };
        }
    }
}

/// What a function of the host has answered.
fn answered(answer: i32) -> Result<()> {
    match answer {
        WB_IO_OK => Ok(()),
        WB_IO_NOT_FOUND => Err(Error::new(Kind::NotFound, "the host has no such file or folder")),
        other => {
            let message = format!("a function of the host failed with {other}");
            Err(Error::new(Kind::Callback, message).with_os_code(other))
        }
    }
}
