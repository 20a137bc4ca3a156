"""Figures of a calibration, and black boxes beside it: linear regression, random forest and gradient boosting, which
are fitted to the very rows that the calibration was fitted to, and judged on those that both have never seen.

    faasconf calibrate ... --predictions rows.csv --plot rows.png
    python3 -m faasconf.calibration rows.csv --out rows.png
    python3 -m faasconf.calibration rows.csv --baselines

Black boxes need scikit-learn (python3-sklearn); without it the figure remains.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from faasconf import command
from faasconf._error import Error
from faasconf.plot import COLOURS, DPI, QUIET, style, write_figure

COLUMNS = ["line", "held_out", "target", "measured", "predicted", "low", "high", "users", "rate_per_s"]
RESAMPLES = 2000
SEED = 1


@dataclass(frozen=True)
class Target:
    """The rows of one target, those without a prediction left out.

    Attributes
    ----------
    name : str
        ``latency_mean_s`` or ``latency_p75_s of rgb``; latencies in seconds.
    held_out : ndarray of bool, shape (n,)
    measured, predicted, low, high : ndarray of float64, shape (n,)
    knobs : ndarray of float64, shape (n, k)
        Load and knobs of the row, in the order of ``names``.
    names : list of str, length k
    """

    name: str
    held_out: np.ndarray
    measured: np.ndarray
    predicted: np.ndarray
    low: np.ndarray
    high: np.ndarray
    knobs: np.ndarray
    names: list[str]


def read(path: Path) -> list[Target]:
    """Read what ``faasconf calibrate --predictions`` wrote, one :class:`Target` for each target, in its order."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(line for line in file if not line.startswith("#"))
        header = reader.fieldnames or []
        if header[:len(COLUMNS)] != COLUMNS:
            raise Error(f"{path}: expected a table that faasconf calibrate --predictions wrote, got another")
        rows = [row for row in reader if row["predicted"]]
    names = [*COLUMNS[-2:], *header[len(COLUMNS):]]
    targets = []
    for name in dict.fromkeys(row["target"] for row in rows):
        mine = [row for row in rows if row["target"] == name]
        column = {key: np.array([float(row[key]) for row in mine]) for key in COLUMNS if key != "target"}
        targets.append(Target(name=name, held_out=column["held_out"] == 1, measured=column["measured"],
                              predicted=column["predicted"], low=column["low"], high=column["high"],
                              knobs=np.array([[float(row[key]) for key in names] for row in mine]), names=names))
    if not targets:
        raise Error(f"{path}: expected rows with predictions, got none")
    return targets


