package weighbridge

// #include "bridge.h"
import "C"

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
	// is stored contiguously in row-major order, or in several pieces. They apply to View alone; buffers and loads
	// are contiguous and row-major.
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
func (m *Model) TensorCount() int {
	return ask(m, func(c *C.wb_model) int { return int(C.wb_model_tensor_count(c)) })
}

// TensorList returns all tensors. With Go 1.23, Tensors goes through them without a list.
func (m *Model) TensorList() ([]Tensor, error) {
	all := make([]Tensor, 0, m.TensorCount())
	err := m.eachBatch(func(batch []Tensor) bool {
		all = append(all, batch...)
		return true
	})
	return all, err
}

// eachBatch goes through the tensors, many at a time, until the function returns false. The slice is valid until then.
func (m *Model) eachBatch(f func([]Tensor) bool) error {
	count := m.TensorCount()
	batch := make([]Tensor, C.WBGO_BATCH)
	for first := 0; first < count; first += len(batch) {
		if left := count - first; left < len(batch) {
			batch = batch[:left]
		}
		if err := m.describe(first, batch); err != nil {
			return err
		}
		if !f(batch) {
			break
		}
	}
	return m.handle.using(func(*C.wb_model) error { return nil })
}

// describe fills a batch with the tensors from an index on.
func (m *Model) describe(first int, batch []Tensor) error {
	packed, err := fetch(m, "tensor", "", func(c *C.wb_model) (*C.wbgo_tensors, C.wb_status) {
		var packed *C.wbgo_tensors
		status := C.wbgo_tensors_pack(c, C.size_t(first), C.size_t(len(batch)), &packed)
		return packed, status
	})
	if err != nil {
		return err
	}
	defer C.wbgo_free(unsafe.Pointer(packed))
	m.unpack(packed, first, batch)
	return nil
}

// unpack copies what C has packed. Names are parts of one string, and shapes of one list.
func (m *Model) unpack(packed *C.wbgo_tensors, first int, batch []Tensor) {
	start := unsafe.Add(unsafe.Pointer(packed), unsafe.Sizeof(*packed))
	records := unsafe.Slice((*C.wbgo_tensor)(start), len(batch))
	start = unsafe.Add(start, len(records)*int(unsafe.Sizeof(C.wbgo_tensor{})))
	numbers := append(make([]int64, 0, packed.numbers), unsafe.Slice((*int64)(start), int(packed.numbers))...)
	start = unsafe.Add(start, len(numbers)*8)
	names := string(bytesAt(start, uint64(packed.text_len)))
	for i := range records {
		r, t := &records[i], &batch[i]
		t.Name, names = names[:r.name_len], names[r.name_len:]
		t.Shape, numbers = numbers[:r.rank:r.rank], numbers[r.rank:]
		t.Strides = nil
		if r.has_strides != 0 {
			t.Strides, numbers = numbers[:r.rank:r.rank], numbers[r.rank:]
		}
		t.DType, t.Bytes, t.Offset, t.File = DType(r.dtype), uint64(r.bytes), uint64(r.offset), int(r.file)
		t.Alignment, t.Index, t.model = uint32(r.alignment), first+i, m
	}
}

// Tensor returns the tensor with an index, from 0 to TensorCount()-1.
func (m *Model) Tensor(index int) (Tensor, error) {
	var one [1]Tensor
	err := m.describe(index, one[:])
	return one[0], err
}

// Find returns the tensor with a name. ErrNotFound: the model has no such tensor.
func (m *Model) Find(name string) (Tensor, error) {
	index, err := fetch(m, "tensor", name, func(c *C.wb_model) (C.size_t, C.wb_status) {
		var index C.size_t
		chars, n := lent(name)
		status := C.wb_model_tensor_find(c, chars, n, &index)
		return index, status
	})
	if err != nil {
		return Tensor{}, err
	}
	return m.Tensor(int(index))
}

// View lends the bytes of the tensor as they are stored, without a copy: Strides apply. They may be used until the function
// returns, and must not be written. The model must have been opened with OpenOptions.Map, or in memory.
//
// ErrNotMapped: there are none; use Buffer. ErrUnverified: under VerifyRequired, the bytes have not been checked yet.
// ErrChanged: the file has been written since it was opened, or truncated while the function read it. Other errors are
// those of the function.
func (t Tensor) View(f func([]byte) error) error {
	return t.model.handle.using(func(c *C.wb_model) error {
		var data unsafe.Pointer
		var n C.size_t
		// It may map the file, and tell the log.
		err := watched(func() error {
			return plain(C.wb_model_tensor_data(c, C.size_t(t.Index), &data, &n), "tensor", t.Name)
		})
		if err != nil {
			return err
		}
		return lend(bytesAt(data, uint64(n)), t.Name, f)
	})
}

// Buffer returns the bytes of the tensor, contiguous and in row-major order, in a buffer that outlives the model. They are
// not copied if the file is mapped and the tensor is stored in this form, else read. If the context ends, Buffer returns, and the read ends
// in the background. Errors as for View, except ErrNotMapped.
func (t Tensor) Buffer(ctx context.Context) (*Buffer, error) {
	return t.model.buffer(ctx, t.Name, func(c *C.wb_model, out **C.wb_buffer, err **C.wb_error) C.wb_status {
		return C.wb_model_tensor_buffer(c, C.size_t(t.Index), out, err)
	})
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
	err := t.model.watched(func(c *C.wb_model) error {
		return try(func(err **C.wb_error) C.wb_status {
			return C.wb_model_tensor_read(c, C.size_t(t.Index), C.uint64_t(offset), unsafe.Pointer(&p[0]), C.size_t(n), err)
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

// Unindexed is a tensor that is stored in a weight file but that the index does not name, so it is not part of the model.
type Unindexed struct {
	// The name.
	Name string
	// The path of its file, relative to the model's directory.
	File string
}

// Unindexed returns the unindexed tensors, sorted by name.
func (m *Model) Unindexed() ([]Unindexed, error) {
	return collect(m, "unindexed tensor", func(c *C.wb_model) C.size_t { return C.wb_model_unindexed_count(c) },
		func(c *C.wb_model, i C.size_t) (Unindexed, C.wb_status) {
			info := C.wb_unindexed_info{struct_size: C.sizeof_wb_unindexed_info}
			status := C.wb_model_unindexed_info(c, i, &info)
			return Unindexed{text(&info.name), text(&info.file)}, status
		})
}
