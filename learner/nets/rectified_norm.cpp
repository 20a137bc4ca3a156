#include "learner/nets/rectified_norm.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <torch/csrc/autograd/custom_function.h>

namespace faasconf::learner::nets {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr std::int64_t kBlock = 32;  // rows that are added up as float before they join a double

// Sums of two numbers by column over many rows; term(row, column) gives a pair.
class ColumnSums {
 public:
  explicit ColumnSums(std::int64_t columns)
      : first(static_cast<std::size_t>(columns)), second(first.size()), block_(2 * first.size()) {}

  // add_row(row, a, b) adds a row's numbers to a[0 .. columns - 1] and b.
  template <class AddRow>
  void over(std::int64_t rows, AddRow add_row) {
    const std::size_t columns = first.size();
    for (std::int64_t begin = 0; begin < rows; begin += kBlock) {
      std::fill(block_.begin(), block_.end(), 0.0F);
      for (std::int64_t row = begin; row < std::min(rows, begin + kBlock); ++row) {
        add_row(row, block_.data(), block_.data() + columns);
      }
      for (std::size_t c = 0; c < columns; ++c) {
        first[c] += static_cast<double>(block_[c]);
        second[c] += static_cast<double>(block_[columns + c]);
      }
    }
  }

  std::vector<double> first, second;

 private:
  std::vector<float> block_;
};

float rectified(float x) { return x > 0 ? x : 0; }

// Rows by column, for loops that the compiler turns into vector instructions: nothing overlaps.
struct Columns {
  const float* __restrict mean;
  const float* __restrict scale;
  const float* __restrict weight;
  std::int64_t count;
};

[[gnu::noinline]] void add_moments(const float* __restrict x, std::int64_t columns, float* __restrict sum,
                                   float* __restrict squares) {
#pragma omp simd
  for (std::int64_t c = 0; c < columns; ++c) {
    const float value = rectified(x[c]);
    sum[c] += value;
    squares[c] += value * value;
  }
}

[[gnu::noinline]] void normalise(const float* __restrict x, const Columns& by, const float* __restrict bias,
                                 float* __restrict y) {
#pragma omp simd
  for (std::int64_t c = 0; c < by.count; ++c) {
    y[c] = (rectified(x[c]) - by.mean[c]) * by.scale[c] * by.weight[c] + bias[c];
  }
}

[[gnu::noinline]] void add_gradients(const float* __restrict x, const float* __restrict dy, const Columns& by,
                                     float* __restrict of_bias, float* __restrict of_weight) {
#pragma omp simd
  for (std::int64_t c = 0; c < by.count; ++c) {
    of_bias[c] += dy[c];
    of_weight[c] += dy[c] * (rectified(x[c]) - by.mean[c]) * by.scale[c];
  }
}

[[gnu::noinline]] void pass_gradient(const float* __restrict x, const float* __restrict dy, const Columns& by,
                                     const float* __restrict mean_bias, const float* __restrict mean_weight,
                                     float* __restrict dx) {
#pragma omp simd
  for (std::int64_t c = 0; c < by.count; ++c) {
    const float standardised = (rectified(x[c]) - by.mean[c]) * by.scale[c];
    const float passed = by.weight[c] * by.scale[c] * (dy[c] - mean_bias[c] - standardised * mean_weight[c]);
    const float open = x[c] > 0 ? 1 : 0;
    dx[c] = open * passed;
  }
}

struct RectifiedBatchNorm : Function<RectifiedBatchNorm> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& rows, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& mean, const torch::Tensor& scale,
                               bool training) {
    const std::int64_t count = rows.size(0), columns = rows.size(1);
    torch::Tensor out = torch::empty_like(rows);
    const Columns by{mean.data_ptr<float>(), scale.data_ptr<float>(), weight.data_ptr<float>(), columns};
    const float* const x = rows.data_ptr<float>();
    float* const y = out.data_ptr<float>();
    for (std::int64_t first = 0; first < count * columns; first += columns) {
      normalise(x + first, by, bias.data_ptr<float>(), y + first);
    }
    context->save_for_backward({rows, weight, mean, scale});
    context->saved_data["training"] = training;
    return out;
  }

  // with x^ the standardised rows: db = sum dy, dw = sum dy x^, and in training
  // dx = w scale (dy - db / N - x^ dw / N), where relu lets it through
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &rows = saved[0], gradient = gradients[0].contiguous();
    const std::int64_t count = rows.size(0), columns = rows.size(1);
    const float *const x = rows.data_ptr<float>(), *const dy = gradient.data_ptr<float>();
    const Columns by{saved[2].data_ptr<float>(), saved[3].data_ptr<float>(), saved[1].data_ptr<float>(), columns};
    ColumnSums sums(columns);
    sums.over(count, [&](std::int64_t row, float* of_bias, float* of_weight) {
      add_gradients(x + row * columns, dy + row * columns, by, of_bias, of_weight);
    });

    torch::Tensor of_weight = torch::empty_like(saved[1]), of_bias = torch::empty_like(saved[1]);
    std::copy(sums.first.begin(), sums.first.end(), of_bias.data_ptr<float>());
    std::copy(sums.second.begin(), sums.second.end(), of_weight.data_ptr<float>());
    // fixed moments do not move with the rows
    const bool training = context->saved_data["training"].toBool();
    const auto mean_of = [&](const std::vector<double>& all) {
      std::vector<float> mean(all.size());
      const double factor = training ? 1 / static_cast<double>(count) : 0;
      std::transform(all.begin(), all.end(), mean.begin(),
                     [&](double sum) { return static_cast<float>(factor * sum); });
      return mean;
    };
    const std::vector<float> mean_bias = mean_of(sums.first), mean_weight = mean_of(sums.second);
    torch::Tensor of_rows = torch::empty_like(rows);
    float* const dx = of_rows.data_ptr<float>();
    for (std::int64_t first = 0; first < count * columns; first += columns) {
      pass_gradient(x + first, dy + first, by, mean_bias.data(), mean_weight.data(), dx + first);
    }
    return {of_rows, of_weight, of_bias, {}, {}, {}};
  }
};

