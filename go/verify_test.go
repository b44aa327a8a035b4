package weighbridge_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func TestVerification(t *testing.T) {
	calls := 0
	report, err := open(t, llama, &weighbridge.OpenOptions{Verify: weighbridge.VerifyRequired}).Verify(background,
		&weighbridge.VerifyOptions{Progress: func(weighbridge.Progress) { calls++ }})
	must(t, err)
	files := 0
	for _, line := range report.Lines {
		check(t, line.Outcome == weighbridge.Match && line.Covers && line.Source == "SHA256SUMS", "%+v", line)
		check(t, line.Expected == line.Actual && len(line.Expected) == 64 && line.Algorithm == "sha256", "%+v", line)
		if line.Kind == weighbridge.SubjectFile {
			files++
		}
	}
	check(t, files >= 8 && len(report.Lines) == files+39, "%d files, %d lines", files, len(report.Lines))
	check(t, len(report.Costs) > 0 && calls >= 2, "%+v, %d calls", report.Costs, calls)
}

func TestAMismatchHasAReport(t *testing.T) {
	folder := copied(t, llama)
	shard := folder + "/model-00003-of-00004.safetensors"
	contents, err := os.ReadFile(shard)
	must(t, err)
	contents[len(contents)-1] ^= 1
	must(t, os.WriteFile(shard, contents, 0o644))
	model := open(t, folder, nil)
	report, err := model.Verify(background, nil)
	var e *weighbridge.Error
	check(t, errors.As(err, &e) && e.Status == weighbridge.ErrMismatch && strings.Contains(e.Path, "00003"), "%v", err)
	for _, line := range report.Lines {
		isWrong := line.Subject == "model-00003-of-00004.safetensors"
		check(t, line.Kind != weighbridge.SubjectFile || (line.Outcome == weighbridge.Mismatch) == isWrong, "%+v", line)
	}
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrMismatch), "%v", err)

	trusted, err := os.ReadFile(llama + "/SHA256SUMS")
	must(t, err)
	must(t, os.Remove(folder+"/SHA256SUMS"))
	model = open(t, folder, &weighbridge.OpenOptions{Manifest: trusted})
	report, err = model.Verify(background, nil)
	check(t, errors.Is(err, weighbridge.ErrMismatch) && report.Lines[0].Anchor == weighbridge.AnchorCaller, "%v", err)
}

func TestThePolicyIsKept(t *testing.T) {
	required := weighbridge.OpenOptions{Verify: weighbridge.VerifyRequired}
	model := open(t, llama, &required)
	tensor, err := model.Tensor(0)
	must(t, err)
	_, err = tensor.ReadAt(make([]byte, 8), 0)
	check(t, errors.Is(err, weighbridge.ErrUnverified), "%v", err)
	_, err = model.Verify(background, nil)
	must(t, err)
	_, err = tensor.ReadAt(make([]byte, 8), 0)
	must(t, err)

	model = open(t, written(t, 1, 4), &required)
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrUnverified), "%v", err)
	report, err := model.Verify(background, nil)
	check(t, errors.Is(err, weighbridge.ErrUnverified) && len(report.Lines) > 0, "%v", err)

	folder := copied(t, llama)
	must(t, os.WriteFile(folder+"/extra.bin", []byte("x"), 0o644))
	_, err = open(t, folder, nil).Verify(background, &weighbridge.VerifyOptions{RefuseExtra: true})
	check(t, errors.Is(err, weighbridge.ErrUnverified), "%v", err)
	_, err = open(t, folder, nil).Verify(background, &weighbridge.VerifyOptions{OnlyListed: true})
	must(t, err)
	must(t, os.Remove(folder+"/tokenizer.json"))
	_, err = open(t, folder, nil).Verify(background, nil)
	check(t, errors.Is(err, weighbridge.ErrMismatch), "%v", err)
	_, err = open(t, folder, nil).Verify(background, &weighbridge.VerifyOptions{IgnoreMissing: true})
	must(t, err)
}

func TestFindings(t *testing.T) {
	model := open(t, onnx+"/made/loop-if.onnx", nil)
	findings, err := model.Check(background, &weighbridge.CheckOptions{Target: "opset-7"})
	must(t, err)
	rules := map[string]weighbridge.Finding{}
	for _, finding := range findings {
		check(t, finding.Rule != "" && finding.Message != "" && finding.Severity != 0, "%+v", finding)
		rules[finding.Rule] = finding
	}
	check(t, len(rules) > 0, "%+v", findings)
	_, err = model.Check(background, &weighbridge.CheckOptions{Target: "windows-95"})
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)

	notes, err := open(t, golden+"/old-writer.safetensors", nil).Notes()
	must(t, err)
	findings, err = open(t, golden+"/old-writer.safetensors", nil).Check(background, nil)
	must(t, err)
	for i, note := range notes {
		check(t, findings[i] == note, "%+v, but the note is %+v", findings[i], note)
	}
}

func TestTheLog(t *testing.T) {
	var mutex sync.Mutex
	var records []weighbridge.LogRecord
	host, err := weighbridge.NewHost(weighbridge.HostOptions{
		MaxThreads: 2, LogLevel: weighbridge.LogInfo,
		Log: func(record weighbridge.LogRecord) {
			mutex.Lock()
			defer mutex.Unlock()
			records = append(records, record)
		},
	})
	must(t, err)
	model := open(t, llama, &weighbridge.OpenOptions{Host: host})
	must(t, host.Close())
	load(t, model, nil)
	_, err = model.Load(background, &weighbridge.LoadOptions{Include: []string{"nothing"}})
	check(t, err != nil, "loaded nothing")
	mutex.Lock()
	defer mutex.Unlock()
	levels := map[weighbridge.LogLevel]int{}
	for _, record := range records {
		check(t, record.Target != "" && record.Message != "" && record.Level <= weighbridge.LogInfo, "%+v", record)
		levels[record.Level]++
	}
	check(t, levels[weighbridge.LogInfo] >= 2 && levels[weighbridge.LogError] >= 1, "%+v", records)
}
