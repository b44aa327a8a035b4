package weighbridge

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"context"
	"io/fs"
	"os"
	"runtime/cgo"
	"sort"
	"unsafe"
)

// Open opens a model: a .safetensors or .onnx file, a *.index.json, or a directory that contains one of these, such as a Hugging Face
// snapshot. A numbered set in a directory that has several is opened by the path of its files with * in the place of the number:
// "DIR/model-*-of-00002.safetensors". Open reads and checks headers, indices and graphs, but not the bytes of tensors.
//
// ErrNotFound: the path, or a shard that the model names, does not exist. ErrFormat: a file is malformed. ErrUnsupported: the
// content is not in a format that the library reads. ErrLimit: the model exceeds a limit of the options. ErrInvalidArgument: the
// path is empty, or the directory contains several models.
func Open(ctx context.Context, path string, options *OpenOptions) (*Model, error) {
	return open(ctx, options,
		func(host *C.wb_context, _ *arena, o *C.wb_open_options, out **C.wb_model, err **C.wb_error) C.wb_status {
			if path == "." && options != nil && options.Host.hasFiles() {
				path = "" // The root of an fs.FS.
			}
			chars, n := lent(path)
			return C.wb_model_open(host, chars, n, o, out, err)
		})
}

// OpenBytes opens a model that is one file in memory. It cannot refer to other files. The bytes are copied, because C must not
// keep Go memory. Errors as for Open.
func OpenBytes(ctx context.Context, contents []byte, options *OpenOptions) (*Model, error) {
	return open(ctx, options,
		func(host *C.wb_context, _ *arena, o *C.wb_open_options, out **C.wb_model, err **C.wb_error) C.wb_status {
			data := copied(contents)
			if data == nil {
				return C.WB_ERR_OUT_OF_MEMORY
			}
			return C.wbgo_open_memory(host, data, C.size_t(len(contents)), o, out, err)
		})
}

// OpenMemory opens a model that is one file in memory of the program, without a copy. It cannot refer to other files. The memory must lie
// outside the Go heap, as for an Allocator, and must not change until release is called. That happens once, when nothing uses the memory any
// more: at the latest when the model, its plans, and its buffers and placements have been closed; if OpenMemory fails, before it returns.
// nil: the memory stays. Errors as for Open; ErrInvalidArgument also for memory of the Go heap.
func OpenMemory(ctx context.Context, memory []byte, release func(), options *OpenOptions) (*Model, error) {
	if release == nil {
		release = func() {}
	}
	if !mayBeKept(startOf(memory)) {
		release()
		return nil, &Error{Status: ErrInvalidArgument, Subject: "memory", Offset: NoOffset,
			Message: "the memory is of the Go heap: allocate it in C or by mmap, pin it, or use OpenBytes"}
	}
	isLent := false
	model, err := open(ctx, options,
		func(host *C.wb_context, _ *arena, o *C.wb_open_options, out **C.wb_model, err **C.wb_error) C.wb_status {
			isLent = true
			lender := C.uintptr_t(cgo.NewHandle(release))
			return C.wbgo_open_lent(host, startOf(memory), C.size_t(len(memory)), lender, o, out, err)
		})
	if !isLent {
		release()
	}
	return model, err
}

// OpenBlobs opens a model that is several files in memory: shards, external data, manifests and assets by their names. The name is
// that of a file, an index, a numbered set or a folder among them; empty: all of them are a directory with a model. The bytes are
// copied, because C must not keep Go memory. Errors as for Open.
func OpenBlobs(ctx context.Context, blobs map[string][]byte, name string, options *OpenOptions) (*Model, error) {
	names := make([]string, 0, len(blobs))
	for name := range blobs {
		names = append(names, name)
	}
	sort.Strings(names)
	return open(ctx, options,
		func(host *C.wb_context, a *arena, o *C.wb_open_options, out **C.wb_model, err **C.wb_error) C.wb_status {
			list, count := structures(a, names, func(to *C.wb_blob, name string) {
				*to = C.wb_blob{struct_size: C.sizeof_wb_blob, name: a.text(name)}
				C.wbgo_blob(to, copied(blobs[name]), C.size_t(len(blobs[name])))
			})
			chars, n := lent(name)
			return C.wb_model_open_blobs(host, list, count, chars, n, o, out, err)
		})
}

