//! The CUDA driver, found at run time. All unsafe code for devices is here and in the two files below.
//!
//! Types and calls are our own: a missing library or symbol is an error and no panic, a result is a
//! number, so that a code which only a newer driver has is harmless, and no call leaves another context current on
//! the caller's thread than it found.

#![allow(unsafe_code)]

mod context;
mod owned;
mod types;

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::sync::{Arc, Mutex};

use libloading::Library;

use crate::error::{Error, Kind, Result};
use crate::load::lock::lock;

pub(super) use context::{Context, Entered};
pub(super) use owned::{DeviceMemory, Event, Pinned, Stream};
use types::{CUDA_MEMCPY2D, CUcontext, CUdevice, CUdeviceptr, CUevent, CUstream, CUuuid};

/// The name under which the driver installs itself. The toolkit's link stub is called `libcuda.so`, so that is never asked for.
const LIBRARY: &str = "libcuda.so.1";

/// What the driver calls return (`CUresult`).
type Code = u32;

const OUT_OF_MEMORY: Code = 2;
const DEINITIALIZED: Code = 4;
const STUB_LIBRARY: Code = 34;
const NO_DEVICE: Code = 100;
/// The context is lost with these, and every later call fails.
const LOST: &[Code] = &[214, 700, 702, 710, 714, 715, 716, 717, 718, 719, 999];

const COMPUTE_MAJOR: c_int = 75;
const COMPUTE_MINOR: c_int = 76;

macro_rules! table {
    (required { $($name:ident($($type:ty),*);)* } optional { $($extra:ident($($extra_type:ty),*);)* }) => {
        /// The entry points of the driver, under their own names (CUDA driver API). Without the optional ones a feature
        /// is off.
        #[allow(non_snake_case)]
        struct Table {
            $($name: unsafe extern "C" fn($($type),*) -> Code,)*
            $($extra: Option<unsafe extern "C" fn($($extra_type),*) -> Code>,)*
        }

        impl Table {
            fn resolve(library: &Library) -> Result<Self> {
                let missing = |name: &str| {
                    let message = format!("{LIBRARY} has no {name}: the driver is too old, or it is not a driver");
                    Error::new(Kind::Device, message)
                };
                // SAFETY: each symbol is called with the signature that the driver API gives to it.
                unsafe {
                    Ok(Self {
                        $($name: *library.get(stringify!($name).as_bytes()).map_err(|_| missing(stringify!($name)))?,)*
                        $($extra: library.get(stringify!($extra).as_bytes()).ok().map(|symbol| *symbol),)*
                    })
                }
            }
        }
    };
}

table! {
    required {
        cuDriverGetVersion(*mut c_int);
        cuGetErrorName(Code, *mut *const c_char);
        cuDeviceGetCount(*mut c_int);
        cuDeviceGet(*mut CUdevice, c_int);
        cuDeviceGetName(*mut c_char, c_int, CUdevice);
        cuDeviceGetAttribute(*mut c_int, c_int, CUdevice);
        cuDeviceGetPCIBusId(*mut c_char, c_int, CUdevice);
        cuDeviceTotalMem_v2(*mut usize, CUdevice);
        cuDevicePrimaryCtxGetState(CUdevice, *mut c_uint, *mut c_int);
        cuDevicePrimaryCtxRetain(*mut CUcontext, CUdevice);
        cuDevicePrimaryCtxRelease_v2(CUdevice);
        cuCtxPushCurrent_v2(CUcontext);
        cuCtxPopCurrent_v2(*mut CUcontext);
        cuMemGetInfo_v2(*mut usize, *mut usize);
        cuMemAlloc_v2(*mut CUdeviceptr, usize);
        cuMemFree_v2(CUdeviceptr);
        cuMemHostAlloc(*mut *mut c_void, usize, c_uint);
        cuMemFreeHost(*mut c_void);
        cuMemHostRegister_v2(*mut c_void, usize, c_uint);
        cuMemHostUnregister(*mut c_void);
        cuMemcpyHtoDAsync_v2(CUdeviceptr, *const c_void, usize, CUstream);
        cuMemcpy2DAsync_v2(*const CUDA_MEMCPY2D, CUstream);
        cuStreamCreate(*mut CUstream, c_uint);
        cuStreamDestroy_v2(CUstream);
        cuStreamSynchronize(CUstream);
        cuStreamWaitEvent(CUstream, CUevent, c_uint);
        cuStreamGetCtx(CUstream, *mut CUcontext);
        cuEventCreate(*mut CUevent, c_uint);
        cuEventDestroy_v2(CUevent);
        cuEventRecord(CUevent, CUstream);
        cuEventQuery(CUevent);
        cuEventSynchronize(CUevent);
        cuPointerGetAttribute(*mut c_void, c_int, CUdeviceptr);
    }
    optional {
        cuDeviceGetUuid_v2(*mut CUuuid, CUdevice);
        cuMemGetAddressRange_v2(*mut CUdeviceptr, *mut usize, CUdeviceptr);
        cuStreamIsCapturing(CUstream, *mut c_uint);
        cuThreadExchangeStreamCaptureMode(*mut c_uint);
    }
}

