#include "traces/files/line_reader.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/traces/message_of.hpp"

namespace faasconf::files {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
  LineReader reader(bytes_of(text, "f"), "f");
  std::vector<std::string> lines;
  while (reader.next()) lines.push_back(std::to_string(reader.number()) + ":" + std::string(reader.text()));
  return lines;
}

TEST(LineReader, EndsBeforeBlankLines) {
  EXPECT_THAT(lines_of("a\nb\n\n"), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of("a\r\nb\r\n\r\n \t\r\n\n"), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of("a\nb\n   "), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of("\n\n"), ElementsAre());
}

TEST(LineReader, GivesBlankLinesBetweenOthers) {
  EXPECT_THAT(lines_of("a\n\n \nb\n"), ElementsAre("1:a", "2:", "3:", "4:b"));
}

TEST(LineReader, FindsTheEndBehindALongRunOfBlankLines) {
  EXPECT_THAT(lines_of("a\n" + std::string(900'000, '\n')), ElementsAre("1:a"));
  EXPECT_THAT(lines_of(std::string(60'000, 'x') + "\n" + std::string(1'000'000, '\n') + "b").size(), 1'000'002U);
}

TEST(LineReader, RefusesAMebibyteOfBlankLines) {
  EXPECT_THAT(tests::message_of([] { lines_of("a\n" + std::string(3 << 20, '\n')); }),
              HasSubstr("f:2: expected rows, got a MiB of blank lines"));
}

}  // namespace
}  // namespace faasconf::files
