// faasconf.Configuration: the four knobs of every function as arrays.

#include <cstdint>
#include <string>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "python/bindings/bindings.hpp"
#include "sim/core/error.hpp"
#include "sim/model/run.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace faasconf::python {
namespace {

using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;
using WholeNumbers = py::array_t<int, py::array::c_style | py::array::forcecast>;

sim::Configuration make_configuration(const Numbers& cpu_millicores, const Numbers& memory_mib,
                                      const WholeNumbers& replicas, const WholeNumbers& concurrency) {
  const py::ssize_t count = cpu_millicores.size();
  const auto check_shape = [&](const py::array& values, const char* name) {
    if (values.ndim() == 1 && values.size() == count) return;
    throw sim::Error(std::string(name) + ": expected a value per function, as many as cpu_millicores has");
  };
  check_shape(cpu_millicores, "cpu_millicores");
  check_shape(memory_mib, "memory_mib");
  check_shape(replicas, "replicas");
  check_shape(concurrency, "concurrency");
  sim::Configuration configuration;
  for (py::ssize_t i = 0; i < count; ++i) {
    configuration.functions.push_back(
        {sim::Millicores{cpu_millicores.at(i)}, sim::Mebibytes{memory_mib.at(i)}, replicas.at(i), concurrency.at(i)});
  }
  return configuration;
}

template <class Value, class Of>
py::array_t<Value> knobs(const sim::Configuration& configuration, Of of) {
  py::array_t<Value> values(static_cast<py::ssize_t>(configuration.functions.size()));
  Value* value = values.mutable_data();
  for (const sim::FunctionConfiguration& function : configuration.functions) *value++ = of(function);
  return values;
}

}  // namespace

void bind_configuration(py::module_& module) {
  py::class_<sim::Configuration>(module, "Configuration", R"(The four knobs of every function.

Parameters
----------
cpu_millicores : array_like of float, shape (n_functions,)
    CPU limit of an instance; 1000 are one core.
memory_mib : array_like of float, shape (n_functions,)
    Memory limit of an instance.
replicas : array_like of int, shape (n_functions,)
concurrency : array_like of int, shape (n_functions,)
    Calls that an instance serves at once; 0: no limit.

Attributes are copies of the values.

Examples
--------
>>> import faasconf
>>> faasconf.Configuration(cpu_millicores=[500], memory_mib=[256], replicas=[2], concurrency=[1]).replicas
array([2])
)")
      .def(py::init(&make_configuration), py::kw_only(), "cpu_millicores"_a, "memory_mib"_a, "replicas"_a,
           "concurrency"_a)
      .def_property_readonly(
          "cpu_millicores",
          [](const sim::Configuration& configuration) {
            return knobs<double>(configuration, [](const auto& knob) { return knob.cpu.value; });
          },
          "float64, shape (n_functions,), millicores.")
      .def_property_readonly(
          "memory_mib",
          [](const sim::Configuration& configuration) {
            return knobs<double>(configuration, [](const auto& knob) { return knob.memory.value; });
          },
          "float64, shape (n_functions,), MiB.")
      .def_property_readonly(
          "replicas",
          [](const sim::Configuration& configuration) {
            return knobs<std::int64_t>(configuration, [](const auto& knob) { return knob.replicas; });
          },
          "int64, shape (n_functions,).")
      .def_property_readonly(
          "concurrency",
          [](const sim::Configuration& configuration) {
            return knobs<std::int64_t>(configuration, [](const auto& knob) { return knob.concurrency; });
          },
          "int64, shape (n_functions,).")
      .def(
          "__eq__", [](const sim::Configuration& a, const sim::Configuration& b) { return a == b; }, py::is_operator());
}

}  // namespace faasconf::python
