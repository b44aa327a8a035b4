//! The primary context of a device, and what can be done while it is current on a thread.

use std::ffi::{c_int, c_uint, c_void};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cudarc::driver::sys::{CUcontext, CUstream};

use super::owned::{DeviceMemory, Event, Host, Pinned, Stream};
use super::{Code, Device, Driver, call};
use crate::error::{Error, Result};
use crate::load::options::HostStream;
use crate::storage::Slot;

const NOT_PERMITTED: Code = 800;
const NOT_SUPPORTED: Code = 801;

const STREAM_NON_BLOCKING: c_uint = 1;
const EVENT_BLOCKING_SYNC: c_uint = 1;
const EVENT_DISABLE_TIMING: c_uint = 2;
const PORTABLE: c_uint = 1;
const CAPTURE_MODE_RELAXED: c_uint = 2;
const CAPTURE_NONE: c_uint = 0;
const POINTER_MEMORY_TYPE: c_int = 2;
const POINTER_ORDINAL: c_int = 9;
const MEMORY_TYPE_DEVICE: c_uint = 2;

/// The primary context of a device, kept alive.
pub(in crate::load::cuda) struct Context {
    pub(in crate::load::cuda) device: Device,
    raw: CUcontext,
    is_abandoned: AtomicBool,
}

// SAFETY: a context is a name for an object of the driver, whose calls may come from any thread.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Drop for Context {
    fn drop(&mut self) {
        // There is nobody to tell: the driver may be shutting down.
        let _ = call!(self.device.driver, cuDevicePrimaryCtxRelease_v2(self.device.raw));
    }
}

impl Context {
    pub(super) fn new(device: Device, raw: CUcontext) -> Self {
        Self { device, raw, is_abandoned: AtomicBool::new(false) }
    }

    /// Makes the context current on this thread, until the guard is dropped; then the thread is as it was found. A capture
    /// that another library has begun on this thread is not disturbed meanwhile.
    pub(in crate::load::cuda) fn enter(self: &Arc<Self>) -> Result<Entered<'_>> {
        let driver = self.device.driver;
        call!(driver, cuCtxPushCurrent_v2(self.raw))?;
        let mut entered = Entered { context: self, capture_mode: None, thread: PhantomData };
        if let Some(exchange) = driver.table.cuThreadExchangeStreamCaptureMode {
            let mut mode = CAPTURE_MODE_RELAXED;
            // SAFETY: a place for a mode, which is exchanged for the thread's own.
            driver.check("cuThreadExchangeStreamCaptureMode", unsafe { exchange(&mut mode) })?;
            entered.capture_mode = Some(mode);
        }
        Ok(entered)
    }

    /// Keeps the context for ever: something that is under way in it may still read host memory and write to the device.
    pub(super) fn abandon(self: &Arc<Self>) {
        if !self.is_abandoned.swap(true, Ordering::Relaxed) {
            std::mem::forget(Arc::clone(self));
        }
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.is_abandoned.load(Ordering::Relaxed)
    }

    /// As [`enter`](Self::enter), to give something back: what is at stake is worth a second attempt.
    pub(super) fn enter_again(self: &Arc<Self>) -> Result<Entered<'_>> {
        self.enter().or_else(|_| self.enter())
    }
}

/// The right to work in a context on this thread.
pub(in crate::load::cuda) struct Entered<'a> {
    context: &'a Arc<Context>,
    capture_mode: Option<c_uint>,
    /// It must be dropped on the thread that made it.
    thread: PhantomData<*const ()>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let driver = self.driver();
        if let (Some(mut mode), Some(exchange)) = (self.capture_mode, driver.table.cuThreadExchangeStreamCaptureMode) {
            // SAFETY: a place for a mode.
            let _ = unsafe { exchange(&mut mode) };
        }
        let mut popped = ptr::null_mut();
        let _ = call!(driver, cuCtxPopCurrent_v2(&mut popped));
    }
}

