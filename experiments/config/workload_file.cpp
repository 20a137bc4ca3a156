#include "experiments/config/workload_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/profile_file.hpp"

namespace faasconf::experiments::config {
namespace {

sim::ClosedLoop read_closed_loop(const YamlValue& value) {
  const YamlMap map(value, section("closed_loop"));
  sim::ClosedLoop loop;
  if (const auto users = map.get("users")) {
    loop.users = static_cast<int>(read_count(*users, 1, static_cast<std::int64_t>(kMostUsers)));
  }
  if (const auto think_time = map.get("think_time"))
    loop.think_time = read_distribution(*think_time, DistributionUnit::seconds);
  if (const auto spawn_rate = map.get("spawn_rate")) {
    const bool at_once = spawn_rate->is_scalar() && spawn_rate->node().scalar == "at_once";
    loop.spawn_rate_per_s = at_once ? 0 : read_rate(*spawn_rate);
  }
  if (const auto back_off = map.get("back_off"))
    loop.back_off = read_distribution(*back_off, DistributionUnit::seconds);
  return loop;
}

sim::MmppArrivals read_states(const YamlValue& value) {
  sim::MmppArrivals mmpp;
  double sum = 0;
  for (const YamlValue& item : value.items("a list of states such as {relative_rate: 4, mean_stay: 30s}")) {
    const YamlMap state(item, section("state"));
    const YamlValue stay = state.require("mean_stay");
    mmpp.relative_rates.push_back(read_number(state.require("relative_rate")));
    mmpp.mean_stay_s.push_back(parse_with(stay, "a duration such as 30s", parse_seconds));
    if (mmpp.mean_stay_s.back() <= 0) stay.refuse("a duration above 0");
    sum += mmpp.relative_rates.back();
  }
  if (mmpp.relative_rates.size() < 2) {
    value.fail("expected at least 2 states, got " + std::to_string(mmpp.relative_rates.size()));
  }
  if (!(sum > 0 && sum <= std::numeric_limits<double>::max())) {
    value.fail("expected relative rates with a sum above 0, got " + format_number(sum));
  }
  return mmpp;
}

sim::OpenLoop read_open_loop(const YamlValue& value, bool level_is_elsewhere) {
  enum class Process { poisson, deterministic, gamma, mmpp };
  const YamlMap map(value, section("open_loop"));
  sim::OpenLoop loop;
  if (const auto rate = map.get("rate")) {
    loop.rate_per_s = read_rate(*rate);
  } else if (!level_is_elsewhere) {
    static_cast<void>(map.require("rate"));
  }
  Process process = Process::poisson;
  if (const auto name = map.get("law")) {
    using enum Process;
    process = read_word<Process>(
        *name, {{"poisson", poisson}, {"deterministic", deterministic}, {"gamma", gamma}, {"mmpp", mmpp}});
  }
  const auto cv = map.get("cv");
  const auto states = map.get("states");
  if (cv && process != Process::gamma) cv->fail("expected law: gamma beside it");
  if (states && process != Process::mmpp) states->fail("expected law: mmpp beside it");
  switch (process) {
    case Process::poisson:
      loop.process = sim::PoissonArrivals{};
      break;
    case Process::deterministic:
      loop.process = sim::DeterministicArrivals{};
      break;
    case Process::gamma:
      loop.process = sim::GammaArrivals{read_number(map.require("cv"), 1e-6, 1e6, "a cv from 0.000001 to 1000000")};
      break;
    case Process::mmpp:
      loop.process = read_states(map.require("states"));
      break;
  }
  return loop;
}

sim::ArrivalList read_arrivals(const YamlValue& value, InputFiles& files) {
  if (value.is_scalar()) {
    const InputFiles::Text file = files.read(value);
    return parse_arrivals(file.content, file.path);
  }
  sim::ArrivalList list;
  for (const YamlValue& item : value.items("a list of times such as [0s, 1.5s], or the path of a file")) {
    const sim::Time time(read_duration(item));
    if (!list.times.empty() && time < list.times.back()) item.refuse("a time not below the last one");
    list.times.push_back(time);
  }
  return list;
}

sim::Retry read_retry(const YamlValue& value) {
  const YamlMap map(value, section("retry"));
  sim::Retry retry;
  if (const auto attempts = map.get("attempts")) retry.attempts = static_cast<int>(read_count(*attempts, 1, 100));
  if (const auto back_off = map.get("back_off"))
    retry.back_off = read_distribution(*back_off, DistributionUnit::seconds);
  if (const auto factor = map.get("factor")) retry.factor = read_number(*factor, 0, 1000, "a number from 0 to 1000");
  return retry;
}

// {origin: ..., steps: {0s: 12, 60s: 44}}; rates are written with their unit.
sim::Profile read_steps(const YamlValue& value, bool users) {
  const YamlMap map(value, section("profile"));
  sim::Profile profile;
  if (const auto origin = map.get("origin")) profile.origin = origin->text("a text");
  const YamlValue steps = map.require("steps");
  const std::string_view expected = users ? "a map from times to users such as {0s: 12, 60s: 44}"
                                          : "a map from times to rates such as {0s: 2/s, 60s: 5/s}";
  if (!steps.is_map()) steps.refuse(expected);
  for (const YamlNode::Entry& entry : steps.node().entries) {
    const YamlNode start_node{YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
    const YamlValue start_value(start_node, steps.path());
    const sim::Time start(read_duration(start_value));
    if (!profile.steps.empty() && start <= profile.steps.back().start) start_value.refuse("a time above the last one");
    const YamlValue level = steps.child(entry);
    profile.steps.push_back({start, users ? read_number(level, 0, kMostUsers, "a number of users from 0 to 1000000")
                                          : read_rate(level, 0)});
  }
  if (profile.steps.empty()) steps.fail("expected at least one step, got none");
  return profile;
}

}  // namespace

bool read_instances(const YamlMap& map) {
  const auto instances = map.get("instances");
  const auto redeploy = map.get("redeploy");
  if (instances && redeploy) redeploy->fail("it is the former name of instances: fresh; expected one of the two");
  if (instances) return read_word<bool>(*instances, {{"kept", false}, {"fresh", true}});
  return redeploy && read_flag(*redeploy);
}

sim::Workload read_workload(const YamlMap& map, InputFiles& files, bool level_is_elsewhere) {
  const auto closed_loop = map.get("closed_loop");
  const auto open_loop = map.get("open_loop");
  const auto arrivals = map.get("arrivals");
  const auto profile = map.get("profile");
  if (int{closed_loop.has_value()} + int{open_loop.has_value()} + int{arrivals.has_value()} > 1) {
    map.value().fail("expected one of closed_loop, open_loop, arrivals, got more");
  }
  if (arrivals && profile) profile->fail("expected no profile beside arrivals");

  sim::Workload workload;
  if (closed_loop) workload.source = read_closed_loop(*closed_loop);
  if (open_loop) workload.source = read_open_loop(*open_loop, level_is_elsewhere || profile);
  if (arrivals) workload.source = read_arrivals(*arrivals, files);
  if (const auto retry = map.get("retry")) workload.retry = read_retry(*retry);
  if (!profile) return workload;

  // what a profile's levels are
  if (!profile->is_scalar()) {
    workload.profile = read_steps(*profile, !open_loop);
    return workload;
  }
  const InputFiles::Text text = files.read(*profile);
  ProfileFile file = parse_profile(text.content, text.path);
  if (file.users && open_loop) profile->refuse("a profile of rate_per_s for an open loop");
  if (!file.users && closed_loop) profile->refuse("a profile of users for a closed loop");
  if (!file.users && !open_loop) workload.source = sim::OpenLoop{};
  workload.profile = std::move(file.profile);
  return workload;
}

}  // namespace faasconf::experiments::config
