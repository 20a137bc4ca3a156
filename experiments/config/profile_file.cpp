#include "experiments/config/profile_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/input_files.hpp"
#include "sim/core/error.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::config {
namespace {

constexpr std::string_view kOrigin = "# origin:";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Lines of a small CSV file: comments, a header, rows.
class CsvLines {
 public:
  CsvLines(std::string_view text, const std::string& path) : rest_(text), path_(path) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // byte order mark
  }

  // The next line that holds something; origins are collected on the way.
  std::optional<std::string_view> next() {
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      ++number_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      line = trimmed(line);
      if (line.starts_with(kOrigin))
        origin_ += (origin_.empty() ? "" : "; ") + std::string(trimmed(line.substr(kOrigin.size())));
      if (!line.empty() && !line.starts_with('#')) return line;
    }
    return std::nullopt;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw sim::Error(path_ + ":" + std::to_string(number_ == 0 ? 1 : number_) + ": " + message);
  }
  [[noreturn]] void refuse(std::string_view expected, std::string_view got) const {
    fail("expected " + std::string(expected) + ", got " + shown(got));
  }

  // Seconds as a decimal number, exact to the nanosecond.
  sim::Time time(std::string_view field, std::string_view column) const {
    const std::string text(trimmed(field));
    try {
      if (text.find_first_not_of("0123456789.") != std::string::npos) throw sim::Error("");
      return sim::Time(sim::parse_duration(text + "s"));
    } catch (const sim::Error&) {
      refuse(std::string(column) + " to be a number of seconds such as 60 or 0.5", text);
    }
  }

  const std::string& origin() const { return origin_; }

 private:
  std::string_view rest_;
  const std::string& path_;
  std::string origin_;
  std::size_t number_ = 0;
};

double parse_level(const CsvLines& lines, std::string_view field, bool users) {
  const std::string_view text = trimmed(field);
  double level = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), level);
  const double most = users ? kMostUsers : std::numeric_limits<double>::max();
  if (status != std::errc() || end != text.data() + text.size() || !(level >= 0 && level <= most)) {
    lines.refuse(users ? "users to be a number from 0 to 1000000" : "rate_per_s to be a number >= 0", text);
  }
  return level;
}

// Between two times.
double mean_level(const sim::Profile& profile, sim::Time from, sim::Time to) {
  const auto next = std::ranges::upper_bound(profile.steps, from, {}, &sim::Profile::Step::start);
  const auto first = static_cast<std::size_t>(next - profile.steps.begin());
  double level_s = 0;
  for (std::size_t i = first == 0 ? 0 : first - 1; i < profile.steps.size() && profile.steps[i].start < to; ++i) {
    const sim::Time begin = std::max(from, profile.steps[i].start);
    const sim::Time end = i + 1 < profile.steps.size() ? std::min(to, profile.steps[i + 1].start) : to;
    if (begin < end) level_s += profile.steps[i].level * sim::to_seconds(end - begin);
  }
  return level_s / sim::to_seconds(to - from);
}

std::string seconds_text(sim::Time time) {
  const auto nanoseconds = time.time_since_epoch().count();
  std::string fraction = std::to_string(1'000'000'000 + nanoseconds % 1'000'000'000).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return std::to_string(nanoseconds / 1'000'000'000) + (fraction.empty() ? "" : "." + fraction);
}

// A window at least.
sim::Duration length_in_windows(const ProfileFile& file, sim::Duration window, const std::string& path) {
  const sim::Duration length = length_of(file.profile).value_or(window);
  if (length >= window) return length;
  throw sim::Error(path + ": expected a profile of at least one window of " + sim::format(window) + ", got one of " +
                   sim::format(length));
}

}  // namespace

