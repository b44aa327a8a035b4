// options.hpp: the command line, `--name value` in any order beside plain words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// 4096, 64K, 16M, 1G: powers of 1024.
inline std::uint64_t size_of(const std::string& text) {
  std::size_t digits = 0;
  const std::uint64_t number = std::stoull(text, &digits);
  const std::string unit = text.substr(digits);
  const std::size_t shift = std::string("KMG").find(unit) + 1;
  if (unit.empty()) return number;
  if (unit.size() > 1 || shift == 0) throw std::invalid_argument(text + ": expected a size such as 64K, 16M or 1G");
  return number << (10 * shift);
}

class options {
 public:
  /// What is not in `known` is refused: a misspelled option would be measured as the default.
  options(int argc, char** argv, std::initializer_list<const char*> known) {
    for (int i = 1; i < argc; i++) {
      const std::string word = argv[i];
      if (word.compare(0, 2, "--") != 0) {
        words.push_back(word);
        continue;
      }
      const std::string name = word.substr(2);
      if (std::find(known.begin(), known.end(), name) == known.end() || ++i == argc)
        throw std::invalid_argument(word + ": unknown, or without a value");
      values_[name] = argv[i];
    }
  }

  bool has(const std::string& name) const { return values_.count(name) != 0; }

  std::string text(const std::string& name, const std::string& otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
  }

  std::uint64_t size(const std::string& name, const std::string& otherwise) const {
    return size_of(text(name, otherwise));
  }

  unsigned number(const std::string& name, unsigned otherwise) const {
    return static_cast<unsigned>(std::stoul(text(name, std::to_string(otherwise))));
  }

  std::vector<std::string> words;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace bench
