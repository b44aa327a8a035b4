// device.hpp: a device with its primary context, and what is owned on it.
#pragma once

#include "driver.hpp"

#include <utility>

namespace bench {

/// A device, with its primary context current on this thread; other threads call `bind`.
class device {
 public:
  explicit device(int ordinal) {
    cuda.init(0);
    cuda.device_get(&handle_, ordinal);
    cuda.primary_retain(&context_, handle_);
    bind();
  }
  device(const device&) = delete;
  device& operator=(const device&) = delete;
  ~device() {
    cuda.set_current.ignoring_errors(nullptr);
    cuda.primary_release.ignoring_errors(handle_);
  }

  void bind() const { cuda.set_current(context_); }

  int attribute(int number) const {
    int value = 0;
    cuda.device_attribute(&value, number, handle_);
    return value;
  }

  std::string name() const {
    char text[256] = "";
    cuda.device_name(text, sizeof text, handle_);
    return text;
  }

  std::string pci_bus_id() const {
    char text[64] = "";
    cuda.device_pci_bus_id(text, sizeof text, handle_);
    return text;
  }

  std::size_t free_memory() const {
    std::size_t free = 0, total = 0;
    cuda.memory_info(&free, &total);
    return free;
  }

  const driver cuda;

 private:
  int handle_ = 0;
  cu_handle context_ = nullptr;
};

/// Memory of a device.
class device_memory {
 public:
  device_memory(const device& on, std::size_t bytes) : on_(on) { on.cuda.alloc(&address_, bytes); }
  device_memory(const device_memory&) = delete;
  device_memory& operator=(const device_memory&) = delete;
  ~device_memory() { on_.cuda.free.ignoring_errors(address_); }
  cu_address at(std::size_t offset) const { return address_ + offset; }

 private:
  const device& on_;
  cu_address address_ = 0;
};

/// A stream that does not wait for the default one.
class stream {
 public:
  explicit stream(const device& on) : on_(&on) { on.cuda.stream_create(&handle_, stream_non_blocking); }
  stream(stream&& other) noexcept : on_(other.on_), handle_(std::exchange(other.handle_, nullptr)) {}
  stream& operator=(stream&&) = delete;
  ~stream() {
    if (handle_) on_->cuda.stream_destroy.ignoring_errors(handle_);
  }
  void copy_in(cu_address to, const void* from, std::size_t bytes) const {
    on_->cuda.copy_in_async(to, from, bytes, handle_);
  }
  void copy_out(void* to, cu_address from, std::size_t bytes) const {
    on_->cuda.copy_out_async(to, from, bytes, handle_);
  }
  void wait() const { on_->cuda.stream_wait(handle_); }
  cu_handle handle() const { return handle_; }

 private:
  const device* on_;
  cu_handle handle_ = nullptr;
};

/// A point in a stream. One that was never recorded is over. Waiting sleeps: 32 readers that spin would take the
/// processors from those that read.
class event {
 public:
  explicit event(const device& on) : on_(&on) {
    on.cuda.event_create(&handle_, event_blocking_wait | event_disable_timing);
  }
  event(event&& other) noexcept : on_(other.on_), handle_(std::exchange(other.handle_, nullptr)) {}
  event& operator=(event&&) = delete;
  ~event() {
    if (handle_) on_->cuda.event_destroy.ignoring_errors(handle_);
  }
  void record(const stream& in) const { on_->cuda.event_record(handle_, in.handle()); }
  void wait() const { on_->cuda.event_wait(handle_); }

 private:
  const device* on_;
  cu_handle handle_ = nullptr;
};

}  // namespace bench
