#include "experiments/config/yaml_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/config/yaml_aliases.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

std::string complaint_about_yaml(const std::string& text) {
  return complaint([&] { parse_yaml(text, "f.yaml"); });
}

TEST(YamlTree, KnowsTheLineOfEveryValue) {
  const YamlNode tree = parse_yaml("a: 1\nb:\n  - x\n  - {c: y}\n", "f.yaml");
  ASSERT_EQ(tree.kind, YamlNode::Kind::map);
  EXPECT_EQ(tree.find("a")->place.text(), "f.yaml:1");
  const YamlNode& list = *tree.find("b");
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0].place.text(), "f.yaml:3");
  EXPECT_EQ(list.items[1].find("c")->scalar, "y");
  EXPECT_EQ(list.items[1].find("c")->place.text(), "f.yaml:4");
}

TEST(YamlTree, KeepsTheOrderOfKeys) {
  const YamlNode tree = parse_yaml("z: 1\na: 2\nm: 3\n", "f.yaml");
  ASSERT_EQ(tree.entries.size(), 3u);
  EXPECT_EQ(tree.entries[0].key + tree.entries[1].key + tree.entries[2].key, "zam");
}

TEST(YamlTree, ValueOfAnOverrideHasNoLine) {
  EXPECT_EQ(parse_yaml_value("20", "--set a=20").place.text(), "--set a=20");
  EXPECT_EQ(parse_yaml_value("", "--set a=").kind, YamlNode::Kind::nothing);
}

// What the manifests of platforms have.
TEST(YamlTree, PutsWhatAliasesStandForInTheirPlacesWhereItIsAskedTo) {
  const std::string text = "common: &common {cpu: 1, memory: 2}\nf: *common\ng:\n  <<: *common\n  cpu: 3\n";
  const YamlNode tree = parse_yaml_with_aliases(text, "f.yaml");
  EXPECT_EQ(tree.find("f")->find("memory")->scalar, "2");
  EXPECT_EQ(tree.find("g")->find("cpu")->scalar, "3");
  EXPECT_EQ(tree.find("g")->find("memory")->scalar, "2");
  EXPECT_EQ(tree.find("g")->find("<<"), nullptr);
  EXPECT_THROW(parse_yaml(text, "f.yaml"), sim::Error) << "files of our own are plain";
}

TEST(YamlTree, RefusesAliasesThatGrowWithoutEndOrStandForThemselves) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string one = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + one + ", " + one + ", " + one + ", " + one +
              ", " + one + ", " + one + "]\n";
  }
  const auto complaint_about_aliases = [](const std::string& text) {
    return complaint([&] { parse_yaml_with_aliases(text, "f.yaml"); });
  };
  EXPECT_THAT(complaint_about_aliases(laughs), testing::HasSubstr("at most 100000 values in all"));
  EXPECT_THAT(complaint_about_aliases("a: &a [*a]\n"), testing::HasSubstr("f.yaml:1: "));
  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 120; ++i)
    deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(complaint_about_aliases(deep), testing::HasSubstr("levels of nesting"));
}

TEST(YamlTree, BadTextIsAnErrorWithItsLine) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"", "f.yaml:1: expected YAML, got an empty file"},
      {"# only a comment\n", "f.yaml:1: expected YAML, got an empty file"},
      {"a: 1\nb: [1, 2\n", "f.yaml:3: expected YAML, got a syntax error: end of sequence flow not found"},
      {"a: \"cut", "f.yaml:1: expected YAML, got a syntax error: illegal EOF in scalar"},
      {"a: 1\na: 2\n", "f.yaml:2: expected each key once, got \"a\" again (first in line 1)"},
      {"a:\n  - b:\n      c: 1\n      c: 2\n",
       "f.yaml:4: a.0.b: expected each key once, got \"c\" again (first in line 3)"},
      {"a: &x 1\n", "f.yaml:1: expected plain values, got a YAML anchor"},
      {"a: !!str 1\n", "f.yaml:1: expected plain values, got a YAML tag"},
      {"? [a]\n: 1\n", "f.yaml:1: expected a plain key, got a list or a map (is a bracket not closed?)"},
      {"~: 1\n", "f.yaml:1: expected a key, got nothing"},
      {"a: 1\n---\nb: 1\n", "f.yaml:3: expected one YAML document, got another"},
      {"a: 1\nb: \xE9\n", "f.yaml:2: expected UTF-8 text, got byte 0xe9"},
      {std::string("a: \0", 4), "f.yaml:1: expected UTF-8 text, got byte 0x00"},
      {"a: \x04 b", "f.yaml:1: expected UTF-8 text, got byte 0x04"},
      {"a: \xC0\xAF", "f.yaml:1: expected UTF-8 text, got byte 0xc0"},
      {"a: \xED\xA0\x80", "f.yaml:1: expected UTF-8 text, got byte 0xed"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint_about_yaml(text), message) << text;
}

TEST(YamlTree, DeepNestingIsAnErrorAndNoCrash) {
  const std::string message = "f.yaml:1: expected at most 100 levels of nesting, got more";
  EXPECT_EQ(complaint_about_yaml(std::string(200'000, '[') + std::string(200'000, ']')), message);
  std::string maps;
  std::string lists;
  for (int i = 0; i < 50'000; ++i) {
    maps += "{a: ";
    lists += "- ";
  }
  maps += std::string(50'000, '}');
  EXPECT_EQ(complaint_about_yaml(maps), message);
  EXPECT_EQ(complaint_about_yaml(lists), message);
}

TEST(YamlTree, ReadsWindowsLinesAndByteOrderMarks) {
  const YamlNode tree = parse_yaml(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n",
      "f.yaml");
  ASSERT_EQ(tree.entries.size(), 2u);
  EXPECT_EQ(tree.entries[0].key, "a");
  EXPECT_EQ(tree.find("b")->scalar, "2");
  EXPECT_EQ(tree.find("b")->place.line, 2);
}

TEST(YamlTree, OfAFileLeavesOutItsRecord) {
  const std::string text = "a: 1\nrecord: {format: faasconf-table}\nb: {record: 2}\n";
  const YamlNode tree = parse_yaml_file(text, "t.yaml");
  ASSERT_EQ(tree.entries.size(), 2u);
  EXPECT_EQ(tree.entries[1].key, "b");
  EXPECT_NE(tree.find("b")->find("record"), nullptr);
}

}  // namespace
}  // namespace faasconf::experiments::config
