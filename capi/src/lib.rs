//! The C interface. Its conventions are written once, in the preamble of `weighbridge.h`; this crate enforces them.
//!
//! Every export wraps its body in `call`, `status` or `plain`, which catch panics and turn errors into codes.
//! Pointers become references in `handle`, callbacks become closures in `hooks`, and structures that may grow
//! are copied in `versioned`. Bodies elsewhere hold no unsafe code.

#![allow(non_camel_case_types, reason = "the names of the C interface")]

#[cfg(not(feature = "without-allocator"))]
mod allocator;
pub mod asset;
pub mod attribute;
pub mod cancel;
pub mod context;
pub mod cuda;
pub mod dtype;
pub mod error;
mod fault;
pub mod findings;
pub mod function;
pub mod graph;
mod handle;
pub mod hooks;
pub mod host_memory;
pub mod io;
pub mod library;
pub mod metadata;
pub mod metrics;
pub mod model;
pub mod node;
pub mod placement;
pub mod plan;
pub mod quantization;
pub mod report;
pub mod signature;
pub mod start;
pub mod status;
pub mod task;
pub mod tensor;
pub mod text;
pub mod threads;
pub mod types;
pub mod value;
mod versioned;

use std::ffi::{c_char, c_void};
use std::fs::File;
use std::mem::size_of;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use error::wb_error;
use fault::{Code, Fault};
use status::{WB_ERR_INTERNAL, WB_ERR_NOT_FOUND, WB_OK, wb_status};
use text::{WB_NUL, wb_str};
use versioned::{fill, fill_array, options, options_array};
use weighbridge::error::{Error, Kind, Result};
use weighbridge::host::unpaced;
use weighbridge::load::{Destination, HostStream, Placement};
use weighbridge::memory;

/// Runs the body of an export that reports errors as an object. `*err` is written only on failure.
fn call(err: *mut *mut wb_error, body: impl FnOnce() -> Result<wb_status>) -> wb_status {
    let error = match caught(body) {
        Ok(Ok(status)) => return status,
        Ok(Err(error)) => error,
        Err(message) => Error::new(Kind::Internal, message),
    };
    let code = status::code(error.kind());
    if !err.is_null() {
        let made = caught(|| wb_error::into_raw(error)).unwrap_or(ptr::null_mut());
        // SAFETY: not NULL, so by the conventions a place for one pointer that nobody else uses.
        unsafe { err.write(made) };
    }
    code
}

/// Runs the body of an export that reports errors as a code alone.
fn status(body: impl FnOnce() -> Result<wb_status, Code>) -> wb_status {
    match caught(body) {
        Ok(Ok(status) | Err(Code(status))) => status,
        Err(_) => WB_ERR_INTERNAL,
    }
}

/// Runs the body of an export that cannot fail; `otherwise` is returned for a panic and for an error.
fn plain<T>(otherwise: T, body: impl FnOnce() -> Result<T, Code>) -> T {
    match caught(body) {
        Ok(Ok(value)) => value,
        Ok(Err(_)) | Err(_) => otherwise,
    }
}

/// Catches a panic and returns its message; nothing is printed.
fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    silence_panics();
    // What the host calls from one of its own functions is no part of the operation that has called that.
    catch_unwind(AssertUnwindSafe(|| unpaced(body))).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        format!("a bug in the library: {}", text.unwrap_or_else(|| "a panic without a message".to_owned()))
    })
}

/// Keeps panics from being printed: all of them become errors. The hook is that of the standard library inside this
/// library; other Rust code of the process has one of its own. Two threads may both set it, which changes nothing; neither
/// waits for the other, which a child of this process may not have.
fn silence_panics() {
    static IS_SILENT: AtomicBool = AtomicBool::new(false);
    if !IS_SILENT.load(Ordering::Relaxed) {
        panic::set_hook(Box::new(|_| ()));
        IS_SILENT.store(true, Ordering::Relaxed);
    }
}

/// The error for a NULL where a pointer has to be.
fn null(name: &str) -> Error {
    Error::invalid("is NULL").with_subject(name)
}

