// Whatever a policy bundle holds, its reader gives a policy or throws sim::Error, and what it gives can be used. The
// first byte chooses what the rest is: an archive, its metadata or weights, since a checksum guards them there, or the
// state of a safety filter.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "learner/bundle/bundle.hpp"
#include "learner/safety/safety_filter.hpp"
#include "learner/serving/policy_network.hpp"
#include "sim/core/error.hpp"
#include "tests/sim/env/workflows.hpp"

using namespace faasconf;

namespace {

void act(const std::string& archive) {
  const learner::bundle::PolicyBundle bundle = learner::bundle::decode_bundle(archive, "fuzz.fcp");
  learner::serving::PolicyNetwork network(bundle.metadata, bundle.weights);
  const std::vector<float> rows(network.agents() * network.features(), 0.5F);
  std::vector<float> actions(network.agents() * sim::kKnobs);
  network.act(rows, actions);
}

void read_metadata(const std::string& text) {
  const std::string again = learner::bundle::to_json(learner::bundle::metadata_from_json(text));
  if (learner::bundle::to_json(learner::bundle::metadata_from_json(again)) != again) std::abort();
}

void read_weights(const std::string& bytes) {
  if (learner::bundle::encode_tensors(learner::bundle::decode_tensors(bytes)).size() != bytes.size()) std::abort();
}

void read_safety(const std::string& text) {
  const learner::safety::ActionPrice price(sim::two_steps().scenario.workflow);
  const auto filter = learner::safety::safety_from_json(text, price);
  std::vector<float> actions(price.size(), 0.5F);
  sim::Rng rng(1);
  filter->review(10, actions, rng);
  filter->to_json();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 4) {
      case 0:
        act(rest);
        break;
      case 1:
        read_metadata(rest);
        break;
      case 2:
        read_weights(rest);
        break;
      default:
        read_safety(rest);
    }
  } catch (const sim::Error&) {
    // as it should
  }
  return 0;
}
