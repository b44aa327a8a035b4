//go:build go1.23

package weighbridge_test

import (
	"os"
	"testing"
	"time"
)

// BenchmarkListing goes through all tensors with their names and shapes: 10,000, or those of the model that WEIGHBRIDGE_LISTING names.
// benches/go_listing compares it with the same loop in C.
func BenchmarkListing(b *testing.B) {
	path := os.Getenv("WEIGHBRIDGE_LISTING")
	if path == "" {
		path = written(b, 10000, 1)
	}
	model := open(b, path, nil)
	best := time.Hour
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		start, sum := time.Now(), uint64(0)
		for tensor := range model.Tensors() {
			sum += tensor.Bytes + uint64(len(tensor.Name)+len(tensor.Shape))
		}
		if sum == 0 {
			b.Fatal("nothing was listed")
		}
		if passed := time.Since(start); passed < best {
			best = passed
		}
	}
	b.ReportMetric(float64(best.Nanoseconds()), "best-ns/op")
}
