//! # Models
//!
//! A model is opened once and never changes. Opening reads and checks headers and indices; the bytes of tensors
//! are not touched. The verification policy is fixed here.

use std::ffi::{c_char, c_void};

use bytes::Bytes;

use super::context::{context_of, wb_context};
use super::error::wb_error;
use super::graph::wb_graph;
use super::handle::{Handle, Shared, get, release, retain};
use super::hooks::{HostMemory, wb_destroy_fn};
use super::status::{WB_OK, wb_status};
use super::{Out, bytes, call, options, path as path_of, plain, status, text, wb_str};
use weighbridge::error::{Error, Result};
use weighbridge::limits::Limits;
use weighbridge::verify::Policy;
use weighbridge::{Access, Model, OpenOptions};

/// An open model. Counted references; immutable, so any function that takes it `const` may run on many threads at
/// once. Since 0.1.
pub struct wb_model {
    pub(super) model: Model,
    /// What `wb_graph` points to.
    pub(super) graphs: Box<[wb_graph]>,
}

impl Handle for wb_model {}
impl Shared for wb_model {}

impl From<Model> for wb_model {
    fn from(model: Model) -> Self {
        Self { graphs: wb_graph::all(&model), model }
    }
}

/// Flag of `wb_open_options`: files are read, never mapped. No input can then raise `SIGBUS`, and there are no zero-copy
/// pointers. Right for network file systems, and for hosts that cannot take a signal. Since 0.1.
pub const WB_OPEN_READ: u64 = 1;
/// Flag of `wb_open_options`: a file to which its path does not lead any more, because another one was renamed over it or it
/// was removed, is refused with `WB_ERR_CHANGED`, as a file that was written is. Otherwise the model goes on with the file
/// that it has opened, and `wb_model_changed` tells. Since 0.1.
pub const WB_OPEN_REFUSE_REPLACED: u64 = 2;

/// Policy: loads, `wb_model_verify` and `wb_model_asset_buffer` check what a manifest covers, and a mismatch is an error.
/// `wb_model_tensor_data`, `_buffer` and `_read` check nothing under this policy. Since 0.1.
pub const WB_VERIFY_IF_PRESENT: u32 = 0;
/// Policy: every weight file that is used must be covered. The bytes of a tensor are refused with `WB_ERR_UNVERIFIED` until
/// a load or `wb_model_verify` has checked them. Names, shapes, metadata and uncovered assets are available unchecked.
/// Since 0.1.
pub const WB_VERIFY_REQUIRED: u32 = 1;
/// Policy: nothing is checked. Since 0.1.
pub const WB_VERIFY_NONE: u32 = 2;

/// How a model is opened. Zeroed means the defaults; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_open_options {
    /// `sizeof(wb_open_options)`.
    pub struct_size: usize,
    /// `WB_OPEN_*`; unknown flags are refused.
    pub flags: u64,
    /// `WB_VERIFY_*`.
    pub verify: u32,
    /// Must be 0.
    pub reserved: u32,
    /// The name of the format, such as `"safetensors"`; empty: detected by content.
    pub format: wb_str,
    /// A manifest from a trusted place (the text of a `weighbridge.json` or a `SHA256SUMS`), which then counts instead
    /// of those that lie beside the weights. Copied.
    pub manifest: *const c_void,
    /// Bytes of `manifest`.
    pub manifest_len: usize,
    /// The longest header, index or manifest in bytes; 0: 100,000,000.
    pub max_header_bytes: u64,
    /// The most tensors; 0: 10,000,000.
    pub max_tensors: u64,
    /// The most bytes of memory for all headers, indices, manifests, tables and graphs together, and for contents of tensors that
    /// are built; 0: 1 GiB.
    pub max_heap_bytes: u64,
}

/// Opens a file or a directory: a `.safetensors` or `.onnx` file, a `*.index.json`, or a directory that holds one of them,
/// such as a Hugging Face snapshot.
///
/// `c` and `opt` may be NULL, and many threads may open with one context at once; `path` is UTF-8, with a length or
/// `WB_NUL`. The caller owns `*out`. Blocks while headers are read. `WB_ERR_FORMAT`: the file is broken;
/// `WB_ERR_NOT_FOUND`: it, or a shard of it, is missing; `WB_ERR_UNSUPPORTED`: no format that this build reads. Since
/// 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_open(
    c: *const wb_context,
    path: *const c_char,
    path_len: usize,
    opt: *const wb_open_options,
    out: *mut *mut wb_model,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let options = open_options(opt)?;
        let model = Model::open(path_of(path, path_len)?, &options, &context_of(c))?;
        out.set(wb_model::from(model).into_raw());
        Ok(WB_OK)
    })
}

