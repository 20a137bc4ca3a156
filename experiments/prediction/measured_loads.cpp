#include "experiments/prediction/measured_loads.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "experiments/config/distribution_text.hpp"
#include "experiments/prediction/calibration_record.hpp"

namespace faasconf::experiments::prediction {
namespace {

struct Measured {
  std::optional<Span> users, rates_per_s;
};

std::optional<Span> span_at(const config::YamlNode& calibration, const std::string& key) {
  const config::YamlNode* const ranges = calibration.find("ranges");
  const config::YamlNode* const span = ranges == nullptr ? nullptr : ranges->find(key);
  if (span == nullptr || span->items.size() != 2) return std::nullopt;
  const std::string path = "calibration.ranges." + key;
  return Span{read_amount({span->items[0], path}).first, read_amount({span->items[1], path}).first};
}

bool is_open(const sim::Workload& workload) { return std::holds_alternative<sim::OpenLoop>(workload.source); }

// Of all levels of a load; absent for given arrivals.
std::optional<Span> levels_of(const sim::Workload& workload) {
  if (std::holds_alternative<sim::ArrivalList>(workload.source)) return std::nullopt;
  if (workload.profile && !workload.profile->steps.empty()) {
    const auto [low, high] = std::ranges::minmax(workload.profile->steps, {}, &sim::Profile::Step::level);
    return Span{low.level, high.level};
  }
  const auto* const closed = std::get_if<sim::ClosedLoop>(&workload.source);
  const double level = closed != nullptr ? closed->users : std::get<sim::OpenLoop>(workload.source).rate_per_s;
  return Span{level, level};
}

std::string text_of(const Span& levels, bool open) {
  const std::string low = config::format_number(levels.low), high = config::format_number(levels.high);
  return (low == high ? low : low + " to " + high) + (open ? " requests/s" : " users");
}

std::string text_of(const Measured& measured) {
  std::string text;
  if (measured.users) text = text_of(*measured.users, false);
  if (measured.rates_per_s) text += (text.empty() ? "" : " and ") + text_of(*measured.rates_per_s, true);
  return text;
}

bool is_measured(const Measured& measured, const sim::Workload& workload) {
  const std::optional<Span>& range = is_open(workload) ? measured.rates_per_s : measured.users;
  const std::optional<Span> asked = levels_of(workload);
  return range && asked && asked->low >= range->low && asked->high <= range->high;
}

}  // namespace

std::string extrapolated_loads(const config::YamlNode& calibration, std::span<const sim::Workload> loads) {
  if (calibration.kind == config::YamlNode::Kind::nothing) return "";
  const Measured measured{.users = span_at(calibration, "users"), .rates_per_s = span_at(calibration, "rate")};
  std::optional<Span> users, rates;
  bool arrivals = false;
  for (const sim::Workload& workload : loads) {
    if (is_measured(measured, workload)) continue;
    const std::optional<Span> levels = levels_of(workload);
    arrivals = arrivals || !levels;
    if (!levels) continue;
    std::optional<Span>& beyond = is_open(workload) ? rates : users;
    if (!beyond) beyond = levels;
    beyond = Span{std::min(beyond->low, levels->low), std::max(beyond->high, levels->high)};
  }
  std::string asked;
  const auto add = [&asked](const std::string& part) { asked += (asked.empty() ? "" : " and ") + part; };
  if (users) add(text_of(*users, false));
  if (rates) add(text_of(*rates, true));
  if (arrivals) add("given arrivals");
  return asked.empty() ? "" : "extrapolation: measured under " + text_of(measured) + ", asked under " + asked;
}

}  // namespace faasconf::experiments::prediction
