package weighbridge_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

// mapped is memory outside the Go heap.
func mapped(t *testing.T, bytes int) []byte {
	t.Helper()
	memory, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	must(t, err)
	t.Cleanup(func() { syscall.Munmap(memory) })
	return memory
}

func TestLoadsIntoMemoryOfTheProgram(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		model := open(t, llama, &weighbridge.OpenOptions{Host: host})
		plan, err := model.Plan(background, nil)
		must(t, err)
		bytes, err := plan.ArenaBytes(weighbridge.HostDevice)
		must(t, err)
		must(t, plan.Close())

		const own = "lm_head.weight"
		arena, tensor := mapped(t, int(bytes)), mapped(t, int(byName[own].Bytes)+1)[1:]
		placement := load(t, model, &weighbridge.LoadOptions{Destinations: []weighbridge.Destination{
			{Memory: arena}, {Tensor: own, Memory: tensor},
		}})
		check(t, sum(tensor) == byName[own].Sha256, "%s: other bytes", own)
		list, err := placement.TensorList()
		must(t, err)
		for _, placed := range list {
			must(t, placed.View(func(b []byte) error {
				check(t, sum(b) == byName[placed.Name].Sha256, "%s: other bytes", placed.Name)
				if placed.Name != own {
					check(t, &b[0] == &arena[placed.Offset], "%s is elsewhere", placed.Name)
				}
				return nil
			}))
		}
	}
}

func TestDestinationsThatDoNotFit(t *testing.T) {
	model := open(t, written(t, 2, 16), nil)
	for name, destinations := range map[string][]weighbridge.Destination{
		"too small":      {{Tensor: "layer.0.weight", Memory: mapped(t, 63)[:63]}},
		"empty":          {{Tensor: "layer.0.weight", Memory: []byte{}}},
		"twice":          {{Tensor: "layer.0.weight", Memory: mapped(t, 64)}, {Tensor: "layer.0.weight", Memory: mapped(t, 64)}},
		"misaligned":     {{Memory: mapped(t, 4096)[1:]}},
		"of the Go heap": {{Tensor: "layer.0.weight", Memory: make([]byte, 64)}},
	} {
		_, err := model.Load(background, &weighbridge.LoadOptions{Destinations: destinations})
		check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%s: %v", name, err)
		check(t, err != nil && strings.Contains(err.Error(), "Go heap") == (name == "of the Go heap"), "%s: %v", name, err)
	}
	for _, other := range []struct {
		destination weighbridge.Destination
		want        error
	}{
		{weighbridge.Destination{Tensor: "nobody", Memory: mapped(t, 64)}, weighbridge.ErrNotFound},
		{weighbridge.Destination{Tensor: "layer.0.weight", Address: 1 << 20, Bytes: 64}, weighbridge.ErrInvalidArgument},
	} {
		_, err := model.Load(background, &weighbridge.LoadOptions{Destinations: []weighbridge.Destination{other.destination}})
		check(t, errors.Is(err, other.want), "%+v: %v", other.destination, err)
	}
}
