/* checksum.c: see checksum.h. */
#include "checksum.h"

#include <string.h>

static const uint64_t factor = 0x9E3779B97F4A7C15u;

static uint64_t mix(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * factor;
  return sum ^ sum >> 29;
}

/* Four sums side by side, which the processor computes at once. */
uint64_t checksum(uint64_t before, const unsigned char *bytes, size_t size) {
  enum { LANES = 4 };
  uint64_t sums[LANES] = {before, size, factor, ~before}, words[LANES];
  for (; size >= sizeof words; bytes += sizeof words, size -= sizeof words) {
    memcpy(words, bytes, sizeof words);
    for (int lane = 0; lane < LANES; lane++) {
      sums[lane] = mix(sums[lane], words[lane]);
    }
  }
  memset(words, 0, sizeof words);
  memcpy(words, bytes, size);
  uint64_t sum = before;
  for (int lane = 0; lane < LANES; lane++) {
    sum = mix(mix(sum, sums[lane]), words[lane]);
  }
  return sum;
}