// Mean and variance (divisor N) by column of relu(rows).
std::pair<torch::Tensor, torch::Tensor> moments_of(const torch::Tensor& rows) {
  const std::int64_t count = rows.size(0), columns = rows.size(1);
  const float* const x = rows.data_ptr<float>();
  ColumnSums sums(columns);
  sums.over(count, [&](std::int64_t row, float* sum, float* squares) {
    add_moments(x + row * columns, columns, sum, squares);
  });
  torch::Tensor mean = torch::empty({columns}), variance = torch::empty({columns});
  for (std::size_t c = 0; c < sums.first.size(); ++c) {
    const double of_column = sums.first[c] / static_cast<double>(count);
    mean.data_ptr<float>()[c] = static_cast<float>(of_column);
    variance.data_ptr<float>()[c] =
        static_cast<float>(std::max(0.0, sums.second[c] / static_cast<double>(count) - of_column * of_column));
  }
  return {mean, variance};
}

}  // namespace

torch::Tensor rectified_batch_norm(const torch::Tensor& rows, const BatchNormState& state, bool training) {
  const torch::Tensor flat = rows.contiguous();
  torch::Tensor mean = state.mean, variance = state.variance;
  if (training) {
    const torch::NoGradGuard no_grad;
    std::tie(mean, variance) = moments_of(flat);
    const auto count = static_cast<double>(flat.size(0));
    state.mean.lerp_(mean, state.momentum);
    state.variance.lerp_(variance * (count / std::max(1.0, count - 1)), state.momentum);
  }
  return RectifiedBatchNorm::apply(flat, state.weight, state.bias, mean, torch::rsqrt(variance + state.epsilon),
                                   training);
}

}  // namespace faasconf::learner::nets
