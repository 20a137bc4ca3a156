#include "experiments/results/text_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ostream>

#include "experiments/results/readable.hpp"

namespace faasconf::experiments::results {
namespace {

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

void TextTable::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (const auto* lines : {&header, &rows}) {
    for (const auto& line : *lines) {
      widths.resize(std::max(widths.size(), line.size()));
      for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }

  const auto print_line = [&](const std::vector<std::string>& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - display_width(line[i]), ' ');
      text += i == 0 ? line[i] + padding : "  " + padding + line[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << '\n';
  };
  for (const auto& line : header) print_line(line);
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  print_line(rule);
  for (const auto& line : rows) print_line(line);
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
