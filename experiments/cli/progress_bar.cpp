#include "experiments/cli/progress_bar.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "experiments/results/readable.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr double kSecondsBetweenDrawings = 0.1;
constexpr std::uint64_t kBarWidth = 20;
constexpr std::size_t kLabelWidth = 24;

std::string eta(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

ProgressBar::ProgressBar(std::ostream& err, bool shown, Clock clock)
    : err_(err), shown_(shown), clock_(std::move(clock)) {}

void ProgressBar::start(std::string label, std::uint64_t total) {
  label_ = std::move(label);
  if (label_.size() > kLabelWidth) label_ = label_.substr(0, kLabelWidth - 3) + "...";
  total_ = total;
  started_s_ = clock_();
  drawn_s_ = -1;
  advance(0);
}

void ProgressBar::advance(std::uint64_t done, const std::string& note) {
  if (!shown_) return;
  const double now_s = clock_();
  if (drawn_s_ >= 0 && now_s - drawn_s_ < kSecondsBetweenDrawings) return;
  drawn_s_ = now_s;

  std::ostringstream line;
  const auto filled = static_cast<std::size_t>(total_ == 0 ? 0 : kBarWidth * std::min(done, total_) / total_);
  line << label_ << " [" << std::string(filled, '#') << std::string(kBarWidth - filled, ' ') << "] "
       << results::readable(done) << "/" << results::readable(total_);
  const double elapsed_s = now_s - started_s_;
  if (done > 0 && elapsed_s > 0) {
    const double rate_per_s = static_cast<double>(done) / elapsed_s;
    line << std::fixed << std::setprecision(rate_per_s < 10 ? 1 : 0) << "  " << rate_per_s << "/s";
    if (done < total_) line << "  ETA " << eta(static_cast<double>(total_ - done) / rate_per_s);
  }
  if (!note.empty()) line << "  " << note;
  err_ << "\r" << line.str() << "\x1b[K" << std::flush;  // erases what is left of the line before
  on_screen_ = true;
}

void ProgressBar::clear() {
  if (on_screen_) err_ << "\r\x1b[K" << std::flush;
  on_screen_ = false;
}

ProgressBar::Clock ProgressBar::wall_clock() {
  return [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
}

}  // namespace faasconf::experiments::cli
