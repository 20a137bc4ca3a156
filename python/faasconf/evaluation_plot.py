"""A figure of an evaluation: price against QoS, and both load by load.

    faasconf evaluate parallel --config a.yaml --config b.yaml --out eval.h5 --plot eval.png
    python3 -m faasconf.evaluation_plot eval.h5 --out eval.png
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from faasconf import command
from faasconf.evaluation import Evaluation, load
from faasconf.plot import COLOURS, DPI, QUIET, add_figure_option, shorten, style, write_figure

SIZE_PX = (1600, 1200)
LEGEND_COLUMNS = 3
LEGEND_ROW = 0.022  # of the figure's height
PROMISED = 0.95  # share of periods
TITLES = {"periods_kept": "Periods that kept the promise", "served_share": "Requests served in time",
          "qos_strict": "Windows that met strict QoS", "qos": "Windows that met published QoS"}


def draw(evaluation: Evaluation) -> Figure:
    """Draw an evaluation, 1600 x 1200 pixels: the mean over loads above, load by load below."""
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(SIZE_PX[0] / DPI, SIZE_PX[1] / DPI), dpi=DPI)
        FigureCanvasAgg(figure)
        top = 0.88 - LEGEND_ROW * (1 + (len(evaluation.policies) - 1) // LEGEND_COLUMNS)
        grid = figure.add_gridspec(2, 2, left=0.07, right=0.985, top=top, bottom=0.06, hspace=0.38, wspace=0.22)
        kept, served = promise_criteria(evaluation)
        draw_price_and_promise(figure.add_subplot(grid[0, 0]), evaluation, kept)
        draw_price_and_promise(figure.add_subplot(grid[0, 1]), evaluation, served)
        draw_by_load(figure.add_subplot(grid[1, 0]), evaluation, kept, f"{TITLES[kept]}, by load")
        draw_by_load(figure.add_subplot(grid[1, 1]), evaluation, "price", "Price, by load")
        head(figure, evaluation)
    return figure


def promise_criteria(evaluation: Evaluation) -> tuple[str, str]:
    """What says how a promise was kept, in files of today and of before."""
    return ("periods_kept", "served_share") if "periods_kept" in evaluation.criteria else ("qos_strict", "qos")


def colour(policy: int) -> str:
    return COLOURS[policy % len(COLOURS)]


def marker(policy: int) -> str:
    """Another one for the next policy, so that nobody needs the colours."""
    return "osD^vPX"[policy % 7]


def finding(evaluation: Evaluation) -> str:
    """The sentence above the figure."""
    if "periods_kept" not in evaluation.criteria:
        return f"Evaluation of {len(evaluation.policies)} policies on {evaluation.workflow}"
    lowest = evaluation.summary["lowest"][:, evaluation.of("periods_kept")]
    prices = evaluation.summary["mean"][:, evaluation.of("price")]
    kept = [policy for policy in range(len(evaluation.policies)) if lowest[policy] >= PROMISED]
    if not kept:
        return f"{evaluation.workflow}: no policy is shown to keep the promise at every load"
    best = min(kept, key=lambda policy: prices[policy])
    return (f"{evaluation.workflow}: {shorten(evaluation.policies[best], 40)} keeps the promise at every load at the "
            f"lowest price, {prices[best]:.3g}")


def head(figure: Figure, evaluation: Evaluation) -> None:
    loads, seeds = evaluation.scores.shape[1:3]
    figure.text(0.07, 0.977, finding(evaluation), fontsize=15, fontweight="bold", va="top")
    figure.text(0.07, 0.938, f"{loads} loads, {seeds} seeds each; bars: 95 % intervals (bootstrap over seeds)",
                color=QUIET, va="top", fontsize=9)
    labels = [f"{shorten(name, 24)} (load: {knows}; {protocol})" for name, knows, protocol
              in zip(evaluation.policies, evaluation.knows, evaluation.protocols)]
    handles = [matplotlib.lines.Line2D([], [], color=colour(i), marker=marker(i), linestyle="none", label=label)
               for i, label in enumerate(labels)]
    figure.legend(handles=handles, frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(0.06, 0.925),
                  ncol=LEGEND_COLUMNS)


def percent(value: float, _: object = None) -> str:
    return f"{100 * value:g} %"


def draw_price_and_promise(axes: Axes, evaluation: Evaluation, kept: str) -> None:
    axes.set_title(f"{TITLES[kept]}, and price")
    price, met = evaluation.of("price"), evaluation.of(kept)
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
    axes.set_xlabel("Price (the paper's unit)")


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
    if criterion in TITLES:
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
    write_figure(options.out, options.evaluation, lambda: draw(load(Path(options.evaluation))))


if __name__ == "__main__":
    raise SystemExit(main())