def r2(measured: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the variance that a prediction explains: 1 - residual / total sum of squares."""
    total = np.sum((measured - measured.mean()) ** 2)
    return float(1 - np.sum((predicted - measured) ** 2) / total) if total > 0 else 0.0


def mape(measured: np.ndarray, predicted: np.ndarray) -> float:
    """Mean absolute relative error over the rows that were not measured as 0."""
    known = measured != 0
    return float(np.mean(np.abs(predicted[known] / measured[known] - 1)))


def black_boxes(target: Target) -> dict[str, np.ndarray]:
    """Predict the held-out rows from the knobs alone.

    Returns
    -------
    dict of str to ndarray of float64
        Predictions by method, in the order of the held-out rows; empty without scikit-learn.
    """
    try:
        from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
        from sklearn.linear_model import LinearRegression
    except ImportError:
        return {}
    methods = {
        "linear": LinearRegression(),
        "random forest": RandomForestRegressor(n_estimators=300, min_samples_leaf=2, random_state=SEED),
        "gradient boosting": GradientBoostingRegressor(n_estimators=400, learning_rate=0.05, max_depth=4,
                                                       subsample=0.6, max_features=0.5, random_state=SEED),
    }
    training = ~target.held_out
    return {name: method.fit(target.knobs[training], target.measured[training]).predict(target.knobs[target.held_out])
            for name, method in methods.items()}


def difference(measured: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """R2 of the first less that of the second, with the ends of its 95 % interval: both on the same resampled rows."""
    rng = np.random.default_rng(SEED)
    rows = rng.integers(len(measured), size=(RESAMPLES, len(measured)))
    found = [r2(measured[row], first[row]) - r2(measured[row], second[row]) for row in rows]
    low, high = np.quantile(found, [0.025, 0.975])
    return r2(measured, first) - r2(measured, second), float(low), float(high)


def table(targets: Sequence[Target]) -> str:
    """Held-out rows: R2 and MAPE of the calibration and of black boxes, and how sure their difference is."""
    lines = [f"{'held-out rows':26} {'method':18} {'R2':>6} {'MAPE [%]':>9}  R2 of the calibration less its own (95 %)"]
    for target in targets:
        measured, ours = target.measured[target.held_out], target.predicted[target.held_out]
        if len(measured) < 2:
            continue
        lines.append(f"{target.name:26} {'calibration':18} {r2(measured, ours):6.3f} {100 * mape(measured, ours):9.1f}")
        for name, theirs in black_boxes(target).items():
            mean, low, high = difference(measured, ours, theirs)
            lines.append(f"{'':26} {name:18} {r2(measured, theirs):6.3f} {100 * mape(measured, theirs):9.1f}  "
                         f"{mean:+.3f} ({low:+.3f} to {high:+.3f})")
    return "\n".join(lines)


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0, ties in the order of the rows."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(float)


def worst_knob(target: Target) -> int:
    """The knob that the residuals depend on most, by the correlation of ranks."""
    residual = ranks(target.measured - target.predicted)
    found = [abs(np.corrcoef(residual, ranks(knob))[0, 1]) if np.ptp(knob) > 0 else 0.0 for knob in target.knobs.T]
    return int(np.argmax(found))


def draw(targets: Sequence[Target]) -> Figure:
    """Draw for each target what was measured against what is predicted, and below the residuals against the knob that
    they depend on most."""
    columns = len(targets)
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(3.2 * columns, 6.4), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(2, columns, squeeze=False)
        for (upper, lower), target in zip(axes.T, targets):
            draw_agreement(upper, target)
            draw_residuals(lower, target)
        axes[0][0].legend(frameon=False, fontsize="small")
    return figure


def draw_agreement(axes: Axes, target: Target) -> None:
    """Measured over predicted, with the intervals of the held-out rows."""
    held, training = target.held_out, ~target.held_out
    axes.plot(target.predicted[training], target.measured[training], ".", ms=2.5, color=QUIET, label="training")
    axes.vlines(target.predicted[held], target.low[held], target.high[held],
                color=COLOURS[0], lw=0.4, alpha=0.3)
    axes.plot(target.predicted[held], target.measured[held], ".", ms=3, color=COLOURS[0], label="held out")
    ends = [min(target.predicted.min(), target.measured.min()), max(target.predicted.max(), target.measured.max())]
    axes.plot(ends, ends, "-", lw=0.8, color=COLOURS[1])
    rows = held if held.sum() > 1 else training
    axes.set_title(f"{target.name}\nR² {r2(target.measured[rows], target.predicted[rows]):.3f}", fontsize="small")
    axes.set_xlabel("predicted")
    axes.set_ylabel("measured")


def draw_residuals(axes: Axes, target: Target) -> None:
    """Measured less predicted over the knob that it depends on most."""
    knob = worst_knob(target)
    axes.plot(target.knobs[:, knob], target.measured - target.predicted, ".", ms=2.5, color=QUIET)
    axes.axhline(0, lw=0.8, color=COLOURS[1])
    axes.set_xlabel(target.names[knob])
    axes.set_ylabel("measured - predicted")


def act(options: command.Options) -> None:
    if options.out is None and not options.baselines:
        raise Error("expected --out, --baselines or both, got neither")
    targets = read(options.predictions)
    if options.out is not None:
        write_figure(str(options.out), options.predictions, lambda: draw(targets))
    if options.baselines:
        print(table(targets))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.Parser("faasconf.calibration", "Figures of a calibration, and black boxes beside it.",
                            example="python3 -m faasconf.calibration rows.csv --out rows.png")
    parser.add_argument("predictions", type=Path, help="what faasconf calibrate --predictions wrote")
    parser.add_argument("--out", type=Path, help="the figure; its ending decides: .png, .svg or .pdf")
    parser.add_argument("--baselines", action="store_true", help="print how well black boxes do on the same rows")
    return command.run(parser, arguments, act)


if __name__ == "__main__":
    raise SystemExit(main())
