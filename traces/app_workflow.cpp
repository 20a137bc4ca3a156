#include "traces/app_workflow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/totals.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr std::size_t kShortHash = 12;

struct Member {
  const TraceFunction* function = nullptr;
  std::string name;
  std::uint64_t calls = 0;
};

bool comes_from_outside(Trigger trigger) {
  return trigger == Trigger::http || trigger == Trigger::event || trigger == Trigger::timer;
}

std::vector<Member> members_of(const Trace& trace, std::string_view owner, std::string_view app) {
  std::vector<Member> members;
  std::set<std::string> names;
  bool found = false;
  for (const TraceFunction& function : trace.functions) {
    if (function.owner != owner || function.app != app) continue;
    found = true;
    const std::uint64_t calls = calls_of(function);
    if (calls == 0) continue;
    std::string name = function.function.substr(0, kShortHash);
    if (!names.insert(name).second) name = function.function;
    members.push_back({.function = &function, .name = name, .calls = calls});
  }
  if (!found) throw Error("app: expected one of the trace, got \"" + std::string(app) + "\"");
  if (members.empty()) throw Error("app: expected one with calls, got \"" + std::string(app) + "\" without");
  return members;
}

// Functions that requests begin with, and those that these call.
struct Roles {
  std::vector<Member> sources;
  std::vector<Member> stages[2];  // orchestrations, all others
};

Roles roles_of(const std::vector<Member>& members) {
  const auto triggered = [&](Trigger trigger) {
    return std::ranges::any_of(members, [&](const Member& member) { return member.function->trigger == trigger; });
  };
  const bool has_outside =
      std::ranges::any_of(members, [](const Member& member) { return comes_from_outside(member.function->trigger); });
  Trigger first = Trigger::others;
  for (const Trigger trigger : {Trigger::orchestration, Trigger::storage, Trigger::queue}) {
    if (triggered(trigger)) first = trigger;
  }
  Roles roles;
  for (const Member& member : members) {
    const Trigger trigger = member.function->trigger;
    const bool source = has_outside ? comes_from_outside(trigger) : trigger == first;
    auto& role = source ? roles.sources : roles.stages[trigger == Trigger::orchestration ? 0 : 1];
    role.push_back(member);
  }
  return roles;
}

// Timers are no callers where others are.
bool is_caller(const Member& source, const std::vector<Member>& sources) {
  const auto is_timer = [](const Member& member) { return member.function->trigger == Trigger::timer; };
  return !is_timer(source) || std::ranges::all_of(sources, is_timer);
}

sim::Block call_of(const Member& member) { return {sim::Call{.function = member.name}}; }

// floor(mean) or one more, in the mean `mean`.
sim::Distribution width_of(double mean) {
  const double below = std::floor(mean);
  const double above_share = mean - below;
  if (above_share == 0) return sim::Deterministic{.value = below};
  return sim::Empirical{.probabilities = {0, 1 - above_share, 1 - above_share, 1},
                        .values = {below, below, below + 1, below + 1}};
}

sim::Block at_once(std::vector<sim::Block> blocks) {
  if (blocks.size() == 1) return std::move(blocks.front());
  return {sim::Parallel{.branches = std::move(blocks)}};
}

sim::Block stage_of(const std::vector<Member>& members, double caller_calls) {
  std::vector<sim::Block> branches;
  for (const Member& member : members) {
    const double mean = static_cast<double>(member.calls) / caller_calls;
    branches.push_back(mean == 1 ? call_of(member)
                                 : sim::Block{sim::FanOut{.width = width_of(mean), .body = {call_of(member)}}});
  }
  return at_once(std::move(branches));
}

sim::Block request_of(const Member& source, const Roles& roles, double caller_calls) {
  std::vector<sim::Block> steps{call_of(source)};
  if (is_caller(source, roles.sources)) {
    for (const auto& stage : roles.stages) {
      if (!stage.empty()) steps.push_back(stage_of(stage, caller_calls));
    }
  }
  if (steps.size() == 1) return std::move(steps.front());
  return {sim::Sequence{.steps = std::move(steps)}};
}

sim::Block entry_of(const Roles& roles) {
  double all = 0;
  double caller_calls = 0;
  for (const Member& source : roles.sources) {
    all += static_cast<double>(source.calls);
    if (is_caller(source, roles.sources)) caller_calls += static_cast<double>(source.calls);
  }
  if (roles.sources.size() == 1) return request_of(roles.sources.front(), roles, caller_calls);
  sim::Choice choice;
  for (const Member& source : roles.sources) {
    choice.probabilities.push_back(static_cast<double>(source.calls) / all);
    choice.options.push_back(request_of(source, roles, caller_calls));
  }
  return {std::move(choice)};
}

sim::FunctionSpec spec_of(const Member& member, std::size_t members, const AppWorkflowRequest& request) {
  const TraceFunction& function = *member.function;
  sim::FunctionSpec spec;
  spec.name = member.name;
  if (function.duration) {
    const sim::Distribution duration_s = duration_law(*function.duration, request.durations);
    spec.serial_work = duration_s.scaled(request.cpu_share);
    spec.off_cpu = duration_s.scaled(1 - request.cpu_share);
  }
  const sim::Distribution memory =
      function.app_memory ? memory_law(*function.app_memory, request.memory, members) : burr_memory_law({}, members);
  spec.instance_memory = sim::Mebibytes{memory.mean()};
  return spec;
}

std::vector<MinuteCount> sum_of(const std::vector<Member>& members) {
  std::map<std::uint32_t, std::uint64_t> sums;
  for (const Member& member : members) {
    for (const MinuteCount& minute : member.function->counts) sums[minute.minute] += minute.count;
  }
  std::vector<MinuteCount> counts;
  for (const auto& [minute, count] : sums) {
    if (count > 0xffffffff)
      throw Error("app: expected at most 4294967295 calls in a minute, got " + std::to_string(count));
    counts.push_back({.minute = minute, .count = static_cast<std::uint32_t>(count)});
  }
  return counts;
}

}  // namespace

AppWorkflow app_workflow(const Trace& trace, std::string_view owner, std::string_view app,
                         const AppWorkflowRequest& request) {
  if (!(request.cpu_share >= 0 && request.cpu_share <= 1)) {
    throw Error("cpu_share: expected a number from 0 to 1, got " + std::to_string(request.cpu_share));
  }
  const std::vector<Member> members = members_of(trace, owner, app);
  const Roles roles = roles_of(members);
  AppWorkflow result;
  result.workflow.name = "synthetic-app-" + std::string(app.substr(0, kShortHash));
  for (const Member& member : members) {
    result.workflow.functions.push_back(spec_of(member, members.size(), request));
    result.functions.push_back(member.function->function);
  }
  result.workflow.entry = entry_of(roles);
  result.requests = sum_of(roles.sources);
  return result;
}

}  // namespace faasconf::traces