/// A place for a result that the caller provides.
struct Out<T>(*mut T);

impl<T> Out<T> {
    fn new(place: *mut T, name: &'static str) -> Result<Self, Fault> {
        if place.is_null() { Err(Fault::Null(name)) } else { Ok(Self(place)) }
    }

    fn set(self, value: T) {
        // SAFETY: not NULL, so by the conventions a place for one `T` that nobody else uses; it may be uninitialised.
        unsafe { self.0.write(value) }
    }

    /// Stores the result of a lookup. A miss is reported by the code alone, so that it costs no allocation.
    fn set_found(self, found: Option<T>) -> wb_status {
        let Some(value) = found else { return WB_ERR_NOT_FOUND };
        self.set(value);
        WB_OK
    }
}

impl<T> Out<*mut T> {
    /// A place for a handle, which is NULL unless the call succeeds.
    fn handle(place: *mut *mut T, name: &'static str) -> Result<Self> {
        let out = Self::new(place, name)?;
        // SAFETY: as in `set`.
        unsafe { out.0.write(ptr::null_mut()) };
        Ok(out)
    }

    /// Gives a handle that `make` turns into a pointer, unless parts of it lie in the reserve of the allocator: these have to
    /// come back soon.
    fn give(self, handle: T, make: impl FnOnce(T) -> *mut T, release: impl FnOnce(*mut T)) -> Result<()> {
        let made = make(handle);
        if let Err(error) = memory::check() {
            release(made);
            return Err(error);
        }
        self.set(made);
        Ok(())
    }
}

impl<T> Out<*const T> {
    /// A place for a borrowed pointer, which is NULL unless the call succeeds.
    fn pointer(place: *mut *const T, name: &'static str) -> Result<Self> {
        let out = Self::new(place, name)?;
        // SAFETY: as in `set`.
        unsafe { out.0.write(ptr::null()) };
        Ok(out)
    }
}

/// A copy of what the caller lends for the call.
fn copy<T: Copy>(values: &[T], name: &str) -> Result<Vec<T>> {
    memory::collect(values.iter().copied(), name)
}

/// Lends a list: where it begins, or NULL if it is empty, and its length.
fn lend<'a, T: 'a>(
    place: *mut *const T,
    count: *mut usize,
    name: &'static str,
    list: impl FnOnce() -> Result<&'a [T]>,
) -> Result<wb_status, Code> {
    let place = Out::pointer(place, name)?;
    let list = list()?;
    place.set(begin(list));
    model::set_optional(count, list.len());
    Ok(WB_OK)
}

/// Where a list begins: NULL if it is empty, because languages that check pointers, such as Go, reject a dangling one.
fn begin<T>(list: &[T]) -> *const T {
    if list.is_empty() { ptr::null() } else { list.as_ptr() }
}

/// Where a shape begins: NULL if the number of dimensions is not known, something else if there are none.
fn shape(dims: Option<&[i64]>) -> *const i64 {
    static SCALAR: i64 = 0;
    match dims {
        None => ptr::null(),
        Some([]) => &raw const SCALAR,
        Some(dims) => dims.as_ptr(),
    }
}

/// Bytes that the caller lends for the call. NULL with a length of 0 is the empty range.
fn bytes<'a>(data: *const u8, len: usize, name: &str) -> Result<&'a [u8]> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        (false, len) if len > isize::MAX as usize => Err(Error::invalid("the length is impossible").with_subject(name)),
        // SAFETY: not NULL, so by the conventions `len` readable bytes that do not change during the call.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}

/// Memory that the caller provides to be filled.
fn buffer<'a>(data: *mut u8, len: usize, name: &str) -> Result<&'a mut [u8]> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&mut []),
        (true, _) => Err(null(name)),
        (false, len) if len > isize::MAX as usize => Err(Error::invalid("the length is impossible").with_subject(name)),
        // SAFETY: not NULL, so by the conventions `len` writable bytes that nobody else uses during the call. The caller need
        // not have initialised them: they are an allocation of another language, of which Rust does not know whether
        // it was written, and the library writes to them before it reads them.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts_mut(data, len) }),
    }
}

