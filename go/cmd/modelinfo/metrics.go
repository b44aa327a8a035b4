package main

import (
	"fmt"
	"io"
	"net/http"
	"sort"
	"sync"
	"time"

	"github.com/weighbridge/weighbridge/go"
)

// metrics counts what the service has done. The zero value is ready.
type metrics struct {
	mutex         sync.Mutex
	inFlight      int
	requests      map[request]uint64
	seconds       map[string]float64
	verifications map[string]uint64
	operations    map[operation]uint64
	costs         map[string]cost
}

// request is what requests are counted by.
type request struct {
	route  string
	status int
}

// operation is what the work of the library is counted by.
type operation struct{ name, status string }

// cost is what all operations of a kind have cost.
type cost struct {
	seconds float64
	bytes   uint64
}

// measured counts an operation of the library.
func (m *metrics) measured(of weighbridge.Measurement) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.operations == nil {
		m.operations, m.costs = map[operation]uint64{}, map[string]cost{}
	}
	m.operations[operation{of.Operation, of.Status.String()}]++
	all := m.costs[of.Operation]
	m.costs[of.Operation] = cost{all.seconds + of.Time.Seconds(), all.bytes + of.Bytes}
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// begin counts a request of a route, until the function that it returns is called.
func (m *metrics) begin(route string) (end func(*recorder)) {
	begun := time.Now()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.inFlight++
	return func(answer *recorder) {
		m.mutex.Lock()
		defer m.mutex.Unlock()
		m.inFlight--
		if m.requests == nil {
			m.requests, m.seconds = map[request]uint64{}, map[string]float64{}
		}
		m.requests[request{route, answer.status}]++
		m.seconds[route] += time.Since(begun).Seconds()
	}
}

func (m *metrics) verified(outcome string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.verifications == nil {
		m.verifications = map[string]uint64{}
	}
	m.verifications[outcome]++
}

// family is a metric with its samples.
type family struct {
	name, kind, help string
	samples          []string
}

// write writes all metrics in the text format of Prometheus.
func (m *metrics) write(w io.Writer) error {
	for _, f := range m.families() {
		if _, err := fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind); err != nil {
			return err
		}
		sort.Strings(f.samples)
		for _, sample := range f.samples {
			if _, err := fmt.Fprintf(w, "%s%s\n", f.name, sample); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *metrics) families() []family {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	requests := family{"modelinfo_requests_total", "counter", "Requests that have been answered.", nil}
	for r, count := range m.requests {
		requests.samples = append(requests.samples, fmt.Sprintf(`{route=%q,code="%d"} %d`, r.route, r.status, count))
	}
	seconds := family{"modelinfo_request_seconds_total", "counter", "The time that requests have taken.", nil}
	for route, sum := range m.seconds {
		seconds.samples = append(seconds.samples, fmt.Sprintf(`{route=%q} %g`, route, sum))
	}
	verifications := family{"modelinfo_verifications_total", "counter", "Models that have been verified.", nil}
	for outcome, count := range m.verifications {
		verifications.samples = append(verifications.samples, fmt.Sprintf(`{outcome=%q} %d`, outcome, count))
	}
	operations := family{"modelinfo_operations_total", "counter", "Operations of the library, such as opens.", nil}
	for o, count := range m.operations {
		operations.samples = append(operations.samples, fmt.Sprintf(`{operation=%q,status=%q} %d`, o.name, o.status, count))
	}
	took := family{"modelinfo_operation_seconds_total", "counter", "The time that these operations have taken.", nil}
	read := family{"modelinfo_operation_bytes_total", "counter", "The bytes that they have read.", nil}
	for name, all := range m.costs {
		took.samples = append(took.samples, fmt.Sprintf(`{operation=%q} %g`, name, all.seconds))
		read.samples = append(read.samples, fmt.Sprintf(`{operation=%q} %d`, name, all.bytes))
	}
	inFlight := family{"modelinfo_requests_in_flight", "gauge", "Requests that are being answered.", []string{fmt.Sprintf(" %d", m.inFlight)}}
	return []family{requests, seconds, verifications, operations, took, read, inFlight}
}
