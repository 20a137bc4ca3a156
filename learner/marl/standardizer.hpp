#pragma once
// Features brought to one scale by moments that all shards share.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <torch/types.h>

namespace faasconf::learner::marl {

// Sums of the rows since the last update, in a form that shards can average.
class RowSums {
 public:
  explicit RowSums(std::size_t columns) : sums_(1 + 2 * columns) {}

  void add(std::span<const float> rows) {
    const std::size_t columns = sums_.size() / 2;
    for (std::size_t i = 0; i < rows.size(); i += columns) {
      sums_[0] += 1;
      for (std::size_t c = 0; c < columns; ++c) {
        const double x = rows[i + c];
        sums_[1 + c] += x;
        sums_[1 + columns + c] += x * x;
      }
    }
  }
  // The number of rows, the sums of the columns, the sums of their squares; begins anew.
  std::vector<double> take() { return std::exchange(sums_, std::vector<double>(sums_.size())); }

  template <class Archive>
  void archive(Archive& a) {
    a(sums_);
  }

 private:
  std::vector<double> sums_;
};

// Moments of all rows so far; standardised rows are cut to +- limit. A column that varies less than the
// precision of a float becomes 0.
class Standardizer {
 public:
  explicit Standardizer(std::size_t columns, double limit = 10)
      : limit_(limit),
        sums_(1 + 2 * columns),
        mean_(torch::zeros(column_count())),
        scale_(torch::zeros(column_count())) {}

  std::size_t columns() const { return sums_.size() / 2; }
  void learn(std::span<const double> sums) {
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += sums[i];
    refresh();
  }
  torch::Tensor apply(const torch::Tensor& rows) const { return ((rows - mean_) * scale_).clamp_(-limit_, limit_); }

  double limit() const { return limit_; }
  const torch::Tensor& mean() const { return mean_; }    // by column
  const torch::Tensor& scale() const { return scale_; }  // 1 / standard deviation, or 0

  template <class Archive>
  void archive(Archive& a) {
    a(sums_);
    refresh();
  }

 private:
  std::int64_t column_count() const { return static_cast<std::int64_t>(columns()); }
  void refresh();

  double limit_;
  std::vector<double> sums_;
  torch::Tensor mean_;
  torch::Tensor scale_;
};

}  // namespace faasconf::learner::marl
