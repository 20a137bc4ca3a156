#include "experiments/cli/interrupt.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace faasconf::experiments::cli {
namespace {

TEST(Interrupt, NotesTheFirstCtrlC) {
  const Interrupt interrupt;
  EXPECT_FALSE(Interrupt::requested());
  std::raise(SIGINT);
  EXPECT_TRUE(Interrupt::requested());
}

TEST(Interrupt, BeginsWithNone) {
  {
    const Interrupt interrupt;
    std::raise(SIGINT);
  }
  const Interrupt interrupt;
  EXPECT_FALSE(Interrupt::requested());
}

TEST(Interrupt, NotesSignalsThatEndPrograms) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Interrupt interrupt;
    std::raise(signal);
    EXPECT_TRUE(Interrupt::requested());
    EXPECT_EQ(Interrupt::exit_code(), 128 + signal);
  }
}

TEST(Interrupt, EndsWithTheFirstOne) {
  const Interrupt interrupt;
  std::raise(SIGTERM);
  std::raise(SIGTERM);  // as `timeout` does
  std::raise(SIGHUP);
  EXPECT_EQ(Interrupt::exit_code(), 128 + SIGTERM);
}

TEST(Interrupt, LeavesAHangupIgnoredThatWasSo) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const Interrupt interrupt;
    std::raise(SIGHUP);
    EXPECT_FALSE(Interrupt::requested());
  }
  EXPECT_EQ(std::signal(SIGHUP, before), SIG_IGN);
}

TEST(InterruptDeathTest, TheSecondCtrlCKills) {
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace faasconf::experiments::cli
