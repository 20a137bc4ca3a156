#include "traces/core/read_policy.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"sum", "first", "error"};

}  // namespace

OnDuplicate parse_on_duplicate(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found != kNames.end()) return static_cast<OnDuplicate>(found - kNames.begin());
  throw sim::Error("expected sum, first or error, got \"" + std::string(text) + "\"");
}

std::string_view name_of(OnDuplicate how) { return kNames[static_cast<std::size_t>(how)]; }

}  // namespace faasconf::traces
