//! # Models
//!
//! A model is opened once and never changes. Opening reads and checks headers, indices and graphs; the bytes of tensors
//! are not read. The verification policy is fixed when the model is opened.
//!
//!   if (wb_model_open(NULL, "path/to/checkpoint", WB_NUL, NULL, &model, &err) == WB_OK) {
//!     ...
//!     wb_model_release(model);
//!   }

use std::ffi::{CString, c_char, c_void};

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::cancel::{cancel_of, wb_cancel};
use super::context::{context_of, wb_context};
use super::error::wb_error;
use super::fault::{Code, Fault};
use super::graph::wb_graph;
use super::handle::{Handle, Shared, get, release, retain};
use super::hooks::{self, HostMemory, wb_destroy_fn, wb_progress_fn};
use super::io::{files, wb_io};
use super::status::{WB_OK, wb_status};
use super::{
    Out, array, bytes, call, copy, descriptor, fill, options, options_array, path as path_of, plain, status, text,
    wb_str,
};
use weighbridge::error::{Error, Result};
use weighbridge::host::{HostFiles, Listener};
use weighbridge::limits::Limits;
use weighbridge::memory;
use weighbridge::verify::{Memo, Policy};
use weighbridge::{Access, Model, OpenOptions, Origin};

/// An open model. Reference-counted and immutable: every function that takes it `const` may run on several threads at
/// once. Since 0.1.
pub struct wb_model {
    pub(super) model: Model,
    /// What `wb_graph` points to.
    pub(super) graphs: Vec<wb_graph>,
    format: CString,
}

impl Handle for wb_model {}
impl Shared for wb_model {}

impl wb_model {
    pub(super) fn of(model: Model) -> Result<Self> {
        let format = CString::new(model.format()).unwrap_or_default();
        Ok(Self { graphs: wb_graph::all(&model)?, format, model })
    }
}

/// Open flag: files are read and never mapped. There are no zero-copy pointers, and a file that is truncated by another
/// process cannot raise `SIGBUS`. Use it on network file systems, and in hosts that cannot handle a signal. Since 0.1.
pub const WB_OPEN_READ: u64 = 1;
/// Open flag: also refuse a file that has been replaced or removed. A model keeps the files that it opened. Without this
/// flag it continues to use them after another file was renamed over one of them, and `wb_model_changed` reports that;
/// with it, every access to such a file returns `WB_ERR_CHANGED`. A file that is written in place is always refused.
/// Since 0.1.
pub const WB_OPEN_REFUSE_REPLACED: u64 = 2;

/// Open flag: what the file `wb_open_options.memo` remembers counts as cover under `WB_VERIFY_REQUIRED`. Without this flag files are
/// hashed there in any case. Since 0.1.
pub const WB_OPEN_MEMO_COVERS: u64 = 4;

/// Policy: loads, `wb_model_verify` and `wb_model_asset_buffer` check the bytes that a manifest covers; a mismatch is an
/// error. `wb_model_tensor_data`, `_buffer` and `_read` do not check anything. Since 0.1.
pub const WB_VERIFY_IF_PRESENT: u32 = 0;
/// Policy: every weight file that is used must be covered by a manifest. The bytes of a tensor are refused with
/// `WB_ERR_UNVERIFIED` until a load or `wb_model_verify` has checked them; if a file has been touched since then, they
/// are checked again. Names, shapes, metadata, and assets that no manifest covers, are available without a check. Since
/// 0.1.
pub const WB_VERIFY_REQUIRED: u32 = 1;
/// Policy: manifests are not read, and nothing is checked. Since 0.1.
pub const WB_VERIFY_NONE: u32 = 2;

