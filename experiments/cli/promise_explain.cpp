#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/jobs/explain_promise.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::cli {
namespace {

// Two digits of what lacks from the whole, one decimal at least: 96.9 %, 99.97 %.
std::string percent(double share) {
  const double rest = 100 * (1 - share);
  const int decimals = rest > 0 && rest < 1 ? std::min(12, 1 - static_cast<int>(std::floor(std::log10(rest)))) : 1;
  std::ostringstream text;
  text.imbue(std::locale::classic());  // whatever the locale of whoever calls
  text << std::fixed << std::setprecision(decimals) << 100 * share << " %";
  return text.str();
}

void print_shares(std::ostream& out, const jobs::ExplainedPromise& explained) {
  const double periods = explained.promise.periods;
  for (const jobs::ShareAsked& share : explained.shares) {
    out << "  " << share.term << ": " << percent(share.asked) << " of " << share.requests << " requests, a period, in "
        << percent(periods) << " of the periods asks for a true share of " << percent(share.needed)
        << ", where requests are independent; more where failures come in bursts\n";
  }
}

void print_text(std::ostream& out, const jobs::ExplainPromiseJob& job, const jobs::ExplainedPromise& explained) {
  const sim::Promise& promise = explained.promise;
  for (const std::string& sentence : explained.impossible) out << "CANNOT HOLD: " << sentence << "\n";
  out << describe_game(job.experiment.scenario) << "\nin full: " << sim::to_text(promise) << "\n\nwhat it asks\n";
  print_shares(out, explained);
  out << "  to be sure at " << percent(job.level) << ": " << explained.periods_to_prove
      << (promise.over ? " requests, all served;" : " independent periods, all kept;") << " more if any breaks\n";
  out << "  the load: " << explained.offer << "\n";
  if (explained.period_length > sim::Duration::zero()) {
    const auto all = static_cast<double>(explained.periods_to_prove) * sim::to_seconds(explained.period_length);
    out << "  a period lasts about " << sim::format(explained.period_length) << " under this load";
    if (!promise.over) {
      out << ": at least " << sim::format(sim::from_seconds(std::ceil(all))) << " to prove it";
    }
    out << "\n";
  }
  if (promise.kind == sim::PromiseKind::published) {
    out << "  only successes count: requests that are refused, fail or never end break nothing\n";
  }
}

void print_json(std::ostream& out, const jobs::ExplainedPromise& explained) {
  nlohmann::ordered_json shares = nlohmann::ordered_json::array();
  for (const jobs::ShareAsked& share : explained.shares) {
    shares.push_back(
        {{"term", share.term}, {"asked", share.asked}, {"requests", share.requests}, {"true_share", share.needed}});
  }
  nlohmann::ordered_json line{{"name", explained.promise.name},
                              {"promise", sim::to_text(explained.promise)},
                              {"risk", explained.promise.risk()},
                              {"shares", shares},
                              {"periods_to_prove", explained.periods_to_prove},
                              {"impossible", explained.impossible}};
  line["offer"] = explained.offer;
  line["arrivals_per_s"] = nullptr;
  if (explained.arrivals_per_s) line["arrivals_per_s"] = *explained.arrivals_per_s;
  out << line.dump() << "\n";
}

int run_promise_explain(const Arguments& arguments, const Console& console) {
  jobs::ExplainPromiseJob job{.experiment = read_experiment(arguments),
                              .level = arguments.number("level", 0.5, 0.999999)};
  read_workload(arguments, job.experiment, /*least_users=*/1);
  const jobs::ExplainedPromise explained = jobs::run(job);
  if (arguments.given("json")) {
    print_json(console.out, explained);
  } else {
    print_text(console.out, job, explained);
  }
  return kDone;
}

}  // namespace

Command promise_explain_command() {
  return {
      .name = "promise explain",
      .summary = "what a promise asks in effect: the true share, the periods that prove it, whether the load allows it",
      .parameters =
          {
              experiment_parameter(),
              promise_parameter(),
              users_parameter(),
              rate_parameter(),
              profile_parameter(),
              {.name = "level", .value_name = "SHARE", .description = "confidence of a proof", .default_value = "0.95"},
              set_parameter(),
              json_lines_parameter(),
          },
      .example = "faasconf promise explain parallel --users 20",
      .run = run_promise_explain,
  };
}

}  // namespace faasconf::experiments::cli
