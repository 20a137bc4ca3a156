#pragma once
// Which window a request or call counts in when it spans several windows.

#include <chrono>
#include <cstdint>

#include "sim/core/time.hpp"

namespace faasconf::sim {

enum class Attribution {
  completed,  // the window in which it completes
  started,    // the window in which it starts, however long it takes
  paper,      // the window in which it starts; requests count when they end within the window, calls when they end
              // within 20 s after it (the paper's 30 s window: logged to 30 s, scraped to 50 s)
};
inline constexpr Duration kPaperDrain = std::chrono::seconds(20);

// Of requests, none.
inline constexpr Duration kCallGrace = kPaperDrain;

// Whether what began in a window that ends then, and finished then, counts in it (not under `completed`, where it
// counts wherever it finishes). kNever: the window has not ended.
inline bool is_in_time(Attribution attribution, Time window_end, Time finished, Duration grace) {
  return attribution == Attribution::started || window_end == kNever || finished <= window_end + grace;
}

// Whether nothing can be added any more to a window that has ended and of whose requests and calls so many are open.
inline bool is_final(Attribution attribution, Time window_end, std::int64_t open, Time now) {
  if (attribution == Attribution::completed || open == 0) return true;
  return attribution == Attribution::paper && now >= window_end + kPaperDrain;
}

}  // namespace faasconf::sim
