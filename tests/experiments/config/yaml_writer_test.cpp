#include "experiments/config/yaml_writer.hpp"

#include <string>

#include <gtest/gtest.h>

namespace faasconf::experiments::config {
namespace {

bool same(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.scalar != b.scalar) return false;
  if (a.items.size() != b.items.size() || a.entries.size() != b.entries.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key || !same(a.entries[i].value, b.entries[i].value)) return false;
  }
  return true;
}

TEST(YamlWriter, WritesWhatIsReadBackAsTheSame) {
  for (const std::string text :
       {"a: 1\nb: {c: 860ms, d: [x, y]}\n", "list: [{a: 1}, [2, 3], text]\n", "a: \"- not a list\"\nb: \"null\"\n",
        "a: \"say \\\"yes\\\", a \\\\ and a: colon\"\nb: -0.5\nc: \"\"\n",
        "long:\n  - one: {deep: {deeper: {deepest: x}}}\n"}) {
    const YamlNode tree = parse_yaml(text, "test");
    const std::string written = write_yaml(tree);
    EXPECT_TRUE(same(tree, parse_yaml(written, "written"))) << text << "became\n" << written;
  }
}

TEST(YamlWriter, PutsCommentsBehindTheirValues) {
  const YamlNode tree = parse_yaml("functions: {rgb: {serial: 1s, off_cpu: 2s}, load: {serial: 3s}}\n", "test");
  EXPECT_EQ(write_yaml(tree, {{"functions.rgb.serial", "[fit] .9s to 1.1s"}}),
            "functions:\n  rgb:\n    serial: 1s  # [fit] .9s to 1.1s\n    off_cpu: 2s\n  load: {serial: 3s}\n");
}

}  // namespace
}  // namespace faasconf::experiments::config
