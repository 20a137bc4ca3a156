#include "experiments/config/keys/reference.hpp"

#include <gtest/gtest.h>

#include "experiments/config/input_files.hpp"

namespace faasconf::experiments::config {
namespace {

TEST(KeysReference, IsTheCommittedPage) {
  EXPECT_TRUE(keys_markdown() == read_text_file("docs/reference/keys.md"))
      << "faasconf keys --markdown > docs/reference/keys.md renews it";
}

}  // namespace
}  // namespace faasconf::experiments::config
