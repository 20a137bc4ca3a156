#include "learner/marl/greedy.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace faasconf::learner::marl {
namespace {

// The actions of all environments, group by group.
void decide(Learner& learner, const std::vector<AgentGroup>& groups, const sim::VectorEnv& environments,
            std::vector<float>& actions) {
  const torch::NoGradGuard no_grad;
  learner.actor().eval();
  std::size_t first = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::size_t agents = groups[g].graph->agents(), rows = groups[g].environments * agents;
    const auto seen =
        environments.observations().subspan(first * environments.features(), rows * environments.features());
    const torch::Tensor tensor =
        torch::from_blob(const_cast<float*>(seen.data()),
                         {static_cast<std::int64_t>(groups[g].environments), static_cast<std::int64_t>(agents),
                          static_cast<std::int64_t>(environments.features())});
    const torch::Tensor chosen =
        learner.actor().actions(learner.standardizer().apply(tensor), learner.structure(g)).contiguous();
    std::copy_n(chosen.data_ptr<float>(), rows * sim::kKnobs, actions.data() + first * sim::kKnobs);
    first += rows;
  }
}

}  // namespace

GreedyReport run_greedily(Learner& learner, const Plans& plans, std::uint64_t seed, int threads) {
  const std::vector<AgentGroup> groups = groups_of(plans);
  sim::VectorEnv environments(plans, seed, threads);
  environments.reset();
  std::vector<std::size_t> group_of;
  for (std::size_t g = 0; g < groups.size(); ++g) group_of.insert(group_of.end(), groups[g].environments, g);

  GreedyReport report;
  std::map<std::pair<std::size_t, double>, GreedyReport::Load> loads;
  std::vector<float> actions(environments.agents() * sim::kKnobs);
  std::vector<bool> over(plans.size());
  std::vector<double> levels(plans.size());
  double windows = 0;
  while (std::ranges::find(over, false) != over.end()) {
    decide(learner, groups, environments, actions);
    for (std::size_t i = 0; i < plans.size(); ++i) levels[i] = environments.environment(i).next_load();
    environments.step(actions);
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (over[i]) continue;
      over[i] = environments.truncated()[i] != 0;
      GreedyReport::Load& load = loads[{group_of[i], levels[i]}];
      load.group = group_of[i];
      load.level = levels[i];
      load.price += environments.prices()[i];
      load.violations += environments.violations()[i];
      ++load.windows;
      report.reward += environments.rewards()[i];
      ++windows;
    }
  }
  for (auto& [key, load] : loads) {
    report.price += load.price / windows;
    report.violations += load.violations / windows;
    load.price /= static_cast<double>(load.windows);
    load.violations /= static_cast<double>(load.windows);
    report.loads.push_back(load);
  }
  report.reward /= windows;
  return report;
}

}  // namespace faasconf::learner::marl
