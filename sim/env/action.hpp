#pragma once
// An agent's action: the four knobs of its function as numbers in [0, 1].

#include <cstddef>
#include <span>
#include <vector>

#include "sim/model/workflow.hpp"

namespace faasconf::sim {

// Numbers in an action of one agent: CPU limit, memory limit, replicas, concurrency limit.
inline constexpr std::size_t kKnobs = 4;

// How a number in [0, 1] becomes one of the integers min .. max.
enum class IntegerKnob {
  paper,       // floor(min + a (max - min)), as published: max only at a = 1
  equal_bins,  // floor(min + a (max - min + 1)): all equally likely under a uniform action
};

struct ActionRounding {
  IntegerKnob integers = IntegerKnob::paper;
  Millicores cpu_step{1};    // the CPU limit is a multiple of it; 0: not rounded
  Mebibytes memory_step{1};  // the memory limit likewise
};

// The agents of a workflow are its tuned functions, in order; fixed functions keep their configuration.
class ActionSpace {
 public:
  explicit ActionSpace(const WorkflowSpec& workflow, const ActionRounding& rounding = {});

  std::size_t agents() const { return agents_.size(); }
  std::size_t size() const { return kKnobs * agents_.size(); }  // numbers in the actions of all agents
  FunctionId function(std::size_t agent) const { return agents_[agent]; }

  // actions: agents() x kKnobs, row by row; values outside [0, 1] are clipped. Throws Error for NaN, naming agent
  // and knob; the configuration is then unchanged.
  void decode(std::span<const float> actions, Configuration& configuration) const;
  // The actions that give these knobs, up to rounding; knobs outside their ranges are clipped.
  void encode(const Configuration& configuration, std::span<float> actions) const;

 private:
  void check(std::span<const float> actions) const;
  int integer(float action, int min, int max) const;

  std::vector<FunctionId> agents_;
  std::vector<KnobRanges> ranges_;  // by agent
  std::vector<std::string> names_;  // by agent
  ActionRounding rounding_;
};

}  // namespace faasconf::sim
