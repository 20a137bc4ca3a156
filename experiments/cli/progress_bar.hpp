#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace faasconf::experiments::cli {

// A progress line on a terminal: redrawn in place, at most ten times per second, and erased at the end.
class ProgressBar {
 public:
  using Clock = std::function<double()>;  // seconds since some moment

  ProgressBar(std::ostream& err, bool shown, Clock clock = wall_clock());
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void start(std::string label, std::uint64_t total);  // a new count of replications; restarts rate and ETA
  void advance(std::uint64_t done, const std::string& note = "");
  void clear();  // before something else is written

  static Clock wall_clock();

 private:
  std::ostream& err_;
  bool shown_;
  Clock clock_;
  std::string label_;
  std::uint64_t total_ = 0;
  double started_s_ = 0;
  double drawn_s_ = -1;
  bool on_screen_ = false;
};

}  // namespace faasconf::experiments::cli
