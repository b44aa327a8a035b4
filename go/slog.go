//go:build go1.21

package weighbridge

import (
	"context"
	"log/slog"
)

// LogTo makes a HostOptions.Log that passes records to a logger of log/slog, with the part of the library as the attribute
// "target".
func LogTo(logger *slog.Logger) func(LogRecord) {
	return func(record LogRecord) {
		logger.LogAttrs(context.Background(), record.Level.slog(), record.Message, slog.String("target", record.Target))
	}
}

func (l LogLevel) slog() slog.Level {
	switch l {
	case LogError:
		return slog.LevelError
	case LogWarn:
		return slog.LevelWarn
	case LogInfo:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}
