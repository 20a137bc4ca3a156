#pragma once
// Sweep files: an experiment, and the keys of it that vary.
//
//   job: simulate
//   experiment: concurrency-matters
//   axes:                                # the product of these ...
//     workload.closed_loop.users: [10, 20, 30]
//     configuration.concurrency: {range: 1..8}
//   zip: {seed: [1, 2, 3]}               # ... with these, in step
//   common: [configuration.concurrency]  # compared under the same random numbers
//   replications: 30                     # or precision: 1% of latency_mean_s, from: 10

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/input_files.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/yaml_tree.hpp"
#include "sim/core/time.hpp"

namespace faasconf::experiments::sweep {

// A key of the experiment and the values that it takes.
struct Axis {
  std::string key;  // "workload.closed_loop.users"
  std::vector<config::YamlNode> values;
  bool common = false;  // cells that differ in it alone are simulated under the same random numbers
};

// How cells are drawn from the product of the axes; without one, all of it are cells.
struct Sample {
  enum class Method : std::uint8_t { latin_hypercube, random, sobol };
  Method method{};
  std::size_t cells = 0;
};

// One value for each of some keys, to add a cell or to leave cells out.
struct Point {
  config::YamlNode values;  // a map
};

// Replications of a cell go on until the mean of a metric is this precise, in every case of the cell.
struct Precision {
  double relative = 0;           // half-width of the 95 % interval over the mean
  std::string metric;            // end to end, "latency_mean_s"
  std::uint64_t from = 10;       // never fewer replications
  std::uint64_t at_most = 1000;  // then a cell is done, as precise as it is
};

struct Sweep {
  std::string experiment;                   // path of the file, or the name of one that ships
  std::vector<config::Override> overrides;  // of all cells
  std::vector<Axis> axes;
  std::vector<Axis> zip;  // all of one length
  std::optional<Sample> sample{};
  std::vector<Point> include{}, exclude{};
  std::uint64_t replications = 30;       // of a cell
  std::optional<Precision> precision{};  // in their place
  sim::Duration warm_up{};               // left out of every replication: whole windows
  bool by_function = false;              // keep the metrics of functions as well
  std::optional<std::uint64_t> seed{};   // of the whole sweep; absent: the experiment's
  config::InputFile file{};              // that it was read from

  std::uint64_t most_replications() const { return precision ? precision->at_most : replications; }
};

// Reads a sweep file. Throws sim::Error with file and line: unknown keys, no axis, an axis without values or given
// twice, lists in step of different lengths.
Sweep read_sweep(const std::string& path);

// The same from text; `path` is for messages and relative references.
Sweep parse_sweep(const std::string& text, const std::string& path);

std::string_view name_of(Sample::Method method);

}  // namespace faasconf::experiments::sweep
