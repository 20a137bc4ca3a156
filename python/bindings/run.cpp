// faasconf.Run: one replication as NumPy columns, by the names of the result file; faasconf.simulate makes it.

#include "sim/model/run.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/single_run.hpp"
#include "experiments/results/metrics.hpp"
#include "python/bindings/bindings.hpp"
#include "sim/core/error.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace faasconf::python {
namespace {

namespace results = experiments::results;
using experiments::config::Experiment;
using experiments::jobs::SingleRunJob;

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// Columns of equal length, each contiguous. The names are those of the result file.
template <class Value>
struct Column {
  std::string name;
  std::vector<Value> values;
};

struct RunColumns {
  std::size_t window_count = 0;
  std::size_t function_count = 0;
  std::vector<Column<double>> windows;    // a value per window
  std::vector<Column<double>> functions;  // by window, then function
  std::vector<Column<std::int64_t>> span_numbers;
  std::vector<Column<double>> span_times;
  std::vector<std::pair<std::string, double>> total;
  double warm_up_s = 0;
  double periods_kept = 0;
  std::uint64_t events = 0;
};

double number(std::optional<double> value) { return value.value_or(kAbsent); }

double seconds_or_absent(sim::Time time) { return time == sim::kNever ? kAbsent : sim::to_seconds(time); }

template <class Value, class Of>
Column<Value> column(const char* name, const std::vector<sim::CallRecord>& calls, Of of) {
  Column<Value> result{name, {}};
  result.values.reserve(calls.size());
  for (const sim::CallRecord& call : calls) result.values.push_back(static_cast<Value>(of(call)));
  return result;
}

RunColumns to_columns(const sim::Run& run, std::size_t function_count) {
  RunColumns columns;
  columns.window_count = run.windows.size();
  columns.function_count = function_count;
  for (const auto& metric : appearing(results::metrics().end_to_end, results::in_windows)) {
    Column<double>& column = columns.windows.emplace_back(Column<double>{std::string(metric.name), {}});
    for (const sim::Observation& window : run.windows) column.values.push_back(number(metric.value({window})));
  }
  for (const auto& metric : appearing(results::metrics().end_to_end, results::in_replications)) {
    columns.total.emplace_back(metric.name, number(metric.value({run.total, &run})));
  }
  for (const auto& metric : appearing(results::metrics().by_function, results::in_windows)) {
    Column<double>& column = columns.functions.emplace_back(Column<double>{std::string(metric.name), {}});
    for (const sim::Observation& window : run.windows) {
      for (const sim::FunctionObservation& function : window.functions) {
        column.values.push_back(number(metric.value(function)));
      }
    }
  }

  using Call = sim::CallRecord;
  const std::vector<Call>& calls = run.spans;
  columns.span_numbers = {
      column<std::int64_t>("request", calls, [](const Call& call) { return call.request; }),
      column<std::int64_t>("function", calls, [](const Call& call) { return call.function.index; }),
      column<std::int64_t>("instance", calls, [](const Call& call) { return call.instance; }),
      column<std::int64_t>("outcome", calls, [](const Call& call) { return call.outcome; }),
  };
  columns.span_times = {
      column<double>("called_s", calls, [](const Call& call) { return seconds_or_absent(call.called); }),
      column<double>("started_s", calls, [](const Call& call) { return seconds_or_absent(call.started); }),
      column<double>("finished_s", calls, [](const Call& call) { return seconds_or_absent(call.finished); }),
  };
  columns.warm_up_s = sim::to_seconds(run.warm_up);
  columns.periods_kept = number(run.promise.share());
  columns.events = run.events;
  return columns;
}

// A read-only array on the values of a run, which it keeps alive.
template <class Value>
py::array view(const std::vector<Value>& values, std::vector<py::ssize_t> shape, const py::object& owner) {
  py::array_t<Value> array(std::move(shape), values.data(), owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

template <class Value>
void add_views(py::dict& views, const std::vector<Column<Value>>& columns, const std::vector<py::ssize_t>& shape,
               const py::object& owner) {
  for (const auto& column : columns) views[py::str(column.name)] = view(column.values, shape, owner);
}

sim::Duration positive_seconds(const char* name, double seconds, bool may_be_zero = false) {
  if (std::isfinite(seconds) && (seconds > 0 || (may_be_zero && seconds == 0))) return sim::from_seconds(seconds);
  std::ostringstream message;
  message << name << ": expected seconds " << (may_be_zero ? ">=" : ">") << " 0, got " << seconds;
  throw sim::Error(message.str());
}

// Whether Ctrl-C, or another signal with a handler, has come: its exception is set then. Not oftener than people
// notice.
class Signals {
 public:
  bool go_on() {
    const Clock::time_point now = Clock::now();
    if (now < next_) return true;
    next_ = now + std::chrono::milliseconds(50);
    const py::gil_scoped_acquire locked;
    return PyErr_CheckSignals() == 0;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point next_ = Clock::now();
};

RunColumns run_unlocked(const SingleRunJob& job) {
  const py::gil_scoped_release unlocked;
  Signals signals;
  const sim::Run run = experiments::jobs::run(job, {.go_on = [&signals] { return signals.go_on(); }});
  return to_columns(run, job.experiment.scenario.workflow.functions.size());
}

RunColumns simulate(const Experiment& experiment, std::optional<double> duration_s, double warm_up_s,
                    std::optional<std::uint64_t> seed, std::uint64_t replication, std::optional<std::string> of_case,
                    const std::optional<sim::Configuration>& configuration, bool spans) {
  SingleRunJob job{.experiment = experiment,
                   .case_name = std::move(of_case).value_or(""),
                   .configuration = configuration,
                   .warm_up = positive_seconds("warm_up_s", warm_up_s, true),
                   .seed = seed,
                   .replication = replication,
                   .spans = spans};
  if (duration_s) job.duration = positive_seconds("duration_s", *duration_s);
  try {
    return run_unlocked(job);
  } catch (const sim::Cancelled&) {
    throw py::error_already_set();
  }
}

// --- pickling: columns as they are

template <class Value>
py::list state_of(const std::vector<Column<Value>>& columns) {
  py::list state;
  for (const Column<Value>& column : columns) {
    state.append(py::make_tuple(
        column.name, py::array_t<Value>(static_cast<py::ssize_t>(column.values.size()), column.values.data())));
  }
  return state;
}

template <class Value>
std::vector<Column<Value>> columns_of(const py::handle& state) {
  std::vector<Column<Value>> columns;
  for (const py::handle one : state) {
    const auto& [name, values] = one.cast<std::pair<std::string, py::array_t<Value>>>();
    columns.push_back({name, {values.data(), values.data() + values.size()}});
  }
  return columns;
}

py::tuple run_state(const RunColumns& run) {
  return py::make_tuple(run.window_count, run.function_count, state_of(run.windows), state_of(run.functions),
                        state_of(run.span_numbers), state_of(run.span_times), run.total, run.warm_up_s,
                        run.periods_kept, run.events);
}

RunColumns run_of(const py::tuple& state) {
  return {.window_count = state[0].cast<std::size_t>(),
          .function_count = state[1].cast<std::size_t>(),
          .windows = columns_of<double>(state[2]),
          .functions = columns_of<double>(state[3]),
          .span_numbers = columns_of<std::int64_t>(state[4]),
          .span_times = columns_of<double>(state[5]),
          .total = state[6].cast<std::vector<std::pair<std::string, double>>>(),
          .warm_up_s = state[7].cast<double>(),
          .periods_kept = state[8].cast<double>(),
          .events = state[9].cast<std::uint64_t>()};
}

void bind_columns(py::module_& module) {
  py::class_<RunColumns>(module, "Run", R"(One replication; `simulate` makes it.

Columns have the names of those in a result file. They are read-only views that keep the run alive. What is absent, such
as the latency of a window without a success, is NaN. It can be pickled.)")
      .def_property_readonly(
          "windows",
          [](const py::object& self) {
            const auto& run = self.cast<const RunColumns&>();
            py::dict views;
            add_views(views, run.windows, {static_cast<py::ssize_t>(run.window_count)}, self);
            return views;
          },
          "Columns by name: float64, shape (n_windows,); the unit ends the name.")
      .def_property_readonly(
          "functions",
          [](const py::object& self) {
            const auto& run = self.cast<const RunColumns&>();
            py::dict views;
            add_views(views, run.functions,
                      {static_cast<py::ssize_t>(run.window_count), static_cast<py::ssize_t>(run.function_count)}, self);
            return views;
          },
          "Columns by name: float64, shape (n_windows, n_functions); the unit ends the name.")
      .def_property_readonly(
          "spans",
          [](const py::object& self) {
            const auto& run = self.cast<const RunColumns&>();
            const std::vector shape{static_cast<py::ssize_t>(run.span_times[0].values.size())};
            py::dict views;
            add_views(views, run.span_numbers, shape, self);
            add_views(views, run.span_times, shape, self);
            return views;
          },
          R"(Columns by name, a row per call in order of finishing; empty unless asked for.

``request``, ``function``, ``instance`` (-1: none reached), ``outcome`` (0 success, 1 rejected, 2 timed out, 3 failed,
4 out of memory): int64, shape (n_calls,). ``called_s``, ``started_s`` (NaN: never), ``finished_s``: float64, shape
(n_calls,), seconds.)")
      .def_property_readonly(
          "total",
          [](const RunColumns& run) {
            py::dict values;
            for (const auto& [name, value] : run.total) values[py::str(name)] = value;
            return values;
          },
          "The windows after the warm-up as one: float by the names of `windows`, and how the run kept its promise.")
      .def_readonly("warm_up_s", &RunColumns::warm_up_s, "Seconds left out of the total at the start: whole windows.")
      .def_readonly("periods_kept", &RunColumns::periods_kept,
                    "Share of the periods after the warm-up that kept the promise, 0 .. 1; NaN where none was judged.")
      .def_readonly("events", &RunColumns::events, "Events that the simulation handled.")
      .def(py::pickle(&run_state, &run_of))
      .def("__repr__",
           [](const RunColumns& run) { return "<Run of " + std::to_string(run.window_count) + " windows>"; });
}

}  // namespace

void bind_run(py::module_& module) {
  bind_columns(module);
  module.def("simulate", &simulate, "experiment"_a, py::kw_only(), "duration_s"_a = py::none(), "warm_up_s"_a = 0.0,
             "seed"_a = py::none(), "replication"_a = 0, "case"_a = py::none(), "configuration"_a = py::none(),
             "spans"_a = false, R"(Run one replication; other threads of Python go on meanwhile, and Ctrl-C ends it.

Parameters
----------
experiment : Experiment
duration_s : float, optional
    Simulated seconds; the experiment's by default.
warm_up_s : float
    Left out of the total at the start, rounded up to whole windows; ``run.warm_up_s`` says what was left out.
seed, replication : int
    With the experiment they decide the result to the last bit. The seed is the experiment's by default, else 1.
case : str, optional
    Which of `Experiment.cases` runs: a policy from a configuration. Needed where the experiment compares several.
configuration : Configuration, optional
    In force throughout, in the place of a case. It is within the workflow's ranges, and has what the workflow fixes.
spans : bool
    Whether every call is kept.

Returns
-------
Run
    ``run.windows["latency_mean_s"]``: float64, shape (n_windows,), seconds.
    ``run.functions["cpu_cores"]``: float64, shape (n_windows, n_functions), cores.

Raises
------
Error
    When the workflow does not allow the configuration, or a number cannot be used: a run shorter than a window, a
    warm-up that leaves none.

Examples
--------
>>> import faasconf
>>> run = faasconf.simulate(faasconf.Experiment.load("parallel"), duration_s=300, seed=1)
>>> run.windows["latency_mean_s"].shape
(10,)
)");
}

}  // namespace faasconf::python
