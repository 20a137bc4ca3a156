#include "experiments/results/pending.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "sim/core/quantity.hpp"

namespace faasconf::experiments::results {

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

Room room_of(const sim::NodeSpec& node) { return {node.cores * kMillicoresPerCore, node.memory.value}; }

Room room_of(const sim::ClusterSpec& cluster) {
  Room there;
  for (const sim::NodeSpec& node : cluster.nodes) {
    there.millicores += node.count * room_of(node).millicores;
    there.mib += node.count * room_of(node).mib;
  }
  return there;
}

// By all instances that were wanted at the end of a window.
Room requested(const sim::WorkflowSpec& workflow, const sim::Observation& window) {
  Room wanted;
  for (std::size_t i = 0; i < window.functions.size(); ++i) {
    const sim::FunctionObservation& seen = window.functions[i];
    const Room one = request_of(workflow.functions[i], window.configuration.functions[i]);
    const int count = seen.ready + seen.starting + seen.pending;
    wanted.millicores += count * one.millicores;
    wanted.mib += count * one.mib;
  }
  return wanted;
}

}  // namespace

PendingInstances::PendingInstances(sim::WorkflowSpec workflow, std::vector<std::string> case_names)
    : workflow_(std::move(workflow)), case_names_(std::move(case_names)), cases_(case_names_.size()) {
  for (OfCase& seen : cases_) seen.functions.resize(workflow_.functions.size());
}

void PendingInstances::add(std::size_t case_index, const sim::Run& run) {
  OfCase& seen = cases_[case_index];
  seen.windows += static_cast<std::int64_t>(run.windows.size());
  for (const sim::Observation& window : run.windows) {
    int together = 0;
    for (std::size_t i = 0; i < window.functions.size(); ++i) {
      const int count = window.functions[i].pending;
      if (count == 0) continue;
      together += count;
      OfFunction& pending = seen.functions[i];
      ++pending.windows;
      if (count <= pending.most) continue;
      pending.most = count;
      pending.want = want(window, i);
    }
    if (together <= seen.most) continue;
    seen.most = together;
    seen.together = text(requested(workflow_, window));
  }
}

// Too large for every node; or too many for all of them together; or in the way of one another.
std::string PendingInstances::want(const sim::Observation& window, std::size_t function) const {
  const std::vector<sim::NodeSpec>& nodes = workflow_.cluster.nodes;
  const Room one = request_of(workflow_.functions[function], window.configuration.functions[function]);
  const bool fits = std::any_of(nodes.begin(), nodes.end(),
                                [&](const sim::NodeSpec& node) { return lacking(one, room_of(node)).empty(); });
  std::string what;
  if (!fits) {
    Room largest;
    for (const sim::NodeSpec& node : nodes) {
      largest.millicores = std::max(largest.millicores, room_of(node).millicores);
      largest.mib = std::max(largest.mib, room_of(node).mib);
    }
    const std::string more = lacking(one, largest);
    what = "a node with more " + (more.empty() ? "of both CPU and memory" : more);
  } else if (const std::string more = lacking(requested(workflow_, window), room_of(workflow_.cluster));
             !more.empty()) {
    what = more;
  } else {
    const bool may_fail = std::any_of(nodes.begin(), nodes.end(),
                                      [](const sim::NodeSpec& node) { return !node.time_to_failure.is_zero(); });
    what = may_fail ? "room on one node in service" : "room on one node";
  }
  return "no capacity: they lack " + what + "; each requests " + text(one);
}

void PendingInstances::print(std::ostream& out) const {
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (cases_[i].most == 0) continue;
    out << "faasconf: warning: " << (cases_.size() > 1 ? case_names_[i] + ": " : "")
        << "the cluster had no room for all instances; pending at the end of windows:\n";
    print(out, cases_[i]);
  }
}

void PendingInstances::print(std::ostream& out, const OfCase& seen) const {
  for (std::size_t f = 0; f < seen.functions.size(); ++f) {
    const OfFunction& pending = seen.functions[f];
    if (pending.windows == 0) continue;
    out << "  " << workflow_.functions[f].name << ": up to " << pending.most << ", in " << pending.windows << " of "
        << seen.windows << " windows, " << pending.want << "\n";
  }
  out << "  all instances together: requested " << seen.together << ", of " << text(room_of(workflow_.cluster)) << "\n";
}

}  // namespace faasconf::experiments::results
