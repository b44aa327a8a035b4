package weighbridge

// #include "bridge.h"
import "C"

import "runtime/cgo"

// LogLevel is how important a record of the log is; more detailed ones are greater.
type LogLevel uint32

const (
	// LogError: an operation failed; the error is returned as well.
	LogError LogLevel = C.WB_LOG_ERROR
	// LogWarn: something was accepted or worked around, and should be looked into.
	LogWarn LogLevel = C.WB_LOG_WARN
	// LogInfo: the operations, one line each.
	LogInfo LogLevel = C.WB_LOG_INFO
	// LogDebug: the steps of operations.
	LogDebug LogLevel = C.WB_LOG_DEBUG
	// LogAll: everything, also of levels that later versions have.
	LogAll LogLevel = 1<<32 - 1
)

// LogRecord is one message of the log.
type LogRecord struct {
	// How important it is.
	Level LogLevel
	// The part of the library that it comes from.
	Target string
	// The text: one line, safe to print.
	Message string
}

// hookLog sets the function for the log in the options of a host.
func hookLog(log func(LogRecord), most LogLevel, to *C.wb_context_options) {
	if most == 0 {
		most = LogInfo
	}
	to.log_max_level = C.uint32_t(most)
	C.wbgo_log(to, C.uintptr_t(cgo.NewHandle(log)))
}
