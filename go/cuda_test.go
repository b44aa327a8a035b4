package weighbridge_test

import (
	"errors"
	"os"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

// devices lists the devices; the test is skipped without any, unless WEIGHBRIDGE_CUDA_DEVICES says that there are some.
func devices(t *testing.T) []weighbridge.CUDADevice {
	t.Helper()
	list, err := weighbridge.CUDADevices(background)
	if err != nil && os.Getenv("WEIGHBRIDGE_CUDA_DEVICES") == "" {
		check(t, errors.Is(err, weighbridge.ErrNotFound) || errors.Is(err, weighbridge.ErrUnsupported), "%v", err)
		t.Skip(err)
	}
	must(t, err)
	return list
}

func TestUpload(t *testing.T) {
	list := devices(t)
	check(t, list[0].Name != "" && list[0].MemoryBytes > 0 && list[0].DriverVersion > 0, "%+v", list)
	ordinals := []uint32{}
	for _, device := range list {
		ordinals = append(ordinals, device.Ordinal)
	}
	model := open(t, llama, &weighbridge.OpenOptions{Host: threads(t, 2), Verify: weighbridge.VerifyRequired})
	for _, async := range []bool{false, true} {
		placement := load(t, model, &weighbridge.LoadOptions{
			Target: weighbridge.TargetCUDA, CUDA: &weighbridge.CUDAOptions{Devices: ordinals, Async: async},
		})
		check(t, placement.TensorCount() == 39*len(list), "%d tensors", placement.TensorCount())
		for _, ordinal := range ordinals {
			tensor, err := placement.FindOn(ordinal, "lm_head.weight")
			must(t, err)
			check(t, tensor.Device == ordinal && tensor.DeviceAddress != 0 && tensor.Bytes == 65536, "%+v", tensor)
			err = tensor.View(ignored)
			check(t, errors.Is(err, weighbridge.ErrUnsupported), "%v", err)
		}
		must(t, placement.Fence(0))
		must(t, placement.Wait(background))
		report, err := placement.Report()
		must(t, err)
		check(t, report.Lines[0].Outcome == weighbridge.Match, "%+v", report.Lines[0])
		must(t, placement.Close())
	}
}

func TestRoutes(t *testing.T) {
	list := devices(t)
	last := list[len(list)-1].Ordinal
	options := &weighbridge.LoadOptions{Target: weighbridge.TargetCUDA, CUDA: &weighbridge.CUDAOptions{
		Devices: []uint32{0, last}, Routes: []weighbridge.Route{{Pattern: "*.layers.*", Device: last}, {Pattern: "lm_head*", Device: 0}},
	}}
	if last == 0 {
		options.CUDA.Devices = []uint32{0}
	}
	model := open(t, llama, nil)
	plan, err := model.Plan(background, options)
	must(t, err)
	bytes, err := plan.ArenaBytes(last)
	must(t, err)
	check(t, bytes > 0, "nothing goes to device %d", last)
	must(t, plan.Close())
	placement := load(t, model, options)
	tensor, err := placement.FindOn(last, "model.layers.0.mlp.up_proj.weight")
	must(t, err)
	check(t, tensor.Device == last, "%+v", tensor)
	must(t, placement.Close())

	options.Destinations = []weighbridge.Destination{{Tensor: "lm_head.weight", Address: 64, Bytes: 1, Device: 0}}
	_, err = model.Load(background, options)
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
}

func TestNoDevice(t *testing.T) {
	if _, err := weighbridge.CUDADevices(background); err == nil {
		t.Skip("there are devices")
	}
	_, err := open(t, llama, nil).Load(background, &weighbridge.LoadOptions{Target: weighbridge.TargetCUDA})
	check(t, errors.Is(err, weighbridge.ErrNotFound) || errors.Is(err, weighbridge.ErrUnsupported), "%v", err)
}
