#include "traces/files/csv_line.hpp"

#include <cstddef>

namespace faasconf::files {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Moves what a quoted field holds to `out`; `rest` goes on behind its closing quote. A quote inside is doubled.
bool take_quoted(std::string_view& rest, std::string& out) {
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == ',') return false;
    if (c == '"' && !rest.starts_with('"')) return true;
    if (c == '"') rest.remove_prefix(1);
    out += c;
  }
  return false;
}

}  // namespace

std::optional<std::string> without_quotes(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  while (true) {
    const bool is_quoted = line.starts_with('"');
    if (is_quoted && !take_quoted(line, out)) return std::nullopt;
    const std::size_t end = line.find(',');
    const std::string_view field = line.substr(0, end);
    if (is_quoted && !without_blanks(field).empty()) return std::nullopt;
    if (!is_quoted) out += field;
    if (end == line.npos) return out;
    out += ',';
    line.remove_prefix(end + 1);
  }
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view bare_cell(std::string_view cell) {
  cell = without_blanks(cell);
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return cell;
  return without_blanks(cell.substr(1, cell.size() - 2));
}

}  // namespace faasconf::files
