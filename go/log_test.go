//go:build go1.21

package weighbridge_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func TestTheLogGoesToSlog(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	host, err := weighbridge.NewHost(weighbridge.HostOptions{Log: weighbridge.LogTo(logger), LogLevel: weighbridge.LogAll})
	must(t, err)
	open(t, llama, &weighbridge.OpenOptions{Host: host})
	text := out.String()
	check(t, strings.Contains(text, "level=INFO") && strings.Contains(text, "level=DEBUG"), "%s", text)
	check(t, strings.Contains(text, "target=") && strings.Contains(text, "tiny-llama"), "%s", text)
}
