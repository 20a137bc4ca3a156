#include "learner/safety/qos_probability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"

namespace faasconf::learner::safety {
namespace {

constexpr std::size_t kMostWays = 10'000;  // milliseconds

using Eigen::Index;
using Eigen::VectorXd;
using nlohmann::json;

QosProbabilityParameters checked(const QosProbabilityParameters& parameters) {
  const bool fits = parameters.threshold > 0 && parameters.threshold < 1 && parameters.fewest >= 1 &&
                    parameters.remembered >= 1 && parameters.batch >= 1 && parameters.ways >= 1 &&
                    parameters.ways <= kMostWays;
  if (fits) return parameters;
  throw sim::Error(
      "feasibility filter: expected a threshold between 0 and 1, at least one window before it replaces, one "
      "remembered "
      "and one in a batch, and 1 to 10000 ways");
}

// Where on the way from x (0) to y (1) the logit first reaches the level, which lies between its ends. It is a parabola
// on a straight line: begin + b t + c t^2.
double crossing(const QuadraticLogit& model, const VectorXd& x, const VectorXd& y, double begin, double end,
                double level) {
  const double middle = model.logit((x + y) / 2);
  const double c = 2 * (begin + end - 2 * middle);
  const double b = end - begin - c;
  const double rise = level - begin;
  return std::min(1.0, 2 * rise / (b + std::sqrt(b * b + 4 * c * rise)));
}

// A share t of the way from one to the other.
void go(std::span<const float> from, std::span<const float> to, double t, std::span<float> actions) {
  for (std::size_t i = 0; i < actions.size(); ++i) actions[i] = from[i] + static_cast<float>(t) * (to[i] - from[i]);
}

}  // namespace

QosProbabilityFilter::QosProbabilityFilter(ActionPrice price, const QosProbabilityParameters& parameters)
    : price_(std::move(price)), parameters_(checked(parameters)), model_(price_.size()) {}

double QosProbabilityFilter::probability(double users, std::span<const float> actions) const {
  VectorXd x(model_.size());
  model_.write(users, actions, x);
  return 1 / (1 + std::exp(-model_.logit(x)));
}

void QosProbabilityFilter::learn(double users, std::span<const float> actions, double, bool qos_met) {
  // of this window alone, so that there is no state of a stream to save
  sim::Rng rng = sim::RngStreams(0).stream("feasibility", ++memory_.seen);
  remember(users, actions, qos_met, rng);
  fit(users, actions, qos_met, rng);
}

std::span<const float> QosProbabilityFilter::actions_of(std::size_t window) const {
  return std::span(memory_.actions).subspan(window * price_.size(), price_.size());
}

void QosProbabilityFilter::remember(double users, std::span<const float> actions, bool qos_met, sim::Rng& rng) {
  std::size_t place = memory_.size();
  if (place == parameters_.remembered) {
    place = static_cast<std::size_t>(rng.uniform() * static_cast<double>(memory_.seen));
    if (place >= memory_.size()) return;
  } else {
    memory_.users.emplace_back();
    memory_.actions.resize(memory_.actions.size() + actions.size());
    memory_.met.emplace_back();
  }
  memory_.users[place] = users;
  std::ranges::copy(actions, memory_.actions.begin() + static_cast<std::ptrdiff_t>(place * actions.size()));
  memory_.met[place] = qos_met ? 1 : 0;
}

std::vector<std::size_t> QosProbabilityFilter::windows_that_met() const {
  std::vector<std::size_t> windows;
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    if (memory_.met[i] != 0) windows.push_back(i);
  }
  return windows;
}

// The newest window and others at random.
void QosProbabilityFilter::fit(double users, std::span<const float> actions, bool qos_met, sim::Rng& rng) {
  const auto count = static_cast<Index>(parameters_.batch);
  Eigen::MatrixXd x(model_.size(), count);
  VectorXd met(count);
  model_.write(users, actions, x.col(0));
  met[0] = qos_met ? 1 : 0;
  for (Index i = 1; i < count; ++i) {
    const std::size_t window = rng.below(static_cast<std::uint32_t>(memory_.size()));
    model_.write(memory_.users[window], actions_of(window), x.col(i));
    met[i] = memory_.met[window];
  }
  model_.step(x, met);
}

