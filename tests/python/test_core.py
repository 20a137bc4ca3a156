import ast
import copy
import doctest
import gc
import importlib
import inspect
import pathlib
import pickle
import pkgutil
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import faasconf
from faasconf import _core
from faasconf._metrics import FORMERLY


@pytest.fixture(scope="module")
def experiment():
    return faasconf.Experiment.load("parallel", {"workload.closed_loop.users": 12})


@pytest.fixture(scope="module")
def run(experiment):
    return faasconf.simulate(experiment, duration_s=600, seed=1, spans=True)


def test_an_experiment_says_what_it_is(experiment):
    assert experiment.workflow == "parallel"
    assert {"starter", "rgb", "resize", "update", "resnet", "mobilenet"} <= set(experiment.functions)
    assert experiment.window_s == 30.0 and experiment.qos_latency_s == 13.0 and experiment.qos_successes_per_30s == 20.0
    assert "users: 12" in experiment.resolved
    assert len(experiment.configurations) >= 1


def test_columns_have_a_value_per_window_and_function(experiment, run):
    assert run.windows["latency_mean_s"].shape == (20,)
    assert run.windows["latency_mean_s"].dtype == np.float64
    assert np.array_equal(run.windows["start_s"], 30.0 * np.arange(20))
    assert run.functions["cpu_cores"].shape == (20, len(experiment.functions))
    assert run.windows["users"][-1] == 12


def test_columns_are_those_of_the_table_of_metrics(run):
    tables = faasconf.metrics()
    assert [metric.name for metric in tables["windows"]] == list(run.windows)
    assert [metric.name for metric in tables["functions"]] == list(run.functions)
    found = {metric.name: metric for metric in tables["windows"]}
    assert found["latency_mean_s"].unit == "s" and found["latency_mean_s"].better == "less"
    assert found["success_ratio"].better == "more" and found["success_ratio"].title == "success ratio"


def test_names_of_before_are_those_of_the_table_of_metrics():
    tables = [metric for table in faasconf.metrics().values() for metric in table]
    assert all(metric.formerly in ("", "successes") or FORMERLY[metric.formerly] == metric.name for metric in tables)
    of_runs = {"qos_compliance"}  # no column of windows
    assert set(FORMERLY) - of_runs <= {metric.formerly for metric in tables}


def test_spans_have_a_row_per_call(run):
    spans = run.spans
    assert spans["function"].dtype == np.int64 and spans["finished_s"].dtype == np.float64
    assert len({len(column) for column in spans.values()}) == 1
    assert np.all(np.diff(spans["finished_s"]) >= 0)
    assert np.all(spans["called_s"] <= spans["finished_s"])
    assert run.functions["completions"].sum() == np.sum(spans["outcome"] == 0)


def test_spans_are_empty_unless_asked_for(experiment):
    assert all(len(column) == 0 for column in faasconf.simulate(experiment, duration_s=60).spans.values())


def test_a_window_without_a_success_has_no_latency(experiment):
    # nobody is back within the first second
    run = faasconf.simulate(faasconf.Experiment.load("parallel", {"workload.window": "1s"}), duration_s=60)
    none = run.windows["completions"] == 0
    assert none[0]
    assert np.array_equal(np.isnan(run.windows["latency_mean_s"]), none)


def test_the_total_sums_up_the_windows_after_the_warm_up(experiment):
    run = faasconf.simulate(experiment, duration_s=600, warm_up_s=120)
    kept = run.windows["start_s"] >= 120
    assert run.total["completions"] == run.windows["completions"][kept].sum()
    assert run.periods_kept == run.total["periods_kept"]


@pytest.mark.parametrize("asked_s", [1, 30, 45, 60])
def test_the_warm_up_is_the_whole_windows_that_it_says(experiment, asked_s):
    run = faasconf.simulate(experiment, duration_s=120, warm_up_s=asked_s)
    assert asked_s <= run.warm_up_s < asked_s + 30
    assert run.total["arrivals"] == run.windows["arrivals"][run.windows["start_s"] >= run.warm_up_s].sum()
    assert run.total["length_s"] == 120 - run.warm_up_s


