#include "traces/files/digest.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/scratch_folder.hpp"

namespace faasconf::files {
namespace {

// Oracle: the examples of NIST for FIPS 180-4.
TEST(Sha256, OfNothing) { EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"); }

TEST(Sha256, OfOneBlock) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfTwoBlocksOneOfThemPadding) {
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, OfAMillionLetters) {
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Around the length of a block the padding takes one block or two. From sha256sum.
TEST(Sha256, OfLengthsAroundABlock) {
  EXPECT_EQ(sha256(std::string(55, 'x')), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  EXPECT_EQ(sha256(std::string(56, 'x')), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  EXPECT_EQ(sha256(std::string(64, 'x')), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

TEST(Sha256, OfBytesBeyondAscii) {
  EXPECT_EQ(sha256("\xff\x80"), "85c61621ebd04403f66d96fe300cf10b3844de7358184f1276cb08790fd135f1");
}

TEST(Sha256, OfAFileEndsWhenItsCallerSaysNo) {
  const tests::ScratchFolder folder;
  tests::write_file(folder / "f", "abc");
  EXPECT_EQ(sha256_of_file(folder / "f"), sha256("abc"));
  EXPECT_THROW(sha256_of_file(folder / "f", [] { return false; }), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::files
