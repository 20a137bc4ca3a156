import subprocess
import sys

import matplotlib.image
import numpy as np
import pytest
import synthetic

import faasconf
from faasconf import plot


def run_plot(*arguments):
    return subprocess.run([sys.executable, "-m", "faasconf.plot", *map(str, arguments)], capture_output=True, text=True)


def test_the_figure_is_a_png_of_the_promised_size_and_not_blank(result_path, tmp_path):
    out = tmp_path / "run.png"
    done = run_plot(result_path, "--out", out, "--case", "large")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert out.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    pixels = matplotlib.image.imread(out)
    assert pixels.shape[:2] == (1400, 1600)
    for strip in np.array_split(pixels[:, :, :3], 6):
        assert 0.005 < np.mean(strip.min(axis=2) < 0.9) < 0.5
    assert list(tmp_path.iterdir()) == [out]


def test_a_tall_graph_pushes_the_panels_up_and_leaves_them_their_size(tmp_path):
    def drawn(dot):
        path = synthetic.write_result(tmp_path / "run.h5", replications=2, window_count=5, dot=dot)
        figure = plot.draw(faasconf.load(path), ["large"])
        return figure.bbox.height, [axes.get_window_extent().height for axes in figure.axes[:5]]

    low, low_panels = drawn("digraph { a -> b; a -> c }")
    high, high_panels = drawn("digraph { " + "; ".join(f"a -> b{i}" for i in range(20)) + " }")
    assert low == 1400 and high > 1400 + 400
    assert np.allclose(low_panels, high_panels)


def test_a_window_without_a_success_is_a_gap(result):
    line = [patch for patch in plot.draw(result, ["small"]).axes[1].patches if not patch.get_fill()][0]
    values = line.get_data().values
    assert np.isnan(values[60:64]).all() and np.isfinite(values[:60]).all()


def test_the_panels_share_the_axis_of_minutes(result):
    figure = plot.draw(result, ["large"])
    assert {axes.get_xlim() for axes in figure.axes[:5]} == {(0.0, 85.0)}
    assert figure.axes[4].get_xlabel() == "Time (min)"


def test_the_qos_line_stands_at_the_promise(result):
    lines = [line for line in plot.draw(result, ["large"]).axes[1].lines if line.get_ydata()[0] == synthetic.QOS_LATENCY_S]
    assert len(lines) == 1


def test_without_a_promise_there_is_no_qos_line(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=2, window_count=5, qos_latency_s=np.nan)
    assert not plot.draw(faasconf.load(path), ["large"]).axes[1].lines


def test_one_case_can_be_chosen(result):
    figure = plot.draw(result, ["large"])
    assert len([patch for patch in figure.axes[1].patches if not patch.get_fill()]) == 1


def test_instances_that_change_are_bands_of_one_case(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=2, window_count=5, transitions=True)
    result = faasconf.load(path)
    bands = plot.draw(result, ["large"]).axes[5]
    assert bands.get_title(loc="left").startswith("Instances")
    tops = [patch.get_data().values for patch in bands.patches[:4]]
    functions = len(synthetic.FUNCTIONS)  # of two instances each; in the second window one starts, half of one drains
    assert np.allclose(tops[0] / functions, [2, 1, 2, 2, 2])
    assert np.allclose(tops[3] / functions, [2, 2.5, 2, 2, 2])


def test_instances_that_never_change_are_not_drawn(result):
    titles = [axes.get_title(loc="left") for axes in plot.draw(result, ["large"]).axes]
    assert not any(title.startswith("Instances") for title in titles)


def test_open_loops_show_the_rate(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=5, load="rate")
    assert plot.draw(faasconf.load(path)).axes[0].get_title(loc="left") == "Load (requests/s asked for)"


def test_arrival_lists_show_the_arrivals(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=5, load="none")
    assert plot.draw(faasconf.load(path)).axes[0].get_title(loc="left") == "Load (arrivals/s)"


@pytest.mark.parametrize("options", [
    {"replications": 1},
    {"window_count": 1},
    {"dot": ""},
    {"silent": (0, 170)},
    {"cases": [f"cpu-{i}00m, memory-{i}Gi, replicas-{i}" for i in range(8)], "replications": 2},
    {"cases": ["$\\frac$ $x_1$ <b>", "ü"], "replications": 2},
], ids=["one replication", "one window", "no graph", "no success at all", "many long names", "odd names"])
def test_unusual_results_are_drawn(tmp_path, options):
    path = synthetic.write_result(tmp_path / "run.h5", **{"replications": 3} | options)
    out = tmp_path / "run.svg"
    assert plot.main([str(path), "--out", str(out)]) == 0
    assert out.read_text().startswith("<?xml")


def test_labels_never_overlap_nor_change_their_order():
    places = plot.spread([0.9, 0.95, 0.1, 0.92, 1.0], gap=0.15)
    assert np.all(np.diff(sorted(places)) >= 0.15 - 1e-12)
    assert np.argsort(places).tolist() == [2, 0, 3, 1, 4]
    assert max(places) <= 1.0


@pytest.mark.parametrize("arguments, message", [
    (["nothing.h5", "--out", "x.png"], "nothing.h5: no such file"),
    (["RUN", "--out", "x.gif"], "--out: expected a name that ends in .png, .svg or .pdf, got \"x.gif\""),
    (["RUN", "--out", "x.png", "--case", "medium"], "no case \"medium\"; expected one of small, large"),
    (["RUN"], "the following arguments are required: --out"),
])
def test_misuse_is_one_line_and_exit_code_2(result_path, tmp_path, arguments, message):
    done = run_plot(*(result_path if argument == "RUN" else argument for argument in arguments))
    assert done.returncode == 2
    assert message in done.stderr and done.stderr.startswith("faasconf: ") and done.stderr.count("\n") == 1


def test_what_cannot_be_written_is_exit_code_1_and_leaves_nothing(result_path, tmp_path):
    done = run_plot(result_path, "--out", tmp_path / "no" / "run.png")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "run.png: cannot be written: No such file" in done.stderr
    assert list(tmp_path.iterdir()) == []
