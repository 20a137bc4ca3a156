#pragma once
// What an output says of itself: what it is, which program and which model made it, and from what. Every output has
// this header, in the form that its kind of file allows: attributes in HDF5, a key in YAML, a line of JSON in CSV and
// logs. docs/reference/records.md lists the fields.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_writer.hpp"

namespace faasconf::experiments::results {

struct FileFormat {
  std::string_view name;  // "faasconf-result"
  std::uint64_t version = 1;
};

// Every value that decides what a job computes, defaults included; neither threads nor paths of outputs.
struct Job {
  std::string verb;  // "simulate"
  std::vector<std::pair<std::string, config::YamlNode>> options{};
  std::string experiment{};  // YAML with every value; empty: the job runs none
};

struct Record {
  FileFormat format;
  Job job;
  std::optional<std::uint64_t> seed{};  // absent: nothing is drawn
  std::vector<config::InputFile> inputs{};
};

// The job and its options as YAML; the experiment is a text of its own.
std::string job_yaml(const Job& job);

// SHA-256 of all that decides the results: model version, seed, digests of the inputs, job and experiment, in which
// digests stand for the paths of inputs. Same identity, same numbers, whatever the number of threads, the paths and the
// revision of the program.
std::string identity(const Record& record);

// The experiment stays out where another part of the same file holds it.
enum class ExperimentText { within, elsewhere };

// The key `record` of a file, with the end of its last line.
std::string to_yaml(const Record& record, ExperimentText experiment = ExperimentText::within);
// An object on one line.
std::string to_json(const Record& record, ExperimentText experiment = ExperimentText::within);
// "# faasconf: {...}\n", which stands above the header line.
std::string csv_comment(const Record& record);
std::string csv_comment(std::string_view json);  // of a record

}  // namespace faasconf::experiments::results
