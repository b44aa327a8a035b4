package weighbridge

// #include "bridge.h"
import "C"

import "context"

// Severity is how bad a finding is.
type Severity uint32

const (
	// SeverityError: the model violates a rule of its format; a runtime may reject it or compute wrong results.
	SeverityError Severity = C.WB_SEVERITY_ERROR
	// SeverityWarning: the model is valid, but likely to cause a problem in production.
	SeverityWarning Severity = C.WB_SEVERITY_WARNING
	// SeverityInfo: something that a person who deploys the model should know.
	SeverityInfo Severity = C.WB_SEVERITY_INFO
)

// Finding is a finding of a check, or a note of an open or a plan.
type Finding struct {
	// How serious it is.
	Severity Severity
	// The rule, such as "onnx.node.arity". Rules keep their names.
	Rule string
	// Where it was found: graphs and nodes from the outermost, or the name of a file; empty: the whole model.
	Path string
	// What was found and what was expected.
	Message string
	// What to do about it; may be empty.
	Remedy string
}

func findingOf(c *C.wb_finding_info) Finding {
	return Finding{Severity(c.severity), text(&c.rule), text(&c.path), text(&c.message), text(&c.remedy)}
}

// Notes returns what the open accepted although it deviates from the format. They are also the first findings of Check.
func (m *Model) Notes() ([]Finding, error) {
	return collect(m, "note", func(c *C.wb_model) C.size_t { return C.wb_model_note_count(c) },
		func(c *C.wb_model, i C.size_t) (Finding, C.wb_status) {
			info := C.wb_finding_info{struct_size: C.sizeof_wb_finding_info}
			status := C.wb_model_note_info(c, i, &info)
			return findingOf(&info), status
		})
}

// CheckOptions says what a model is checked for. The zero value and nil are the defaults.
type CheckOptions struct {
	// What must be able to run the model, such as "onnx-1.15", "onnxruntime-1.17" or "opset-17"; empty: nothing in particular.
	Target string
	// The most bytes of tensors that are read; 0: 4 GiB. What is left out for this reason is a finding.
	MaxReadBytes uint64
	// Called at once, between groups of rules, after every 4 MiB that are read, and at the end, never several times at once.
	// TotalBytes is the most that may be read; tensors are not counted.
	Progress func(Progress)
}

// Check examines the model for violations of the rules of its format, for invalid weights, and for common problems in
// production. It reports findings, and is no error because of them. The goroutine holds its thread until the end.
//
// ErrInvalidArgument: the target is not known, or belongs to another format.
func (m *Model) Check(ctx context.Context, options *CheckOptions) ([]Finding, error) {
	if options == nil {
		options = &CheckOptions{}
	}
	o, err := begin(ctx, options.Progress)
	if err != nil {
		return nil, err
	}
	defer o.end()
	var a arena
	defer a.free()

	c := structure[C.wb_check_options](&a)
	c.struct_size = C.sizeof_wb_check_options
	c.target = a.text(options.Target)
	c.max_read_bytes = C.uint64_t(options.MaxReadBytes)
	if options.Progress != nil {
		C.wbgo_check_progress(c, o.number())
	}
	if c.cancel, err = o.canceller(); err != nil {
		return nil, err
	}
	var findings *C.wb_findings
	err = m.handle.using(func(model *C.wb_model) error {
		return o.try(func(err **C.wb_error) C.wb_status { return C.wb_model_check(model, c, &findings, err) })
	})
	return takeFindings(findings), o.outcome(err)
}

// takeFindings copies findings and releases them.
func takeFindings(c *C.wb_findings) []Finding {
	if c == nil {
		return nil
	}
	defer C.wb_findings_release(c)
	findings := make([]Finding, C.wb_findings_count(c))
	for i := range findings {
		info := C.wb_finding_info{struct_size: C.sizeof_wb_finding_info}
		if C.wb_findings_info(c, C.size_t(i), &info) == C.WB_OK {
			findings[i] = findingOf(&info)
		}
	}
	return findings
}
