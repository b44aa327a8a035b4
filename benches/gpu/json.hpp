// json.hpp: writes the one line of JSON that a program prints.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

namespace bench {

inline std::string json_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return quoted + "\"";
}

inline std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

template <class Items>
std::string json_list(const Items& items) {
  std::string text = "[";
  for (const auto& item : items) {
    if (text.size() > 1) text += ", ";
    if constexpr (std::is_same_v<std::decay_t<decltype(item)>, double>)
      text += json_number(item);
    else
      text += item.text();
  }
  return text + "]";
}

/// An object, built member by member.
class json {
 public:
  json& put(const char* name, const std::string& value) { return raw(name, json_text(value)); }
  json& put(const char* name, const char* value) { return raw(name, json_text(value)); }
  json& put(const char* name, const json& value) { return raw(name, value.text()); }

  template <class Item>
  json& put(const char* name, const std::vector<Item>& value) {
    return raw(name, json_list(value));
  }

  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  json& put(const char* name, Number value) {
    if constexpr (std::is_same_v<Number, bool>) return raw(name, value ? "true" : "false");
    if constexpr (std::is_floating_point_v<Number>) return raw(name, json_number(value));
    return raw(name, std::to_string(value));
  }

  std::string text() const { return "{" + members_ + "}"; }

 private:
  json& raw(const char* name, const std::string& value) {
    if (!members_.empty()) members_ += ", ";
    members_ += json_text(name) + ": " + value;
    return *this;
  }

  std::string members_;
};

}  // namespace bench