/// An array that the caller lends for the call.
fn array<'a, T>(data: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    match (data.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        (false, _) if !data.is_aligned() || count > isize::MAX as usize / size_of::<T>() => {
            Err(Error::invalid("the array is misaligned or too large").with_subject(name))
        }
        // SAFETY: not NULL and aligned, so by the conventions `count` readable elements that do not change meanwhile.
        (false, count) => Ok(unsafe { std::slice::from_raw_parts(data, count) }),
    }
}

/// Text that the caller lends for the call.
fn text<'a>(data: *const c_char, len: usize, name: &str) -> Result<&'a str> {
    let bytes = if len == WB_NUL && !data.is_null() {
        // SAFETY: not NULL, so by the conventions a NUL-terminated text that does not change during the call.
        unsafe { std::ffi::CStr::from_ptr(data) }.to_bytes()
    } else {
        bytes(data.cast(), len, name)?
    };
    std::str::from_utf8(bytes).map_err(|_| Error::invalid("is not UTF-8").with_subject(name))
}

/// A path: text that the operating system takes. NULL with a length of 0 is the empty text, as everywhere.
fn path<'a>(data: *const c_char, len: usize, name: &str) -> Result<&'a str> {
    match text(data, len, name)? {
        "" => Err(Error::invalid("is empty").with_subject(name)),
        path if path.contains('\0') => Err(Error::invalid("contains a NUL").with_subject(name)),
        path => Ok(path),
    }
}

/// A file of the caller by its descriptor, of which the library gets one of its own.
#[cfg(unix)]
fn descriptor(fd: isize) -> Result<File> {
    use std::os::fd::{BorrowedFd, RawFd};
    let fd = RawFd::try_from(fd).ok().filter(|fd| *fd >= 0);
    let fd = fd.ok_or_else(|| Error::invalid("is not a descriptor").with_subject("fd"))?;
    // SAFETY: not -1, and by the conventions open while this function runs.
    let file = unsafe { BorrowedFd::borrow_raw(fd) };
    file.try_clone_to_owned().map(File::from).map_err(|error| unusable(&error))
}

/// The same of a handle of Windows.
#[cfg(windows)]
fn descriptor(fd: isize) -> Result<File> {
    use std::os::windows::io::{BorrowedHandle, RawHandle};
    // SAFETY: by the conventions a handle that is open while this function runs.
    let file = unsafe { BorrowedHandle::borrow_raw(fd as RawHandle) };
    file.try_clone_to_owned().map(File::from).map_err(|error| unusable(&error))
}

fn unusable(error: &std::io::Error) -> Error {
    let code = error.raw_os_error().unwrap_or_default();
    Error::new(Kind::Io, format!("cannot use the descriptor: {error}")).with_subject("fd").with_os_code(code)
}

/// The pointer that an address in host memory stands for.
fn host_pointer(address: u64) -> *const c_void {
    std::ptr::with_exposed_provenance(address as usize)
}

/// A stream of the caller.
fn host_stream(raw: *mut c_void) -> HostStream {
    // SAFETY: by the conventions it stays valid as long as the function that takes it says.
    unsafe { HostStream::from_raw(raw) }
}

/// Copies the tensors of one placement into the pointers of another.
fn refit(current: &Placement, next: &Placement) -> Result<()> {
    // SAFETY: by the conventions of `wb_placement_refit` nobody else uses them meanwhile.
    unsafe { current.refit(next) }
}

/// Memory of the caller, of a device or of the host: for one tensor, or without a name for all others.
fn destination(tensor: &str, device: Option<u32>, address: u64, bytes: u64) -> Destination {
    // SAFETY: by the conventions of `wb_destination` it is memory of the caller and stays so while it is used.
    unsafe {
        match tensor {
            "" => Destination::for_arena(device, address, bytes),
            name => Destination::for_tensor(name, device, address, bytes),
        }
    }
}
