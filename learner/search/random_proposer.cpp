#include "learner/search/random_proposer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"

namespace faasconf::learner::search {
namespace {

constexpr std::size_t kParents = 16;                  // best ones that are changed
constexpr double kUniformShare = 0.2;                 // of the budget
constexpr double kChangedShare = 0.3;                 // of the coordinates, in a step
constexpr double kFirstStep = 0.3, kLastStep = 0.02;  // standard deviation of a change

}  // namespace

// In single precision, as actions are.
std::vector<Point> RandomProposer::ask(double spent) {
  Point point(coordinates_);
  if (parents_.empty() || spent < kUniformShare) {
    for (double& coordinate : point) coordinate = static_cast<float>(rng_.uniform());
    return {std::move(point)};
  }
  const double rest = (spent - kUniformShare) / (1 - kUniformShare);
  const double step = kFirstStep * std::pow(kLastStep / kFirstStep, rest);
  point = parents_[rng_.below(static_cast<std::uint32_t>(parents_.size()))].point;
  for (double& coordinate : point) {
    if (rng_.uniform() >= kChangedShare) continue;
    const float moved = static_cast<float>(coordinate) + static_cast<float>(step * rng_.normal());
    coordinate = std::clamp(moved, 0.0F, 1.0F);
  }
  return {std::move(point)};
}

void RandomProposer::tell(std::span<const Candidate> tried) {
  for (const Candidate& candidate : tried) {
    const auto place = std::ranges::upper_bound(parents_, candidate.score, {}, &Parent::score);
    parents_.insert(place, {.score = candidate.score, .point = candidate.point});
    if (parents_.size() > kParents) parents_.pop_back();
  }
}

std::vector<std::byte> RandomProposer::save() {
  sim::ArchiveWriter writer;
  writer(rng_, parents_);
  return writer.take();
}

void RandomProposer::restore(std::span<const std::byte> bytes) {
  sim::ArchiveReader reader(bytes);
  sim::Rng rng;
  std::vector<Parent> parents;
  reader(rng, parents);
  const bool fits = reader.at_end() && parents.size() <= kParents &&
                    std::ranges::all_of(parents, [&](const Parent& one) { return one.point.size() == coordinates_; });
  if (!fits) throw sim::Error("saved state of a random search of other points, or damaged");
  rng_ = rng;
  parents_ = std::move(parents);
}

}  // namespace faasconf::learner::search
