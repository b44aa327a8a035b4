// wrapper_noexcept.cpp: weighbridge.hpp in a program without exceptions and RTTI (-fno-exceptions -fno-rtti).
//
//   wrapper_noexcept GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <string>

#include "check.h"

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "build this with -fno-exceptions -fno-rtti"
#endif

namespace wb = weighbridge;

static int lines;
static wb::flow never(const wb::progress&) { return wb::flow::proceed; }

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  const std::string llama = std::string(argv[1]) + "/tiny-llama";

  auto sink = [](wb::log_level, std::string_view, std::string_view) { lines++; };
  wb::context_options options;
  options.log_to(sink, wb::log_level::info);
  auto context = wb::context::create(options);
  REQUIRE(context);
  auto model = wb::model::open(llama, {&*context});
  REQUIRE(model);

  std::uint64_t bytes = 0;
  for (const wb::tensor_view& tensor : model->tensors()) bytes += tensor.bytes();
  CHECK(bytes > 0);
  CHECK(model->tensors()[0].as<std::uint16_t>() || model->tensors()[0].alignment() % 2 != 0);
  CHECK(model->verify());

  auto plan = model->plan();
  REQUIRE(plan);
  auto task = plan->start();
  REQUIRE(task);
  int calls = 0;
  CHECK(task->wait([&](const wb::progress&) { calls++; }));
  CHECK(calls > 0);
  const auto placement = task->finish();
  CHECK(placement && placement->size() == model->tensors().size());

  auto again = plan->start();
  REQUIRE(again);
  CHECK(again->wait(never));
  auto stopped = plan->start();
  REQUIRE(stopped);
  const auto result = stopped->wait([](const wb::progress&) { return wb::flow::stop; });
  CHECK(!result && result.error().code() == wb::status::cancelled);

  const auto missing = wb::model::open("no such model");
  CHECK(!missing && !missing.error().message().empty());
  return check_result();
}
