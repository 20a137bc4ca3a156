"""Figures of a result file.

    python3 -m faasconf.plot run.h5 --out run.png
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from faasconf import command, figures, workflow_graph
from faasconf._error import Error
from faasconf.result import Result, load

# Okabe and Ito (2008), without yellow and black: distinguishable with any colour vision. Sky blue and orange come last
# because they are pale on white.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"]
DASHES = ["-", (0, (5, 2)), (0, (1, 1.5))]  # once the colours are used up
MOST_CASES = len(COLOURS) * len(DASHES)

INK = "#1f2328"
QUIET = "#6e7781"
SIZE_PX = (1600, 1400)
GRAPH_ROW_PX = 36  # of the workflow's graph, so that its names can be read
DPI = 125


@dataclass(frozen=True)
class Panel:
    """One strip of the timeline."""

    title: str
    column: str
    height: float
    unit: str = ""
    metric: str = ""    # of the summary: its mean stands beside the line
    share: bool = False
    band: bool = True


LATENCY = Panel("Mean latency of successful requests (s)", "latency_mean_s", 1.8, unit=" s", metric="latency_mean_s")
PANELS = [
    LATENCY,
    Panel("Success ratio (share of finished requests)", "success_ratio", 0.9, metric="success_ratio", share=True),
    Panel("Promise kept by the window alone (share of replications)", "qos_met", 0.9, metric="periods_kept", share=True,
          band=False),
    Panel("Price (the paper's unit)", "price", 0.9, metric="price"),
]

# Instances by what they do: column of `functions`, name, colour. From below; those that the configuration asks for come
# first, as what the others leave.
STATES = [("", "ready", COLOURS[0]), ("outdated_mean", "old limits", COLOURS[4]),
          ("starting_mean", "starting", COLOURS[2]), ("draining_mean", "draining", COLOURS[5])]


def draw(result: Result, case_names: Sequence[str] | None = None, *, graph: bool = True,
         heading: bool = True) -> Figure:
    """Draw a run over time: small multiples of several cases; of one case all there is, and the workflow.

    One case: load, latency, success ratio, promise and price, and where instances change, how many were ready, ready
    with limits of before, starting and draining. Several: a row of panels each (comparison_plot.py).

    Parameters
    ----------
    case_names : sequence of str, optional
        The cases to draw; all by default.
    graph : bool
        Whether the workflow's graph stands below one case, if the result has one.
    heading : bool
        Whether a title stands above.

    Returns
    -------
    Figure
        1600 pixels wide; of one case 1400 high, more where the graph has many rows.
    """
    cases = [result.case_index(name) for name in (case_names or result.case_names)]
    if len(cases) > MOST_CASES:
        raise Error(f"{result.path}: {len(cases)} cases are too many for one figure; choose up to {MOST_CASES} "
                    "with --case")
    if len(cases) > 1:
        from faasconf import comparison_plot  # which uses this module
        return comparison_plot.draw(result, [result.case_names[case] for case in cases], heading=heading)
    drawing = workflow_graph.parse_dot(result.workflow_dot) if graph else None
    states = states_by_window(result, cases[0])
    heights = [0.8, *(panel.height for panel in PANELS), *([0.9] if states else [])]
    below, above = 0.235 if drawing else 0.06, 0.095 if heading else 0.025
    page_px = SIZE_PX[1] * (1 if heading else 0.8)
    graph_px = 0.145 * page_px
    if drawing:
        graph_px = max(graph_px, GRAPH_ROW_PX * workflow_graph.row_count(drawing))
    height_px = page_px + graph_px - 0.145 * page_px

    def from_top(height: float) -> float:
        """Where a height of the page is, once the graph has pushed it up."""
        return 1 - (1 - height) * page_px / height_px

    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(SIZE_PX[0] / DPI, height_px / DPI), dpi=DPI)
        FigureCanvasAgg(figure)  # measures texts, without a display
        grid = figure.add_gridspec(len(heights), 1, height_ratios=heights, left=0.062, right=0.862,
                                   top=from_top(1 - above), bottom=from_top(below), hspace=0.42)
        load_axes = figure.add_subplot(grid[0])
        draw_load(load_axes, result, cases)
        for row, panel in enumerate(PANELS, 1):
            draw_panel(figure.add_subplot(grid[row], sharex=load_axes), result, cases, panel)
        if states:
            draw_states(figure.add_subplot(grid[-1], sharex=load_axes), result, cases[0], states)
        for axes in figure.axes:
            axes.axvspan(0, max(result.warm_up_s[cases]) / 60, color=QUIET, alpha=0.12, linewidth=0)
            axes.tick_params(labelbottom=axes is figure.axes[-1])
        figure.axes[-1].set_xlabel("Time (min)")
        load_axes.set_xlim(0, result.window_edges_s[-1] / 60)
        if heading:
            head(figure, result, cases)
        if drawing:
            axes = figure.add_axes([0.062, 0.01 * page_px / height_px, 0.92, graph_px / height_px])
            workflow_graph.draw(axes, drawing, ink=INK, quiet=QUIET)
            figure.text(0.062, from_top(0.164), "Workflow", fontweight="bold", va="bottom")
    return figure


def style() -> dict[str, object]:
    """Settings of matplotlib for all our figures."""
    return {
        "font.family": "DejaVu Sans", "font.size": 10.5, "text.color": INK, "axes.edgecolor": QUIET,
        "axes.labelcolor": INK, "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
        "axes.titlelocation": "left", "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.titlepad": 5,
        "axes.axisbelow": True, "axes.grid": True, "axes.grid.axis": "y", "grid.color": QUIET, "grid.alpha": 0.25,
        "grid.linewidth": 0.7, "xtick.color": QUIET, "ytick.color": QUIET, "xtick.labelcolor": INK,
        "ytick.labelcolor": INK, "xtick.labelsize": 9.5, "ytick.labelsize": 9.5, "figure.facecolor": "white",
        "svg.hashsalt": "faasconf", "text.parse_math": False,  # names may hold a $
    }


def colour(position: int) -> str:
    """Colour of the case drawn at this position."""
    return COLOURS[position % len(COLOURS)]


def dashes(position: int) -> object:
    return DASHES[position // len(COLOURS)]


def head(figure: Figure, result: Result, cases: list[int]) -> None:
    """Title, what lines and bands are, and the cases' names."""
    counts = sorted({int(result.replication_counts[case]) for case in cases})
    count = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    many = counts[-1] > 1
    minutes = float(result.attributes["duration_s"]) / 60
    height_px = figure.get_figheight() * DPI
    figure.text(0.062, 1 - 25 / height_px, f"Workflow \"{result.attributes['workflow']}\": {minutes:g} min, windows of "
                f"{float(result.attributes['window_s']):g} s, {count} replication{'s' if many else ''}",
                fontsize=15, fontweight="bold", va="top")
    lines = "Lines: means over replications; bands: 5 % to 95 % of them. " if many else ""
    figure.text(0.062, 1 - 69 / height_px, f"{lines}A gap is a window without a success. Numbers on the right: means over the run.",
                color=QUIET, va="top")


