//! What the driver owns, and its owners here. What they do, they do in a context that is entered.

use std::ffi::{c_uint, c_void};
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::ptr;
use std::slice;
use std::sync::Arc;

use super::context::{Context, Entered};
use super::types::{CU_MEMORYTYPE_DEVICE, CUDA_MEMCPY2D, CUevent, CUstream};
use super::{Code, Driver, call};
use crate::error::{Kind, Result};
use crate::load::copy_2d::Copy2d;
use crate::load::lent::HostStream;
use crate::storage::Slot;

const NOT_READY: Code = 600;

const STREAM_NON_BLOCKING: c_uint = 1;
const EVENT_BLOCKING_SYNC: c_uint = 1;
const EVENT_DISABLE_TIMING: c_uint = 2;
const PORTABLE: c_uint = 1;

/// Memory of a device.
pub(in crate::load::cuda) struct DeviceMemory {
    context: Arc<Context>,
    address: u64,
    alignment: u64,
}

/// What every allocation of the driver is a multiple of.
const ALLOCATION_ALIGNMENT: u64 = 256;

impl DeviceMemory {
    /// Memory at a multiple of `alignment`, a power of two.
    pub(in crate::load::cuda) fn new(entered: &Entered<'_>, bytes: u64, alignment: u64) -> Result<Self> {
        let padding = alignment.saturating_sub(ALLOCATION_ALIGNMENT);
        let size = usize::try_from(bytes.saturating_add(padding)).unwrap_or(usize::MAX);
        let mut address = 0;
        call!(entered.driver(), cuMemAlloc_v2(&mut address, size.max(1)))?;
        Ok(Self { context: entered.context(), address, alignment })
    }

    /// Where it begins.
    pub(in crate::load::cuda) fn start(&self) -> u64 {
        self.address.next_multiple_of(self.alignment)
    }
}

impl Drop for DeviceMemory {
    /// What copies may still write to stays allocated.
    fn drop(&mut self) {
        if self.context.is_abandoned() {
            return;
        }
        let Ok(entered) = self.context.enter_again() else { return };
        let _ = call!(entered.driver(), cuMemFree_v2(self.address));
    }
}

/// A stream of our own, which waits for no other one.
pub(in crate::load::cuda) struct Stream {
    context: Arc<Context>,
    raw: usize,
}

impl Stream {
    pub(in crate::load::cuda) fn new(entered: &Entered<'_>) -> Result<Self> {
        let mut raw = ptr::null_mut();
        call!(entered.driver(), cuStreamCreate(&mut raw, STREAM_NON_BLOCKING))?;
        Ok(Self { context: entered.context(), raw: raw as usize })
    }

    fn raw(&self) -> CUstream {
        self.raw as CUstream
    }

    /// Begins to copy a range of pinned memory to the device, behind what is in the stream.
    pub(in crate::load::cuda) fn copy(
        &self,
        entered: &Entered<'_>,
        memory: &mut Pinned,
        range: Range<usize>,
        address: u64,
    ) -> Result<()> {
        let bytes = memory.lend(range);
        let (start, len) = (bytes.as_ptr(), bytes.len());
        call!(entered.driver(), cuMemcpyHtoDAsync_v2(address, start.cast(), len, self.raw()))
    }

    /// Begins to copy rows inside the device, between two addresses that lie in memory of its own, behind what is in the stream.
    pub(in crate::load::cuda) fn copy_within(
        &self,
        entered: &Entered<'_>,
        copy: &Copy2d,
        source: u64,
        place: u64,
    ) -> Result<()> {
        let asked = CUDA_MEMCPY2D {
            srcXInBytes: 0,
            srcY: 0,
            srcMemoryType: CU_MEMORYTYPE_DEVICE,
            srcHost: ptr::null(),
            srcDevice: source + copy.from as u64,
            srcArray: ptr::null_mut(),
            srcPitch: copy.from_pitch,
            dstXInBytes: 0,
            dstY: 0,
            dstMemoryType: CU_MEMORYTYPE_DEVICE,
            dstHost: ptr::null_mut(),
            dstDevice: place + copy.to as u64,
            dstArray: ptr::null_mut(),
            dstPitch: copy.to_pitch,
            WidthInBytes: copy.width,
            Height: copy.height,
        };
        call!(entered.driver(), cuMemcpy2DAsync_v2(&asked, self.raw()))
    }

    /// Makes later work in the stream wait for an event, on the device.
    pub(in crate::load::cuda) fn delay(&self, entered: &Entered<'_>, event: &Event) -> Result<()> {
        call!(entered.driver(), cuStreamWaitEvent(self.raw(), event.raw(), 0))
    }

    fn synchronize(&self) -> Result<()> {
        let entered = self.context.enter()?;
        call!(entered.driver(), cuStreamSynchronize(self.raw()))
    }

    /// Whether everything in the stream is done, for which it waits: asked before something is given back. If that cannot
    /// be known, the context is abandoned.
    pub(in crate::load::cuda) fn is_over(&self) -> bool {
        let is_over = (0..2).any(|_| self.synchronize().is_ok());
        if !is_over {
            self.context.abandon();
        }
        is_over
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let Ok(entered) = self.context.enter_again() else { return };
        let _ = call!(entered.driver(), cuStreamDestroy_v2(self.raw()));
    }
}

/// A mark in a stream, for which a thread can wait without spinning.
pub(in crate::load::cuda) struct Event {
    context: Arc<Context>,
    raw: usize,
}

