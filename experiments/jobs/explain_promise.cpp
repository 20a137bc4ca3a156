#include "experiments/jobs/explain_promise.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>
#include <variant>

#include <boost/math/special_functions/beta.hpp>

#include "experiments/config/honoured_keys.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/critical_path.hpp"
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
    name.imbue(std::locale::classic());  // whatever the locale of whoever calls
    name << "p" << 100 * term.quantile;
    add(name.str(), term.quantile);
  }
  return shares;
}

// n with promised^n <= 1 - level: so many independent periods, all kept, show that more than the promised share is.
std::int64_t periods_to_prove(const sim::Promise& promise, double level) {
  return static_cast<std::int64_t>(std::ceil(std::log(1 - level) / std::log(1 - promise.risk())));
}

// What a load offers.
struct Offer {
  std::optional<double> per_s{};  // requests, at most; absent: the load does not bound them
  std::string text{};             // in a sentence
};

std::string number(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());  // whatever the locale of whoever calls
  text << std::setprecision(3) << value;
  return text.str();
}

// Of a profile the highest.
double level_of(const sim::Workload& workload, double steady) {
  if (!workload.profile) return steady;
  double highest = 0;
  for (const sim::Profile::Step& step : workload.profile->steps) highest = std::max(highest, step.level);
  return highest;
}

// A user sends the next request after the answer to the last one: no configuration shortens the longest path of calls.
Offer offer_of(const sim::ClosedLoop& loop, const sim::ScenarioSpec& scenario) {
  const double users = level_of(scenario.workload, loop.users);
  const double think_s = loop.think_time.mean();
  const double path_s = sim::critical_path(scenario.workflow, sim::Graph(scenario.workflow)).seconds;
  const std::string load = "a closed loop of " + number(users) + (users == 1 ? " user" : " users") +
                           (scenario.workload.profile ? " at most" : "");
  if (!(think_s + path_s > 0)) {
    return {.text = load +
                    " without think time, whose requests take no time without load: the load alone does not "
                    "bound their number"};
  }
  const double per_s = users / (think_s + path_s);
  return {.per_s = per_s,
          .text = load + " is served at most " + number(per_s) + " times a second: " + number(path_s) +
                  " s on the longest path of calls without waiting, by mean times, and " + number(think_s) +
                  " s of think time"};
}

Offer offer_of(const sim::OpenLoop& loop, const sim::ScenarioSpec& scenario) {
  const double rate_per_s = level_of(scenario.workload, loop.rate_per_s);
  return {.per_s = rate_per_s,
          .text = number(rate_per_s) + (scenario.workload.profile ? " requests/s at most" : " requests/s") +
                  " arrive, whatever becomes of them"};
}

Offer offer_of(const sim::ArrivalList&, const sim::ScenarioSpec&) {
  return {.text = "given arrivals: their number in a period is not bounded here"};
}

Offer offer_of(const sim::ScenarioSpec& scenario) {
  return std::visit([&](const auto& source) { return offer_of(source, scenario); }, scenario.workload.source);
}

std::string per(double count, sim::Duration span) { return number(count) + " in " + sim::format(span); }

std::vector<std::string> impossible(const sim::Promise& promise, const Offer& offer) {
  std::vector<std::string> sentences;
  if (!promise.successes || !offer.per_s || promise.periods <= 0.5) return sentences;
  const double offered = *offer.per_s * sim::to_seconds(promise.successes->per);
  if (offered >= promise.successes->count) return sentences;
  sentences.push_back("successes: " + per(promise.successes->count, promise.successes->per) +
                      " are asked, and the load offers " + per(offered, promise.successes->per) + " on average (" +
                      offer.text + "): no configuration that serves every request can keep this in most periods");
  return sentences;
}

sim::Duration period_length(const sim::ScenarioSpec& scenario, const std::optional<double>& arrivals_per_s) {
  const sim::Promise& promise = scenario.workflow.promise;
  if (promise.period_requests == 0) return scenario.window;
  if (arrivals_per_s.value_or(0) <= 0) return {};
  const double needed = static_cast<double>(promise.period_requests) / *arrivals_per_s;
  const auto most = std::max<std::int64_t>(1, promise.longest_period / scenario.window);
  const double windows = std::ceil(needed / sim::to_seconds(scenario.window));
  return static_cast<std::int64_t>(std::clamp(windows, 1.0, static_cast<double>(most))) * scenario.window;
}

}  // namespace

std::vector<std::string> impossible_terms(const sim::ScenarioSpec& scenario) {
  return impossible(scenario.workflow.promise, offer_of(scenario));
}

ExplainedPromise run(const ExplainPromiseJob& job) {
  const sim::ScenarioSpec& scenario = job.experiment.scenario;
  const sim::Promise& promise = scenario.workflow.promise;
  config::check_keys(job.experiment, config::Verb::explain_promise);
  if (!promise.has_terms()) {
    throw BadValue("promise: workflow '" + scenario.workflow.name +
                   "' makes none; expected one to explain, such as "
                   "strict or p95<=2s");
  }
  if (!(job.level > 0 && job.level < 1)) throw BadValue("level: expected a share between 0 and 1");
  const Offer offer = offer_of(scenario);
  return {.promise = promise,
          .shares = shares_of(promise, offer.per_s),
          .periods_to_prove = periods_to_prove(promise, job.level),
          .arrivals_per_s = offer.per_s,
          .offer = offer.text,
          .period_length = period_length(scenario, offer.per_s),
          .impossible = impossible(promise, offer)};
}

}  // namespace faasconf::experiments::jobs
