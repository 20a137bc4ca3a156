#include "experiments/config/keys/key.hpp"
#include "experiments/config/profile_file.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();
const std::string kRequiredKey(kRequired);

Takes size(double least = 1, double most = 1e12) { return count(least, most); }
Takes positive() { return number(kAboveZero, 1e9); }

std::vector<Key> load_keys(const std::string& users) {
  return {
      {"users", list_of(count(1, kMostUsers)), users, "[10, 20, 30]", "levels of closed loops, one per episode"},
      {"rates", list_of(rate(kAboveZero)), "", "[1/s, 5/s]", "levels of open loops, one per episode"},
      {"profiles", list_of(text()), "", "[monday.csv]", "files of users or rates, of which an episode is a piece"},
  };
}

Section training_file() {
  return {"training file",
          "A training file, for `faasconf train`.",
          {"training"},
          {
              {"workflow", text() | map_of("workflow") | list_of(text() | map_of("workflow")), kRequiredKey, "parallel",
               "a workflow, or several for methods whose network takes any number of functions"},
              {"description", text(), "", "\"as in the paper\"", "a text for people; nothing is made of it"},
              {"promise", text() | map_of("promise"), "", "strict", "in place of the workflows' own"},
              {"workload", map_of("workload"), "", "{closed_loop: {think_time: 1s}, window: 30s}",
               "what clients do but for the level of the load"},
              {"seed", count(0, 18446744073709551615.0), "1", "7", "of all random numbers"},
              {"training", map_of("training"), kRequiredKey, "{method: mappo, users: [10, 20], steps: 100000}",
               "how it is trained"},
          }};
}

