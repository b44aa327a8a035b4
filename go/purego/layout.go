package weighbridge

// The structures of the header, with its names. A pointer to Go memory in one of them is only used until the call returns.

// str is text; NULL if it is empty.
type str struct {
	ptr *byte
	len uintptr
}

type errorInfo struct {
	structSize             uintptr
	code                   int32
	reserved               uint32
	message, path, subject str
	offset                 uint64
	osCode                 int64
}

type contextOptions struct {
	structSize                     uintptr
	maxThreads, logMaxLevel        uint32
	log, logUserData, logDestroy   object
	io, threads, allocator, budget object
}

type openOptions struct {
	structSize                                      uintptr
	flags                                           uint64
	verify, reserved                                uint32
	format                                          str
	manifest                                        *byte
	manifestLen                                     uintptr
	maxHeaderBytes, maxTensors, maxFiles, maxMemory uint64
	name                                            str
	progress, userData, cancel                      object
	linkRoots                                       *str
	linkRootCount                                   uintptr
	memo                                            str
}

type fileInfo struct {
	structSize uintptr
	path       str
	bytes      uint64
}

type tensorInfo struct {
	structSize     uintptr
	name           str
	dtype, rank    uint32
	shape, strides *int64
	bytes, offset  uint64
	file           uintptr
	alignment      uint32
	reserved       uint32
}

type metadataInfo struct {
	structSize uintptr
	kind       uint32
	boolean    uint32
	i64        int64
	u64        uint64
	f64        float64
	len        uint64
	key, text  str
}

type verifyOptions struct {
	structSize                 uintptr
	progress, userData, cancel object
	flags                      uint64
}

type lineInfo struct {
	structSize                                   uintptr
	outcome, anchor                              uint32
	subject, algorithm, source, expected, actual str
	subjectKind, covers                          uint32
	reason                                       str
	offset, bytes                                uint64
}

type planOptions struct {
	structSize                          uintptr
	target, reads                       uint32
	include                             *str
	includeCount                        uintptr
	tensors                             *uintptr
	tensorCount                         uintptr
	slices                              object
	sliceCount                          uintptr
	casts                               object
	castCount                           uintptr
	destinations                        object
	destinationCount                    uintptr
	cuda                                object
	alignment, stagingBytes, blockBytes uint64
	readers, reserved                   uint32
	cancel                              object
}

type placedTensorInfo struct {
	structSize           uintptr
	data                 *byte
	deviceAddress, bytes uint64
	tensor               uintptr
	name                 str
	shape                *int64
	rank, dtype, device  uint32
	reserved             uint32
	offset               uint64
}
