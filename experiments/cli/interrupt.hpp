#pragma once

#include <array>

#include <signal.h>

namespace faasconf::experiments::cli {

// While one lives, the first Ctrl-C (SIGINT), SIGTERM or SIGHUP is only noted, so that the program can keep what it has
// computed; the second Ctrl-C kills. A hangup that was ignored before (nohup) stays so. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool requested();
  static int exit_code();  // 130, 143 or 129; where none was requested, as if by Ctrl-C

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace faasconf::experiments::cli
