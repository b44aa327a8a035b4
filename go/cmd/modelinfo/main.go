// Modelinfo is an HTTP service that tells about the models of a directory, as JSON.
//
//	modelinfo [-addr HOST:PORT] [-verifications N] [-threads N] [-grace DURATION] DIR
//
//	GET  /models                  the names of the models
//	GET  /models/NAME             a summary of one
//	GET  /models/NAME/tensors     its tensors
//	GET  /models/NAME/metadata    its metadata
//	GET  /models/NAME/graph       a summary of its graphs
//	POST /models/NAME/verify      verifies it against the manifests beside it
//	GET  /healthz                 whether the service works
//	GET  /metrics                 counters, in the text format of Prometheus
//
// A request whose client has gone is cancelled. After SIGTERM or SIGINT the service takes no more requests, and ends when those that
// it has are done or the time of -grace is over.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/weighbridge/weighbridge/go"
)

func main() {
	err := run(os.Args[1:], func(addr net.Addr) { log.Printf("listening on %s", addr) })
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

type settings struct {
	root          string
	addr          string
	verifications int
	threads       int
	grace         time.Duration
}

func parse(arguments []string) (s settings, err error) {
	flags := flag.NewFlagSet("modelinfo", flag.ContinueOnError)
	flags.StringVar(&s.addr, "addr", "localhost:8080", "where to listen")
	flags.IntVar(&s.verifications, "verifications", 2, "how many models are verified at once")
	flags.IntVar(&s.threads, "threads", weighbridge.AllThreads, "threads for all verifications together; -1: one for each processor")
	flags.DurationVar(&s.grace, "grace", 10*time.Second, "how long requests may take after SIGTERM")
	if err := flags.Parse(arguments); err != nil {
		return s, err
	}
	if flags.NArg() != 1 || s.verifications < 1 {
		return s, errors.New("usage: modelinfo [-addr HOST:PORT] [-verifications N] [-threads N] [-grace DURATION] DIR")
	}
	s.root = flags.Arg(0)
	return s, nil
}

// run serves until a signal comes. It calls a function when it listens.
func run(arguments []string, listening func(net.Addr)) error {
	s, err := parse(arguments)
	if err != nil {
		return err
	}
	terminated, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	service, err := newService(s.root, s.threads, s.verifications)
	if err != nil {
		return err
	}
	defer service.host.Close()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	listening(listener.Addr())
	return serve(terminated, listener, service, s.grace)
}

// serve answers requests until the context is done, and then waits for those that are under way.
func serve(terminated context.Context, listener net.Listener, handler http.Handler, grace time.Duration) error {
	requests, cancel := context.WithCancel(context.Background())
	defer cancel()
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-terminated.Done():
	}
	late, stop := context.WithTimeout(context.Background(), grace)
	defer stop()
	if err := server.Shutdown(late); err != nil {
		cancel() // Verifications notice that and end.
		server.Close()
		return fmt.Errorf("requests took longer than %s after the signal and were cancelled", grace)
	}
	return nil
}
