package weighbridge

import (
	"context"
	"unsafe"
)

// Policy says what must be verified. It is fixed when a model is opened.
type Policy uint32

const (
	// VerifyIfPresent: loads and verifications check the bytes that a manifest covers. Tensor.View, Tensor.Buffer and Tensor.ReadAt do
	// not check anything.
	VerifyIfPresent Policy = 0
	// VerifyRequired: every weight file that is used must be covered by a manifest. The bytes of a tensor are refused with
	// ErrUnverified until a load or Model.Verify has checked them.
	VerifyRequired Policy = 1
	// VerifyNone: manifests are not read, and nothing is checked.
	VerifyNone Policy = 2
)

// OpenOptions says how a model is opened. The zero value and nil are the defaults.
type OpenOptions struct {
	// What the program provides; nil: no threads beside the caller's. The model keeps it.
	Host *Host
	// Map files instead of reading them, so that Tensor.View works. If another process truncates such a file, View returns
	// ErrChanged, and other code that reads the missing part is ended by SIGBUS.
	Map bool
	// Also refuse a file that has been replaced or removed since it was opened.
	RefuseReplaced bool
	// What must be verified.
	Verify Policy
	// The name of the format, such as "safetensors"; empty: detected from the content.
	Format string
	// A manifest from a trusted source, such as the text of a SHA256SUMS or a weighbridge.json. It replaces those beside
	// the weights.
	Manifest []byte
	// Limit: bytes of one header, index or manifest; 0: 100,000,000.
	MaxHeaderBytes uint64
	// Limit: tensors; 0: 10,000,000.
	MaxTensors uint64
	// Limit: files of the model; 0: 4,096.
	MaxFiles uint64
	// Limit: bytes of memory for headers, indices, manifests, tables and graphs together; 0: 1 GiB.
	MaxHeapBytes uint64
	// The name of the file that OpenBytes opens, by which manifests and errors refer to it; empty: "memory".
	Name string
}

func (o *OpenOptions) inC() *openOptions {
	const read, refuseReplaced = 1 << 0, 1 << 1
	to := &openOptions{
		structSize: unsafe.Sizeof(openOptions{}), verify: uint32(o.Verify), format: lent(o.Format),
		manifest: first(o.Manifest), manifestLen: uintptr(len(o.Manifest)),
		maxHeaderBytes: o.MaxHeaderBytes, maxTensors: o.MaxTensors, maxFiles: o.MaxFiles, maxMemory: o.MaxHeapBytes,
		name: lent(o.Name),
	}
	if !o.Map {
		to.flags |= read
	}
	if o.RefuseReplaced {
		to.flags |= refuseReplaced
	}
	return to
}

// Open opens a model: a .safetensors or .onnx file, a *.index.json, or a directory that contains one of these, such as a Hugging Face
// snapshot. Open reads and checks headers, indices and graphs, but not the bytes of tensors.
//
// ErrNotFound: the path, or a shard that the model names, does not exist. ErrFormat: a file is malformed. ErrUnsupported: the
// content is not in a format that the library reads. ErrLimit: the model exceeds a limit of the options. ErrInvalidArgument: the
// path is empty, or the directory contains several models.
func Open(ctx context.Context, path string, options *OpenOptions) (*Model, error) {
	return open(ctx, options, func(host object, o *openOptions, out, err *object) int32 {
		name := lent(path)
		return c.modelOpen(host, name.ptr, name.len, o, out, err)
	})
}

// OpenBytes opens a model that is one file in memory. It cannot refer to other files. The bytes are copied, because C must not
// keep Go memory. Errors as for Open.
func OpenBytes(ctx context.Context, contents []byte, options *OpenOptions) (*Model, error) {
	return open(ctx, options, func(host object, o *openOptions, out, err *object) int32 {
		// The library frees the copy, also if it fails. The extra byte is for empty contents.
		data := c.calloc(1, uintptr(len(contents))+1)
		if data == nil {
			return int32(ErrOutOfMemory)
		}
		copy(bytesAt((*byte)(data), uint64(len(contents))), contents)
		return c.modelOpenMemory(host, data, uintptr(len(contents)), c.free, data, o, out, err)
	})
}

func open(ctx context.Context, options *OpenOptions, call func(host object, o *openOptions, out, err *object) int32) (*Model, error) {
	if options == nil {
		options = &OpenOptions{}
	}
	if err := load(); err != nil {
		return nil, err
	}
	operation, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	defer operation.end()
	o := options.inC()
	o.cancel = operation.cancel
	var model object
	err = options.Host.using(func(host object) error {
		return try(func(err *object) int32 { return call(host, o, &model, err) })
	})
	if err != nil {
		return nil, operation.outcome(err)
	}
	return &Model{own(model, "model", c.modelRelease), options.Host != nil && options.Host.hasThreads}, nil
}
