// pattern.hpp: bytes that are cheap to make and easy to recognise.
#pragma once

#include <cstdint>
#include <vector>

namespace bench {

/// Pseudo-random, another sequence for each seed. Never zeros: untouched memory is zero too.
inline std::vector<std::uint64_t> pattern(std::size_t bytes, std::uint64_t seed) {
  std::vector<std::uint64_t> words(bytes / sizeof(std::uint64_t));
  std::uint64_t state = 0x9e3779b97f4a7c15 * (seed + 1);
  for (std::uint64_t& word : words) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    word = state;
  }
  return words;
}

}  // namespace bench
