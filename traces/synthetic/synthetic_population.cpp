#include "traces/synthetic/synthetic_population.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "sim/core/random.hpp"
#include "traces/azure/published.hpp"

namespace faasconf::traces {
namespace {

using published::kFunctions;

constexpr double kCallsPerRow = published::kTopFunctionCalls / published::kTopFunctionShare / kFunctions;

// Calls a day of a timer and how many of the timers have it. Only the sums behind published quantiles are known: 1.8 %
// of the calls, and many of the functions that are called once an hour or once in five minutes. All are regular.
struct TimerClass {
  double calls;
  double weight;
};
constexpr std::array<TimerClass, 14> kTimers = {{{1.0 / 7, .20},
                                                 {1, .14},
                                                 {2, .02},
                                                 {4, .015},
                                                 {24, .13},
                                                 {48, .06},
                                                 {96, .12},
                                                 {144, .07},
                                                 {288, .115},
                                                 {720, .02},
                                                 {1440, .108},
                                                 {2880, .012},
                                                 {8640, .006},
                                                 {86400, .0093}}};

// Functions without a timer: so many of them are called at most so often a day, mean of 14 days. Together with the
// timers these give the published shares of all functions, less those that a fortnight never sees.
struct Quantile {
  double share;
  double calls;
};
constexpr std::array<Quantile, 6> kOthers = {{{0, .1}, {.358, 1}, {.612, 10}, {.672, 24}, {.829, 288}, {.918, 1440}}};

// Calls come together: a function with a mean of x calls a day is called on 1 - exp(-0.7 x) of the days, which makes
// 36.6 % of a day's functions have fewer than 10 calls.
constexpr double kDaysTogether = .7;

constexpr double kOfficeShare = .30;  // of functions without a timer: rows fall 22 % at weekends
constexpr double kWeekdaysPerDay = 7.0 / 5;
constexpr double kWeekendOfBusy = .9;  // calls of the top hundredth at weekends, by a weekday's
constexpr double kTimersAlone = .43;   // of apps with one function: 21 % of the apps are regular
constexpr double kNewOwner = .6;       // chance that an app has another owner than the one before
constexpr double kLargeAppTail = 1.6;  // exponent of the sizes of apps with 11 functions and more
constexpr std::size_t kLargestApp = 500;

std::size_t rank_of(double share, std::uint32_t rows) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(share * rows)));
}

// --- popularity ---

// Calls fall with rank along straight lines of their logarithms.
struct Knot {
  double rank;
  double calls;
};

double power_law(const Knot& a, const Knot& b, double rank) {
  if (b.rank <= a.rank) return b.calls;
  return a.calls * std::pow(rank / a.rank, std::log(b.calls / a.calls) / std::log(b.rank / a.rank));
}

// Of the ranks after a up to b, none of them above `most`.
double sum_after(const Knot& a, const Knot& b, double most) {
  double sum = 0;
  for (double rank = a.rank + 1; rank <= b.rank; ++rank) sum += std::min(most, power_law(a, b, rank));
  return sum;
}

