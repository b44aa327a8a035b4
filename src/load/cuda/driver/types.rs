//! Types of the CUDA driver API, as `cuda.h` declares them. A test compares them with those of cudarc, which are generated
//! from that file; they are written here because a program may use cudarc only once, in the version that it has chosen.

use std::ffi::{c_char, c_int, c_void};

/// `CUdevice`: an ordinal.
pub(super) type CUdevice = c_int;
/// `CUdeviceptr_v2`: an address in the memory of a device.
pub(super) type CUdeviceptr = u64;
/// `CUcontext`.
pub(super) type CUcontext = *mut c_void;
/// `CUstream`.
pub(super) type CUstream = *mut c_void;
/// `CUevent`.
pub(super) type CUevent = *mut c_void;

/// `CU_MEMORYTYPE_DEVICE` of `CUmemorytype`.
pub(super) const CU_MEMORYTYPE_DEVICE: u32 = 2;

/// `CUuuid`.
#[repr(C)]
pub(super) struct CUuuid {
    pub(super) bytes: [c_char; 16],
}

/// `CUDA_MEMCPY2D_v2`: a copy of `Height` rows of `WidthInBytes` bytes.
#[allow(non_snake_case, reason = "the names of cuda.h")]
#[repr(C)]
pub(super) struct CUDA_MEMCPY2D {
    pub(super) srcXInBytes: usize,
    pub(super) srcY: usize,
    pub(super) srcMemoryType: u32,
    pub(super) srcHost: *const c_void,
    pub(super) srcDevice: CUdeviceptr,
    pub(super) srcArray: *mut c_void,
    pub(super) srcPitch: usize,
    pub(super) dstXInBytes: usize,
    pub(super) dstY: usize,
    pub(super) dstMemoryType: u32,
    pub(super) dstHost: *mut c_void,
    pub(super) dstDevice: CUdeviceptr,
    pub(super) dstArray: *mut c_void,
    pub(super) dstPitch: usize,
    pub(super) WidthInBytes: usize,
    pub(super) Height: usize,
}

#[cfg(test)]
mod tests {
    use std::mem::{align_of, offset_of, size_of};

    use cudarc::driver::sys;

    use super::*;

    #[test]
    fn types_are_those_of_the_driver() {
        macro_rules! same_layout {
            ($name:ident: $($field:ident)*) => {
                assert_eq!(size_of::<$name>(), size_of::<sys::$name>(), stringify!($name));
                assert_eq!(align_of::<$name>(), align_of::<sys::$name>(), stringify!($name));
                $(assert_eq!(offset_of!($name, $field), offset_of!(sys::$name, $field), stringify!($field));)*
            };
        }
        same_layout!(CUdevice:);
        same_layout!(CUdeviceptr:);
        same_layout!(CUcontext:);
        same_layout!(CUstream:);
        same_layout!(CUevent:);
        same_layout!(CUuuid: bytes);
        same_layout!(CUDA_MEMCPY2D:
            srcXInBytes srcY srcMemoryType srcHost srcDevice srcArray srcPitch
            dstXInBytes dstY dstMemoryType dstHost dstDevice dstArray dstPitch
            WidthInBytes Height
        );
        assert_eq!(CU_MEMORYTYPE_DEVICE, sys::CUmemorytype::CU_MEMORYTYPE_DEVICE as u32);
        assert_eq!(size_of::<u32>(), size_of::<sys::CUmemorytype>());
    }
}
