#include "experiments/cli/arguments.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::vector<Parameter> some_parameters() {
  using enum Parameter::Kind;
  return {
      {.name = "FILE", .kind = positional, .description = "what to read"},
      {.name = "users", .value_name = "N", .description = "number of users", .default_value = "10"},
      {.name = "window", .value_name = "TIME", .description = "interval", .default_value = "30s"},
      {.name = "precision", .value_name = "P%", .description = "of the mean"},
      {.name = "rate", .value_name = "R/s", .description = "requests"},
      {.name = "format", .value_name = "F", .default_value = "text", .choices = {"text", "dot"}},
      {.name = "set", .kind = values, .value_name = "KEY=VALUE"},
      {.name = "json", .kind = flag},
  };
}

Arguments parse(const std::vector<std::string>& tokens) { return {some_parameters(), tokens}; }

template <class Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Arguments, WhatIsNotGivenHasItsDefault) {
  const Arguments arguments = parse({"a.yaml"});
  EXPECT_EQ(arguments.text("FILE"), "a.yaml");
  EXPECT_FALSE(arguments.given("users"));
  EXPECT_EQ(arguments.integer("users", 0, 100), 10);
  EXPECT_EQ(arguments.duration("window"), 30s);
  EXPECT_FALSE(arguments.given("json"));
  EXPECT_TRUE(arguments.list("set").empty());
}

TEST(Arguments, OptionsStandBeforeAndBehindPositionalOnes) {
  const Arguments arguments = parse({"--users", "3", "a.yaml", "--json", "--window=1m", "--precision", "1%"});
  EXPECT_EQ(arguments.text("FILE"), "a.yaml");
  EXPECT_EQ(arguments.integer("users", 0, 100), 3);
  EXPECT_EQ(arguments.duration("window"), 1min);
  EXPECT_DOUBLE_EQ(arguments.percentage("precision"), 0.01);
  EXPECT_TRUE(arguments.given("json"));
}

TEST(Arguments, SomeOptionsMayComeAgain) {
  const Arguments arguments = parse({"a.yaml", "--set", "a.b=1", "--set", "c=x y"});
  const auto list = arguments.list("set");
  EXPECT_THAT(std::vector<std::string>(list.begin(), list.end()), ElementsAre("a.b=1", "c=x y"));
  EXPECT_EQ(error_of([] { parse({"a.yaml", "--users", "1", "--users", "2"}); }), "--users: given more than once");
}

TEST(Arguments, RatesMayBearTheirUnit) {
  EXPECT_DOUBLE_EQ(parse({"f", "--rate", "2.5"}).rate_per_s("rate"), 2.5);
  EXPECT_DOUBLE_EQ(parse({"f", "--rate", "2.5/s"}).rate_per_s("rate"), 2.5);
  EXPECT_DOUBLE_EQ(parse({"f", "--rate", "24/m"}).rate_per_s("rate"), 0.4);
  EXPECT_DOUBLE_EQ(parse({"f", "--rate", "1800/h"}).rate_per_s("rate"), 0.5);
  EXPECT_THAT(error_of([] { parse({"f", "--rate", "0/s"}).rate_per_s("rate"); }), HasSubstr("got \"0/s\""));
}

TEST(Arguments, ErrorsNameTheOptionWhatWasExpectedAndWhatCame) {
  EXPECT_EQ(error_of([] {
              parse({"f", "--users", "ten"}).integer("users", 0, 99);
            }),
            "--users: expected a whole number from 0 to 99, got \"ten\"");
  EXPECT_EQ(error_of([] {
              parse({"f", "--users", "100"}).integer("users", 0, 99);
            }),
            "--users: expected a whole number from 0 to 99, got \"100\"");
  EXPECT_THAT(error_of([] { parse({"f", "--window", "30"}).duration("window"); }), HasSubstr("--window: "));
  EXPECT_THAT(error_of([] { parse({"f", "--window", "30"}).duration("window"); }), HasSubstr("\"30\""));
  EXPECT_THAT(error_of([] { parse({"f", "--precision", "0%"}).percentage("precision"); }), HasSubstr("more than 0%"));
  EXPECT_EQ(error_of([] { parse({"f", "--format", "png"}); }), "--format: expected text or dot, got \"png\"");
}

TEST(Arguments, WhatIsMissingOrTooMuchIsNamed) {
  EXPECT_EQ(error_of([] { parse({}); }), "missing FILE: what to read");
  EXPECT_EQ(error_of([] { parse({"f", "g"}); }), "unexpected argument \"g\"");
  EXPECT_THAT(error_of([] { parse({"f", "--users"}); }), HasSubstr("--users"));
  EXPECT_THAT(error_of([] { parse({"f", "--json=yes"}); }), HasSubstr("--json"));
}

TEST(Arguments, UnknownOptionsAreMetWithAGuessAndNeverAbbreviated) {
  EXPECT_EQ(error_of([] { parse({"f", "--user", "1"}); }), "unknown option \"--user\"; did you mean \"--users\"?");
  EXPECT_EQ(error_of([] { parse({"f", "--widnow", "1"}); }), "unknown option \"--widnow\"; did you mean \"--window\"?");
  EXPECT_EQ(error_of([] { parse({"f", "--unlike-any"}); }), "unknown option \"--unlike-any\"");
}

TEST(Arguments, HelpIsFoundBeforeAnythingIsMissing) { EXPECT_TRUE(parse({"--users", "7", "-h"}).help()); }

TEST(Arguments, HelpShowsPlaceholderDefaultAndDescription) {
  std::ostringstream out;
  print_options(out, some_parameters());
  EXPECT_THAT(out.str(), testing::ContainsRegex("--window TIME \\(=30s\\) +interval"));
  EXPECT_THAT(out.str(), testing::ContainsRegex("--users N \\(=10\\) +number of users"));
}

TEST(Arguments, HelpNamesTheChoicesThatTheDescriptionDoesNot) {
  std::ostringstream out;
  print_options(out, some_parameters());
  EXPECT_THAT(out.str(), testing::ContainsRegex("--format F \\(=text\\) +text, dot"));
}

TEST(Arguments, APositionalOneMayBeAbsentWhereItIsOptional) {
  const std::vector<Parameter> parameters = {{.name = "KEY", .kind = Parameter::Kind::positional, .optional = true}};
  EXPECT_FALSE(Arguments(parameters, {}).given("KEY"));
  const std::vector<std::string> tokens = {"serial"};
  EXPECT_EQ(Arguments(parameters, tokens).text("KEY"), "serial");
}

TEST(DidYouMean, TakesTheClosestAndIgnoresWhatIsFar) {
  const std::vector<std::string> names{"simulate", "search", "sweep"};
  EXPECT_EQ(did_you_mean("simulat", names), "; did you mean \"simulate\"?");
  EXPECT_EQ(did_you_mean("sewep", names), "; did you mean \"sweep\"?");
  EXPECT_EQ(did_you_mean("banana", names), "");
}

}  // namespace
}  // namespace faasconf::experiments::cli
