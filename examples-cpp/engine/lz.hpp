// A small compression for small files: matches of what was written before, in a window of 4,096 bytes.
//
// A byte of flags, lowest bit first, stands before eight items: 1 for a literal byte, 0 for a match of two bytes, 12 bits of
// distance and 4 bits of length.
#ifndef ENGINE_LZ_HPP
#define ENGINE_LZ_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace engine {

using bytes = std::vector<unsigned char>;

constexpr std::size_t lz_window = 4095, lz_shortest = 3, lz_longest = lz_shortest + 15;

inline bytes compress(const bytes& from) {
  bytes to;
  std::size_t flags = 0, item = 8;
  for (std::size_t at = 0; at < from.size();) {
    if (item == 8) {
      flags = to.size();
      to.push_back(0);
      item = 0;
    }
    std::size_t best = 0, distance = 0;
    for (std::size_t back = 1; back <= lz_window && back <= at && best < lz_longest; back++) {
      std::size_t length = 0;
      while (length < lz_longest && at + length < from.size() && from[at + length] == from[at + length - back]) length++;
      if (length > best) best = length, distance = back;
    }
    if (best < lz_shortest) {
      to[flags] = static_cast<unsigned char>(to[flags] | 1u << item);
      to.push_back(from[at++]);
    } else {
      const std::size_t code = distance << 4 | (best - lz_shortest);
      to.push_back(static_cast<unsigned char>(code >> 8));
      to.push_back(static_cast<unsigned char>(code));
      at += best;
    }
    item++;
  }
  return to;
}

// False if the bytes are not what compress() has made of `size` bytes.
inline bool decompress(const unsigned char* from, std::size_t len, std::size_t size, bytes& to) {
  std::size_t at = 0, item = 8;
  unsigned flags = 0;
  to.clear();
  to.reserve(size);
  while (to.size() < size) {
    if (item == 8) {
      if (at == len) return false;
      flags = from[at++];
      item = 0;
    }
    if (flags >> item++ & 1u) {
      if (at == len) return false;
      to.push_back(from[at++]);
      continue;
    }
    if (len - at < 2) return false;
    const std::size_t code = static_cast<std::size_t>(from[at]) << 8 | from[at + 1];
    const std::size_t distance = code >> 4, length = (code & 15) + lz_shortest;
    at += 2;
    if (distance == 0 || distance > to.size() || length > size - to.size()) return false;
    for (std::size_t i = 0; i < length; i++) to.push_back(to[to.size() - distance]);
  }
  return at == len;
}

}  // namespace engine

#endif
