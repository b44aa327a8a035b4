package weighbridge_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// leftOut is what the package does not use of the C interface, and why.
var leftOut = map[string]string{
	"wb_model_load":              "Plan.Load does the same with a context",
	"wb_task_step":               "for programs that draw frames; here goroutines wait",
	"wb_model_open_start":        "Open is called on a goroutine",
	"wb_model_open_memory_start": "Open is called on a goroutine",
	"wb_model_open_fd_start":     "Open is called on a goroutine",
	"wb_model_open_io_start":     "Open is called on a goroutine",
	"wb_model_open_blobs_start":  "Open is called on a goroutine",
	"wb_plan_create_start":       "Model.Plan is called on a goroutine",
	"wb_task_model":              "for wb_model_open_start",
	"wb_plan_create_refit":       "views of a Placement do not change",
	"wb_placement_refit":         "views of a Placement do not change",
	"wb_task_plan":               "for wb_plan_create_start",
	"wb_context_retain":          "each object has one owner",
	"wb_model_retain":            "each object has one owner",
	"wb_buffer_retain":           "each object has one owner",
	"wb_placement_retain":        "each object has one owner",
	"wb_cancel_retain":           "each object has one owner",
	"wb_error_retain":            "errors are copied",
	"wb_error_message":           "wb_error_get_info gives it with the other parts",
	"wb_version":                 "Build gives the version as text",
	"wb_model_tensor_info":       "one tensor is packed like many",
	"wb_graph_node_infos":        "Graph.Node describes one",
	"wb_graph_value_infos":       "Graph.Value describes one",
	"WB_API":                     "how functions are declared",
	"WB_NUL":                     "strings of Go have a length",
	"WB_PENDING":                 "for wb_task_step",
	"WB_VERSION_MAJOR":           "Build gives the version as text",
	"WB_VERSION_MINOR":           "Build gives the version as text",
	"WB_VERSION_PATCH":           "Build gives the version as text",
	"WB_THREADS_ALL":             "runtime.GOMAXPROCS",
}

// Every function and every constant of the C interface is used, or left out for a reason.
func TestTheWholeInterfaceIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, name := range regexp.MustCompile(`\b(wb|WB)_\w+`).FindAllString(sources(t), -1) {
		used[name] = true
	}
	for file, pattern := range map[string]string{
		"../tests/abi/weighbridge.symbols": `(?m)^(wb_\w+)`,
		"../include/weighbridge.h":         `(?m)^#define (WB_\w+)`,
	} {
		contents, err := os.ReadFile(file)
		must(t, err)
		names := regexp.MustCompile(pattern).FindAllStringSubmatch(string(contents), -1)
		check(t, len(names) > 100, "%s has only %d names", file, len(names))
		for _, name := range names {
			_, isLeftOut := leftOut[name[1]]
			check(t, used[name[1]] != isLeftOut, "%s: used %v, left out %v", name[1], used[name[1]], isLeftOut)
		}
	}
}

// leftOutMembers is what the package does not set in structures of the C interface, or look at, and why.
var leftOutMembers = map[string]string{
	"wb_io.map":       "files of Go programs lie in the Go heap, of which C must not keep pointers",
	"wb_io.unmap":     "for wb_io.map",
	"wb_io.will_read": "only loads in steps say what they will read",
	// The same holds for wb_threads.stop, whose name other things have as well.
	"wb_threads.start": "the threads are those of goroutines, not of the library",
}

// Every member of every structure is used, or left out for a reason.
func TestAllMembersOfStructuresAreUsed(t *testing.T) {
	header, err := os.ReadFile("../include/weighbridge.h")
	must(t, err)
	all, members := sources(t), 0
	for _, structure := range regexp.MustCompile(`(?s)typedef struct (wb_\w+) \{(.*?)\n\}`).FindAllStringSubmatch(string(header), -1) {
		for _, member := range regexp.MustCompile(`(?m)^  [^/\n]*?(\w+)(?:\[\w+\])?;$`).FindAllStringSubmatch(structure[2], -1) {
			if members++; member[1] == "reserved" {
				continue
			}
			// As a member of a value, in a literal, or as an argument of SET. What is a keyword of Go has an underscore.
			isUsed := regexp.MustCompile(`(?:\.|->)_?` + member[1] + `\b|\b_?` + member[1] + `:|SET\(\w+, ` + member[1] + `,`).MatchString(all)
			_, isLeftOut := leftOutMembers[structure[1]+"."+member[1]]
			check(t, isUsed != isLeftOut, "%s.%s: used %v, left out %v", structure[1], member[1], isUsed, isLeftOut)
		}
	}
	check(t, members > 200, "the header has only %d members", members)
}

// sources returns the sources of the package as one text.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"*.go", "*.c"} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				contents, err := os.ReadFile(file)
				must(t, err)
				all.Write(contents)
			}
		}
	}
	return all.String()
}
