#include "experiments/config/keys/choice.hpp"
#include "experiments/config/keys/key.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace takes;

constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();
const std::string kRequiredKey(kRequired);

// The unit of what is meant, as in the places that it is about.
Takes amount() { return time() | memory() | rate(0) | number(-kNoEnd); }
Takes cell(const Takes& constant) { return constant | map_of("cell"); }

std::vector<Key> cell_keys() {
  return {
      {"column", text(), "", "latency", "by its name in the header"},
      {"position", count(1, 1e9), "", "3", "by its place, from 1 on: where names repeat"},
      {"columns", list_of(text()), "", "[ok, redirected]", "of which the sum counts"},
      {"positions", list_of(count(1, 1e9)), "", "[3, 4]", "of which the sum counts"},
      {"unit", text(), "", "ms", "of what stands there: m, cores; Mi, Gi, Ki, B, M, G; s, ms, us, ns; /s, /m, /h; %"},
      {"times", number(-kNoEnd), "1", "0.5", "what stands there times this ..."},
      {"plus", number(-kNoEnd), "0", "0.089", "... plus this, in s, m, Mi or /s"},
      {"round", words({"down"}), "", "down", "to a whole number"},
      {"over", map_of("columns"), "", "{column: requests}", "what it is divided by, for shares"},
  };
}

Section mapping_file() {
  return {
      "mapping",
      "A calibration mapping: what the columns of a table of measurements mean, and which values of the workflow are "
      "fitted. [Calibration](../explanation/calibration.md) explains it.",
      {"targets"},
      {
          {"description", text(), "", "\"ten users, June\"", "a text for people; nothing is made of it"},
          {"rows", named(text() | list_of(text())), "", "{run: [a, b]}", "only rows with these words in these columns"},
          {"group", text(), "", "setting",
           "the column by which rows belong together: they are held out together. Absent: each row is alone"},
          {"protocol", map_of("protocol"), kRequiredKey, "{users: 10, window: 30s}", "how it was measured"},
          {"knobs", named(map_of("knob cells")), kRequiredKey,
           "{f: {cpu: 500m, memory: 512Mi, replicas: 1, concurrency: 4}}",
           "where the knobs of each tuned function stand"},
          {"targets", list_of(map_of("target")), kRequiredKey, "[{observe: latency_mean_s, column: latency, unit: s}]",
           "what was observed, to be met by the fit"},
          {"parameters", named(map_of("fitted")), kRequiredKey,
           "{work: {sets: functions.f.serial, bounds: [10ms, 1s]}}", "the values that are fitted, by any names"},
      },
  };
}

Section protocol() {
  return {"protocol",
          "`protocol` of a mapping: one of users and rate.",
          {},
          {
              {"users", cell(number()), "", "10", "of a closed loop"},
              {"rate", cell(rate(kAboveZero)), "", "5/s", "of an open loop"},
              {"window", cell(time()), kRequiredKey, "30s", "how long a row was measured"},
              {"warm_up", cell(time()), "0s", "10s", "load before the window that does not count"},
              {"spawn_rate", rate(kAboveZero) | words({"at_once"}), "10/s", "at_once", "users that start per second"},
              {"think_time", time_or_law(), "0s", "1s", "between an answer and the next request"},
              {"back_off", time_or_law(), "0s", "1s", "added to the think time after a failed request"},
              {"redeploy", flag(), "true", "true", "rows are measured on fresh instances; there is nothing else"},
              {"attribution", choice<sim::Attribution>(), "completed", "paper", "to which window a request counts"},
          }};
}

std::vector<Section> parts_of_mappings() {
  std::vector<Key> target = {
      {"observe", text(), kRequiredKey, "latency_p95_s", "the metric, by its name in results"},
      {"function", name(), "", "f", "whose; absent: the whole workflow's"},
      {"weight", number(), "1", "0.25", "in the sum of the squared errors"},
      {"error", words({"relative", "absolute"}), "absolute", "relative",
       "which errors count: shares of the measured value, or of the spread over the rows"},
  };
  for (Key& key : cell_keys()) target.push_back(std::move(key));
  return {
      {"knob cells",
       "Each of `knobs` of a mapping.",
       {},
       {
           {"cpu", cell(cpu()), kRequiredKey, "{column: cpu, unit: m}", "CPU limit of an instance"},
           {"memory", cell(memory()), kRequiredKey, "{column: memory, unit: Mi}", "memory limit of an instance"},
           {"replicas", cell(number()), kRequiredKey, "{column: replicas}", "instances"},
           {"concurrency", cell(number()) | words({"unlimited"}), kRequiredKey, "unlimited",
            "requests that an instance serves at once"},
       }},
      {"cell",
       "Where a value stands, in place of a constant: one of column, position, columns, positions.",
       {},
       cell_keys()},
      {"columns",
       "`over` of a cell or target.",
       {},
       {
           {"column", text(), "", "requests", "by its name in the header"},
           {"position", count(1, 1e9), "", "4", "by its place, from 1 on"},
           {"columns", list_of(text()), "", "[ok, failed]", "of which the sum counts"},
           {"positions", list_of(count(1, 1e9)), "", "[3, 4]", "of which the sum counts"},
       }},
      {"target",
       "Each of `targets` of a mapping: what is observed, and the cell where it stands.",
       {},
       std::move(target)},
  };
}

std::vector<Key> fitted_keys() {
  return {
      {"sets", text() | map_of("setting") | list_of(text() | map_of("setting")), kRequiredKey, "functions.f.serial",
       "the values of the workflow that it sets, by their paths"},
      {"bounds", list_of(amount()), kRequiredKey, "[10ms, 1s]", "between which it is looked for"},
      {"scale", words({"linear", "log"}), "linear", "log", "on which the search steps"},
      {"prior", map_of("prior"), "", "{mean: 100ms, sd: 20ms}", "what is known of it beforehand"},
  };
}

