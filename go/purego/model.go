package weighbridge

import "unsafe"

// Model is an open model. It never changes, and all methods may be called on several goroutines at once.
type Model struct {
	handle *handle[object]
	// Whether threads of a host do the work of loads.
	hasThreads bool
}

// Close frees the model. Buffers and placements stay valid.
func (m *Model) Close() error {
	m.handle.close()
	return nil
}

// ask calls a function that cannot fail; a closed object gives the zero value.
func ask[T any](h *handle[object], f func(o object) T) T {
	var answer T
	_ = h.using(func(o object) error {
		answer = f(o)
		return nil
	})
	return answer
}

// fetch calls a function whose status is its only error; what and subject say in the error what was asked for.
func fetch[T any](h *handle[object], what, subject string, f func(o object) (T, int32)) (T, error) {
	var answer T
	err := h.using(func(o object) error {
		value, status := f(o)
		if status < 0 {
			return plain(status, what, subject)
		}
		answer = value
		return nil
	})
	return answer, err
}

// collect gathers the parts of an object that have a count and an index.
func collect[T any](h *handle[object], what string, count func(object) uintptr, at func(object, uintptr) (T, int32)) ([]T, error) {
	return fetch(h, what, "", func(o object) ([]T, int32) {
		all := make([]T, count(o))
		for i := range all {
			var status int32
			if all[i], status = at(o, uintptr(i)); status < 0 {
				return nil, status
			}
		}
		return all, 0
	})
}

// Format returns the name of the model's format, such as "safetensors".
func (m *Model) Format() string { return ask(m.handle, c.modelFormat) }

// File is a weight file.
type File struct {
	// The path, relative to the model's directory.
	Path string
	// The length in bytes.
	Bytes uint64
}

// Files returns the weight files. Tensor.File is an index into them.
func (m *Model) Files() ([]File, error) {
	return collect(m.handle, "file", c.modelFileCount, func(m object, i uintptr) (File, int32) {
		info := fileInfo{structSize: unsafe.Sizeof(fileInfo{})}
		status := c.modelFileInfo(m, i, &info)
		return File{text(info.path), info.bytes}, status
	})
}