@pytest.mark.parametrize("asked_s", [91, 120, 1000])
def test_a_warm_up_that_leaves_no_window_is_an_error(experiment, asked_s):
    with pytest.raises(faasconf.Error, match="warm-up: expected a window of 30s to remain of 2m, got "):
        faasconf.simulate(experiment, duration_s=120, warm_up_s=asked_s)


def test_the_same_seed_gives_the_same_run(experiment, run):
    again = faasconf.simulate(experiment, duration_s=600, seed=1, spans=True)
    for table in ("windows", "functions", "spans"):
        for name, column in getattr(run, table).items():
            assert np.array_equal(column, getattr(again, table)[name], equal_nan=True)
    assert again.events == run.events


@pytest.mark.parametrize("other", [{"seed": 2}, {"replication": 1}])
def test_another_seed_or_replication_gives_another(experiment, run, other):
    differs = faasconf.simulate(experiment, duration_s=600, **{"seed": 1} | other)
    assert not np.array_equal(differs.windows["latency_mean_s"], run.windows["latency_mean_s"], equal_nan=True)


def test_columns_outlive_the_run(experiment):
    run = faasconf.simulate(experiment, duration_s=600, seed=1)
    column, copy = run.windows["latency_mean_s"], run.windows["latency_mean_s"].copy()
    del run
    gc.collect()
    for seed in range(3):  # whoever frees the memory, these take it
        faasconf.simulate(experiment, duration_s=600, seed=seed)
    assert np.array_equal(column, copy, equal_nan=True)


def test_columns_are_read_only_views(run):
    assert np.shares_memory(run.windows["price"], run.windows["price"])
    with pytest.raises(ValueError, match="read-only"):
        run.windows["price"][0] = 1


def test_columns_own_their_run(run):
    assert run.windows["price"].base is run and run.functions["instances"].base is run


def test_other_threads_go_on_while_a_run_goes_on(experiment):
    progress, done = 0, threading.Event()

    def count():
        nonlocal progress
        while not done.is_set():
            progress += 1
            time.sleep(0)

    counter = threading.Thread(target=count)
    counter.start()
    before = progress
    faasconf.simulate(experiment, duration_s=40 * 3600)
    after = progress
    done.set()
    counter.join()
    assert after - before > 100


def test_a_configuration_is_four_columns(experiment):
    count = len(experiment.functions)
    columns = {"cpu_millicores": [1000] * count, "memory_mib": np.full(count, 1024.0), "replicas": [3] * count,
               "concurrency": np.arange(count) + 1}
    configuration = faasconf.Configuration(**columns)
    assert configuration.cpu_millicores.tolist() == [1000.0] * count
    assert configuration.concurrency.tolist() == list(range(1, count + 1))
    assert configuration.replicas.dtype == np.int64
    run = faasconf.simulate(experiment, duration_s=60, configuration=like(experiment, **columns))
    assert run.functions["instances"].shape == (2, count)


def like(experiment, **columns):
    """The experiment's first configuration, with other knobs where the workflow does not fix them."""
    first = next(iter(experiment.configurations.values()))
    tuned = np.array([name != "orchestrator" for name in experiment.functions])
    knobs = {knob: getattr(first, knob).copy() for knob in ("cpu_millicores", "memory_mib", "replicas", "concurrency")}
    for knob, values in columns.items():
        knobs[knob][tuned] = np.asarray(values)[tuned] if np.ndim(values) else values
    return faasconf.Configuration(**knobs)


