package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheServiceEndsAfterSIGTERM(t *testing.T) {
	addrs, ended := make(chan net.Addr), make(chan error)
	go func() {
		ended <- run([]string{"-addr", "127.0.0.1:0", "-threads", "1", golden}, func(addr net.Addr) { addrs <- addr })
	}()
	url := fmt.Sprintf("http://%s", <-addrs)
	answer, err := http.Post(url+"/models/tiny-llama/verify", "", nil)
	must(t, err)
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	check(t, answer.StatusCode == http.StatusOK && strings.Contains(string(body), `"outcome":"match"`), "%d, %s", answer.StatusCode, body)
	must(t, syscall.Kill(syscall.Getpid(), syscall.SIGTERM))
	must(t, <-ended)
	_, err = http.Get(url + "/healthz")
	check(t, err != nil, "it still listens")
}

// inFlight starts to serve, and makes a verification wait, because another one seems to be under way.
func inFlight(t *testing.T, grace time.Duration) (s *service, terminate func(), ended <-chan error, answered <-chan int) {
	t.Helper()
	s = started(t, golden)
	s.verifications <- struct{}{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, terminate := context.WithCancel(context.Background())
	ends, answers := make(chan error, 1), make(chan int, 1)
	go func() { ends <- serve(ctx, listener, s, grace) }()
	go func() {
		answer, err := http.Post(fmt.Sprintf("http://%s/models/tiny-llama/verify", listener.Addr()), "", nil)
		if err != nil {
			answers <- 0
			return
		}
		answer.Body.Close()
		answers <- answer.StatusCode
	}()
	for !strings.Contains(ask(t, s, "GET", "/metrics", http.StatusOK, nil), "modelinfo_requests_in_flight 2\n") {
		time.Sleep(time.Millisecond)
	}
	return s, terminate, ends, answers
}

func TestRequestsUnderWayAreAnsweredBeforeTheEnd(t *testing.T) {
	s, terminate, ended, answered := inFlight(t, time.Hour)
	terminate()
	<-s.verifications
	check(t, <-answered == http.StatusOK, "the request was not answered")
	must(t, <-ended)
}

func TestRequestsThatTakeTooLongAreCancelled(t *testing.T) {
	_, terminate, ended, answered := inFlight(t, time.Millisecond)
	terminate()
	err := <-ended
	check(t, err != nil && strings.Contains(err.Error(), "cancelled"), "%v", err)
	check(t, <-answered != http.StatusOK, "the request was answered")
}

func TestUsage(t *testing.T) {
	for _, arguments := range [][]string{{}, {"a", "b"}, {"-verifications", "0", "a"}, {"-unknown", "a"}} {
		check(t, run(arguments, nil) != nil, "%v is accepted", arguments)
	}
	check(t, errors.Is(run([]string{"-help"}, nil), flag.ErrHelp), "no help")
	check(t, run([]string{"-addr", "nowhere:-1", golden}, nil) != nil, "listens nowhere")
}
