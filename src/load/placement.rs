//! Tensors in their place.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::lent::HostStream;
use super::options::Target;
use super::plan::Plan;
use super::routing::Routing;
use super::select::{Form, Selected};
use crate::digest::Digest;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::memory;
use crate::storage::Frozen;
use crate::tensor::TensorTable;
use crate::verify::Report;

/// What memory is asked for.
const PLACES: &str = "the places of the tensors";

/// One tensor of a placement.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Its index in the model.
    pub tensor: usize,
    /// Its name.
    pub name: &'a str,
    /// The type of its elements here, which a cast may have changed.
    pub dtype: DType,
    /// Its shape here, which a slice may have changed: elements, outermost dimension first, contiguous and row-major.
    pub shape: &'a [i64],
    /// A host pointer or a device pointer; not 0, also if there are no bytes. 0 for a tensor in a file.
    pub address: u64,
    /// Bytes there.
    pub len: u64,
    /// Bytes from the start of the arena, or of the file for [`Target::View`] and [`Target::File`]; 0 on a device.
    pub offset: u64,
    /// The ordinal of the CUDA device; `None` if it is in host memory.
    pub device: Option<u32>,
    host: Option<&'a [u8]>,
}

impl<'a> Placed<'a> {
    /// Its bytes, if they are in host memory.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        self.host
    }
}

/// Where the tensors of a finished task are. Cheap to clone; immutable; usable from many threads at once.
///
/// A host placement owns its arena and does not need the model any more. One on devices owns its arenas, but for memory that
/// the caller gave. A view keeps the maps of the model's files.
#[derive(Clone)]
pub struct Placement(Arc<Inner>);

struct Inner {
    target: Target,
    tensors: Arc<TensorTable>,
    /// Tensors in the order of selection.
    selection: Vec<Selected>,
    /// The position of each tensor; absent when all are selected in their own order.
    positions: Option<HashMap<usize, usize>>,
    memory: Memory,
    report: Arc<Report>,
    /// What manifests state for the stored bytes of each selected tensor, for those who load another version; empty if none does.
    digests: Mutex<Vec<Option<Digest>>>,
}

/// Where the bytes are.
pub(super) enum Memory {
    None,
    /// The parts of the arena, of which the first holds all tensors that have no destination of their own; and in which part each
    /// selected tensor is, and where it begins there.
    Host(Vec<Frozen>, Vec<(usize, u64)>),
    /// Each file as a whole; empty for files that are not used.
    Views(Vec<Bytes>),
    /// Where each selected tensor begins in a new file.
    File(Vec<u64>),
    #[cfg_attr(not(feature = "cuda"), expect(dead_code, reason = "a build without devices places nothing there"))]
    Devices(Arc<dyn OnDevices>),
}

/// Tensors in the memory of devices, some of which may be on their way yet.
pub(super) trait OnDevices: Send + Sync {
    /// Which tensor is where.
    fn routing(&self) -> &Routing;

    /// A tensor: its index in the selection, the ordinal of its device and its address.
    fn placed(&self, position: usize) -> Option<(usize, u32, u64)>;

    /// Waits until all bytes are there.
    fn wait(&self) -> Result<()>;

    /// Copies bytes inside devices, and waits for that: the ordinal of each device, from where, to where, and how many.
    fn copy(&self, copies: &[(u32, u64, u64, u64)]) -> Result<()>;

    /// Makes later work in a stream wait until all bytes are there: without one, in the default stream of every device.
    fn fence(&self, stream: Option<&HostStream>) -> Result<()>;
}

impl Memory {
    /// What a target has that leaves the bytes where they are.
    pub(super) fn in_files(plan: &Plan) -> Result<Self> {
        if plan.target == Target::View { views(plan).map(Self::Views) } else { Ok(Self::None) }
    }
}

