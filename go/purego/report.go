package weighbridge

import "unsafe"

// Outcome is what a check has shown.
type Outcome uint32

const (
	Uncovered Outcome = 0 // no manifest covers the subject
	Match     Outcome = 1 // the subject is what the manifest expects
	Mismatch  Outcome = 2 // the subject is not what the manifest expects
)

// SubjectKind is what a line of a report is about.
type SubjectKind uint32

const (
	SubjectFile   SubjectKind = 0 // a file
	SubjectTensor SubjectKind = 1 // a tensor
	SubjectRun    SubjectKind = 2 // a part of a file for which the format itself has a checksum
)

// Anchor is where the trust in an expectation comes from.
type Anchor uint32

const (
	// AnchorBeside: the manifest is beside the weights. It detects accidental corruption, not an attacker who can write there.
	AnchorBeside Anchor = 0
	// AnchorCaller: the caller gave the manifest. It also detects an attacker who can write the files.
	AnchorCaller Anchor = 1
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

// Report says what was checked, and with what outcome.
type Report struct {
	// Files come first, then parts of files, then tensors.
	Lines []Line
}

// takeReport copies a report and releases it.
func takeReport(report object) *Report {
	if report == nil {
		return nil
	}
	defer c.reportRelease(report)
	lines := make([]Line, c.reportLineCount(report))
	for i := range lines {
		info := lineInfo{structSize: unsafe.Sizeof(lineInfo{})}
		if c.reportLineInfo(report, uintptr(i), &info) == 0 {
			lines[i] = lineOf(&info)
		}
	}
	return &Report{lines}
}

func lineOf(info *lineInfo) Line {
	return Line{
		Outcome: Outcome(info.outcome), Anchor: Anchor(info.anchor), Kind: SubjectKind(info.subjectKind), Subject: text(info.subject),
		Algorithm: text(info.algorithm), Source: text(info.source), Expected: text(info.expected), Actual: text(info.actual),
		Covers: info.covers != 0, Reason: text(info.reason), Offset: info.offset, Bytes: info.bytes,
	}
}
