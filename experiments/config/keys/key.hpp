#pragma once
// What files may say. A section is a map of known keys, and a key says what it takes, what holds where it is absent, an
// example and what it means. Readers refuse what is not here; `faasconf keys`, docs/reference/keys.md and the schema
// for editors are made of it.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faasconf::experiments::config {

inline constexpr double kNoEnd = std::numeric_limits<double>::infinity();

// A kind of value.
struct Taken {
  enum class Kind : std::uint8_t {
    text,
    name,
    flag,
    word,
    count,
    number,
    share,       // 0.8, "80%"
    percentage,  // "95%"; as platforms write it also 80
    time,
    rate,
    cpu,
    memory,
    section,
    list,   // of `of`
    names,  // a map from names to `of`
    anything,
  };

  Kind kind = Kind::text;
  double least = 0;  // of a number of any kind; the least double above 0 where 0 is left out
  double most = kNoEnd;
  std::vector<std::string> words{};  // of a word
  std::string section{};             // its name
  std::vector<Taken> of{};           // any of these
};

// Any of these kinds.
struct Takes {
  std::vector<Taken> kinds;

  friend Takes operator|(Takes one, const Takes& other);
};

namespace takes {

Takes text();
Takes name();
Takes flag();
Takes words(std::vector<std::string> words);
Takes count(double least, double most);
Takes number(double least = 0, double most = kNoEnd);
Takes share(double least = 0, double most = 1);
Takes percentage(double least = 0, double most = kNoEnd);
Takes time();
Takes positive_time();
Takes rate(double least);
Takes cpu();
Takes memory();
Takes time_or_law();
Takes memory_or_law();
Takes number_or_law();
Takes map_of(std::string section);
Takes list_of(Takes items);
Takes named(Takes values);
Takes anything();

}  // namespace takes

inline constexpr std::string_view kRequired = "required";

struct Key {
  std::string name;
  Takes takes;
  std::string standard{};  // what holds where it is absent, as a file would write it; or kRequired; empty: see meaning
  std::string example{};   // as a file would write it
  std::string meaning{};   // with the unit of what is measured
  std::string beside{};    // keys without which it is refused: "mode=cfs,run_slice=4ms"

  bool required() const { return standard == kRequired; }
};

struct Section {
  std::string name;                  // "function"
  std::string where;                 // a sentence: what it is, and where it stands
  std::vector<std::string> told_by;  // any of these keys tells a file of this kind from others; none: it is no file
  std::vector<Key> keys;

  bool is_file() const { return !told_by.empty(); }
  const Key* find(std::string_view key) const;  // none: null
};

// All, in the order of the reference; a file that a later section tells is of no earlier one.
std::span<const Section> sections();
const Section& section(std::string_view name);  // must exist

// The sections of one kind of file, each in a source of its own.
std::vector<Section> workflow_sections();
std::vector<Section> experiment_sections();
std::vector<Section> promise_sections();
std::vector<Section> configuration_sections();
std::vector<Section> policy_sections();
std::vector<Section> calibration_sections();
std::vector<Section> training_sections();
std::vector<Section> sweep_sections();

}  // namespace faasconf::experiments::config
