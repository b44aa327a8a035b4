#include "store.hpp"

#include <cstdlib>
#include <filesystem>

namespace wb = weighbridge;

namespace server {
namespace {

// The names in a folder; none if it cannot be read.
std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) names.push_back(entry.path().filename().string());
  return names;
}

// The greatest number among the names of a folder's entries; 0 if there is none.
std::uint64_t newest_of(const std::string& path) {
  std::uint64_t newest = 0;
  for (const auto& name : names_in(path)) {
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(name.c_str(), &end, 10);
    if (*end == '\0' && number > newest) newest = number;
  }
  return newest;
}

}  // namespace

std::shared_ptr<const version> store::find(const std::string& name) const {
  const std::lock_guard<std::mutex> hold(lock_);
  const auto found = served_.find(name);
  return found == served_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const version>> store::all() const {
  const std::lock_guard<std::mutex> hold(lock_);
  std::vector<std::shared_ptr<const version>> versions;
  for (const auto& [name, one] : served_) versions.push_back(one);
  return versions;
}

std::vector<std::string> store::refresh() {
  std::vector<std::string> problems;
  for (const auto& name : names_in(root_)) {
    const std::uint64_t newest = newest_of(root_ + "/" + name);
    if (newest <= tried_[name]) continue;
    tried_[name] = newest;
    std::string why;
    auto next = load(name, newest, why);
    if (!next) {
      problems.push_back(std::move(why));
      continue;
    }
    // The last one who answers a request with the old version frees it.
    const std::lock_guard<std::mutex> hold(lock_);
    served_[name].swap(next);
  }
  return problems;
}

std::shared_ptr<const version> store::load(const std::string& name, std::uint64_t number, std::string& why) const {
  wb::open_options options;
  options.host = &host_;
  options.verify = wb::policy::required;  // nothing is served that no manifest covers
  options.flags = wb::open_read;          // another process may do to the files what it likes
  const auto model = wb::model::open(root_ + "/" + name + "/" + std::to_string(number), options);
  if (!model) {
    why = model.error().message();
    return nullptr;
  }
  auto weights = model->load();
  if (!weights) {
    why = weights.error().message();
    return nullptr;
  }
  return std::make_shared<const version>(version{name, number, std::move(*weights)});
}

}  // namespace server
