#include "experiments/cli/pending.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "sim/core/quantity.hpp"

namespace faasconf::experiments {

namespace {

constexpr double kMillicoresPerCore = 1000;

// CPU and memory, as instances request them and nodes have them.
struct Room {
  double millicores = 0;
  double mib = 0;
};

Room request_of(const sim::FunctionSpec& function, const sim::FunctionConfiguration& limits) {
  return {function.cpu_request.value_or(limits.cpu).value, function.memory_request.value_or(limits.memory).value};
}

// "CPU", "memory", "CPU and memory"; empty: neither is lacking
std::string lacking(const Room& wanted, const Room& there) {
  const bool cpu = wanted.millicores > there.millicores;
  const bool memory = wanted.mib > there.mib;
  return cpu && memory ? "CPU and memory" : cpu ? "CPU" : memory ? "memory" : "";
}

std::string text(const Room& room) {
  return sim::format(sim::Millicores{room.millicores}) + " CPU and " + sim::format(sim::Mebibytes{room.mib});
}

}  // namespace

PendingInstances::PendingInstances(const sim::WorkflowSpec& workflow, std::vector<std::string> case_names)
    : workflow_(&workflow),
      case_names_(std::move(case_names)),
      windows_(case_names_.size()),
      pending_(case_names_.size(), std::vector<Pending>(workflow.functions.size())) {}

void PendingInstances::add(std::size_t case_index, const sim::Run& run) {
  windows_[case_index] += static_cast<std::int64_t>(run.windows.size());
  for (const sim::Observation& window : run.windows) {
    for (std::size_t i = 0; i < window.functions.size(); ++i) {
      const int count = window.functions[i].pending;
      if (count == 0) continue;
      Pending& pending = pending_[case_index][i];
      ++pending.windows;
      if (count <= pending.most) continue;
      pending.most = count;
      pending.want = want(window, i);
    }
  }
}

// Too large for every node; or too many for all of them together; or in the way of one another.
std::string PendingInstances::want(const sim::Observation& window, std::size_t function) const {
  const std::vector<sim::NodeSpec>& kinds = workflow_->cluster.nodes;
  const Room one = request_of(workflow_->functions[function], window.configuration.functions[function]);
  const auto room_of = [](const sim::NodeSpec& node) {
    return Room{node.cores * kMillicoresPerCore, node.memory.value};
  };
  const bool too_large = std::none_of(kinds.begin(), kinds.end(),
                                      [&](const sim::NodeSpec& node) { return lacking(one, room_of(node)).empty(); });
  const std::string each = "each requests " + text(one);
  if (too_large) {
    Room largest;
    for (const sim::NodeSpec& node : kinds) {
      largest.millicores = std::max(largest.millicores, room_of(node).millicores);
      largest.mib = std::max(largest.mib, room_of(node).mib);
    }
    const std::string of = lacking(one, largest);
    return "for want of a node with more " + (of.empty() ? "of both CPU and memory" : of) + ": " + each;
  }

  Room wanted;
  for (std::size_t i = 0; i < window.functions.size(); ++i) {
    const sim::FunctionObservation& seen = window.functions[i];
    const Room request = request_of(workflow_->functions[i], window.configuration.functions[i]);
    const int count = seen.ready + seen.starting + seen.pending;
    wanted.millicores += count * request.millicores;
    wanted.mib += count * request.mib;
  }
  Room there;
  bool may_fail = false;
  for (const sim::NodeSpec& node : kinds) {
    there.millicores += node.count * room_of(node).millicores;
    there.mib += node.count * room_of(node).mib;
    may_fail = may_fail || !node.time_to_failure.is_zero();
  }
  const std::string of = lacking(wanted, there);
  if (!of.empty()) {
    return "for want of " + of + ": " + each + "; all instances together " + text(wanted) + ", the cluster has " +
           text(there);
  }
  return std::string("for want of room on one node") + (may_fail ? " in service" : "") + ": " + each;
}

void PendingInstances::print(std::ostream& out) const {
  for (std::size_t i = 0; i < case_names_.size(); ++i) {
    for (std::size_t f = 0; f < workflow_->functions.size(); ++f) {
      const Pending& pending = pending_[i][f];
      if (pending.windows == 0) continue;
      out << "faasconf: warning: " << (case_names_.size() > 1 ? case_names_[i] + ": " : "") << "up to " << pending.most
          << (pending.most == 1 ? " instance of " : " instances of ") << workflow_->functions[f].name
          << " pending at the end of " << pending.windows << " of " << windows_[i] << " windows, " << pending.want
          << "\n";
    }
  }
}

}  // namespace faasconf::experiments
