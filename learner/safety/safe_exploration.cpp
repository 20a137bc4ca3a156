#include "learner/safety/safe_exploration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::learner::safety {
namespace {

using nlohmann::json;

SafeExplorationParameters checked(const SafeExplorationParameters& parameters) {
  const bool fits = parameters.cheapest_share > 0 && parameters.cheapest_share <= 1 && parameters.deviations >= 0 &&
                    parameters.noise >= 0 && parameters.refit_after >= 1 && parameters.fewest >= 1 &&
                    parameters.remembered >= parameters.fewest;
  if (fits) return parameters;
  throw sim::Error(
      "safe exploration: expected a cheapest share above 0 up to 1, deviations and noise from 0 up, refits after at "
      "least one window, and at least as many configurations remembered as a band needs");
}

}  // namespace

SafeExploration::SafeExploration(ActionPrice price, const SafeExplorationParameters& parameters)
    : price_(std::move(price)), parameters_(checked(parameters)) {}

void SafeExploration::learn(double users, std::span<const float> actions, double price, bool qos_met) {
  Level& here = level(users);
  if (qos_met) {
    remember(actions, price, here);
  } else {
    ++here.missed;
  }
  const bool due = here.library.empty() || here.missed >= parameters_.refit_after;
  if (due && here.prices.size() >= parameters_.fewest) fit(here);
}

bool SafeExploration::review(double users, std::span<float> actions, sim::Rng& rng) {
  const Level* const known = nearest(users);
  if (known == nullptr) return false;
  const double price = price_(actions);
  if (price >= known->band.low && price <= known->band.high) return false;
  const auto members = static_cast<std::uint32_t>(known->library.size() / actions.size());
  const std::size_t first = rng.below(members) * actions.size();
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const double noisy = known->library[first + i] + parameters_.noise * rng.normal();
    actions[i] = static_cast<float>(std::clamp(noisy, 0.0, 1.0));
  }
  return true;
}

std::optional<SafeExploration::Band> SafeExploration::band(double users) const {
  const Level* const known = nearest(users);
  return known != nullptr ? std::optional(known->band) : std::nullopt;
}

SafeExploration::Level& SafeExploration::level(double users) {
  const std::int64_t rounded = std::llround(users);
  const auto place = std::ranges::lower_bound(levels_, rounded, {}, &Level::users);
  if (place != levels_.end() && place->users == rounded) return *place;
  return *levels_.insert(place, Level{.users = rounded});
}

const SafeExploration::Level* SafeExploration::nearest(double users) const {
  const auto distance = [users](const Level& level) { return std::abs(static_cast<double>(level.users) - users); };
  const Level* best = nullptr;
  for (const Level& level : levels_) {
    if (!level.library.empty() && (best == nullptr || distance(level) <= distance(*best))) best = &level;
  }
  return best;
}

void SafeExploration::remember(std::span<const float> actions, double price, Level& level) const {
  const std::size_t place = level.learnt++ % parameters_.remembered;
  if (place == level.prices.size()) {
    level.prices.emplace_back();
    level.actions.resize(level.actions.size() + actions.size());
  }
  level.prices[place] = price;
  std::ranges::copy(actions, level.actions.begin() + static_cast<std::ptrdiff_t>(place * actions.size()));
}

// The library and its band; of equal prices those that come first in the ring.
void SafeExploration::fit(Level& level) const {
  const std::size_t size = price_.size();
  std::vector<std::size_t> order(level.prices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return level.prices[i]; });
  order.resize(
      static_cast<std::size_t>(std::ceil(parameters_.cheapest_share * static_cast<double>(level.prices.size()))));

  sim::RunningMoments prices;
  level.library.clear();
  for (const std::size_t i : order) {
    prices.add(level.prices[i]);
    const auto first = level.actions.begin() + static_cast<std::ptrdiff_t>(i * size);
    level.library.insert(level.library.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  const double reach = parameters_.deviations * prices.standard_deviation().value_or(0);
  level.band = {.low = *prices.mean() - reach, .high = *prices.mean() + reach};
  level.missed = 0;
}

std::vector<std::byte> SafeExploration::save() {
  sim::ArchiveWriter writer;
  writer(levels_);
  return writer.take();
}

void SafeExploration::restore(std::span<const std::byte> bytes) {
  sim::ArchiveReader reader(bytes);
  std::vector<Level> levels;
  reader(levels);
  const bool fits = reader.at_end() && std::ranges::all_of(levels, [&](const Level& level) { return holds(level); });
  if (!fits) throw sim::Error("saved state of a safe exploration of other actions, or damaged");
  levels_ = std::move(levels);
}

// Whether its parts fit each other.
bool SafeExploration::holds(const Level& level) const {
  const std::size_t count = std::min<std::uint64_t>(level.learnt, parameters_.remembered);
  return level.prices.size() == count && level.actions.size() == count * price_.size() &&
         level.library.size() % price_.size() == 0;
}

std::string SafeExploration::to_json() const {
  json levels = json::array();
  for (const Level& level : levels_) {
    levels.push_back({{"users", level.users},
                      {"prices", level.prices},
                      {"actions", level.actions},
                      {"learnt", level.learnt},
                      {"missed", level.missed},
                      {"library", level.library},
                      {"band", {level.band.low, level.band.high}}});
  }
  const json all = {{"kind", "ses"},
                    {"cheapest_share", parameters_.cheapest_share},
                    {"deviations", parameters_.deviations},
                    {"noise", parameters_.noise},
                    {"refit_after", parameters_.refit_after},
                    {"fewest", parameters_.fewest},
                    {"remembered", parameters_.remembered},
                    {"levels", levels}};
  return all.dump();
}

std::unique_ptr<SafeExploration> SafeExploration::from_json(const bundle::JsonPlace& place, ActionPrice price) {
  auto filter = std::make_unique<SafeExploration>(
      std::move(price), SafeExplorationParameters{.cheapest_share = place["cheapest_share"].number(),
                                                  .deviations = place["deviations"].number(),
                                                  .noise = place["noise"].number(),
                                                  .refit_after = place["refit_after"].integer<int>(),
                                                  .fewest = place["fewest"].integer<std::size_t>(),
                                                  .remembered = place["remembered"].integer<std::size_t>()});
  filter->levels_ = place["levels"].list([&](const bundle::JsonPlace& at) {
    const bundle::JsonPlace band = at["band"];
    Level level{.users = at["users"].integer<std::int64_t>(),
                .prices = at["prices"].numbers<double>(),
                .actions = at["actions"].numbers<float>(),
                .learnt = at["learnt"].integer<std::uint64_t>(),
                .missed = at["missed"].integer<int>(),
                .library = at["library"].numbers<float>(),
                .band = {.low = band[0].number(), .high = band[1].number()}};
    if (!filter->holds(level)) at.refuse("as many actions as its prices and this workflow's agents ask for");
    return level;
  });
  return filter;
}

}  // namespace faasconf::learner::safety
