#pragma once

#include <signal.h>

namespace faasconf::experiments::cli {

// While one lives, the first Ctrl-C (SIGINT) is only noted, so that the program can keep what it has computed; the
// second one kills. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;

 private:
  struct sigaction before_ {};
};

}  // namespace faasconf::experiments::cli
