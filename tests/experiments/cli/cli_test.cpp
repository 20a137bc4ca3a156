#include "experiments/cli/cli.hpp"

#include <gmock/gmock.h>

#include "experiments/version.hpp"
#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// the lines below "example:" that begin with the program's name
std::vector<std::string> examples_of(const std::string& help) {
  std::vector<std::string> lines;
  std::istringstream stream(help.substr(help.find("example:")));
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("  faasconf ")) lines.push_back(line.substr(std::string("  faasconf ").size()));
  }
  return lines;
}

TEST(Cli, AloneItListsItsCommands) {
  const Ran ran = faasconf("");
  EXPECT_EQ(ran.code, kDone);
  for (const Command& command : commands()) EXPECT_THAT(ran.out, HasSubstr("  " + command.name + "  "));
  EXPECT_EQ(faasconf("--help").out, ran.out);
  EXPECT_EQ(ran.err, "");
}

TEST(Cli, SaysWhichFaasconfItIs) {
  const Ran ran = faasconf("--version");
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, StartsWith("faasconf " + std::string(version())));
}

TEST(Cli, GroupsOfCommandsHaveHelpOfTheirOwn) {
  const Ran ran = faasconf("workflow");
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, HasSubstr("workflow check"));
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("simulate")));
  EXPECT_EQ(faasconf("workflow --help").out, ran.out);
}

TEST(Cli, UnknownCommandsAreMetWithAGuess) {
  const Ran ran = faasconf("simulat parallel");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "faasconf: unknown command \"simulat\"; did you mean \"simulate\"?; faasconf --help lists the commands\n");
  EXPECT_THAT(faasconf("workflow chek parallel").err, HasSubstr("did you mean \"workflow check\"?"));
  EXPECT_THAT(faasconf("workflo check parallel").err, HasSubstr("did you mean \"workflow\"?"));
  EXPECT_EQ(faasconf("--verson").code, kMisused);
  EXPECT_THAT(faasconf("--verson").err, HasSubstr("did you mean \"--version\"?"));
}

TEST(Cli, EveryCommandExplainsItself) {
  for (const Command& command : commands()) {
    const Ran ran = faasconf(command.name + " --help");
    EXPECT_EQ(ran.code, kDone) << command.name;
    EXPECT_THAT(ran.out, StartsWith("usage: faasconf " + command.name));
    EXPECT_THAT(ran.out, HasSubstr("example:\n  faasconf "));
    EXPECT_EQ(ran.err, "");
    for (const Parameter& parameter : command.parameters) EXPECT_THAT(ran.out, HasSubstr(parameter.name));
  }
}

TEST(Cli, EveryExampleWorksWhenPasted) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "examples take minutes under a sanitizer; each command has shorter tests of its own";
#endif
  std::vector<std::string> helps{"", "workflow", "trace"};
  for (const Command& command : commands()) {
    // these become another program; tests/python/test_train.py runs their examples
    if (command.name != "train" && command.name != "export") helps.push_back(command.name + " --help");
  }
  for (const std::string& help : helps) {
    const Elsewhere elsewhere;
    const std::vector<std::string> examples = examples_of(faasconf(help).out);
    EXPECT_FALSE(examples.empty()) << help;
    for (const std::string& example : examples) {
      const Ran ran = faasconf(example);
      EXPECT_EQ(ran.code, kDone) << "faasconf " << example << "\n" << ran.err;
      EXPECT_NE(ran.out, "") << example;
    }
  }
}

TEST(Cli, AnAnswerThatCannotBeWrittenIsAFailure) {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  const std::vector<std::string> args{"completion", "bash"};
  EXPECT_EQ(run_cli(args, full, err), kFailed);
  EXPECT_THAT(err.str(), HasSubstr("standard output"));
}

}  // namespace
}  // namespace faasconf::experiments::cli
