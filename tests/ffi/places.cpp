// places.cpp: weighbridge.hpp on where files are and what was verified: links, the memo, what a verification covers, and the notes
// of a plan.
//
//   places GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include "check.h"
#include "files.h"

namespace wb = weighbridge;

namespace {

std::string golden, scratch;

std::string folder(const char* name, const char* from) {
  char out[PATH_SIZE];
  return fresh_dir(out, scratch.c_str(), name, from);
}

void write(const std::string& path, const std::string& text) { write_file(path.c_str(), text.data(), text.size()); }

/// A safetensors file of these tensors, each of four bytes: F8 of four elements, or F32 of one.
std::string weights(const char* narrow, const char* wide) {
  std::string header = std::string("{\"") + narrow + "\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]},\"" +
                       wide + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string file(8, '\0');
  const auto len = static_cast<std::uint64_t>(header.size());
  std::memcpy(&file[0], &len, 8);
  return file + header + std::string(8, '\1');
}

// ---- links ----

void links_lead_where_the_caller_permits() {
  const std::string cache = folder("cache", nullptr), model = folder("linked", nullptr);
  write(cache + "/blob", weights("a", "b"));
  REQUIRE(symlink((cache + "/blob").c_str(), (model + "/model-00002-of-00002.safetensors").c_str()) == 0);
  write(model + "/model-00001-of-00002.safetensors", weights("c", "d"));

  const auto refused = wb::model::open(model);
  CHECK(!refused && refused.error().code() == wb::status::format);
  wb::open_options options;
  const wb::directory_path roots[] = {std::string_view(cache)};
  options.link_roots = roots;
  const auto opened = wb::model::open(model, options);
  REQUIRE(opened);
  CHECK(opened->tensors().size() == 4);
  const wb::directory_path gone[] = {"/no/such/directory"};
  options.link_roots = gone;
  CHECK(wb::model::open(model, options).error().code() == wb::status::not_found);
  const wb::directory_path empty[] = {""};
  options.link_roots = empty;
  CHECK(wb::model::open(model, options).error().code() == wb::status::invalid_argument);
}

// ---- what was verified ----

/// How many lines of a report of files rest on the memo.
std::size_t remembered(const wb::report& report) {
  std::size_t count = 0;
  for (const auto line : report) count += line.source == "memo" && !line.reason.empty();
  return count;
}

/// The SHA-256 of a file, by asking for a wrong one.
std::string sums_of(const std::string& path, const char* name) {
  wb::open_options options;
  const std::string wrong = std::string(64, '0') + "  " + name + "\n";
  options.manifest = wb::span<const std::byte>(reinterpret_cast<const std::byte*>(wrong.data()), wrong.size());
  const auto model = wb::model::open(path, options);
  REQUIRE(model);
  const auto verified = model->verify();
  CHECK(verified.error.code() == wb::status::mismatch);
  for (const auto line : verified.report)
    if (line.subject == name && !line.actual.empty()) return std::string(line.actual) + "  " + name + "\n";
  const bool has_line = false;
  REQUIRE(has_line);
  return "";
}

void verified_files_are_remembered() {
  const std::string path = folder("remembered", nullptr), memo = scratch + "/memo.json";
  write(path + "/model.safetensors", weights("a", "b"));
  write(path + "/SHA256SUMS", sums_of(path, "model.safetensors"));
  unlink(memo.c_str());
  std::this_thread::sleep_for(std::chrono::milliseconds(150));  // longer than a tick of the clock of files

  wb::open_options options;
  options.memo = memo;
  for (const bool is_second : {false, true}) {
    const auto model = wb::model::open(path, options);
    REQUIRE(model);
    const auto verified = model->verify();
    CHECK(verified && (remembered(verified.report) > 0) == is_second);
  }
  options.verify = wb::policy::required;
  for (const bool covers : {false, true}) {
    options.flags = covers ? wb::open_memo_covers : 0;
    const auto model = wb::model::open(path, options);
    REQUIRE(model);
    const auto verified = model->verify();
    CHECK(verified && (remembered(verified.report) > 0) == covers);
  }
  const std::string other = path + "/model.safetensors";
  options.memo = other;
  CHECK(wb::model::open(path, options).error().code() == wb::status::format);
}

void verifications_cover_what_they_are_told_to() {
  const std::string path = folder("covered", nullptr);
  write(path + "/model.safetensors", weights("a", "b"));
  write(path + "/config.json", "{}");
  write(path + "/SHA256SUMS", sums_of(path, "model.safetensors") + std::string(64, '1') + "  gone\n");
  const auto model = wb::model::open(path);
  REQUIRE(model);
  CHECK(model->verify().error.code() == wb::status::mismatch);
  wb::verify_options options;
  options.ignore_missing = true;
  CHECK(model->verify(options));
  options.refuse_extra = true;
  CHECK(model->verify(options).error.code() == wb::status::unverified);
  options.only_listed = true;
  CHECK(model->verify(options));

  auto c = wb::detail::sized<wb_verify_options>();
  c.flags = 8;
  wb_report* report = nullptr;
  CHECK_STATUS(wb_model_verify(model->get(), &c, &report, nullptr), WB_ERR_INVALID_ARGUMENT);
  CHECK(report == nullptr);
}

// ---- plans ----

void casts_without_scales_are_told() {
  const std::string path = folder("scaled", nullptr) + "/model.safetensors";
  write(path, weights("w", "w_scale"));
  const auto model = wb::model::open(path);
  REQUIRE(model);
  wb::plan_options options;
  const wb::cast casts[] = {{"w", WB_F8_E4M3, WB_F32}};
  options.casts = casts;
  const auto plan = model->plan(options);
  REQUIRE(plan);
  REQUIRE(plan->notes().size() == 1);
  const auto note = *plan->notes().begin();
  CHECK(note.rule == "load.cast.scale" && note.path == "w" && note.severity == wb::severity::warning);
  CHECK(note.message.find("w_scale") != std::string_view::npos);
  CHECK(model->plan()->notes().size() == 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  golden = argv[1];
  scratch = argv[2];
  links_lead_where_the_caller_permits();
  verified_files_are_remembered();
  verifications_cover_what_they_are_told_to();
  casts_without_scales_are_told();
  return check_result();
}