// What makes a rising function reach a value, as near as the bounds allow.
template <class Rising>
double solve(double low, double high, double value, const sim::GoOn& go_on, const Rising& rising) {
  constexpr int steps = 60;
  for (int i = 0; i < steps; ++i) {
    sim::throw_if_cancelled(go_on);
    const double middle = std::sqrt(low * high);
    (rising(middle) < value ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

// Calls of the functions below the knots of the top hundredth, to where a quantile of kOthers lies.
double calls_at(double share) {
  std::size_t i = 1;
  while (i + 1 < kOthers.size() && kOthers[i].share < share) ++i;
  const Quantile& a = kOthers[i - 1];
  const Quantile& b = kOthers[i];
  return a.calls * std::pow(b.calls / a.calls, (share - a.share) / (b.share - a.share));
}

// The most popular functions, and what they have of all calls. In a trace too small for so few of them to have so much,
// the top function alone.
struct Top {
  double rank;
  double share;
};

Top top_of(double functions, double share, std::uint32_t rows) {
  constexpr double leeway = 1.2;  // none may be as popular as the first
  const auto rank = static_cast<double>(rank_of(functions, rows));
  const double others = share - published::kTopFunctionShare;
  if ((rank - 1) * published::kTopFunctionShare < leeway * others) return {1, published::kTopFunctionShare};
  return {rank, share};
}

// Mean calls of `count` functions without a timer, in falling order: the published shares of the most popular ones, and
// the quantiles below. `timer_calls` is what timers take of the rest.
std::vector<double> popularity(std::size_t count, std::uint32_t rows, double timer_calls, const sim::GoOn& go_on) {
  const double total = kCallsPerRow * rows;
  const double top_share = published::kTopFunctionShare;
  const Top hundredth_top = top_of(.01, published::kTopHundredthShare, rows);
  const Top thousandth_top = top_of(.001, published::kTopThousandthShare, rows);
  const double hundredth = hundredth_top.rank;
  const double thousandth = thousandth_top.rank;
  const Knot busy{std::max(hundredth + 1, std::ceil((1 - kOthers.back().share) * static_cast<double>(count))),
                  kOthers.back().calls};

  std::vector<double> calls(count);
  double below = 0;
  for (auto i = static_cast<std::size_t>(busy.rank); i < count; ++i) {
    calls[i] = calls_at(1 - (static_cast<double>(i) + .5) / static_cast<double>(count));
    below += calls[i];
  }

  // from below upwards: each knot lies where its share of all calls comes out
  const Knot first{1, top_share * total};
  const double highest = 1e6 * first.calls;  // of a knot, where many functions are as popular as the first
  const double of_offices = 1 + kOfficeShare * (kWeekdaysPerDay - 1);  // calls on a weekday over those of a mean day
  const double rest = ((1 - hundredth_top.share) * total - timer_calls) / of_offices - below;
  const Knot third{hundredth, solve(busy.calls, highest, rest, go_on, [&](double at) {
                     return sum_after({hundredth, at}, busy, first.calls);
                   })};
  const double between = (hundredth_top.share - thousandth_top.share) * total;
  const Knot second{thousandth, solve(third.calls, highest, between, go_on, [&](double at) {
                      return sum_after({thousandth, at}, third, first.calls);
                    })};
  const double above = (thousandth_top.share - top_share) * total;
  const Knot runner_up{std::min(2.0, thousandth), solve(second.calls, highest, above, go_on, [&](double at) {
                         return std::min(at, first.calls) + sum_after({2, at}, second, first.calls);
                       })};

  calls[0] = first.calls;
  for (std::size_t i = 1; i < static_cast<std::size_t>(busy.rank) && i < count; ++i) {
    const auto rank = static_cast<double>(i + 1);
    calls[i] = std::min(first.calls, rank <= thousandth  ? power_law(runner_up, second, rank)
                                     : rank <= hundredth ? power_law(second, third, rank)
                                                         : power_law(third, busy, rank));
  }
  return calls;
}

// --- triggers ---

using Shares = std::array<double, kTriggerNames.size()>;

// The trigger that lags most behind its due.
Trigger most_due(const Shares& due) {
  return static_cast<Trigger>(std::max_element(due.begin(), due.end()) - due.begin());
}

Shares without_timers(Shares shares) {
  shares[static_cast<std::size_t>(Trigger::timer)] = 0;
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

// What each trigger still has to get on a weekday: functions that are called, and calls.
struct Dues {
  Shares functions{};
  Shares calls{};

  void take(SyntheticFunction& function, Trigger trigger) {
    function.trigger = trigger;
    functions[static_cast<std::size_t>(trigger)] -= function.chance;
    calls[static_cast<std::size_t>(trigger)] -= function.weekday_calls;
  }
};

// From the least popular function upwards, each trigger in its turn. One that has had its calls gets no more of the
// popular functions; the top hundredth goes by calls alone.
Dues deal_triggers(std::span<SyntheticFunction> functions, std::size_t hundredth, Dues due) {
  constexpr double never = -std::numeric_limits<double>::infinity();
  const Shares by_number = without_timers(published::kFunctionShares);
  for (std::size_t i = functions.size(); i-- > 0;) {
    for (std::size_t t = 0; t < by_number.size(); ++t) due.functions[t] += by_number[t] * functions[i].chance;
    if (i < hundredth) continue;
    Shares turn = due.functions;
    for (std::size_t t = 0; t < turn.size(); ++t) {
      if (due.calls[t] < functions[i].weekday_calls) turn[t] = never;
    }
    due.take(functions[i], most_due(turn));
  }
  for (std::size_t i = 0; i < std::min(hundredth, functions.size()); ++i) {
    Shares turn = due.calls;
    turn[static_cast<std::size_t>(Trigger::others)] = never;
    due.take(functions[i], most_due(turn));
  }
  return due;
}

// Of functions without a timer, in falling order of calls, so that the triggers' shares of functions and of calls come
// out: what one deal leaves over, the next one begins with.
void set_triggers(std::span<SyntheticFunction> functions, std::size_t hundredth, double total) {
  constexpr int deals = 4;
  Dues start;
  for (std::size_t t = 0; t < start.calls.size(); ++t) start.calls[t] = published::kCallShares[t] * total;
  start.calls[static_cast<std::size_t>(Trigger::timer)] = -std::numeric_limits<double>::infinity();
  for (int deal = 0; deal < deals; ++deal) {
    start.functions = deal_triggers(functions, hundredth, start).functions;
  }
}

// --- all functions that may ever be called ---

std::vector<SyntheticFunction> make_timers(std::uint32_t rows) {
  double weights = 0;
  double chances = 0;
  for (const TimerClass& timer : kTimers) {
    weights += timer.weight;
    chances += timer.weight * std::min(1.0, timer.calls);
  }
  const double share = published::kFunctionShares[static_cast<std::size_t>(Trigger::timer)];
  const double count = share * rows * weights / chances;

  std::vector<SyntheticFunction> timers;
  double until = 0;
  for (const TimerClass& timer : kTimers) {
    until += timer.weight / weights * count;
    while (static_cast<double>(timers.size()) + .5 < until) {
      timers.push_back({.trigger = Trigger::timer,
                        .weekday_calls = timer.calls,
                        .weekend_calls = timer.calls,
                        .chance = std::min(1.0, timer.calls)});
    }
  }
  return timers;
}

double sum_of_chances(std::span<const SyntheticFunction> functions) {
  double sum = 0;
  for (const SyntheticFunction& function : functions) sum += function.chance;
  return sum;
}

std::vector<SyntheticFunction> make_others(std::uint64_t seed, std::size_t count, std::uint32_t rows,
                                           double timer_calls, const sim::GoOn& go_on) {
  const std::size_t hundredth = rank_of(.01, rows);
  sim::Rng rng = sim::RngStreams(seed).stream("synthetic offices");
  std::vector<SyntheticFunction> others(count);
  const std::vector<double> calls = popularity(count, rows, timer_calls, go_on);
  for (std::size_t i = 0; i < count; ++i) {
    SyntheticFunction& other = others[i];
    const bool busy = i < hundredth;
    other.top = i == 0;
    other.in_office = !busy && rng.uniform() < kOfficeShare;
    other.weekday_calls = other.in_office ? kWeekdaysPerDay * calls[i] : calls[i];
    other.weekend_calls = other.in_office ? 0 : busy && !other.top ? kWeekendOfBusy * calls[i] : calls[i];
    other.chance = -std::expm1(-kDaysTogether * other.weekday_calls);
  }
  set_triggers(others, hundredth, kCallsPerRow * rows);
  return others;
}

// As many without a timer as make `rows` functions be called on a weekday; chances below one give way to the last
// fraction.
std::vector<SyntheticFunction> make_all(std::uint64_t seed, std::uint32_t rows, const sim::GoOn& go_on) {
  std::vector<SyntheticFunction> all = make_timers(rows);
  double timer_calls = 0;
  for (const SyntheticFunction& timer : all) timer_calls += timer.weekday_calls;
  const double wanted = rows - sum_of_chances(all);

  constexpr double first_guess = 1.44;  // functions for one that is called on a day
  constexpr int corrections = 4;
  auto count = static_cast<std::size_t>(std::max(1.0, std::round(first_guess * wanted)));
  std::vector<SyntheticFunction> others = make_others(seed, count, rows, timer_calls, go_on);
  for (int i = 0; i < corrections; ++i) {
    count = static_cast<std::size_t>(
        std::max(1.0, std::round(static_cast<double>(count) * wanted / sum_of_chances(others))));
    others = make_others(seed, count, rows, timer_calls, go_on);
  }
  all.insert(all.begin(), others.begin(), others.end());

  double certain = 0;
  double uncertain = 0;
  for (const SyntheticFunction& function : all) (function.chance > .999 ? certain : uncertain) += function.chance;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].number = static_cast<std::uint32_t>(i);
    if (all[i].chance <= .999 && uncertain > 0) {
      all[i].chance = std::clamp(all[i].chance * (rows - certain) / uncertain, 0.0, 1.0);
    }
  }
  return all;
}

// --- days ---

void shuffle(std::vector<std::size_t>& items, sim::Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[rng.below(static_cast<std::uint32_t>(i))]);
  }
}

