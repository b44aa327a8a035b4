package weighbridge

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// This file has the Go functions that callbacks.c calls. They get handles as numbers, and as "at" that of the operation that the
// thread works for; 0: of none.

// called calls a function of the program, and returns whether it has succeeded. If not, the operation fails; without one, nobody is
// there to whom the error could be returned.
func called(at C.uintptr_t, f func() error) bool {
	return operationAt(at).survives(caught(f))
}

func operationAt(at C.uintptr_t) *operation {
	if at == 0 {
		return nil
	}
	return valueOf[*operation](at)
}

//export wbgoDrop
func wbgoDrop(handle C.uintptr_t) { cgo.Handle(handle).Delete() }

//export wbgoProgress
func wbgoProgress(handle C.uintptr_t, done, total, doneTensors, totalTensors C.uint64_t) C.int32_t {
	operation := valueOf[*operation](handle)
	if !operation.report(Progress{uint64(done), uint64(total), uint64(doneTensors), uint64(totalTensors)}) {
		return C.WB_STOP
	}
	return C.WB_PROCEED
}

//export wbgoLog
func wbgoLog(handle, at C.uintptr_t, level C.uint32_t, target *C.char, targetLen C.size_t, msg *C.char, msgLen C.size_t) {
	log := valueOf[func(LogRecord)](handle)
	record := LogRecord{LogLevel(level), stringAt(target, targetLen), stringAt(msg, msgLen)}
	called(at, func() error {
		log(record)
		return nil
	})
}

//export wbgoSpawn
func wbgoSpawn(handle, at C.uintptr_t, object *C.wb_job) C.wb_status {
	run, job := valueOf[executor](handle), newJob(object, operationAt(at))
	isTaken := called(at, func() error {
		run(job.run)
		return nil
	})
	if !isTaken && job.take() != nil {
		return C.WB_ERR_CALLBACK
	}
	return C.WB_OK // Also if it has been run all the same.
}

//export wbgoEnded
func wbgoEnded(channel C.uintptr_t) {
	close(valueOf[chan struct{}](channel))
	cgo.Handle(channel).Delete()
}

//export wbgoReserve
func wbgoReserve(handle, at C.uintptr_t, device C.uint32_t, bytes C.uint64_t) C.wb_status {
	budget, isGranted := valueOf[Budget](handle), false
	called(at, func() error {
		isGranted = budget.Reserve(uint32(device), uint64(bytes))
		return nil
	})
	if !isGranted {
		return C.WB_ERR_OUT_OF_MEMORY
	}
	return C.WB_OK
}

//export wbgoRelease
func wbgoRelease(handle, at C.uintptr_t, device C.uint32_t, bytes C.uint64_t) {
	budget := valueOf[Budget](handle)
	called(at, func() error {
		budget.Release(uint32(device), uint64(bytes))
		return nil
	})
}

//export wbgoAllocate
func wbgoAllocate(handle, at C.uintptr_t, bytes, alignment C.size_t) (memory unsafe.Pointer) {
	called(at, func() (err error) {
		memory, err = allocate(valueOf[Allocator](handle), uintptr(bytes), uintptr(alignment))
		return err
	})
	return memory
}

//export wbgoRecycle
func wbgoRecycle(handle, at C.uintptr_t, memory unsafe.Pointer, bytes, alignment C.size_t) {
	called(at, func() error {
		valueOf[Allocator](handle).Free(memory, uintptr(bytes), uintptr(alignment))
		return nil
	})
}

//export wbgoMeasured
func wbgoMeasured(handle, at C.uintptr_t, measurement *C.wb_measurement) {
	measured, m := valueOf[func(Measurement)](handle), measurementOf(measurement)
	called(at, func() error {
		measured(m)
		return nil
	})
}

//export wbgoGiveBack
func wbgoGiveBack(handle, at C.uintptr_t) {
	release := valueOf[func()](handle)
	called(at, func() error {
		release()
		return nil
	})
	cgo.Handle(handle).Delete()
}

//export wbgoOpen
func wbgoOpen(handle, at C.uintptr_t, name *C.char, nameLen C.size_t, file *C.uintptr_t) C.int32_t {
	files, path := valueOf[*hostFiles](handle), stringAt(name, nameLen)
	return answer(at, func() error {
		opened, err := files.open(path)
		if err == nil {
			*file = C.uintptr_t(cgo.NewHandle(opened))
		}
		return err
	})
}

//export wbgoStat
func wbgoStat(file, at C.uintptr_t, bytes, identity *C.uint64_t) C.int32_t {
	return answer(at, func() error {
		length, number, err := valueOf[*hostFile](file).stat()
		*bytes, *identity = C.uint64_t(length), C.uint64_t(number)
		return err
	})
}

//export wbgoReadAt
func wbgoReadAt(file, at C.uintptr_t, offset C.uint64_t, buffer unsafe.Pointer, n C.size_t, done *C.size_t) C.int32_t {
	return answer(at, func() error {
		count, err := valueOf[*hostFile](file).readAt(bytesAt(buffer, uint64(n)), int64(offset))
		*done = C.size_t(count)
		return err
	})
}

//export wbgoClose
func wbgoClose(file, at C.uintptr_t) {
	called(at, func() error {
		// What was read is not wrong because of an error here.
		_ = valueOf[*hostFile](file).close()
		return nil
	})
	cgo.Handle(file).Delete()
}

//export wbgoList
func wbgoList(handle, at C.uintptr_t, folder *C.char, folderLen C.size_t, entries *C.wb_io_entries) C.int32_t {
	files, path := valueOf[*hostFiles](handle), stringAt(folder, folderLen)
	return answer(at, func() error {
		return files.list(path, func(name string, isFolder bool, bytes uint64) error {
			kind := C.uint32_t(C.WB_IO_FILE)
			if isFolder {
				kind = C.WB_IO_FOLDER
			}
			chars, n := lent(name)
			return plain(C.wb_io_entries_add(entries, chars, n, kind, C.uint64_t(bytes)), "an entry of a folder,", name)
		})
	})
}

// valueOf returns what a handle stands for.
func valueOf[T any](handle C.uintptr_t) T { return cgo.Handle(handle).Value().(T) }