def load_of(result: Result) -> tuple[Callable[[int], npt.NDArray[np.float64]], str]:
    """The load of a case by window, mean over its replications, and what it is called."""
    windows = result.windows
    if np.any(windows["users"] > 0):
        column, title, scale = "users", "Load (users)", 1.0
    elif np.any(windows["offered_rate_per_s"] > 0):
        column, title, scale = "offered_rate_per_s", "Load (requests/s asked for)", 1.0
    else:
        column, title, scale = "arrivals", "Load (arrivals/s)", 1 / float(result.attributes["window_s"])
    return lambda case: scale * mean_over_replications(result.by_window(column, case)), title


def draw_load(axes: Axes, result: Result, cases: list[int]) -> None:
    """The load asked for, in ink if all cases share it."""
    load_by_window, title = load_of(result)
    axes.set_title(title)
    minutes = result.window_edges_s / 60
    loads = [load_by_window(case) for case in cases]
    # users who are to leave wait for their answer, so that the same load differs a little
    if all(np.allclose(load, loads[0], rtol=0, atol=0.05 * np.nanmax(loads[0], initial=0)) for load in loads):
        load = np.mean(loads, axis=0)
        axes.stairs(load, minutes, fill=True, color=QUIET, alpha=0.25, linewidth=0)
        axes.stairs(load, minutes, baseline=None, color=INK, linewidth=1.4)
    else:
        for position, load in enumerate(loads):
            axes.stairs(load, minutes, baseline=None, color=colour(position), linestyle=dashes(position), linewidth=1.6)
    axes.set_ylim(0, 1.25 * max(np.nanmax(load, initial=0) for load in loads) or 1)
    if max(result.warm_up_s[cases]) > 0:
        axes.annotate("warm-up: not in the means", (0, 1), (4, 0), xycoords="axes fraction",
                      textcoords="offset points", va="top", fontsize=9, color=QUIET)


