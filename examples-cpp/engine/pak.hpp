// The pak files of the engine: many files in one, small ones compressed. One pak may be laid over another, as a patch.
//
// Layout, little-endian: "PAK1", u32 number of entries; then for each a u16 length of its name, the name, u64 offset in the pak,
// u64 bytes there, u64 bytes of the file, u64 identity; then the data. An entry whose two lengths differ is compressed.
#ifndef ENGINE_PAK_HPP
#define ENGINE_PAK_HPP

#include <weighbridge.hpp>

#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "lz.hpp"

namespace engine {

// The name and the contents of a file.
using contents = std::map<std::string, bytes>;

// Writes a pak; false if that fails.
bool write_pak(const std::string& path, const contents& files);

// A pak that is open for reading; closed when it is destroyed.
class pak {
 public:
  struct entry {
    std::uint64_t offset, stored, size, identity;
  };

  static constexpr std::uint64_t most_compressed = 64 << 10;  // larger files are stored as they are

  pak() noexcept = default;
  pak(const pak&) = delete;
  pak& operator=(const pak&) = delete;
  ~pak();

  bool open(const std::string& path);
  // At one place, without moving any position, from any thread.
  bool read(std::uint64_t offset, void* to, std::size_t len) const noexcept;
  void will_read(std::uint64_t offset, std::uint64_t len) const noexcept;
  const std::map<std::string, entry, std::less<>>& entries() const noexcept { return entries_; }

 private:
  int file_ = -1;
  std::map<std::string, entry, std::less<>> entries_;
};

// The files of all paks that are mounted, of which a later one hides those of an earlier one that have the same name.
class pak_files final : public weighbridge::host_files {
 public:
  // The pak has to outlive everything that is read from it.
  void mount(const pak& one) {
    const std::lock_guard<std::mutex> hold(lock_);
    mounted_.push_back(&one);
  }

  weighbridge::io_result open(std::string_view name, weighbridge::host_file*& file) override;
  weighbridge::io_result list(std::string_view folder, weighbridge::folder_entries& entries) override;

 private:
  std::vector<const pak*> mounted() const {
    const std::lock_guard<std::mutex> hold(lock_);
    return mounted_;
  }

  mutable std::mutex lock_;
  std::vector<const pak*> mounted_;
};

}  // namespace engine

#endif
