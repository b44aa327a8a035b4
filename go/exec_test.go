package weighbridge_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

// Programs are started while loads are under way: they inherit none of the files, and disturb no load.
func TestProgramsAreStartedDuringLoads(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip(err)
	}
	_, byName := expected(t, llama+".expected.json")
	ctx, cancel := context.WithCancel(background)
	var loads sync.WaitGroup
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		for _, mapped := range []bool{false, true} {
			options := &weighbridge.OpenOptions{Host: host, Map: mapped}
			loads.Add(1)
			go func() {
				defer loads.Done()
				for ctx.Err() == nil {
					if err := loadsOnce(options, byName); err != nil {
						t.Error(err)
					}
				}
			}()
		}
	}
	for i := 0; i < 20; i++ {
		listed, err := exec.Command("ls", "-l", "/proc/self/fd").CombinedOutput()
		must(t, err)
		check(t, !strings.Contains(string(listed), "tiny-llama") && !strings.Contains(string(listed), "memfd"), "inherited: %s", listed)
	}
	cancel()
	loads.Wait()
}

func loadsOnce(options *weighbridge.OpenOptions, byName map[string]expectedTensor) error {
	model, err := weighbridge.Open(background, llama, options)
	if err != nil {
		return err
	}
	defer model.Close()
	target := weighbridge.TargetSealed
	if options.Map {
		target = weighbridge.TargetHost
	}
	placement, err := model.Load(background, &weighbridge.LoadOptions{Target: target})
	if err != nil {
		return err
	}
	defer placement.Close()
	tensor, err := placement.Find("lm_head.weight")
	if err != nil {
		return err
	}
	return tensor.View(func(b []byte) error {
		if sum(b) != byName[tensor.Name].Sha256 {
			return errors.New("other bytes")
		}
		return nil
	})
}
