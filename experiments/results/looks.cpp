#include "experiments/results/looks.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <set>
#include <sstream>

#include "experiments/config/input_files.hpp"
#include "sim/core/error.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr const char* kHeader = "date,identity,workflow,loads";
constexpr char kBetweenLoads = ';';

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// Without what would break a line of the ledger.
std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == ',' || c == kBetweenLoads || c == '\n' || c == '"'; }, ' ');
  return text;
}

std::string line_of(const Look& look) {
  std::string loads;
  for (const std::string& load : look.loads)
    loads += (loads.empty() ? "" : std::string(1, kBetweenLoads)) + plain(load);
  return look.date + "," + look.identity + "," + plain(look.workflow) + "," + loads + "\n";
}

std::vector<Look> read(const std::string& text, const std::string& path) {
  std::vector<Look> looks;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  if (line != kHeader)
    throw sim::Error(path + ":1: expected the header " + kHeader + " of a ledger, got \"" + line + "\"");
  for (int number = 2; std::getline(lines, line); ++number) {
    const std::vector<std::string> cells = split(line, ',');
    if (cells.size() != 4) {
      throw sim::Error(path + ":" + std::to_string(number) + ": expected 4 cells, got " + std::to_string(cells.size()));
    }
    looks.push_back({cells[0], cells[1], cells[2], split(cells[3], kBetweenLoads)});
  }
  return looks;
}

bool share_a_load(const Look& one, const Look& other) {
  return one.workflow == other.workflow && std::ranges::any_of(one.loads, [&](const std::string& load) {
           return std::ranges::find(other.loads, load) != other.loads.end();
         });
}

}  // namespace

void check_ledger(const std::string& path) {
  if (std::filesystem::exists(path)) read(config::read_text_file(path), path);
}

std::size_t add_look(const std::string& path, const Look& look) {
  std::string text = std::string(kHeader) + "\n";
  if (std::filesystem::exists(path)) text = config::read_text_file(path);
  if (!text.ends_with('\n')) text += '\n';
  std::vector<Look> looks = read(text, path);
  const Look mine = read(std::string(kHeader) + "\n" + line_of(look), path).front();
  const bool is_new = std::ranges::find(looks, mine.identity, &Look::identity) == looks.end();
  if (is_new) {
    looks.push_back(mine);
    files::write_aside(path, text + line_of(look));
  }
  std::set<std::string> counted;
  for (const Look& one : looks) {
    if (share_a_load(one, mine)) counted.insert(one.identity);
  }
  return counted.size();
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[sizeof "2026-11-30T15:04:05Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace faasconf::experiments::results
