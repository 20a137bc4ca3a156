#include "experiments/config/yaml_reader.hpp"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

template <class Read>
std::string complaint_about_value(const std::string& text, Read read) {
  const YamlNode node = parse_yaml_value(text, "test");
  return complaint([&] { read(YamlValue(node, "key")); });
}

template <class Read>
auto value_of(const std::string& text, Read read) {
  const YamlNode node = parse_yaml_value(text, "test");
  return read(YamlValue(node, "key"));
}

TEST(YamlReader, UnknownKeySuggestsTheNearest) {
  EXPECT_EQ(nearest("serail", {"serial", "parallel"}), "serial");
  EXPECT_EQ(nearest("paralel", {"serial", "parallel"}), "parallel");
  EXPECT_EQ(nearest("banana", {"serial", "parallel"}), std::nullopt);
  EXPECT_EQ(nearest("", {"serial"}), std::nullopt);
}

TEST(YamlReader, KeysOfAMapAreCheckedAtOnce) {
  const auto read = [](const YamlValue& value) {
    YamlMap(value, std::vector<std::string_view>{"users", "think_time"});
  };
  EXPECT_EQ(complaint_about_value("{user: 1}", read), "test: key: unknown key \"user\", did you mean \"users\"?");
  EXPECT_EQ(complaint_about_value("{rate: 1}", read),
            "test: key: unknown key \"rate\", expected one of users, think_time");
  EXPECT_EQ(complaint_about_value("20", read),
            "test: key: expected a map with keys from users, think_time, got \"20\"");
  EXPECT_EQ(complaint_about_value("{users: 1}", read), "no error");
}

TEST(YamlReader, RatesBearAUnit) {
  const auto read = [](const YamlValue& value) { return read_rate(value); };
  EXPECT_EQ(value_of("5/s", read), 5);
  EXPECT_EQ(value_of("300/m", read), 5);
  EXPECT_EQ(value_of("1800/h", read), 0.5);
  EXPECT_EQ(value_of("43200/d", read), 0.5);
  EXPECT_EQ(complaint_about_value("5", read), "test: key: expected a rate such as 5/s, 300/m or 1000/h, got \"5\"");
  EXPECT_EQ(complaint_about_value("5/w", read), "test: key: expected a rate such as 5/s, 300/m or 1000/h, got \"5/w\"");
  EXPECT_EQ(complaint_about_value("0/s", read), "test: key: expected a rate above 0, got \"0/s\"");
  EXPECT_EQ(complaint_about_value("nan/s", read),
            "test: key: expected a rate such as 5/s, 300/m or 1000/h, got \"nan/s\"");
  EXPECT_EQ(complaint_about_value("-1/s", read), "test: key: expected a rate above 0, got \"-1/s\"");
}

TEST(YamlReader, CountsAreWhole) {
  const auto read = [](const YamlValue& value) { return read_count(value, 1, 8); };
  EXPECT_EQ(value_of("8", read), 8);
  for (const std::string text : {"0", "9", "1.5", "1e0", "-1", "99999999999999999999", "one", "0x4"}) {
    EXPECT_EQ(complaint_about_value(text, read),
              "test: key: expected a whole number from 1 to 8, got \"" + text + "\"");
  }
}

TEST(YamlReader, NumbersAreFinite) {
  const auto read = [](const YamlValue& value) { return read_number(value); };
  EXPECT_EQ(value_of("1.36", read), 1.36);
  EXPECT_EQ(value_of("1e-3", read), 0.001);
  for (const std::string text : {"nan", "inf", "-1", "1s", "1e999", "1 2"}) {
    EXPECT_EQ(complaint_about_value(text, read), "test: key: expected a number >= 0, got \"" + text + "\"");
  }
  EXPECT_EQ(complaint_about_value("1.2", read_probability),
            "test: key: expected a probability from 0 to 1, or a percentage such as 5%, got \"1.2\"");
}

TEST(YamlReader, NamesHoldNoDots) {
  EXPECT_TRUE(is_name("get-left_trip2"));
  for (const char* const text : {"", "a.b", "-a", "a b", "\xC3\xA9"}) EXPECT_FALSE(is_name(text)) << text;
}

TEST(YamlReader, LongTextsAreCutInMessages) {
  EXPECT_EQ(shown("a\nb"), "\"a b\"");
  EXPECT_LT(shown(std::string(1000, 'x')).size(), 70u);
}

}  // namespace
}  // namespace faasconf::experiments::config
