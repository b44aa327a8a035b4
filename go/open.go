package weighbridge

// #include "bridge.h"
import "C"

// Policy says what must be verified. It is fixed when a model is opened.
type Policy uint32

const (
	// VerifyIfPresent: loads, verifications and assets check the bytes that a manifest covers. Tensor.View, Tensor.Buffer
	// and Tensor.ReadAt do not check anything.
	VerifyIfPresent Policy = C.WB_VERIFY_IF_PRESENT
	// VerifyRequired: every weight file that is used must be covered by a manifest. The bytes of a tensor are refused with
	// ErrUnverified until a load or Model.Verify has checked them.
	VerifyRequired Policy = C.WB_VERIFY_REQUIRED
	// VerifyNone: manifests are not read, and nothing is checked.
	VerifyNone Policy = C.WB_VERIFY_NONE
)

// OpenOptions says how a model is opened. The zero value and nil are the defaults.
type OpenOptions struct {
	// What the program provides; nil: no log, and no threads beside the caller's. The model keeps it.
	Host *Host
	// Map files instead of reading them, so that Tensor.View works. See "Read mode and map mode" above for what happens
	// when another process truncates such a file.
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
	// The name of the file that OpenBytes or OpenMemory opens, by which manifests and errors refer to it; empty: "memory".
	Name string
	// Directories outside the model's own to which symbolic links of the model may lead.
	LinkRoots []string
	// The path of a file in which verified files are remembered; empty: nothing is remembered.
	Memo string
	// What the memo remembers counts under VerifyRequired. Without it files are hashed there in any case.
	MemoCovers bool
	// For OpenFS: bytes that are best asked for at once, such as 8 MiB of an object store; 0: as the library likes.
	PreferredRead uint64
	// Called before each file is read and about once for each megabyte of headers and graphs, never several times at once.
	Progress func(Progress)
}

func (o *OpenOptions) flags() C.uint64_t {
	flags := C.uint64_t(C.WB_OPEN_READ)
	if o.Map {
		flags = 0
	}
	if o.RefuseReplaced {
		flags |= C.WB_OPEN_REFUSE_REPLACED
	}
	if o.MemoCovers {
		flags |= C.WB_OPEN_MEMO_COVERS
	}
	return flags
}

func (o *OpenOptions) inC(a *arena) *C.wb_open_options {
	c := structure[C.wb_open_options](a)
	c.struct_size = C.sizeof_wb_open_options
	c.flags = o.flags()
	c.verify = C.uint32_t(o.Verify)
	c.format = a.text(o.Format)
	c.manifest, c.manifest_len = a.bytes(o.Manifest), C.size_t(len(o.Manifest))
	c.max_header_bytes = C.uint64_t(o.MaxHeaderBytes)
	c.max_tensors = C.uint64_t(o.MaxTensors)
	c.max_files = C.uint64_t(o.MaxFiles)
	c.max_heap_bytes = C.uint64_t(o.MaxHeapBytes)
	c.name = a.text(o.Name)
	c.link_roots, c.link_root_count = a.texts(o.LinkRoots)
	c.memo = a.text(o.Memo)
	return c
}
