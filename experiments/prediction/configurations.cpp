#include "experiments/prediction/configurations.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::prediction {
namespace {

constexpr std::int64_t kMostUsers = 10'000'000;

// A cell as a value that says where it stands.
class CellValue {
 public:
  CellValue(const config::CsvTable& table, std::size_t row, std::size_t column) {
    node_ = yaml_cell(table.rows[row][column]);
    node_.place = {.source = std::make_shared<const std::string>(table.path),
                   .line = static_cast<int>(table.lines[row])};
    name_ = table.header[column];
  }
  config::YamlValue value() const { return {node_, name_}; }

 private:
  static config::YamlNode yaml_cell(const std::string& text) {
    config::YamlNode node;
    if (!text.empty()) node.kind = config::YamlNode::Kind::scalar;
    node.scalar = text;
    return node;
  }
  config::YamlNode node_;
  std::string name_;
};

// What is the same for all rows of a table: a column of it would change nothing.
constexpr std::array<std::string_view, 9> kOfTheProtocol = {
    "window", "warm_up", "spawn_rate", "think_time", "back_off", "redeploy", "retry", "attribution", "seed"};

void check_protocol(const config::CsvTable& table) {
  for (const std::string& name : table.header) {
    if (std::ranges::find(kOfTheProtocol, name) == kOfTheProtocol.end()) continue;
    throw sim::Error(table.path + ": expected knobs and a load, got the column " + config::shown(name) +
                     ", which is the same for all rows; the protocol of a calibrated file is set by --set " +
                     "calibration.protocol.KEY=VALUE");
  }
}

[[noreturn]] void refuse_fixed(const config::CsvTable& table, const std::string& column) {
  throw sim::Error(table.path + ": expected knobs of functions that are tuned, got the column " +
                   config::shown(column) + " of one that the workflow fixes");
}

bool fixes(const sim::WorkflowSpec& workflow, const std::string& function) {
  const auto found = workflow.find(function);
  return found && workflow.functions[found->index].fixed;
}

// What some function of the workflow, or the load, may have as a column.
void check_names(const config::CsvTable& table, const sim::WorkflowSpec& workflow) {
  std::vector<std::string> known = {"users", "rate"};
  for (const sim::FunctionSpec& function : workflow.functions) {
    if (function.fixed) continue;
    for (const char* knob : {"cpu", "memory", "replicas", "concurrency"}) known.push_back(function.name + "." + knob);
  }
  for (const std::string& name : table.header) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string_view knob = std::string_view(name).substr(dot + 1);
    const bool is_knob = knob == "cpu" || knob == "memory" || knob == "replicas" || knob == "concurrency";
    if (!is_knob) continue;  // a column of someone else's
    if (fixes(workflow, name.substr(0, dot))) refuse_fixed(table, name);
    throw sim::Error(table.path + ": expected knobs of functions of workflow \"" + workflow.name +
                     "\", got the column " + config::shown(name) + config::meant(name, {known.begin(), known.end()}));
  }
}

class RowReader {
 public:
  explicit RowReader(const config::CsvTable& table) : table_(table) {}

  CellValue cell(std::size_t row, const std::string& name) const {
    return CellValue(table_, row, config::column_named(table_, name));
  }
  bool has(const std::string& name) const {
    return std::find(table_.header.begin(), table_.header.end(), name) != table_.header.end();
  }

  sim::FunctionConfiguration knobs(std::size_t row, const std::string& function) const {
    return {.cpu = config::read_cpu(cell(row, function + ".cpu").value()),
            .memory = config::read_memory_limit(cell(row, function + ".memory").value()),
            .replicas = config::read_replicas(cell(row, function + ".replicas").value(), 1),
            .concurrency = config::read_concurrency(cell(row, function + ".concurrency").value())};
  }

  Load load(std::size_t row) const {
    Load load;
    if (has("users") == has("rate")) {
      throw sim::Error(table_.path + ": expected either a column users or a column rate, got " +
                       (has("users") ? "both" : "neither"));
    }
    if (has("users")) load.users = static_cast<double>(config::read_count(cell(row, "users").value(), 1, kMostUsers));
    if (has("rate")) load.rate_per_s = config::read_rate(cell(row, "rate").value());
    return load;
  }

 private:
  const config::CsvTable& table_;
};

}  // namespace

std::vector<AskedWindow> read_configurations(const config::CsvTable& table, const sim::WorkflowSpec& workflow) {
  check_protocol(table);
  check_names(table, workflow);
  const RowReader reader(table);
  std::vector<AskedWindow> windows;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    AskedWindow window{.configuration = sim::uniform_configuration(workflow, {}), .load = reader.load(row)};
    for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
      if (workflow.functions[f].fixed) continue;
      window.configuration.functions[f] = reader.knobs(row, workflow.functions[f].name);
    }
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace faasconf::experiments::prediction
