#include "experiments/cli/progress_bar.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>

namespace faasconf::experiments::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(ProgressBar, SaysHowManyHowFastAndHowLong) {
  double now_s = 0;
  std::ostringstream err;
  ProgressBar progress(err, true, [&] { return now_s; });
  progress.start("lean", 30);
  now_s = 4;
  progress.advance(12, "a note");
  EXPECT_THAT(err.str(), HasSubstr("\rlean [########            ] 12/30  3.0/s  ETA 6 s  a note\x1b[K"));
}

TEST(ProgressBar, IsRedrawnAtMostTenTimesASecond) {
  double now_s = 0;
  std::ostringstream err;
  ProgressBar progress(err, true, [&] { return now_s; });
  progress.start("lean", 1000);
  for (int i = 1; i <= 1000; ++i) {
    now_s = i * 0.001;
    progress.advance(static_cast<std::uint64_t>(i));
  }
  const std::string text = err.str();
  EXPECT_LE(std::count(text.begin(), text.end(), '\r'), 11);
  EXPECT_GE(std::count(text.begin(), text.end(), '\r'), 9);
}

TEST(ProgressBar, LeavesAnEmptyLine) {
  std::ostringstream err;
  {
    ProgressBar progress(err, true, [] { return 0.0; });
    progress.start("lean", 10);
  }
  EXPECT_THAT(err.str(), EndsWith("\r\x1b[K"));
}

TEST(ProgressBar, IsSilentWhereThereIsNoTerminal) {
  std::ostringstream err;
  {
    ProgressBar progress(err, false);
    progress.start("lean", 10);
    progress.advance(5);
  }
  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace faasconf::experiments::cli
