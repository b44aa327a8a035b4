//go:build go1.21

package weighbridge_test

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func TestLoadsIntoPinnedMemory(t *testing.T) {
	memory := make([]byte, 64)
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(&memory[0])
	placement := load(t, open(t, written(t, 2, 16), nil), &weighbridge.LoadOptions{
		Destinations: []weighbridge.Destination{{Tensor: "layer.1.weight", Memory: memory}},
	})
	check(t, binary.LittleEndian.Uint32(memory[60:]) == 31, "%x", memory)
	must(t, placement.Close())
}
