package weighbridge

import "unsafe"

// Placement holds the tensors that a load has placed. It never changes, and does not need the model any more.
type Placement struct{ handle *handle[object] }

// Close frees the memory of the tensors.
func (p *Placement) Close() error {
	p.handle.close()
	return nil
}

// PlacedTensor is a tensor of a placement: contiguous and row-major. It keeps the placement reachable. As an io.ReaderAt it gives
// the bytes of its elements.
type PlacedTensor struct {
	// The name, as in the model.
	Name string
	// The type of the elements.
	DType DType
	// The dimensions in elements, outermost first.
	Shape []int64
	// The size in bytes.
	Bytes uint64
	// The index of the tensor in the model.
	Tensor int
	// Bytes from the start of the arena; for TargetView, from the start of the file.
	Offset uint64

	placement *Placement
	index     uintptr
}

// TensorCount returns the number of tensors.
func (p *Placement) TensorCount() int { return int(ask(p.handle, c.placementTensorCount)) }

// TensorList returns all tensors, in the order of LoadOptions.Tensors, or else in the order of the model.
func (p *Placement) TensorList() ([]PlacedTensor, error) {
	return collect(p.handle, "placed tensor", c.placementTensorCount, p.tensorAt)
}

// Tensor returns the tensor with an index, from 0 to TensorCount()-1.
func (p *Placement) Tensor(index int) (PlacedTensor, error) {
	return fetch(p.handle, "placed tensor", "", func(placement object) (PlacedTensor, int32) {
		return p.tensorAt(placement, uintptr(index))
	})
}

// Find returns the tensor with a name. ErrNotFound: the placement does not have the tensor.
func (p *Placement) Find(name string) (PlacedTensor, error) {
	return fetch(p.handle, "placed tensor", name, func(placement object) (PlacedTensor, int32) {
		var index uintptr
		of := lent(name)
		if status := c.placementTensorFind(placement, of.ptr, of.len, &index); status < 0 {
			return PlacedTensor{}, status
		}
		return p.tensorAt(placement, index)
	})
}

func (p *Placement) tensorAt(placement object, index uintptr) (PlacedTensor, int32) {
	info := placedTensorInfo{structSize: unsafe.Sizeof(placedTensorInfo{})}
	status := c.placementTensorInfo(placement, index, &info)
	return PlacedTensor{
		Name: text(info.name), DType: DType(info.dtype), Shape: shapeOf(info.shape, info.rank), Bytes: info.bytes,
		Tensor: int(info.tensor), Offset: info.offset, placement: p, index: index,
	}, status
}

// View lends the bytes of the elements without a copy. They may be used until the function returns, and must not be written. Errors
// are those of the function. ErrChanged: it is in a mapped file that another process has truncated.
func (t PlacedTensor) View(f func([]byte) error) error {
	return t.placement.handle.using(func(placement object) error {
		info := placedTensorInfo{structSize: unsafe.Sizeof(placedTensorInfo{})}
		if status := c.placementTensorInfo(placement, t.index, &info); status < 0 {
			return plain(status, "placed tensor", t.Name)
		}
		return lend(bytesAt(info.data, info.bytes), t.Name, f)
	})
}

// ReadAt copies bytes of the elements from an offset after their start. It implements io.ReaderAt. Errors as for View.
func (t PlacedTensor) ReadAt(p []byte, offset int64) (int, error) { return readFrom(t.View, p, offset) }
