package main

import (
	"context"
	"errors"

	"github.com/weighbridge/weighbridge/go"
)

type verification struct {
	// "match", or "mismatch" if a manifest says otherwise of something, or "uncovered" if no manifest says anything of a weight file.
	Outcome string `json:"outcome"`
	Lines   []line `json:"lines"`
}

type line struct {
	Outcome   string `json:"outcome"`
	Subject   string `json:"subject"`
	Algorithm string `json:"algorithm,omitempty"`
	Source    string `json:"source,omitempty"`
	Expected  string `json:"expected,omitempty"`
	Actual    string `json:"actual,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

var outcomes = map[weighbridge.Outcome]string{
	weighbridge.Match: "match", weighbridge.Mismatch: "mismatch", weighbridge.Uncovered: "uncovered",
}

// verify waits until fewer verifications than allowed are under way, and verifies the model.
func (s *service) verify(ctx context.Context, model *weighbridge.Model) (any, error) {
	select {
	case s.verifications <- struct{}{}:
		defer func() { <-s.verifications }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	report, err := model.Verify(ctx, nil)
	if err != nil && !errors.Is(err, weighbridge.ErrMismatch) {
		s.metrics.verified("failed")
		return nil, err
	}
	files, err := model.Files()
	if err != nil {
		return nil, err
	}
	v := describeReport(report, files)
	s.metrics.verified(v.Outcome)
	return v, nil
}

func describeReport(report *weighbridge.Report, files []weighbridge.File) verification {
	weights := map[string]bool{}
	for _, file := range files {
		weights[file.Path] = true
	}
	v := verification{Outcome: "match", Lines: make([]line, len(report.Lines))}
	for i, l := range report.Lines {
		v.Lines[i] = line{outcomes[l.Outcome], l.Subject, l.Algorithm, l.Source, l.Expected, l.Actual, l.Reason}
		switch {
		case l.Outcome == weighbridge.Mismatch:
			v.Outcome = "mismatch"
		case l.Outcome == weighbridge.Uncovered && l.Kind == weighbridge.SubjectFile && weights[l.Subject] && v.Outcome == "match":
			v.Outcome = "uncovered"
		}
	}
	return v
}
