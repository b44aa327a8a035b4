package weighbridge

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// This file has the Go functions that callbacks.c calls. They get handles as numbers.

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
func wbgoLog(handle C.uintptr_t, level C.uint32_t, target *C.char, targetLen C.size_t, msg *C.char, msgLen C.size_t) {
	log := valueOf[func(LogRecord)](handle)
	record := LogRecord{LogLevel(level), stringAt(target, targetLen), stringAt(msg, msgLen)}
	// There is nobody to whom a panic could be returned.
	_ = caught(func() error {
		log(record)
		return nil
	})
}

//export wbgoSpawn
func wbgoSpawn(handle, starter C.uintptr_t, object *C.wb_job) C.wb_status {
	run, job := valueOf[executor](handle), newJob(object)
	err := caught(func() error {
		run(job.run)
		return nil
	})
	if err == nil {
		return C.WB_OK
	}
	if starter != 0 {
		valueOf[*operation](starter).fail(err)
	}
	if job.take() == nil {
		return C.WB_OK // It has been run all the same.
	}
	return C.WB_ERR_CALLBACK
}

//export wbgoEnded
func wbgoEnded(channel C.uintptr_t) {
	close(valueOf[chan struct{}](channel))
	cgo.Handle(channel).Delete()
}

//export wbgoReserve
func wbgoReserve(handle C.uintptr_t, device C.uint32_t, bytes C.uint64_t) C.wb_status {
	budget, granted := valueOf[*Budget](handle), false
	err := caught(func() error {
		granted = budget.Reserve(uint32(device), uint64(bytes))
		return nil
	})
	if err != nil || !granted {
		return C.WB_ERR_OUT_OF_MEMORY
	}
	return C.WB_OK
}

//export wbgoRelease
func wbgoRelease(handle C.uintptr_t, device C.uint32_t, bytes C.uint64_t) {
	budget := valueOf[*Budget](handle)
	_ = caught(func() error {
		budget.Release(uint32(device), uint64(bytes))
		return nil
	})
}

//export wbgoOpen
func wbgoOpen(handle C.uintptr_t, name *C.char, nameLen C.size_t, file *C.uintptr_t) C.int32_t {
	files, path := valueOf[*hostFiles](handle), stringAt(name, nameLen)
	return files.answer(func() error {
		opened, err := files.open(path)
		if err == nil {
			*file = C.uintptr_t(cgo.NewHandle(opened))
		}
		return err
	})
}

//export wbgoStat
func wbgoStat(handle, file C.uintptr_t, bytes, identity *C.uint64_t) C.int32_t {
	return valueOf[*hostFiles](handle).answer(func() error {
		length, number, err := valueOf[*hostFile](file).stat()
		*bytes, *identity = C.uint64_t(length), C.uint64_t(number)
		return err
	})
}

//export wbgoReadAt
func wbgoReadAt(handle, file C.uintptr_t, offset C.uint64_t, buffer unsafe.Pointer, n C.size_t, done *C.size_t) C.int32_t {
	return valueOf[*hostFiles](handle).answer(func() error {
		count, err := valueOf[*hostFile](file).readAt(bytesAt(buffer, uint64(n)), int64(offset))
		*done = C.size_t(count)
		return err
	})
}

//export wbgoClose
func wbgoClose(handle, file C.uintptr_t) {
	valueOf[*hostFiles](handle).answer(valueOf[*hostFile](file).close)
	cgo.Handle(file).Delete()
}

//export wbgoList
func wbgoList(handle C.uintptr_t, folder *C.char, folderLen C.size_t, entries *C.wb_io_entries) C.int32_t {
	files, path := valueOf[*hostFiles](handle), stringAt(folder, folderLen)
	return files.answer(func() error {
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
