//go:build !weighbridge_static && !weighbridge_bundled && !weighbridge_custom

package weighbridge

// #cgo pkg-config: weighbridge
import "C"
