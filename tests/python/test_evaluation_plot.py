import subprocess
import sys

import h5py
import matplotlib.image
import numpy as np
import pytest

from faasconf import evaluation, evaluation_plot

CRITERIA = ["price", "cost_window_usd", "cost_execution_usd", "qos", "qos_strict", "latency_mean_s", "latency_p95_s",
            "success_ratio"]


def written(path, *, policies=2, loads=2, seeds=3, form="faasconf-evaluation", version=1, absent=False):
    """As `faasconf evaluate --out` writes it; the score of a run is its number, of a share a third of that."""
    with h5py.File(path, "w") as file:
        file.attrs.update({"format": form, "format_version": np.uint64(version), "workflow": "made up",
                           "seeds": np.uint64(seeds)})
        run = file.create_group("run")
        for key, values in {"policies": [f"policy {i}" for i in range(policies)], "knows": ["none"] * policies,
                            "protocols": ["redeploy"] * policies, "loads": [f"{10 * i} users" for i in range(loads)],
                            "criteria": CRITERIA}.items():
            run[key] = np.array(values, dtype="S20")
        scores = np.arange(policies * loads * seeds, dtype=float)
        for criterion in CRITERIA:
            file[f"runs/{criterion}"] = scores / len(scores) if criterion.startswith("qos") else scores
        if absent:
            file["runs/qos_strict"][...] = np.nan
        for key in ("mean", "low", "high", "difference"):
            file[f"summary/{key}"] = np.full(policies * len(CRITERIA), np.nan if absent else 0.5)
    return path


def test_the_figure_is_a_png_of_the_promised_size_and_not_blank(tmp_path):
    out = tmp_path / "e.png"
    done = subprocess.run([sys.executable, "-m", "faasconf.evaluation_plot", str(written(tmp_path / "e.h5")), "--out",
                           str(out)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pixels = matplotlib.image.imread(out)
    assert pixels.shape[:2] == (1200, 1600)
    for part in np.array_split(pixels[:, :, :3], 2):
        assert 0.002 < np.mean(part.min(axis=2) < 0.9) < 0.5


def test_what_is_drawn_is_what_was_written(tmp_path):
    made = evaluation.load(written(tmp_path / "e.h5"))
    assert made.scores.shape == (2, 2, 3, len(CRITERIA))
    price_by_load = evaluation_plot.draw(made).axes[3]
    runs, mean = price_by_load.lines[0], price_by_load.lines[1]
    assert list(runs.get_ydata()) == [0, 1, 2, 3, 4, 5]
    assert list(mean.get_ydata()) == [1, 4]


@pytest.mark.parametrize("size", [{"policies": 1, "loads": 1, "seeds": 2}, {"policies": 20}, {"absent": True}],
                         ids=["one", "many", "absent"])
def test_unusual_evaluations_are_drawn(tmp_path, size):
    out = tmp_path / "e.svg"
    assert evaluation_plot.main([str(written(tmp_path / "e.h5", **size)), "--out", str(out)]) == 0
    assert out.read_text().startswith("<?xml")


@pytest.mark.parametrize("arguments, message", [
    (["none.h5", "--out", "x.png"], "none.h5: no such file"),
    (["GOOD", "--out", "x.gif"], "--out: expected a name that ends in .png, .svg or .pdf, got \"x.gif\""),
    (["OTHER", "--out", "x.png"], "expected an evaluation, format \"faasconf-evaluation\", got \"faasconf-result\""),
    (["NEWER", "--out", "x.png"], "format version 2"),
    (["TEXT", "--out", "x.png"], "damaged or another file"),
])
def test_misuse_is_one_line_and_exit_code_2(tmp_path, capsys, arguments, message):
    text = tmp_path / "t.h5"
    text.write_text("no HDF5")
    places = {"GOOD": written(tmp_path / "g.h5"), "OTHER": written(tmp_path / "o.h5", form="faasconf-result"),
              "NEWER": written(tmp_path / "n.h5", version=2), "TEXT": text}
    assert evaluation_plot.main([str(places.get(argument, argument)) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
