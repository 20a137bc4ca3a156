"""A figure of an evaluation: price against QoS, and both load by load.

    faasconf evaluate parallel --config a.yaml --config b.yaml --out eval.h5 --plot eval.png
    python3 -m faasconf.evaluation_plot eval.h5 --out eval.png
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from faasconf import command
from faasconf._error import Error
from faasconf.plot import COLOURS, DPI, QUIET, add_figure_option, shorten, style, write_figure

FORMAT = "faasconf-evaluation"
NEWEST_FORMAT_VERSION = 1
SIZE_PX = (1600, 1200)
LEGEND_COLUMNS = 3
LEGEND_ROW = 0.022  # of the figure's height
PROMISED = 0.95  # share of windows


@dataclass(frozen=True)
class Evaluation:
    """What ``faasconf evaluate --out`` wrote.

    Attributes
    ----------
    workflow : str
    policies, knows, protocols, loads, criteria : list of str
    scores : ndarray of float64, shape (policies, loads, seeds, criteria)
        NaN where a run has no value.
    summary : dict of str to ndarray of float64, shape (policies, criteria)
        ``mean``, ``low``, ``high``, ``difference``, ``difference_low``, ``difference_high`` and the others of the file.
    """

    workflow: str
    policies: list[str]
    knows: list[str]
    protocols: list[str]
    loads: list[str]
    criteria: list[str]
    scores: np.ndarray
    summary: dict[str, np.ndarray]

    def of(self, criterion: str) -> int:
        return self.criteria.index(criterion)


def read(path: Path) -> Evaluation:
    """Read an evaluation; raises Error where it is none."""
    if not path.exists():
        raise Error(f"{path}: No such file or directory")
    try:
        with h5py.File(path) as file:
            found = _text(file.attrs.get("format", b""))
            if found != FORMAT:
                raise Error(f"{path}: expected an evaluation, format \"{FORMAT}\", got \"{found}\"")
            version = int(file.attrs["format_version"])
            if version > NEWEST_FORMAT_VERSION:
                raise Error(f"{path}: format version {version}, but this faasconf reads up to {NEWEST_FORMAT_VERSION}")
            return _whole(file)
    except (OSError, KeyError, ValueError) as error:
        raise Error(f"{path}: expected a whole evaluation, got a damaged or another file: {error}") from error


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _whole(file: h5py.File) -> Evaluation:
    names = {key: [_text(name) for name in file[f"run/{key}"]]
             for key in ("policies", "knows", "protocols", "loads", "criteria")}
    shape = (len(names["policies"]), len(names["loads"]), int(file.attrs["seeds"]))
    scores = np.stack([file[f"runs/{criterion}"][:].reshape(shape) for criterion in names["criteria"]], axis=-1)
    summary = {key: file[f"summary/{key}"][:].reshape(len(names["policies"]), len(names["criteria"]))
               for key in file["summary"] if key not in ("policy", "criterion")}
    return Evaluation(workflow=_text(file.attrs["workflow"]), scores=scores, summary=summary, **names)


def draw(evaluation: Evaluation) -> Figure:
    """Draw an evaluation, 1600 x 1200 pixels: the mean over loads above, load by load below."""
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(SIZE_PX[0] / DPI, SIZE_PX[1] / DPI), dpi=DPI)
        FigureCanvasAgg(figure)
        top = 0.88 - LEGEND_ROW * (1 + (len(evaluation.policies) - 1) // LEGEND_COLUMNS)
        grid = figure.add_gridspec(2, 2, left=0.07, right=0.985, top=top, bottom=0.06, hspace=0.38, wspace=0.22)
        draw_price_and_qos(figure.add_subplot(grid[0, 0]), evaluation, "qos", "Published QoS and price")
        draw_price_and_qos(figure.add_subplot(grid[0, 1]), evaluation, "qos_strict", "Strict QoS and price")
        draw_by_load(figure.add_subplot(grid[1, 0]), evaluation, "qos_strict", "Windows that met strict QoS, by load")
        draw_by_load(figure.add_subplot(grid[1, 1]), evaluation, "price", "Price, by load")
        head(figure, evaluation)
    return figure


def colour(policy: int) -> str:
    return COLOURS[policy % len(COLOURS)]


def marker(policy: int) -> str:
    return "osD^v"[policy // len(COLOURS) % 5]


def head(figure: Figure, evaluation: Evaluation) -> None:
    loads, seeds = evaluation.scores.shape[1:3]
    figure.text(0.07, 0.977, f"Evaluation of {len(evaluation.policies)} policies on {evaluation.workflow}", fontsize=15,
                fontweight="bold", va="top")
    figure.text(0.07, 0.938, f"{loads} loads, {seeds} seeds each; bars: 95 % intervals (bootstrap over seeds)",
                color=QUIET, va="top", fontsize=9)
    labels = [f"{shorten(name, 24)} (knows {knows}; {protocol})" for name, knows, protocol
              in zip(evaluation.policies, evaluation.knows, evaluation.protocols)]
    handles = [matplotlib.lines.Line2D([], [], color=colour(i), marker=marker(i), linestyle="none", label=label)
               for i, label in enumerate(labels)]
    figure.legend(handles=handles, frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(0.06, 0.925),
                  ncol=LEGEND_COLUMNS)


def percent(value: float, _: object = None) -> str:
    return f"{100 * value:g} %"


def draw_price_and_qos(axes: Axes, evaluation: Evaluation, qos: str, title: str) -> None:
    axes.set_title(title)
    price, met = evaluation.of("price"), evaluation.of(qos)
    summary = evaluation.summary
    for policy in range(len(evaluation.policies)):
        centre = [summary["mean"][policy, criterion] for criterion in (price, met)]
        bars = [[[summary["mean"][policy, criterion] - summary["low"][policy, criterion]],
                 [summary["high"][policy, criterion] - summary["mean"][policy, criterion]]]
                for criterion in (price, met)]
        if np.isnan(centre).any():
            continue
        axes.errorbar(*centre, xerr=bars[0], yerr=bars[1], color=colour(policy), marker=marker(policy), markersize=7,
                      elinewidth=1.4)
    axes.axhline(PROMISED, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_ylim(-0.03, 1.03)
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    axes.set_xlabel("Price (the paper's)")


def draw_by_load(axes: Axes, evaluation: Evaluation, criterion: str, title: str) -> None:
    axes.set_title(title)
    places = np.arange(len(evaluation.loads))
    policies = len(evaluation.policies)
    for policy in range(policies):
        runs = evaluation.scores[policy, :, :, evaluation.of(criterion)]
        beside = places + 0.5 * ((policy + 0.5) / policies - 0.5)
        axes.plot(np.repeat(beside, runs.shape[1]), runs.ravel(), ".", color=colour(policy), alpha=0.35, markersize=5,
                  markeredgewidth=0)
        known = ~np.isnan(runs).all(axis=1)
        axes.plot(beside[known], np.nanmean(runs[known], axis=1), marker(policy), color=colour(policy), markersize=6)
    axes.set_xticks(places, [shorten(load, 14) for load in evaluation.loads], fontsize=9)
    if criterion.startswith("qos"):
        axes.axhline(PROMISED, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_ylim(-0.03, 1.03)
        axes.yaxis.set_major_formatter(FuncFormatter(percent))
    else:
        axes.set_ylim(bottom=0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.Parser("faasconf.evaluation_plot", "Draw what faasconf evaluate found.",
                            example="python3 -m faasconf.evaluation_plot eval.h5 --out eval.png")
    parser.add_argument("evaluation", help="file that faasconf evaluate --out writes")
    add_figure_option(parser)
    return command.run(parser, arguments, _plot)


def _plot(options: command.Options) -> None:
    write_figure(options.out, lambda: draw(read(Path(options.evaluation))))


if __name__ == "__main__":
    raise SystemExit(main())
