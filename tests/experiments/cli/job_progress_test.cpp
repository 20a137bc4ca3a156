#include "experiments/cli/job_progress.hpp"

#include <csignal>
#include <sstream>

#include <gmock/gmock.h>

#include "experiments/cli/interrupt.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class JobProgress : public testing::Test {
 protected:
  Console terminal() { return {.out = out_, .err = err_, .is_terminal = true}; }
  Console file() { return {.out = out_, .err = err_}; }

  std::ostringstream out_, err_;
};

TEST_F(JobProgress, IsABarForEachLabel) {
  {
    const jobs::Progress progress = progress_on(terminal());
    progress.report({.label = "lean: warm-up", .total = 5});
    progress.report({.label = "lean", .total = 30});
    progress.report({.label = "ample", .done = 1, .total = 30});
  }
  EXPECT_THAT(err_.str(), HasSubstr("\rlean: warm-up [                    ] 0/5\x1b[K"));
  EXPECT_THAT(err_.str(), HasSubstr("\rlean [                    ] 0/30\x1b[K"));
  EXPECT_THAT(err_.str(), HasSubstr("\rample [                    ] 0/30\x1b[K"));
}

TEST_F(JobProgress, BeginsAnewWhereAStepIsBehindTheOneBefore) {
  const jobs::Progress progress = progress_on(terminal());
  progress.report({.label = "reading", .total = 2});
  progress.report({.label = "reading", .done = 2, .total = 2});
  const std::string first = err_.str();
  progress.report({.label = "reading", .total = 2});
  EXPECT_THAT(err_.str().substr(first.size()), HasSubstr("] 0/2"));
}

TEST_F(JobProgress, LeavesAnEmptyLineWithItsLastCopy) {
  {
    jobs::Progress copy;
    {
      const jobs::Progress progress = progress_on(terminal());
      copy = progress;
      progress.report({.label = "lean", .total = 30});
    }
    EXPECT_THAT(err_.str(), Not(EndsWith("\r\x1b[K")));
  }
  EXPECT_THAT(err_.str(), EndsWith("\r\x1b[K"));
}

TEST_F(JobProgress, IsSilentWhereItIsToBeQuietAndWhereThereIsNoTerminal) {
  progress_on(file()).report({.label = "lean", .total = 30});
  progress_on(terminal(), true).report({.label = "lean", .total = 30});
  EXPECT_EQ(err_.str(), "");
}

TEST_F(JobProgress, CtrlCCancels) {
  const Interrupt interrupt;
  const jobs::Progress progress = progress_on(file());
  EXPECT_FALSE(progress.cancelled());
  std::raise(SIGINT);
  EXPECT_TRUE(progress.cancelled());
}

}  // namespace
}  // namespace faasconf::experiments::cli