std::vector<Section> parameters() {
  std::vector<Key> calibrated = fitted_keys();
  calibrated.push_back({"value", amount(), kRequiredKey, "80ms", "the calibrated one"});
  calibrated.push_back({"interval", list_of(amount()), kRequiredKey, "[78ms, 83ms]", "at 90 %"});
  calibrated.push_back({"warning", text(), "", "\"at a bound\"", "what is wrong with it"});
  return {
      {"fitted", "Each of `parameters` of a mapping.", {}, fitted_keys()},
      {"setting",
       "Each of `sets`, where the value is not set as it is.",
       {},
       {
           {"path", text(), kRequiredKey, "functions.f.serial", "of the workflow's value"},
           {"times", number(-kNoEnd), "1", "0.5", "it is set to the parameter times this ..."},
           {"plus", amount(), "", "10ms", "... plus this. Absent: 0"},
       }},
      {"prior",
       "`prior` of a parameter.",
       {},
       {
           {"mean", amount(), kRequiredKey, "100ms", "of the normal prior"},
           {"sd", amount(), kRequiredKey, "20ms", "its standard deviation"},
       }},
      {"calibrated", "Each of `parameters` of a workflow's `calibration`.", {}, std::move(calibrated)},
  };
}

std::vector<Section> calibration() {
  return {
      {"calibration",
       "`calibration` of a workflow, as `faasconf calibrate` writes it.",
       {},
       {
           {"measurements", map_of("measurements"), kRequiredKey,
            "{file: a.csv, sha256: 9f86d081, rows: 40, held_out: 10}", "what was fitted to"},
           {"protocol", map_of("measured protocol"), kRequiredKey, "{window: 30s, attribution: completed}",
            "how it was measured"},
           {"ranges", map_of("measured ranges"), kRequiredKey, "{users: [5, 20], functions: {}}",
            "loads and knobs that were measured"},
           {"parameters", named(map_of("calibrated")), kRequiredKey,
            "{work: {sets: functions.f.serial, bounds: [10ms, 1s], value: 80ms, interval: [78ms, 83ms]}}",
            "what was fitted"},
           {"notes", list_of(text()), "", "[\"the memory of f cannot be told from these measurements\"]", "for people"},
           {"ensemble", list_of(list_of(amount())), "", "[[80ms], [81ms]]",
            "other values that fit as well, the calibrated ones first: predictions differ by them"},
           {"intervals", list_of(map_of("interval")), kRequiredKey, "[]", "how far predictions were off, by metric"},
       }},
      {"measurements",
       "`measurements` of a calibration.",
       {},
       {
           {"file", text(), kRequiredKey, "load-test.csv", "the table"},
           {"sha256", text(), kRequiredKey, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "its digest"},
           {"rows", count(1, 9e18), kRequiredKey, "40", "that were read"},
           {"held_out", count(0, 9e18), kRequiredKey, "10", "of them, to judge the fit by"},
       }},
      {"measured protocol",
       "`protocol` of a calibration.",
       {},
       {
           {"window", positive_time(), kRequiredKey, "30s", "how long a row was measured"},
           {"warm_up", time(), "0s", "10s", "load before the window that does not count"},
           {"spawn_rate", rate(kAboveZero) | words({"at_once"}), "10/s", "at_once", "users that start per second"},
           {"think_time", time_or_law(), "0s", "1s", "between an answer and the next request"},
           {"back_off", time_or_law(), "0s", "1s", "added to the think time after a failed request"},
           {"attribution", choice<sim::Attribution>(), kRequiredKey, "completed", "to which window a request counts"},
       }},
      {"measured ranges",
       "`ranges` of a calibration: the least and the most that was measured.",
       {},
       {
           {"users", list_of(number()), "", "[5, 20]", "of closed loops"},
           {"rate", list_of(rate(0)), "", "[1/s, 5/s]", "of open loops"},
           {"functions", named(map_of("measured knobs")), kRequiredKey,
            "{f: {cpu: [1, 2], memory: [256Mi, 1Gi], replicas: [1, 4], concurrency: [1, 8]}}",
            "the knobs of each tuned function"},
       }},
      {"measured knobs",
       "Each of `ranges.functions` of a calibration.",
       {},
       {
           {"cpu", list_of(cpu()), kRequiredKey, "[250m, 2000m]", "CPU limit of an instance"},
           {"memory", list_of(memory()), kRequiredKey, "[256Mi, 1Gi]", "memory limit of an instance"},
           {"replicas", list_of(number()), kRequiredKey, "[1, 4]", "instances"},
           {"concurrency", list_of(number() | words({"unlimited"})), kRequiredKey, "[1, unlimited]",
            "requests that an instance serves at once"},
       }},
      {"interval",
       "Each of `intervals` of a calibration.",
       {},
       {
           {"observe", text(), kRequiredKey, "latency_p95_s", "the metric"},
           {"function", name(), "", "f", "whose; absent: the whole workflow's"},
           {"low", number(-kNoEnd), kRequiredKey, "-0.1", "how far a measurement may lie below the prediction"},
           {"high", number(-kNoEnd), kRequiredKey, "0.1", "and above"},
           {"floor", number(), kRequiredKey, "0.01", "the least that they are multiplied by"},
           {"relative", number(), "0", "0.5", "the share of a relative deviation"},
       }},
  };
}

}  // namespace

std::vector<Section> calibration_sections() {
  std::vector<Section> all = {mapping_file(), protocol()};
  for (const auto& more : {parts_of_mappings(), parameters(), calibration()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace faasconf::experiments::config
