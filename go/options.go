package weighbridge

// #include "bridge.h"
import "C"

// Target is where a load puts tensors.
type Target uint32

const (
	// TargetHost: one arena in host memory, each tensor aligned.
	TargetHost Target = C.WB_TARGET_HOST
	// TargetView: the mapped files, without a copy. It needs OpenOptions.Map.
	TargetView Target = C.WB_TARGET_VIEW
	// TargetSealed: one arena that other processes may map and no process can modify: see Placement.Sealed.
	TargetSealed Target = C.WB_TARGET_SEALED
	// TargetCUDA: CUDA devices.
	TargetCUDA Target = C.WB_TARGET_CUDA
	// TargetNone: nowhere. The tensors are read and checked, and the placement is empty.
	TargetNone Target = C.WB_TARGET_NONE
)

// Reads is how files are read.
type Reads uint32

const (
	// ReadsAuto: through the page cache; but past it if the target is a device and less than half of a large file is cached.
	ReadsAuto Reads = C.WB_READS_AUTO
	// ReadsBuffered: through the page cache.
	ReadsBuffered Reads = C.WB_READS_BUFFERED
	// ReadsDirect: past the page cache, where the file system supports it.
	ReadsDirect Reads = C.WB_READS_DIRECT
)

// Slice loads one of several parts of each tensor that a pattern matches: what one rank of a tensor-parallel group holds.
type Slice struct {
	// Which tensors: a glob pattern, as in LoadOptions.Include.
	Pattern string
	// The dimension that is divided; the outermost is 0.
	Dim uint32
	// Which part; the first is 0.
	Rank uint64
	// The number of parts, at least 1.
	World uint64
	// If the dimension is not a multiple of World, the first ranks get one element more than the last ones; else that is an error.
	Spread bool
}

// Cast loads the tensors that a pattern matches in another element type.
type Cast struct {
	// Which tensors: a glob pattern, as in LoadOptions.Include.
	Pattern string
	// Only tensors of this type are converted; 0: all of them.
	From DType
	// The type to load them in.
	To DType
}

// LoadOptions says what is loaded, and where to. The zero value and nil: all tensors, into an arena in host memory.
type LoadOptions struct {
	// Where tensors are put; the zero value is TargetHost.
	Target Target
	// How files are read; the zero value is ReadsAuto.
	Reads Reads
	// Glob patterns over tensor names (*, ?, [a-z]), which also match . and /. None: all tensors.
	Include []string
	// Tensors by index, instead of patterns; the placement keeps their order.
	Tensors []int
	// Parts of tensors. Of several slices that match a tensor, the first applies.
	Slices []Slice
	// Conversions of element types. Of several casts that match a tensor, the first applies.
	Casts []Cast
	// Memory of the program to fill, instead of memory that the placement owns. Only for TargetHost and TargetCUDA.
	Destinations []Destination
	// For TargetCUDA, how tensors are placed on devices; nil: all on device 0. Other targets ignore it.
	CUDA *CUDAOptions
	// The alignment of each tensor in an arena in bytes, a power of two; 0: 64 on the host, 256 on a device.
	Alignment uint64
	// The bound on host memory beside the tensors in bytes; 0: 8 MiB, for a device 128 MiB.
	StagingBytes uint64
	// The most bytes that are read and checked at a time; 0: as the library likes.
	BlockBytes uint64
	// The most threads that read at once, within what the host allows; 0: all of them.
	Readers uint32
	// Called at once, then about twenty times a second, and at the end.
	Progress func(Progress)
}

// inC copies the options to memory of C.
func (o *LoadOptions) inC(a *arena) *C.wb_plan_options {
	c := structure[C.wb_plan_options](a)
	c.struct_size = C.sizeof_wb_plan_options
	c.target, c.reads = C.uint32_t(o.Target), C.uint32_t(o.Reads)
	c.include, c.include_count = a.texts(o.Include)
	c.tensors, c.tensor_count = structures(a, o.Tensors, func(to *C.size_t, index int) { *to = C.size_t(index) })
	c.slices, c.slice_count = structures(a, o.Slices, func(to *C.wb_slice, s Slice) { s.put(a, to) })
	c.casts, c.cast_count = structures(a, o.Casts, func(to *C.wb_cast, cast Cast) {
		*to = C.wb_cast{
			struct_size: C.sizeof_wb_cast, pattern: a.text(cast.Pattern), from: C.wb_dtype(cast.From), to: C.wb_dtype(cast.To),
		}
	})
	c.destinations, c.destination_count = structures(a, o.Destinations, func(to *C.wb_destination, d Destination) { d.put(a, to) })
	c.alignment = C.uint64_t(o.Alignment)
	c.staging_bytes = C.uint64_t(o.StagingBytes)
	c.block_bytes = C.uint64_t(o.BlockBytes)
	c.readers = C.uint32_t(o.Readers)
	if o.CUDA != nil {
		o.CUDA.put(a, c)
	}
	return c
}

func (s Slice) put(a *arena, to *C.wb_slice) {
	*to = C.wb_slice{
		struct_size: C.sizeof_wb_slice, pattern: a.text(s.Pattern), dim: C.uint32_t(s.Dim), rank: C.uint64_t(s.Rank),
		world: C.uint64_t(s.World),
	}
	if s.Spread {
		to.flags = C.WB_SLICE_SPREAD
	}
}
