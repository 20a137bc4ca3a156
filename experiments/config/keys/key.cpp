#include "experiments/config/keys/key.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace faasconf::experiments::config {
namespace {

constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();

Takes one(Taken taken) { return {.kinds = {std::move(taken)}}; }

std::vector<Section> all_sections() {
  std::vector<Section> all;
  for (auto sections_of : {workflow_sections, experiment_sections, promise_sections, configuration_sections,
                           policy_sections, calibration_sections, training_sections, sweep_sections}) {
    std::ranges::move(sections_of(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

Takes operator|(Takes one, const Takes& other) {
  one.kinds.insert(one.kinds.end(), other.kinds.begin(), other.kinds.end());
  return one;
}

namespace takes {

using Kind = Taken::Kind;

Takes text() { return one({.kind = Kind::text}); }
Takes name() { return one({.kind = Kind::name}); }
Takes flag() { return one({.kind = Kind::flag}); }
Takes words(std::vector<std::string> words) { return one({.kind = Kind::word, .words = std::move(words)}); }
Takes count(double least, double most) { return one({.kind = Kind::count, .least = least, .most = most}); }
Takes number(double least, double most) { return one({.kind = Kind::number, .least = least, .most = most}); }
Takes share(double least, double most) { return one({.kind = Kind::share, .least = least, .most = most}); }
Takes percentage(double least, double most) { return one({.kind = Kind::percentage, .least = least, .most = most}); }
Takes time() { return one({.kind = Kind::time}); }
Takes positive_time() { return one({.kind = Kind::time, .least = kAboveZero}); }
Takes rate(double least) { return one({.kind = Kind::rate, .least = least}); }
Takes cpu() { return one({.kind = Kind::cpu, .least = kAboveZero}); }
Takes memory() { return one({.kind = Kind::memory}); }
Takes time_or_law() { return time() | map_of("law"); }
Takes memory_or_law() { return memory() | map_of("law"); }
Takes number_or_law() { return number() | map_of("law"); }
Takes map_of(std::string section) { return one({.kind = Kind::section, .section = std::move(section)}); }
Takes list_of(Takes items) { return one({.kind = Kind::list, .of = std::move(items.kinds)}); }
Takes anything() { return one({.kind = Kind::anything}); }
Takes named(Takes values) { return one({.kind = Kind::names, .of = std::move(values.kinds)}); }

}  // namespace takes

const Key* Section::find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

std::span<const Section> sections() {
  static const std::vector<Section> all = all_sections();
  return all;
}

const Section& section(std::string_view name) {
  const auto found = std::ranges::find(sections(), name, &Section::name);
  assert(found != sections().end());
  return *found;
}

}  // namespace faasconf::experiments::config
