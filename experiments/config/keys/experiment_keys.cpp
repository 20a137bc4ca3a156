#include "experiments/config/keys/choice.hpp"
#include "experiments/config/keys/key.hpp"
#include "experiments/config/profile_file.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();
const std::string kRequiredKey(kRequired);

Takes users() { return count(1, kMostUsers); }

Section experiment_file() {
  return {
      "experiment",
      "An experiment file: what is run and how. [Which command honours which "
      "key](../../experiments/configs/README.md#experiment-files) is a table of its own.",
      {"workflow"},
      {
          {"workflow", text() | map_of("workflow"), kRequiredKey, "parallel",
           "a workflow's file, the name of one that ships, or the workflow itself"},
          {"description", text(), "", "\"as in the paper\"", "a text for people; nothing is made of it"},
          {"promise", text() | map_of("promise"), "", "strict", "in place of the workflow's"},
          {"promise_mismatch", words({"refuse", "allow"}), "refuse", "allow",
           "whether trained policies serve under another promise than they were trained to keep"},
          {"rollout", choice<sim::Rollout>(), "", "rolling", "in place of the workflow's"},
          {"drain", time_or_law(), "", "2s", "in place of the workflow's"},
          {"workload", map_of("workload"), "{closed_loop: {users: 10}}", "{closed_loop: {users: 3}}",
           "how requests arrive"},
          {"loads", map_of("loads"), "", "{users: [10, 20]}",
           "the levels of load to go through, in place of the workload's"},
          {"load_knowledge", words({"any", "causal"}), "any", "causal",
           "causal: policies that know the load to come are refused"},
          {"attribution", choice<sim::Attribution>(), "completed", "started",
           "to which window a request counts: the one in which it is done, or begins, or both as in the paper"},
          {"instances", words({"kept", "fresh"}), "kept", "fresh",
           "whether instances and requests stay from window to window, or every window begins anew, as in the paper"},
          {"redeploy", flag(), "", "false", "the former name of instances: true is fresh"},
          {"duration", positive_time(), "", "10m", "simulated time of a run. Absent: the command's"},
          {"replications", count(1, 1e9), "", "4", "independent runs. Absent: the command's"},
          {"seed", count(0, 18446744073709551615.0), "", "7", "of all random numbers. Absent: the command's"},
          {"configuration", text() | map_of("configuration"), "", "{cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}",
           "the knobs that are run. Absent: the middle of each range"},
          {"configurations", named(text() | map_of("configuration")), "",
           "{a: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}}",
           "several by their names, in place of configuration"},
          {"policies", list_of(text() | map_of("policy")), "[fixed]", "[fixed, hpa]",
           "what changes configurations while they run; each makes a case of its own"},
      },
  };
}

Section workload() {
  return {
      "workload",
      "`workload` of an experiment: one of closed_loop, open_loop and arrivals.",
      {},
      {
          {"closed_loop", map_of("closed_loop"), "{users: 10}", "{users: 20, think_time: 1s}",
           "users who send the next request after the answer to the last one"},
          {"open_loop", map_of("open_loop"), "", "{rate: 5/s}", "requests that arrive whatever the answers"},
          {"arrivals", text() | list_of(time()), "", "[0s, 1.5s, 2s]", "the times of all requests, or a file of them"},
          {"profile", text() | map_of("profile"), "", "{steps: {0s: 12, 60s: 44}}",
           "users or rates over time: a CSV file with start_s and users or rate_per_s, or the steps themselves"},
          {"retry", map_of("retry"), "", "{attempts: 3, back_off: 1s}",
           "clients send failed requests again. Absent: they do not"},
          {"window", positive_time(), "30s", "60s", "between two decisions of a policy, and of all that is counted"},
      },
  };
}

Section profile() {
  return {"profile",
          "`profile` of a workload, where it is no file.",
          {},
          {
              {"origin", text(), "", "\"trace day 3\"", "where it comes from; nothing is made of it"},
              {"steps", named(number(0, kMostUsers) | rate(0)), kRequiredKey, "{0s: 12, 60s: 44}",
               "from times to the users from then on, or to rates such as 5/s in an open loop"},
          }};
}

std::vector<Section> sources() {
  return {
      {"closed_loop",
       "`closed_loop` of a workload.",
       {},
       {
           {"users", users(), "10", "20", "how many there are"},
           {"think_time", time_or_law(), "0s", "{law: exponential, mean: 1s}",
            "between an answer and the next request"},
           {"spawn_rate", rate(kAboveZero) | words({"at_once"}), "10/s", "2/s", "users that start per second"},
           {"back_off", time_or_law(), "0s", "1s", "added to the think time after a failed request"},
       }},
      {"open_loop",
       "`open_loop` of a workload.",
       {},
       {
           {"rate", rate(kAboveZero), kRequiredKey, "300/m", "requests per s, m, h or d; not beside a profile"},
           {"law", words({"poisson", "deterministic", "gamma", "mmpp"}), "poisson", "deterministic",
            "of the gaps between arrivals"},
           {"cv", number(1e-6, 1e6), "", "2", "standard deviation / mean of the gaps; required with gamma",
            "law=gamma"},
           {"states", list_of(map_of("state")), "",
            "[{relative_rate: 1, mean_stay: 60s}, {relative_rate: 9, mean_stay: 10s}]",
            "of a Markov-modulated process, one after the other in a ring; required with mmpp", "law=mmpp"},
       }},
      {"state",
       "Each of `states` of an open loop.",
       {},
       {
           {"relative_rate", number(), kRequiredKey, "4", "its rate, on any scale"},
           {"mean_stay", positive_time(), kRequiredKey, "30s", "of the exponential time in it"},
       }},
      {"retry",
       "`retry` of a workload.",
       {},
       {
           {"attempts", count(1, 100), "3", "5", "at most, the first included"},
           {"back_off", time_or_law(), "0s", "1s", "before the second attempt"},
           {"factor", number(0, 1000), "2", "1.5", "by which the back-off grows with each further one"},
       }},
      {"loads",
       "`loads` of an experiment: one of the two.",
       {},
       {
           {"users", list_of(users()), "", "[10, 20, 30]", "of closed loops"},
           {"rates", list_of(rate(kAboveZero)), "", "[1/s, 5/s]", "of open loops"},
       }},
  };
}

}  // namespace

std::vector<Section> experiment_sections() {
  std::vector<Section> all = {experiment_file(), workload(), profile()};
  for (Section& section : sources()) all.push_back(std::move(section));
  return all;
}

}  // namespace faasconf::experiments::config
