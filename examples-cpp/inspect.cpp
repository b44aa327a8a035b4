// inspect.cpp: what is in a model?
//
//   inspect MODEL        a file, or a directory of shards
//
// Exit codes: 0 it was listed, 1 it could not be opened, 2 wrong usage.
#include <weighbridge.hpp>

#include <cinttypes>
#include <cstdio>
#include <string>

namespace wb = weighbridge;

/// Text from a file may contain anything, also control sequences for the terminal.
static std::string printable(std::string_view text) {
  std::string copy(text.substr(0, 60));
  for (char& c : copy)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return copy.size() < text.size() ? copy + "..." : copy;
}

static std::string shape_of(const wb::tensor_view& tensor) {
  std::string text = "[";
  for (const std::int64_t extent : tensor.shape()) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

static void list_files(const wb::model& model) {
  std::printf("format  %s\n", printable(model.format()).c_str());
  for (const wb::file_view& file : model.files())
    std::printf("file    %s, %" PRIu64 " bytes\n", printable(file.path).c_str(), file.bytes);
}

static void list_tensors(const wb::model& model) {
  std::uint64_t total = 0;
  std::printf("\n%-40s %-8s %-20s %12s %4s %12s\n", "tensor", "dtype", "shape", "bytes", "file", "offset");
  for (const wb::tensor_view& tensor : model.tensors()) {
    const std::string offset = tensor.offset() ? std::to_string(*tensor.offset()) : "-";
    std::printf("%-40s %-8s %-20s %12" PRIu64 " %4zu %12s\n", printable(tensor.name()).c_str(),
                printable(tensor.dtype_name()).c_str(), shape_of(tensor).c_str(), tensor.bytes(), tensor.file(),
                offset.c_str());
    total += tensor.bytes();
  }
  std::printf("%zu tensors, %" PRIu64 " bytes\n", model.tensors().size(), total);
}

static void list_metadata(const wb::model& model) {
  if (!model.metadata().empty()) std::printf("\nmetadata\n");
  for (const wb::metadata_entry& entry : model.metadata())
    std::printf("  %s = %s\n", printable(entry.key).c_str(), printable(entry.text).c_str());
}

static void list_assets(const wb::model& model) {
  if (!model.assets().empty()) std::printf("\nassets\n");
  for (const wb::asset_view& asset : model.assets())
    std::printf("  %s, %" PRIu64 " bytes\n", printable(asset.name()).c_str(), asset.bytes());
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s MODEL\n", argv[0]);
    return 2;
  }

  // This reads headers and no tensors, so nothing is verified: load_checkpoint.cpp does that.
  const auto model = wb::model::open(argv[1]);
  if (!model) {
    std::fprintf(stderr, "error: %s\n", model.error().message().data());  // NUL-terminated
    return 1;
  }
  list_files(*model);
  list_tensors(*model);
  list_metadata(*model);
  list_assets(*model);
  return 0;
}
