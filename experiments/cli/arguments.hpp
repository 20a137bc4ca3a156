#pragma once
// A command's options and positional arguments: declared once, for --help, the parser and shell completion.

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/core/error.hpp"
#include "sim/core/time.hpp"

namespace faasconf::experiments::cli {

struct Parameter {
  enum class Kind { positional, value, values, flag };  // values: may be given again and again

  std::string name{};  // "users" for --users; "FILE" for a positional one
  Kind kind = Kind::value;
  std::string value_name{};            // what stands for the value: "N", "TIME"
  std::string description{};           // with the unit
  std::string default_value{};         // empty: none
  std::vector<std::string> choices{};  // empty: anything
  bool optional = false;               // of a positional one; those that may be absent stand last
};

// What a user gave, checked against the declaration. Values are read on demand; a reader throws sim::Error that names
// the parameter, what was expected and what came.
class Arguments {
 public:
  Arguments(const std::vector<Parameter>& parameters, std::span<const std::string> tokens);

  bool help() const { return help_; }                              // -h or --help: nothing else was checked
  bool given(const std::string& name) const;                       // by the user, so not the default
  const std::string& text(const std::string& name) const;          // as given, else the default
  std::span<const std::string> tokens() const { return tokens_; }  // all that the user gave, as given
  std::span<const std::string> list(const std::string& name) const;
  std::span<const Parameter> parameters() const { return parameters_; }
  std::int64_t integer(const std::string& name, std::int64_t low, std::int64_t high) const;
  double number(const std::string& name, double low, double high) const;
  double rate_per_s(const std::string& name) const;  // > 0; "2", "2/s", "120/m"
  double percentage(const std::string& name) const;  // > 0; "1%" is 0.01
  sim::Duration duration(const std::string& name) const;

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::string> tokens_;
  std::map<std::string, std::vector<std::string>> given_;  // by name
  bool help_ = false;
};

// What several commands take.
Parameter seed_parameter();
Parameter json_lines_parameter();
Parameter quiet_parameter();
// --threads, for commands that work on several at once; as many as there are cores where "all" are wanted.
Parameter threads_parameter();
int thread_count(const Arguments& arguments);
std::uint64_t seed_of(const Arguments& arguments);  // --seed

// The error of a reader, with the name of the option before it.
template <class Read>
auto read_option(const std::string& name, const Read& read) {
  try {
    return read();
  } catch (const sim::Error& error) {
    throw sim::Error("--" + name + ": " + error.what());
  }
}

// "  --users N (=10)   description", aligned.
void print_options(std::ostream& out, const std::vector<Parameter>& parameters);

// "; did you mean ...?", or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace faasconf::experiments::cli
