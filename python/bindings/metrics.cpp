// faasconf.Metric and faasconf.metrics: the tables of metrics.

#include "experiments/results/metrics.hpp"

#include <span>
#include <string>
#include <vector>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "python/bindings/bindings.hpp"

namespace py = pybind11;

namespace faasconf::python {
namespace {

namespace results = experiments::results;

// What a table says of a metric, for people.
struct DescribedMetric {
  std::string name, unit, title, topic, better, formerly;
};

template <class Row>
std::vector<DescribedMetric> described(std::span<const results::Metric<Row>> all) {
  std::vector<DescribedMetric> metrics;
  for (const auto& metric : appearing(all, results::in_windows)) {
    metrics.push_back({std::string(metric.name), std::string(metric.unit), std::string(metric.title),
                       std::string(name_of(metric.topic)), std::string(name_of(metric.better)),
                       std::string(metric.formerly)});
  }
  return metrics;
}

py::dict metrics() {
  py::dict tables;
  tables["windows"] = described(results::metrics().end_to_end);
  tables["functions"] = described(results::metrics().by_function);
  return tables;
}

}  // namespace

void bind_metrics(py::module_& module) {
  py::class_<DescribedMetric>(module, "Metric", "A column of `Run.windows` or `Run.functions`; `metrics` lists them.")
      .def_readonly("name", &DescribedMetric::name)
      .def_readonly("unit", &DescribedMetric::unit, "\"1\" for shares and for the paper's price, \"\" for flags.")
      .def_readonly("title", &DescribedMetric::title)
      .def_readonly("topic", &DescribedMetric::topic, "Its topic: ``latency``, ``losses``, ``cost``.")
      .def_readonly("better", &DescribedMetric::better, "``more``, ``less`` or ``neither``.")
      .def_readonly("formerly", &DescribedMetric::formerly, "A name that it had before, or \"\".")
      .def(py::pickle(
          [](const DescribedMetric& metric) {
            return py::make_tuple(metric.name, metric.unit, metric.title, metric.topic, metric.better, metric.formerly);
          },
          [](const py::tuple& state) {
            const auto text = [&state](std::size_t i) { return state[i].cast<std::string>(); };
            return DescribedMetric{text(0), text(1), text(2), text(3), text(4), text(5)};
          }))
      .def("__repr__", [](const DescribedMetric& metric) { return "<Metric " + metric.name + ">"; });
  module.def("metrics", &metrics,
             R"(The metrics by the table whose columns they are, ``windows`` or ``functions``, in order.

Examples
--------
>>> import faasconf
>>> [metric.unit for metric in faasconf.metrics()["windows"] if metric.name == "latency_mean_s"]
['s']
)");
}

}  // namespace faasconf::python
