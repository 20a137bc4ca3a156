import csv
import subprocess
import sys

import matplotlib.image
import numpy as np
import pytest

from faasconf import calibration

HEADER = [*calibration.COLUMNS, "f.cpu", "f.replicas"]


def written(path, rows=120):
    """Measured: a curve of the CPU limit and noise; predicted: the curve."""
    rng = np.random.default_rng(3)
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for line in range(rows):
            cpu, replicas = rng.uniform(300, 2000), rng.integers(1, 5)
            curve = 5000 / cpu
            measured = curve + rng.normal(0, 0.5)
            table.writerow([line + 2, int(line % 3 == 0), "latency_mean", measured, curve, curve - 0.8, curve + 0.8, 10,
                            0, cpu, replicas])
            table.writerow([line + 2, int(line % 3 == 0), "p75 of f", measured, "", "", "", 10, 0, cpu, replicas])
    return path


def test_reads_the_targets_that_have_predictions(tmp_path):
    targets = calibration.read(written(tmp_path / "rows.csv"))
    assert [target.name for target in targets] == ["latency_mean"]
    assert targets[0].names == ["users", "rate_per_s", "f.cpu", "f.replicas"]
    assert (targets[0].knobs.shape, targets[0].held_out.sum()) == ((120, 4), 40)


def test_r2_and_mape_are_what_hands_find():
    measured, predicted = np.array([1.0, 2, 3, 4]), np.array([1.5, 1.5, 3, 5])
    assert calibration.r2(measured, predicted) == pytest.approx(1 - 1.5 / 5)
    assert calibration.mape(measured, predicted) == pytest.approx(0.25)


def test_the_difference_of_a_model_with_itself_is_nothing():
    measured = np.arange(10.0)
    assert calibration.difference(measured, measured + 1, measured + 1) == (0, 0, 0)
    mean, low, high = calibration.difference(measured, measured, measured + np.tile([1.0, -1, 0, 2, 0], 2))
    assert 0 < low < mean < high


def test_black_boxes_learn_the_training_rows_only(tmp_path):
    pytest.importorskip("sklearn")
    target = calibration.read(written(tmp_path / "rows.csv"))[0]
    found = calibration.black_boxes(target)
    assert set(found) == {"linear", "random forest", "gradient boosting"}
    assert calibration.r2(target.measured[target.held_out], found["gradient boosting"]) > 0.8
    # what is held out is not looked at
    spoilt = calibration.Target(**{**vars(target), "measured": np.where(target.held_out, 1e6, target.measured)})
    np.testing.assert_array_equal(calibration.black_boxes(spoilt)["linear"], found["linear"])


def test_prints_a_table_and_draws_a_figure(tmp_path):
    rows, out = written(tmp_path / "rows.csv"), tmp_path / "rows.png"
    done = subprocess.run([sys.executable, "-m", "faasconf.calibration", str(rows), "--out", str(out), "--baselines"],
                          capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "calibration" in done.stdout and "latency_mean" in done.stdout
    pixels = matplotlib.image.imread(out)
    assert 0.005 < np.mean(pixels[:, :, :3].min(axis=2) < 0.9) < 0.5


def test_misuse_is_one_line(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for arguments in (["other.csv", "--baselines"], ["other.csv"]):
        done = subprocess.run([sys.executable, "-m", "faasconf.calibration", *arguments], cwd=tmp_path,
                              capture_output=True, text=True)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
