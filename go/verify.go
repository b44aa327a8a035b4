package weighbridge

// #include "bridge.h"
import "C"

import "context"

// VerifyOptions says how a model is verified. The zero value and nil are the defaults.
type VerifyOptions struct {
	// Only what manifests list, and the model's own files: the rest of the directory is not looked at.
	OnlyListed bool
	// A file that a manifest lists and that does not exist has no line, instead of one that is a mismatch.
	IgnoreMissing bool
	// A file of the directory that no manifest covers is ErrUnverified.
	RefuseExtra bool
	// Called at once, then about twenty times a second, and at the end, never several times at once.
	Progress func(Progress)
}

func (o *VerifyOptions) inC(a *arena) *C.wb_verify_options {
	c := structure[C.wb_verify_options](a)
	c.struct_size = C.sizeof_wb_verify_options
	for _, flag := range []struct {
		is  bool
		bit C.uint64_t
	}{
		{o.OnlyListed, C.WB_VERIFY_ONLY_LISTED},
		{o.IgnoreMissing, C.WB_VERIFY_IGNORE_MISSING},
		{o.RefuseExtra, C.WB_VERIFY_REFUSE_EXTRA},
	} {
		if flag.is {
			c.flags |= flag.bit
		}
	}
	return c
}

// Verify checks every file of the model against the manifests, and continues after a mismatch. Of a directory these are all
// files in it, those in folders included; hidden ones are left out. The threads of the host do the work; without them the goroutine
// does, and holds its thread until the end.
//
// The report is also there with ErrMismatch, and with ErrUnverified: under VerifyRequired, something is not covered. After success
// the bytes that were covered count as checked.
func (m *Model) Verify(ctx context.Context, options *VerifyOptions) (*Report, error) {
	if options == nil {
		options = &VerifyOptions{}
	}
	o, err := begin(ctx, options.Progress)
	if err != nil {
		return nil, err
	}
	defer o.end()
	var a arena
	defer a.free()

	c := options.inC(&a)
	if options.Progress != nil {
		C.wbgo_verify_progress(c, o.number())
	}
	if c.cancel, err = o.canceller(); err != nil {
		return nil, err
	}
	var report *C.wb_report
	err = m.handle.using(func(model *C.wb_model) error {
		return o.try(func(err **C.wb_error) C.wb_status { return C.wb_model_verify(model, c, &report, err) })
	})
	return takeReport(report), o.outcome(err)
}
