#pragma once
// The paper's safe exploration (FaaSConf, ASE 2024): stay in the band of prices in which the cheapest configurations
// that met QoS lie.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "learner/bundle/json_place.hpp"
#include "learner/safety/safety_filter.hpp"

namespace faasconf::learner::safety {

struct SafeExplorationParameters {
  double cheapest_share = 0.2;   // of the configurations that met QoS: the library
  double deviations = 2;         // the band is mean +- so many standard deviations of the library's prices
  double noise = 0.05;           // standard deviation of what is added to each action of a replayed member
  int refit_after = 3;           // windows that missed QoS before the band is fitted again
  std::size_t fewest = 10;       // configurations that must have met QoS before a load has a band
  std::size_t remembered = 500;  // of these per load, the newest; 24 actions each in Parallel: 50 kB
};

// A load is its number of users, rounded. A load without a band uses that of the nearest load with one, the higher of
// two as near. Before there is any, all proposals pass.
class SafeExploration final : public SafetyFilter {
 public:
  struct Band {
    double low = 0;
    double high = 0;
  };

  explicit SafeExploration(ActionPrice price, const SafeExplorationParameters& parameters = {});
  static std::unique_ptr<SafeExploration> from_json(const bundle::JsonPlace& place, ActionPrice price);

  void learn(double users, std::span<const float> actions, double price, bool qos_met) override;
  bool review(double users, std::span<float> actions, sim::Rng& rng) override;
  std::vector<std::byte> save() override;
  void restore(std::span<const std::byte> bytes) override;
  std::string to_json() const override;

  std::optional<Band> band(double users) const;

 private:
  // What is known at one load.
  struct Level {
    std::int64_t users = 0;
    std::vector<double> prices{};  // of the configurations that met QoS, a ring
    std::vector<float> actions{};  // theirs, one after the other
    std::uint64_t learnt = 0;      // of them, those forgotten included
    int missed = 0;                // windows that missed QoS since the last fit
    std::vector<float> library{};  // at the last fit; empty: there is no band yet
    Band band{};

    template <class Archive>
    void archive(Archive& a) {
      a(users, prices, actions, learnt, missed, library, band);
    }
  };

  Level& level(double users);
  const Level* nearest(double users) const;
  void remember(std::span<const float> actions, double price, Level& level) const;
  void fit(Level& level) const;
  bool holds(const Level& level) const;

  ActionPrice price_;
  SafeExplorationParameters parameters_;
  std::vector<Level> levels_;  // by users, ascending
};

}  // namespace faasconf::learner::safety
