#include "experiments/jobs/explain_promise.hpp"

#include <chrono>
#include <cmath>

#include <gmock/gmock.h>

#include "experiments/jobs/bad_value.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::jobs {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

ExplainPromiseJob job_of(const std::string& promise, const std::string& workload = "{closed_loop: {users: 1}}") {
  return {.experiment = config::parse_experiment("workflow:\n"
                                                 "  name: small\n"
                                                 "  functions: {only: {serial: 100ms}}\n"
                                                 "  entry: {call: only}\n"
                                                 "promise: \"" +
                                                     promise + "\"\nworkload: " + workload + "\n",
                                                 "small.yaml")};
}

// P(at least `least` of n succeed), term by term.
double at_least(int least, int n, double p) {
  double sum = 0;
  for (int k = least; k <= n; ++k) {
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                    (n - k) * std::log1p(-p));
  }
  return sum;
}

// Oracle: the binomial distribution; 96.9 % is what the design states for the strict promise.
TEST(ExplainPromise, FindsTheTrueShareThatASharePerPeriodTakes) {
  const ExplainedPromise explained = run(job_of("served_share>=95%"));
  ASSERT_EQ(explained.shares.size(), 1U);
  EXPECT_NEAR(explained.shares[0].needed, 0.969, 0.0005);
  EXPECT_NEAR(at_least(190, 200, explained.shares[0].needed), 0.95, 1e-9);
  const ExplainedPromise other = run(job_of("p99<=2s, period=50, periods>=90%"));
  EXPECT_NEAR(at_least(50, 50, other.shares[0].needed), 0.9, 1e-9);
}

TEST(ExplainPromise, CountsThePeriodsThatCanProveIt) {
  EXPECT_EQ(run(job_of("served_share>=95%")).periods_to_prove, 59);
  EXPECT_EQ(run(job_of("served_share>=95%, periods>=90%")).periods_to_prove, 29);
  ExplainPromiseJob sure = job_of("served_share>=95%");
  sure.level = 0.99;
  EXPECT_EQ(run(sure).periods_to_prove, 90);
}

TEST(ExplainPromise, SaysWhatTheLoadDoesNotOffer) {
  const std::string load = "{open_loop: {rate: 0.5/s}}";
  const ExplainedPromise explained = run(job_of("successes>=20/30s", load));
  ASSERT_EQ(explained.impossible.size(), 1U);
  EXPECT_THAT(explained.impossible[0], HasSubstr("20 in 30s are asked, and the load offers 15 in 30s"));
  EXPECT_TRUE(run(job_of("successes>=15/30s", load)).impossible.empty());
}

TEST(ExplainPromise, AClosedLoopOffersNoMoreThanItsThinkTimeLetsIt) {
  const std::string load = "{closed_loop: {users: 10, think_time: 20s}}";
  EXPECT_EQ(run(job_of("successes>=15/30s", load)).impossible.size(), 1U) << "10 / (20 s + 0.1 s) in a second";
  EXPECT_TRUE(run(job_of("successes>=14/30s", load)).impossible.empty());
}

// 100 ms of work without a queue: one user is served ten times a second at most.
TEST(ExplainPromise, AUserWithoutThinkTimeIsServedNoFasterThanTheLongestPath) {
  const ExplainedPromise explained = run(job_of("successes>=301/30s"));
  EXPECT_DOUBLE_EQ(explained.arrivals_per_s.value(), 10);
  ASSERT_EQ(explained.impossible.size(), 1U);
  EXPECT_THAT(explained.impossible[0], HasSubstr("a closed loop of 1 user is served at most 10 times a second"));
  EXPECT_TRUE(run(job_of("successes>=300/30s")).impossible.empty());
}

TEST(ExplainPromise, SaysWhereTheLoadDoesNotBoundTheCount) {
  ExplainPromiseJob job = job_of("successes>=20/30s");
  job.experiment.scenario.workflow.functions[0].serial_work = {};
  const ExplainedPromise explained = run(job);
  EXPECT_FALSE(explained.arrivals_per_s);
  EXPECT_TRUE(explained.impossible.empty());
  EXPECT_THAT(explained.offer, HasSubstr("the load alone does not bound their number"));
}

TEST(ExplainPromise, OfALoadOverTimeGoesByTheHighestLevel) {
  const std::string load = "{open_loop: {}, profile: {steps: {0s: 0.1/s, 60s: 0.5/s}}}";
  EXPECT_EQ(run(job_of("successes>=16/30s", load)).impossible.size(), 1U);
  EXPECT_TRUE(run(job_of("successes>=15/30s", load)).impossible.empty());
}

TEST(ExplainPromise, KnowsHowLongAPeriodLasts) {
  EXPECT_EQ(run(job_of("served_share>=95%", "{open_loop: {rate: 5/s}}")).period_length, sim::Duration(60s));
  EXPECT_EQ(run(job_of("served_share>=95%", "{open_loop: {rate: 0.01/s}}")).period_length, sim::Duration(10min));
}

TEST(ExplainPromise, NeedsAPromise) { EXPECT_THROW(run(job_of("none")), BadValue); }

}  // namespace
}  // namespace faasconf::experiments::jobs
