#pragma once
// Weights by name, and the bytes in which a policy bundle carries them: little endian, "FCWEIGHT", uint32 version 1,
// uint32 number of tensors; for each: uint32 length of its name, the name, uint32 rank, rank x uint64 size, the numbers
// as float32, row by row.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace faasconf::learner::bundle {

using Shape = std::vector<std::uint64_t>;

struct Tensor {
  Shape shape;
  std::vector<float> values;  // row by row

  friend bool operator==(const Tensor&, const Tensor&) = default;
};

using Tensors = std::map<std::string, Tensor>;

std::string encode_tensors(const Tensors& tensors);
// Throws Error when the bytes are anything else.
Tensors decode_tensors(std::string_view bytes);

// Throws Error where it is missing, has another shape, or a number that is not finite.
const Tensor& tensor_named(const Tensors& tensors, const std::string& name, const Shape& shape);

}  // namespace faasconf::learner::bundle
