import json
import subprocess
import sys

import matplotlib.image
import numpy as np
import pytest

from faasconf import trace_plot

TRACE = {
    "trace": "t.h5", "days": 1, "functions": 3, "calls": 1500,
    "triggers": ["http", "timer"], "function_shares": [0.6, 0.4], "call_shares": [0.1, 0.9],
    "published_function_shares": [0.5, 0.5], "published_call_shares": [0.2, 0.8],
    "popularity": [[1, 1400], [2, 90], [3, 10]],
    "durations_s": [[0, 0.01], [0.5, 1], [1, 100]],
    "published_durations_s": [0.1, 10], "published_duration_shares": [0.15, 0.85],
    "minute_calls": [1.0] * 1439 + [61.0],
}


def written(path, **changes):
    path.write_text(json.dumps(TRACE | changes))
    return path


def test_the_figure_is_a_png_of_the_promised_size_and_not_blank(tmp_path):
    out = tmp_path / "t.png"
    done = subprocess.run([sys.executable, "-m", "faasconf.trace_plot", str(written(tmp_path / "t.json")), "--out",
                           str(out)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pixels = matplotlib.image.imread(out)
    assert pixels.shape[:2] == (1100, 1600)
    for part in np.array_split(pixels[:, :, :3], 2):
        assert 0.005 < np.mean(part.min(axis=2) < 0.9) < 0.5


def test_popularity_has_logarithmic_axes():
    axes = trace_plot.draw(TRACE).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_what_is_published_stands_beside(tmp_path):
    triggers = trace_plot.draw(TRACE).axes[1]
    assert [list(line.get_ydata()) for line in triggers.lines] == [[50, 50], [20, 80]]


@pytest.mark.parametrize("changes", [
    {"durations_s": []},
    {"popularity": [], "minute_calls": [0.0] * 1440, "calls": 0},
    {"days": 7, "minute_calls": [2.0] * 1440 * 7},
    {"trace": "$x_$" * 40},
], ids=["no durations", "no calls", "a week", "a long name"])
def test_unusual_traces_are_drawn(tmp_path, changes):
    out = tmp_path / "t.svg"
    assert trace_plot.main([str(written(tmp_path / "t.json", **changes)), "--out", str(out)]) == 0
    assert out.read_text().startswith("<?xml")


@pytest.mark.parametrize("arguments, message", [
    (["none.json", "--out", "x.png"], "none.json: No such file or directory"),
    (["TRACE", "--out", "x.gif"], "--out: expected a name that ends in .png, .svg or .pdf, got \"x.gif\""),
    (["OTHER", "--out", "x.png"], "expected JSON of faasconf trace inspect"),
])
def test_misuse_is_one_line_and_exit_code_2(tmp_path, capsys, arguments, message):
    other = tmp_path / "other.json"
    other.write_text("[1]")
    places = {"TRACE": str(written(tmp_path / "t.json")), "OTHER": str(other)}
    assert trace_plot.main([places.get(argument, argument) for argument in arguments]) == 2
    assert message in capsys.readouterr().err
