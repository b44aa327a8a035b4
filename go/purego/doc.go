// Package weighbridge opens, verifies and loads machine-learning models without cgo: it finds the shared library when it runs. It has a
// part of the package github.com/weighbridge/weighbridge/go, with the same names and the same behaviour:
//
//	model, err := weighbridge.Open(ctx, "path/to/checkpoint", nil)
//	if err != nil {
//		return err
//	}
//	defer model.Close()
//	weights, err := model.Load(ctx, nil) // into host memory, verified in the same pass
//
// The documentation of that package says what holds for both. Here there are no graphs, devices, destinations, assets, host files and
// callbacks. A goroutine that waits for a load of a host with threads asks from time to time whether it has ended, and holds no thread of the
// operating system meanwhile.
//
// The library is libweighbridge.so.0, which the dynamic linker has to find (ldconfig, LD_LIBRARY_PATH), unless LoadLibrary is called
// before anything else.
package weighbridge