/// The driver of this process. It is never unloaded: its own threads outlive any user of it.
pub(super) struct Driver {
    table: Table,
}

/// Calls an entry point; the result is an error with the driver's code and name, or nothing.
macro_rules! call {
    ($driver:expr, $name:ident($($argument:expr),*)) => {{
        let driver: &$crate::load::cuda::driver::Driver = $driver;
        // SAFETY: the signature is the driver's; what is pointed to lives through the call, and handles are those of
        // owners in this file, or the caller's, which the caller keeps valid.
        let code = unsafe { (driver.table.$name)($($argument),*) };
        driver.check(stringify!($name), code)
    }};
}
use call;

impl Driver {
    /// Finds and initialises the driver, once in the life of a process. What fails is tried again by the next caller.
    pub(super) fn get() -> Result<&'static Self> {
        static DRIVER: Mutex<Option<&'static Driver>> = Mutex::new(None);
        let mut known = lock(&DRIVER);
        match *known {
            Some(driver) => Ok(driver),
            None => Ok(known.insert(Self::load()?)),
        }
    }

    fn load() -> Result<&'static Self> {
        // SAFETY: the driver's initialisers run, as in every program that uses CUDA.
        let library = unsafe { Library::new(LIBRARY) };
        let library = library.map_err(|e| {
            let reason = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
            Error::new(Kind::NotFound, format!("there is no CUDA driver: {reason}"))
        })?;
        // SAFETY: the signature of cuInit in every version of the driver API.
        let init = unsafe { library.get::<unsafe extern "C" fn(c_uint) -> Code>(b"cuInit") }.map(|symbol| *symbol);
        let init =
            init.map_err(|_| Error::new(Kind::Device, format!("{LIBRARY} has no cuInit: it is not a CUDA driver")))?;
        // SAFETY: flags have to be 0.
        let code = unsafe { init(0) };
        let table = Table::resolve(&library);
        // Its threads may run already: it stays, also if it did not start.
        std::mem::forget(library);
        match code {
            STUB_LIBRARY => {
                let message = format!(
                    "the {LIBRARY} that was found is the toolkit's link stub and no driver: take its folder off \
                     LD_LIBRARY_PATH"
                );
                return Err(Error::new(Kind::NotFound, message).with_os_code(STUB_LIBRARY));
            }
            NO_DEVICE => return Err(Error::new(Kind::NotFound, "there is no CUDA device").with_os_code(NO_DEVICE)),
            _ => {}
        }
        let driver = Self { table: table? };
        driver.check("cuInit", code)?;
        Ok(Box::leak(Box::new(driver)))
    }

    fn check(&self, name: &str, code: Code) -> Result<()> {
        if code == 0 { Ok(()) } else { Err(self.failure(name, code)) }
    }

    fn failure(&self, name: &str, code: Code) -> Error {
        let kind = if code == OUT_OF_MEMORY { Kind::OutOfMemory } else { Kind::Device };
        let advice = match code {
            code if LOST.contains(&code) => ": the device is lost to this process, which has to be started again",
            DEINITIALIZED => ": the process is ending",
            _ => "",
        };
        Error::new(kind, format!("{name} failed with {}{advice}", self.name_of(code))).with_os_code(code)
    }

    /// Whether an error means that the device is lost to this process.
    fn is_loss(error: &Error) -> bool {
        LOST.iter().any(|code| error.os_code() == i64::from(*code))
    }

    fn name_of(&self, code: Code) -> String {
        let mut name: *const c_char = ptr::null();
        // SAFETY: a place for one pointer; the driver sets it to static text, or to NULL for a code that it does not know.
        let known = unsafe { (self.table.cuGetErrorName)(code, &mut name) } == 0 && !name.is_null();
        if !known {
            return format!("the unknown code {code}");
        }
        // SAFETY: static text of the driver, which ends with a NUL.
        format!("{} ({code})", unsafe { CStr::from_ptr(name) }.to_string_lossy())
    }

    /// The version of CUDA that the driver is made for: 1000 * major + 10 * minor.
    pub(super) fn version(&self) -> Result<u32> {
        let mut version = 0;
        call!(self, cuDriverGetVersion(&mut version))?;
        Ok(version as u32)
    }

    pub(super) fn count(&self) -> Result<u32> {
        let mut count = 0;
        call!(self, cuDeviceGetCount(&mut count))?;
        Ok(count as u32)
    }

    pub(super) fn device(&'static self, ordinal: u32) -> Result<Device> {
        let count = self.count()?;
        if ordinal >= count {
            let message = format!("there is no CUDA device {ordinal}: the driver has {count}");
            return Err(Error::new(Kind::NotFound, message));
        }
        let mut raw = 0;
        call!(self, cuDeviceGet(&mut raw, ordinal as c_int))?;
        Ok(Device { driver: self, raw, ordinal })
    }
}

