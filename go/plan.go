package weighbridge

// #include "bridge.h"
import "C"

import "context"

// Plan states which tensors go where, and what is checked. It keeps the model.
type Plan struct {
	handle   *handle[*C.wb_plan]
	model    *Model
	progress func(Progress)
}

// Plan plans a load. Nothing is read, and no device is used. If the context ends, Plan returns, and the plan is discarded when it is made.
//
// ErrNotFound: a pattern matches none of the selected tensors. ErrInvalidArgument: options contradict each other. ErrNotMapped: a
// view of a model that is not mapped, or with a cast or a slice that is not one piece. ErrUnverified: under VerifyRequired, no
// manifest covers a file that is used. ErrMismatch: a file does not have the size that a manifest states. ErrUnsupported: the
// library was built without CUDA, or a slice or cast is not supported.
func (m *Model) Plan(ctx context.Context, options *LoadOptions) (*Plan, error) {
	if options == nil {
		options = &LoadOptions{}
	}
	if err := checkMemory(options.Destinations); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	// Copied now: the caller may change them when Plan has returned.
	var a arena
	c, progress := options.inC(&a), options.Progress
	return aside(ctx, func() (*Plan, error) {
		defer a.free()
		var object *C.wb_plan
		err := m.watched(func(model *C.wb_model) error {
			return try(func(err **C.wb_error) C.wb_status { return C.wb_plan_create(model, c, &object, err) })
		})
		if err != nil {
			C.wb_plan_release(object)
			return nil, err
		}
		return &Plan{own(object, "plan", func(p *C.wb_plan) { C.wb_plan_release(p) }), m, progress}, nil
	}, func(p *Plan) { p.Close() })
}

// Close frees the plan. Loads that have begun continue. Errors as for Model.Close.
func (p *Plan) Close() error { return closing(p.handle) }

// PlanInfo is what a plan will do.
type PlanInfo struct {
	// Tensors that will be placed, counted once for each device that gets them.
	Tensors uint64
	// Bytes of the selected tensors, or of the parts that are loaded, as they are stored.
	PayloadBytes uint64
	// Bytes that will be read: more than the payload if a check needs whole files.
	ReadBytes uint64
	// Bytes of memory of the target, all devices together.
	TargetBytes uint64
	// Bytes of host memory beside the target.
	StagingBytes uint64
	// Bytes of device memory beside the target that are needed until tensors have been made contiguous.
	TransientBytes uint64
	// Where the tensors will be: TargetHost instead of TargetView if a file cannot be mapped.
	Target Target
}

// Info says what the plan will do.
func (p *Plan) Info() (PlanInfo, error) {
	var info PlanInfo
	err := p.handle.using(func(c *C.wb_plan) error {
		of := C.wb_plan_info{struct_size: C.sizeof_wb_plan_info}
		status := C.wb_plan_get_info(c, &of)
		info = PlanInfo{
			uint64(of.tensors), uint64(of.payload_bytes), uint64(of.read_bytes), uint64(of.target_bytes),
			uint64(of.staging_bytes), uint64(of.transient_bytes), Target(of.target),
		}
		return plain(status, "plan", "")
	})
	return info, err
}

// ArenaBytes returns the size in bytes of the arena of one CUDA device, or with HostDevice of the host; 0 if the plan places nothing
// there. Tensors that have a destination of their own are not in it. To give an arena, make a plan without it, ask here, allocate
// the memory, and make the plan again with the destination.
func (p *Plan) ArenaBytes(device uint32) (uint64, error) {
	var bytes C.uint64_t
	err := p.handle.using(func(c *C.wb_plan) error {
		return plain(C.wb_plan_device_bytes(c, C.uint32_t(device), &bytes), "plan", "")
	})
	return uint64(bytes), err
}

// Notes returns what is likely not meant, such as a cast of FP8 tensors without their scales.
func (p *Plan) Notes() ([]Finding, error) {
	var notes []Finding
	err := p.handle.using(func(c *C.wb_plan) error {
		for i, n := C.size_t(0), C.wb_plan_note_count(c); i < n; i++ {
			info := C.wb_finding_info{struct_size: C.sizeof_wb_finding_info}
			if status := C.wb_plan_note_info(c, i, &info); status != C.WB_OK {
				return plain(status, "note", "")
			}
			notes = append(notes, findingOf(&info))
		}
		return nil
	})
	return notes, err
}
