#include <algorithm>
#include <limits>
#include <optional>
#include <ostream>
#include <thread>

#include "experiments/calibration/calibration.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/distributions.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/prediction/configurations.hpp"
#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"

namespace faasconf::experiments::cli {
namespace {

struct Plan {
  config::YamlNode tree;
  sim::WorkflowSpec workflow;
  std::optional<prediction::CalibrationRecord> record;  // absent: nothing was measured
  prediction::Protocol protocol;
  sim::Duration window{};
  sim::Duration warm_up{};
  config::CsvTable table;
  std::vector<prediction::AskedWindow> windows;
  std::string out;
  prediction::PredictorOptions predictor;
  int threads = 1;
  bool quiet = false;
};

// As the paper measures, where a file does not say how it was measured.
constexpr sim::Duration kWindow = std::chrono::seconds(30);

Plan make_plan(const Arguments& arguments) {
  Plan plan;
  plan.tree = prediction::read_workflow_tree(arguments.text("WORKFLOW"));
  plan.workflow = config::read_workflow({plan.tree, ""});
  plan.window = kWindow;
  plan.protocol.attribution = sim::Attribution::paper;
  if (const config::YamlNode* const written = plan.tree.find("calibration")) {
    plan.record = prediction::read_record({*written, "calibration"}, plan.workflow);
    plan.protocol = plan.record->protocol;
    plan.window = plan.record->window;
    plan.warm_up = plan.record->warm_up;
  }
  if (arguments.given("window")) plan.window = arguments.duration("window");
  if (plan.window <= sim::Duration::zero()) throw sim::Error("--window: expected more than 0s");
  if (arguments.given("attribution")) {
    plan.protocol.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
  if (plan.record) plan.record->protocol = plan.protocol;
  if (!arguments.given("in")) throw sim::Error("--in: expected a table of configurations, got none");
  plan.table = config::read_table(find_input(arguments.text("in")));
  plan.windows = prediction::read_configurations(plan.table, plan.workflow);
  if (!arguments.given("out")) throw sim::Error("--out: expected a file to write, got none");
  plan.out = output_file(arguments, "out");
  check_apart({{"--out", plan.out}},
              {{"--in", find_input(arguments.text("in"))}, {"WORKFLOW", arguments.text("WORKFLOW")}});
  plan.predictor.replications = static_cast<std::size_t>(arguments.integer("replications", 2, 1'000'000));
  plan.predictor.seed =
      static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  plan.threads = arguments.text("threads") == "all"
                     ? static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))
                     : static_cast<int>(arguments.integer("threads", 1, 4096));
  plan.quiet = arguments.given("quiet");
  return plan;
}

// What a table of predictions has, in its order; those that were measured know how far off predictions are.
std::vector<prediction::Quantity> quantities_of(const Plan& plan) {
  std::vector<prediction::Quantity> quantities;
  for (const char* name : {"latency_mean_s", "latency_p95_s", "completions", "success_ratio"}) {
    quantities.push_back({prediction::observed(name), "", {}});
  }
  for (const sim::FunctionSpec& function : plan.workflow.functions) {
    if (!function.fixed) quantities.push_back({prediction::observed("latency_p75_s"), function.name, {}});
  }
  if (!plan.record) return quantities;
  for (prediction::Quantity& quantity : quantities) {
    for (const prediction::Quantity& known : plan.record->quantities) {
      if (known.what == quantity.what && known.function == quantity.function) quantity.discrepancy = known.discrepancy;
    }
  }
  return quantities;
}

std::string name_of(const prediction::Quantity& quantity) {
  const std::string name(quantity.what.name());
  return quantity.function.empty() ? name : quantity.function + "." + name;
}

// Quotes where a cell needs them (RFC 4180).
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) quoted += character == '"' ? std::string("\"\"") : std::string(1, character);
  return quoted + "\"";
}

