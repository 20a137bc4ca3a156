#include "experiments/cli/arguments.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>
#include <sstream>
#include <thread>

#include <boost/program_options.hpp>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::cli {

namespace po = boost::program_options;
using Kind = Parameter::Kind;

namespace {

constexpr std::int64_t kMaxThreads = 4096;

// The description, and the choices that it does not name.
std::string described(const Parameter& parameter) {
  const auto is_named = [&](const std::string& choice) {
    return parameter.description.find(choice) != std::string::npos;
  };
  if (std::ranges::all_of(parameter.choices, is_named)) return parameter.description;
  std::string choices;
  for (const std::string& choice : parameter.choices) choices += (choices.empty() ? "" : ", ") + choice;
  return parameter.description + (parameter.description.empty() ? "" : ": ") + choices;
}

po::options_description describe(const std::vector<Parameter>& parameters) {
  po::options_description description("options", 110, 60);
  for (const Parameter& parameter : parameters) {
    if (parameter.kind == Kind::positional) continue;
    if (parameter.kind == Kind::flag) {
      description.add_options()(parameter.name.c_str(), parameter.description.c_str());
      continue;
    }
    auto* value = po::value<std::string>()->value_name(parameter.value_name);
    if (!parameter.default_value.empty()) value->default_value(parameter.default_value);
    description.add_options()(parameter.name.c_str(), value, described(parameter).c_str());
  }
  description.add_options()("help,h", "print this");
  return description;
}

std::vector<std::string> option_names(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names{"--help"};
  for (const Parameter& parameter : parameters) {
    if (parameter.kind != Kind::positional) names.push_back("--" + parameter.name);
  }
  return names;
}

std::string label(const Parameter& parameter) {
  return parameter.kind == Kind::positional ? parameter.name : "--" + parameter.name;
}

const Parameter& find(const std::vector<Parameter>& parameters, const std::string& name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter& parameter) { return parameter.name == name; });
  assert(found != parameters.end());
  return *found;
}

void check_choice(const Parameter& parameter, const std::string& value) {
  if (parameter.choices.empty()) return;
  if (std::find(parameter.choices.begin(), parameter.choices.end(), value) != parameter.choices.end()) return;
  std::string expected = parameter.choices.front();
  for (std::size_t i = 1; i < parameter.choices.size(); ++i) {
    expected += (i + 1 == parameter.choices.size() ? " or " : ", ") + parameter.choices[i];
  }
  throw sim::Error(label(parameter) + ": expected " + expected + ", got \"" + value + "\"");
}

// the error of a reader, with the name of the parameter before it
template <class Read>
auto read(const std::string& name, const Read& reader) {
  try {
    return reader();
  } catch (const sim::Error& error) {
    throw sim::Error("--" + name + ": " + error.what());
  }
}

}  // namespace

Arguments::Arguments(const std::vector<Parameter>& parameters, std::span<const std::string> tokens)
    : parameters_(parameters), tokens_(tokens.begin(), tokens.end()) {
  // no guessing: what a script abbreviates today, an option added tomorrow makes ambiguous
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  std::vector<std::string> positional;
  try {
    const po::options_description description = describe(parameters_);
    const auto parsed = po::command_line_parser({tokens.begin(), tokens.end()}).options(description).style(style).run();
    for (const auto& option : parsed.options) {
      if (option.string_key.empty()) {
        positional.insert(positional.end(), option.value.begin(), option.value.end());
      } else if (option.string_key == "help") {
        help_ = true;
      } else {
        auto& values = given_[option.string_key];
        if (!values.empty() && find(parameters_, option.string_key).kind != Kind::values) {
          throw sim::Error("--" + option.string_key + ": given more than once");
        }
        values.push_back(option.value.empty() ? "yes" : option.value.front());
      }
    }
  } catch (const po::unknown_option& error) {
    const std::string& name = error.get_option_name();
    throw sim::Error("unknown option \"" + name + "\"" + did_you_mean(name, option_names(parameters_)));
  } catch (const po::error& error) {
    throw sim::Error(error.what());
  }
  if (help_) return;

  auto next = positional.begin();
  for (const Parameter& parameter : parameters_) {
    if (parameter.kind == Kind::positional) {
      if (next == positional.end() && parameter.optional) continue;
      if (next == positional.end()) throw sim::Error("missing " + parameter.name + ": " + parameter.description);
      given_[parameter.name] = {*next++};
    }
    if (const auto found = given_.find(parameter.name); found != given_.end()) {
      for (const std::string& value : found->second) check_choice(parameter, value);
    }
  }
  if (next != positional.end()) throw sim::Error("unexpected argument \"" + *next + "\"");
}

