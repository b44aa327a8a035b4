// The models of a server: each is a directory of versions, of which the newest is served.
#ifndef SERVER_STORE_HPP
#define SERVER_STORE_HPP

#include <weighbridge.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace server {

// One version that is ready: verified, in memory, and there as long as anybody has a pointer to it.
struct version {
  std::string name;
  std::uint64_t number = 0;
  weighbridge::placement weights;
};

// Of directories `ROOT/NAME/NUMBER/`, each of which comes there whole, by a rename. Any thread may ask for a version while another one
// looks for new ones.
class store {
 public:
  store(weighbridge::context host, std::string root) : host_(std::move(host)), root_(std::move(root)) {}

  // The version of a model to answer a request with; nullptr if there is none. Who has it keeps it, whatever comes after.
  std::shared_ptr<const version> find(const std::string& name) const;
  std::vector<std::shared_ptr<const version>> all() const;

  // Looks for newer versions. Each is loaded beside the one that is served and takes its place in one step; one that cannot be
  // loaded is not tried again, and the old one goes on. Returns what was wrong. For one thread at a time.
  std::vector<std::string> refresh();

 private:
  // Loads a version; the error is in `why`.
  std::shared_ptr<const version> load(const std::string& name, std::uint64_t number, std::string& why) const;

  const weighbridge::context host_;
  const std::string root_;
  mutable std::mutex lock_;
  std::map<std::string, std::shared_ptr<const version>> served_;
  std::map<std::string, std::uint64_t> tried_;  // the greatest number of each name
};

}  // namespace server

#endif