class PredictionTable {
 public:
  PredictionTable(const Plan& plan, const std::vector<prediction::Quantity>& quantities) {
    for (const std::string& name : plan.table.header) add(name);
    // end to end first, then price and promise, then functions
    std::vector<std::string> names;
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      if (q == kEndToEnd) names.insert(names.end(), {"price", "qos_probability"});
      names.push_back(name_of(quantities[q]));
    }
    if (quantities.size() == kEndToEnd) names.insert(names.end(), {"price", "qos_probability"});
    for (const std::string& name : names) {
      add(name);
      add(name + "_lo");
      add(name + "_hi");
    }
    add("extrapolates");
    end_row();
  }

  void add_row(const std::vector<std::string>& asked, const prediction::Outlook& outlook,
               const std::string& extrapolates) {
    for (const std::string& cell : asked) add(cell);
    for (std::size_t q = 0; q < outlook.quantities.size(); ++q) {
      if (q == kEndToEnd) add_price(outlook);
      add(outlook.quantities[q]);
    }
    if (outlook.quantities.size() == kEndToEnd) add_price(outlook);
    add(extrapolates);
    end_row();
  }

  std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t kEndToEnd = 4;

  void add(const std::string& cell) {
    text_ += (begun_ ? "," : "") + csv_cell(cell);
    begun_ = true;
  }
  void add(const std::optional<prediction::Estimate>& estimate) {
    if (!estimate) {
      for (int i = 0; i < 3; ++i) add(std::string());
      return;
    }
    for (const double value : {estimate->mean, estimate->low, estimate->high}) add(config::format_number(value));
  }
  void add_price(const prediction::Outlook& outlook) {
    add(prediction::Estimate{.mean = outlook.price, .spread = 0, .low = outlook.price, .high = outlook.price});
    add(outlook.qos_probability);
  }
  void end_row() {
    text_ += "\n";
    begun_ = false;
  }

  std::string text_;
  bool begun_ = false;
};

int run_predict(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  const std::vector<prediction::Quantity> quantities = quantities_of(plan);
  const prediction::Predictor predictor =
      plan.record ? calibration::make_predictor(plan.tree, *plan.record, quantities, plan.predictor)
                  : prediction::Predictor({plan.workflow}, plan.protocol, quantities, plan.predictor);
  std::vector<prediction::Outlook> outlooks(plan.windows.size());
  std::vector<std::string> extrapolates(plan.windows.size(), "workflow: not measured");
  sim::parallel_for(plan.windows.size(), plan.threads, [&](std::size_t i) {
    const prediction::AskedWindow& asked = plan.windows[i];
    prediction::Load load = asked.load;
    load.window = plan.window;
    load.warm_up = plan.warm_up;
    outlooks[i] = predictor.predict(asked.configuration, load);
    if (plan.record)
      extrapolates[i] = prediction::extrapolation(plan.record->ranges, plan.workflow, asked.configuration, load);
  });

  PredictionTable table(plan, quantities);
  for (std::size_t i = 0; i < outlooks.size(); ++i) {
    table.add_row(plan.table.rows[i], outlooks[i], extrapolates[i]);
  }
  write_aside(plan.out, table.take());
  const auto outside =
      std::count_if(extrapolates.begin(), extrapolates.end(), [](const std::string& text) { return !text.empty(); });
  console.out << plan.windows.size() << (plan.windows.size() == 1 ? " configuration" : " configurations") << ", "
              << outside << " of them outside what was measured\n";
  if (!plan.quiet) console.err << "faasconf: wrote " << plan.out << "\n";
  return kDone;
}

}  // namespace

Command predict_command() {
  using enum Parameter::Kind;
  return {
      .name = "predict",
      .summary = "what a table of configurations and loads would show: latency, successes, price, with 90 % intervals",
      .parameters =
          {
              {.name = "WORKFLOW",
               .kind = positional,
               .description = "a workflow file, or the name of one that ships: parallel. Intervals are those of one\n"
                              "measured window where the file was calibrated, else of one simulated window."},
              {.name = "in",
               .value_name = "FILE",
               .description = "CSV with <function>.cpu (770m), <function>.memory (1536Mi), <function>.replicas, "
                              "<function>.concurrency and users, or rate (2/s)"},
              {.name = "out", .value_name = "FILE", .description = "the same with the predictions, CSV"},
              {.name = "replications",
               .value_name = "N",
               .description = "windows simulated for each configuration",
               .default_value = "16"},
              {.name = "window",
               .value_name = "TIME",
               .description = "interval of observation; as calibrated, else 30s"},
              {.name = "attribution",
               .value_name = "RULE",
               .description = "the window that a request belongs to; as calibrated, else paper",
               .choices = {"completed", "started", "paper"}},
              seed_parameter(),
              {.name = "threads",
               .value_name = "N",
               .description = "number of threads; changes no result; all: one a core",
               .default_value = "all"},
              {.name = "quiet", .kind = flag, .description = "no notes"},
          },
      .example = "faasconf predict parallel --in demo-configurations.csv --out predictions.csv",
      .run = run_predict,
  };
}

}  // namespace faasconf::experiments::cli
