#pragma once
// A promise on one line: "p95<=2s, served_share>=99%, deadline=30s, periods>=95%".

#include <string>
#include <string_view>

#include "sim/model/promise.hpp"

namespace faasconf::sim {

// Terms: mean<=2s, p50<=..., p99.9<=..., served_share>=99%, successes>=20/30s; good>=99%, within=2s, over=30d
// (reliability engineers' form; 0.99 may be written for 99%). How they are judged: deadline=30s, period=200 (requests)
// or period=window, longest_period=10m, periods>=95%. Separated by commas, each at most once. What is not said is as in
// `usually`. Throws Error naming the part, what was expected and what came.
Promise promise_from_text(std::string_view text, const Promise& usually = {});

// Every value, so that promise_from_text reads it back; without a name. "none" for one without terms.
std::string to_text(const Promise& promise);
// The terms alone, for people: "mean latency <= 13s, >= 20 successes in 30s".
std::string terms_text(const Promise& promise);

}  // namespace faasconf::sim