impl Event {
    pub(in crate::load::cuda) fn new(entered: &Entered<'_>) -> Result<Self> {
        let mut raw = ptr::null_mut();
        call!(entered.driver(), cuEventCreate(&mut raw, EVENT_BLOCKING_SYNC | EVENT_DISABLE_TIMING))?;
        Ok(Self { context: entered.context(), raw: raw as usize })
    }

    fn raw(&self) -> CUevent {
        self.raw as CUevent
    }

    /// Marks what is in a stream now.
    pub(in crate::load::cuda) fn record(&self, entered: &Entered<'_>, stream: &Stream) -> Result<()> {
        call!(entered.driver(), cuEventRecord(self.raw(), stream.raw()))
    }

    /// Marks what is in a stream of the host program now.
    pub(in crate::load::cuda) fn record_host(&self, entered: &Entered<'_>, stream: &HostStream) -> Result<()> {
        call!(entered.driver(), cuEventRecord(self.raw(), stream.raw as CUstream))
    }

    /// Makes later work in a stream of the host program wait for the mark, on the device.
    pub(in crate::load::cuda) fn delay_host(&self, entered: &Entered<'_>, stream: &HostStream) -> Result<()> {
        call!(entered.driver(), cuStreamWaitEvent(stream.raw as CUstream, self.raw(), 0))
    }

    /// Waits until the work before the mark is done.
    pub(in crate::load::cuda) fn synchronize(&self) -> Result<()> {
        let entered = self.context.enter()?;
        call!(entered.driver(), cuEventSynchronize(self.raw()))
    }

    /// Whether the work before the mark is done.
    pub(in crate::load::cuda) fn is_done(&self) -> Result<bool> {
        let entered = self.context.enter()?;
        match call!(entered.driver(), cuEventQuery(self.raw())) {
            Err(e) if e.os_code() == i64::from(NOT_READY) => Ok(false),
            other => other.map(|()| true),
        }
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let Ok(entered) = self.context.enter_again() else { return };
        let _ = call!(entered.driver(), cuEventDestroy_v2(self.raw()));
    }
}

/// Host memory that devices can read on their own while the processor goes on.
pub(in crate::load::cuda) struct Pinned {
    context: Arc<Context>,
    memory: Memory,
    is_lent: bool,
}

enum Memory {
    /// Ours, made known to the driver.
    Registered(ManuallyDrop<Slot>),
    /// Address and length of what the driver allocated.
    Allocated(usize, usize),
}

impl Pinned {
    /// Pins memory for all devices. Where the driver cannot, it allocates as much of its own.
    pub(in crate::load::cuda) fn new(entered: &Entered<'_>, mut slot: Slot) -> Result<Self> {
        let len = slot.len();
        // Fresh pages are pinned one by one, and slowly; pages that are there already can be pinned as huge ones.
        slot.fill(0);
        let memory = match call!(entered.driver(), cuMemHostRegister_v2(slot.as_mut_ptr().cast(), len, PORTABLE)) {
            Ok(()) => Memory::Registered(ManuallyDrop::new(slot)),
            // Not every driver can pin memory that it has not allocated: on virtual machines, for instance.
            Err(e) if e.kind() == Kind::Device && !Driver::is_loss(&e) => {
                let mut start = ptr::null_mut();
                call!(entered.driver(), cuMemHostAlloc(&mut start, len, PORTABLE))?;
                // SAFETY: the driver has just given us memory of this length. It does not say what is in it.
                unsafe { start.cast::<u8>().write_bytes(0, len) };
                Memory::Allocated(start as usize, len)
            }
            Err(e) => return Err(e),
        };
        Ok(Self { context: entered.context(), memory, is_lent: false })
    }

    /// The bytes of a range that no copy under way reads.
    pub(in crate::load::cuda) fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        match &mut self.memory {
            Memory::Registered(slot) => &mut slot[range],
            Memory::Allocated(start, len) => {
                assert!(range.start <= range.end && range.end <= *len, "{range:?} of {len} bytes");
                // SAFETY: a range of the memory that the driver gave us, which has been zeroed, lives until `drop`, and
                // is reached by `self` alone. Devices may be reading other ranges.
                unsafe { slice::from_raw_parts_mut((*start as *mut u8).add(range.start), range.len()) }
            }
        }
    }

    /// A range that a device is about to read.
    fn lend(&mut self, range: Range<usize>) -> &[u8] {
        self.is_lent = true;
        self.bytes_mut(range)
    }

    /// Whether a device may still read it.
    pub(in crate::load::cuda) fn is_lent(&self) -> bool {
        self.is_lent
    }

    /// Notes that every copy from this memory is over.
    pub(in crate::load::cuda) fn take_back(&mut self) {
        self.is_lent = false;
    }

    /// Gives the memory back; whether that was possible.
    fn release(&mut self) -> bool {
        let Ok(entered) = self.context.enter_again() else { return false };
        match &mut self.memory {
            Memory::Allocated(start, _) => call!(entered.driver(), cuMemFreeHost(*start as *mut c_void)).is_ok(),
            Memory::Registered(slot) => {
                let is_released = call!(entered.driver(), cuMemHostUnregister(slot.as_mut_ptr().cast())).is_ok();
                if is_released {
                    // SAFETY: it is not used again, and the driver has let go of it.
                    unsafe { ManuallyDrop::drop(slot) };
                }
                is_released
            }
        }
    }
}

impl Drop for Pinned {
    /// Memory that a device may still read is leaked, with the context that knows it: to give it back would let the device
    /// read what is there next.
    fn drop(&mut self) {
        if self.is_lent || !self.release() {
            self.context.abandon();
        }
    }
}
