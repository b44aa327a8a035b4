//! The primary context of a device, and what can be done while it is current on a thread.

use std::ffi::{c_int, c_uint, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::types::{CUcontext, CUstream};
use super::{Code, Device, Driver, call};
use crate::error::{Error, Result};
use crate::load::lent::HostStream;

const INVALID_VALUE: Code = 1;

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
    pub(super) fn context(&self) -> Arc<Context> {
        Arc::clone(self.context)
    }

    pub(super) fn driver(&self) -> &'static Driver {
        self.context.device.driver
    }

    /// Bytes of the device's memory that are free: other programs may take them at any time.
    pub(in crate::load::cuda) fn free_bytes(&self) -> Result<u64> {
        let (mut free, mut total) = (0, 0);
        call!(self.driver(), cuMemGetInfo_v2(&mut free, &mut total))?;
        Ok(free as u64)
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

    /// Refuses memory of the caller that is not `bytes` bytes of one allocation on this device.
    pub(in crate::load::cuda) fn check_memory(&self, address: u64, bytes: u64) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        let refuse =
            |message: String| Err(Error::invalid(format!("{address:#x} {message}")).with_subject("destinations"));
        let (mut kind, mut ordinal): (c_uint, c_int) = (0, 0);
        let place = ptr::from_mut(&mut kind).cast::<c_void>();
        match call!(self.driver(), cuPointerGetAttribute(place, POINTER_MEMORY_TYPE, address)) {
            Ok(()) if kind == MEMORY_TYPE_DEVICE => {}
            Err(e) if e.os_code() != i64::from(INVALID_VALUE) => return Err(e),
            _ => return refuse("is not a pointer to device memory".to_owned()),
        }
        let place = ptr::from_mut(&mut ordinal).cast::<c_void>();
        call!(self.driver(), cuPointerGetAttribute(place, POINTER_ORDINAL, address))?;
        let own = self.context.device.ordinal;
        if ordinal as u32 != own {
            return refuse(format!("is memory of CUDA device {ordinal}: expected device {own}"));
        }
        let Some(range) = self.driver().table.cuMemGetAddressRange_v2 else { return Ok(()) };
        let mut end = address;
        // Memory that is mapped in pieces is a range for each of them.
        while end - address < bytes {
            let (mut base, mut size) = (0, 0);
            // SAFETY: places for a pointer and a size; the driver looks the address up and does not follow it.
            let code = unsafe { range(&mut base, &mut size, end) };
            let next = base.saturating_add(size as u64);
            if code != 0 || next <= end {
                let room = end - address;
                return refuse(format!("has room for {room} bytes to the end of its allocation: {bytes} are needed"));
            }
            end = next;
        }
        Ok(())
    }
}
