package weighbridge

import "unsafe"

// MetadataType is the type of the value of a metadata entry.
type MetadataType uint32

const (
	MetadataNull  MetadataType = 0 // no value
	MetadataBool  MetadataType = 1 // true or false
	MetadataI64   MetadataType = 2 // a signed integer
	MetadataU64   MetadataType = 3 // an unsigned integer
	MetadataF64   MetadataType = 4 // a floating-point number
	MetadataText  MetadataType = 5 // text
	MetadataBytes MetadataType = 6 // bytes, whose text form is hexadecimal in quotes
	MetadataList  MetadataType = 7 // a list of values
	MetadataMap   MetadataType = 8 // values by key
)

// Metadata is what a model says about itself under one key.
type Metadata struct {
	// The key.
	Key string
	// The text form: text as it is, all other types as compact JSON.
	Text string
	// The type of the value.
	Type MetadataType
	// The value, if it is a bool.
	Bool bool
	// The value, if it is an integer that fits.
	I64 int64
	U64 uint64
	// The value, if it is a number, rounded if necessary.
	F64 float64
	// The number of elements of a list, of entries of a map, or of bytes of text or binary data.
	Len uint64
}

// Metadata returns the metadata entries, sorted by key.
func (m *Model) Metadata() ([]Metadata, error) {
	return collect(m.handle, "metadata", c.metadataCount, metadataAt)
}

func metadataAt(m object, i uintptr) (Metadata, int32) {
	info := metadataInfo{structSize: unsafe.Sizeof(metadataInfo{})}
	status := c.metadataInfo(m, i, &info)
	return Metadata{
		text(info.key), text(info.text), MetadataType(info.kind), info.boolean != 0, info.i64, info.u64, info.f64, info.len,
	}, status
}

// FindMetadata returns the entry with a key. ErrNotFound: the model has no such entry.
func (m *Model) FindMetadata(key string) (Metadata, error) {
	return fetch(m.handle, "metadata", key, func(m object) (Metadata, int32) {
		var index uintptr
		name := lent(key)
		if status := c.metadataFind(m, name.ptr, name.len, &index); status < 0 {
			return Metadata{}, status
		}
		return metadataAt(m, index)
	})
}
