#pragma once
// How a caller cancels a long computation.

#include <functional>

#include "sim/core/error.hpp"

namespace faasconf::sim {

// Returns false to cancel, and false from then on. Each working thread calls it at least every 0.1 s, possibly several
// at once. Empty: never cancels.
using GoOn = std::function<bool()>;

inline void throw_if_cancelled(const GoOn& go_on) {
  if (go_on && !go_on()) throw Cancelled();
}

// For loops: asks only once in `kTurns` iterations.
//
//   Questions<64> questions(go_on);
//   for (const Row& row : rows) {
//     questions.next();
//     ...
template <unsigned kTurns>
class Questions {
 public:
  explicit Questions(const GoOn& go_on) : go_on_(go_on) {}  // refers to it

  void next() {
    if (++turns_ % kTurns == 0) throw_if_cancelled(go_on_);
  }

 private:
  const GoOn& go_on_;
  unsigned turns_ = 0;
};

}  // namespace faasconf::sim
