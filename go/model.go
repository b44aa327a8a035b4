package weighbridge

// #include "bridge.h"
import "C"

import "context"

// Model is an open model. It never changes, and all methods may be called on several goroutines at once.
type Model struct {
	handle *handle[*C.wb_model]
	// Does the work of loads; nil: nobody.
	host *Host
}

func newModel(object *C.wb_model, host *Host) *Model {
	return &Model{own(object, "model", func(m *C.wb_model) { C.wb_model_release(m) }), host}
}

// Close frees the model. Buffers, plans and placements stay valid. The error is that of a function of the program: see "Functions of the
// program" above.
func (m *Model) Close() error { return closing(m.handle) }

// closing closes a handle as an operation, in which functions of the program may fail.
func closing[P any](h *handle[P]) error {
	return watched(func() error {
		h.close()
		return nil
	})
}

// ask calls a function that cannot fail; a closed model gives the zero value.
func ask[T any](m *Model, f func(c *C.wb_model) T) T {
	var answer T
	_ = m.handle.using(func(c *C.wb_model) error {
		answer = f(c)
		return nil
	})
	return answer
}

// fetch calls a function whose status is its only error; what and subject say in the error what was asked for.
func fetch[T any](m *Model, what, subject string, f func(c *C.wb_model) (T, C.wb_status)) (T, error) {
	var answer T
	err := m.handle.using(func(c *C.wb_model) error {
		value, status := f(c)
		if status < C.WB_OK {
			return plain(status, what, subject)
		}
		answer = value
		return nil
	})
	return answer, err
}

// Changed returns nil while the weight files on disk are those that the model opened. Otherwise the error says what happened to the
// first other one: ErrChanged, if it was written, replaced or removed. A server can use this to detect that a new version has been
// deployed. It makes two system calls for each file. If the context ends, Changed returns, and goes on in the background.
func (m *Model) Changed(ctx context.Context) error {
	_, err := watchedApart(ctx, func() (struct{}, error) {
		return struct{}{}, m.handle.using(func(c *C.wb_model) error {
			return try(func(err **C.wb_error) C.wb_status {
				C.wb_model_changed(c, err)
				return C.wb_error_code(*err)
			})
		})
	})
	return err
}

// watched makes calls that may call functions of the program.
func (m *Model) watched(calls func(*C.wb_model) error) error {
	return watched(func() error { return m.handle.using(calls) })
}

// Format returns the name of the model's format, such as "safetensors".
func (m *Model) Format() string {
	return ask(m, func(c *C.wb_model) string { return C.GoString(C.wb_model_format(c)) })
}

// ModelInfo is what a model says about itself. What the format does not have is empty.
type ModelInfo struct {
	// The version of the format, such as the IR version of ONNX.
	FormatVersion int64
	// The program that wrote the model, and its version.
	Producer, ProducerVersion string
	// The namespace of the model in reverse-DNS form, such as "org.example".
	Domain string
	// The version of the model in its namespace.
	ModelVersion int64
	// A description of the model.
	Documentation string
}

// Info returns what the model says about itself.
func (m *Model) Info() (ModelInfo, error) {
	return fetch(m, "model", "", func(c *C.wb_model) (ModelInfo, C.wb_status) {
		info := C.wb_model_info{struct_size: C.sizeof_wb_model_info}
		if status := C.wb_model_get_info(c, &info); status != C.WB_OK {
			return ModelInfo{}, status
		}
		return ModelInfo{
			int64(info.format_version), text(&info.producer), text(&info.producer_version), text(&info.domain),
			int64(info.model_version), text(&info.documentation),
		}, C.WB_OK
	})
}

// File is a weight file.
type File struct {
	// The path, relative to the model's directory.
	Path string
	// The length in bytes.
	Bytes uint64
}

// Files returns the weight files. Tensor.File is an index into them.
func (m *Model) Files() ([]File, error) {
	return collect(m, "file", func(c *C.wb_model) C.size_t { return C.wb_model_file_count(c) },
		func(c *C.wb_model, i C.size_t) (File, C.wb_status) {
			info := C.wb_file_info{struct_size: C.sizeof_wb_file_info}
			status := C.wb_model_file_info(c, i, &info)
			return File{text(&info.path), uint64(info.bytes)}, status
		})
}

// collect gathers the parts of a model that have a count and an index.
func collect[T any](m *Model, what string, count func(*C.wb_model) C.size_t,
	at func(*C.wb_model, C.size_t) (T, C.wb_status)) ([]T, error) {
	return fetch(m, what, "", func(c *C.wb_model) ([]T, C.wb_status) {
		all := make([]T, 0, count(c))
		for i := C.size_t(0); i < C.size_t(cap(all)); i++ {
			item, status := at(c, i)
			if status != C.WB_OK {
				return nil, status
			}
			all = append(all, item)
		}
		return all, C.WB_OK
	})
}