/// One device of the driver.
#[derive(Clone, Copy)]
pub(super) struct Device {
    driver: &'static Driver,
    raw: CUdevice,
    pub(super) ordinal: u32,
}

impl Device {
    pub(super) fn name(&self) -> Result<String> {
        self.text(|text, len| call!(self.driver, cuDeviceGetName(text, len, self.raw)))
    }

    pub(super) fn pci(&self) -> Result<String> {
        self.text(|text, len| call!(self.driver, cuDeviceGetPCIBusId(text, len, self.raw)))
    }

    fn text(&self, get: impl FnOnce(*mut c_char, c_int) -> Result<()>) -> Result<String> {
        let mut text = [0 as c_char; 256];
        get(text.as_mut_ptr(), text.len() as c_int)?;
        let bytes = text.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0);
        Ok(String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned())
    }

    pub(super) fn uuid(&self) -> Result<Option<[u8; 16]>> {
        let Some(get) = self.driver.table.cuDeviceGetUuid_v2 else { return Ok(None) };
        let mut uuid = CUuuid { bytes: [0; 16] };
        // SAFETY: a place for 16 bytes, and a device of this driver.
        self.driver.check("cuDeviceGetUuid_v2", unsafe { get(&mut uuid, self.raw) })?;
        Ok(Some(uuid.bytes.map(|byte| byte as u8)))
    }

    pub(super) fn compute(&self) -> Result<(u32, u32)> {
        Ok((self.attribute(COMPUTE_MAJOR)?, self.attribute(COMPUTE_MINOR)?))
    }

    fn attribute(&self, attribute: c_int) -> Result<u32> {
        let mut value = 0;
        call!(self.driver, cuDeviceGetAttribute(&mut value, attribute, self.raw))?;
        Ok(value as u32)
    }

    pub(super) fn memory_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        call!(self.driver, cuDeviceTotalMem_v2(&mut bytes, self.raw))?;
        Ok(bytes as u64)
    }

    /// Whether somebody in this process uses the device: only then does a look at its memory not cost a new context.
    pub(super) fn is_awake(&self) -> Result<bool> {
        let (mut flags, mut is_active) = (0, 0);
        call!(self.driver, cuDevicePrimaryCtxGetState(self.raw, &mut flags, &mut is_active))?;
        Ok(is_active != 0)
    }

    /// The primary context, which the CUDA runtime uses too; its flags are left alone.
    pub(super) fn retain(self) -> Result<Arc<Context>> {
        let mut raw = ptr::null_mut();
        call!(self.driver, cuDevicePrimaryCtxRetain(&mut raw, self.raw))?;
        Ok(Arc::new(Context::new(self, raw)))
    }
}
