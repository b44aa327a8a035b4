package weighbridge

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// PanicError is what a panic in a function that the library called has become.
type PanicError struct {
	// The value that the function panicked with.
	Value any
	// The stack of the goroutine at that moment, as debug.Stack gives it.
	Stack []byte
}

// Error returns the value, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// isPanic reports whether an error of caught is a panic, or what is like one.
func isPanic(err error) bool {
	_, is := err.(*PanicError)
	return is || err == errGoexit
}

var errGoexit = errors.New("the function has called runtime.Goexit instead of returning")

// caught calls a function of the program and returns its panic as an error. The function runs on a goroutine of its own, because
// runtime.Goexit, unlike a panic, cannot be kept from unwinding frames of C.
func caught(f func() error) error {
	result := make(chan error, 1)
	go func() {
		err := errGoexit
		defer func() {
			if value := recover(); value != nil {
				err = &PanicError{Value: value, Stack: debug.Stack()}
			}
			result <- err
		}()
		err = f()
	}()
	return <-result
}
