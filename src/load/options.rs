//! What the caller asks of a load.

use std::path::PathBuf;

use super::lent::{Destination, HostStream};
use crate::dtype::DType;
use crate::host::Cancel;

/// Where the bytes of the tensors go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Target {
    /// One arena in host memory, each tensor aligned.
    #[default]
    Host,
    /// They stay where they are: zero-copy pointers into the mapped files.
    View,
    /// Nowhere: they are only checked.
    None,
    /// One arena in memory that can be mapped by other processes and that nobody can change any more, see
    /// [`Placement::sealed`](super::Placement::sealed). Linux only.
    Sealed,
    /// A new file, see [`FileOptions`].
    File,
    /// CUDA devices, see [`CudaOptions`].
    Cuda,
}

/// What to load, and how.
///
/// Patterns are globs over tensor names, with at most 64 stars; `*` also matches `/` and `.`. A pattern that matches none of the
/// selected tensors is an error.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// Where to.
    pub target: Target,
    /// Patterns of the tensors to load; none means all tensors.
    pub include: Vec<String>,
    /// Tensors by index, instead of patterns; the placement keeps their order.
    pub tensors: Vec<usize>,
    /// Alignment of each tensor in an arena in bytes, a power of two; 0 means 64 on the host and in files and 256 on a device.
    pub alignment: u64,
    /// The bound on host memory beside the tensors, in bytes, at least 65,536, for a file or where tensors are not stored
    /// contiguously 131,072, for a device 196,608, and 65,536 more with large reads. 0 means 8 MiB, for a device or where
    /// tensors are not stored contiguously 128 MiB. A thread that loads to devices uses 8.5 MiB at most, of which it pins 4 MiB.
    pub staging_bytes: u64,
    /// The most bytes of one block, which is what [`Task::step`](super::Task::step) does at least; at least 65,536. 0 means
    /// 524,288 where bytes are hashed, 4,194,304 where they are only read, and up to 8,388,608 for tensors that are not stored
    /// contiguously.
    pub block_bytes: u64,
    /// The most threads that read at once, within what the context allows; 0 means as many as that. With more threads
    /// than processors, more reads wait for a slow disk at the same time.
    pub readers: usize,
    /// Tensors of which only a part is loaded. The first rule that matches a tensor counts.
    pub slices: Vec<SliceRule>,
    /// Tensors that are loaded in another element type. The first rule that matches a tensor counts.
    pub casts: Vec<CastRule>,
    /// How files are read.
    pub reads: Reads,
    /// Memory of the caller to fill, instead of an arena that the placement owns: of devices, or for [`Target::Host`] of the host.
    pub destinations: Vec<Destination>,
    /// Stops the tasks of the plan from another thread, see [`Cancel::cancel`].
    pub cancel: Option<Cancel>,
    /// What only [`Target::File`] needs.
    pub file: FileOptions,
    /// What only [`Target::Cuda`] needs.
    pub cuda: CudaOptions,
}

/// Loads one of `world` parts of the tensors that a pattern matches: what one rank of a tensor-parallel group holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceRule {
    /// Which tensors.
    pub pattern: String,
    /// The dimension that is cut, counted from the outermost, 0.
    pub dim: usize,
    /// Which part, counted from 0.
    pub rank: u64,
    /// How many parts there are.
    pub world: u64,
    /// What happens if the dimension is no multiple of `world`.
    pub uneven: Uneven,
}

/// What happens to a dimension that cannot be cut into equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Uneven {
    /// It is an error.
    #[default]
    Refuse,
    /// The first parts get one element more than the last ones (as `numpy.array_split` does).
    Spread,
}

/// Loads the tensors that a pattern matches in another element type.
///
/// F32 is rounded to the nearest F16 or BF16, ties to even; every other conversion is exact: F16 and BF16 to F32,
/// F8_E4M3 and F8_E5M2 to F16, BF16 and F32. The block types Q4_0, Q4_1 and Q8_0 are dequantized to F32, F16 and BF16:
/// computed in F32, then rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CastRule {
    /// Which tensors.
    pub pattern: String,
    /// Only tensors of this type; others that the pattern matches stay as they are. `None`: a tensor that cannot be
    /// converted, and is not of the wanted type already, is an error.
    pub from: Option<DType>,
    /// The type to load them in.
    pub to: DType,
}

/// How files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reads {
    /// Past the page cache if the target is a device and little of the file is in the cache; else through it.
    #[default]
    Auto,
    /// Through the page cache.
    Buffered,
    /// Past the page cache (`O_DIRECT`) wherever the file system can.
    Direct,
}

/// How tensors are written to a new file: one after the other in the order in which they are stored, each aligned.
///
/// The file is written beside its place, synced and renamed when everything has been checked: the place holds what was
/// there before, or all of the new file. Host memory is that of the staging buffers, however large the model is; what
/// views and tensors in pieces need until they are contiguous is a file without a name beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileOptions {
    /// Where the file goes.
    pub path: PathBuf,
    /// Bytes that it begins with. Zeros follow up to the next multiple of the alignment, and then the first tensor.
    pub header: Vec<u8>,
    /// Whether a file that is there already is replaced; otherwise it is an error.
    pub replaces: bool,
}

impl FileOptions {
    /// A new file at this path, without a header.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

/// How tensors are placed on CUDA devices.
#[derive(Debug, Clone, Default)]
pub struct CudaOptions {
    /// Ordinals of the devices, as the driver counts them (`CUDA_VISIBLE_DEVICES` applies); none means device 0. Without
    /// routes every device gets every tensor.
    pub devices: Vec<u32>,
    /// Which tensors go to which device, for pipeline and expert parallelism. A tensor goes to the device of every route
    /// that matches it; one that no route matches goes to all devices.
    pub routes: Vec<Route>,
    /// A stream of the caller: the copies begin when the work that is in it at the start of the task is done.
    pub after: Option<HostStream>,
    /// The task is done as soon as everything is checked and the last copy is submitted: the caller then orders its
    /// work behind [`Placement::fence`](super::Placement::fence), or waits with [`Placement::wait`](super::Placement::wait).
    /// Otherwise it is done when the last copy is.
    pub is_async: bool,
}

/// Sends the tensors that a pattern matches to one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which tensors.
    pub pattern: String,
    /// The ordinal of the device, one of [`CudaOptions::devices`].
    pub device: u32,
}