@pytest.mark.parametrize("knob, value, message", [
    ("replicas", 2.7, r"replicas\[0\]: expected a whole number from 0 to 100000, got 2.7"),
    ("replicas", -1, r"replicas\[0\]: expected a whole number .*, got -1"),
    ("replicas", float("nan"), r"replicas\[0\]: expected a whole number .*, got nan"),
    ("concurrency", 0.9, r"concurrency\[0\]: expected a whole number from 0 to 1000000000, got 0.9"),
    ("concurrency", 2**32, r"concurrency\[0\]: expected a whole number .*, got 4294967296"),
    ("concurrency", 2**64, r"concurrency\[0\]: expected a whole number .*, got 1.8446744"),
    ("concurrency", 2**100, r"concurrency\[0\]: expected a whole number"),
    ("concurrency", "4", "concurrency: expected numbers, got <U1"),
    ("concurrency", True, "concurrency: expected numbers, got bool"),
    ("cpu_millicores", 0, r"cpu_millicores\[0\]: expected a number above 0, got 0"),
    ("cpu_millicores", float("inf"), r"cpu_millicores\[0\]: expected a number above 0, got inf"),
    ("memory_mib", 1j, "memory_mib: expected numbers, got complex128"),
])
def test_a_knob_is_never_cast(knob, value, message):
    knobs = {"cpu_millicores": [500], "memory_mib": [256], "replicas": [2], "concurrency": [1]}
    with pytest.raises(faasconf.Error, match=message):
        faasconf.Configuration(**knobs | {knob: [value]})


@pytest.mark.parametrize("knob, value, message", [
    ("cpu_millicores", 9999, "function \"starter\": cpu: expected what the workflow allows, 250m to 2000m, got 9999m"),
    ("memory_mib", 1, "function \"starter\": memory: expected what the workflow allows"),
    ("replicas", 9, "function \"starter\": replicas: expected what the workflow allows, 1 to 8, got 9"),
    ("concurrency", 0, "function \"starter\": concurrency: expected what the workflow allows, 1 to 10, got 0"),
])
def test_a_configuration_outside_the_ranges_is_refused(experiment, knob, value, message):
    with pytest.raises(faasconf.Error, match=message):
        faasconf.simulate(experiment, duration_s=60, configuration=like(experiment, **{knob: value}))


def test_a_configuration_of_what_the_workflow_fixes_is_refused(experiment):
    count = len(experiment.functions)
    configuration = faasconf.Configuration(cpu_millicores=[1000] * count, memory_mib=[1024] * count,
                                           replicas=[3] * count, concurrency=[4] * count)
    with pytest.raises(faasconf.Error, match="function \"orchestrator\": expected what the workflow fixes, .cpu: 4000m"):
        faasconf.simulate(experiment, duration_s=60, configuration=configuration)


def test_the_policies_of_a_file_are_run():
    experiment = faasconf.Experiment.load("scale-to-zero", {"duration": "1h"})
    assert len(experiment.cases) > 1 and "kpa" in " ".join(experiment.cases)
    with pytest.raises(faasconf.Error, match="case: expected one of .*, which the experiment compares, got none"):
        faasconf.simulate(experiment)
    runs = [faasconf.simulate(experiment, case=case) for case in experiment.cases]
    instances = [run.functions["instances"] for run in runs]
    assert any(not np.array_equal(instances[0], other) for other in instances[1:])


def test_the_seed_is_that_of_the_experiment():
    price = [faasconf.simulate(faasconf.Experiment.load("parallel", {"seed": 7}), duration_s=300, seed=seed).total
             for seed in (None, 7, 8)]
    assert price[0] == price[1] != price[2]


@pytest.mark.parametrize("value, said", [(True, "instances: fresh"), (False, "instances: kept"),
                                         (np.True_, "instances: fresh"), ("true", "instances: fresh")])
def test_overrides_take_truth_values(value, said):
    assert said in faasconf.Experiment.load("parallel", {"redeploy": value}).resolved


