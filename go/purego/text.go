package weighbridge

import "unsafe"

// text copies text of the library.
func text(s str) string { return string(bytesAt(s.ptr, uint64(s.len))) }

// bytesAt makes a slice of memory that lies outside the Go heap.
func bytesAt(p *byte, n uint64) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice(p, n)
}

// shapeOf copies dimensions.
func shapeOf(shape *int64, rank uint32) []int64 {
	if shape == nil {
		return nil
	}
	return append(make([]int64, 0, rank), unsafe.Slice(shape, rank)...)
}

// lent is a text for the time of a call.
func lent(s string) str {
	if s == "" {
		return str{}
	}
	// The header of a string begins with the pointer to its bytes.
	return str{*(**byte)(unsafe.Pointer(&s)), uintptr(len(s))}
}

// first is a pointer to the elements of a list; NULL if there are none.
func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}
