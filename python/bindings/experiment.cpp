// faasconf.Experiment: a workflow or experiment file, ready to run.

#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "experiments/config/cases.hpp"
#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/simulate.hpp"
#include "python/bindings/bindings.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace faasconf::python {
namespace {

using experiments::config::Experiment;

// As --set takes it: text as it is, everything else as JSON, which is YAML; None removes the entry.
std::string override_text(const py::handle& value) {
  if (value.is_none()) return "";
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  const py::object from_numpy = py::cpp_function([](const py::object& array) { return array.attr("tolist")(); });
  return py::module_::import("json").attr("dumps")(value, "default"_a = from_numpy).cast<std::string>();
}

Experiment load_experiment(const std::filesystem::path& path, const py::dict& overrides) {
  experiments::config::Overrides entries;
  for (const auto& [key, value] : overrides) {
    entries.push_back(py::str(key).cast<std::string>() + "=" + override_text(value));
  }
  const py::gil_scoped_release unlocked;
  return experiments::config::read_experiment(path.string(), entries);
}

std::vector<std::string> function_names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const sim::FunctionSpec& function : experiment.scenario.workflow.functions) names.push_back(function.name);
  return names;
}

py::dict configurations(const Experiment& experiment) {
  py::dict result;
  for (const experiments::config::NamedConfiguration& named : experiment.configurations) {
    result[py::str(named.name)] = named.configuration;
  }
  return result;
}

std::vector<std::string> case_names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const experiments::config::Case& one : experiments::config::cases_of(experiment)) names.push_back(one.name);
  return names;
}

using Inputs = std::vector<std::pair<std::string, std::string>>;

py::tuple experiment_state(const Experiment& experiment) {
  Inputs inputs;
  for (const experiments::config::InputFile& file : experiment.inputs) inputs.emplace_back(file.path, file.sha256);
  return py::make_tuple(experiment.resolved, inputs);
}

Experiment experiment_of(const py::tuple& state) {
  Experiment experiment = experiments::config::parse_experiment(state[0].cast<std::string>(), "pickled experiment");
  experiment.inputs.clear();
  for (auto& [path, sha256] : state[1].cast<Inputs>()) experiment.inputs.push_back({path, sha256});
  return experiment;
}

double latency_promise_s(const Experiment& experiment) {
  const sim::Duration latency = experiment.scenario.workflow.qos.latency;
  return latency == sim::kForever ? std::numeric_limits<double>::quiet_NaN() : sim::to_seconds(latency);
}

}  // namespace

void bind_experiment(py::module_& module) {
  py::class_<Experiment>(
      module, "Experiment",
      R"(A workflow or experiment file, ready to run; `Experiment.load` makes it. It can be pickled.)")
      .def_static("load", &load_experiment, "path"_a, "overrides"_a = py::dict(), R"(Read a workflow or experiment file.

Parameters
----------
path : str or os.PathLike
    A file, or the name of a workflow that ships.
overrides : dict, optional
    Values by key, dots between the keys of nested maps, as ``--set`` takes them: text, numbers, True and False, lists
    and maps of these; None removes the entry.

Raises
------
Error
    When the file cannot be used: it says where, what was expected and what came.

Examples
--------
>>> import faasconf
>>> experiment = faasconf.Experiment.load("parallel")
>>> experiment.window_s
30.0
)")
      .def_property_readonly(
          "workflow", [](const Experiment& experiment) { return experiment.scenario.workflow.name; },
          "Name of the workflow.")
      .def_property_readonly("functions", &function_names, "Names of the functions, in the order of columns.")
      .def_property_readonly("configurations", &configurations, "The configurations that the file compares, by name.")
      .def_property_readonly("cases", &case_names,
                             "Names of what the file compares: each policy from each configuration.")
      .def_property_readonly(
          "window_s", [](const Experiment& experiment) { return sim::to_seconds(experiment.scenario.window); },
          "Length of a window, seconds.")
      .def_property_readonly("qos_latency_s", &latency_promise_s,
                             "Longest mean latency that meets QoS, seconds; NaN without a promise.")
      .def_property_readonly(
          "qos_successes_per_30s",
          [](const Experiment& experiment) { return experiment.scenario.workflow.qos.successes; },
          "Fewest successes that meet QoS, per 30 s.")
      .def_property_readonly(
          "duration_s",
          [](const Experiment& experiment) { return sim::to_seconds(experiments::jobs::duration_of(experiment)); },
          "How long a run is unless given, seconds.")
      .def_property_readonly(
          "resolved", [](const Experiment& experiment) { return experiment.resolved; },
          "The experiment as YAML, every value spelled out.")
      .def(py::pickle(&experiment_state, &experiment_of))
      .def("__repr__", [](const Experiment& experiment) {
        return "<Experiment on workflow '" + experiment.scenario.workflow.name + "'>";
      });
}

}  // namespace faasconf::python
