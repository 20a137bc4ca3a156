#pragma once
// Keeps proposals where QoS is probably met: a model of P(QoS met | users, actions) is learnt window by window, and a
// proposal below a threshold moves along the cheapest of several straight lines to the first point that reaches it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learner/bundle/json_place.hpp"
#include "learner/safety/quadratic_logit.hpp"
#include "learner/safety/safety_filter.hpp"

namespace faasconf::learner::safety {

struct QosProbabilityParameters {
  double threshold = 0.9;         // of the probability, in (0, 1)
  std::size_t fewest = 200;       // windows before proposals are replaced
  std::size_t remembered = 5000;  // windows that the model is fitted to: in Parallel half a megabyte, as JSON 2.5 MB
  std::size_t batch = 32;         // of them in a step of the fit; one step per window
  std::size_t ways = 32;          // lines that are tried for a proposal, each towards a remembered window
};

// All windows are remembered until there are too many, then a uniform sample of all so far (Vitter's algorithm R,
// 1985). A line ends at a remembered window that met QoS and reaches the threshold under the present load; where none
// does, the proposal becomes the most probable of them, if that is more probable than the proposal.
class QosProbabilityFilter final : public SafetyFilter {
 public:
  explicit QosProbabilityFilter(ActionPrice price, const QosProbabilityParameters& parameters = {});
  static std::unique_ptr<QosProbabilityFilter> from_json(const bundle::JsonPlace& place, ActionPrice price);

  void learn(double users, std::span<const float> actions, double price, bool qos_met) override;
  bool review(double users, std::span<float> actions, sim::Rng& rng) override;
  std::vector<std::byte> save() override;
  void restore(std::span<const std::byte> bytes) override;
  std::string to_json() const override;

  double probability(double users, std::span<const float> actions) const;

 private:
  // Remembered windows, by position.
  struct Memory {
    std::vector<double> users;
    std::vector<float> actions;  // one after the other
    std::vector<std::uint8_t> met;
    std::uint64_t seen = 0;  // those forgotten included

    std::size_t size() const { return met.size(); }
    template <class Archive>
    void archive(Archive& a) {
      a(users, actions, met, seen);
    }
  };

  std::span<const float> actions_of(std::size_t window) const;
  void remember(double users, std::span<const float> actions, bool qos_met, sim::Rng& rng);
  void fit(double users, std::span<const float> actions, bool qos_met, sim::Rng& rng);
  std::vector<std::size_t> windows_that_met() const;
  bool holds() const;
  template <class Archive>
  void archive(Archive& a) {
    a(model_, memory_);
  }

  ActionPrice price_;
  QosProbabilityParameters parameters_;
  QuadraticLogit model_;
  Memory memory_;
};

}  // namespace faasconf::learner::safety
