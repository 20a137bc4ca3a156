"""What the program writes, read by the package: the two must agree on the layout of the file and on the numbers."""

import shutil
import subprocess

import numpy as np
import pytest

import faasconf
from faasconf import plot, report

pytestmark = pytest.mark.skipif(shutil.which("faasconf") is None, reason="the program faasconf is not on the PATH")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "run.h5"
    subprocess.run(["faasconf", "simulate", "branch", "--duration", "5m", "--replications", "2", "--seed", "3",
                    "--spans", "--out", path], check=True, capture_output=True)
    return faasconf.load(path)


def test_the_file_holds_what_simulate_returns(result):
    experiment = faasconf.Experiment.load("branch")
    assert result.function_names == experiment.functions
    for replication in range(2):
        run = faasconf.simulate(experiment, duration_s=300, seed=3, replication=replication, spans=True)
        rows = result.windows.where(replication=replication)
        for name, column in run.windows.items():
            assert np.array_equal(rows[name], column, equal_nan=True), name
        rows = result.functions.where(replication=replication)
        for name, column in run.functions.items():
            assert np.array_equal(rows[name].reshape(column.shape), column, equal_nan=True), name
        rows = result.spans.where(replication=replication)
        for name, column in run.spans.items():
            assert np.array_equal(rows[name], column, equal_nan=True), name


def test_every_column_of_the_file_is_one_of_simulate(result):
    run = faasconf.simulate(faasconf.Experiment.load("branch"), duration_s=60)
    assert set(result.windows) - set(run.windows) == {"case", "replication", "window"}
    assert set(result.spans) - set(run.spans) == {"case", "replication"}
    assert set(result.functions) - set(run.functions) == {
        "case", "replication", "window", "function", "cpu_millicores", "memory_mib", "replicas", "concurrency"}


def test_figure_and_page_are_made_of_it(result, tmp_path):
    assert plot.main([str(result.path), "--out", str(tmp_path / "run.png")]) == 0
    assert report.main([str(result.path), "--out", str(tmp_path / "run.html")]) == 0
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert all(name in text for name in result.function_names)


def test_every_metric_of_the_summary_has_a_title(result):
    titles = {metric.name: metric.title for metrics in result.metrics.values() for metric in metrics}
    assert all(titles[name] for name in result.summary["metric"])
