#include "experiments/config/yaml_reader.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

namespace faasconf::experiments::config {
namespace {

// Steps of inserting, deleting, replacing and swapping letters between two words (Damerau and Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        steps[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      steps[i][j] = std::min({replaced, steps[i - 1][j] + 1, steps[i][j - 1] + 1});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps.back().back();
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> names_of(const Section& section) {
  std::vector<std::string_view> names;
  for (const Key& key : section.keys) names.emplace_back(key.name);
  return names;
}

}  // namespace

const std::string& YamlValue::text(std::string_view expected) const {
  if (!is_scalar()) refuse(expected);
  return node_->scalar;
}

std::vector<YamlValue> YamlValue::items(std::string_view expected) const {
  if (!is_list()) refuse(expected);
  std::vector<YamlValue> items;
  items.reserve(node_->items.size());
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    items.emplace_back(node_->items[i], (path_.empty() ? "" : path_ + ".") + std::to_string(i));
  }
  return items;
}

YamlValue YamlValue::child(const YamlNode::Entry& entry) const {
  return {entry.value, (path_.empty() ? "" : path_ + ".") + entry.key};
}

void YamlValue::fail(const std::string& message) const {
  throw sim::Error(node_->place.text() + ": " + (path_.empty() ? "" : path_ + ": ") + message);
}

void YamlValue::refuse(std::string_view expected) const {
  std::string got = "nothing";
  if (is_scalar()) got = shown(node_->scalar);
  if (is_list()) got = "a list";
  if (is_map()) got = "a map";
  fail("expected " + std::string(expected) + ", got " + got);
}

YamlMap::YamlMap(YamlValue value, std::vector<std::string_view> keys)
    : value_(std::move(value)), keys_(std::move(keys)) {
  if (!value_.is_map()) value_.refuse("a map with keys from " + join(keys_));
  for (const YamlNode::Entry& entry : value_.node().entries) {
    if (std::find(keys_.begin(), keys_.end(), entry.key) != keys_.end()) continue;
    const std::string suggestion = meant(entry.key, keys_);
    throw sim::Error(entry.place.text() + ": " + (value_.path().empty() ? "" : value_.path() + ": ") + "unknown key " +
                     shown(entry.key) + (suggestion.empty() ? ", expected one of " + join(keys_) : suggestion));
  }
}

YamlMap::YamlMap(YamlValue value, const Section& section) : YamlMap(std::move(value), names_of(section)) {}

YamlMap::YamlMap(YamlValue value, [[maybe_unused]] const Section& section, std::vector<std::string_view> some)
    : YamlMap(std::move(value), std::move(some)) {
  assert(std::all_of(keys_.begin(), keys_.end(), [&](std::string_view key) { return section.find(key) != nullptr; }));
}

std::optional<YamlValue> YamlMap::get(std::string_view key) const {
  assert(std::find(keys_.begin(), keys_.end(), key) != keys_.end());
  for (const YamlNode::Entry& entry : value_.node().entries) {
    if (entry.key == key) return value_.child(entry);
  }
  return std::nullopt;
}

YamlValue YamlMap::require(std::string_view key) const {
  if (std::optional<YamlValue> value = get(key)) return *value;
  value_.fail("expected a key \"" + std::string(key) + "\", got none");
}

