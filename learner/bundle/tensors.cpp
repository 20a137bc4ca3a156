#include "learner/bundle/tensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "sim/core/error.hpp"

namespace faasconf::learner::bundle {
namespace {

static_assert(std::endian::native == std::endian::little && std::numeric_limits<float>::is_iec559);

constexpr std::string_view kMagic = "FCWEIGHT";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kMostDimensions = 8;

template <class Number>
void append(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size(); }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) throw sim::Error("weights: they end in the middle of a tensor");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  template <class Number>
  Number take() {
    Number number;
    std::memcpy(&number, take(sizeof(number)).data(), sizeof(number));
    return number;
  }

 private:
  std::string_view bytes_;
};

Tensor take_tensor(Bytes& bytes, const std::string& name) {
  const auto rank = bytes.take<std::uint32_t>();
  if (rank > kMostDimensions) {
    throw sim::Error("weights: " + name + ": expected at most " + std::to_string(kMostDimensions) +
                     " dimensions, got " + std::to_string(rank));
  }
  Tensor tensor;
  std::uint64_t count = 1;
  for (std::uint32_t i = 0; i < rank; ++i) {
    const auto size = tensor.shape.emplace_back(bytes.take<std::uint64_t>());
    // before the product overflows
    if (size > 0 && count > bytes.left() / size) throw sim::Error("weights: " + name + " ends too early");
    count *= size;
  }
  const std::string_view values = bytes.take(count * sizeof(float));
  tensor.values.resize(count);
  if (count > 0) std::memcpy(tensor.values.data(), values.data(), values.size());
  return tensor;
}

std::string text_of(const Shape& shape) {
  if (shape.empty()) return "a number";
  std::string text;
  for (const std::uint64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

}  // namespace

std::string encode_tensors(const Tensors& tensors) {
  std::string bytes(kMagic);
  append(bytes, kVersion);
  append(bytes, static_cast<std::uint32_t>(tensors.size()));
  for (const auto& [name, tensor] : tensors) {
    append(bytes, static_cast<std::uint32_t>(name.size()));
    bytes += name;
    append(bytes, static_cast<std::uint32_t>(tensor.shape.size()));
    for (const std::uint64_t size : tensor.shape) append(bytes, size);
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
  }
  return bytes;
}

Tensors decode_tensors(std::string_view all) {
  Bytes bytes(all);
  if (bytes.left() < kMagic.size() || bytes.take(kMagic.size()) != kMagic) {
    throw sim::Error("weights: expected them to begin with " + std::string(kMagic));
  }
  const auto version = bytes.take<std::uint32_t>();
  if (version != kVersion) {
    throw sim::Error("weights: expected version " + std::to_string(kVersion) + ", got " + std::to_string(version));
  }
  Tensors tensors;
  for (auto count = bytes.take<std::uint32_t>(); count > 0; --count) {
    const std::string name(bytes.take(bytes.take<std::uint32_t>()));
    if (!tensors.emplace(name, take_tensor(bytes, name)).second) throw sim::Error("weights: " + name + " comes twice");
  }
  if (bytes.left() > 0) throw sim::Error("weights: bytes follow the last tensor");
  return tensors;
}

const Tensor& tensor_named(const Tensors& tensors, const std::string& name, const Shape& shape) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw sim::Error("weights: " + name + " is missing");
  const Tensor& tensor = found->second;
  if (tensor.shape != shape) {
    throw sim::Error("weights: " + name + ": expected shape " + text_of(shape) + ", got " + text_of(tensor.shape));
  }
  if (!std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); })) {
    throw sim::Error("weights: " + name + ": expected finite numbers, got NaN or infinity");
  }
  return tensor;
}

}  // namespace faasconf::learner::bundle
