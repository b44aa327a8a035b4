//go:build weighbridge_static

package weighbridge

// #cgo pkg-config: weighbridge-static
import "C"