/// How a model is opened. Zeroed: the defaults. Set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_open_options {
    /// `sizeof(wb_open_options)`.
    pub struct_size: usize,
    /// `WB_OPEN_*` flags, combined with `|`.
    pub flags: u64,
    /// `WB_VERIFY_*`.
    pub verify: u32,
    /// Must be 0.
    pub reserved: u32,
    /// The name of the format, such as `"safetensors"`; empty: detected from the content.
    pub format: wb_str,
    /// A manifest from a trusted source: the text of a `weighbridge.json`, a `SHA256SUMS`, a git-lfs pointer (of a model of one
    /// file), or a manifest of an OCI registry or of Ollama. It replaces the manifests
    /// beside the weights. NULL: none. Copied.
    pub manifest: *const c_void,
    /// The length of `manifest` in bytes.
    pub manifest_len: usize,
    /// Limit: bytes of one header, index or manifest; 0: 100,000,000.
    pub max_header_bytes: u64,
    /// Limit: tensors, including those that an index does not name; 0: 10,000,000.
    pub max_tensors: u64,
    /// Limit: files of the model; 0: 4,096.
    pub max_files: u64,
    /// Limit: bytes of memory for all headers, indices, manifests, tables and graphs together, and for contents of tensors
    /// that have to be built; 0: 1 GiB.
    pub max_heap_bytes: u64,
    /// The name of the file that `wb_model_open_memory` opens, by which manifests and errors refer to it, such as
    /// `"model.safetensors"`; empty: `"memory"`. `wb_model_open` takes the name from the path and ignores this one.
    pub name: wb_str,
    /// Called on this thread before each file is read and about once for each megabyte of headers and graphs. The totals
    /// are not known. May be NULL.
    pub progress: wb_progress_fn,
    /// Passed to `progress`.
    pub user_data: *mut c_void,
    /// Cancels the open from another thread; may be NULL.
    pub cancel: *const wb_cancel,
    /// Directories outside the model's own to which symbolic links of the model may lead, such as the cache of a tool that
    /// manages data, or another disk. Without them a link may lead out only to the directory where the entry file really
    /// lies, or to the blobs of a Hugging Face cache. A directory that does not exist is an error.
    pub link_roots: *const wb_str,
    /// How many there are.
    pub link_root_count: usize,
    /// The path of a file in which verified files are remembered, so that they need not be hashed again as long as nobody
    /// touches them; it is made when there is something to remember. Empty: nothing is remembered. Lines of reports that rest
    /// on it have the source `"memo"`. See `WB_OPEN_MEMO_COVERS`. What it guards against: `docs/trust.md`.
    /// A build without it returns `WB_ERR_UNSUPPORTED`.
    pub memo: wb_str,
}

/// Opens a model: a `.safetensors` or `.onnx` file, a `*.index.json`, or a directory that contains one of these, such as a
/// Hugging Face snapshot. A numbered set of a directory that has several is opened by the path of its files with `*` in the
/// place of the number: `DIR/model-*-of-00002.safetensors`. The format is detected from the content, not from the name.
///
/// `c` and `opt` may be NULL. The caller owns `*out`. Blocks while headers are read.
///
/// `WB_ERR_NOT_FOUND`: the path, or a shard that the model names, does not exist. `WB_ERR_FORMAT`: a file is malformed.
/// `WB_ERR_UNSUPPORTED`: the content is not in a format that this build reads. `WB_ERR_LIMIT`: the model exceeds a limit
/// of `opt`. `WB_ERR_INVALID_ARGUMENT`: the path is empty, or the directory contains several models. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open(
    c: *const wb_context,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
) -> wb_status {
    open(c, opt, out, err, || at_path(path, path_len))
}

/// Opens a model that is one file in the host's memory, without a copy. It cannot refer to other files.
///
/// `destroy` (may be NULL) is called exactly once with `user_data`: when the model and everything that refers to it have
/// been released, or before this function returns if it fails. Until then the bytes must not change. The caller owns
/// `*out`. Errors as for `wb_model_open`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_memory(
    c: *const wb_context,
    data: *const c_void,
    len: usize,
    destroy: wb_destroy_fn,
    user_data: *mut c_void,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
) -> wb_status {
    let memory = HostMemory::new(data, len, destroy, user_data);
    open(c, opt, out, err, || in_memory(memory))
}

/// Opens a model that is a part of a larger file, such as a pak file: `len` bytes from `offset`, `UINT64_MAX` for all to the
/// end. It cannot refer to other files. `fd` is a descriptor, on Windows a `HANDLE`; it is duplicated and may be closed after
/// the call. Its position is neither used nor changed, except on Windows, where reading changes it. Offsets that the model
/// tells, also in errors, count from the start of the part. A descriptor of `/proc/self/fd` or of a file without a name
/// works as any other. The caller owns `*out`. Errors as for `wb_model_open`; `WB_ERR_INVALID_ARGUMENT`: the part is not
/// inside the file. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_fd(
    c: *const wb_context,
    fd: isize,
    offset: u64,
    len: u64,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
) -> wb_status {
    open(c, opt, out, err, || by_descriptor(fd, offset, len))
}

/// Opens a model whose files the host has, by the path of a file, an index, a numbered set or a folder among them; empty:
/// all of them are a directory with a model. Shards, external data, manifests and assets are asked for by their names,
/// under the rules for files on disk. `*io` is copied. The caller owns `*out`. Errors as for `wb_model_open`, and
/// `WB_ERR_CALLBACK`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_io(
    c: *const wb_context,
    io: *const wb_io,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
) -> wb_status {
    let files = files(io, "io");
    open(c, opt, out, err, || in_files(files?, path, path_len))
}

