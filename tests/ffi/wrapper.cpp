// wrapper.cpp: weighbridge.hpp in full, exceptions on.
//
//   wrapper GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#if __cplusplus >= 202002L
#include <ranges>
#endif

#include "check.h"
#include "files.h"

namespace wb = weighbridge;
using namespace std::chrono_literals;

namespace {

std::string llama;
std::string dtypes;
std::string scratch;

wb::model open(const std::string& path, wb::policy verify = wb::policy::if_present) {
  wb::open_options options;
  options.verify = verify;
  auto opened = wb::model::open(path, options);
  REQUIRE(opened);
  return *std::move(opened);
}

// ---- types ----

template <class Handle>
constexpr bool moves_only = sizeof(Handle) == sizeof(void*) && std::is_nothrow_default_constructible_v<Handle> &&
                            std::is_nothrow_move_constructible_v<Handle> &&
                            std::is_nothrow_move_assignable_v<Handle> && !std::is_copy_constructible_v<Handle> &&
                            !std::is_copy_assignable_v<Handle> && !std::is_polymorphic_v<Handle>;
static_assert(moves_only<wb::context> && moves_only<wb::model> && moves_only<wb::buffer> &&
              moves_only<wb::report> && moves_only<wb::plan> && moves_only<wb::task> && moves_only<wb::placement> &&
              moves_only<wb::cancel_handle> && moves_only<wb::cuda_devices>);
static_assert(!std::is_convertible_v<wb_model*, wb::model> && !std::is_convertible_v<wb::model, bool>);
static_assert(std::is_nothrow_move_constructible_v<wb::error> && std::is_nothrow_copy_constructible_v<wb::error>);
static_assert(std::is_copy_constructible_v<wb::exception>);
static_assert(std::is_trivially_copyable_v<wb::tensor_view> && std::is_trivially_copyable_v<wb::placed_tensor>);
using tensor_iterator = decltype(std::declval<const wb::model&>().tensors().begin());
static_assert(std::is_default_constructible_v<tensor_iterator> && std::is_copy_assignable_v<tensor_iterator>);
#if __cplusplus >= 202002L
static_assert(std::forward_iterator<tensor_iterator>);
#endif

bool equal(wb::span<const std::byte> a, wb::span<const std::byte> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

void spans() {
  int array[] = {1, 2, 3};
  const std::array<int, 2> constant{4, 5};
  std::vector<int> vector{6};
  const wb::span<int> a(array);
  const wb::span<const int> b = a;
  const wb::span<const int> c(constant);
  const wb::span<int> d = vector;
  CHECK(a.size() == 3 && b.data() == array && b.size_bytes() == 3 * sizeof(int));
  CHECK(c[1] == 5 && d[0] == 6);
  CHECK(wb::span<int>().empty() && wb::span<int>().data() == nullptr);
  CHECK(a.first(2).size() == 2 && a.subspan(1, 2)[0] == 2);
  int sum = 0;
  for (const int value : b) sum += value;
  CHECK(sum == 6);
}

// ---- library, errors, handles ----

void library() {
  CHECK(!wb::version().empty());
  CHECK(wb::abi_compatible());
  const wb::build_info build = wb::build();
  CHECK(build.version == wb::version() && build.features.find("safetensors") != std::string_view::npos);
  CHECK(!build.target.empty() && !build.profile.empty() && build.compiler.find("rustc") == 0);
  CHECK(wb::has_feature("safetensors") && !wb::has_feature("no such feature") && !wb::has_feature({}));
  CHECK(!wb::status_name(wb::status::mismatch).empty());
  CHECK(wb::status_name(wb::status::ok) != wb::status_name(wb::status::io));
}

void errors() {
  const wb::error nothing;
  CHECK(nothing.code() == wb::status::ok && !nothing.offset() && nothing.path().empty());
  const wb::error code_only(wb::status::not_found);
  CHECK(code_only.message() == wb::status_name(wb::status::not_found));
  CHECK(code_only.os_code() == 0 && code_only.subject().empty());

  auto missing = wb::model::open(scratch + "/no such model");
  REQUIRE(!missing);
  CHECK(!missing.has_value());
  wb::error error = std::move(missing).error();
  CHECK(error.code() == wb::status::not_found || error.code() == wb::status::io);
  CHECK(!error.message().empty() && error.path().find("no such model") != std::string_view::npos);
  CHECK(error.get() != nullptr);
  const std::string message(error.message());
  const wb::error copied = error;  // the same object
  CHECK(copied.get() == error.get());
  wb::error moved = std::move(error);
  CHECK(moved.message() == message && moved.message().data()[message.size()] == 0);
  CHECK(error.message().size() > 0);  // moved from: the code is still there, and nothing dangles
  wb_error* raw = moved.release();
  CHECK(wb_error_code(raw) == static_cast<wb_status>(moved.code()));
  wb_error_release(raw);
  CHECK(copied.message() == message);
  error = copied;
  CHECK(error.message() == message && error.path() == copied.path());
}

void handles() {
  wb::model empty;
  CHECK(!empty && empty.get() == nullptr);
  CHECK(empty.tensors().empty() && empty.files().empty() && empty.metadata().empty() && empty.assets().empty());
  CHECK(empty.format().empty() && !empty.find("x") && !empty.load() && !empty.plan() && !empty.verify());
  CHECK(empty.tensors()[5].name().empty() && empty.tensors()[5].shape().empty() && !empty.tensors()[5].data());
  CHECK(empty.tensors()[5].elements() == 0);
  CHECK(!empty.retain());
  CHECK(wb::buffer().bytes().empty() && wb::report().size() == 0 && wb::placement().size() == 0);
  CHECK(!wb::plan().start() && !wb::plan().info() && !wb::placement().report());
  wb::task idle;
  idle.cancel();
  CHECK(!idle.step(1ms) && !idle.wait() && !idle.finish());
  CHECK(idle.poll() == wb::status::invalid_argument);

  wb::model a = open(dtypes);
  wb_model* raw = a.get();
  wb::model b = std::move(a);
  CHECK(!a && b.get() == raw);
  a = std::move(b);
  CHECK(!b && a.get() == raw);
  wb::model& self = a;
  a = std::move(self);
  CHECK(a.get() == raw);
  b = a.retain();
  a.reset();
  CHECK(b.tensors().size() > 0);
  wb::model adopted(b.release());
  CHECK(!b && adopted.tensors().size() > 0);
  adopted = open(llama);  // lets go of the other
  CHECK(adopted.files().size() == 4);
}

void sugar() {
  const wb::model model = wb::model::open(dtypes).value();
  CHECK(model.tensors().size() > 0);
  std::array<std::byte, 1> byte;
  const wb::tensor_view tensor = model.tensors()[0];
  tensor.read(0, wb::span<std::byte>(byte).first(0)).value();
  bool caught = false;
  try {
    (void)wb::model::open(scratch + "/no such model").value();
  } catch (const wb::exception& e) {
    const wb::exception copy = e;
    CHECK(copy.what() == std::string(copy.error().message()) && copy.code() == copy.error().code());
    caught = std::strlen(copy.what()) > 0;
  }
  CHECK(caught);
  caught = false;
  try {
    tensor.read(UINT64_MAX, byte).value();
  } catch (const std::exception& why) {
    caught = std::strlen(why.what()) > 0;
  }
  CHECK(caught);
}

// ---- open ----

struct counted {
  std::vector<std::byte> bytes;
  int* destroyed;
  counted(std::vector<std::byte> from, int* count) : bytes(std::move(from)), destroyed(count) {}
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { ++*destroyed; }
};

void ways_to_open() {
  wb::open_options options;
  options.flags = wb::open_read;
  options.format = "safetensors";
  options.max_tensors = 1 << 20;
  options.max_header_bytes = 1 << 20;
  const auto plain = wb::model::open(dtypes, options);
  REQUIRE(plain);
  CHECK(plain->format() == "safetensors");
  CHECK(!plain->changed());
  const auto data = plain->tensors()[0].data();
  CHECK(!data && data.error().code() == wb::status::not_mapped);
  CHECK(!plain->tensors()[0].as<std::uint8_t>());
  options.max_tensors = 1;
  const auto limited = wb::model::open(dtypes, options);
  CHECK(!limited && limited.error().code() == wb::status::limit);

  ::bytes file = read_file(dtypes.c_str());
  const wb::span<const std::byte> borrowed(reinterpret_cast<const std::byte*>(file.data), file.len);
  {
    const auto model = wb::model::open_memory(borrowed);
    REQUIRE(model);
    CHECK(model->tensors().size() == plain->tensors().size());
  }
  int destroyed = 0;
  auto owner = std::make_unique<counted>(std::vector<std::byte>(borrowed.begin(), borrowed.end()), &destroyed);
  const wb::span<const std::byte> owned = owner->bytes;
  auto model = wb::model::open_memory(owned, std::move(owner));
  REQUIRE(model);
  auto buffer = model->tensors()[0].buffer();
  CHECK(buffer);
  *model = wb::model();
  CHECK(destroyed == 0);
  *buffer = wb::buffer();
  CHECK(destroyed == 1);

  auto useless = std::make_unique<counted>(std::vector<std::byte>(4), &destroyed);
  const wb::span<const std::byte> four = useless->bytes;
  CHECK(!wb::model::open_memory(four, std::move(useless)));
  CHECK(destroyed == 2);
  free(file.data);
}

void contexts() {
  int lines = 0;
  auto sink = [&](wb::log_level, std::string_view, std::string_view message) {
    lines++;
    if (!message.empty()) throw std::runtime_error("not the library's business");
  };
  wb::context_options options;
  options.log_to(sink, wb::log_level::debug);
  auto context = wb::context::create(options);
  REQUIRE(context);
  const auto model = wb::model::open(llama, {&*context});
  REQUIRE(model);
  CHECK(context->retain().get() == context->get());
  context->reset();
  CHECK(model->load());
  CHECK(wb::context::create());
  // The trampoline, whether or not the library has something to say.
  lines = 0;
  options.log(options.log_user_data, 1, "test", 4, "line", 4);
  CHECK(lines == 1);
}

// ---- what is in a model ----

void contents() {
  const wb::model model = open(llama);
  CHECK(model.files().size() == 4);
  for (const wb::file_view& file : model.files()) CHECK(!file.path.empty() && file.bytes > 0);
  std::size_t known = 0;
  for (const wb::asset_view& asset : model.assets()) {
    const auto buffer = asset.buffer();
    CHECK(buffer && buffer->bytes().size() == asset.bytes());
    known += asset.name() == "config.json" || asset.name() == "tokenizer.json";
  }
  CHECK(known == 2);
  CHECK(model.notes().empty() && model.unindexed().empty());
  const auto config = model.find_asset("config.json");
  CHECK(config && config->name() == "config.json" && !model.find_asset("config"));
  for (const wb::metadata_entry& entry : model.metadata()) {
    CHECK(entry.type == wb::metadata_type::text && entry.len == entry.text.size());
    const auto found = model.find_metadata(entry.key);
    CHECK(found && found->text.data() == entry.text.data());
  }
  CHECK(!model.metadata().empty() && !model.find_metadata("no such key"));

  const auto tensors = model.tensors();
  std::size_t seen = 0;
  for (const wb::tensor_view& tensor : tensors) {
    CHECK(tensor.index() == seen++);
    CHECK(!tensor.name().empty() && !tensor.dtype_name().empty() && tensor.file() < 4 && tensor.offset());
    CHECK(tensor.dtype_name() == "BF16" && tensor.bytes() == 2 * tensor.elements());
    CHECK(tensor.strides().empty() || tensor.strides().size() == tensor.shape().size());
    const auto data = tensor.data();
    REQUIRE(data);
    CHECK(data->size() == tensor.bytes());
    std::vector<std::byte> copy(data->size());
    CHECK(tensor.read(0, copy) && equal(*data, copy));
    const auto bits = tensor.as<std::uint16_t>();
    CHECK(bits ? bits->size() == tensor.elements() : tensor.alignment() % 2 != 0);
    CHECK(!tensor.as<float>() && !tensor.as<std::uint8_t>());
    CHECK(tensor.as<float>().error().message().find("as<T>") == 0);
    const auto found = model.find(tensor.name());
    CHECK(found && found->index() == tensor.index() && found->dtype() == tensor.dtype());
  }
  CHECK(seen == tensors.size());
  const auto missing = model.find("no such tensor");
  CHECK(!missing && missing.error().code() == wb::status::not_found && missing.error().get() == nullptr);
  CHECK(missing.error().message() == "the model has no tensor with this name");

  const auto largest = std::max_element(
      tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.bytes() < b.bytes(); });
  CHECK(largest != tensors.end() && largest->bytes() > 0);
  auto next = tensors.begin();
  CHECK((*next++).index() == 0 && next->index() == 1 && (++next)->index() == 2);
  CHECK(next == std::next(tensors.begin(), 2));
}

// ---- progress and cancelling ----

void control() {
  const auto context = wb::context::create();
  const auto cancel = wb::cancel_handle::create();
  REQUIRE(context && cancel);
  int calls = 0;
  const auto count = [&](const wb::progress&) { calls++; };
  const auto opened = wb::model::open(llama, {&*context}, count);
  REQUIRE(opened);
  CHECK(calls > 0);
  calls = 0;
  CHECK(opened->verify({}, count));
  CHECK(calls > 1);
  const auto refuse = [](const wb::progress&) { return wb::flow::stop; };
  CHECK(wb::model::open(llama, {&*context}, refuse).error().code() == wb::status::cancelled);
  CHECK(opened->verify({}, refuse).error.code() == wb::status::cancelled);

  wb::open_options options;
  options.cancel = cancel->get();
  wb::check_options checks;
  checks.cancel = cancel->get();
  wb::plan_options plan;
  plan.cancel = cancel->get();
  CHECK(wb::model::open(llama, options) && opened->check(checks) && opened->load(plan) && opened->verify({cancel->get()}));
  cancel->retain().set();
  CHECK(wb::model::open(llama, options).error().code() == wb::status::cancelled);
  CHECK(opened->check(checks).error().code() == wb::status::cancelled);
  CHECK(opened->load(plan).error().code() == wb::status::cancelled);
  CHECK(opened->verify({cancel->get()}).error.code() == wb::status::cancelled);

  bool caught = false;
  try {
    (void)wb::model::open(llama, {&*context}, [](const wb::progress&) { throw std::string("mine"); });
  } catch (const std::string& thrown) {
    caught = thrown == "mine";
  }
  CHECK(caught);
}

void layouts() {
  const wb::dtype_info blocks = wb::dtype_info::of(WB_Q4_K);
  CHECK(blocks.bits == 0 && blocks.block_elements == 256 && blocks.block_bytes == 144);
  CHECK(wb::dtype_info::of(WB_F32).bits == 32 && wb::dtype_info::of(0).block_bytes == 0);
}

void typed() {
  const wb::model model = open(dtypes);
  std::size_t floats = 0;
  for (const wb::tensor_view& tensor : model.tensors()) {
    const auto values = tensor.as<float>();
    if (values) {
      CHECK(tensor.dtype_name() == "F32" && values->size() == tensor.elements());
      CHECK(reinterpret_cast<std::uintptr_t>(values->data()) % alignof(float) == 0);
      floats++;
    } else if (tensor.dtype_name() == "F32") {
      CHECK(tensor.alignment() % alignof(float) != 0);
    }
  }
  CHECK(floats > 0);
}

// ---- load and verify ----

void loads() {
  const wb::model model = open(llama);
  const auto all = model.load();
  REQUIRE(all);
  CHECK(all->size() == model.tensors().size());
  for (const wb::placed_tensor& placed : *all) {
    CHECK(reinterpret_cast<std::uintptr_t>(placed.data) % 64 == 0 && placed.device_address == 0);
    CHECK(equal(placed.host_bytes(), *model.tensors()[placed.tensor].data()));
  }
  CHECK((*all)[all->size()].data == nullptr && (*all)[0].data != nullptr);
  const std::string name(model.tensors()[0].name());
  const auto found = all->find(name);
  CHECK(found && found->tensor == 0);
  const auto missing = all->find("no such tensor");
  CHECK(!missing && missing.error().code() == wb::status::not_found);
  const auto report = all->report();
  CHECK(report && report->size() >= 4);

  wb::plan_options options;
  const wb::glob one[] = {name.c_str()}, every[] = {"*"};
  options.include = one;
  CHECK(model.load(options)->size() == 1);
  options.include = every;
  options.alignment = 4096;
  const auto aligned = model.load(options);
  REQUIRE(aligned);
  CHECK(aligned->size() == all->size() && reinterpret_cast<std::uintptr_t>((*aligned)[0].data) % 4096 == 0);
  options = {};
  const std::vector<std::size_t> two = {2, 0}, beyond = {SIZE_MAX};
  options.tensors = two;
  CHECK(model.load(options)->size() == 2);
  options.tensors = beyond;
  CHECK(!model.load(options) && !model.plan(options));
  options = {};
  options.target = wb::target::view;
  wb::placement view;
  {
    auto loaded = open(llama).load(options);
    REQUIRE(loaded);
    view = loaded->retain();
  }
  CHECK(equal(view.find(name)->host_bytes(), *model.tensors()[0].data()));
}

void tasks() {
  const wb::model model = open(llama);
  const auto plan = model.plan();
  REQUIRE(plan);
  const auto info = plan->info();
  CHECK(info && info->tensors == model.tensors().size() && info->target_bytes >= info->payload_bytes);

  auto stepped = plan->start();
  REQUIRE(stepped);
  CHECK(!stepped->finish());
  wb::progress now;
  CHECK(stepped->poll(&now) == wb::status::pending && now.done_bytes == 0);
  std::size_t steps = 0;
  for (wb::status status = wb::status::pending; status != wb::status::ok && steps < 1000000; steps++) {
    const auto step = stepped->step(1us, &now);
    REQUIRE(step);
    status = *step;
  }
  CHECK(now.done_bytes == now.total_bytes && now.done_tensors == info->tensors);
  CHECK(now.fraction() > 0.999 && now.fraction() < 1.001);
  CHECK(stepped->step(-5ms));  // no less than nothing
  CHECK(stepped->finish());

  int calls = 0;
  auto counted = plan->start();
  CHECK(counted->wait([&](const wb::progress& p) { calls += p.total_bytes > 0; }));
  CHECK(calls > 0);
  CHECK(counted->finish());

  auto stopped = plan->start();
  auto result = stopped->wait([](const wb::progress&) { return wb::flow::stop; });
  CHECK(!result && result.error().code() == wb::status::cancelled);
  auto proceeding = plan->start();
  CHECK(proceeding->wait([](const wb::progress&) { return wb::flow::proceed; }));

  auto thrower = plan->start();
  bool caught = false;
  try {
    (void)thrower->wait([](const wb::progress&) { throw std::string("mine"); });
  } catch (const std::string& thrown) {
    caught = thrown == "mine";
  }
  CHECK(caught);
  CHECK(thrower->poll() == wb::status::cancelled);

  auto cancelled = plan->start();
  cancelled->cancel();
  CHECK(!cancelled->wait() && !cancelled->finish());
}

void verifies() {
  const wb::model good = open(llama, wb::policy::required);
  const wb::tensor_view first = good.tensors()[0];
  const auto early = first.data();
  CHECK(!early && early.error().code() == wb::status::unverified);
  const wb::verification fine = good.verify();
  CHECK(fine && fine.error.code() == wb::status::ok);
  std::size_t matches = 0;
  for (const wb::report_line& check : fine.report) {
    CHECK(!check.subject.empty() && check.anchor == wb::anchor::beside_the_weights);
    matches += check.outcome == wb::outcome::match && check.expected == check.actual;
  }
  CHECK(matches >= 4);
  CHECK(first.data());

  char damaged[PATH_SIZE], name[PATH_SIZE], path[PATH_SIZE];
  const std::string_view file = good.files()[first.file()].path;
  fresh_dir(damaged, scratch.c_str(), "wrapper-damaged", llama.c_str());
  damage_file(join(path, damaged, base_name(name, file.data(), file.size())), *first.offset());
  const wb::verification bad = open(damaged).verify();
  CHECK(!bad && bad.error.code() == wb::status::mismatch && !bad.error.message().empty());
  const auto check = std::find_if(bad.report.begin(), bad.report.end(),
                                  [](const wb::report_line& c) { return c.outcome == wb::outcome::mismatch; });
  REQUIRE(check != bad.report.end());
  CHECK(!check->expected.empty() && !check->actual.empty() && check->expected != check->actual);
  CHECK(bad.report[bad.report.size()].subject.empty());
  const auto refused = open(damaged).load();
  CHECK(!refused && refused.error().code() == wb::status::mismatch);

  ::bytes sums = read_file(join(path, llama.c_str(), "SHA256SUMS"));
  wb::open_options options;
  options.verify = wb::policy::required;
  options.manifest = wb::span<const std::byte>(reinterpret_cast<const std::byte*>(sums.data), sums.len);
  const auto anchored = wb::model::open(llama, options);
  REQUIRE(anchored);
  const wb::verification trusted = anchored->verify();
  CHECK(trusted && trusted.report.size() >= 4 && trusted.report[0].anchor == wb::anchor::caller);
  free(sums.data);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  llama = std::string(argv[1]) + "/tiny-llama";
  dtypes = std::string(argv[1]) + "/dtypes.safetensors";
  scratch = argv[2];
  spans();
  library();
  errors();
  handles();
  sugar();
  ways_to_open();
  contexts();
  contents();
  typed();
  loads();
  tasks();
  verifies();
  control();
  layouts();
  return check_result();
}