// copied copies bytes to memory that the library frees when nothing uses it any more, also if the open fails. NULL: there is no
// memory.
func copied(contents []byte) unsafe.Pointer {
	// The extra byte is for empty contents.
	data := C.calloc(1, C.size_t(len(contents))+1)
	if data != nil {
		copy(bytesAt(data, uint64(len(contents))), contents)
	}
	return data
}

// ToEnd as the length of OpenFile: all to the end of the file.
const ToEnd = ^uint64(0)

// OpenFile opens a model that is a part of a larger file: length bytes from offset. It cannot refer to other files. Offsets that the
// model tells count from the start of the part. The file may be closed after the call. Errors as for Open; ErrInvalidArgument:
// the part is not inside the file.
func OpenFile(ctx context.Context, file *os.File, offset, length uint64, options *OpenOptions) (*Model, error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	var model *Model
	var failed error
	err = conn.Control(func(fd uintptr) {
		model, failed = open(ctx, options,
			func(host *C.wb_context, _ *arena, o *C.wb_open_options, out **C.wb_model, err **C.wb_error) C.wb_status {
				return C.wb_model_open_fd(host, C.ptrdiff_t(fd), C.uint64_t(offset), C.uint64_t(length), o, out, err)
			})
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: file.Name(), Err: fs.ErrClosed}
	}
	return model, failed
}

// OpenFS opens a model of an fs.FS, by the name of a file, an index, a numbered set or a folder in it; "" and ".": all of it is a
// directory with a model. Such files are never mapped.
//
// Files that are an io.ReaderAt are read at offsets, several ranges at once if the host has threads. Other files are read whole when
// they are opened, up to WholeFileLimit bytes for all that a model has open at a time. The length and the modification time that
// Stat returns tell whether a file has changed (ErrChanged). The model keeps files open until it and everything made from it is
// closed.
//
// Errors as for Open. An error of the fs.FS other than fs.ErrNotExist is ErrCallback, which wraps it; a panic becomes a
// PanicError there. The library cannot interrupt a function of the fs.FS: it should heed a context itself.
func OpenFS(ctx context.Context, fsys fs.FS, name string, options *OpenOptions) (*Model, error) {
	if name == "." {
		name = ""
	}
	if options == nil {
		options = &OpenOptions{}
	}
	files := &hostFiles{fsys: fsys}
	return open(ctx, options,
		func(host *C.wb_context, a *arena, o *C.wb_open_options, out **C.wb_model, err **C.wb_error) C.wb_status {
			chars, n := lent(name)
			return C.wb_model_open_io(host, files.inC(a, options.PreferredRead), chars, n, o, out, err)
		})
}

// opener is one of the C functions that open a model.
type opener func(*C.wb_context, *arena, *C.wb_open_options, **C.wb_model, **C.wb_error) C.wb_status

// open opens a model with one of them.
func open(ctx context.Context, options *OpenOptions, call opener) (*Model, error) {
	if options == nil {
		options = &OpenOptions{}
	}
	if err := checkABI(); err != nil {
		return nil, err
	}
	o, err := begin(ctx, options.Progress)
	if err != nil {
		return nil, err
	}
	defer o.end()
	var a arena
	defer a.free()

	c := options.inC(&a)
	if options.Progress != nil {
		C.wbgo_open_progress(c, o.number())
	}
	if c.cancel, err = o.canceller(); err != nil {
		return nil, err
	}
	var object *C.wb_model
	err = options.Host.using(func(host *C.wb_context) error {
		return o.try(func(err **C.wb_error) C.wb_status { return call(host, &a, c, &object, err) })
	})
	if err = o.outcome(err); err != nil {
		C.wb_model_release(object)
		return nil, err
	}
	return newModel(object, options.Host), nil
}
