#include "experiments/cli/interrupt.hpp"

#include <atomic>

namespace faasconf::experiments::cli {

namespace {

// The one global of the program: a signal handler is given nothing of ours. Lock-free, since a handler may not wait;
// atomic rather than sig_atomic_t, since other threads read it.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void note_interrupt(int /*signal*/) { interrupted.store(true); }

}  // namespace

Interrupt::Interrupt() {
  interrupted.store(false);
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // once; the next one does what it always does
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::requested() const { return interrupted.load(); }

}  // namespace faasconf::experiments::cli
