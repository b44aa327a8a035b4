// driver.hpp: libcuda.so.1, opened at run time, with every call checked.
//
// The prototypes are our own, from the documented binary interface: the programs are built where there is no CUDA
// toolkit, and start where there is no driver. Results are plain numbers, because a driver may know codes that no
// enumeration here knows.
#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace bench {

using cu_address = unsigned long long;
using cu_handle = void*;  // of a context, a stream or an event

constexpr unsigned host_portable = 1, host_write_combined = 4;
constexpr unsigned stream_non_blocking = 1;
constexpr unsigned event_blocking_wait = 1, event_disable_timing = 2;

/// A call that failed: its symbol, and the driver's name for the code.
class driver_error : public std::runtime_error {
 public:
  driver_error(void* library, const char* symbol, unsigned code)
      : std::runtime_error(std::string(symbol) + ": " + name_of(library, code) + " (" + std::to_string(code) + ")") {}

 private:
  static std::string name_of(void* library, unsigned code) {
    using function = unsigned(unsigned, const char**);
    const auto name = reinterpret_cast<function*>(dlsym(library, "cuGetErrorName"));
    const char* text = nullptr;
    return name && name(code, &text) == 0 && text ? text : "unknown error";
  }
};

/// One function of the driver. It is looked up at once and missed only when it is called: each program uses a part of
/// the table, and a stub may have less than a driver.
template <class... Arguments>
class symbol {
 public:
  symbol(void* library, const char* name)
      : library_(library), name_(name), function_(reinterpret_cast<function*>(dlsym(library, name))) {}

  void operator()(Arguments... arguments) const {
    if (!function_) throw std::runtime_error(std::string(name_) + ": not in this driver");
    if (const unsigned code = function_(arguments...)) throw driver_error(library_, name_, code);
  }

  /// For destructors, which have nobody to tell.
  void ignoring_errors(Arguments... arguments) const noexcept {
    if (function_) function_(arguments...);
  }

 private:
  using function = unsigned(Arguments...);
  void* library_;
  const char* name_;
  function* function_;
};

inline void* open_driver() {
  // Never closed: the driver has threads of its own.
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!library) throw std::runtime_error(std::string("no driver: ") + dlerror());
  return library;
}

/// The functions that the programs call.
struct driver {
  void* library = open_driver();
  symbol<unsigned> init{library, "cuInit"};
  symbol<int*> version{library, "cuDriverGetVersion"};
  symbol<int*, int> device_get{library, "cuDeviceGet"};
  symbol<char*, int, int> device_name{library, "cuDeviceGetName"};
  symbol<int*, int, int> device_attribute{library, "cuDeviceGetAttribute"};
  symbol<char*, int, int> device_pci_bus_id{library, "cuDeviceGetPCIBusId"};
  symbol<cu_handle*, int> primary_retain{library, "cuDevicePrimaryCtxRetain"};
  symbol<int> primary_release{library, "cuDevicePrimaryCtxRelease_v2"};
  symbol<cu_handle> set_current{library, "cuCtxSetCurrent"};
  symbol<std::size_t*, std::size_t*> memory_info{library, "cuMemGetInfo_v2"};
  symbol<cu_address*, std::size_t> alloc{library, "cuMemAlloc_v2"};
  symbol<cu_address> free{library, "cuMemFree_v2"};
  symbol<void**, std::size_t, unsigned> host_alloc{library, "cuMemHostAlloc"};
  symbol<void*> host_free{library, "cuMemFreeHost"};
  symbol<void*, std::size_t, unsigned> host_register{library, "cuMemHostRegister_v2"};
  symbol<void*> host_unregister{library, "cuMemHostUnregister"};
  symbol<cu_address, const void*, std::size_t> copy_in{library, "cuMemcpyHtoD_v2"};
  symbol<cu_address, const void*, std::size_t, cu_handle> copy_in_async{library, "cuMemcpyHtoDAsync_v2"};
  symbol<void*, cu_address, std::size_t, cu_handle> copy_out_async{library, "cuMemcpyDtoHAsync_v2"};
  symbol<cu_handle*, unsigned> stream_create{library, "cuStreamCreate"};
  symbol<cu_handle> stream_destroy{library, "cuStreamDestroy_v2"};
  symbol<cu_handle> stream_wait{library, "cuStreamSynchronize"};
  symbol<cu_handle*, unsigned> event_create{library, "cuEventCreate"};
  symbol<cu_handle> event_destroy{library, "cuEventDestroy_v2"};
  symbol<cu_handle, cu_handle> event_record{library, "cuEventRecord"};
  symbol<cu_handle> event_wait{library, "cuEventSynchronize"};
};

}  // namespace bench
