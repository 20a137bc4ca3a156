#include "sim/model/promise_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::sim {
namespace {

constexpr std::string_view kParts =
    "mean, p50 .. p99.9, served_share, successes, good with within and over, deadline, period, longest_period, periods";

// "p95<=2s" as its three parts.
struct Part {
  std::string_view key;
  std::string_view sign;
  std::string_view value;
};

[[noreturn]] void refuse(std::string_view part, std::string_view expected) {
  throw Error("promise: expected " + std::string(expected) + ", got \"" + std::string(part) + "\"");
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Part part_of(std::string_view text) {
  const auto sign = text.find_first_of("<>=");
  if (sign == std::string_view::npos) refuse(text, "a part such as p95<=2s or served_share>=99%");
  const std::size_t length = sign + 1 < text.size() && text[sign + 1] == '=' ? 2 : 1;
  return {trimmed(text.substr(0, sign)), text.substr(sign, length), trimmed(text.substr(sign + length))};
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

double share(const Part& part) {
  if (part.value.ends_with('%')) return parse_percentage(part.value);
  const auto value = number(part.value);
  if (!value || *value < 0 || *value > 1) refuse(part.value, "a share such as 95% or 0.95");
  return *value;
}

std::int64_t whole(std::string_view text, std::string_view expected) {
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || value < 1) refuse(text, expected);
  return value;
}

// "200", "200 requests"
std::int64_t requests(std::string_view text) {
  constexpr std::string_view unit = " requests";
  if (text.ends_with(unit)) text.remove_suffix(unit.size());
  return whole(text, "a number of requests, or window");
}

// "20/30s", "20 per 30s"
CountTerm count_per(std::string_view text) {
  constexpr std::string_view per = " per ";
  if (const auto at = text.find(per); at != std::string_view::npos) {
    return count_per(std::string(text.substr(0, at)) + "/" + std::string(text.substr(at + per.size())));
  }
  const auto slash = text.find('/');
  const auto count = number(trimmed(text.substr(0, slash)));
  if (slash == std::string_view::npos || !count) refuse(text, "a number per time such as 20/30s");
  return {.count = *count, .per = parse_duration(trimmed(text.substr(slash + 1)))};
}

// "95" of p95 as a share.
std::optional<double> quantile_of(std::string_view key) {
  if (key.size() < 2 || key.front() != 'p') return std::nullopt;
  const std::string text = std::string(key.substr(1)) + "%";
  if (!std::ranges::all_of(key.substr(1), [](char c) { return (c >= '0' && c <= '9') || c == '.'; }))
    return std::nullopt;
  return parse_percentage(text);
}

class Reader {
 public:
  explicit Reader(const Promise& usually) : promise_(usually) {}

  void read(std::string_view text) {
    Part part = part_of(text);
    if (part.key == "longest") part.key = "longest_period";  // as it was spelled before
    if (!seen_.insert(std::string(part.key)).second) refuse(text, "each part once");
    if (!read_term(part) && !read_rule(part)) refuse(part.key, "one of " + std::string(kParts));
  }

  Promise take() {
    finish_good();
    if (!promise_.has_terms()) throw Error("promise: expected at least one term such as served_share>=95%");
    check(promise_);
    return std::move(promise_);
  }

 private:
  bool read_term(const Part& part) {
    if (part.key == "mean") {
      promise_.mean = at_most(part);
    } else if (const auto quantile = quantile_of(part.key)) {
      promise_.percentiles.push_back({.quantile = *quantile, .latency = at_most(part)});
    } else if (part.key == "served_share" || part.key == "good") {
      expect(part, ">=");
      promise_.served_share = share(part);
    } else if (part.key == "successes") {
      expect(part, ">=");
      promise_.successes = count_per(part.value);
    } else {
      return false;
    }
    return true;
  }

  bool read_rule(const Part& part) {
    if (part.key == "periods") {
      expect(part, ">=");
      promise_.periods = share(part);
      return true;
    }
    if (part.key == "deadline" || part.key == "within") {
      promise_.deadline = duration(part);
    } else if (part.key == "over") {
      promise_.over = duration(part);
    } else if (part.key == "longest_period") {
      promise_.longest_period = duration(part);
    } else if (part.key == "period") {
      expect(part, "=");
      promise_.period_requests = part.value == "window" ? 0 : requests(part.value);
    } else if (part.key == "counting") {
      expect(part, "=");
      if (part.value != "successes") refuse(part.value, "successes");
      promise_.kind = PromiseKind::published;
    } else {
      return false;
    }
    return true;
  }

  void finish_good() const {
    const bool good = seen_.contains("good");
    const bool complete = good && seen_.contains("within") && seen_.contains("over");
    const bool partly = good || seen_.contains("within") || seen_.contains("over");
    if (partly && !complete)
      throw Error("promise: good, within and over belong together: good>=99%, within=2s, over=30d");
    if (good && seen_.contains("served_share")) throw Error("promise: good is a served share; expected one of the two");
    for (const char* const rule : {"period", "longest_period", "periods"}) {
      if (good && seen_.contains(rule)) {
        throw Error("promise: good is asked of all requests, not of periods: expected no " + std::string(rule));
      }
    }
    if (good && seen_.contains("deadline"))
      throw Error("promise: within is the deadline of good; expected one of the two");
  }

  static void expect(const Part& part, std::string_view sign) {
    if (part.sign != sign) {
      refuse(std::string(part.key) + std::string(part.sign) + std::string(part.value),
             std::string(part.key) + std::string(sign) + "...");
    }
  }
  static Duration at_most(const Part& part) {
    expect(part, "<=");
    return parse_duration(part.value);
  }
  static Duration duration(const Part& part) {
    expect(part, "=");
    return parse_duration(part.value);
  }

  Promise promise_;
  std::set<std::string, std::less<>> seen_;
};

// The shortest number that reads back as the same double.
std::string shortest(double value) {
  std::array<char, 40> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), result.ptr);
}