@pytest.mark.parametrize("key, value, said", [
    ("workload.closed_loop.users", 7, "users: 7"),
    ("workload.closed_loop.users", np.int64(7), "users: 7"),
    ("functions.rgb.failure_probability", 1e-5, "failure_probability: 0.00001"),
    ("functions.rgb.failure_probability", np.float64(0.25), "failure_probability: 0.25"),
    ("ranges.replicas", [1, 3], "replicas: [1, 3]"),
    ("ranges.replicas", np.array([1, 3]), "replicas: [1, 3]"),
    ("workload.closed_loop", {"users": 7, "think_time": "2s"}, "think_time: 2s"),
])
def test_overrides_take_numbers_lists_and_maps(key, value, said):
    assert said in faasconf.Experiment.load("parallel", {key: value}).resolved


def test_an_override_of_none_removes_the_entry():
    assert "failure_probability: 0.0019" not in faasconf.Experiment.load(
        "parallel", {f"functions.{name}.failure_probability": None
                     for name in ("starter", "rgb", "resize", "update", "resnet", "mobilenet")}).resolved


def test_a_configuration_is_pickled(experiment):
    configuration = like(experiment, replicas=5)
    assert pickle.loads(pickle.dumps(configuration)) == copy.deepcopy(configuration) == configuration


def test_an_experiment_is_pickled():
    experiment = faasconf.Experiment.load("scale-to-zero", {"workload.window": "20s", "seed": 3})
    again = pickle.loads(pickle.dumps(experiment))
    assert again.resolved == experiment.resolved and again.cases == experiment.cases
    a, b = (faasconf.simulate(one, case=one.cases[0], duration_s=600) for one in (experiment, again))
    assert np.array_equal(a.windows["price"], b.windows["price"])


def test_a_run_is_pickled(run):
    again = pickle.loads(pickle.dumps(run))
    for table in ("windows", "functions", "spans"):
        columns = getattr(again, table)
        assert list(columns) == list(getattr(run, table))
        for name, column in getattr(run, table).items():
            assert columns[name].dtype == column.dtype and np.array_equal(columns[name], column, equal_nan=True)
    assert repr(again) == repr(run) and again.events == run.events
    assert np.array_equal([again.periods_kept], [run.periods_kept], equal_nan=True)
    assert str(again.total) == str(run.total)


def test_a_metric_is_pickled():
    metric = faasconf.metrics()["windows"][0]
    assert pickle.loads(pickle.dumps(metric)).name == metric.name


# A run of decades; the signal comes as soon as the child says that it begins.
def test_control_c_ends_a_run():
    program = ("import faasconf\nexperiment = faasconf.Experiment.load('parallel')\n"
               "try:\n    print('begin', flush=True)\n    faasconf.simulate(experiment, duration_s=1e9)\n"
               "except KeyboardInterrupt:\n    print('interrupted')\n")
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "begin\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.read() == "interrupted\n"
    assert child.returncode == 0


def test_the_first_configuration_is_the_default(experiment):
    first = next(iter(experiment.configurations.values()))
    a, b = (faasconf.simulate(experiment, duration_s=300, **options) for options in ({}, {"configuration": first}))
    assert np.array_equal(a.windows["latency_mean_s"], b.windows["latency_mean_s"], equal_nan=True)


