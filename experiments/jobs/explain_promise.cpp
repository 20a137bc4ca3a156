#include "experiments/jobs/explain_promise.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <sstream>

#include <boost/math/special_functions/beta.hpp>

#include "experiments/jobs/bad_value.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/arrivals.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::jobs {
namespace {

// Smallest p with P(at least `least` of n succeed) >= level, each with probability p: the inverse of
// I_p(least, n - least + 1) (Clopper and Pearson 1934).
double true_share(double asked, std::int64_t n, double level) {
  const auto least = static_cast<double>(std::ceil(asked * static_cast<double>(n) * (1 - 1e-12)));
  return boost::math::ibeta_inv(least, static_cast<double>(n) - least + 1, level);
}

// At most as many as arrive until the longest period ends.
std::int64_t requests_of_period(const sim::Promise& promise, std::optional<double> arrivals) {
  const double most = arrivals.value_or(HUGE_VAL) * sim::to_seconds(promise.longest_period);
  const auto wanted = static_cast<double>(promise.period_requests);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min({most, wanted, 1e9})));
}

std::vector<ShareAsked> shares_of(const sim::Promise& promise, std::optional<double> arrivals) {
  std::vector<ShareAsked> shares;
  if (promise.period_requests == 0 || promise.over) return shares;
  const auto add = [&](const std::string& term, double asked) {
    if (asked >= 1) return;
    shares.push_back({.term = term,
                      .asked = asked,
                      .requests = requests_of_period(promise, arrivals),
                      .needed = true_share(asked, requests_of_period(promise, arrivals), promise.periods)});
  };
  if (promise.served_share) add("served_share", *promise.served_share);
  for (const sim::PercentileTerm& term : promise.percentiles) {
    std::ostringstream name;
    name << "p" << 100 * term.quantile;
    add(name.str(), term.quantile);
  }
  return shares;
}

// n with promised^n <= 1 - level: so many independent periods, all kept, show that more than the promised share is.
std::int64_t periods_to_prove(const sim::Promise& promise, double level) {
  return static_cast<std::int64_t>(std::ceil(std::log(1 - level) / std::log(1 - promise.risk())));
}

// Seconds of a request's CPU work and waiting that no configuration can shorten are not known; the think time is.
std::optional<double> arrivals_per_s(const sim::Workload& workload) {
  if (workload.profile) return std::nullopt;
  if (const auto* open = std::get_if<sim::OpenLoop>(&workload.source)) return open->rate_per_s;
  if (const auto* closed = std::get_if<sim::ClosedLoop>(&workload.source)) {
    const double think_s = closed->think_time.mean();
    if (think_s > 0) return closed->users / think_s;
  }
  return std::nullopt;
}

std::string per(double count, sim::Duration span) {
  std::ostringstream text;
  text << count << " in " << sim::format(span);
  return text.str();
}

std::vector<std::string> impossible(const sim::Promise& promise, std::optional<double> arrivals) {
  std::vector<std::string> sentences;
  if (!promise.successes || !arrivals || promise.periods <= 0.5) return sentences;
  const double offered = *arrivals * sim::to_seconds(promise.successes->per);
  if (offered >= promise.successes->count) return sentences;
  sentences.push_back("successes: " + per(promise.successes->count, promise.successes->per) +
                      " are asked, and the load offers " + per(offered, promise.successes->per) +
                      " on average: no configuration can keep this in most periods");
  return sentences;
}

}  // namespace

std::vector<std::string> impossible_terms(const sim::ScenarioSpec& scenario) {
  return impossible(scenario.workflow.promise, arrivals_per_s(scenario.workload));
}

ExplainedPromise run(const ExplainPromiseJob& job) {
  const sim::ScenarioSpec& scenario = job.experiment.scenario;
  const sim::Promise& promise = scenario.workflow.promise;
  if (!promise.has_terms()) {
    throw BadValue("promise: workflow '" + scenario.workflow.name +
                   "' makes none; expected one to explain, such as "
                   "strict or p95<=2s");
  }
  if (!(job.level > 0 && job.level < 1)) throw BadValue("level: expected a share between 0 and 1");
  ExplainedPromise explained{.promise = promise,
                             .shares = shares_of(promise, arrivals_per_s(scenario.workload)),
                             .periods_to_prove = periods_to_prove(promise, job.level),
                             .arrivals_per_s = arrivals_per_s(scenario.workload)};
  explained.impossible = impossible(promise, explained.arrivals_per_s);
  if (promise.period_requests == 0) {
    explained.period_length = scenario.window;
  } else if (explained.arrivals_per_s.value_or(0) > 0) {
    const double needed = static_cast<double>(promise.period_requests) / *explained.arrivals_per_s;
    const auto most = std::max<std::int64_t>(1, promise.longest_period / scenario.window);
    const double windows = std::ceil(needed / sim::to_seconds(scenario.window));
    explained.period_length =
        static_cast<std::int64_t>(std::clamp(windows, 1.0, static_cast<double>(most))) * scenario.window;
  }
  return explained;
}

}  // namespace faasconf::experiments::jobs