impl Entered<'_> {
    pub(super) fn driver(&self) -> &'static Driver {
        self.context.device.driver
    }

    /// Bytes of the device's memory that are free: other programs may take them at any time.
    pub(in crate::load::cuda) fn free_bytes(&self) -> Result<u64> {
        let (mut free, mut total) = (0, 0);
        call!(self.driver(), cuMemGetInfo_v2(&mut free, &mut total))?;
        Ok(free as u64)
    }

    pub(in crate::load::cuda) fn allocate(&self, bytes: u64) -> Result<DeviceMemory> {
        let size = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut address = 0;
        call!(self.driver(), cuMemAlloc_v2(&mut address, size.max(1)))?;
        Ok(DeviceMemory::new(self.context, address))
    }

    pub(in crate::load::cuda) fn stream(&self) -> Result<Stream> {
        let mut raw = ptr::null_mut();
        call!(self.driver(), cuStreamCreate(&mut raw, STREAM_NON_BLOCKING))?;
        Ok(Stream::new(self.context, raw))
    }

    /// An event that a thread can wait for without spinning.
    pub(in crate::load::cuda) fn event(&self) -> Result<Event> {
        let mut raw = ptr::null_mut();
        call!(self.driver(), cuEventCreate(&mut raw, EVENT_BLOCKING_SYNC | EVENT_DISABLE_TIMING))?;
        Ok(Event::new(self.context, raw))
    }

    /// Whether a stream of the host program is of this context. The default streams are of every context.
    pub(in crate::load::cuda) fn has_stream(&self, stream: &HostStream) -> Result<bool> {
        let mut context = ptr::null_mut();
        call!(self.driver(), cuStreamGetCtx(stream.raw as CUstream, &mut context))?;
        Ok(context == self.context.raw)
    }

    pub(in crate::load::cuda) fn is_capturing(&self, stream: &HostStream) -> Result<bool> {
        let Some(ask) = self.driver().table.cuStreamIsCapturing else { return Ok(false) };
        let mut status = CAPTURE_NONE;
        // SAFETY: a stream that the caller keeps valid, and a place for a number.
        self.driver().check("cuStreamIsCapturing", unsafe { ask(stream.raw as CUstream, &mut status) })?;
        Ok(status != CAPTURE_NONE)
    }

    /// Marks what is in a stream of the host program now.
    pub(in crate::load::cuda) fn record_host(&self, event: &Event, stream: &HostStream) -> Result<()> {
        call!(self.driver(), cuEventRecord(event.raw(), stream.raw as CUstream))
    }

    /// Makes later work in a stream of the host program wait for an event, on the device.
    pub(in crate::load::cuda) fn delay_host(&self, stream: &HostStream, event: &Event) -> Result<()> {
        call!(self.driver(), cuStreamWaitEvent(stream.raw as CUstream, event.raw(), 0))
    }

    /// Refuses memory of the caller that is not `bytes` bytes of one allocation on this device.
    pub(in crate::load::cuda) fn check_memory(&self, address: u64, bytes: u64) -> Result<()> {
        let refuse = |message: String| Err(Error::invalid(format!("{address:#x} {message}")).subject("destinations"));
        let (mut kind, mut ordinal): (c_uint, c_int) = (0, 0);
        let place = |value: &mut c_uint| ptr::from_mut(value).cast::<c_void>();
        if call!(self.driver(), cuPointerGetAttribute(place(&mut kind), POINTER_MEMORY_TYPE, address)).is_err()
            || kind != MEMORY_TYPE_DEVICE
        {
            return refuse("is no pointer to device memory".to_owned());
        }
        let place = ptr::from_mut(&mut ordinal).cast::<c_void>();
        call!(self.driver(), cuPointerGetAttribute(place, POINTER_ORDINAL, address))?;
        let own = self.context.device.ordinal;
        if ordinal as u32 != own {
            return refuse(format!("is memory of CUDA device {ordinal}: expected device {own}"));
        }
        let Some(range) = self.driver().table.cuMemGetAddressRange_v2 else { return Ok(()) };
        let (mut base, mut size) = (0, 0);
        // SAFETY: places for a pointer and a size; the driver looks the address up and does not follow it.
        self.driver().check("cuMemGetAddressRange_v2", unsafe { range(&mut base, &mut size, address) })?;
        let room = (base + size as u64).saturating_sub(address);
        if bytes > room {
            return refuse(format!("has room for {room} bytes to the end of its allocation: {bytes} are needed"));
        }
        Ok(())
    }

    /// Marks what is in a stream now.
    pub(in crate::load::cuda) fn record(&self, event: &Event, stream: &Stream) -> Result<()> {
        call!(self.driver(), cuEventRecord(event.raw(), stream.raw()))
    }

    /// Makes later work in a stream wait for an event, on the device.
    pub(in crate::load::cuda) fn delay(&self, stream: &Stream, event: &Event) -> Result<()> {
        call!(self.driver(), cuStreamWaitEvent(stream.raw(), event.raw(), 0))
    }

    /// Begins to copy a range of pinned memory to the device, behind what is in the stream.
    pub(in crate::load::cuda) fn copy(
        &self,
        memory: &mut Pinned,
        range: Range<usize>,
        address: u64,
        stream: &Stream,
    ) -> Result<()> {
        let (start, len) = memory.lend(range);
        call!(self.driver(), cuMemcpyHtoDAsync_v2(address, start.cast(), len, stream.raw()))
    }

    /// Memory that the devices can read on their own while the processor goes on.
    pub(in crate::load::cuda) fn pin(&self, mut memory: Slot) -> Result<Pinned> {
        let len = memory.len();
        // Fresh pages are pinned one by one, and slowly; pages that are there already can be pinned as huge ones.
        memory.fill(0);
        let start = memory.as_mut_ptr();
        match call!(self.driver(), cuMemHostRegister_v2(start.cast(), len, PORTABLE)) {
            Ok(()) => Ok(Pinned::new(self.context, Host::Registered(ManuallyDrop::new(memory)))),
            Err(e) if [NOT_PERMITTED, NOT_SUPPORTED].map(i64::from).contains(&e.os_code()) => {
                let mut start = ptr::null_mut();
                call!(self.driver(), cuMemHostAlloc(&mut start, len, PORTABLE))?;
                Ok(Pinned::new(self.context, Host::Allocated(start as usize, len)))
            }
            Err(e) => Err(e),
        }
    }
}

impl HostStream {
    /// A stream by its handle: a `CUstream`, which is also a `cudaStream_t`.
    ///
    /// # Safety
    ///
    /// The stream stays valid as long as it is used: as [`CudaOptions::after`](crate::load::CudaOptions) until the task has
    /// started, in a fence during the call.
    pub unsafe fn from_raw(stream: *mut c_void) -> Self {
        Self::new(stream as usize, None)
    }
}
