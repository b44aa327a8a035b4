// header_cpp17.cpp: weighbridge.hpp is clean under the strictest warnings of hosts that include it with -I. Here are the
// templates that only their use compiles.
#include <weighbridge.hpp>

#include <chrono>
#include <memory>

namespace wb = weighbridge;

static wb::flow proceed(const wb::progress&) { return wb::flow::proceed; }

int main(int argc, char** argv) {
  auto sink = [](wb::log_level, std::string_view, std::string_view) {};
  wb::context_options host;
  host.log_to(sink, wb::log_level::debug);
  const auto context = wb::context::create(host);
  if (!context) return 1;
  const auto model = wb::model::open(argv[argc - 1], {&*context}, proceed);
  if (!model || !model->verify({}, proceed) || !model->check({}, proceed)) return 1;
  auto memory = std::make_unique<std::byte[]>(8);
  const wb::span<const std::byte> bytes(memory.get(), 8);
  if (wb::model::open_memory(bytes, std::move(memory))) return 1;

  const wb::glob include[] = {"*"};
  const wb::slice slices[] = {{"*", 0, 0, 1}};
  const wb::cast casts[] = {{"*", WB_F32, WB_F16}};
  wb::plan_options options;
  options.include = include;
  options.slices = slices;
  options.casts = casts;
  const auto plan = model->plan(options);
  if (!plan) return 1;
  auto task = plan->start();
  if (!task || !task->step(std::chrono::milliseconds(1)) || !task->wait(proceed)) return 1;
  const auto placement = task->finish();
  if (!placement) return 1;
  std::size_t count = 0;
  for (const auto& placed : *placement) count += placed.shape.size();
  for (const auto& tensor : model->tensors()) count += tensor.as<float>() ? 1U : 0U;
  for (const auto& graph : model->graphs())
    for (const auto& node : graph.nodes())
      for (const auto& attribute : node.attributes()) count += attribute.graphs().size() + attribute.strings().size();
  const wb::error copy = model->find("x") ? wb::error() : model->find("x").error();
  return count > 0 && copy.code() == wb::status::not_found ? 0 : 1;
}