/// A file in the host's memory. Set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_blob {
    /// `sizeof(wb_blob)`.
    pub struct_size: usize,
    /// The name, relative to the model, such as `"model.onnx"` or `"onnx/model.onnx_data"`.
    pub name: wb_str,
    /// The bytes, which must not change until `destroy` is called.
    pub data: *const c_void,
    /// The length in bytes.
    pub len: usize,
    /// Called once with `user_data` when nothing uses the bytes any more. May be NULL.
    pub destroy: wb_destroy_fn,
    /// Passed to `destroy`.
    pub user_data: *mut c_void,
}

/// Opens a model that is several files in the host's memory, without a copy: shards, external data, manifests and assets by
/// their names. `path` is that of a file, an index, a numbered set or a folder among them; empty: all of them are a
/// directory with a model. `blobs` is copied. Every blob's `destroy` is called as that of `wb_model_open_memory` is, but not
/// if the list itself is malformed. The caller owns `*out`. Errors as for `wb_model_open`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open_blobs(
    c: *const wb_context,
    blobs: *const wb_blob,
    blob_count: usize,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
) -> wb_status {
    let blobs = named_blobs(blobs, blob_count);
    open(c, opt, out, err, || in_blobs(blobs?, path, path_len))
}

/// Opens a model whose origin the caller has named. What it hands over is taken before that.
fn open(
    c: *const wb_context,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
    origin: impl FnOnce() -> Result<Origin>,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let options = open_options(opt)?;
        let model = Model::open_origin(origin()?, &options, &context_of(c))?;
        wb_model::of(model)?.give(out)?;
        Ok(WB_OK)
    })
}

pub(super) fn at_path(path: *const c_char, len: usize) -> Result<Origin> {
    // Empty is the root, if the context has files of the host.
    let is_empty = text(path, len, "path")?.is_empty();
    Ok(Origin::Path(if is_empty { PathBuf::new() } else { path_of(path, len, "path")?.into() }))
}

pub(super) fn in_memory(memory: HostMemory) -> Result<Origin> {
    if memory.is_impossible() { Err(super::null("data")) } else { Ok(Origin::Memory(Bytes::from_owner(memory))) }
}

pub(super) fn by_descriptor(fd: isize, offset: u64, len: u64) -> Result<Origin> {
    Ok(Origin::Descriptor(descriptor(fd)?, offset, if len == u64::MAX { None } else { Some(len) }))
}

pub(super) fn in_files(files: Arc<dyn HostFiles>, path: *const c_char, len: usize) -> Result<Origin> {
    Ok(Origin::HostFiles(files, text(path, len, "path")?.to_owned()))
}

pub(super) fn in_blobs(blobs: Vec<(String, Bytes)>, path: *const c_char, len: usize) -> Result<Origin> {
    Ok(Origin::Blobs(blobs, text(path, len, "path")?.to_owned()))
}

/// Takes over every blob, and then looks at them: the host is told of each, whatever is wrong with another.
pub(super) fn named_blobs(blobs: *const wb_blob, count: usize) -> Result<Vec<(String, Bytes)>> {
    let given = options_array(blobs, count, "blobs")?;
    let adopt = |blob: &wb_blob| HostMemory::new(blob.data, blob.len, blob.destroy, blob.user_data);
    let adopted = memory::collect(given.iter().map(adopt), "blobs")?;
    let named = given.iter().zip(adopted).map(|(blob, bytes)| {
        if bytes.is_impossible() {
            return Err(super::null("data"));
        }
        Ok((memory::text(blob.name.text("name")?, "name")?, Bytes::from_owner(bytes)))
    });
    memory::try_collect(named, "blobs")
}

