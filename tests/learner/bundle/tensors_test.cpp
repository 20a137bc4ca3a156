#include "learner/bundle/tensors.hpp"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::learner::bundle {
namespace {

const Tensors kSome = {{"a", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"b", {{}, {7}}}, {"empty", {{0, 4}, {}}}};

std::string refusal(const std::string& bytes) {
  try {
    decode_tensors(bytes);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "";
}

TEST(Tensors, ComeBackAsTheyWere) { EXPECT_EQ(decode_tensors(encode_tensors(kSome)), kSome); }

// Byte by byte, as it is written down.
TEST(Tensors, LieAsAgreed) {
  const std::string bytes = encode_tensors({{"w", {{1, 2}, {1.0F, -2.0F}}}});
  const std::string expected = std::string("FCWEIGHT") + std::string("\1\0\0\0", 4) + std::string("\1\0\0\0", 4) +
                               std::string("\1\0\0\0w", 5) + std::string("\2\0\0\0", 4) +
                               std::string("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16) +
                               std::string("\0\0\x80\x3f\0\0\0\xc0", 8);
  EXPECT_EQ(bytes, expected);
}

TEST(Tensors, AreRefusedWhereTheyEndEarly) {
  const std::string bytes = encode_tensors(kSome);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_NE(refusal(bytes.substr(0, size)), "") << size;
  EXPECT_EQ(refusal(bytes + "x"), "weights: bytes follow the last tensor");
}

TEST(Tensors, SayWhatIsWrong) {
  std::string bytes = encode_tensors({{"w", {{2}, {1, 2}}}});
  EXPECT_EQ(refusal("GARBAGE" + bytes), "weights: expected them to begin with FCWEIGHT");
  std::string newer = bytes;
  newer[8] = 2;
  EXPECT_EQ(refusal(newer), "weights: expected version 1, got 2");
  std::string huge = bytes;
  huge.replace(25, 8, 8, '\xff');
  EXPECT_EQ(refusal(huge), "weights: w ends too early");
  std::string deep = bytes;
  deep[21] = 9;
  EXPECT_EQ(refusal(deep), "weights: w: expected at most 8 dimensions, got 9");
  std::string twice = encode_tensors({{"v", {{}, {1}}}, {"w", {{}, {1}}}});
  twice[twice.find('v')] = 'w';
  EXPECT_EQ(refusal(twice), "weights: w comes twice");
}

TEST(Tensors, AreFoundByNameAndShape) {
  EXPECT_EQ(tensor_named(kSome, "a", {2, 3}).values[5], 6);
  EXPECT_THROW(tensor_named(kSome, "c", {2, 3}), sim::Error);
  EXPECT_THROW(tensor_named(kSome, "a", {3, 2}), sim::Error);
  EXPECT_THROW(tensor_named({{"a", {{1}, {std::numeric_limits<float>::infinity()}}}}, "a", {1}), sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::bundle
