package weighbridge_test

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"syscall"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func load(t testing.TB, model *weighbridge.Model, options *weighbridge.LoadOptions) *weighbridge.Placement {
	t.Helper()
	placement, err := model.Load(background, options)
	must(t, err)
	t.Cleanup(func() { placement.Close() })
	return placement
}

func TestLoadsGiveTheBytesOfTheFiles(t *testing.T) {
	for name, open := range map[string]weighbridge.OpenOptions{
		"without threads":     {},
		"with threads":        {Host: threads(t, 3)},
		"required":            {Host: threads(t, weighbridge.AllThreads), Verify: weighbridge.VerifyRequired},
		"mapped":              {Map: true},
		"mapped with threads": {Map: true, Host: threads(t, 2)},
	} {
		open := open
		t.Run(name, func(t *testing.T) { loaded(t, &open) })
	}
}

func loaded(t *testing.T, options *weighbridge.OpenOptions) {
	want, byName := expected(t, llama+".expected.json")
	target := weighbridge.TargetHost
	if options.Map {
		target = weighbridge.TargetView
	}
	model := open(t, llama, options)
	placement := load(t, model, &weighbridge.LoadOptions{Target: target})
	must(t, model.Close())
	list, err := placement.TensorList()
	must(t, err)
	check(t, len(list) == len(want.Tensors), "%d tensors", len(list))
	for i, tensor := range list {
		check(t, tensor.Device == weighbridge.HostDevice && tensor.DeviceAddress == 0 && tensor.Tensor == i, "%+v", tensor)
		must(t, tensor.View(func(b []byte) error {
			check(t, sum(b) == byName[tensor.Name].Sha256, "%s: other bytes", tensor.Name)
			return nil
		}))
		copied, err := io.ReadAll(io.NewSectionReader(tensor, 0, int64(tensor.Bytes)))
		must(t, err)
		check(t, sum(copied) == byName[tensor.Name].Sha256, "%s: ReadAt", tensor.Name)
	}
	report, err := placement.Report()
	must(t, err)
	check(t, len(report.Lines) > len(list) && len(report.Costs) > 0, "%+v", report)
}

func TestLoadsOfNothing(t *testing.T) {
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		placement := load(t, open(t, golden+"/empty.safetensors", &weighbridge.OpenOptions{Host: host}), nil)
		check(t, placement.TensorCount() == 0, "%d tensors", placement.TensorCount())
	}
}

func TestSelectionsSlicesAndCasts(t *testing.T) {
	model := open(t, written(t, 4, 8), nil)
	placement := load(t, model, &weighbridge.LoadOptions{
		Include: []string{"layer.[13].*"},
		Slices:  []weighbridge.Slice{{Pattern: "layer.1.*", Dim: 0, Rank: 1, World: 2}},
		Casts:   []weighbridge.Cast{{Pattern: "layer.3.*", From: weighbridge.F32, To: weighbridge.BF16}},
	})
	check(t, placement.TensorCount() == 2, "%d tensors", placement.TensorCount())
	sliced, err := placement.Find("layer.1.weight")
	must(t, err)
	check(t, len(sliced.Shape) == 1 && sliced.Shape[0] == 4 && sliced.Bytes == 16, "%+v", sliced)
	must(t, sliced.View(func(b []byte) error {
		check(t, binary.LittleEndian.Uint32(b) == 12, "begins with %x", b)
		return nil
	}))
	cast, err := placement.Find("layer.3.weight")
	must(t, err)
	check(t, cast.DType == weighbridge.BF16 && cast.Bytes == 16, "%+v", cast)
	_, err = placement.Find("layer.0.weight")
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)

	byIndex := load(t, model, &weighbridge.LoadOptions{Tensors: []int{2, 0}})
	first, err := byIndex.Tensor(0)
	must(t, err)
	check(t, first.Name == "layer.2.weight", "%+v", first)
	_, err = byIndex.Tensor(2)
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
	_, err = byIndex.FindOn(0, "layer.2.weight")
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)

	_, err = model.Load(background, &weighbridge.LoadOptions{Include: []string{"nothing*"}})
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)
	_, err = model.Load(background, &weighbridge.LoadOptions{Include: []string{"*"}, Tensors: []int{0}})
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
	_, err = model.Load(background, &weighbridge.LoadOptions{Target: weighbridge.TargetView})
	check(t, errors.Is(err, weighbridge.ErrNotMapped), "%v", err)
}

func TestAPlanSaysWhatItWillDo(t *testing.T) {
	model := open(t, written(t, 4, 8), nil)
	plan, err := model.Plan(background, &weighbridge.LoadOptions{Alignment: 256})
	must(t, err)
	info, err := plan.Info()
	must(t, err)
	check(t, info.Tensors == 4 && info.PayloadBytes == 128 && info.TargetBytes >= 3*256, "%+v", info)
	notes, err := plan.Notes()
	must(t, err)
	check(t, len(notes) == 0, "%+v", notes)
	onDevice, err := plan.ArenaBytes(0)
	must(t, err)
	onHost, err := plan.ArenaBytes(weighbridge.HostDevice)
	must(t, err)
	check(t, onDevice == 0 && onHost == info.TargetBytes, "%d bytes on a device, %d on the host", onDevice, onHost)

	must(t, model.Close())
	for i := 0; i < 2; i++ {
		placement, err := plan.Load(background)
		must(t, err)
		tensor, err := placement.Find("layer.3.weight")
		must(t, err)
		check(t, tensor.Offset%256 == 0, "%+v", tensor)
		must(t, placement.Close())
	}
	must(t, plan.Close())
	_, err = plan.Load(background)
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
}

func TestProgressOfALoad(t *testing.T) {
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		model := open(t, written(t, 8, 4<<10), &weighbridge.OpenOptions{Host: host})
		var last weighbridge.Progress
		load(t, model, &weighbridge.LoadOptions{Progress: func(p weighbridge.Progress) { last = p }})
		check(t, last.DoneTensors == 8 && last.DoneBytes == last.TotalBytes && last.TotalBytes > 0, "%+v", last)
	}
}

func TestSealedMemory(t *testing.T) {
	model := open(t, written(t, 2, 16), nil)
	placement := load(t, model, &weighbridge.LoadOptions{Target: weighbridge.TargetSealed})
	tensor, err := placement.Find("layer.1.weight")
	must(t, err)
	file, length, err := placement.Sealed()
	must(t, err)
	defer file.Close()
	must(t, placement.Close())
	mapped, err := syscall.Mmap(int(file.Fd()), 0, int(length), syscall.PROT_READ, syscall.MAP_SHARED)
	must(t, err)
	defer syscall.Munmap(mapped)
	check(t, binary.LittleEndian.Uint32(mapped[tensor.Offset:]) == 16, "%x", mapped[tensor.Offset:][:4])
	_, err = file.WriteAt([]byte{1}, 0)
	check(t, err != nil, "it can be written")

	_, _, err = load(t, model, nil).Sealed()
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
}

func TestVeryLargeNumbersAreRefused(t *testing.T) {
	model := open(t, written(t, 1, 4), nil)
	_, err := model.Load(background, &weighbridge.LoadOptions{Tensors: []int{math.MaxInt}})
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
	_, err = model.Load(background, &weighbridge.LoadOptions{Tensors: []int{-1}})
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
}
