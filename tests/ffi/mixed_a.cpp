// mixed_a.cpp and mixed_b.cpp: weighbridge.hpp in two files of one program, twice in each. The two may be compiled for different
// versions of C++, with and without exceptions, and pass handles, views, results and classes of the host to each other. This one has
// exceptions.
//
//   mixed GOLDEN SCRATCH
#include <weighbridge.hpp>
#include <weighbridge.hpp>

#include <new>
#include <string>

#include "check.h"
#include "mixed.h"

namespace {

namespace wb = weighbridge;

// Says by an exception that there is no memory, which only a file with exceptions can catch.
class throwing_memory : public bounded_memory {
 public:
  using bounded_memory::bounded_memory;
  void* allocate(std::size_t bytes, std::size_t alignment) override {
    void* const start = take(bytes, alignment);
    if (!start) throw std::bad_alloc();
    return start;
  }
};

void test_results_cross(const std::string& path) {
  const auto placed = load_in_b(path);
  REQUIRE(placed);
  const auto model = wb::model::open(path);
  REQUIRE(model);
  CHECK(placed->size() == model->tensors().size() && placed->size() > 0);
  for (const auto& tensor : *placed) {
    const auto seen = find_in_b(*placed, tensor.name);
    REQUIRE(seen);
    CHECK(seen->data == tensor.data);
    std::uint64_t sum = 0;
    for (const std::byte byte : tensor.host_bytes()) sum += static_cast<std::uint64_t>(byte);
    CHECK(sum_in_b(tensor.host_bytes()) == sum);
  }
  const auto none = find_in_b(*placed, "no such tensor");
  CHECK(!none && none.error().code() == wb::status::not_found);
  CHECK(load_in_b(path + ".none").error().code() == wb::status::not_found);
}

void test_exceptions_are_caught_here(const std::string& path) {
  throwing_memory memory(1);
  wb::context_options options;
  options.memory = &memory;
  const auto context = wb::context::create(options);
  REQUIRE(context);
  const auto refused = wb::model::open(path, {&*context}).and_then([](wb::model model) { return model.load(); });
  CHECK(!refused && refused.error().code() == wb::status::out_of_memory);

  bool is_caught = false;
  try {
    (void)wb::model::open(path, {}, [](const wb::progress&) { throw 7; });
  } catch (int thrown) {
    is_caught = thrown == 7;
  }
  CHECK(is_caught);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  const std::string path = std::string(argv[1]) + "/dtypes.safetensors";
  test_results_cross(path);
  test_exceptions_are_caught_here(path);
  return check_result();
}
