// faasconf._core: the simulator on NumPy arrays.

#include <exception>

#include <pybind11/pybind11.h>

#include "python/bindings/bindings.hpp"
#include "sim/core/error.hpp"

namespace py = pybind11;

namespace faasconf::python {
namespace {

// sim::Error becomes faasconf.Error, with all the lines that it nests.
void translate_errors() {
  static const py::handle python_error =
      py::module_::import("faasconf._error").attr("Error").cast<py::object>().release();
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const sim::Error& error) {
      PyErr_SetString(python_error.ptr(), sim::describe(error).c_str());
    }
  });
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "The simulator. Use it as faasconf.Experiment, faasconf.simulate.";
  translate_errors();
  bind_configuration(module);
  bind_experiment(module);
  bind_metrics(module);
  bind_run(module);
  bind_yaml(module);
}

}  // namespace faasconf::python
