// See double_include_a.cpp.
#include <weighbridge.hpp>
#include <weighbridge.hpp>

#include "double_include.h"

std::size_t tensors_seen_by_b(const char* path) {
  const auto model = weighbridge::model::open(path);
  return model ? model->tensors().size() : 0;
}
