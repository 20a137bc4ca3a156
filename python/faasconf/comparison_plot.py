"""Cases beside each other over time: a row of small panels per case, with the same axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from faasconf import finding, plot
from faasconf.result import Result

MOST_BINS = 160  # points of a line: windows of longer runs are put together
WIDE_IN = plot.SIZE_PX[0] / plot.DPI
NARROW_IN = 390 / 96  # a phone
LOAD_IN, ROW_IN, NARROW_PANEL_IN = 0.85, 1.25, 0.78
GAP_IN = 0.46  # between rows, for their headings
MARKS = {"kept": "✓", "broken": "✗", "undecided": "?"}  # beside colours

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Strip:
    """What a column of panels shows."""

    title: str
    read: Callable[[Result, int], Values]  # by window, mean over replications
    mark_broken: bool = False  # windows that break the promise by themselves
    share: bool = False


def of_windows(column: str) -> Callable[[Result, int], Values]:
    return lambda result, case: plot.mean_over_replications(result.by_window(column, case))


def replicas(result: Result, case: int) -> Values:
    """Instances of all functions, mean in the window and over replications."""
    rows = result.functions.where(case=case)
    sums = np.bincount(rows["window"].astype(int), np.nan_to_num(rows["instances"]),
                       minlength=len(result.window_edges_s) - 1)
    return sums / result.replication_counts[case]


def strips_of(result: Result) -> list[Strip]:
    has_served = "served_share" in result.windows
    second = (Strip("Served in time (%)", of_windows("served_share"), mark_broken=True, share=True) if has_served
              else Strip("Success ratio (%)", of_windows("success_ratio"), mark_broken=True, share=True))
    return [Strip("Latency of the served, p95 (s)" if "latency_p95_s" in result.windows else "Latency, mean (s)",
                  of_windows("latency_p95_s" if "latency_p95_s" in result.windows else "latency_mean_s")),
            second, Strip("Replicas of all functions", replicas)]


def draw(result: Result, case_names: Sequence[str] | None = None, *, narrow: bool = False,
         heading: bool = True) -> Figure:
    """Draw cases as small multiples: latency, served share and replicas over time.

    Parameters
    ----------
    case_names : sequence of str, optional
        The cases to draw; all by default.
    narrow : bool
        For a phone: panels below each other, 390 CSS pixels wide.
    heading : bool
        Whether the finding stands above, as a title.
    """
    names = list(case_names or result.case_names)
    cases = [result.case_index(name) for name in names]
    strips = strips_of(result)
    with matplotlib.rc_context(plot.style() | {"font.size": 8 if narrow else 10}):
        page = _Page(narrow=narrow, cases=len(cases), strips=len(strips), title_in=title_height(result, names, narrow) if heading else 0.0)
        figure = Figure(figsize=(page.width, page.height), dpi=plot.DPI)
        FigureCanvasAgg(figure)
        values = [[strip.read(result, case) for case in cases] for strip in strips]
        draw_loads(figure, page, result, cases)
        for row, (case, found) in enumerate(zip(cases, finding.cases_of(result, names))):
            for column, strip in enumerate(strips):
                axes = figure.add_axes(page.panel(row, column))
                draw_panel(axes, result, case, strip, values[column][row], shade=plot.colour(row), narrow=narrow)
                scale_alike(axes, strip, values[column], promised_latency(result) if column == 0 else None)
                axes.set_xlim(0, result.window_edges_s[-1] / time_unit(result)[0])
                last = row == len(cases) - 1 and (not narrow or column == len(strips) - 1)
                axes.tick_params(labelbottom=last, labelsize=7.5 if narrow else 9)
                if last:
                    axes.set_xlabel(f"Time ({time_unit(result)[1]})")
                if row == 0 or narrow:
                    label_panel(axes, strip, narrow)
            write_row_heading(figure, page, row, found, narrow)
        if heading:
            write_title(figure, page, result, names, narrow)
    return figure


@dataclass(frozen=True)
class _Page:
    """Where panels are, in inches from the top."""

    narrow: bool
    cases: int
    strips: int
    title_in: float

    @property
    def width(self) -> float:
        return NARROW_IN if self.narrow else WIDE_IN

    @property
    def row_in(self) -> float:
        return GAP_IN + (self.strips * (NARROW_PANEL_IN + 0.3) - 0.1 if self.narrow else ROW_IN)

    @property
    def above(self) -> float:
        """The title, and the load below it."""
        return self.title_in + 0.35 + LOAD_IN + (0.2 if self.narrow else 0.42)

    @property
    def height(self) -> float:
        return self.above + self.cases * self.row_in + 0.55

    def load(self) -> list[float]:
        return self.place(self.title_in + 0.35, LOAD_IN, 0, 1 if self.narrow else self.strips)

    def panel(self, row: int, column: int) -> list[float]:
        top = self.above + row * self.row_in + GAP_IN
        if self.narrow:
            return self.place(top + 0.14 + column * (NARROW_PANEL_IN + 0.3), NARROW_PANEL_IN, 0, 1)
        return self.place(top, ROW_IN, column, self.strips)

    def place(self, top: float, height: float, column: int, columns: int) -> list[float]:
        left, right, between = (0.42, 0.62, 0.0) if self.narrow else (0.6, 0.85, 1.05)
        width = (self.width - left - right - between * (columns - 1)) / columns
        return [(left + column * (width + between)) / self.width, 1 - (top + height) / self.height, width / self.width,
                height / self.height]


def title_lines(result: Result, names: Sequence[str], narrow: bool) -> list[str]:
    return wrapped(finding.finding(finding.cases_of(result, names)), 44 if narrow else 95)


def title_height(result: Result, names: Sequence[str], narrow: bool) -> float:
    """With the line about the run."""
    return len(title_lines(result, names, narrow)) * (0.19 if narrow else 0.28) + (0.6 if narrow else 0.5)


def time_unit(result: Result) -> tuple[float, str]:
    """Seconds of the unit of time, and its name."""
    return (3600.0, "h") if result.window_edges_s[-1] > 4 * 3600 else (60.0, "min")


def promised_latency(result: Result) -> float | None:
    target = float(result.attributes["qos_latency_s"])
    return target if np.isfinite(target) else None


def binned(values: Values, edges_s: Values) -> tuple[Values, Values]:
    """Means of neighbouring windows, so that a line has at most MOST_BINS points, and their edges."""
    together = -(-len(values) // MOST_BINS)
    starts = np.arange(0, len(values), together)
    means = np.array([plot.mean_over_replications(values[start:start + together, None])[0] for start in starts])
    return means, np.append(edges_s[starts], edges_s[-1])


def draw_loads(figure: Figure, page: _Page, result: Result, cases: list[int]) -> None:
    column, title = plot.load_of(result)
    for strip in range(1 if page.narrow else page.strips):
        left, bottom, width, height = page.load()
        axes = figure.add_axes([left if page.narrow else page.panel(0, strip)[0], bottom, width, height])
        load, edges = binned(np.mean([column(case) for case in cases], axis=0), result.window_edges_s)
        axes.stairs(load, edges / time_unit(result)[0], fill=True, color=plot.QUIET, alpha=0.3, linewidth=0)
        axes.stairs(load, edges / time_unit(result)[0], baseline=None, color=plot.INK, linewidth=1.2)
        axes.set_xlim(0, edges[-1] / time_unit(result)[0])
        axes.set_ylim(0, 1.15 * np.nanmax(load, initial=0) or 1)
        axes.tick_params(labelbottom=False, labelsize=7.5 if page.narrow else 9)
        axes.locator_params(axis="y", nbins=3)
        if strip == 0:
            axes.set_title(title, fontsize=8 if page.narrow else 10)


def draw_panel(axes: Axes, result: Result, case: int, strip: Strip, values: Values, *, shade: str, narrow: bool) -> None:
    scale = 100 if strip.share else 1
    means, edges = binned(scale * values, result.window_edges_s)
    unit = time_unit(result)[0]
    if strip.read is replicas:
        axes.stairs(means, edges / unit, fill=True, color=shade, alpha=0.25, linewidth=0)
    axes.stairs(means, edges / unit, baseline=None, color=shade, linewidth=1.4)
    if strip.mark_broken:
        kept, _ = binned(of_windows("qos_met")(result, case), result.window_edges_s)
        broken = np.flatnonzero(kept < 0.5)
        middles = (edges[:-1] + edges[1:]) / 2 / unit
        axes.plot(middles[broken], np.nan_to_num(means[broken]), "x", color=plot.INK, markersize=4.5, markeredgewidth=1.1)
    after = result.window_edges_s[:-1] >= result.warm_up_s[case]
    mean = plot.mean_over_replications(scale * values[after][:, None])[0] if np.any(after) else np.nan
    present = means[np.isfinite(means)]
    if len(present):
        axes.annotate(f"mean\n{plot.significant(float(mean))}", (1, 0.5), (4, 0), xycoords="axes fraction",
                      textcoords="offset points", va="center", fontweight="bold", fontsize=7.5 if narrow else 9)


def scale_alike(axes: Axes, strip: Strip, all_values: Sequence[Values], promised: float | None) -> None:
    """The same axis for every case; the promise is a line with its name."""
    if strip.share:
        axes.set_ylim(-4, 106)
        axes.set_yticks([0, 50, 100])
        return
    highest = max((np.nanpercentile(values, 99.5) for values in all_values if np.isfinite(values).any()), default=1.0)
    axes.locator_params(axis="y", nbins=4)
    axes.set_ylim(0, 1.1 * max(highest, 1.15 * (promised or 0)) or 1)
    if promised is not None:
        axes.axhline(promised, color=plot.INK, linewidth=1, linestyle=(0, (5, 3)))
        axes.annotate(f"promised {promised:g} s", (0, promised), (3, 2), xycoords=("axes fraction", "data"),
                      textcoords="offset points", fontsize=7.5, color=plot.INK)


def label_panel(axes: Axes, strip: Strip, narrow: bool) -> None:
    title = strip.title + ("; × breaks the promise" if strip.mark_broken else "")
    if narrow:
        axes.annotate(title, (0, 1), (0, 2), xycoords="axes fraction", textcoords="offset points", fontsize=7.5,
                      color=plot.QUIET)
        return
    axes.annotate(title, (0, 1), (0, 28), xycoords="axes fraction", textcoords="offset points", fontsize=10,
                  fontweight="bold")


def write_row_heading(figure: Figure, page: _Page, row: int, found: finding.CaseFinding, narrow: bool) -> None:
    left, bottom, _, height = page.panel(row, 0)
    top = (bottom + height) * page.height + (0.2 if narrow else 0.07)
    name = plot.shorten(found.name, 30 if narrow else 44)
    name = " ".join(part for part in (MARKS.get(found.verdict, ""), name) if part)
    text = f"{name}: {found.sentence()}" if not narrow else f"{name}\n{found.sentence()}"
    figure.text(left, top / page.height, text, fontweight="bold", va="bottom", fontsize=8 if narrow else 10.5)


def write_title(figure: Figure, page: _Page, result: Result, names: Sequence[str], narrow: bool) -> None:
    left = page.place(0, 1, 0, 1)[0]
    lines = title_lines(result, names, narrow)
    figure.text(left, 1 - 0.16 / page.height, "\n".join(lines), fontsize=10 if narrow else 15, fontweight="bold",
                va="top", linespacing=1.25)
    facts = result.attributes
    counts = sorted({int(result.replication_counts[result.case_index(name)]) for name in names})
    below = (f"Workflow {facts['workflow']}, {duration_text(float(facts['duration_s']))} in windows of "
             f"{float(facts['window_s']):g} s; means over {counts[-1]} replication{'s' if counts[-1] != 1 else ''}")
    figure.text(left, 1 - (0.16 + len(lines) * (0.19 if narrow else 0.28) + 0.06) / page.height,
                "\n".join(wrapped(below, 62 if narrow else 150)), color=plot.QUIET, va="top",
                fontsize=7.5 if narrow else 10)


def duration_text(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 2 * 3600 else f"{seconds / 60:g} min"


def wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += (" " if lines[-1] else "") + word
    return lines
