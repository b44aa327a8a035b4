package weighbridge

// #include "bridge.h"
import "C"

import "context"

// Asset is another file of the model's directory, such as config.json or tokenizer.json.
type Asset struct {
	// The path, relative to the model's directory.
	Name string
	// The length in bytes.
	Bytes uint64

	model *Model
	index C.size_t
}

// Assets returns the assets, sorted by name. It asks for their lengths; if the context ends, Assets returns, and goes on in the
// background. ErrIO and ErrCallback: the length of one cannot be determined.
func (m *Model) Assets(ctx context.Context) ([]Asset, error) {
	return watchedApart(ctx, func() ([]Asset, error) {
		return collect(m, "asset", func(c *C.wb_model) C.size_t { return C.wb_model_asset_count(c) }, m.assetAt)
	})
}

// FindAsset returns the asset with a name. ErrNotFound: the model has no such asset. Otherwise as Assets.
func (m *Model) FindAsset(ctx context.Context, name string) (Asset, error) {
	return watchedApart(ctx, func() (Asset, error) {
		return fetch(m, "asset", name, func(c *C.wb_model) (Asset, C.wb_status) {
			var index C.size_t
			chars, n := lent(name)
			if status := C.wb_model_asset_find(c, chars, n, &index); status != C.WB_OK {
				return Asset{}, status
			}
			return m.assetAt(c, index)
		})
	})
}

// Buffer reads the asset into a buffer that outlives the model: all of it, so look at Bytes before. If a manifest covers it, it is
// checked. If the context ends, Buffer returns, and the read ends in the background. ErrMismatch: the bytes are not those that the
// manifest expects.
func (a Asset) Buffer(ctx context.Context) (*Buffer, error) {
	return a.model.buffer(ctx, a.Name, func(c *C.wb_model, out **C.wb_buffer, err **C.wb_error) C.wb_status {
		return C.wb_model_asset_buffer(c, a.index, out, err)
	})
}
