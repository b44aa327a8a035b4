// host_memory.hpp: memory that is copied from, of each kind that a loader may choose.
#pragma once

#include "device.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <optional>

namespace bench {

enum class kind { alloc, write_combined, registered_huge, registered_small, pageable };

struct kind_name {
  kind value;
  const char* text;
};

constexpr kind_name kinds[] = {
    {kind::alloc, "cuMemHostAlloc"},           {kind::write_combined, "write-combined"},
    {kind::registered_huge, "registered THP"}, {kind::registered_small, "registered 4K"},
    {kind::pageable, "pageable"},
};

inline const char* name_of(kind value) {
  for (const kind_name& row : kinds)
    if (row.value == value) return row.text;
  return "";
}

inline std::optional<kind> kind_named(const std::string& text) {
  for (const kind_name& row : kinds)
    if (text == row.text) return row.value;
  return std::nullopt;
}

/// Anonymous memory that is there: every page has been touched. Aligned to 2 MiB, so that it can be huge pages.
class pages {
 public:
  pages(std::size_t bytes, bool huge) : bytes_(bytes), reserved_(bytes + alignment) {
    base_ = mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) throw std::runtime_error("mmap: no memory");
    const auto address = reinterpret_cast<std::uintptr_t>(base_);
    data_ = static_cast<std::uint8_t*>(base_) + (alignment - address % alignment) % alignment;
    madvise(data_, bytes_, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < bytes_; at += 4096) data_[at] = 1;
  }
  pages(const pages&) = delete;
  pages& operator=(const pages&) = delete;
  ~pages() { munmap(base_, reserved_); }
  std::uint8_t* data() const { return data_; }

 private:
  static constexpr std::size_t alignment = 2 << 20;
  std::size_t bytes_, reserved_;
  void* base_;
  std::uint8_t* data_;
};

/// Memory of one kind. The constructor does everything that has to be done before the first copy.
class host_memory {
 public:
  host_memory(const device& on, kind of, std::size_t bytes) : on_(&on), kind_(of), bytes_(bytes) {
    if (allocated()) {
      const unsigned flags = host_portable | (of == kind::write_combined ? host_write_combined : 0);
      void* memory = nullptr;
      on.cuda.host_alloc(&memory, bytes, flags);
      data_ = static_cast<std::uint8_t*>(memory);
      return;
    }
    data_ = pages_.emplace(bytes, of != kind::registered_small).data();
    if (registered()) on.cuda.host_register(data_, bytes, host_portable);
  }

  /// Pageable memory, for programs that have no device.
  explicit host_memory(std::size_t bytes) : kind_(kind::pageable), bytes_(bytes) {
    data_ = pages_.emplace(bytes, true).data();
  }
  host_memory(const host_memory&) = delete;
  host_memory& operator=(const host_memory&) = delete;
  ~host_memory() {
    if (allocated()) on_->cuda.host_free.ignoring_errors(data_);
    if (registered()) on_->cuda.host_unregister.ignoring_errors(data_);
  }

  std::uint8_t* data() const { return data_; }
  std::size_t pinned_bytes() const { return kind_ == kind::pageable ? 0 : bytes_; }

 private:
  bool allocated() const { return kind_ == kind::alloc || kind_ == kind::write_combined; }
  bool registered() const { return kind_ == kind::registered_huge || kind_ == kind::registered_small; }

  const device* on_ = nullptr;
  kind kind_;
  std::size_t bytes_;
  std::optional<pages> pages_;
  std::uint8_t* data_ = nullptr;
};

}  // namespace bench
