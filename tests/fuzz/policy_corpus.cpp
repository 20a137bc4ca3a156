// Writes the corpus of policy_fuzz: faasconf_policy_corpus tests/fuzz/corpus/policy

#include <string>
#include <vector>

#include "learner/safety/qos_probability.hpp"
#include "learner/safety/safe_exploration.hpp"
#include "tests/learner/bundle/archives.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/scratch_folder.hpp"
#include "tests/sim/env/workflows.hpp"

using namespace faasconf;
using namespace faasconf::learner::bundle;
using namespace faasconf::learner::safety;

namespace {

// Ten windows, enough for a band.
std::string taught(SafetyFilter& filter) {
  for (int i = 0; i < 10; ++i) {
    const std::vector<float> actions(8, 0.09F * static_cast<float>(i));
    filter.learn(10, actions, 1.0 + i, i % 4 > 0 || i < 8);
  }
  return filter.to_json();
}

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1];
  const auto write = [&](const std::string& name, int what, const std::string& bytes) {
    tests::write_file(folder + "/" + name, static_cast<char>('0' + what) + bytes);
  };
  const sim::Scenario scenario(sim::two_steps().scenario);
  const tests::ScratchFolder scratch;
  const std::vector<std::pair<std::string, NetworkSpec>> networks = {
      {"neighbourhood", NeighbourhoodSpec{.hidden = {2}}},
      {"joint", JointSpec{.hidden = {2}}},
      {"transformer", TransformerSpec{.width = 2, .heads = 1}}};
  for (const auto& [name, network] : networks) {
    const PolicyBundle bundle = random_policy(scenario, network);
    write_archive(scratch / name, members_of(bundle), name == "joint");
    write("archive_" + name, 0, tests::read_file(scratch / name));
    write("metadata_" + name, 1, to_json(bundle.metadata));
    write("weights_" + name, 2, encode_tensors(bundle.weights));
  }
  const ActionPrice price(scenario.workflow());
  SafeExploration exploration(price, {.fewest = 4});
  QosProbabilityFilter feasibility(price, {.fewest = 4});
  write("safety_ses", 3, taught(exploration));
  write("safety_feasibility", 3, taught(feasibility));
}
