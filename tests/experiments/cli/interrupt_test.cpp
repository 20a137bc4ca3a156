#include "experiments/cli/interrupt.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace faasconf::experiments::cli {
namespace {

TEST(Interrupt, NotesTheFirstCtrlC) {
  const Interrupt interrupt;
  EXPECT_FALSE(interrupt.requested());
  std::raise(SIGINT);
  EXPECT_TRUE(interrupt.requested());
}

TEST(Interrupt, BeginsWithNone) {
  {
    const Interrupt interrupt;
    std::raise(SIGINT);
  }
  const Interrupt interrupt;
  EXPECT_FALSE(interrupt.requested());
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