// An order that has nothing to do with popularity and triggers.
std::vector<std::size_t> any_order(std::uint64_t seed, std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  sim::Rng rng = sim::RngStreams(seed).stream("synthetic order");
  shuffle(order, rng);
  return order;
}

// Systematic sampling: chances are laid end to end, and a comb of unit width selects the functions that are called.
// Their number is the sum of the chances, rounded up or down; days are independent of each other.
std::vector<bool> called_on(std::uint64_t seed, std::uint32_t day, std::span<const SyntheticFunction> all,
                            std::span<const std::size_t> order) {
  double sum = sim::RngStreams(seed, day).stream("synthetic days").uniform();
  std::vector<bool> called(all.size());
  for (const std::size_t i : order) {
    const double before = std::floor(sum);
    sum += is_weekend(day) && all[i].in_office ? 0 : all[i].chance;
    called[i] = std::floor(sum) > before;
  }
  return called;
}

// --- apps ---

std::size_t draw_app_size(sim::Rng& rng) {
  double left = rng.uniform();
  std::size_t smallest = 1;
  for (std::size_t i = 0; i < published::kAppSizes.size(); ++i) {
    if (left < published::kAppSizeShares[i]) {
      const auto spread = static_cast<std::uint32_t>(published::kAppSizes[i] - smallest + 1);
      return smallest + rng.below(spread);
    }
    left -= published::kAppSizeShares[i];
    smallest = published::kAppSizes[i] + 1;
  }
  const double size = static_cast<double>(smallest) * std::pow(rng.uniform_positive(), -1 / kLargeAppTail);
  return static_cast<std::size_t>(std::min(size, static_cast<double>(kLargestApp)));
}

