package weighbridge

// #include "bridge.h"
import "C"

import (
	"fmt"
	"sync"
)

// BuildInfo says how the C library was built: what a bug report should contain.
type BuildInfo struct {
	// The version, such as "0.1.0".
	Version string
	// The features, separated by spaces, such as "safetensors onnx cuda".
	Features string
	// The platform that it was built for, such as "x86_64-unknown-linux-gnu".
	Target string
	// "release" or "debug".
	Profile string
	// The compiler, such as "rustc 1.95.0".
	Compiler string
}

// Build describes the C library.
func Build() BuildInfo {
	info := C.wb_build_info{struct_size: C.sizeof_wb_build_info}
	if C.wb_build_get_info(&info) != C.WB_OK {
		return BuildInfo{}
	}
	return BuildInfo{text(&info.version), text(&info.features), text(&info.target), text(&info.profile), text(&info.compiler)}
}

// HasFeature reports whether the C library can read a format ("safetensors", "onnx") or use a kind of device ("cuda").
func HasFeature(name string) bool {
	chars, n := lent(name)
	return C.wb_has_feature(chars, n) == 1
}

var (
	abiOnce sync.Once
	abiErr  error
)

// checkABI compares the library that was loaded with the header that this package was compiled with.
func checkABI() error {
	abiOnce.Do(func() {
		if version := C.wb_abi_version(); version != C.WB_ABI_VERSION {
			abiErr = &Error{Status: ErrUnsupported, Offset: NoOffset, Message: fmt.Sprintf(
				"the C library that was loaded, %s, has ABI %d, and the program was compiled for ABI %d; install that one, or compile again",
				C.GoString(C.wb_version_string()), version, C.WB_ABI_VERSION)}
		}
	})
	return abiErr
}
