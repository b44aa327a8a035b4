package weighbridge

import (
	"io"
	"runtime/debug"
	"unsafe"
)

// errOffset is the error of a ReadAt.
var errOffset = &Error{Status: ErrInvalidArgument, Message: "a negative offset", Offset: NoOffset}

// readFrom is a ReadAt of lent bytes.
func readFrom(view func(func([]byte) error) error, p []byte, offset int64) (n int, err error) {
	err = view(func(bytes []byte) error {
		switch {
		case offset < 0:
			return errOffset
		case offset >= int64(len(bytes)):
			return io.EOF
		}
		if n = copy(p, bytes[offset:]); n < len(p) {
			return io.EOF
		}
		return nil
	})
	return n, err
}

// fault is what a read of an address without memory panics with.
type fault interface {
	error
	Addr() uintptr
}

// lend calls a function with bytes of the library. They may lie in a map, and the pages of a file that another process has truncated
// are gone: that ends the process unless the runtime is told to panic.
func lend(bytes []byte, name string, f func([]byte) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		if where, ok := value.(fault); !ok || !within(bytes, where.Addr()) {
			panic(value)
		}
		err = &Error{Status: ErrChanged, Subject: name, Offset: NoOffset,
			Message: name + ": the mapped file was truncated while its bytes were in use; open without Map to read files instead"}
	}()
	return f(bytes)
}

func within(bytes []byte, address uintptr) bool {
	if len(bytes) == 0 {
		return false
	}
	start := uintptr(unsafe.Pointer(&bytes[0]))
	return address >= start && address-start < uintptr(len(bytes))
}
