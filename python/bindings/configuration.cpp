// faasconf.Configuration: the four knobs of every function as arrays.

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

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

constexpr double kMostReplicas = 1e5;
constexpr double kMostConcurrency = 1e9;

// Of one knob, a number per function.
class Knob {
 public:
  Knob(const char* name, const py::object& values) : name_(name), values_(numbers(name, values)) {
    if (values_.ndim() != 1) throw sim::Error(name_ + ": expected a value per function, in one dimension");
  }

  py::ssize_t size() const { return values_.size(); }

  double above_zero(py::ssize_t function) const {
    const double value = values_.at(function);
    if (value > 0 && std::isfinite(value)) return value;
    refuse(function, "a number above 0");
  }

  int whole(py::ssize_t function, double most) const {
    const double value = values_.at(function);
    if (value >= 0 && value <= most && value == std::floor(value)) return static_cast<int>(value);
    refuse(function, "a whole number from 0 to " + std::to_string(static_cast<std::int64_t>(most)));
  }

 private:
  // Neither text nor complex numbers nor truth values, which NumPy would cast.
  static Numbers numbers(const std::string& name, const py::object& values) {
    const py::array array = py::array::ensure(values);
    if (!array) throw sim::Error(name + ": expected numbers, got " + py::repr(values).cast<std::string>());
    if (std::string_view("iufO").find(array.dtype().kind()) != std::string_view::npos) return Numbers(array);
    throw sim::Error(name + ": expected numbers, got " + py::str(array.dtype()).cast<std::string>());
  }
  [[noreturn]] void refuse(py::ssize_t function, const std::string& expected) const {
    std::ostringstream message;
    message << std::setprecision(15) << name_ << "[" << function << "]: expected " << expected << ", got "
            << values_.at(function);
    throw sim::Error(message.str());
  }

  std::string name_;
  Numbers values_;
};

sim::Configuration make_configuration(const py::object& cpu_millicores, const py::object& memory_mib,
                                      const py::object& replicas, const py::object& concurrency) {
  const Knob cpu("cpu_millicores", cpu_millicores);
  const Knob memory("memory_mib", memory_mib);
  const Knob instances("replicas", replicas);
  const Knob calls("concurrency", concurrency);
  for (const auto& [name, knob] :
       {std::pair{"memory_mib", &memory}, {"replicas", &instances}, {"concurrency", &calls}}) {
    if (knob->size() == cpu.size()) continue;
    throw sim::Error(std::string(name) + ": expected a value per function, as many as cpu_millicores has");
  }
  sim::Configuration configuration;
  for (py::ssize_t i = 0; i < cpu.size(); ++i) {
    configuration.functions.push_back({sim::Millicores{cpu.above_zero(i)}, sim::Mebibytes{memory.above_zero(i)},
                                       instances.whole(i, kMostReplicas), calls.whole(i, kMostConcurrency)});
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

Attributes are copies of the values. It can be pickled.

Raises
------
Error
    Where a limit is not above 0, or replicas and concurrency are no whole numbers.

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
      .def(py::pickle(
          [](const py::object& self) {
            return py::make_tuple(self.attr("cpu_millicores"), self.attr("memory_mib"), self.attr("replicas"),
                                  self.attr("concurrency"));
          },
          [](const py::tuple& state) { return make_configuration(state[0], state[1], state[2], state[3]); }))
      .def(
          "__eq__", [](const sim::Configuration& a, const sim::Configuration& b) { return a == b; }, py::is_operator());
}

}  // namespace faasconf::python
