// double_include_a.cpp and double_include_b.cpp: weighbridge.hpp in two files of one program, twice in each. The two
// may be compiled for different standards, with and without exceptions, and still link and agree.
//
//   double_include GOLDEN SCRATCH
#include <weighbridge.hpp>
#include <weighbridge.hpp>

#include <string>

#include "check.h"
#include "double_include.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  const std::string path = std::string(argv[1]) + "/dtypes.safetensors";
  const auto model = weighbridge::model::open(path);
  REQUIRE(model);
  CHECK(model->tensors().size() > 0);
  CHECK(model->tensors().size() == tensors_seen_by_b(path.c_str()));
  return check_result();
}
