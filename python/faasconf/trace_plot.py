"""A figure of a trace: popularity, triggers, durations, load over the day.

    faasconf trace inspect trace.h5 --plot trace.png

The program writes what the figure shows as JSON and runs

    python3 -m faasconf.trace_plot trace.json --out trace.png
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from faasconf import command
from faasconf._error import Error
from faasconf.plot import COLOURS, DPI, INK, QUIET, add_figure_option, shorten, style, write_figure

SIZE_PX = (1600, 1100)
MINUTES_PER_DAY = 1440
HERE, PUBLISHED = COLOURS[0], COLOURS[1]


def draw(trace: Mapping[str, Any]) -> Figure:
    """Draw a trace.

    Parameters
    ----------
    trace : mapping
        What ``faasconf trace inspect`` found: ``popularity`` ([rank, calls a day]), ``function_shares`` and
        ``call_shares`` by ``triggers``, ``durations_s`` ([probability, seconds]), ``minute_calls``, and the published
        values beside them.

    Returns
    -------
    Figure
        1600 x 1100 pixels.
    """
    with matplotlib.rc_context(style()):
        figure, panels = four_panels()
        draw_popularity(panels[0], trace)
        draw_triggers(panels[1], trace)
        draw_durations(panels[2], trace)
        draw_load(panels[3], trace)
        head(figure, trace)
    return figure


def four_panels() -> tuple[Figure, list[Axes]]:
    """A figure of 1600 x 1100 pixels with room for a head, and its panels row by row."""
    figure = Figure(figsize=(SIZE_PX[0] / DPI, SIZE_PX[1] / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 2, left=0.065, right=0.985, top=0.87, bottom=0.075, hspace=0.38, wspace=0.18)
    return figure, [figure.add_subplot(grid[row, column]) for row in range(2) for column in range(2)]


def head(figure: Figure, trace: Mapping[str, Any]) -> None:
    days = int(trace["days"])
    calls = with_unit(float(f"{float(trace['calls']):.3g}"))
    figure.text(0.065, 0.977, f"Trace \"{shorten(Path(trace['trace']).name, 60)}\": {int(trace['functions']):,} "
                f"functions, {calls} calls in {days} day{'s' if days != 1 else ''}", fontsize=15, fontweight="bold",
                va="top")
    figure.text(0.065, 0.938, "Published: the Azure Functions 2019 data set, Shahrad et al., USENIX ATC 2020.",
                color=QUIET, va="top")


def draw_popularity(axes: Axes, trace: Mapping[str, Any]) -> None:
    axes.set_title("Popularity (calls a day by rank of the function)")
    points = np.array(trace["popularity"], dtype=float).reshape(-1, 2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.plot(points[:, 0], points[:, 1], color=HERE, linewidth=1.8)
    for calls, name in ((MINUTES_PER_DAY, "1 a minute"), (24, "1 an hour"), (1, "1 a day")):
        if len(points) and points[-1, 1] < calls < points[0, 1]:
            axes.axhline(calls, color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
            axes.annotate(name, (0, calls), (4, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                          fontsize=9, color=QUIET)
    axes.set_xlabel("Rank")


def draw_triggers(axes: Axes, trace: Mapping[str, Any]) -> None:
    """Bars of the trace, beside each a dot where it was published."""
    axes.set_title("Triggers (shares of functions and of calls)")
    places = np.arange(len(trace["triggers"]))
    for offset, key, colour, name in ((-0.19, "function_shares", COLOURS[0], "functions"),
                                      (0.19, "call_shares", COLOURS[2], "calls")):
        axes.bar(places + offset, 100 * np.array(trace[key]), width=0.36, color=colour, label=name)
        axes.plot(places + offset, 100 * np.array(trace[f"published_{key}"]), "o", color=INK, markersize=5,
                  markerfacecolor="white", label="published" if key == "call_shares" else None)
    axes.set_xticks(places, trace["triggers"])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.legend(frameon=False, fontsize=9.5, loc="upper right")


def draw_durations(axes: Axes, trace: Mapping[str, Any]) -> None:
    axes.set_title("Durations (share of functions whose mean is at most)")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("Mean duration (s)")
    points = np.array(trace["durations_s"], dtype=float).reshape(-1, 2)
    points = points[points[:, 1] > 0]
    if not len(points):
        axes.annotate("not in the trace", (0.5, 0.5), xycoords="axes fraction", ha="center", color=QUIET)
        axes.set_xticks([])
        return
    axes.set_xscale("log")
    axes.plot(points[:, 1], points[:, 0], color=HERE, linewidth=1.8, label="here")
    axes.plot(trace["published_durations_s"], trace["published_duration_shares"], "o", color=INK,
              markerfacecolor="white", label="published")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.legend(frameon=False, fontsize=9.5, loc="upper left")


def draw_load(axes: Axes, trace: Mapping[str, Any]) -> None:
    """Calls a minute of all functions: one day, or the mean of all days in ink and each of them behind it."""
    calls = np.array(trace["minute_calls"], dtype=float)
    days = calls.reshape(-1, MINUTES_PER_DAY)
    several = len(days) > 1
    axes.set_title("Load (calls a minute of all functions" + (", mean day in ink)" if several else ")"))
    hours = np.arange(MINUTES_PER_DAY) / 60
    if several:
        for day, load in enumerate(days):
            weekend = day % 7 >= 5
            axes.plot(hours, load, color=PUBLISHED if weekend else HERE, linewidth=0.5, alpha=0.35)
    axes.plot(hours, days.mean(axis=0), color=INK if several else HERE, linewidth=1.2)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 4))
    axes.set_ylim(0, 1.08 * calls.max() if calls.any() else 1)
    axes.yaxis.set_major_formatter(FuncFormatter(with_unit))
    axes.set_xlabel("Hour of the day" + ("; orange: weekends" if len(days) > 5 else ""))


def with_unit(value: float, _: object = None) -> str:
    """A count as short as it goes.

    Examples
    --------
    >>> with_unit(250), with_unit(1500), with_unit(2e6)
    ('250', '1.5 k', '2 M')
    """
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def read(path: Path) -> dict[str, Any]:
    """Read what the program wrote."""
    try:
        trace = json.loads(path.read_text())
    except OSError as error:
        raise Error(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise Error(f"{path}: expected JSON of faasconf trace inspect: {error}") from error
    if not isinstance(trace, dict) or "minute_calls" not in trace:
        raise Error(f"{path}: expected JSON of faasconf trace inspect, got something else")
    return trace


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.Parser("faasconf.trace_plot", "Draw what faasconf trace inspect found.",
                            example="faasconf trace inspect trace.h5 --plot trace.png")
    parser.add_argument("trace", help="JSON that faasconf trace inspect hands over")
    add_figure_option(parser)
    return command.run(parser, arguments, _plot)


def _plot(options: command.Options) -> None:
    write_figure(options.out, lambda: draw(read(Path(options.trace))))


if __name__ == "__main__":
    raise SystemExit(main())
