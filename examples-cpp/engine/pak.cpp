#include "pak.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <new>

namespace wb = weighbridge;

namespace engine {
namespace {

constexpr char magic[4] = {'P', 'A', 'K', '1'};

template <class Number>
void put(bytes& to, Number number) {
  for (std::size_t i = 0; i < sizeof number; i++) to.push_back(static_cast<unsigned char>(number >> 8 * i));
}

// Takes a number from the head of the directory; false if there is none left.
template <class Number>
bool take(const unsigned char*& at, const unsigned char* end, Number& number) {
  if (static_cast<std::size_t>(end - at) < sizeof number) return false;
  number = 0;
  for (std::size_t i = 0; i < sizeof number; i++) number = static_cast<Number>(number | static_cast<Number>(*at++) << 8 * i);
  return true;
}

// FNV-1a: another number when the contents are others.
std::uint64_t identity_of(const bytes& file) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : file) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

bool write_all(std::FILE* to, const bytes& from) { return std::fwrite(from.data(), 1, from.size(), to) == from.size(); }

// A large file, read where it is in the pak.
class stored_file final : public wb::host_file {
 public:
  stored_file(const pak& from, const pak::entry& entry) : from_(from), entry_(entry) {}
  wb::io_result stat(std::uint64_t& size, std::uint64_t& identity) override {
    size = entry_.size;
    identity = entry_.identity;
    return wb::io_result::ok;
  }
  wb::io_result read_at(std::uint64_t offset, wb::span<std::byte> buffer, std::size_t& done) override {
    if (!from_.read(entry_.offset + offset, buffer.data(), buffer.size())) return wb::io_result::failed;
    done = buffer.size();
    return wb::io_result::ok;
  }
  void will_read(std::uint64_t offset, std::uint64_t len) override { from_.will_read(entry_.offset + offset, len); }

 private:
  const pak& from_;
  const pak::entry entry_;
};

// A small file, decompressed when it is opened.
class small_file final : public wb::host_file {
 public:
  small_file(bytes&& all, std::uint64_t identity) : all_(std::move(all)), identity_(identity) {}
  wb::io_result stat(std::uint64_t& size, std::uint64_t& identity) override {
    size = all_.size();
    identity = identity_;
    return wb::io_result::ok;
  }
  wb::io_result read_at(std::uint64_t offset, wb::span<std::byte> buffer, std::size_t& done) override {
    std::memcpy(buffer.data(), all_.data() + offset, buffer.size());
    done = buffer.size();
    return wb::io_result::ok;
  }

 private:
  const bytes all_;
  const std::uint64_t identity_;
};

}  // namespace

bool write_pak(const std::string& path, const contents& files) {
  bytes directory(magic, magic + sizeof magic);
  put(directory, static_cast<std::uint32_t>(files.size()));
  std::uint64_t offset = directory.size();
  for (const auto& [name, file] : files) offset += sizeof(std::uint16_t) + name.size() + 4 * sizeof(std::uint64_t);
  std::vector<bytes> stored;
  for (const auto& [name, file] : files) {
    stored.push_back(file.size() <= pak::most_compressed ? compress(file) : file);
    if (stored.back().size() >= file.size()) stored.back() = file;
    put(directory, static_cast<std::uint16_t>(name.size()));
    directory.insert(directory.end(), name.begin(), name.end());
    put(directory, offset);
    put(directory, static_cast<std::uint64_t>(stored.back().size()));
    put(directory, static_cast<std::uint64_t>(file.size()));
    put(directory, identity_of(file));
    offset += stored.back().size();
  }
  std::FILE* const to = std::fopen(path.c_str(), "wb");
  if (!to) return false;
  bool is_written = write_all(to, directory);
  for (const auto& part : stored) is_written = is_written && write_all(to, part);
  return std::fclose(to) == 0 && is_written;
}

pak::~pak() {
  if (file_ >= 0) close(file_);
}

bool pak::open(const std::string& path) {
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bytes head(1 << 20);
  const ssize_t got = file_ < 0 ? -1 : pread(file_, head.data(), head.size(), 0);
  if (got < 8 || std::memcmp(head.data(), magic, sizeof magic) != 0) return false;
  const unsigned char* at = head.data() + sizeof magic;
  const unsigned char* const end = head.data() + got;
  std::uint32_t count = 0;
  if (!take(at, end, count)) return false;
  while (count-- > 0) {
    std::uint16_t length = 0;
    entry one{};
    if (!take(at, end, length) || static_cast<std::size_t>(end - at) < length) return false;
    std::string name(reinterpret_cast<const char*>(at), length);
    at += length;
    if (!take(at, end, one.offset) || !take(at, end, one.stored) || !take(at, end, one.size)) return false;
    if (!take(at, end, one.identity)) return false;
    entries_.emplace(std::move(name), one);
  }
  return true;
}

bool pak::read(std::uint64_t offset, void* to, std::size_t len) const noexcept {
  auto* place = static_cast<unsigned char*>(to);
  while (len > 0) {
    const ssize_t got = pread(file_, place, len, static_cast<off_t>(offset));
    if (got <= 0) return false;
    place += got;
    offset += static_cast<std::uint64_t>(got);
    len -= static_cast<std::size_t>(got);
  }
  return true;
}

void pak::will_read(std::uint64_t offset, std::uint64_t len) const noexcept {
  posix_fadvise(file_, static_cast<off_t>(offset), static_cast<off_t>(len), POSIX_FADV_WILLNEED);
}

wb::io_result pak_files::open(std::string_view name, wb::host_file*& file) {
  const auto paks = mounted();
  for (auto one = paks.rbegin(); one != paks.rend(); ++one) {
    const auto found = (*one)->entries().find(name);
    if (found == (*one)->entries().end()) continue;
    const pak::entry& entry = found->second;
    if (entry.stored == entry.size) {
      file = new (std::nothrow) stored_file(**one, entry);
      return wb::io_result::ok;
    }
    if (entry.size > pak::most_compressed || entry.stored > entry.size) return wb::io_result::failed;
    bytes stored(entry.stored), all;
    if (!(*one)->read(entry.offset, stored.data(), stored.size())) return wb::io_result::failed;
    if (!decompress(stored.data(), stored.size(), entry.size, all)) return wb::io_result::failed;
    file = new (std::nothrow) small_file(std::move(all), entry.identity);
    return wb::io_result::ok;
  }
  return wb::io_result::not_found;
}

wb::io_result pak_files::list(std::string_view folder, wb::folder_entries& entries) {
  std::string prefix(folder);
  if (!prefix.empty()) prefix += '/';
  std::map<std::string, std::uint64_t> files;
  for (const pak* one : mounted()) {
    for (auto at = one->entries().lower_bound(prefix); at != one->entries().end(); ++at) {
      const std::string_view name = at->first;
      if (name.substr(0, prefix.size()) != prefix) break;
      const std::string_view rest = name.substr(prefix.size());
      if (rest.find('/') == std::string_view::npos) files[std::string(rest)] = at->second.size;
    }
  }
  for (const auto& [name, size] : files) {
    const auto result = entries.add_file(name, size);
    if (result != wb::io_result::ok) return result;
  }
  return wb::io_result::ok;
}

}  // namespace engine
