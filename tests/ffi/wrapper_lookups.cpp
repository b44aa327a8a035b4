// wrapper_lookups.cpp: lookups and walks of weighbridge.hpp allocate nothing, whether they find something or not. What the library
// allocates for them is counted by tests/lookups.rs.
//
//   wrapper_lookups GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "check.h"

static std::atomic<int> allocations{0};

void* operator new(std::size_t bytes) {
  allocations++;
  void* const block = std::malloc(bytes);
  REQUIRE(block != nullptr);
  return block;
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace wb = weighbridge;

namespace {

/// What the call allocates.
template <class Call>
int allocations_of(Call call) {
  const int before = allocations;
  call();
  return allocations - before;
}

wb::model open(const std::string& path) {
  auto model = wb::model::open(path);
  REQUIRE(model);
  return std::move(*model);
}

void weights(const std::string& path) {
  const wb::model model = open(path);
  const auto placement = model.load();
  REQUIRE(placement);
  CHECK(allocations_of([&] {
          CHECK(model.find("model.norm.weight") && model.find_metadata("format") && model.find_asset("config.json"));
          CHECK(!model.find("none") && !model.find_metadata("none") && !model.find_asset("none"));
          CHECK(placement->find("model.norm.weight") && !placement->find("none") && !placement->find("none", 0));
        }) == 0);
  CHECK(allocations_of([&] {
          const wb::error missing = model.find("none").error();
          const wb::error copy = missing;
          CHECK(copy.code() == wb::status::not_found && !copy.message().empty());
        }) == 0);
  CHECK(allocations_of([&] {
          std::size_t bytes = 0;
          for (const wb::tensor_view& tensor : model.tensors()) bytes += tensor.data()->size() + tensor.name().size();
          for (const wb::placed_tensor& placed : *placement) bytes += placed.host_bytes().size();
          for (const auto& entry : model.metadata()) bytes += entry.key.size();
          CHECK(bytes > 0 && model.tensors()[SIZE_MAX].name().empty() && (*placement)[SIZE_MAX].bytes == 0);
        }) == 0);
}

std::size_t walk(const wb::graph_view& graph) {
  std::size_t seen = 0;
  for (const wb::value_view& value : graph.values()) seen += value.name().size() + value.type().dims().size();
  for (const wb::node_view& node : graph.nodes()) {
    for (const wb::value_view& input : node.inputs()) seen += input.name().size();
    for (const wb::attribute_view& attribute : node.attributes())
      for (const wb::graph_view& inner : attribute.graphs()) seen += walk(inner);
    seen += node.attribute("none") ? 1 : 0;
  }
  return seen + (graph.find("none") ? 1 : 0);
}

void graphs(const std::string& path) {
  const wb::model model = open(path);
  CHECK(allocations_of([&] { CHECK(walk(model.main_graph()) > 0); }) == 0);
}

}  // namespace

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  weights(std::string(argv[1]) + "/tiny-llama");
  graphs(std::string(argv[1]) + "/../onnx/golden/made/loop-if.onnx");
  CHECK(allocations > 0);  // those of the paths are counted
  return check_result();
}
