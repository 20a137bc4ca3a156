#pragma once
// Which cells a sweep has: points of the product of its axes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/config/overrides.hpp"
#include "experiments/sweep/sweep_file.hpp"

namespace faasconf::experiments::sweep {

class Plan {
 public:
  // Where a cell takes the experiment's own value of an axis: one that `include` adds and that does not say it.
  static constexpr std::uint32_t kOfFile = 0xffffffff;

  // Throws sim::Error: no cell is left, or more than 10 million.
  explicit Plan(Sweep sweep);

  const Sweep& sweep() const { return sweep_; }
  const std::vector<Axis>& axes() const { return axes_; }  // those of the product, then those in step
  std::size_t size() const { return axes_.empty() ? 0 : positions_.size() / axes_.size(); }

  // By axis: the position of its value, or kOfFile. The last axis changes fastest.
  std::span<const std::uint32_t> cell(std::size_t index) const;

  // What makes the experiment that of a cell; without those of common axes, what its random numbers go by.
  std::vector<config::Override> changes(std::size_t index) const;
  std::vector<config::Override> changes_without_common(std::size_t index) const;

  std::string value_text(std::size_t axis, std::uint32_t position) const;  // "500m"; "-" for kOfFile
  std::string label(std::size_t index) const;  // "users=10 concurrency=3": the last keys of the axes' paths

 private:
  void add_product();
  void add_sample(const Sample& sample);
  void add_point(const Point& point);
  void leave_out(const std::vector<Point>& points);
  void drop_repeated();
  void add(std::span<const std::size_t> by_dimension);
  std::uint32_t position_of(std::size_t axis, const config::YamlNode& value);
  std::vector<config::Override> changes(std::size_t index, bool with_common) const;

  Sweep sweep_;
  std::vector<Axis> axes_;
  std::vector<std::size_t> sizes_;        // of the dimensions: an axis of the product each, then all in step as one
  std::vector<std::uint32_t> positions_;  // cell by cell
};

}  // namespace faasconf::experiments::sweep