std::optional<std::string> nearest(std::string_view written, const std::vector<std::string_view>& candidates) {
  if (written.size() > 100) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, written.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > 100) continue;
    const std::size_t distance = edit_distance(written, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string meant(std::string_view written, const std::vector<std::string_view>& candidates) {
  const std::optional<std::string> candidate = nearest(written, candidates);
  return candidate ? ", did you mean \"" + *candidate + "\"?" : "";
}

std::string join(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string result = "\"";
  for (const char character : text) {
    // a cut must not split a UTF-8 character
    if (result.size() > most && (static_cast<unsigned char>(character) & 0xC0) != 0x80) return result + "...\"";
    result += static_cast<unsigned char>(character) < 0x20 ? ' ' : character;
  }
  return result + "\"";
}

double read_number(const YamlValue& value, double least, double most, std::string_view expected) {
  const std::optional<double> number = parse_number<double>(value.text(expected));
  if (!number || !(*number >= least && *number <= most)) value.refuse(expected);
  return *number;
}

double read_number(const YamlValue& value) {
  return read_number(value, 0, std::numeric_limits<double>::max(), "a number >= 0");
}

double read_share(const YamlValue& value, const ShareBounds& bounds, std::string_view expected) {
  const bool is_percentage = value.text(expected).ends_with('%');
  const double share = is_percentage ? parse_with(value, expected, sim::parse_percentage)
                                     : read_number(value, 0, bounds.most_bare, expected);
  if (!(share >= bounds.least && share <= bounds.most)) value.refuse(expected);
  return share;
}

double read_probability(const YamlValue& value) {
  return read_share(value, {}, "a probability from 0 to 1, or a percentage such as 5%");
}

std::int64_t read_count(const YamlValue& value, std::int64_t least, std::int64_t most) {
  const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const std::optional<std::int64_t> count = parse_number<std::int64_t>(value.text(expected));
  if (!count || *count < least || *count > most) value.refuse(expected);
  return *count;
}

std::uint64_t read_seed(const YamlValue& value) {
  constexpr std::string_view expected = "a whole number from 0 to 18446744073709551615";
  const std::optional<std::uint64_t> seed = parse_number<std::uint64_t>(value.text(expected));
  if (!seed) value.refuse(expected);
  return *seed;
}

bool read_flag(const YamlValue& value) { return read_word<bool>(value, {{"true", true}, {"false", false}}); }

std::string read_label(const YamlValue& value) {
  constexpr std::string_view expected = "a text of one line, 1 to 200 characters";
  const std::string& text = value.text(expected);
  const auto is_control = [](char character) { return static_cast<unsigned char>(character) < 0x20; };
  if (text.empty() || text.size() > 200 || std::any_of(text.begin(), text.end(), is_control)) value.refuse(expected);
  return text;
}

bool is_name(std::string_view text) {
  constexpr std::string_view letters_and_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto is_allowed = [&](char character) {
    return letters_and_digits.find(character) != std::string_view::npos || character == '-' || character == '_';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.front() != '_' &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

std::string read_name(const YamlValue& value) {
  constexpr std::string_view expected = "a name of letters, digits, - and _, at most 63";
  if (!is_name(value.text(expected))) value.refuse(expected);
  return value.node().scalar;
}

sim::Millicores read_cpu(const YamlValue& value) {
  return parse_with(value, "a positive cpu quantity such as 500m or 2", sim::parse_cpu);
}

sim::Mebibytes read_memory(const YamlValue& value) {
  return parse_with(value, "a memory quantity such as 256Mi", sim::parse_memory);
}

sim::Duration read_duration(const YamlValue& value) {
  return parse_with(value, "a duration such as 30s, 500ms or 1h30m", sim::parse_duration);
}

sim::Duration read_positive_duration(const YamlValue& value) {
  const sim::Duration duration = read_duration(value);
  if (duration <= sim::Duration::zero()) value.refuse("a duration above 0");
  return duration;
}

double read_rate(const YamlValue& value, double least) {
  constexpr std::string_view expected = "a rate such as 5/s, 300/m or 1000/h";
  const std::optional<double> rate = parse_rate(value.text(expected));
  if (!rate) value.refuse(expected);
  if (!(*rate >= least)) value.refuse(least > 0 ? "a rate above 0" : "a rate of at least 0");
  return *rate;
}

std::optional<double> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<double> number = parse_number<double>(text.substr(0, slash));
  const std::string_view unit = text.substr(slash + 1);
  double seconds = 0;
  if (unit == "s") seconds = 1;
  if (unit == "m") seconds = 60;
  if (unit == "h") seconds = 3600;
  if (unit == "d") seconds = 86400;
  if (!number || seconds == 0 || !std::isfinite(*number / seconds)) return std::nullopt;
  return *number / seconds;
}

}  // namespace faasconf::experiments::config
