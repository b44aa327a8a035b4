package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/weighbridge/weighbridge/go"
)

// service answers requests. It opens a model for each: that takes a fraction of a millisecond, and gives what is on the disk now.
type service struct {
	models directory
	host   *weighbridge.Host
	// Has an element for each verification that is under way.
	verifications chan struct{}
	metrics       *metrics
	mux           *http.ServeMux
}

// newService makes a service whose host allows so many threads. The host is to be closed at the end.
func newService(root string, threads, verifications int) (*service, error) {
	counts := &metrics{}
	host, err := weighbridge.NewHost(weighbridge.HostOptions{MaxThreads: threads, Metrics: counts.measured})
	if err != nil {
		return nil, err
	}
	s := &service{
		models: directory(root), host: host, verifications: make(chan struct{}, verifications), metrics: counts, mux: http.NewServeMux(),
	}
	s.addRoutes()
	return s, nil
}

func (s *service) addRoutes() {
	s.mux.HandleFunc("/healthz", s.route("healthz", http.MethodGet, s.health))
	s.mux.HandleFunc("/metrics", s.route("metrics", http.MethodGet, s.writeMetrics))
	s.mux.HandleFunc("/models", s.route("models", http.MethodGet, s.list))
	parts := map[string]http.HandlerFunc{
		"":         s.route("summary", http.MethodGet, s.about(summarize)),
		"tensors":  s.route("tensors", http.MethodGet, s.about(tensorsOf)),
		"metadata": s.route("metadata", http.MethodGet, s.about(metadataOf)),
		"graph":    s.route("graph", http.MethodGet, s.about(graphsOf)),
		"verify":   s.route("verify", http.MethodPost, s.about(s.verify)),
	}
	unknown := s.route("unknown", "", func(http.ResponseWriter, *http.Request) error { return errNoSuchPage })
	s.mux.HandleFunc("/", unknown)
	s.mux.HandleFunc("/models/", func(w http.ResponseWriter, r *http.Request) {
		if _, part := nameAndPart(r); parts[part] != nil {
			parts[part](w, r)
		} else {
			unknown(w, r)
		}
	})
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// nameAndPart splits /models/NAME/PART.
func nameAndPart(r *http.Request) (name, part string) {
	name, part, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/models/"), "/")
	return name, part
}

// failure is an error of a request, with its status.
type failure struct {
	status int
	error
}

var (
	errNoSuchPage  = failure{http.StatusNotFound, errors.New("no such page")}
	errNoSuchModel = failure{http.StatusNotFound, errors.New("no such model")}
)

// route makes a handler of a function: it checks the method, answers with the error of the function, and counts.
func (s *service) route(name, method string, f func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		defer s.metrics.begin(name)(answer)
		if method != "" && r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
			w.Header().Set("Allow", method)
			writeError(answer, failure{http.StatusMethodNotAllowed, errors.New("the method must be " + method)})
			return
		}
		if err := f(answer, r); err != nil {
			writeError(answer, err)
		}
	}
}

// about makes a handler that opens the model of the request and answers with what a function tells about it.
func (s *service) about(tell func(context.Context, *weighbridge.Model) (any, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, _ := nameAndPart(r)
		path, ok := s.models.path(name)
		if !ok {
			return errNoSuchModel
		}
		model, err := weighbridge.Open(r.Context(), path, &weighbridge.OpenOptions{Host: s.host})
		if err != nil {
			return err
		}
		defer model.Close()
		answer, err := tell(r.Context(), model)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, answer)
	}
}

func (s *service) health(w http.ResponseWriter, _ *http.Request) error {
	_, err := w.Write([]byte("ok\n"))
	return err
}

func (s *service) list(w http.ResponseWriter, _ *http.Request) error {
	names, err := s.models.list()
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"models": names})
}

func (s *service) writeMetrics(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	return s.metrics.write(w)
}

func writeJSON(w http.ResponseWriter, status int, answer any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error here means that the client has gone.
	_ = json.NewEncoder(w).Encode(answer)
	return nil
}

func writeError(w http.ResponseWriter, err error) {
	about := map[string]any{"message": err.Error()}
	var e *weighbridge.Error
	if errors.As(err, &e) {
		about["code"] = e.Status.String()
	}
	_ = writeJSON(w, statusOf(err), map[string]any{"error": about})
}

// statusOf returns the HTTP status of an error.
func statusOf(err error) int {
	var f failure
	switch {
	case errors.As(err, &f):
		return f.status
	case errors.Is(err, weighbridge.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, weighbridge.ErrCancelled), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	case errors.Is(err, weighbridge.ErrFormat), errors.Is(err, weighbridge.ErrUnsupported), errors.Is(err, weighbridge.ErrLimit),
		errors.Is(err, weighbridge.ErrInvalidArgument), errors.Is(err, weighbridge.ErrMismatch):
		return http.StatusUnprocessableEntity
	default:
		return http.StatusInternalServerError
	}
}
