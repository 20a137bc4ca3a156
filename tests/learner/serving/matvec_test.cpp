#include "learner/serving/matvec.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "sim/core/random.hpp"

namespace faasconf::learner::serving {
namespace {

std::vector<float> numbers(std::size_t size, sim::Rng& rng) {
  std::vector<float> numbers(size);
  for (float& number : numbers) number = static_cast<float>(rng.normal());
  return numbers;
}

// Oracle: the definition, in the same order, to the last bit; sizes with and without rows left over.
TEST(MultiplyAdd, IsAMatrixTimesAVectorPlusAVector) {
  sim::Rng rng(1);
  for (const std::size_t outputs : {1, 4, 8, 13, 32, 47, 64, 96, 131}) {
    for (const std::size_t inputs : {0, 1, 25, 64}) {
      const std::vector<float> weight = numbers(outputs * inputs, rng);
      const std::vector<float> x = numbers(inputs, rng);
      const std::vector<float> bias = numbers(outputs, rng);
      std::vector<float> expected = bias;
      for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t row = 0; row < outputs; ++row) expected[row] += weight[i * outputs + row] * x[i];
      }
      std::vector<float> y(outputs);
      multiply_add(weight, x, bias, y);
      EXPECT_EQ(y, expected) << outputs << " x " << inputs;
    }
  }
}

}  // namespace
}  // namespace faasconf::learner::serving