def draw_panel(axes: Axes, result: Result, cases: list[int], panel: Panel) -> None:
    """A column over time: a line and a band per case, and its name and mean on the right."""
    axes.set_title(panel.title)
    minutes = result.window_edges_s / 60
    labels = []
    highest, lowest = 0.0, np.inf
    for position, case in enumerate(cases):
        values = result.by_window(panel.column, case)
        mean = mean_over_replications(values)
        if panel.band and len(values) > 1:
            low, high = percentiles_over_replications(values, (5, 95))
            axes.stairs(high, minutes, baseline=low, fill=True, color=colour(position), alpha=0.2, linewidth=0)
            highest = max(highest, np.nanmax(high, initial=0))
        axes.stairs(mean, minutes, baseline=None, color=colour(position), linestyle=dashes(position), linewidth=1.6)
        highest = max(highest, np.nanmax(mean, initial=0))
        lowest = min(lowest, np.nanmin(mean, initial=np.inf))
        present = mean[np.isfinite(mean)]
        total = summary_mean(result, case, panel.metric)
        number = "" if total is None else f" {significant(total)}{panel.unit}"
        labels.append((present[-1] if len(present) else 0.0, shorten(result.case_names[case]) + number,
                       colour(position)))

    if panel is LATENCY:
        target = float(result.attributes["qos_latency_s"])
        if np.isfinite(target):
            highest = max(highest, 1.2 * target)
        # from a fast case to one that falls behind can be orders of magnitude
        if highest > 30 * lowest > 0:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        if np.isfinite(target):
            axes.axhline(target, color=INK, linewidth=1.2, linestyle=(0, (6, 3)))
            labels.append((target, f"promised {target:g} s", INK))
    if panel.share:
        axes.set_ylim(-0.03, 1.05)
        axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    elif axes.get_yscale() == "linear":
        axes.locator_params(axis="y", nbins=4)
        axes.set_ylim(0, 1.08 * highest if highest > 0 else 1)
    label_lines(axes, labels)


def states_by_window(result: Result, case: int) -> list[npt.NDArray[np.float64]] | None:
    """Instances of all functions in each of the STATES: means over the replications, by window.

    None where no instance ever changes, or it is not known.
    """
    rows = result.functions.where(case=case)
    changing = [column for column, _, _ in STATES if column]
    if not all(column in rows for column in ["instances", *changing]):
        return None
    window = rows["window"].astype(int)

    def by_window(column: str) -> npt.NDArray[np.float64]:
        sums = np.bincount(window, np.nan_to_num(rows[column]), minlength=len(result.window_edges_s) - 1)
        return sums / result.replication_counts[case]

    counts = {column: by_window(column) for column in changing}
    if not any(np.any(count > 0) for count in counts.values()):
        return None
    return [counts[column] if column else by_window("instances") - sum(counts.values()) for column, _, _ in STATES]


def draw_states(axes: Axes, result: Result, case: int, states: Sequence[npt.NDArray[np.float64]]) -> None:
    """Bands on each other, named on the right from the top."""
    axes.set_title("Instances of all functions (mean in the window)")
    minutes = result.window_edges_s / 60
    after_warm_up = result.window_edges_s[:-1] >= result.warm_up_s[case]
    base = np.zeros(len(minutes) - 1)
    labels = []
    for (_, name, shade), count in zip(STATES, states):
        axes.stairs(base + count, minutes, baseline=base, fill=True, color=shade, alpha=0.8, linewidth=0)
        mean = significant(float(np.mean(count[after_warm_up])))
        labels.append((float(base[-1] + count[-1] / 2), f"{name} {mean}", shade))
        base = base + count
    axes.locator_params(axis="y", nbins=4)
    axes.set_ylim(0, 1.08 * np.max(base, initial=0) or 1)
    label_lines(axes, labels)


