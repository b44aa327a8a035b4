package weighbridge

// #include "bridge.h"
import "C"

import (
	"io/fs"
	"strconv"
	"syscall"
)

// Status says what kind of error has occurred. It is an error itself, for errors.Is:
//
//	if errors.Is(err, weighbridge.ErrMismatch) { ... }
//
// A later version of the library may return values that are not listed here.
type Status int32

const (
	// ErrInvalidArgument: an argument is invalid, or options contradict each other.
	ErrInvalidArgument Status = C.WB_ERR_INVALID_ARGUMENT
	// ErrUnsupported: the request is valid, but this build or version of the library does not support it.
	ErrUnsupported Status = C.WB_ERR_UNSUPPORTED
	// ErrOutOfMemory: memory could not be allocated.
	ErrOutOfMemory Status = C.WB_ERR_OUT_OF_MEMORY
	// ErrIO: the operating system failed to read, write or map a file. The error wraps the syscall.Errno.
	ErrIO Status = C.WB_ERR_IO
	// ErrNotFound: a file, tensor, key or device does not exist. errors.Is(err, fs.ErrNotExist) is true as well.
	ErrNotFound Status = C.WB_ERR_NOT_FOUND
	// ErrFormat: a file is malformed or inconsistent.
	ErrFormat Status = C.WB_ERR_FORMAT
	// ErrLimit: a file requires more than the limits of the open allow.
	ErrLimit Status = C.WB_ERR_LIMIT
	// ErrMismatch: bytes differ from what a manifest expects.
	ErrMismatch Status = C.WB_ERR_MISMATCH
	// ErrUnverified: the policy requires a check that has not been made, or that no manifest makes possible.
	ErrUnverified Status = C.WB_ERR_UNVERIFIED
	// ErrDevice: a device or its driver failed; Error.OSCode is the result of the driver.
	ErrDevice Status = C.WB_ERR_DEVICE
	// ErrCancelled: the operation was cancelled. The error wraps the error of the context.
	ErrCancelled Status = C.WB_ERR_CANCELLED
	// ErrCallback: a function of the program failed, such as the Open of an fs.FS. The error wraps that of the function, or a
	// PanicError.
	ErrCallback Status = C.WB_ERR_CALLBACK
	// ErrNotMapped: there is no zero-copy pointer; read or load the bytes instead.
	ErrNotMapped Status = C.WB_ERR_NOT_MAPPED
	// ErrChanged: a file has been written since it was opened, or replaced if the open refuses that.
	ErrChanged Status = C.WB_ERR_CHANGED
	// ErrInternal: a bug in the library. Only the result of this call is lost; please report it.
	ErrInternal Status = C.WB_ERR_INTERNAL
)

// String returns the name in C, such as "WB_ERR_FORMAT".
func (s Status) String() string { return C.GoString(C.wb_status_name(C.wb_status(s))) }

// Error returns the name in C.
func (s Status) Error() string { return "weighbridge: " + s.String() }

// NoOffset is Error.Offset and Tensor.Offset if there is no offset.
const NoOffset = ^uint64(0)

// Error is an error of the library: errors.As gives it, and errors.Is compares it with a Status and with what it wraps.
type Error struct {
	// What kind of error it is.
	Status Status
	// The whole error on one line: file, subject, what was wrong and what was expected.
	Message string
	// The file, as it was found; empty if there is none.
	Path string
	// The tensor, node, key or option; empty if there is none.
	Subject string
	// Bytes from the start of the file; NoOffset if there is no offset.
	Offset uint64
	// The errno, or the result of the driver; 0 if there is none.
	OSCode int64

	cause error
}

// Error returns the message, and the cause if it comes from Go.
func (e *Error) Error() string {
	if _, isErrno := e.cause.(syscall.Errno); e.cause == nil || isErrno {
		return "weighbridge: " + e.Message
	}
	return "weighbridge: " + e.Message + ": " + e.cause.Error()
}

// Is reports whether the target is the status of the error, or fs.ErrNotExist for ErrNotFound.
func (e *Error) Is(target error) bool {
	return target == e.Status || target == fs.ErrNotExist && e.Status == ErrNotFound
}

// Unwrap returns the cause: the error of the context, the error or PanicError of a function of the program, or the errno.
func (e *Error) Unwrap() error { return e.cause }

// try makes a call that may give an error of the library, and copies that.
func try(call func(err **C.wb_error) C.wb_status) error {
	var err *C.wb_error
	status := call(&err)
	if status >= C.WB_OK {
		return nil
	}
	defer C.wb_error_release(err)
	info := C.wb_error_info{struct_size: C.sizeof_wb_error_info}
	if C.wb_error_get_info(err, &info) != C.WB_OK {
		return plain(status, "the call", "")
	}
	e := &Error{
		Status:  Status(info.code),
		Message: text(&info.message),
		Path:    text(&info.path),
		Subject: text(&info.subject),
		Offset:  uint64(info.offset),
		OSCode:  int64(info.os_code),
	}
	if e.Status == ErrIO && e.OSCode > 0 {
		e.cause = syscall.Errno(e.OSCode)
	}
	return e
}

// words say what a status means where the library gives no message.
var words = map[Status]string{
	ErrInvalidArgument: "is not valid or out of range",
	ErrUnsupported:     "is not supported",
	ErrNotFound:        "does not exist",
	ErrNotMapped:       "has no zero-copy pointer: open with Map, or read or load the bytes",
	ErrUnverified:      "has not been verified yet: load or verify the model before",
	ErrCancelled:       "was cancelled",
	ErrChanged:         "lies in a file that has been written since it was opened: open the model again",
}

// plain is the error of a call that returns a status alone, for a kind of thing and the name of one.
func plain(status C.wb_status, kind, name string) error {
	if status >= C.WB_OK {
		return nil
	}
	message := kind
	if name != "" {
		message += " " + strconv.Quote(name)
	}
	if said := words[Status(status)]; said != "" {
		message += " " + said
	}
	message += " (" + Status(status).String() + ")"
	return &Error{Status: Status(status), Message: message, Subject: name, Offset: NoOffset}
}
