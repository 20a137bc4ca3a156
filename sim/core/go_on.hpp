#pragma once
// How a caller ends what takes long.

#include <functional>

#include "sim/core/error.hpp"

namespace faasconf::sim {

// Asked at least every 0.1 s by each thread at work, perhaps by several at once; one that has said no keeps saying so.
// Empty: goes on always.
using GoOn = std::function<bool()>;

inline void throw_if_cancelled(const GoOn& go_on) {
  if (go_on && !go_on()) throw Cancelled();
}

// The same of a loop: asks at every `kTurns`-th turn alone.
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
