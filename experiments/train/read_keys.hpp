#pragma once
// How the keys of a training file are read: most may be absent, and have a default.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "experiments/config/yaml_reader.hpp"

namespace faasconf::experiments::train {

inline std::size_t read_size(const config::YamlValue& value, std::int64_t least = 1,
                             std::int64_t most = 1'000'000'000'000) {
  return static_cast<std::size_t>(config::read_count(value, least, most));
}
inline double read_at_least_zero(const config::YamlValue& value) { return config::read_number(value); }
inline double read_positive(const config::YamlValue& value) {
  return config::read_number(value, config::kAboveZero, 1e9, "a number above 0");
}

// A key that may be there, into what has its default.
template <class T, class Read>
void read_into(const config::YamlMap& map, std::string_view key, T& to, Read read) {
  if (const auto value = map.get(key)) to = read(*value);
}

}  // namespace faasconf::experiments::train