// As a percentage where that reads back as the same share.
std::string share_text(double value) {
  const std::string percent = shortest(std::round(value * 1e8) / 1e6);
  if (percent.find('e') == std::string::npos && parse_percentage(percent + "%") == value) return percent + "%";
  return shortest(value);
}

std::string percentile_name(double quantile) { return "p" + shortest(std::round(quantile * 1e8) / 1e6); }

// Both texts of the terms: how each is named, and what parts them.
std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::vector<std::string> terms_of(const Promise& promise) {
  std::vector<std::string> parts;
  if (promise.mean) parts.push_back("mean<=" + format(*promise.mean));
  for (const PercentileTerm& term : promise.percentiles) {
    parts.push_back(percentile_name(term.quantile) + "<=" + format(term.latency));
  }
  if (promise.served_share) {
    parts.push_back((promise.over ? "good>=" : "served_share>=") + share_text(*promise.served_share));
  }
  if (promise.successes) {
    parts.push_back("successes>=" + shortest(promise.successes->count) + "/" + format(promise.successes->per));
  }
  return parts;
}

}  // namespace

Promise promise_from_text(std::string_view text, const Promise& usually) {
  Reader reader(usually);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (!trimmed(text.substr(at, end - at)).empty()) reader.read(trimmed(text.substr(at, end - at)));
    at = end + 1;
  }
  return reader.take();
}

std::string to_text(const Promise& promise) {
  if (!promise.has_terms()) return "none";
  std::vector<std::string> parts = terms_of(promise);
  if (promise.kind == PromiseKind::published) parts.push_back("counting=successes");
  if (promise.over) {
    parts.push_back("within=" + format(promise.deadline));
    parts.push_back("over=" + format(*promise.over));
    return join(parts);
  }
  parts.push_back("deadline=" + format(promise.deadline));
  parts.push_back("period=" + (promise.period_requests == 0 ? "window" : std::to_string(promise.period_requests)));
  parts.push_back("longest_period=" + format(promise.longest_period));
  parts.push_back("periods>=" + share_text(promise.periods));
  return join(parts);
}

std::string terms_text(const Promise& promise) {
  if (!promise.has_terms()) return "none";
  std::vector<std::string> parts;
  const bool published = promise.kind == PromiseKind::published;
  if (promise.mean) {
    parts.push_back("mean latency of " + std::string(published ? "successes" : "the requests served") +
                    " <= " + format(*promise.mean));
  }
  for (const PercentileTerm& term : promise.percentiles) {
    parts.push_back(percentile_name(term.quantile) + " <= " + format(term.latency));
  }
  if (promise.served_share) {
    parts.push_back(">= " + share_text(*promise.served_share) + " of the requests served within " +
                    format(promise.deadline));
  }
  if (promise.successes) {
    parts.push_back(">= " + shortest(promise.successes->count) + " successes in " + format(promise.successes->per));
  }
  const std::string period =
      promise.period_requests == 0 ? "window" : "period of " + std::to_string(promise.period_requests) + " requests";
  if (promise.over) return join(parts) + ", over " + format(*promise.over);
  return join(parts) + ", in each " + period + "; " + share_text(promise.periods) + " of them must keep it";
}

}  // namespace faasconf::sim