impl Placement {
    pub(super) fn new(plan: &Plan, memory: Memory, report: Report) -> Result<Self> {
        let tensors = || plan.selection.iter().map(|selected| selected.tensor);
        let is_identity = plan.selection.len() == plan.payload.tensors.len() && tensors().is_sorted();
        let mut positions = HashMap::new();
        if !is_identity {
            positions
                .try_reserve(plan.selection.len())
                .map_err(|_| Error::out_of_memory(PLACES, plan.selection.len() as u64))?;
            positions.extend(tensors().enumerate().map(|(position, tensor)| (tensor, position)));
        }
        let inner = Inner {
            target: plan.target,
            tensors: Arc::clone(&plan.payload.tensors),
            selection: memory::collect(plan.selection.iter().cloned(), PLACES)?,
            positions: (!is_identity).then_some(positions),
            memory,
            report: Arc::new(report),
            digests: Mutex::new(plan.stated_digests()?),
        };
        memory::check()?;
        Ok(Self(Arc::new(inner)))
    }

    /// The number of tensors, once for each device that has them; 0 for [`Target::None`].
    pub fn len(&self) -> usize {
        match &self.0.memory {
            Memory::None => 0,
            Memory::Devices(devices) => devices.routing().len(),
            _ => self.0.selection.len(),
        }
    }

    /// Whether there are no tensors.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the tensors are.
    pub fn target(&self) -> Target {
        self.0.target
    }