std::vector<std::size_t> draw_app_sizes(std::size_t functions, sim::Rng& rng) {
  std::vector<std::size_t> sizes;
  for (std::size_t left = functions; left > 0; left -= sizes.back()) {
    sizes.push_back(std::min(draw_app_size(rng), left));
  }
  return sizes;
}

// Functions in the order of their apps: a timer alone in kTimersAlone of the small ones, all else by lot.
class AppFiller {
 public:
  AppFiller(std::span<const SyntheticFunction> functions, std::size_t apps_of_one, sim::Rng& rng) : rng_(rng) {
    for (std::size_t i = 0; i < functions.size(); ++i) {
      (functions[i].trigger == Trigger::timer ? timers_ : others_).push_back(i);
    }
    shuffle(timers_, rng_);
    shuffle(others_, rng_);
    alone_ = std::min(timers_.size(), static_cast<std::size_t>(kTimersAlone * static_cast<double>(apps_of_one)));
    // not more than there are others to be alone as well
    alone_ = std::max(alone_, apps_of_one - std::min(apps_of_one, others_.size()));
    apps_of_one_ = apps_of_one;
  }

  std::size_t next_alone() {
    const bool timer = alone_ > 0 && (others_.empty() || rng_.below(static_cast<std::uint32_t>(apps_of_one_)) < alone_);
    --apps_of_one_;
    if (timer) --alone_;
    return take(timer ? timers_ : others_);
  }