/// Opens a model that is in the host's memory, with no copy.
///
/// The library adopts the memory: `destroy` (may be NULL) is called exactly once, when the model and everything that
/// views it are gone, or before this function returns if it fails. Until then the bytes must not change. The caller owns
/// `*out`. Since 0.1.
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
    call(err, || {
        let out = Out::handle(out, "out")?;
        let options = open_options(opt)?;
        if memory.is_impossible() {
            return Err(super::null("data"));
        }
        let model = Model::from_memory(Bytes::from_owner(memory), &options, &context_of(c))?;
        out.set(wb_model::from(model).into_raw());
        Ok(WB_OK)
    })
}

fn open_options(opt: *const wb_open_options) -> Result<OpenOptions> {
    let Some(opt) = options(opt, "opt")? else { return Ok(OpenOptions::default()) };
    let unknown = |what: &str, value: u64| Err(Error::invalid(format!("{value:#x} is not known")).with_subject(what));
    let has = |flag| opt.flags & flag != 0;
    if has(!(WB_OPEN_READ | WB_OPEN_REFUSE_REPLACED)) {
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
    let defaults = Limits::default();
    let or = |value: u64, default: u64| if value == 0 { default } else { value };
    Ok(OpenOptions {
        access,
        policy,
        refuses_replaced: has(WB_OPEN_REFUSE_REPLACED),
        format: (!format.is_empty()).then(|| format.to_owned()),
        manifest: (!opt.manifest.is_null()).then(|| manifest.to_owned()),
        limits: Limits {
            header_bytes: or(opt.max_header_bytes, defaults.header_bytes),
            tensors: or(opt.max_tensors, defaults.tensors),
            heap_bytes: or(opt.max_heap_bytes, defaults.heap_bytes),
            ..defaults
        },
    })
}

/// Adds a reference and returns `m`. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_retain(m: *mut wb_model) -> *mut wb_model {
    plain(m, || Ok(retain(m)))
}

/// Drops a reference. With the last one, everything that was borrowed from the model becomes invalid; buffers and
/// placements stay. Any thread; NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_release(m: *mut wb_model) {
    plain((), || {
        release(m);
        Ok(())
    });
}

/// Whether the weight files at the paths of a model differ from those that it has opened: a server asks to learn that there is a
/// new version. An index, manifests and assets are not looked at. A file that was renamed over another or removed does not harm a model that is open, which keeps the file.
///
/// Returns 1 or 0. With 1, `*why` (`why` may be NULL) is an error that the caller owns: `WB_ERR_CHANGED` with the name of the first
/// such file, and whether it was written, replaced or removed; another code if a file cannot be examined, or `m` is NULL. Makes
/// two system calls for each file, and none for memory. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_changed(m: *const wb_model, why: *mut *mut wb_error) -> i32 {
    let status = call(why, || match get(m, "m")?.model.changed() {
        None => Ok(WB_OK),
        Some(error) => Err(error),
    });
    i32::from(status != WB_OK)
}

/// The name of the model's format, such as `"safetensors"`. Static; empty for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_format(m: *const wb_model, out: *mut wb_str) {
    plain((), || {
        let out = Out::new(out, "out")?;
        out.set(get(m, "m").map_or("", |m| m.model.format()).into());
        Ok(())
    });
}

/// The number of weight files; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_file_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.files().len()))
}

/// A weight file: its path below the model's directory, borrowed from the model, and its length in bytes. Either result
/// may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_file(m: *const wb_model, index: usize, path: *mut wb_str, bytes: *mut u64) -> wb_status {
    status(|| {
        let mut files = get(m, "m")?.model.files();
        let file = files.nth(index).ok_or_else(|| out_of_range("file", index))?;
        set_optional(path, file.name().into());
        set_optional(bytes, file.len());
        Ok(WB_OK)
    })
}

/// Looks up a text that the caller gives (with its length and its name) in a model.
pub(super) fn find_in(
    m: *const wb_model,
    (given, len, argument): (*const c_char, usize, &str),
    index: *mut usize,
    find: impl FnOnce(&Model, &str) -> Option<usize>,
) -> Result<wb_status> {
    let model = &get(m, "m")?.model;
    let out = Out::new(index, "index")?;
    out.set_found(find(model, text(given, len, argument)?))
}

/// The error for an index that is too large.
pub(super) fn out_of_range(what: &str, index: usize) -> Error {
    Error::invalid(format!("there is no {what} {index}"))
}

/// The error for a range of which a part does not exist.
pub(super) fn check_range(what: &str, first: usize, count: usize, len: usize) -> Result<()> {
    let end = first.checked_add(count).filter(|end| *end <= len);
    end.map(drop).ok_or_else(|| out_of_range(what, first.saturating_add(count)))
}

/// Writes a result that the caller may not want.
pub(super) fn set_optional<T>(place: *mut T, value: T) {
    if let Ok(out) = Out::new(place, "") {
        out.set(value);
    }
}
