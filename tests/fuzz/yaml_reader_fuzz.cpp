// Whatever a file holds, reading it gives an experiment or throws sim::Error, and what to_yaml writes reads back as the
// same experiment. Lines at the top that begin with "#--set " are overrides.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "experiments/config/draw.hpp"
#include "experiments/config/experiment_file.hpp"
#include "sim/core/error.hpp"

using namespace faasconf;

namespace {

experiments::config::Overrides overrides_of(const std::string& text) {
  experiments::config::Overrides overrides;
  const std::string mark = "#--set ";
  for (std::size_t begin = 0; text.compare(begin, mark.size(), mark) == 0;) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    overrides.push_back(text.substr(begin + mark.size(), end - begin - mark.size()));
    begin = end + 1;
  }
  return overrides;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  experiments::config::Experiment experiment;
  try {
    experiment = experiments::config::parse_experiment(text, "fuzz.yaml", overrides_of(text));
  } catch (const sim::Error&) {
    return 0;
  }
  // not caught: what was written must be readable
  if (experiments::config::parse_experiment(experiment.resolved, "resolved.yaml").resolved != experiment.resolved)
    std::abort();
  experiments::config::draw_text(experiment.scenario.workflow);
  experiments::config::draw_dot(experiment.scenario.workflow);
  return 0;
}
