// Package weighbridge opens, verifies and loads machine-learning models: safetensors and ONNX.
//
//	model, err := weighbridge.Open(ctx, "path/to/checkpoint", nil)
//	if err != nil {
//		return err
//	}
//	defer model.Close()
//	weights, err := model.Load(ctx, nil) // into host memory, verified in the same pass
//	if err != nil {
//		return err
//	}
//	defer weights.Close()
//	tensor, err := weights.Find("lm_head.weight")
//	if err != nil {
//		return err
//	}
//	return tensor.View(func(b []byte) error { return use(b, tensor.DType, tensor.Shape) })
//
// # Ownership
//
// A Host, Model, Plan, Placement or Buffer owns memory outside the Go heap, which Close frees. Close may be called several times, and
// while other goroutines use the object: their calls complete, and later ones fail. The garbage collector frees what nobody has
// closed, but it does not see how large it is, so close what you can. Tensors, graphs and so on keep their model from the collector,
// and placed tensors their placement. Buffers and placements do not need the model any more.
//
// After Close, methods return an error for which errors.Is(err, fs.ErrClosed) is true; methods without an error return zero values. So does
// the zero value of these types. That of a Tensor or a Graph, which belongs to no model, must not be used.
//
// # Zero-copy access
//
// View methods lend bytes that lie outside the Go heap to a function until it returns. Keep no slice of them, and do not write to
// them.
//
// # Read mode and map mode
//
// By default files are read and never mapped. If another process truncates or writes a file, the next operation that reads it
// returns ErrChanged.
//
// With [OpenOptions.Map] files are mapped, and Tensor.View gives their bytes without a copy. If another process then truncates the
// file, reading the missing part raises SIGBUS. View methods turn that into ErrChanged by means of debug.SetPanicOnFault, which
// works only on the goroutine that calls the function. On any other goroutine, and in C code that was given the address, the
// signal ends the process. Do not map files that others may truncate.
//
// # Cancellation and threads
//
// Whatever may wait for a file, a driver or much work takes a context.Context. Open, Load, Verify and Check stop soon after it is done:
// they notice within about 50 milliseconds, or when a function of the program that they have called returns. What C cannot interrupt
// (Plan, Buffer, Changed, Assets, FindAsset, Wait, CUDADevices) returns at once, and ends in the background. The error is ErrCancelled,
// and also that of the context. ReadAt has no context, because io.ReaderAt has none.
//
// A goroutine that waits for a load holds no thread of the operating system, if the host allows threads for the work: it waits for a
// channel, which the last of the threads that work on the load closes when the load has ended. So a thousand loads on a host with two
// threads need two threads. Without a host, and to open, verify and check, a call holds a thread until it returns.
//
// Functions and methods may be called on several goroutines at once. Programs may be started by os/exec at any time: they do not
// inherit the files of models.
//
// # Functions of the program
//
// Progress, the functions of HostOptions, that of OpenMemory, and the methods of an fs.FS, its files, an Allocator and a Budget are called by
// C, each time on a goroutine of its own. They may call this package, and close what it has given: an object that is in use is freed later.
//
// A panic in one of them does not reach C, and neither does runtime.Goexit. It ends the operation that the function was called for, which
// returns an error that wraps a [PanicError]: ErrCallback, or why the operation has failed besides. Of several panics the first is
// returned. Close is such an operation, too: it may call Release, Free and the Close of a file. What nobody waits for returns no error: an
// object that the garbage collector or the end of a View frees.
//
// # Units
//
// Sizes and offsets are in bytes. Shapes and strides are in elements, outermost dimension first. Elements are little-endian.
//
// # Build
//
// The package needs cgo and the C library, which pkg-config finds. The build tag weighbridge_static links the static library;
// weighbridge_bundled links one that lies in the folder lib of this package; with weighbridge_custom the variables CGO_CFLAGS and
// CGO_LDFLAGS say where the library is. Without cgo, use the module github.com/weighbridge/weighbridge/go/purego.
package weighbridge