Section training() {
  std::vector<Key> keys = {
      {"method",
       words({"mappo", "mappo-no-attention", "ppo", "attmf", "attmf-softmax", "attmf-modern", "mf", "maddpg", "ddpg",
              "firm"}),
       kRequiredKey, "mappo", "ppo is one agent for all functions"},
      {"instances", words({"kept", "fresh"}), "kept", "fresh", "from window to window, or fresh in each"},
      {"redeploy", flag(), "", "true", "the former name of instances: true is fresh"},
      {"episode", size(), "15", "20", "windows of an episode"},
      {"steps", size(), kRequiredKey, "2000000", "windows of all environments together"},
      {"environments", size(1, 65536), "64", "16", "of each shard"},
      {"shards", size(1, 4096), "2", "4",
       "that learn together; they decide the result, whatever the number of threads"},
      {"steps_per_iteration", size(1, 1e6), "16", "32", "windows of each environment between two updates"},
      {"features", words({"paper", "extended"}), "extended", "paper", "what policies see"},
      {"load_knowledge", words({"clairvoyant", "persistence", "smoothing", "seasonal"}), "clairvoyant", "persistence",
       "what is known of the next window's load"},
      {"season_windows", size(), "1", "48", "the period of the load", "load_knowledge=seasonal"},
      {"reward", words({"price", "cost", "constrained"}), "", "constrained",
       "Absent: constrained for methods of PPO, price for the others"},
      {"price_weight", number(), "0.1", "0.2", "of the price in the reward"},
      {"qos_weight", number(), "0.5", "1", "of a kept promise in the reward", "reward=price"},
      {"qos", words({"published", "strict"}), "", "strict", "the former name of promise"},
      {"replications", size(1, 1000), "1", "4", "runs of each window"},
      {"common_random_numbers", flag(), "false", "true", "the same random numbers for every configuration"},
      {"integers", words({"paper", "equal_bins"}), "equal_bins", "paper", "how replicas and concurrency are rounded"},
      {"calibration_draws", size(0, 10'000), "0", "16",
       "environments over so many draws of the workflow's calibration; 0: its values"},
      {"safety", words({"none", "ses", "feasibility"}), "none", "feasibility",
       "what reviews the exploration of off-policy methods, and is exported with the policy"},
      {"learning", map_of("learning"), "", "{gamma: 0.9}", "settings of the method. Absent: the paper's"},
      {"selection", map_of("selection"), "", "{every: 100000, users: [11, 21]}", "which checkpoint is the best"},
  };
  for (Key& key : load_keys("")) keys.push_back(std::move(key));
  return {"training", "`training` of a training file: one of users, rates and profiles.", {}, std::move(keys)};
}

Section selection() {
  std::vector<Key> keys = {
      {"every", size(), "", "100000", "steps between two checkpoints that are judged. Absent: a 20th of all"},
      {"windows", size(1, 1e6), "120", "240", "of each load"},
  };
  for (Key& key : load_keys("[11, 16, 21, 26, 29]")) keys.push_back(std::move(key));
  return {"selection", "`selection` of a training.", {}, std::move(keys)};
}

Section learning() {
  const std::string constrained = "reward=constrained";
  return {
      "learning",
      "`learning` of a training. Of all methods: gamma, gradient_limit and the network (width, heads, layers of "
      "transformers; hidden and shared_attention of the others); of off-policy methods the ones up to offline; of "
      "methods of PPO those from rate on.",
      {},
      {
          {"gamma", share(), "", "0.9", "discount of later windows. Absent: the method's, 0 with fresh instances"},
          {"gradient_limit", number(), "", "0.5", "of the norm of all gradients; 0: none. Absent: the method's"},
          {"hidden", list_of(size(1, 4096)), "", "[64, 64]", "widths of the layers of perceptrons"},
          {"shared_attention", flag(), "", "false", "queries and keys are those of all agents"},
          {"width", size(1, 4096), "32", "64", "of a transformer; a multiple of heads"},
          {"heads", size(1, 4096), "4", "2", "of its attention"},
          {"layers", size(1, 4096), "1", "2", "of a transformer"},
          {"actor_rate", positive(), "", "0.0001", "of learning"},
          {"critic_rate", positive(), "", "0.0001", "of learning"},
          {"tau", share(), "0.01", "0.005", "by which targets follow, each update"},
          {"noise", number(), "0.05", "0.1", "standard deviation of what exploration adds to an action"},
          {"batch", size(1, 1e6), "", "64", "transitions of an update, all shards together"},
          {"updates", size(1, 1e6), "1", "2", "after an iteration"},
          {"warm_up", size(0), "0", "1000", "steps of a shard with random actions and no update"},
          {"buffer", size(1, 1e9), "100000", "10000", "transitions that a shard keeps"},
          {"offline", flag(), "", "true", "learns only from what the warm-up stored"},
          {"rate", positive(), "0.001", "0.0003", "of learning, which falls to final_rate"},
          {"final_rate", positive(), "0.0001", "0.00001", "of learning, at the end"},
          {"gae_lambda", share(), "0.95", "0.9", "of generalised advantage estimation"},
          {"clip", positive(), "0.2", "0.1", "of the ratio"},
          {"entropy", number(), "0.001", "0.01", "its weight in the loss"},
          {"spread", positive(), "0.6", "0.4", "standard deviation of actions at the start"},
          {"epochs", size(1, 1000), "2", "4", "over what an iteration gathered"},
          {"minibatches", size(1, 10'000), "4", "8", "of an epoch"},
          {"value_width", size(1, 4096), "64", "128", "of the layers of the value network"},
          {"violation_limit", share(), "0.05", "1%", "share of the windows that may break the promise", constrained},
          {"multiplier", number(), "0.5", "1", "of violations, at the start", constrained},
          {"multiplier_proportional", number(), "4", "2", "gain of its controller", constrained},
          {"multiplier_integral", number(), "0.02", "0.05", "gain of its controller", constrained},
          {"multiplier_derivative", number(), "0.5", "0.1", "gain of its controller", constrained},
          {"multiplier_most", positive(), "20", "50", "the most that it may be", constrained},
      }};
}

}  // namespace

std::vector<Section> training_sections() { return {training_file(), training(), selection(), learning()}; }

}  // namespace faasconf::experiments::config
