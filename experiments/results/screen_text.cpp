#include "experiments/results/screen_text.hpp"

#include <array>
#include <sstream>

#include "experiments/results/text_table.hpp"

namespace faasconf::experiments::results {

std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string lines;
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    const std::size_t width = display_width(word);
    if (column == 0) {
      lines += word;
      column = width;
    } else if (column + 1 + width <= kScreenWidth) {
      lines += " " + word;
      column += 1 + width;
    } else {
      lines += "\n" + std::string(indent, ' ') + word;
      column = indent + width;
    }
  }
  return lines;
}

std::string Paint::bold(const std::string& text) const { return with("1", text); }

std::string Paint::verdict(Verdict verdict, const std::string& text) const {
  static constexpr std::array kCodes = {"1;32", "1;31", "1;33", "1;33"};
  static_assert(static_cast<std::size_t>(Verdict::unjudged) + 1 == kCodes.size());
  return with(kCodes[static_cast<std::size_t>(verdict)], text);
}

std::string Paint::with(const char* code, const std::string& text) const {
  return on_ ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

}  // namespace faasconf::experiments::results