bool Arguments::given(const std::string& name) const {
  find(parameters_, name);  // asserts that it is declared
  return given_.contains(name);
}

const std::string& Arguments::text(const std::string& name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? find(parameters_, name).default_value : found->second.front();
}

std::span<const std::string> Arguments::list(const std::string& name) const {
  const auto found = given_.find(name);
  if (found == given_.end()) return {};
  return found->second;
}

std::int64_t Arguments::integer(const std::string& name, std::int64_t low, std::int64_t high) const {
  const std::string& value = text(name);
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (code != std::errc() || end != value.data() + value.size() || number < low || number > high) {
    throw sim::Error("--" + name + ": expected a whole number from " + std::to_string(low) + " to " +
                     std::to_string(high) + ", got \"" + value + "\"");
  }
  return number;
}

double Arguments::number(const std::string& name, double low, double high) const {
  const std::string& value = text(name);
  double number = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (code != std::errc() || end != value.data() + value.size() || !(number >= low && number <= high)) {
    std::ostringstream range;
    range << low << " to " << high;
    throw sim::Error("--" + name + ": expected a number from " + range.str() + ", got \"" + value + "\"");
  }
  return number;
}

double Arguments::rate_per_s(const std::string& name) const {
  const std::string& value = text(name);
  const bool has_unit = value.find('/') != std::string::npos;
  const auto rate = config::parse_rate(has_unit ? value : value + "/s");
  if (!rate || *rate <= 0) {
    throw sim::Error("--" + name + ": expected a number > 0 per second, or a rate such as 0.5/s or 24/m, got \"" +
                     value + "\"");
  }
  return *rate;
}

double Arguments::percentage(const std::string& name) const {
  const double share = read(name, [&] { return sim::parse_percentage(text(name)); });
  if (share <= 0) throw sim::Error("--" + name + ": expected more than 0%, got \"" + text(name) + "\"");
  return share;
}

sim::Duration Arguments::duration(const std::string& name) const {
  return read(name, [&] { return sim::parse_duration(text(name)); });
}

Parameter seed_parameter() {
  return {.name = "seed", .value_name = "N", .description = "of all random numbers", .default_value = "1"};
}

Parameter json_lines_parameter() {
  return {.name = "json", .kind = Parameter::Kind::flag, .description = "answer as JSON, one object per line"};
}

Parameter quiet_parameter() {
  return {.name = "quiet", .kind = Parameter::Kind::flag, .description = "no progress, no notes"};
}

Parameter threads_parameter() {
  return {.name = "threads",
          .value_name = "N|all",
          .description = "number of threads; changes no result; all: one per core",
          .default_value = "all"};
}

int thread_count(const Arguments& arguments) {
  if (arguments.text("threads") == "all") return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return static_cast<int>(arguments.integer("threads", 1, kMaxThreads));
}

std::uint64_t seed_of(const Arguments& arguments) {
  return static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
}

void print_options(std::ostream& out, const std::vector<Parameter>& parameters) { out << describe(parameters); }

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const auto meant = config::nearest(word, {candidates.begin(), candidates.end()});
  return meant ? "; did you mean \"" + *meant + "\"?" : "";
}

}  // namespace faasconf::experiments::cli