    /// The tensor at a position: in the order in which indices were given, or else in the order of the model. Of several
    /// devices, the tensors of the first come first.
    pub fn get(&self, position: usize) -> Option<Placed<'_>> {
        match &self.0.memory {
            Memory::None => None,
            Memory::Host(parts, places) => {
                let (part, start) = *places.get(position)?;
                self.on_host(position, &parts.get(part)?.bytes, start)
            }
            Memory::File(offsets) => Some(Placed { offset: *offsets.get(position)?, ..self.describe(position)? }),
            Memory::Views(files) => {
                let selected = self.0.selection.get(position)?;
                let span = selected.plain_span(&self.0.tensors.get(selected.tensor)?)?;
                self.on_host(position, files.get(span.file as usize)?, span.offset)
            }
            Memory::Devices(devices) => {
                let (selected, device, address) = devices.placed(position)?;
                Some(Placed { address, device: Some(device), ..self.describe(selected)? })
            }
        }
    }

    /// The tensor with this name, on the first device that has it; `None` if the placement does not have it.
    pub fn find(&self, name: &str) -> Option<Placed<'_>> {
        self.get(self.position(name)?)
    }

    /// The tensor with this name on one CUDA device; `None` if that device does not have it.
    pub fn find_on(&self, device: u32, name: &str) -> Option<Placed<'_>> {
        self.get(self.position_on(Some(device), name)?)
    }

    /// The position of the tensor with this name, for [`get`](Self::get), on the first device that has it.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions(name)?.next()
    }

    /// The position of the tensor with this name on one CUDA device, or with `None` in host memory.
    pub fn position_on(&self, device: Option<u32>, name: &str) -> Option<usize> {
        self.positions(name)?.find(|position| self.get(*position).is_some_and(|placed| placed.device == device))
    }

    /// The positions of the tensor with this name: one for each device that has it.
    fn positions(&self, name: &str) -> Option<impl Iterator<Item = usize>> {
        let selected = self.selected(name)?;
        let (on_host, on_devices) = match &self.0.memory {
            Memory::None => (None, None),
            Memory::Devices(devices) => (None, Some(devices.routing().positions_of(selected))),
            _ => (Some(selected), None),
        };
        Some(on_host.into_iter().chain(on_devices.into_iter().flatten()))
    }

    /// Copies bytes inside devices.
    pub(super) fn copy_on_devices(&self, copies: &[(u32, u64, u64, u64)]) -> Result<()> {
        match &self.0.memory {
            Memory::Devices(devices) if !copies.is_empty() => devices.copy(copies),
            _ => Ok(()),
        }
    }

    pub(super) fn digests(&self) -> &Mutex<Vec<Option<Digest>>> {
        &self.0.digests
    }

    /// How many tensors are selected, on however many devices.
    pub(super) fn selected_count(&self) -> usize {
        self.0.selection.len()
    }

    /// The name of a selected tensor.
    pub(super) fn selected_name(&self, selected: usize) -> Option<&str> {
        self.0.tensors.get(self.0.selection.get(selected)?.tensor).map(|tensor| tensor.name)
    }

    /// What is placed of a selected tensor.
    pub(super) fn form(&self, selected: usize) -> Option<Form<'_>> {
        let selected = self.0.selection.get(selected)?;
        Some(selected.form(&self.0.tensors.get(selected.tensor)?))
    }

    /// The element type in which a selected tensor is stored.
    pub(super) fn stored_type(&self, selected: usize) -> Option<DType> {
        Some(self.0.tensors.get(self.0.selection.get(selected)?.tensor)?.dtype)
    }

    /// Where the tensor of this name is in the selection.
    pub(super) fn selected(&self, name: &str) -> Option<usize> {
        let index = self.0.tensors.find(name)?;
        match &self.0.positions {
            None => Some(index),
            Some(positions) => positions.get(&index).copied(),
        }
    }

    /// All that is known of a selected tensor but where it is.
    fn describe(&self, selected: usize) -> Option<Placed<'_>> {
        let selected = self.0.selection.get(selected)?;
        let tensor = self.0.tensors.get(selected.tensor)?;
        let (dtype, shape) = match &selected.part {
            Some(part) => (part.dtype, &part.shape[..]),
            None => (tensor.dtype, tensor.shape),
        };
        let len = selected.placed_len(&tensor);
        Some(Placed {
            tensor: selected.tensor,
            name: tensor.name,
            dtype,
            shape,
            address: 0,
            len,
            offset: 0,
            device: None,
            host: None,
        })
    }

    fn on_host<'a>(&'a self, position: usize, memory: &'a Bytes, start: u64) -> Option<Placed<'a>> {
        let placed = self.describe(position)?;
        let first = usize::try_from(start).ok()?;
        let bytes = memory.get(first..first.checked_add(usize::try_from(placed.len).ok()?)?)?;
        Some(Placed { address: bytes.as_ptr() as u64, offset: start, host: Some(bytes), ..placed })
    }

    /// Waits until all bytes of this placement are there, which only those of one that was made asynchronously may not be. An
    /// error means that they never will.
    pub fn wait(&self) -> Result<()> {
        match &self.0.memory {
            Memory::Devices(devices) => devices.wait(),
            _ => Ok(()),
        }
    }

    /// Makes later work in `stream` wait, on the device, until all bytes of this placement are there. No processor waits.
    /// Nothing has to wait if the placement is on the host, or was not made asynchronously.
    ///
    /// `None` stands for the default stream of every device of the placement. A stream that is being captured is refused
    /// while copies are under way.
    pub fn fence(&self, stream: Option<&HostStream>) -> Result<()> {
        match &self.0.memory {
            Memory::Devices(devices) => devices.fence(stream),
            _ => Ok(()),
        }
    }

    /// The memory of a placement whose target is [`Target::Sealed`]: a file without a name that other processes may map
    /// (as `MAP_SHARED`, for reading), and that nobody can write, shorten or lengthen. A tensor begins in it at
    /// [`Placed::offset`]. `None` for other targets. The descriptor is closed with the placement, and on exec:
    /// duplicate it to keep it or to hand it on.
    pub fn sealed(&self) -> Option<&File> {
        match &self.0.memory {
            Memory::Host(parts, _) => parts.first()?.file.as_deref(),
            _ => None,
        }
    }

    /// Bytes of the arena on the host; 0 for targets that have none.
    pub fn arena_bytes(&self) -> u64 {
        match &self.0.memory {
            Memory::Host(parts, _) => parts.first().map_or(0, |arena| arena.bytes.len() as u64),
            _ => 0,
        }
    }

    /// All tensors.
    pub fn iter(&self) -> impl Iterator<Item = Placed<'_>> + Clone {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// What was checked, and by what.
    pub fn report(&self) -> &Arc<Report> {
        &self.0.report
    }
}

impl fmt::Debug for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placement").field("target", &self.0.target).field("tensors", &self.len()).finish()
    }
}

fn views(plan: &Plan) -> Result<Vec<Bytes>> {
    let mut views = memory::filled(Bytes::new(), plan.payload.weights, PLACES)?;
    let tensors = plan.selection.iter().filter_map(|selected| plan.payload.tensors.get(selected.tensor));
    for file in tensors.map(|tensor| tensor.file()) {
        if views[file].is_empty() {
            let source = &plan.files[file].source;
            views[file] = source.whole()?.cloned().ok_or_else(|| source.no_view())?;
        }
    }
    Ok(views)
}
