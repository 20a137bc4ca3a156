#include "experiments/cli/interrupt.hpp"

#include <atomic>
#include <cstddef>

namespace faasconf::experiments::cli {

namespace {

// The one global of the program: a signal handler is given nothing of ours. Lock-free, since a handler may not wait;
// atomic rather than sig_atomic_t, since other threads read it. 0: none came.
std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_signal(int signal) {
  int none = 0;
  noted.compare_exchange_strong(none, signal);
}

// Only of Ctrl-C does a second one kill: `timeout` and a terminal that closes send their signals twice.
struct sigaction action_of(int signal) {
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  if (signal == SIGINT) action.sa_flags |= static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  return action;
}

}  // namespace

Interrupt::Interrupt() {
  noted.store(0);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    const struct sigaction action = action_of(kSignals[i]);
    sigaction(kSignals[i], &action, &before_[i]);
    if (kSignals[i] == SIGHUP && before_[i].sa_handler == SIG_IGN) sigaction(SIGHUP, &before_[i], nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

bool Interrupt::requested() { return noted.load() != 0; }

int Interrupt::exit_code() {
  const int signal = noted.load();
  return 128 + (signal != 0 ? signal : SIGINT);
}

}  // namespace faasconf::experiments::cli
