// files.hpp: the weight files of a model as plain bytes: where they lie, how they are cut, what is cached.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// An open file. With `direct`, reads pass by the page cache and have to be aligned to 4096 bytes.
class open_file {
 public:
  open_file(const std::string& path, bool direct) : path_(path) {
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));
    struct stat status;
    if (descriptor_ < 0 || fstat(descriptor_, &status) != 0)
      fail(direct ? "cannot be opened O_DIRECT" : "cannot be opened");
    bytes_ = static_cast<std::uint64_t>(status.st_size);
  }
  open_file(open_file&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), bytes_(other.bytes_) {}
  open_file& operator=(open_file&&) = delete;
  ~open_file() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  std::uint64_t bytes() const { return bytes_; }

  /// Reads `length` bytes; asks for `room`, which may reach beyond the end of the file.
  void read(std::uint8_t* to, std::uint64_t offset, std::size_t length, std::size_t room) const {
    for (std::size_t done = 0; done < length;) {
      const ssize_t got = pread(descriptor_, to + done, room - done, static_cast<off_t>(offset + done));
      if (got <= 0) fail(got == 0 ? "is shorter than it was" : "cannot be read");
      done += static_cast<std::size_t>(got);
    }
  }

  /// A private map of the whole file, which the caller unmaps.
  const std::uint8_t* map() const {
    void* base = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
    if (base == MAP_FAILED) fail("cannot be mapped");
    return static_cast<const std::uint8_t*>(base);
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw std::runtime_error(path_ + ": " + what + ": " + std::strerror(errno));
  }

  std::string path_;
  int descriptor_;
  std::uint64_t bytes_ = 0;
};

/// A file, or the shards of a directory in the order of their names.
inline std::vector<std::string> files_of(const std::string& model) {
  if (!std::filesystem::is_directory(model)) return {model};
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(model))
    if (entry.path().extension() == ".safetensors") paths.push_back(entry.path());
  if (paths.empty()) throw std::runtime_error(model + ": no .safetensors file");
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// A range of a file.
struct extent {
  std::size_t file;
  std::uint64_t offset, length;
};

/// The whole file in pieces, the last one shorter.
inline void cut(std::size_t file, std::uint64_t bytes, std::uint64_t piece, std::vector<extent>& into) {
  for (std::uint64_t offset = 0; offset < bytes; offset += piece)
    into.push_back({file, offset, std::min(piece, bytes - offset)});
}

/// The tensors of a safetensors file, in the order of the header. Only for files that make_weights.py has written: this
/// is a search for "data_offsets", and no parser.
inline void tensors_of(std::size_t file, const open_file& from, std::vector<extent>& into) {
  std::uint64_t header_bytes = 0;
  from.read(reinterpret_cast<std::uint8_t*>(&header_bytes), 0, sizeof header_bytes, sizeof header_bytes);
  if (header_bytes > 100'000'000 || header_bytes + 8 > from.bytes())
    throw std::runtime_error("not a safetensors file: its header is too long");
  std::string header(header_bytes, '\0');
  from.read(reinterpret_cast<std::uint8_t*>(header.data()), 8, header.size(), header.size());
  const std::string key = "\"data_offsets\":[";
  for (std::size_t at = header.find(key); at != std::string::npos; at = header.find(key, at)) {
    at += key.size();
    char* comma = nullptr;
    const std::uint64_t begin = std::strtoull(header.c_str() + at, &comma, 10);
    const std::uint64_t end = std::strtoull(comma + 1, nullptr, 10);
    into.push_back({file, 8 + header_bytes + begin, end - begin});
  }
}

/// The share of a file that lies in the page cache. Mapping brings nothing in.
inline double cached_share(const open_file& file) {
  if (file.bytes() == 0) return 1;
  std::vector<unsigned char> present((file.bytes() + 4095) / 4096);
  void* base = const_cast<std::uint8_t*>(file.map());
  const int result = mincore(base, file.bytes(), present.data());
  munmap(base, file.bytes());
  if (result != 0) return -1;  // not told: the file belongs to somebody else
  const auto pages = std::count_if(present.begin(), present.end(), [](unsigned char page) { return page & 1; });
  return static_cast<double>(pages) / static_cast<double>(present.size());
}

}  // namespace bench
