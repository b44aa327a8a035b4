package weighbridge

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"time"
	"unsafe"
)

// Measurement is what an operation has cost, whether it has succeeded or failed.
type Measurement struct {
	// "open", "plan", "load", "verify" or "check"; later versions of the library may have more.
	Operation string
	// The model, as errors name it: where it was found, or what was asked for if it was not.
	Model string
	// Why the operation has failed; 0: it has succeeded.
	Status Status
	// Bytes that were read; of an open, those of headers, indices and graphs.
	Bytes uint64
	// From the start of the operation to its end.
	Time time.Duration
	// The stages, each once. Their times add up to the time that threads have worked for the operation.
	Costs []Cost
}

// hookMetrics sets the function for measurements in the options of a host.
func hookMetrics(measured func(Measurement), a *arena, to *C.wb_context_options) {
	metrics := structure[C.wb_metrics](a)
	metrics.struct_size = C.sizeof_wb_metrics
	C.wbgo_metrics(metrics, C.uintptr_t(cgo.NewHandle(measured)))
	to.metrics = metrics
}

func measurementOf(c *C.wb_measurement) Measurement {
	m := Measurement{
		Operation: text(&c.operation), Model: text(&c.model), Status: Status(c.status), Bytes: uint64(c.bytes),
		Time: time.Duration(c.nanoseconds), Costs: make([]Cost, c.stage_count),
	}
	for i := range m.Costs {
		// The library may have more to say of a stage than this header knows.
		m.Costs[i] = costOf((*C.wb_cost_info)(unsafe.Add(unsafe.Pointer(c.stages), i*int(c.stage_size))))
	}
	return m
}

func costOf(c *C.wb_cost_info) Cost {
	return Cost{text(&c.stage), uint64(c.bytes), time.Duration(c.nanoseconds)}
}
