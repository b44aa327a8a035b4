// wrapper_io.cpp: models from the host's own I/O, from several files in memory and by descriptor, through weighbridge.hpp.
//
//   wrapper_io GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <fcntl.h>

#include <atomic>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"
#include "files.h"

namespace wb = weighbridge;

namespace {

constexpr std::string_view index_name = "model.safetensors.index.json";

// Every file of a folder, by name.
std::map<std::string, std::vector<std::byte>, std::less<>> files_of(const std::string& folder) {
  std::map<std::string, std::vector<std::byte>, std::less<>> files;
  DIR* const dir = opendir(folder.c_str());
  REQUIRE(dir != nullptr);
  while (const dirent* entry = readdir(dir)) {
    if (entry->d_name[0] == '.') continue;
    const bytes contents = read_file((folder + "/" + entry->d_name).c_str());
    const auto* const start = reinterpret_cast<const std::byte*>(contents.data);
    files.emplace(std::string("models/llama/") + entry->d_name, std::vector<std::byte>(start, start + contents.len));
    free(contents.data);
  }
  closedir(dir);
  return files;
}

// A pak file.
class pak final : public wb::host_files {
 public:
  explicit pak(const std::string& folder) : files_(files_of(folder)) {}

  wb::io_result open(std::string_view name, wb::host_file*& file) override {
    if (throws) throw std::runtime_error("the pak is broken");
    const auto found = files_.find(name);
    if (found == files_.end()) return wb::io_result::not_found;
    file = new opened(*this, found->second);
    return wb::io_result::ok;
  }
  wb::io_result list(std::string_view folder, wb::folder_entries& entries) override {
    const std::string prefix = std::string(folder) + "/";
    for (const auto& [name, contents] : files_) {
      if (name.compare(0, prefix.size(), prefix) != 0) continue;
      const auto result = entries.add_file(std::string_view(name).substr(prefix.size()), contents.size());
      if (result != wb::io_result::ok) return result;
    }
    return wb::io_result::ok;
  }

  std::atomic<int> open_now{0};
  std::atomic<int> mapped{0};
  std::atomic<bool> throws{false};
  std::atomic<bool> throws_on_reads{false};

 private:
  class opened final : public wb::host_file {
   public:
    opened(pak& owner, const std::vector<std::byte>& contents) : owner_(owner), contents_(contents) { owner_.open_now++; }
    ~opened() override { owner_.open_now--; }
    wb::io_result stat(std::uint64_t& length, std::uint64_t& identity) override {
      length = contents_.size();
      identity = 1;
      return wb::io_result::ok;
    }
    wb::io_result read_at(std::uint64_t offset, wb::span<std::byte> buffer, std::size_t& done) override {
      if (owner_.throws_on_reads) throw 7;
      std::memcpy(buffer.data(), contents_.data() + offset, buffer.size());
      done = buffer.size();
      return wb::io_result::ok;
    }
    wb::io_result map(const std::byte*& data) override {
      owner_.mapped++;
      data = contents_.data();
      return wb::io_result::ok;
    }
    void unmap(const std::byte* data) override {
      CHECK(data == contents_.data());
      owner_.mapped--;
    }

   private:
    pak& owner_;
    const std::vector<std::byte>& contents_;
  };

  std::map<std::string, std::vector<std::byte>, std::less<>> files_;
};

void compare(const wb::model& model, const wb::model& disk) {
  CHECK(model.tensors().size() == disk.tensors().size() && !disk.tensors().empty());
  const auto placement = model.load();
  REQUIRE(placement);
  for (const wb::tensor_view& tensor : disk.tensors()) {
    const auto placed = placement->find(tensor.name());
    const auto data = tensor.data();
    REQUIRE(placed && data);
    CHECK(placed->host_bytes().size() == data->size() &&
          std::memcmp(placed->host_bytes().data(), data->data(), data->size()) == 0);
  }
}

void through_files(const wb::model& disk, const std::string& llama) {
  pak files(llama);
  wb::context_options options;
  options.files = &files;
  options.max_threads = 2;
  {
    const auto context = wb::context::create(options);
    REQUIRE(context);
    const auto model = wb::model::open("models/llama", {&*context});
    REQUIRE(model);
    compare(*model, disk);
    CHECK(model->tensors()[0].data() && files.mapped > 0);
    const auto missing = wb::model::open("models/none", {&*context});
    CHECK(!missing && missing.error().code() == wb::status::not_found);
  }
  CHECK(files.open_now == 0 && files.mapped == 0);
  const auto model = wb::model::open_files(files, "models/llama/" + std::string(index_name));
  REQUIRE(model);
  compare(*model, disk);
  // What the host throws ends in an error, on whichever thread it is.
  files.throws_on_reads = true;
  const auto failed = model->load();
  CHECK(!failed && failed.error().code() == wb::status::callback);
  files.throws = true;
  const auto broken = wb::model::open_files(files, "models/llama");
  CHECK(!broken && broken.error().code() == wb::status::callback);
}

void in_memory(const wb::model& disk, const std::string& llama) {
  const auto files = files_of(llama);
  std::vector<wb::blob> blobs;
  for (const auto& [name, contents] : files) blobs.push_back({name, contents});
  for (const char* path : {"models/llama", "models/llama/model.safetensors.index.json"}) {
    const auto model = wb::model::open_blobs(blobs, path);
    REQUIRE(model);
    compare(*model, disk);
  }
  const auto none = wb::model::open_blobs(std::vector<wb::blob>(), "model.onnx");
  CHECK(!none && none.error().code() == wb::status::not_found);
}

void by_descriptor(const std::string& llama) {
  const std::string shard = llama + "/model-00001-of-00004.safetensors";
  const int descriptor = open(shard.c_str(), O_RDONLY);
  const auto model = wb::model::open_descriptor(descriptor);
  close(descriptor);
  const auto closed = wb::model::open_descriptor(descriptor);
  CHECK(!closed && closed.error().code() == wb::status::io);
  const auto disk = wb::model::open(shard);
  REQUIRE(model && disk);
  compare(*model, *disk);
}

}  // namespace

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  const std::string llama = std::string(argv[1]) + "/tiny-llama";
  const auto disk = wb::model::open(llama);
  REQUIRE(disk);
  through_files(*disk, llama);
  in_memory(*disk, llama);
  by_descriptor(llama);
  return check_result();
}
