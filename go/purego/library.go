package weighbridge

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// The version of the binary interface that this package is written for.
const abiVersion = 0

// object is a pointer to an object of the library.
type object = unsafe.Pointer

// c has the functions of the library, once load has succeeded.
var c struct {
	abiVersion    func() uint32
	versionString func() string
	statusName    func(status int32) string
	dtypeName     func(dtype uint32) string

	errorGetInfo func(e object, out *errorInfo) int32
	errorRelease func(e object)

	cancelCreate  func(out, err *object) int32
	cancelSet     func(c object)
	cancelRelease func(c object)

	contextCreate  func(o *contextOptions, out, err *object) int32
	contextRelease func(c object)

	modelOpen       func(c object, path *byte, n uintptr, o *openOptions, out, err *object) int32
	modelOpenMemory func(c, data object, n uintptr, destroy uintptr, userData object, o *openOptions, out, err *object) int32
	modelRelease    func(m object)
	modelFormat     func(m object) string
	modelFileCount  func(m object) uintptr
	modelFileInfo   func(m object, index uintptr, out *fileInfo) int32

	tensorCount  func(m object) uintptr
	tensorInfos  func(m object, first, count uintptr, out *tensorInfo, stride uintptr) int32
	tensorFind   func(m object, name *byte, n uintptr, index *uintptr) int32
	tensorData   func(m object, index uintptr, data **byte, n *uintptr) int32
	tensorRead   func(m object, index uintptr, offset uint64, to *byte, n uintptr, err *object) int32
	tensorBuffer func(m object, index uintptr, out, err *object) int32

	bufferData    func(b object, n *uintptr) *byte
	bufferRelease func(b object)

	metadataCount func(m object) uintptr
	metadataInfo  func(m object, index uintptr, out *metadataInfo) int32
	metadataFind  func(m object, key *byte, n uintptr, index *uintptr) int32

	modelVerify     func(m object, o *verifyOptions, out, err *object) int32
	reportLineCount func(r object) uintptr
	reportLineInfo  func(r object, index uintptr, out *lineInfo) int32
	reportRelease   func(r object)

	modelLoad   func(m object, o *planOptions, out, err *object) int32
	planCreate  func(m object, o *planOptions, out, err *object) int32
	planStart   func(p object, out, err *object) int32
	planRelease func(p object)
	taskPoll    func(t, progress object) int32
	taskFinish  func(t object, out, err *object) int32
	taskRelease func(t object)

	placementTensorCount func(p object) uintptr
	placementTensorInfo  func(p object, index uintptr, out *placedTensorInfo) int32
	placementTensorFind  func(p object, name *byte, n uintptr, index *uintptr) int32
	placementRelease     func(p object)

	// Of the C library.
	calloc func(count, bytes uintptr) object
	free   uintptr
}

var (
	loadOnce sync.Once
	loadPath = "libweighbridge.so.0"
	loadErr  error
)

// LoadLibrary loads the shared library with this path, instead of the one that the dynamic linker finds. It must be called before
// anything else of this package.
func LoadLibrary(path string) error {
	loadPath = path
	return load()
}

// load loads the library, once.
func load() error {
	loadOnce.Do(func() { loadErr = bind(loadPath) })
	return loadErr
}

func bind(path string) (err error) {
	library, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return fmt.Errorf("weighbridge: the shared library cannot be loaded: %w", err)
	}
	for _, f := range []struct {
		name string
		to   any
	}{
		{"wb_abi_version", &c.abiVersion}, {"wb_version_string", &c.versionString},
		{"wb_status_name", &c.statusName}, {"wb_dtype_name", &c.dtypeName},
		{"wb_error_get_info", &c.errorGetInfo}, {"wb_error_release", &c.errorRelease},
		{"wb_cancel_create", &c.cancelCreate}, {"wb_cancel_set", &c.cancelSet}, {"wb_cancel_release", &c.cancelRelease},
		{"wb_context_create", &c.contextCreate}, {"wb_context_release", &c.contextRelease},
		{"wb_model_open", &c.modelOpen}, {"wb_model_open_memory", &c.modelOpenMemory}, {"wb_model_release", &c.modelRelease},
		{"wb_model_format", &c.modelFormat}, {"wb_model_file_count", &c.modelFileCount}, {"wb_model_file_info", &c.modelFileInfo},
		{"wb_model_tensor_count", &c.tensorCount}, {"wb_model_tensor_infos", &c.tensorInfos},
		{"wb_model_tensor_find", &c.tensorFind}, {"wb_model_tensor_data", &c.tensorData},
		{"wb_model_tensor_read", &c.tensorRead}, {"wb_model_tensor_buffer", &c.tensorBuffer},
		{"wb_buffer_data", &c.bufferData}, {"wb_buffer_release", &c.bufferRelease},
		{"wb_model_metadata_count", &c.metadataCount}, {"wb_model_metadata_info", &c.metadataInfo},
		{"wb_model_metadata_find", &c.metadataFind}, {"wb_model_verify", &c.modelVerify},
		{"wb_report_line_count", &c.reportLineCount}, {"wb_report_line_info", &c.reportLineInfo},
		{"wb_report_release", &c.reportRelease}, {"wb_model_load", &c.modelLoad},
		{"wb_plan_create", &c.planCreate}, {"wb_plan_start", &c.planStart}, {"wb_plan_release", &c.planRelease},
		{"wb_task_poll", &c.taskPoll}, {"wb_task_finish", &c.taskFinish}, {"wb_task_release", &c.taskRelease},
		{"wb_placement_tensor_count", &c.placementTensorCount}, {"wb_placement_tensor_info", &c.placementTensorInfo},
		{"wb_placement_tensor_find", &c.placementTensorFind}, {"wb_placement_release", &c.placementRelease},
		{"calloc", &c.calloc},
	} {
		symbol, err := purego.Dlsym(library, f.name)
		if err != nil {
			return fmt.Errorf("weighbridge: %s: %w", path, err)
		}
		purego.RegisterFunc(f.to, symbol)
	}
	if c.free, err = purego.Dlsym(library, "free"); err != nil {
		return fmt.Errorf("weighbridge: %s: %w", path, err)
	}
	if version := c.abiVersion(); version != abiVersion {
		return &Error{Status: ErrUnsupported, Offset: NoOffset, Message: fmt.Sprintf(
			"the C library that was loaded, %s, has ABI %d, and this package is for ABI %d", c.versionString(), version, abiVersion)}
	}
	return nil
}
