package weighbridge

import (
	"context"
	"io"
	"math"
	"unsafe"
)

// Tensor is a tensor of a model. It keeps the model reachable. As an io.ReaderAt it gives the bytes of its elements.
type Tensor struct {
	// The name: unique in the model. It may contain any character.
	Name string
	// The type of the elements.
	DType DType
	// The dimensions in elements, outermost first; empty for a scalar.
	Shape []int64
	// Distances in elements between neighbours in each dimension, as the tensor is stored; 0: one element is repeated. nil: it
	// is stored contiguously in row-major order, or in several pieces. They apply to View alone.
	Strides []int64
	// The size in bytes when contiguous.
	Bytes uint64
	// Where the contents begin, in bytes from the start of the file; NoOffset: they are not stored in one piece.
	Offset uint64
	// The index of the file in Model.Files.
	File int
	// The alignment in bytes of what View lends; 0: View cannot lend it.
	Alignment uint32
	// The index in the model: tensors are in the order in which they are stored, by file, then by offset.
	Index int

	model *Model
}

// TensorCount returns the number of tensors.
func (m *Model) TensorCount() int { return int(ask(m.handle, c.tensorCount)) }

// batch is how many tensors are described in one call.
const batch = 256

// TensorList returns all tensors.
func (m *Model) TensorList() ([]Tensor, error) {
	return fetch(m.handle, "tensor", "", func(model object) ([]Tensor, int32) {
		all := make([]Tensor, 0, c.tensorCount(model))
		infos := make([]tensorInfo, batch)
		for len(all) < cap(all) {
			if left := cap(all) - len(all); left < batch {
				infos = infos[:left]
			}
			if status := m.describe(model, len(all), infos); status < 0 {
				return nil, status
			}
			for i := range infos {
				all = append(all, m.tensor(&infos[i], len(all)))
			}
		}
		return all, 0
	})
}

func (m *Model) describe(model object, start int, infos []tensorInfo) int32 {
	infos[0].structSize = unsafe.Sizeof(tensorInfo{})
	return c.tensorInfos(model, uintptr(start), uintptr(len(infos)), &infos[0], unsafe.Sizeof(tensorInfo{}))
}

func (m *Model) tensor(info *tensorInfo, index int) Tensor {
	return Tensor{
		Name: text(info.name), DType: DType(info.dtype), Shape: shapeOf(info.shape, info.rank),
		Strides: shapeOf(info.strides, info.rank), Bytes: info.bytes, Offset: info.offset, File: int(info.file),
		Alignment: info.alignment, Index: index, model: m,
	}
}

// Tensor returns the tensor with an index, from 0 to TensorCount()-1.
func (m *Model) Tensor(index int) (Tensor, error) {
	return fetch(m.handle, "tensor", "", func(model object) (Tensor, int32) {
		infos := make([]tensorInfo, 1)
		if status := m.describe(model, index, infos); status < 0 {
			return Tensor{}, status
		}
		return m.tensor(&infos[0], index), 0
	})
}

// Find returns the tensor with a name. ErrNotFound: the model has no such tensor.
func (m *Model) Find(name string) (Tensor, error) {
	index, err := fetch(m.handle, "tensor", name, func(model object) (uintptr, int32) {
		var index uintptr
		of := lent(name)
		status := c.tensorFind(model, of.ptr, of.len, &index)
		return index, status
	})
	if err != nil {
		return Tensor{}, err
	}
	return m.Tensor(int(index))
}

// View lends the bytes of the tensor as they are stored, without a copy: Strides apply. They may be used until the function
// returns, and must not be written. The model must have been opened with OpenOptions.Map, or by OpenBytes.
//
// ErrNotMapped: there are none; use Buffer. ErrUnverified: under VerifyRequired, the bytes have not been checked yet.
// ErrChanged: the file has been written since it was opened, or truncated while the function read it. Other errors are
// those of the function.
func (t Tensor) View(f func([]byte) error) error {
	return t.model.handle.using(func(model object) error {
		var data *byte
		var n uintptr
		if status := c.tensorData(model, uintptr(t.Index), &data, &n); status < 0 {
			return plain(status, "tensor", t.Name)
		}
		return lend(bytesAt(data, uint64(n)), t.Name, f)
	})
}

// Buffer returns the bytes of the tensor, contiguous and in row-major order, in a buffer that outlives the model. They are
// not copied if the file is mapped and the tensor is stored in this form, else read. If the context ends, Buffer returns, and the read ends
// in the background. Errors as for View, except ErrNotMapped.
func (t Tensor) Buffer(ctx context.Context) (*Buffer, error) {
	return apart(ctx, func() (*Buffer, error) {
		var buffer object
		err := t.model.handle.using(func(model object) error {
			return try(func(err *object) int32 { return c.tensorBuffer(model, uintptr(t.Index), &buffer, err) })
		})
		if err != nil {
			return nil, err
		}
		return newBuffer(buffer, t.Name), nil
	}, func(b *Buffer) { b.Close() })
}

// ReadAt reads bytes of the elements from an offset after their start, without a map. It implements io.ReaderAt.
//
// ErrUnsupported: the tensor is not stored contiguously; use Buffer. Other errors as for Buffer.
func (t Tensor) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errOffset
	}
	if uint64(offset) >= t.Bytes {
		return 0, io.EOF
	}
	n := len(p)
	if left := t.Bytes - uint64(offset); uint64(n) > left {
		n = int(left)
	}
	if n == 0 {
		return 0, nil
	}
	err := t.model.handle.using(func(model object) error {
		return try(func(err *object) int32 {
			return c.tensorRead(model, uintptr(t.Index), uint64(offset), &p[0], uintptr(n), err)
		})
	})
	switch {
	case err != nil:
		return 0, err
	case n < len(p):
		return n, io.EOF
	}
	return n, nil
}

// Reader returns a reader of the bytes of the elements. Errors as for ReadAt.
func (t Tensor) Reader() *io.SectionReader {
	n := t.Bytes
	if n > math.MaxInt64 {
		n = math.MaxInt64
	}
	return io.NewSectionReader(t, 0, int64(n))
}
