#pragma once
// The functions of a made-up Azure trace with their popularity, triggers and apps, chosen to reproduce the published
// statistics. Calls are made elsewhere.

#include <cstdint>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

struct SyntheticFunction {
  std::uint32_t number = 0;  // names its random streams, its hash, and its place in the order of popularity
  std::uint32_t app = 0;
  Trigger trigger = Trigger::others;
  bool in_office = false;    // called on weekdays only
  bool top = false;          // the most popular one
  double weekday_calls = 0;  // mean, with the days on which it is not called at all
  double weekend_calls = 0;
  double chance = 1;  // that it is called at all on a day of its week
};

struct Population {
  std::vector<SyntheticFunction> functions;    // called at all in these days; an app's stand together
  std::vector<std::uint32_t> owners;           // of each app
  std::vector<std::vector<bool>> called;       // by day: which of the functions
  std::vector<std::uint32_t> called_on_a_day;  // how many of them
};

// `rows` functions are called on each weekday, other ones as well where there are several days; day 0 is a Monday.
Population make_population(std::uint64_t seed, std::uint32_t rows, std::uint32_t days, const sim::GoOn& go_on = {});

bool is_weekend(std::uint32_t day);

}  // namespace faasconf::traces
