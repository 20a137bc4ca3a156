import ast
import doctest
import gc
import importlib
import inspect
import pathlib
import pkgutil
import re
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
    assert set(FORMERLY) <= {metric.formerly for metric in tables}


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
    configuration = faasconf.Configuration(cpu_millicores=[1000] * count, memory_mib=np.full(count, 1024.0),
                                           replicas=[3] * count, concurrency=np.arange(count) + 1)
    assert configuration.cpu_millicores.tolist() == [1000.0] * count
    assert configuration.concurrency.tolist() == list(range(1, count + 1))
    assert configuration.replicas.dtype == np.int64
    run = faasconf.simulate(experiment, duration_s=60, configuration=configuration)
    assert run.functions["instances"].shape == (2, count)


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
    (lambda experiment: faasconf.simulate(experiment, configuration=faasconf.Configuration(
        cpu_millicores=[1], memory_mib=[1], replicas=[1], concurrency=[1])), "function"),
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
