#include "experiments/results/text_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ostream>

#include "experiments/results/readable.hpp"
#include "experiments/results/screen_text.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr std::size_t kGap = 2;  // spaces between columns
constexpr int kDigitsOfInterval = 2;
constexpr int kDigitsWithout = 4;
constexpr double kNarrow = 1e-6;  // of the mean: more digits than anyone needs
constexpr double kSmall = 1e-4;   // below this, and from kLarge on, a power of ten stands behind
constexpr double kLarge = 1e9;

// Decimals that show so many digits of a value.
int decimals_for(double value, int digits) {
  return std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value)))));
}

std::string fixed(double value, int decimals) {
  char text[400];
  const int size = std::snprintf(text, sizeof(text), "%.*f", std::min(decimals, 40), value);
  std::string result(text, static_cast<std::size_t>(size));
  const bool zero = result.find_first_not_of("-0.") == std::string::npos;
  return with_thousands(zero && result.front() == '-' ? result.substr(1) : result);
}

std::string format_exact(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "-" : value > 0 ? "inf" : "-inf";
  if (value == std::round(value) && std::abs(value) < kLarge) return fixed(value, 0);
  std::string text = fixed(value, decimals_for(value, kDigitsWithout));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The widest of each column.
std::vector<std::size_t> widths_of(const TextTable& table) {
  std::vector<std::size_t> widths;
  for (const auto* lines : {&table.header, &table.rows}) {
    for (const auto& line : *lines) {
      widths.resize(std::max(widths.size(), line.size()));
      for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  return widths;
}

struct Columns {  // beside the first one of a table
  std::size_t first = 1;
  std::size_t last = 1;  // behind them
};

void print_line(std::ostream& out, const std::vector<std::string>& line, const std::vector<std::size_t>& widths,
                const Columns& columns) {
  std::string text;
  for (std::size_t i = 0; i < std::min(line.size(), columns.last); i = std::max(i + 1, columns.first)) {
    const std::string padding(widths[i] - display_width(line[i]), ' ');
    text += i == 0 ? line[i] + padding : std::string(kGap, ' ') + padding + line[i];
  }
  text.erase(text.find_last_not_of(' ') + 1);
  out << text << '\n';
}

void print_columns(std::ostream& out, const TextTable& table, const std::vector<std::size_t>& widths,
                   const Columns& columns) {
  for (const auto& line : table.header) print_line(out, line, widths, columns);
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  print_line(out, rule, widths, columns);
  for (const auto& line : table.rows) print_line(out, line, widths, columns);
}

// The end of an escape code that begins here: "\x1b[1;31m"; here where there is none.
std::size_t after_escape(std::string_view text, std::size_t begin) {
  if (text.substr(begin, 2) != "\x1b[") return begin;
  const std::size_t end = text.find('m', begin);
  return end == std::string_view::npos ? begin : end + 1;
}

// Two columns of a terminal: the blocks of East Asian wide characters and of emoji.
bool is_wide(std::uint32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

// None: accents and joiners.
bool is_combining(std::uint32_t c) {
  return (c >= 0x0300 && c <= 0x036f) || (c >= 0x200b && c <= 0x200f) || (c >= 0x20d0 && c <= 0x20ff) ||
         (c >= 0xfe00 && c <= 0xfe0f);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t end = after_escape(text, i); end > i) {
      i = end;
      continue;
    }
    const auto first = static_cast<std::uint8_t>(text[i++]);
    std::uint32_t character = first < 0x80   ? first
                              : first < 0xe0 ? first & 0x1f
                              : first < 0xf0 ? first & 0xf
                                             : first & 7;
    while (i < text.size() && (static_cast<std::uint8_t>(text[i]) & 0xc0) == 0x80) {
      character = character << 6 | (static_cast<std::uint8_t>(text[i++]) & 0x3f);
    }
    width += is_combining(character) ? 0 : is_wide(character) ? 2 : 1;
  }
  return width;
}

std::size_t TextTable::width() const {
  const std::vector<std::size_t> widths = widths_of(*this);
  std::size_t all = widths.empty() ? 0 : widths[0];
  for (std::size_t i = 1; i < widths.size(); ++i) all += kGap + widths[i];
  return all;
}

void TextTable::print(std::ostream& out) const {
  const std::vector<std::size_t> widths = widths_of(*this);
  for (std::size_t first = 1; first == 1 || first < widths.size();) {
    std::size_t last = first;
    std::size_t used = widths.empty() ? 0 : widths[0];
    while (last < widths.size() && (last == first || used + kGap + widths[last] <= kScreenWidth)) {
      used += kGap + widths[last++];
    }
    if (first > 1) out << '\n';
    print_columns(out, *this, widths, {.first = first, .last = last});
    first = std::max(last, first + 1);
  }
}

std::string format_estimate(std::optional<double> mean, const std::optional<sim::Interval>& interval) {
  if (!mean) return "-";
  const double half_width = interval ? interval->half_width : 0;
  const double largest = std::max(std::abs(*mean), half_width);

  // a power of ten for what would be all zeros
  if (std::isfinite(largest) && largest > 0 && (largest < kSmall || largest >= kLarge)) {
    const double exponent = std::floor(std::log10(largest));
    const double scale = std::pow(10.0, -exponent);
    std::optional<sim::Interval> scaled;
    if (interval) scaled = sim::Interval{*mean * scale, half_width * scale};
    const std::string number = format_estimate(*mean * scale, scaled);
    const std::string power = "e" + fixed(exponent, 0);
    return number.find(' ') == std::string::npos ? number + power : "(" + number + ")" + power;
  }

  if (!std::isfinite(largest) || half_width <= kNarrow * std::abs(*mean)) return format_exact(*mean);
  const int decimals = decimals_for(half_width, kDigitsOfInterval);
  return fixed(*mean, decimals) + " ± " + fixed(half_width, decimals);
}

std::string format_interval(const sim::AsymmetricInterval& interval) {
  const double half_width = (interval.high - interval.low) / 2;
  if (!(half_width > kNarrow * std::abs(interval.estimate))) return format_exact(interval.estimate);
  const int decimals = decimals_for(half_width, kDigitsOfInterval);
  return fixed(interval.estimate, decimals) + " [" + fixed(interval.low, decimals) + ", " +
         fixed(interval.high, decimals) + "]";
}

}  // namespace faasconf::experiments::results