pub(super) fn open_options(opt: *const wb_open_options) -> Result<OpenOptions> {
    let Some(opt) = options(opt, "opt")? else { return Ok(OpenOptions::default()) };
    let unknown = |what: &str, value: u64| Err(Error::invalid(format!("{value:#x} is not known")).with_subject(what));
    let has = |flag| opt.flags & flag != 0;
    if has(!(WB_OPEN_READ | WB_OPEN_REFUSE_REPLACED | WB_OPEN_MEMO_COVERS)) {
        return unknown("flags", opt.flags);
    }
    let access = if has(WB_OPEN_READ) { Access::Read } else { Access::Map };
    let policy = match opt.verify {
        WB_VERIFY_IF_PRESENT => Policy::IfPresent,
        WB_VERIFY_REQUIRED => Policy::Required,
        WB_VERIFY_NONE => Policy::None,
        other => return unknown("verify", other.into()),
    };
    if opt.reserved != 0 {
        return unknown("reserved", opt.reserved.into());
    }
    let format = opt.format.text("format")?;
    let manifest = bytes(opt.manifest.cast(), opt.manifest_len, "manifest")?;
    let name = opt.name.text("name")?;
    let cancel = cancel_of(opt.cancel)?;
    let link_roots = array(opt.link_roots, opt.link_root_count, "link_roots")?.iter();
    let link_roots = link_roots.map(|root| Ok(path_of(root.ptr, root.len, "link_roots")?.into()));
    let memo = opt.memo.text("memo")?;
    let memo = (!memo.is_empty()).then(|| Memo::open(path_of(opt.memo.ptr, opt.memo.len, "memo")?)).transpose()?;
    let defaults = Limits::default();
    let or = |value: u64, default: u64| if value == 0 { default } else { value };
    Ok(OpenOptions {
        access,
        policy,
        refuses_replaced: has(WB_OPEN_REFUSE_REPLACED),
        name: (!name.is_empty()).then(|| name.to_owned()),
        format: (!format.is_empty()).then(|| format.to_owned()),
        manifest: (!opt.manifest.is_null()).then(|| copy(manifest, "manifest")).transpose()?,
        limits: Limits {
            header_bytes: or(opt.max_header_bytes, defaults.header_bytes),
            tensors: or(opt.max_tensors, defaults.tensors),
            files: or(opt.max_files, defaults.files),
            heap_bytes: or(opt.max_heap_bytes, defaults.heap_bytes),
        },
        progress: opt.progress.is_some().then(|| Listener::new(hooks::progress(opt.progress, opt.user_data, None))),
        cancel,
        link_roots: memory::try_collect(link_roots, "link_roots")?,
        memo,
        memo_covers: has(WB_OPEN_MEMO_COVERS),
    })
}

/// Adds a reference and returns `m`. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_retain(m: *mut wb_model) -> *mut wb_model {
    plain(m, || Ok(retain(m)))
}

/// Drops a reference. With the last one, everything that was borrowed from the model becomes invalid; buffers, plans and
/// placements stay valid. NULL is allowed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_release(m: *mut wb_model) {
    plain((), || {
        release(m);
        Ok(())
    });
}

/// Returns 1 if a weight file on disk is no longer the one that the model opened, else 0. A server can use this to detect
/// that a new version has been deployed. Indices, manifests and assets are not examined.
///
/// With 1, `*why` is an error that the caller owns (`why` may be NULL): `WB_ERR_CHANGED` names the first such file and says
/// whether it was written, replaced or removed; another code means that a file could not be examined, or that `m` is NULL.
/// A model whose files were replaced or removed remains usable, see `WB_OPEN_REFUSE_REPLACED`. Makes two system calls for
/// each file. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_changed(m: *const wb_model, why: *mut *mut wb_error) -> i32 {
    let status = call(why, || match get(m, "m")?.model.changed() {
        None => Ok(WB_OK),
        Some(error) => Err(error),
    });
    i32::from(status != WB_OK)
}

/// Returns the name of the model's format, such as `"safetensors"`, as NUL-terminated text that is borrowed from the model;
/// `""` for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_format(m: *const wb_model) -> *const c_char {
    plain(c"".as_ptr(), || Ok(get(m, "m")?.format.as_ptr()))
}

/// A weight file. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_file_info {
    /// `sizeof(wb_file_info)`.
    pub struct_size: usize,
    /// The path, relative to the model's directory.
    pub path: wb_str,
    /// The length in bytes.
    pub bytes: u64,
}

/// Returns the number of weight files; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_file_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.files().len()))
}

/// Describes a weight file. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_file_info(m: *const wb_model, index: usize, out: *mut wb_file_info) -> wb_status {
    status(|| {
        let mut files = get(m, "m")?.model.files();
        let file = files.nth(index).ok_or(Fault::OutOfRange("file", index))?;
        let info = wb_file_info { struct_size: size_of::<wb_file_info>(), path: file.name().into(), bytes: file.len() };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Looks up a text that the caller gives (with its length and its name) in a model.
pub(super) fn find_in(
    m: *const wb_model,
    (given, len, argument): (*const c_char, usize, &str),
    index: *mut usize,
    find: impl FnOnce(&Model, &str) -> Option<usize>,
) -> Result<wb_status, Code> {
    let model = &get(m, "m")?.model;
    let out = Out::new(index, "index")?;
    Ok(out.set_found(find(model, text(given, len, argument)?)))
}

/// The error for a range of which a part does not exist.
pub(super) fn check_range(what: &'static str, first: usize, count: usize, len: usize) -> Result<(), Fault> {
    let end = first.checked_add(count).filter(|end| *end <= len);
    end.map(drop).ok_or(Fault::OutOfRange(what, first.saturating_add(count)))
}

/// Writes a result that the caller may not want.
pub(super) fn set_optional<T>(place: *mut T, value: T) {
    if let Ok(out) = Out::new(place, "") {
        out.set(value);
    }
}