  std::size_t next_among_others() {
    const std::size_t timers = timers_.size() - std::min(timers_.size(), alone_);
    const std::size_t reserved = apps_of_one_ - std::min(apps_of_one_, alone_);
    const std::size_t others = others_.size() - std::min(others_.size(), reserved);
    if (timers + others == 0) return take(timers_.empty() ? others_ : timers_);
    return take(rng_.below(static_cast<std::uint32_t>(timers + others)) < timers ? timers_ : others_);
  }

 private:
  static std::size_t take(std::vector<std::size_t>& from) {
    const std::size_t item = from.back();
    from.pop_back();
    return item;
  }

  sim::Rng& rng_;
  std::vector<std::size_t> timers_, others_;
  std::size_t alone_ = 0;        // timers still to be alone in their app
  std::size_t apps_of_one_ = 0;  // still to come
};

}  // namespace

bool is_weekend(std::uint32_t day) { return day % 7 >= 5; }

Population make_population(std::uint64_t seed, std::uint32_t rows, std::uint32_t days, const sim::GoOn& go_on) {
  const std::vector<SyntheticFunction> all = make_all(seed, rows, go_on);
  const std::vector<std::size_t> order = any_order(seed, all.size());
  std::vector<std::vector<bool>> called;
  for (std::uint32_t day = 0; day < days; ++day) {
    sim::throw_if_cancelled(go_on);
    called.push_back(called_on(seed, day, all, order));
  }
  std::vector<SyntheticFunction> seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::any_of(called.begin(), called.end(), [i](const auto& day) { return day[i]; })) seen.push_back(all[i]);
  }

  Population population;
  sim::Rng rng = sim::RngStreams(seed).stream("synthetic apps");
  const std::vector<std::size_t> sizes = draw_app_sizes(seen.size(), rng);
  AppFiller filler(seen, static_cast<std::size_t>(std::count(sizes.begin(), sizes.end(), 1U)), rng);
  std::uint32_t owner = 0;
  for (const std::size_t size : sizes) {
    const auto app = static_cast<std::uint32_t>(population.owners.size());
    if (app > 0 && rng.uniform() < kNewOwner) ++owner;
    population.owners.push_back(owner);
    for (std::size_t i = 0; i < size; ++i) {
      population.functions.push_back(seen[size == 1 ? filler.next_alone() : filler.next_among_others()]);
      population.functions.back().app = app;
    }
  }

  for (const std::vector<bool>& day : called) {
    sim::throw_if_cancelled(go_on);
    std::vector<bool>& of_day = population.called.emplace_back();
    for (const SyntheticFunction& function : population.functions) of_day.push_back(day[function.number]);
    population.called_on_a_day.push_back(static_cast<std::uint32_t>(std::count(of_day.begin(), of_day.end(), true)));
  }
  return population;
}

}  // namespace faasconf::traces
