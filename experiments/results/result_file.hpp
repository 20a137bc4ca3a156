#pragma once
// The result file: HDF5 1.10, self-describing. Layout (format version 1):
//
//   /                attributes: format "faasconf-result", format_version, faasconf_version, faasconf_revision,
//                    model_version, identity, seed, attribution, window_s, duration_s, workflow, promise (one line,
//                    sim/model/promise_text.hpp), instances ("kept", "fresh"), qos_latency_s (NaN: none),
//                    qos_successes_per_30s: what the named promises are made of
//   /run/resolved    the experiment, every value spelled out (YAML)
//   /run/workflow_dot  the workflow's graph (Graphviz)
//   /run/inputs/path, /run/inputs/sha256   of every input file
//   /run/job         the job and its options beside the experiment (YAML)
//   /run/cases, /run/functions, /run/outcomes   names; columns below refer to them by index
//   /run/warm_up_s, /run/replications   by case; the windows that start before warm_up_s are in no total, and it is the
//       same for all cases
//   /run/verdicts    by case, in a sentence: whether the promise was kept
//   /run/metrics/COLUMN  how the metrics of the summary are shown: of ("end to end" or "function"), name, unit, title,
//       shown_unit, scale (to the shown unit), topic, better ("more", "less", "neither"), kind ("total": grows with the
//       span; "quantile", "value")
//   /windows/COLUMN  one row per case, replication and window (1-D, chunked, compressed)
//       case, replication, window, and the metrics end to end, experiments/results/metrics.cpp, that appear in windows
//   /functions/COLUMN  one row per case, replication, window and function
//       case, replication, window, function, cpu_millicores, memory_mib, replicas, concurrency (in force at the
//       window's end), and the metrics by function
//   /replications/COLUMN  one row per case and replication: the windows after the warm-up as one
//       case, replication, and the metrics end to end that appear in replications
//   /spans/COLUMN    one row per call, in order of finishing; only when asked for
//       case, replication, request, function, instance (-1: none reached), outcome, called_s, started_s (NaN: never),
//       finished_s
//   /summary/COLUMN  case, function (-1: end to end), metric, unit, mean, low, high, replications, resolution (how far
//       the mean may be off because quantiles of many values come from a sketch; low and high contain it)
//
// Every column has an attribute `unit` ("" for names and indices, "1" for shares); a column of indices has an attribute
// `names`, the path of the names. What is absent is NaN; in a column of whole numbers with an attribute `absent`, that
// number. Links keep the order above. Texts are UTF-8 of fixed length,
// padded with zeros. Readers go by names: a column more is no new format version, one less or another meaning is.
// Nothing carries a time: same experiment and seed, same bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/results/metrics.hpp"
#include "experiments/results/summary.hpp"
#include "sim/core/go_on.hpp"
#include "sim/model/run.hpp"

namespace faasconf::experiments::results {

struct ResultHeader {
  const config::Experiment* experiment = nullptr;  // borrowed for the constructor; for its cases
  std::uint64_t seed = 1;
  sim::Duration duration{};
  sim::Duration warm_up{};  // that was left out of every replication
  bool spans = false;
  Metrics metrics = results::metrics();
  std::vector<std::pair<std::string, config::YamlNode>> options{};  // of the job, beside the experiment
};

// Writes aside and renames when finished; a writer that is destroyed before leaves nothing behind. Memory does not grow
// with the number of rows. HDF5 is used by one thread at a time.
// Throws std::runtime_error (not sim::Error) when the disk is full or the path cannot be written, and leaves nothing
// behind then; sim::Error when the path is no file or its folder does not exist.
class ResultWriter {
 public:
  ResultWriter(const std::string& path, const ResultHeader& header);
  ~ResultWriter();

  void append(std::size_t case_index, std::uint64_t replication, const sim::Run& run);
  void finish(const Summary& summary);  // once, and nothing after it

 private:
  class File;
  std::unique_ptr<File> file_;  // absent once finished or failed
};

// Writes the tables of a result file as CSV (RFC 4180, lines end in \n), names of columns with units in the header
// line, names in place of indices, absent values empty: DIRECTORY/windows.csv, functions.csv, replications.csv,
// summary.csv, and spans.csv when there are any; of an evaluation (experiments/evaluation/evaluation_file.hpp) runs.csv
// and summary.csv. Above the header stands a comment with the file's record (record.hpp). Makes DIRECTORY when only it
// is missing. Returns the paths written, all or none. Throws sim::Error when the file is neither, damaged, or written
// by a newer format; sim::Cancelled.
std::vector<std::string> export_csv(const std::string& result_path, const std::string& directory,
                                    const sim::GoOn& go_on = {});

}  // namespace faasconf::experiments::results
