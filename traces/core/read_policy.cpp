#include "traces/core/read_policy.hpp"

#include <string>

#include "sim/core/error.hpp"

namespace faasconf::traces {

OnDuplicate parse_on_duplicate(std::string_view text) {
  if (text == "sum") return OnDuplicate::sum;
  if (text == "first") return OnDuplicate::first;
  if (text == "error") return OnDuplicate::error;
  throw sim::Error("expected sum, first or error, got \"" + std::string(text) + "\"");
}

}  // namespace faasconf::traces
