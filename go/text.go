package weighbridge

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import "unsafe"

// text copies text of the library.
func text(s *C.wb_str) string { return stringAt(s.ptr, s.len) }

// bytesAt makes a slice of memory that lies outside the Go heap. It does not look at the pointer to an empty range, which may
// be one that Go refuses.
func bytesAt(p unsafe.Pointer, n uint64) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}

// stringAt copies text of the library.
func stringAt(chars *C.char, n C.size_t) string {
	return string(bytesAt(unsafe.Pointer(chars), uint64(n)))
}

// numbersOf copies a list of the library. It is nil only if the list does not exist.
func numbersOf[T any](p *T, n uint64) []T {
	if p == nil {
		return nil
	}
	return append(make([]T, 0, n), unsafe.Slice(p, n)...)
}

// lent is the start of a text for the time of a call; NULL for an empty one.
func lent(s string) (*C.char, C.size_t) {
	if s == "" {
		return nil, 0
	}
	// The header of a string begins with the pointer to its bytes.
	return *(**C.char)(unsafe.Pointer(&s)), C.size_t(len(s))
}

// arena is memory of C for options: C may not be given a structure of Go that holds pointers of Go.
type arena struct{ blocks []unsafe.Pointer }

// make allocates zeroed memory.
func (a *arena) make(size uintptr) unsafe.Pointer {
	block := C.calloc(1, C.size_t(size))
	if block == nil {
		panic("weighbridge: out of memory for options")
	}
	a.blocks = append(a.blocks, block)
	return block
}

// bytes copies bytes; NULL if there are none.
func (a *arena) bytes(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return nil
	}
	block := a.make(uintptr(len(b)))
	copy(bytesAt(block, uint64(len(b))), b)
	return block
}

// text copies text.
func (a *arena) text(s string) C.wb_str {
	return C.wb_str{ptr: (*C.char)(a.bytes([]byte(s))), len: C.size_t(len(s))}
}

// texts copies a list of texts.
func (a *arena) texts(list []string) (*C.wb_str, C.size_t) {
	return structures(a, list, func(to *C.wb_str, s string) { *to = a.text(s) })
}

func (a *arena) free() {
	for _, block := range a.blocks {
		C.wbgo_free(block)
	}
}

// structure allocates a zeroed structure.
func structure[T any](a *arena) *T {
	var none T
	return (*T)(a.make(unsafe.Sizeof(none)))
}

// structures copies a list, each item by a function.
func structures[T, S any](a *arena, list []T, put func(*S, T)) (*S, C.size_t) {
	if len(list) == 0 {
		return nil, 0
	}
	var none S
	first := (*S)(a.make(unsafe.Sizeof(none) * uintptr(len(list))))
	items := unsafe.Slice(first, len(list))
	for i := range items {
		put(&items[i], list[i])
	}
	return first, C.size_t(len(list))
}
