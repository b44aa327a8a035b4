// double_include.h: what the two files of double_include ask each other.
#ifndef WB_TEST_DOUBLE_INCLUDE_H
#define WB_TEST_DOUBLE_INCLUDE_H
#include <cstddef>
std::size_t tensors_seen_by_b(const char* path);
#endif