def label_lines(axes: Axes, labels: list[tuple[float, str, str]]) -> None:
    """Names at the right end of their lines, moved apart where they would overlap."""
    if not labels:
        return
    box = axes.get_window_extent()
    wanted = [(axes.transData.transform((0, value))[1] - box.y0) / box.height for value, _, _ in labels]
    size = min(9.5, 0.9 * box.height * 72 / axes.figure.dpi / len(labels))
    places = spread(wanted, gap=1.35 * size * axes.figure.dpi / 72 / box.height)
    texts = [axes.text(1.008, height, text, transform=axes.transAxes, color=shade, fontsize=size, fontweight="bold",
                       va="center", clip_on=False) for (_, text, shade), height in zip(labels, places)]
    # as wide as the margin
    left = axes.transAxes.transform((1.008, 0))[0]
    right = max(text.get_window_extent().x1 for text in texts)
    fitting = min(1.0, (axes.figure.bbox.width - 6 - left) / (right - left))
    for text in texts:
        text.set_fontsize(fitting * size)


def spread(wanted: Sequence[float], *, gap: float) -> list[float]:
    """Move places in 0..1 apart by at least a gap, in their order and close to where they were wanted.

    Examples
    --------
    >>> [round(place, 2) for place in spread([0.5, 0.5, 0.0], gap=0.2)]
    [0.4, 0.6, 0.0]
    """
    order = np.argsort(wanted, kind="stable")
    # least squares in order, by pooling neighbours that come too close (isotonic regression of the shifted places)
    blocks: list[list[float]] = []  # mean of the shifted places, members
    for rank, index in enumerate(order):
        blocks.append([min(max(wanted[index], 0.0), 1.0) - rank * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, members = blocks.pop()
            below, others = blocks.pop()
            blocks.append([(mean * members + below * others) / (members + others), members + others])
    shifted = [mean for mean, members in blocks for _ in range(int(members))]
    places = [place + rank * gap for rank, place in enumerate(shifted)]
    excess = max(0.0, places[-1] - 1.0)
    result = [0.0] * len(wanted)
    for index, place in zip(order, places):
        result[index] = place - excess
    return result


def mean_over_replications(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of each column over the rows in which it exists; NaN where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=0)


def percentiles_over_replications(values: npt.NDArray[np.float64],
                                  percentages: tuple[float, ...]) -> npt.NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanpercentile(values, percentages, axis=0)


def summary_mean(result: Result, case: int, metric: str) -> float | None:
    """End-to-end mean of a metric in the summary; None where it has none."""
    rows = result.summary.where(case=case, function=-1, metric=metric)
    return float(rows["mean"][0]) if rows.row_count and np.isfinite(rows["mean"][0]) else None


def significant(value: float, digits: int = 3) -> str:
    """A number to so many digits, without an exponent where it stays short.

    Examples
    --------
    >>> significant(0.99871), significant(12.345), significant(123456.0), significant(1.0)
    ('0.999', '12.3', '123456', '1.00')
    """
    if not np.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    # as rounded: 9.996 has two digits before the point
    magnitude = int(np.floor(np.log10(abs(float(f"{value:.{digits - 1}e}")))))
    return f"{value:.{max(0, digits - 1 - magnitude)}f}" if -4 <= magnitude <= 6 else f"{value:.{digits - 1}e}"


def shorten(name: str, width: int = 14) -> str:
    return name if len(name) <= width else name[:width - 1] + "…"


def add_figure_option(parser: command.Parser) -> None:
    """Add --out, as write_figure takes it."""
    parser.add_argument("--out", required=True, help="file to write; its ending decides: .png, .svg or .pdf")


def write_figure(path: str, source: str | Path, draw_it: Callable[[], Figure]) -> None:
    """Draw a figure and write it aside, with the record of its source where that has one.

    Raises Error where no ending says how, before anything is read.
    """
    out = Path(path)
    kind = out.suffix.lstrip(".").lower()
    if kind not in ("png", "svg", "pdf"):
        raise Error(f"--out: expected a name that ends in .png, .svg or .pdf, got \"{out}\"")
    figure = draw_it()
    with command.written_aside(out) as part:
        figure.savefig(part, format=kind, dpi=DPI, metadata=figures.metadata(kind, figures.find_record(Path(source))))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.Parser("faasconf.plot", "Draw load, latency, success ratio, QoS and price over time.",
                            example="python3 -m faasconf.plot run.h5 --out run.png")
    parser.add_argument("result", help="result file of faasconf simulate")
    add_figure_option(parser)
    parser.add_argument("--case", action="append", metavar="NAME", help="draw this case only; may be repeated")
    return command.run(parser, arguments, _plot)


def _plot(options: command.Options) -> None:
    write_figure(options.out, options.result, lambda: draw(load(options.result), options.case))


if __name__ == "__main__":
    raise SystemExit(main())
