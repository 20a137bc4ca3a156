#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

const std::string kRequiredKey(kRequired);

Section sweep_file() {
  const Takes axes = named(list_of(anything()) | map_of("axis"));
  const Takes points = list_of(named(anything()));
  return {
      "sweep",
      "A sweep file, for `faasconf sweep`; [Sweeps](sweeps.md) explains it.",
      {"experiment"},
      {
          {"experiment", text(), kRequiredKey, "headline", "the experiment's file, or the name of one that ships"},
          {"description", text(), "", "\"users and limits\"", "a text for people; nothing is made of it"},
          {"job", words({"simulate"}), "simulate", "simulate", "what is done in each cell"},
          {"set", named(anything()), "", "{duration: 10m}", "keys of the experiment with another value in all cells"},
          {"axes", axes, "", "{workload.closed_loop.users: [10, 20]}",
           "keys of the experiment and their values; every value meets every other key's"},
          {"zip", axes, "", "{seed: [1, 2], duration: [10m, 20m]}", "keys whose values go in step"},
          {"common", words({"all"}) | list_of(text()), "", "[configuration.concurrency]",
           "axes along which cells share their random numbers"},
          {"sample", map_of("sample"), "", "{sobol: 64}", "some of the cells in place of all"},
          {"include", points, "", "[{workload.closed_loop.users: 20}]", "cells more, by the values of axes"},
          {"exclude", points, "", "[{workload.closed_loop.users: 20}]", "cells less, where all that a map says holds"},
          {"replications", count(1, 1e9), "30", "10", "runs of each cell"},
          {"precision", text() | map_of("precision"), "", "1% of latency_mean_s",
           "each cell goes on until this metric's interval is so narrow, in place of replications"},
          {"warm_up", time(), "0s", "1m", "left out of each run"},
          {"by_function", flag(), "false", "true", "results of each function are kept as well"},
          {"seed", count(0, 18446744073709551615.0), "", "7", "of all random numbers. Absent: the experiment's"},
      }};
}

}  // namespace

std::vector<Section> sweep_sections() {
  return {
      sweep_file(),
      {"axis",
       "Each of `axes` and `zip` of a sweep, where it is no list.",
       {},
       {
           {"range", text(), kRequiredKey, "250m..2000m", "from the first to the last value, in one unit"},
           {"step", text(), "1", "250m", "between two values"},
       }},
      {"sample",
       "`sample` of a sweep: one of these.",
       {},
       {
           {"latin_hypercube", count(1, 1e6), "", "64", "cells, of which each value of an axis has as many"},
           {"random", count(1, 1e6), "", "200", "cells, by chance"},
           {"sobol", count(1, 1e6), "", "64", "cells, spread evenly"},
       }},
      {"precision",
       "`precision` of a sweep, where it is no text.",
       {},
       {
           {"within", text(), kRequiredKey, "1% of latency_mean_s", "half of the interval, as a share of the mean"},
           {"from", count(2, 1e9), "10", "5", "the fewest replications"},
           {"at_most", count(2, 1e9), "1000", "100", "the most"},
       }},
  };
}

}  // namespace faasconf::experiments::config
