package weighbridge

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"runtime/cgo"
	"sync/atomic"
	"unicode/utf8"
)

// WholeFileLimit is how many bytes of files that are not an io.ReaderAt one model of an fs.FS holds in memory at most: see OpenFS.
const WholeFileLimit = 64 << 20

// hostFiles is an fs.FS as the library uses it.
type hostFiles struct {
	fsys fs.FS
	// Bytes of files that are held whole.
	held atomic.Int64
}

// firstCode is the result in C of the first error; smaller ones have a meaning.
const firstCode = C.WB_IO_NOT_FOUND + 1

// failures counts the errors of all fs.FS, so that each has a result in C of its own.
var failures atomic.Uint32

// answer calls a function of an fs.FS for the operation of a thread, and returns its result for C. The operation keeps an error, so that
// explain can find it.
func answer(at C.uintptr_t, f func() error) C.int32_t {
	o, err := operationAt(at), caught(f)
	switch {
	case err == nil:
		return C.WB_IO_OK
	case isPanic(err):
		o.survives(err)
	case errors.Is(err, fs.ErrNotExist):
		return C.WB_IO_NOT_FOUND
	}
	code := firstCode + C.int32_t(failures.Add(1)%(math.MaxInt32-firstCode))
	o.keep(int64(code), err)
	return code
}

// keep remembers the error of an fs.FS under its result in C.
func (o *operation) keep(code int64, err error) {
	if o == nil {
		return
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.answers == nil {
		o.answers = map[int64]error{}
	}
	o.answers[code], o.lastAnswer = err, err
}

// explain returns the error of an fs.FS that an error of the library stands for; nil: there is none. Some functions give only the status.
func (o *operation) explain(e *Error) error {
	if e.Status == ErrCallback && e.OSCode == 0 {
		return o.lastAnswer
	}
	return o.answers[e.OSCode]
}

// inC fills the structure that stands for the files. The library deletes the handle when it no longer uses them.
func (h *hostFiles) inC(a *arena, preferredRead uint64) *C.wb_io {
	c := structure[C.wb_io](a)
	c.struct_size = C.sizeof_wb_io
	c.preferred_read = C.uint64_t(preferredRead)
	C.wbgo_io(c, C.uintptr_t(cgo.NewHandle(h)))
	return c
}

// hostFile is an open file.
type hostFile struct {
	file  fs.File
	bytes io.ReaderAt
	// Set for a file that is held whole: its length is no longer that of the file.
	files *hostFiles
	held  int64
}

func (h *hostFiles) open(name string) (*hostFile, error) {
	file, err := h.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	opened, err := h.opened(name, file)
	if err != nil {
		file.Close()
		return nil, err
	}
	return opened, nil
}

func (h *hostFiles) opened(name string, file fs.File) (*hostFile, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fs.ErrNotExist
	}
	if reader, ok := file.(io.ReaderAt); ok {
		return &hostFile{file: file, bytes: reader}, nil
	}
	return h.whole(name, file, info.Size())
}

// whole reads a file that can only be read from its start.
func (h *hostFiles) whole(name string, file fs.File, length int64) (*hostFile, error) {
	if h.held.Add(length) > WholeFileLimit {
		h.held.Add(-length)
		return nil, fmt.Errorf("%s: %T has no ReadAt, and its %d bytes exceed what is held in memory, %d bytes for each model",
			name, file, length, WholeFileLimit)
	}
	contents := make(wholeFile, length)
	if _, err := io.ReadFull(file, contents); err != nil {
		h.held.Add(-length)
		return nil, fmt.Errorf("%s: reading all of it: %w", name, err)
	}
	return &hostFile{file: file, bytes: contents, files: h, held: length}, nil
}

// wholeFile is a file in memory.
type wholeFile []byte

func (w wholeFile) ReadAt(p []byte, offset int64) (int, error) {
	if offset >= int64(len(w)) {
		return 0, io.EOF
	}
	return copy(p, w[offset:]), nil
}

// stat returns the length, and a number that changes with the time of the last change.
func (f *hostFile) stat() (length, identity uint64, err error) {
	info, err := f.file.Stat()
	if err != nil {
		return 0, 0, err
	}
	if info.Size() < 0 {
		return 0, 0, fmt.Errorf("%s: its length is %d", info.Name(), info.Size())
	}
	return uint64(info.Size()), uint64(info.ModTime().UnixNano()), nil
}

func (f *hostFile) readAt(p []byte, offset int64) (int, error) {
	n, err := f.bytes.ReadAt(p, offset)
	if n > 0 || err == io.EOF {
		return n, nil
	}
	return 0, err
}

func (f *hostFile) close() error {
	if f.files != nil {
		f.files.held.Add(-f.held)
	}
	return f.file.Close()
}

// list calls a function for each file and folder of a folder. Links count as what they lead to, and what is neither is left out,
// and so are names that are not text, which no model can mention.
func (h *hostFiles) list(folder string, add func(name string, isFolder bool, bytes uint64) error) error {
	if folder == "" {
		folder = "."
	}
	entries, err := fs.ReadDir(h.fsys, folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := fs.Stat(h.fsys, path.Join(folder, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // A link that leads nowhere, or a file that was removed since.
		}
		if err != nil {
			return err
		}
		if !utf8.ValidString(entry.Name()) || !info.IsDir() && !info.Mode().IsRegular() {
			continue
		}
		if err := add(entry.Name(), info.IsDir(), uint64(info.Size())); err != nil {
			return err
		}
	}
	return nil
}
