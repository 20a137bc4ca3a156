#pragma once
// faasconf._core, a room a file: each adds its classes and functions to the module. They convert, and nothing more.

#include <pybind11/pybind11.h>

namespace faasconf::python {

void bind_configuration(pybind11::module_& module);
void bind_experiment(pybind11::module_& module);  // after the configuration
void bind_metrics(pybind11::module_& module);
void bind_run(pybind11::module_& module);  // after the experiment
void bind_yaml(pybind11::module_& module);

}  // namespace faasconf::python
