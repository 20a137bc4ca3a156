#pragma once
// Which keys of an experiment file a command makes use of. One that it cannot honour is an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::config {

enum class Verb : std::uint8_t { simulate, evaluate, search, explain_promise };
inline constexpr std::size_t kVerbs = 4;

// What a command does with a key.
enum class KeyUse : std::uint8_t {
  honoured,
  one_load,    // it takes one load, so an option has to say which of the list
  no_bearing,  // says how something is run, and the command runs nothing
  refused,
};

KeyUse use_of(std::string_view key, Verb verb);

// Throws sim::Error for a key that the command cannot honour: where it stands, and how to do without it.
void check_keys(const Experiment& experiment, Verb verb);

}  // namespace faasconf::experiments::config
