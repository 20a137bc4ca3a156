#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

const std::string kRequiredKey(kRequired);
const std::string kTerm = "served_share=95%";

Section promise_file() {
  return {
      "promise",
      "A promise file, or `promise` of a workflow or an experiment; [The promise](../explanation/promise.md) explains "
      "it. "
      "On one line the same terms are written p95<=2s, served_share>=99%, good>=99%, within=2s, over=30d, "
      "successes>=20/30s, deadline=30s, period=200, longest_period=10m, periods>=95%.",
      {"latency", "served_share", "successes", "good"},
      {
          {"latency", map_of("latency"), "", "{p95: 2s}", "the latencies that must not be exceeded"},
          {"served_share", percentage(0, 1), "", "99%", "of the requests due, served within the deadline"},
          {"successes", text(), "", "20 per 30s", "the fewest successes per time"},
          {"good", map_of("good"), "", "{within: 2s, share: 99%, over: 30d}",
           "a served share over a long time, in place of served_share and deadline"},
          {"deadline", positive_time(), "10m", "30s", "until which a request must be answered to count as served",
           kTerm},
          {"period", text(), "200 requests", "500 requests",
           "what each term is judged over: a number of requests, or window", kTerm},
          {"longest_period", positive_time(), "10m", "1h", "after which a period ends with fewer requests", kTerm},
          {"periods", percentage(0, 1), "95%", "99%", "share of the periods that must keep all terms", kTerm},
      },
  };
}

}  // namespace

std::vector<Section> promise_sections() {
  std::vector<Key> latencies = {{"mean", positive_time(), "", "1s", "of the requests served"}};
  for (const char* const name : {"p50", "p75", "p90", "p95", "p99", "p99.9"}) {
    latencies.push_back({name, positive_time(), "", "2s", "this percentile of the requests served"});
  }
  return {
      promise_file(),
      {"latency", "`latency` of a promise: the most of each.", {}, std::move(latencies)},
      {"good",
       "`good` of a promise, as reliability engineers write it.",
       {},
       {
           {"within", positive_time(), kRequiredKey, "2s", "a good request is answered within this time"},
           {"share", percentage(0, 1), kRequiredKey, "99%", "of all requests that must be good"},
           {"over", positive_time(), kRequiredKey, "30d", "the time over which it is asked"},
       }},
  };
}

}  // namespace faasconf::experiments::config
