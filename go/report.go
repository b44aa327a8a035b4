package weighbridge

// #include "bridge.h"
import "C"

import "time"

// Outcome is what a check has shown.
type Outcome uint32

const (
	Uncovered Outcome = C.WB_OUTCOME_UNCOVERED // no manifest covers the subject
	Match     Outcome = C.WB_OUTCOME_MATCH     // the subject is what the manifest expects
	Mismatch  Outcome = C.WB_OUTCOME_MISMATCH  // the subject is not what the manifest expects
)

// SubjectKind is what a line of a report is about.
type SubjectKind uint32

const (
	SubjectFile   SubjectKind = C.WB_SUBJECT_FILE   // a file
	SubjectTensor SubjectKind = C.WB_SUBJECT_TENSOR // a tensor
	SubjectRun    SubjectKind = C.WB_SUBJECT_RUN    // a part of a file for which the format itself has a checksum
)

// Anchor is where the trust in an expectation comes from.
type Anchor uint32

const (
	// AnchorBeside: the manifest is beside the weights. It detects accidental corruption, not an attacker who can write there.
	AnchorBeside Anchor = C.WB_ANCHOR_BESIDE
	// AnchorCaller: the caller gave the manifest. It also detects an attacker who can write the files.
	AnchorCaller Anchor = C.WB_ANCHOR_CALLER
)

// Line is one line of a report.
type Line struct {
	// What the check has shown.
	Outcome Outcome
	// Not used by Uncovered.
	Anchor Anchor
	// What Subject is.
	Kind SubjectKind
	// The name of the file or tensor; for SubjectRun, of the file.
	Subject string
	// Such as "blake3" or "sha256"; empty if uncovered.
	Algorithm string
	// Where the expectation comes from, such as "SHA256SUMS" or "weighbridge.json"; "memo" if the bytes were not read.
	Source string
	// The expected digest and that of the bytes, in hexadecimal.
	Expected, Actual string
	// Whether a match satisfies VerifyRequired.
	Covers bool
	// For a mismatch, what differs; for a match from the memo, by what the file was recognised.
	Reason string
	// For SubjectRun, where it begins, in bytes from the start of the file, and its length in bytes.
	Offset, Bytes uint64
}

// Cost is the cost of one stage of an operation.
type Cost struct {
	// Such as "read", "sha256" or "send"; of an open, "find", "parse" and "manifests".
	Stage string
	// Bytes that passed through it.
	Bytes uint64
	// The time that threads spent in it, summed over all threads.
	Time time.Duration
}

// Report says what was checked, and with what outcome.
type Report struct {
	// Files come first, then parts of files, then tensors.
	Lines []Line
	// What the stages of the pass have cost.
	Costs []Cost
}

// takeReport copies a report and releases it.
func takeReport(c *C.wb_report) *Report {
	if c == nil {
		return nil
	}
	defer C.wb_report_release(c)
	report := &Report{
		Lines: make([]Line, C.wb_report_line_count(c)),
		Costs: make([]Cost, C.wb_report_cost_count(c)),
	}
	for i := range report.Lines {
		info := C.wb_line_info{struct_size: C.sizeof_wb_line_info}
		if C.wb_report_line_info(c, C.size_t(i), &info) == C.WB_OK {
			report.Lines[i] = lineOf(&info)
		}
	}
	for i := range report.Costs {
		info := C.wb_cost_info{struct_size: C.sizeof_wb_cost_info}
		if C.wb_report_cost_info(c, C.size_t(i), &info) == C.WB_OK {
			report.Costs[i] = costOf(&info)
		}
	}
	return report
}

func lineOf(c *C.wb_line_info) Line {
	return Line{
		Outcome: Outcome(c.outcome), Anchor: Anchor(c.anchor), Kind: SubjectKind(c.subject_kind), Subject: text(&c.subject),
		Algorithm: text(&c.algorithm), Source: text(&c.source), Expected: text(&c.expected), Actual: text(&c.actual),
		Covers: c.covers != 0, Reason: text(&c.reason), Offset: uint64(c.offset), Bytes: uint64(c.bytes),
	}
}
