package weighbridge

// Buffer holds bytes that are valid until it is closed. They never change, unless they are those of a mapped file.
type Buffer struct {
	handle *handle[object]
	// Whose bytes they are, for errors.
	name string
	n    uint64
}

func newBuffer(buffer object, name string) *Buffer {
	var n uintptr
	c.bufferData(buffer, &n)
	return &Buffer{own(buffer, "buffer", c.bufferRelease), name, uint64(n)}
}

// Len returns the number of bytes.
func (b *Buffer) Len() int { return int(b.n) }

// View lends the bytes without a copy. They may be used until the function returns, and must not be written. Errors are
// those of the function; ErrChanged: another process has truncated the mapped file that the bytes lie in.
func (b *Buffer) View(f func([]byte) error) error {
	return b.handle.using(func(buffer object) error {
		return lend(bytesAt(c.bufferData(buffer, nil), b.n), b.name, f)
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

// Close frees the bytes.
func (b *Buffer) Close() error {
	b.handle.close()
	return nil
}
