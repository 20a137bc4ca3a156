#include <array>
#include <cstdio>

#include <gmock/gmock.h>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

// What bash offers for the last word of a line.
std::vector<std::string> completions(const std::string& line) {
  const Elsewhere elsewhere;
  write("completion.sh", faasconf("completion bash").out);
  const std::vector<std::string> typed = words(line);
  std::string array;
  for (const std::string& word : typed) array += " '" + word + "'";
  if (line.ends_with(' ')) array += " ''";
  const std::size_t last = typed.size() - (line.ends_with(' ') ? 0 : 1);
  write("ask.sh", "source ./completion.sh; COMP_WORDS=(" + array + "); COMP_CWORD=" + std::to_string(last) +
                      "; _faasconf; printf '%s\\n' \"${COMPREPLY[@]}\"");
  FILE* pipe = popen("bash --norc ask.sh", "r");
  std::string answer;
  std::array<char, 4096> buffer{};
  while (const std::size_t read = fread(buffer.data(), 1, buffer.size(), pipe)) answer.append(buffer.data(), read);
  EXPECT_EQ(pclose(pipe), 0);
  return words(answer);
}

TEST(BashCompletion, CompletesCommands) {
  EXPECT_THAT(completions("faasconf sim"), ElementsAre("simulate"));
  EXPECT_THAT(completions("faasconf "), testing::AllOf(Contains("workflow"), Contains("--version")));
  EXPECT_THAT(completions("faasconf workflow "), ElementsAre("check", "draw", "init"));
}

TEST(BashCompletion, CompletesOptionsAndTheirChoices) {
  EXPECT_THAT(completions("faasconf simulate parallel --pre"), ElementsAre("--precision"));
  EXPECT_THAT(completions("faasconf simulate parallel --attribution "), ElementsAre("completed", "started", "paper"));
  EXPECT_THAT(completions("faasconf workflow draw parallel --"),
              testing::AllOf(Contains("--format"), Not(Contains("--users"))));
  EXPECT_THAT(completions("faasconf completion "), ElementsAre("bash"));
}

TEST(BashCompletion, LeavesFilesToTheShell) {
  EXPECT_THAT(completions("faasconf simulate par"), ElementsAre());
  EXPECT_THAT(completions("faasconf simulate parallel --out x"), ElementsAre());
}

}  // namespace
}  // namespace faasconf::experiments::cli
