#include "experiments/sweep/plan.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include <boost/random/sobol.hpp>

#include "experiments/config/yaml_writer.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

namespace faasconf::experiments::sweep {
namespace {

constexpr std::size_t kMostCells = 10'000'000;

// Points of the unit cube, dimension by dimension.
using UnitPoints = std::vector<std::vector<double>>;

UnitPoints random_points(std::size_t dimensions, std::size_t count, sim::Rng& random) {
  UnitPoints points(count, std::vector<double>(dimensions));
  for (auto& point : points) std::ranges::generate(point, [&random] { return random.uniform(); });
  return points;
}

// One point in each of `count` equal slices of every dimension (McKay, Beckman and Conover, 1979).
UnitPoints latin_hypercube(std::size_t dimensions, std::size_t count, sim::Rng& random) {
  UnitPoints points(count, std::vector<double>(dimensions));
  std::vector<std::size_t> slices(count);
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::iota(slices.begin(), slices.end(), 0u);
    for (std::size_t i = count; i > 1; --i) {
      std::swap(slices[i - 1], slices[random.below(static_cast<std::uint32_t>(i))]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      points[i][d] = (static_cast<double>(slices[i]) + random.uniform()) / static_cast<double>(count);
    }
  }
  return points;
}

// Sobol's sequence in the order of Joe and Kuo (2008), as Boost.Random has it.
UnitPoints sobol_points(std::size_t dimensions, std::size_t count) {
  boost::random::sobol sequence(dimensions);
  const double scale = 1 / (static_cast<double>(boost::random::sobol::max()) + 1);
  UnitPoints points(count, std::vector<double>(dimensions));
  for (auto& point : points) {
    std::ranges::generate(point, [&] { return static_cast<double>(sequence()) * scale; });
  }
  return points;
}

UnitPoints draw(const Sample& sample, std::size_t dimensions, std::uint64_t seed) {
  sim::Rng random = sim::RngStreams(seed).stream("sweep_sample");
  switch (sample.method) {
    case Sample::Method::latin_hypercube:
      return latin_hypercube(dimensions, sample.cells, random);
    case Sample::Method::random:
      return random_points(dimensions, sample.cells, random);
    case Sample::Method::sobol:
      return sobol_points(dimensions, sample.cells);
  }
  return {};
}

std::string last_key(const std::string& path) { return path.substr(path.rfind('.') + 1); }

}  // namespace

Plan::Plan(Sweep sweep) : sweep_(std::move(sweep)), axes_(sweep_.axes) {
  for (const Axis& axis : axes_) sizes_.push_back(axis.values.size());
  if (!sweep_.zip.empty()) sizes_.push_back(sweep_.zip.front().values.size());
  axes_.insert(axes_.end(), sweep_.zip.begin(), sweep_.zip.end());
  if (sweep_.sample) {
    add_sample(*sweep_.sample);
  } else {
    add_product();
  }
  for (const Point& point : sweep_.include) add_point(point);
  leave_out(sweep_.exclude);
  drop_repeated();
  if (size() == 0) throw sim::Error(sweep_.file.path + ": expected a cell that is not left out by exclude, got none");
}

std::span<const std::uint32_t> Plan::cell(std::size_t index) const {
  return std::span(positions_).subspan(index * axes_.size(), axes_.size());
}

void Plan::add(std::span<const std::size_t> by_dimension) {
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    positions_.push_back(static_cast<std::uint32_t>(by_dimension[std::min(i, sizes_.size() - 1)]));
  }
}

void Plan::add_product() {
  std::size_t cells = 1;
  for (const std::size_t size : sizes_) {
    if (size > kMostCells / cells) throw sim::Error(sweep_.file.path + ": expected at most 10,000,000 cells");
    cells *= size;
  }
  std::vector<std::size_t> at(sizes_.size());
  for (std::size_t cell = 0; cell < cells; ++cell) {
    std::size_t rest = cell;
    for (std::size_t d = sizes_.size(); d-- > 0; rest /= sizes_[d]) at[d] = rest % sizes_[d];
    add(at);
  }
}

void Plan::add_sample(const Sample& sample) {
  std::vector<std::size_t> at(sizes_.size());
  for (const std::vector<double>& point : draw(sample, sizes_.size(), sweep_.seed.value_or(1))) {
    for (std::size_t d = 0; d < at.size(); ++d) {
      const auto position = static_cast<std::size_t>(point[d] * static_cast<double>(sizes_[d]));
      at[d] = std::min(position, sizes_[d] - 1);
    }
    add(at);
  }
}

void Plan::add_point(const Point& point) {
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    const config::YamlNode* const value = point.values.find(axes_[axis].key);
    positions_.push_back(value == nullptr ? kOfFile : position_of(axis, *value));
  }
}

// A value that the axis does not have yet becomes its last one.
std::uint32_t Plan::position_of(std::size_t axis, const config::YamlNode& value) {
  std::vector<config::YamlNode>& values = axes_[axis].values;
  const std::string text = config::yaml_on_one_line(value);
  const auto found =
      std::ranges::find_if(values, [&](const config::YamlNode& one) { return config::yaml_on_one_line(one) == text; });
  if (found != values.end()) return static_cast<std::uint32_t>(found - values.begin());
  values.push_back(value);
  return static_cast<std::uint32_t>(values.size() - 1);
}

void Plan::leave_out(const std::vector<Point>& points) {
  std::vector<std::uint32_t> kept;
  for (std::size_t index = 0; index < size(); ++index) {
    const auto positions = cell(index);
    const bool is_out = std::ranges::any_of(points, [&](const Point& point) {
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        const config::YamlNode* const value = point.values.find(axes_[axis].key);
        if (value == nullptr) continue;
        if (value_text(axis, positions[axis]) != config::yaml_on_one_line(*value)) return false;
      }
      return true;
    });
    if (!is_out) kept.insert(kept.end(), positions.begin(), positions.end());
  }
  positions_ = std::move(kept);
}

// A sample of a small product meets cells again.
void Plan::drop_repeated() {
  if (!sweep_.sample && sweep_.include.empty()) return;
  std::set<std::vector<std::uint32_t>> seen;
  std::vector<std::uint32_t> kept;
  for (std::size_t index = 0; index < size(); ++index) {
    const auto positions = cell(index);
    if (!seen.insert({positions.begin(), positions.end()}).second) continue;
    kept.insert(kept.end(), positions.begin(), positions.end());
  }
  positions_ = std::move(kept);
}

std::vector<config::Override> Plan::changes(std::size_t index, bool with_common) const {
  std::vector<config::Override> changes;
  const auto positions = cell(index);
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (positions[axis] == kOfFile || (axes_[axis].common && !with_common)) continue;
    changes.push_back(config::make_override(axes_[axis].key, axes_[axis].values[positions[axis]]));
  }
  return changes;
}

std::vector<config::Override> Plan::changes(std::size_t index) const { return changes(index, true); }
std::vector<config::Override> Plan::changes_without_common(std::size_t index) const { return changes(index, false); }

std::string Plan::value_text(std::size_t axis, std::uint32_t position) const {
  return position == kOfFile ? "-" : config::yaml_on_one_line(axes_[axis].values[position]);
}

std::string Plan::label(std::size_t index) const {
  std::string text;
  const auto positions = cell(index);
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    text += (axis == 0 ? "" : " ") + last_key(axes_[axis].key) + "=" + value_text(axis, positions[axis]);
  }
  return text;
}

}  // namespace faasconf::experiments::sweep
