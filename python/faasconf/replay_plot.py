"""A figure of a replay: cold starts by function and popularity, memory, latencies.

    faasconf trace replay trace.h5 --out functions.csv --plot replay.png

The program writes a row a function as CSV and runs

    python3 -m faasconf.replay_plot functions.csv --out replay.png
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from faasconf import command
from faasconf._error import Error
from faasconf.plot import COLOURS, INK, QUIET, add_figure_option, shorten, style, write_figure
from faasconf.trace_plot import four_panels, with_unit

NAMES = ["owner", "app", "function", "trigger"]  # before the columns of numbers
MEMORY = (("busy_mib_s", "busy", COLOURS[2]), ("start_up_mib_s", "starting", COLOURS[5]),
          ("idle_mib_s", "idle: wasted", COLOURS[1]))

Columns = dict[str, np.ndarray]


def draw(functions: Columns, settings: str = "") -> Figure:
    """Draw a replay.

    Parameters
    ----------
    functions : dict of float64 arrays, one value per function
        Columns of what ``faasconf trace replay --out`` wrote, NaN where a function has no value.
    settings : str
        How it was replayed, for the figure's head.

    Returns
    -------
    Figure
        1600 x 1100 pixels.
    """
    with matplotlib.rc_context(style()):
        figure, panels = four_panels()
        draw_cold_shares(panels[0], functions)
        draw_cold_by_popularity(panels[1], functions)
        draw_memory(panels[2], functions)
        draw_latencies(panels[3], functions)
        head(figure, functions, settings)
    return figure


def head(figure: Figure, functions: Columns, settings: str) -> None:
    calls, denied, cold = (float(np.nansum(functions[name])) for name in ("calls", "denied", "cold"))
    served = calls - denied
    title = f"Replay of {len(functions['calls']):,} functions: {with_unit(float(f'{calls:.3g}'))} calls"
    if served > 0:
        title += f", {100 * cold / served:.3g} % cold"
    if denied > 0:
        title += f", {100 * denied / calls:.3g} % denied"
    figure.text(0.065, 0.977, title, fontsize=15, fontweight="bold", va="top")
    figure.text(0.065, 0.938, shorten(settings, 180), color=QUIET, va="top", fontsize=9)


def percent(value: float, _: object = None) -> str:
    return f"{value:g} %"


def nothing(axes: Axes, text: str) -> None:
    axes.annotate(text, (0.5, 0.5), xycoords="axes fraction", ha="center", color=QUIET)
    axes.set_xticks([])
    axes.set_yticks([])


def draw_cold_shares(axes: Axes, functions: Columns) -> None:
    axes.set_title("Cold starts (share of functions that have at most)")
    shares = np.sort(functions["cold_share"][~np.isnan(functions["cold_share"])])
    if not len(shares):
        nothing(axes, "no call was served")
        return
    axes.step(100 * shares, np.arange(1, len(shares) + 1) / len(shares), where="post", color=COLOURS[0], linewidth=1.8)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(percent))
    axes.set_xlabel("Cold starts of a function's calls")


def draw_cold_by_popularity(axes: Axes, functions: Columns) -> None:
    axes.set_title("Cold starts by popularity (a dot a function)")
    served = ~np.isnan(functions["cold_share"])
    if not served.any():
        nothing(axes, "no call was served")
        return
    axes.set_xscale("log")
    axes.plot(functions["calls"][served], 100 * functions["cold_share"][served], ".", color=COLOURS[0], alpha=0.4,
              markersize=6, markeredgewidth=0, rasterized=True)
    axes.set_ylim(-2, 102)
    axes.xaxis.set_major_formatter(FuncFormatter(with_unit))
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    axes.set_xlabel("Calls of the function")


def draw_memory(axes: Axes, functions: Columns) -> None:
    axes.set_title("Memory loaded (GiB h)")
    values = [float(np.nansum(functions[column])) / 1024 / 3600 for column, _, _ in MEMORY]
    names = [name for _, name, _ in MEMORY]
    axes.bar(names, values, color=[colour for _, _, colour in MEMORY], width=0.6)
    total = sum(values)
    for place, value in enumerate(values):
        axes.annotate(f"{100 * value / total if total > 0 else 0:.3g} %", (place, value), (0, 3),
                      textcoords="offset points", ha="center", color=INK)
    axes.set_ylim(0, 1.1 * max(values) if total > 0 else 1)
    axes.yaxis.set_major_formatter(FuncFormatter(with_unit))


def draw_latencies(axes: Axes, functions: Columns) -> None:
    axes.set_title("Latencies (share of functions whose mean, p50, p99 is at most)")
    axes.set_xlabel("Latency (s)")
    drawn = False
    for place, (column, name) in enumerate((("latency_p50_s", "p50"), ("latency_mean_s", "mean"),
                                            ("latency_p99_s", "p99"))):
        values = functions[column]
        values = np.sort(values[~np.isnan(values)])
        if not len(values):
            continue
        drawn = True
        shares = np.arange(1, len(values) + 1) / len(values)
        shown = values > 0  # a logarithm has no place for 0
        axes.step(values[shown], shares[shown], where="post", color=COLOURS[place], linewidth=1.6, label=name)
    if not drawn:
        nothing(axes, "no call was served")
        return
    axes.set_xscale("log")
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.legend(frameon=False, fontsize=9.5, loc="upper left")


def read(path: Path) -> tuple[Columns, str]:
    """Read what ``faasconf trace replay --out`` wrote: the columns, and how it was replayed."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Error(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    origin = " ".join(line for line in lines if line.startswith("#"))
    table = csv.DictReader(line for line in lines if not line.startswith("#"))
    rows, header = list(table), list(table.fieldnames or [])
    if not rows or header[:len(NAMES)] != NAMES:
        raise Error(f"{path}: expected CSV of faasconf trace replay --out, got something else")
    try:
        columns = {name: np.array([float(row[name] or "nan") for row in rows]) for name in header[len(NAMES):]}
    except (TypeError, ValueError) as error:
        raise Error(f"{path}: expected numbers, got something else: {error}") from error
    return columns, origin.partition("; replayed: ")[2]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.Parser("faasconf.replay_plot", "Draw what faasconf trace replay found.",
                            example="faasconf trace replay trace.h5 --plot replay.png")
    parser.add_argument("functions", help="CSV that faasconf trace replay --out writes")
    add_figure_option(parser)
    return command.run(parser, arguments, _plot)


def _plot(options: command.Options) -> None:
    write_figure(options.out, options.functions, lambda: _draw_file(Path(options.functions)))


def _draw_file(path: Path) -> Figure:
    functions, settings = read(path)
    try:
        return draw(functions, settings)
    except KeyError as missing:
        raise Error(f"{path}: expected a column {missing}, got {', '.join(functions)}") from missing


if __name__ == "__main__":
    raise SystemExit(main())