ProfileFile parse_profile(const std::string& text, const std::string& path) {
  constexpr std::string_view headers = "the header start_s,users or start_s,rate_per_s";
  CsvLines lines(text, path);
  const std::optional<std::string_view> header = lines.next();
  if (!header) lines.fail("expected " + std::string(headers) + ", got an empty file");
  if (*header != "start_s,users" && *header != "start_s,rate_per_s") lines.refuse(headers, *header);

  ProfileFile file;
  file.users = *header == "start_s,users";
  while (const std::optional<std::string_view> line = lines.next()) {
    const std::size_t comma = line->find(',');
    if (comma == std::string_view::npos || line->find(',', comma + 1) != std::string_view::npos) {
      lines.refuse("two columns", *line);
    }
    const sim::Time start = lines.time(line->substr(0, comma), "start_s");
    if (!file.profile.steps.empty() && start <= file.profile.steps.back().start) {
      lines.refuse("start_s above the last one", line->substr(0, comma));
    }
    file.profile.steps.push_back({start, parse_level(lines, line->substr(comma + 1), file.users)});
  }
  if (file.profile.steps.empty()) lines.fail("expected rows below the header, got none");
  file.profile.origin = lines.origin().empty() ? path : lines.origin();
  return file;
}

std::optional<sim::Duration> length_of(const sim::Profile& profile) {
  if (profile.steps.size() < 2) return std::nullopt;
  sim::Duration step = sim::kForever;
  for (std::size_t i = 1; i < profile.steps.size(); ++i) {
    step = std::min(step, profile.steps[i].start - profile.steps[i - 1].start);
  }
  return profile.steps.back().start.time_since_epoch() + step;
}

std::vector<double> levels_by_window(const sim::Profile& profile, sim::Duration window, sim::Duration duration) {
  std::vector<double> levels;
  for (sim::Time start{}; sim::after(start, window) <= sim::Time(duration); start = sim::after(start, window)) {
    levels.push_back(mean_level(profile, start, sim::after(start, window)));
  }
  return levels;
}

std::vector<int> users_by_window(const sim::Profile& profile, sim::Duration window, sim::Duration duration) {
  std::vector<int> users;
  for (const double level : levels_by_window(profile, window, duration)) {
    users.push_back(static_cast<int>(std::lround(level)));
  }
  return users;
}

std::vector<int> users_by_window(const ProfileFile& file, sim::Duration window, const std::string& path) {
  if (!file.users) throw sim::Error(path + ": expected a profile of users, start_s,users, got one of rates");
  return users_by_window(file.profile, window, length_in_windows(file, window, path));
}

std::vector<double> rates_by_window(const ProfileFile& file, sim::Duration window, const std::string& path) {
  if (file.users) throw sim::Error(path + ": expected a profile of rates, start_s,rate_per_s, got one of users");
  return levels_by_window(file.profile, window, length_in_windows(file, window, path));
}

sim::ArrivalList parse_arrivals(const std::string& text, const std::string& path) {
  CsvLines lines(text, path);
  const std::optional<std::string_view> header = lines.next();
  if (!header) lines.fail("expected the header arrival_s, got an empty file");
  if (*header != "arrival_s") lines.refuse("the header arrival_s", *header);
  sim::ArrivalList list;
  while (const std::optional<std::string_view> line = lines.next()) {
    const sim::Time time = lines.time(*line, "arrival_s");
    if (!list.times.empty() && time < list.times.back()) lines.refuse("arrival_s not below the last one", *line);
    list.times.push_back(time);
  }
  return list;
}

ProfileFile read_profile(const std::string& path) { return parse_profile(read_text_file(path), path); }

void write_profile(const std::string& path, const ProfileFile& profile, const std::string& comments) {
  std::string text = comments;
  if (!profile.profile.origin.empty()) {
    text += std::string(kOrigin) + " ";
    for (const char character : profile.profile.origin)
      text += character == '\n' || character == '\r' ? ' ' : character;
    text += '\n';
  }
  text += profile.users ? "start_s,users\n" : "start_s,rate_per_s\n";
  for (const sim::Profile::Step& step : profile.profile.steps) {
    text += seconds_text(step.start) + "," + format_number(step.level) + "\n";
  }
  files::PartFile file(path);
  file.append(text);
  file.commit();
}

}  // namespace faasconf::experiments::config