bool QosProbabilityFilter::review(double users, std::span<float> actions, sim::Rng& rng) {
  const double level = std::log(parameters_.threshold / (1 - parameters_.threshold));
  VectorXd x(model_.size());
  model_.write(users, actions, x);
  const double proposed = model_.logit(x);
  if (memory_.seen < parameters_.fewest || proposed >= level) return false;
  const std::vector<std::size_t> met = windows_that_met();
  if (met.empty()) return false;

  VectorXd y(model_.size());
  std::vector<float> candidate(actions.size());
  std::vector<float> cheapest(actions.begin(), actions.end());
  double best_price = std::numeric_limits<double>::infinity();
  double best_logit = proposed;  // where no way reaches the level
  for (std::size_t way = 0; way < parameters_.ways; ++way) {
    const std::span<const float> end = actions_of(met[rng.below(static_cast<std::uint32_t>(met.size()))]);
    model_.write(users, end, y);
    const double reached = model_.logit(y);
    if (reached >= level) {
      go(actions, end, crossing(model_, x, y, proposed, reached, level), candidate);
      const double price = price_(candidate);
      if (price >= best_price) continue;
      best_price = price;
      cheapest = candidate;
    } else if (std::isinf(best_price) && reached > best_logit) {
      cheapest.assign(end.begin(), end.end());
    }
    best_logit = std::max(best_logit, reached);
  }
  std::ranges::copy(cheapest, actions.begin());
  return best_logit > proposed;
}

std::vector<std::byte> QosProbabilityFilter::save() {
  sim::ArchiveWriter writer;
  archive(writer);
  return writer.take();
}

void QosProbabilityFilter::restore(std::span<const std::byte> bytes) {
  QosProbabilityFilter restored(price_, parameters_);
  sim::ArchiveReader reader(bytes);
  restored.archive(reader);
  if (!reader.at_end() || !restored.holds()) {
    throw sim::Error("saved state of a feasibility filter of other actions, or damaged");
  }
  *this = std::move(restored);
}

// Whether its parts fit each other.
bool QosProbabilityFilter::holds() const {
  const std::size_t count = std::min<std::uint64_t>(memory_.seen, parameters_.remembered);
  return model_.holds() && memory_.met.size() == count && memory_.users.size() == count &&
         memory_.actions.size() == count * price_.size();
}

std::string QosProbabilityFilter::to_json() const {
  const json all = {
      {"kind", "feasibility"},
      {"threshold", parameters_.threshold},
      {"fewest", parameters_.fewest},
      {"remembered", parameters_.remembered},
      {"batch", parameters_.batch},
      {"ways", parameters_.ways},
      {"model", model_.to_json()},
      {"memory",
       {{"users", memory_.users}, {"actions", memory_.actions}, {"met", memory_.met}, {"seen", memory_.seen}}}};
  return all.dump();
}

std::unique_ptr<QosProbabilityFilter> QosProbabilityFilter::from_json(const bundle::JsonPlace& place,
                                                                      ActionPrice price) {
  auto filter = std::make_unique<QosProbabilityFilter>(
      std::move(price), QosProbabilityParameters{.threshold = place["threshold"].number(),
                                                 .fewest = place["fewest"].integer<std::size_t>(),
                                                 .remembered = place["remembered"].integer<std::size_t>(),
                                                 .batch = place["batch"].integer<std::size_t>(),
                                                 .ways = place["ways"].integer<std::size_t>()});
  filter->model_ = QuadraticLogit(place["model"], filter->price_.size());
  const bundle::JsonPlace memory = place["memory"];
  filter->memory_ = {
      .users = memory["users"].numbers<double>(),
      .actions = memory["actions"].numbers<float>(),
      .met = memory["met"].list([](const bundle::JsonPlace& met) { return met.integer<std::uint8_t>(); }),
      .seen = memory["seen"].integer<std::uint64_t>()};
  if (!filter->holds()) memory.refuse("as many users, actions and outcomes as windows were seen");
  return filter;
}

}  // namespace faasconf::learner::safety