@pytest.mark.parametrize("call, message", [
    (lambda experiment: faasconf.Experiment.load("no-such-file.yaml"), "no-such-file.yaml"),
    (lambda experiment: faasconf.Experiment.load("parallel", {"no.such.key": 1}), "no"),
    (lambda experiment: faasconf.simulate(experiment, duration_s=0), "duration_s: expected seconds > 0, got 0"),
    (lambda experiment: faasconf.simulate(experiment, duration_s=float("nan")), "duration_s: .* > 0, got nan"),
    (lambda experiment: faasconf.simulate(experiment, warm_up_s=-1), "warm_up_s: expected seconds >= 0, got -1"),
    (lambda experiment: faasconf.simulate(experiment, duration_s=600, warm_up_s=700),
     "warm-up: expected a window of 30s to remain of 10m"),
    (lambda experiment: faasconf.simulate(experiment, duration_s=10), "duration: expected at least one window of 30s"),
    (lambda experiment: faasconf.simulate(experiment, case="nobody"), "case: expected one of .*, got \"nobody\""),
    (lambda experiment: faasconf.simulate(experiment, configuration=faasconf.Configuration(
        cpu_millicores=[1], memory_mib=[1], replicas=[1], concurrency=[1])), "expected knobs of the 7 functions"),
    (lambda experiment: faasconf.Configuration(cpu_millicores=[1, 1], memory_mib=[1], replicas=[1, 1],
                                             concurrency=[1, 1]), "memory_mib: expected a value per function"),
])
def test_bad_input_is_an_error_of_ours(experiment, call, message):
    with pytest.raises(faasconf.Error, match=message):
        call(experiment)


def stub_members(tree):
    """Parameters of every function of the stub and names of every property, by dotted name."""
    members = {}
    for item in tree.body:
        if isinstance(item, ast.FunctionDef):
            members[item.name] = ast.unparse(item.args)
        elif isinstance(item, ast.ClassDef):
            for part in item.body:
                is_property = any(ast.unparse(mark) == "property" for mark in part.decorator_list)
                members[f"{item.name}.{part.name}"] = "property" if is_property else ast.unparse(part.args)
    return members


def real_members():
    """The same of the module, from the signatures that pybind11 puts into docstrings."""
    members = {}
    for name, item in vars(_core).items():
        if inspect.isclass(item):
            for part, value in vars(item).items():
                if isinstance(value, property):
                    members[f"{name}.{part}"] = "property"
                elif callable(getattr(item, part)) and (getattr(item, part).__doc__ or "").startswith(f"{part}("):
                    members[f"{name}.{part}"] = documented_parameters(getattr(item, part))
        elif not name.startswith("_"):
            members[name] = documented_parameters(item)
    return members


def documented_parameters(function):
    signature = re.sub(r"<[^>]*>", "...", function.__doc__.splitlines()[0])  # defaults that are objects
    return ast.unparse(ast.parse(f"def {signature}: ...").body[0].args)


def plain(parameters):
    """Parameters without types: names, order, defaults."""
    if parameters == "property":
        return parameters
    arguments = ast.parse(f"def f({parameters}): ...").body[0].args
    every = [*arguments.posonlyargs, *arguments.args]
    names = [argument.arg for argument in every if argument.arg not in ("self", "other", "arg0")]
    return (names, [ast.unparse(default) for default in arguments.defaults],
            [argument.arg for argument in arguments.kwonlyargs],
            [default and ast.unparse(default) for default in arguments.kw_defaults])


def test_the_stub_says_what_the_module_has():
    stub = stub_members(ast.parse(pathlib.Path(faasconf.__file__).with_name("_core.pyi").read_text()))
    real = real_members()
    assert sorted(stub) == sorted(real)
    assert {name: plain(parameters) for name, parameters in stub.items()} == {
        name: plain(parameters) for name, parameters in real.items()}


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(faasconf.__path__)))
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(f"faasconf.{name}")).failed == 0


def test_the_examples_of_the_compiled_module_are_found():
    found = [test for test in doctest.DocTestFinder().find(_core, module=_core) if test.examples]
    assert len(found) >= 3


def test_a_scenario_is_now_called_an_experiment():
    with pytest.warns(DeprecationWarning, match="faasconf.Scenario is now called faasconf.Experiment"):
        scenario = faasconf.Scenario
    assert scenario is faasconf.Experiment


def test_every_name_of_the_package_is_listed_before_the_compiled_module_is_asked_for():
    listed = subprocess.run([sys.executable, "-c", "import faasconf; print(*dir(faasconf))"], check=True,
                            capture_output=True, text=True).stdout.split()
    assert set(faasconf.__all__) <= set(listed)
