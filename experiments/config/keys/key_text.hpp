#pragma once
// What a key takes, in words.

#include <string>
#include <string_view>

#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::config {

// How the name of a section is written, such as a link.
using NameOfSection = std::string (*)(std::string_view section);

// "a duration, or a map law"; `name` writes the names of sections.
std::string text_of(const Takes& takes, NameOfSection name);

}  // namespace faasconf::experiments::config
