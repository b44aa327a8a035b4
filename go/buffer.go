package weighbridge

// #include "bridge.h"
import "C"

import "context"

// Buffer holds bytes that are valid until it is closed. They never change, unless they are those of a mapped file.
type Buffer struct {
	handle *handle[*C.wb_buffer]
	// Whose bytes they are, for errors.
	name string
	n    uint64
}

// buffer makes a buffer by a function of C that cannot be cancelled.
func (m *Model) buffer(ctx context.Context, name string,
	call func(*C.wb_model, **C.wb_buffer, **C.wb_error) C.wb_status) (*Buffer, error) {
	return apart(ctx, func() (*Buffer, error) {
		var object *C.wb_buffer
		err := m.watched(func(c *C.wb_model) error {
			return try(func(err **C.wb_error) C.wb_status { return call(c, &object, err) })
		})
		if err != nil {
			C.wb_buffer_release(object)
			return nil, err
		}
		return newBuffer(object, name), nil
	}, func(b *Buffer) { b.Close() })
}

func newBuffer(object *C.wb_buffer, name string) *Buffer {
	var n C.size_t
	C.wb_buffer_data(object, &n)
	return &Buffer{own(object, "buffer", func(b *C.wb_buffer) { C.wb_buffer_release(b) }), name, uint64(n)}
}

// Len returns the number of bytes.
func (b *Buffer) Len() int { return int(b.n) }

// View lends the bytes without a copy. They may be used until the function returns, and must not be written. Errors are
// those of the function; ErrChanged: another process has truncated the mapped file that the bytes lie in.
func (b *Buffer) View(f func([]byte) error) error {
	return b.handle.using(func(c *C.wb_buffer) error {
		return lend(bytesAt(C.wb_buffer_data(c, nil), b.n), b.name, f)
	})
}

// Bytes copies the bytes. Errors as for View.
func (b *Buffer) Bytes() ([]byte, error) {
	var copied []byte
	err := b.View(func(bytes []byte) error {
		copied = append([]byte{}, bytes...)
		return nil
	})
	return copied, err
}

// ReadAt copies bytes from an offset. It implements io.ReaderAt. Errors as for View.
func (b *Buffer) ReadAt(p []byte, offset int64) (int, error) { return readFrom(b.View, p, offset) }

// Close frees the bytes. Errors as for Model.Close.
func (b *Buffer) Close() error { return closing(b.handle) }
