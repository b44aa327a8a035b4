//go:build weighbridge_bundled

package weighbridge

// #cgo CFLAGS: -I${SRCDIR}/lib/include
// #cgo LDFLAGS: ${SRCDIR}/lib/libweighbridge.a -ldl -lutil -lrt -lpthread -lm
import "C"
