#pragma once
// A matrix times a vector, for the small matrices of policies: on AVX2 where the processor has it.

#include <cstddef>
#include <span>

namespace faasconf::learner::serving {

// y = W x + b. `weight`: columns one after the other, outputs x inputs; `x`: inputs; `bias`, `y`: outputs. In the same
// order of additions on every processor, without fused ones: the same bits.
void multiply_add(std::span<const float> weight, std::span<const float> x, std::span<const float> bias,
                  std::span<float> y);

}  // namespace faasconf::learner::serving
