"""A page about a result file: tables with intervals, figures, and where it all comes from.

    python3 -m faasconf.report run.h5 --out run.html

The page needs nothing but itself: no network, no scripts.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from faasconf import command, comparison_plot, figures, finding, plot, workflow_graph
from faasconf.intervals import between, estimate, mean_interval
from faasconf._metrics import END_TO_END, OF_FUNCTIONS, ShownMetric
from faasconf.result import Result, load


COMPARED = ("periods_kept", "served_share", "price", "latency_mean_s", "latency_p95_s", "success_ratio", "throughput_per_s")
RARE = ("losses", "instances")  # topics of events: left out where there is none
NEVER_OMITTED = ("rejections", "success_ratio", "served_share", "periods_kept")
CALLS = ("load", "throughput", "latency", "success", "losses", "")  # topics of a function's first table
INSTANCES = ("instances", "cost")  # and of its last

STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0; --paper: #ffffff; --shade: #f6f8fa;
  --c0: #0072b2; --c1: #c45500; --c2: #007f5c; --c3: #b0508a; --c4: #2b86bd; --c5: #a87400; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #9da7b1; --line: #3d444d; --paper: #15191f;
  --shade: #1d232b; --c0: #58b0e8; --c1: #ff8c42; --c2: #2fc99a; --c3: #e59ac6; --c4: #8fd0f5; --c5: #f0b840; } }
body { color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 84rem; padding: 1.5rem 1rem 4rem; }
h1 { line-height: 1.2; margin-bottom: .3rem; } h2 { margin-top: 2.5rem; }
.lead, caption, figcaption, .note { color: var(--quiet); }
.wide { overflow-x: auto; }
.narrow { display: none; }
@media (max-width: 700px) { .broad { display: none; } .narrow { display: block; } body { padding: 1rem .6rem 3rem; }
  h1 { font-size: 1.4rem; } th, td { padding: .3rem .45rem; } tbody th { white-space: normal; max-width: 8.5rem; }
  .graph { min-width: 44rem; } }
table { min-width: 36rem; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; margin: .5rem 0 1rem; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .3rem .65rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th:first-child, thead td:first-child, tbody th { position: sticky; left: 0; background: var(--paper); }
th:first-child, td.text { text-align: left; } thead th, thead td { border-bottom-width: 2px; vertical-align: bottom; }
tbody th { font-weight: normal; } tbody tr:hover { background: var(--shade); }
.unit { color: var(--quiet); font-weight: normal; }
.swatch { display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin-right: .45em; }
.clear { font-weight: 600; } .kept { color: var(--c2); font-weight: 600; } .broken { color: var(--c1); font-weight: 600; }
figure { margin: 1rem 0; } svg { width: 100%; height: auto; color: var(--ink); }
pre { background: var(--shade); padding: 1rem; overflow-x: auto; font-size: .85rem; line-height: 1.4; }
code { font-size: .85em; overflow-wrap: anywhere; } summary { cursor: pointer; }
"""


def described(result: Result) -> str:
    """What the page says of itself; empty for results from before there were records."""
    if not result.record.identity:
        return ""
    return f'<meta name="description" content="{escape(figures.description(result.record))}">\n'


def page(result: Result) -> str:
    """Return the HTML page about a result."""
    workflow = str(result.attributes["workflow"])
    sections = [
        end_to_end(result),
        compared(result) if len(result.case_names) > 1 else "",
        timelines(result),
        workflow_section(result),
        functions(result),
        provenance(result),
    ]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
{described(result)}<title>{escape(workflow)}: faasconf report</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(headline(result))}</h1>
{lead(result)}
{at_a_glance(result)}
{verdicts(result)}
{"".join(sections)}
</main>
</body>
</html>
"""


def headline(result: Result) -> str:
    """What was found, else what was run."""
    if result.verdicts:
        return finding.finding(finding.cases_of(result))
    return f"Workflow “{result.attributes['workflow']}”"


def at_a_glance(result: Result) -> str:
    """Promise and price of each case."""
    if not result.verdicts:
        return ""
    rows = []
    for case, found in enumerate(finding.cases_of(result)):
        share = "–" if found.kept_share is None else finding.percent(found.kept_share)
        rows.append([case_heading(result, case), f'<td class="{found.verdict}">{escape(found.verdict or "–")}</td>', share,
                     escape(found.price_text() or "–")])
    return table(["", "promise", "periods that kept it", "price"], rows)


def lead(result: Result) -> str:
    """What was run, in two sentences."""
    facts = result.attributes
    cases = len(result.case_names)
    counts = sorted({int(count) for count in result.replication_counts}) or [0]
    replications = f"{counts[0]}" if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"
    promise = promised(result)
    return (f"<p class=\"lead\">Workflow {escape(str(facts['workflow']))}: {cases} case{'s' if cases != 1 else ''}, "
            f"{replications} replication{'s' if counts[-1] != 1 else ''} each of {float(facts['duration_s']) / 60:g} "
            f"minutes in windows of {float(facts['window_s']):g} s. {escape(promise)}</p>")


def verdicts(result: Result) -> str:
    """Whether each case kept the promise, as the program says it."""
    names = [f"{name}: " if len(result.case_names) > 1 else "" for name in result.case_names]
    return "".join(f'<p class="verdict">{escape(name + sentence)}</p>\n'
                   for name, sentence in zip(names, result.verdicts, strict=False))


def promised(result: Result) -> str:
    if "promise" in result.attributes:
        promise = str(result.attributes["promise"])
        return "The workflow promises nothing." if promise == "none" else f"Promised: {promise}."
    latency = float(result.attributes["qos_latency_s"])
    successes = float(result.attributes["qos_successes_per_30s"])
    terms = []
    if math.isfinite(latency):
        terms.append(f"a mean latency of successful requests of at most {latency:g} s")
    if successes > 0:
        terms.append(f"at least {successes:g} successes per 30 s")
    return f"QoS is met in a window with {' and '.join(terms)}." if terms else "The workflow promises nothing (no QoS)."


def end_to_end(result: Result) -> str:
    rows = []
    hours = counted_hours(result)
    for metric in result.metrics[END_TO_END]:
        found = [summary_row(result, case, -1, metric.name) for case in range(len(result.case_names))]
        if all(row is None or row.is_zero() for row in found) and metric.topic in RARE and may_be_omitted(metric):
            continue
        unit, scale = shown_over(metric, hours)
        rows.append([heading(metric.title, unit), *(cell(row, scale) for row in found)])
    head = ["", *(case_heading(result, case) for case in range(len(result.case_names)))]
    caption = ("Means over replications ± half-width of the 95 % interval. What never came up is left out."
               + counted_span(result, hours))
    return f"<h2>End to end</h2>\n{table(head, rows, caption=caption)}"


def counted_hours(result: Result) -> float | None:
    """The hours after the warm-up that all cases are compared over.

    None for one case, and for files of before, which do not tell totals and whose cases have warm-ups of their own.
    """
    if len(result.case_names) == 1 or all(metric.kind != "total" for metric in result.metrics[END_TO_END]):
        return None
    return (float(result.attributes["duration_s"]) - float(result.warm_up_s[0])) / 3600


def counted_span(result: Result, hours: float | None) -> str:
    if hours is None:
        return ""
    warm_up_s = float(result.warm_up_s[0])
    warm_up = f"after a warm-up of {warm_up_s:g} s" if warm_up_s > 0 else "from the start, no warm-up left out"
    return f" Counted: {60 * hours:g} minutes of every case, {warm_up}; totals per hour."


def shown_over(metric: ShownMetric, hours: float | None) -> tuple[str, float]:
    """Unit and scale of a metric; of a comparison, totals are per hour."""
    if hours is None or metric.kind != "total":
        return metric.unit, metric.scale
    return f"{metric.unit}/h" if metric.unit else "per hour", metric.scale / hours


def may_be_omitted(metric: ShownMetric) -> bool:
    return metric.name not in NEVER_OMITTED


def compared(result: Result) -> str:
    """Every case less the first, replications in pairs: they meet the same random streams."""
    totals = [result.replications.where(case=case) for case in range(len(result.case_names))]
    rows = []
    for metric in (metric for metric in result.metrics[END_TO_END] if metric.name in COMPARED):
        cells = []
        for case, other in enumerate(totals[1:], start=1):
            _, first, second = np.intersect1d(totals[0]["replication"], other["replication"], return_indices=True)
            difference = metric.scale * (other[metric.name][second] - totals[0][metric.name][first])
            mean, half_width = mean_interval(difference[np.isfinite(difference)])
            rough = metric.scale * (resolution(result, 0, metric) + resolution(result, case, metric))
            half_width = max(half_width, rough)
            text = estimate(mean, half_width, signed=True)
            clear = abs(mean) > half_width
            cells.append(f'<td class="clear">{text}</td>' if clear else f"<td>{text}</td>")
        unit = "percentage points" if metric.unit == "%" else metric.unit
        rows.append([heading(metric.title, unit), *cells])
    head = ["", *(case_heading(result, case) for case in range(1, len(result.case_names)))]
    first_case = escape(result.case_names[0])
    caption = (f"Difference from “{first_case}” over replications in pairs (common random numbers): mean ± "
               "half-width of the 95 % interval; bold where the interval excludes 0.")
    return f"<h2>Compared with “{first_case}”</h2>\n{table(head, rows, caption=caption)}"


def resolution(result: Result, case: int, metric: ShownMetric) -> float:
    """How far a mean may be off because percentiles of many values come from a sketch."""
    rows = result.summary.where(case=case, function=-1, metric=metric.name)
    return float(rows["resolution"][0]) if "resolution" in rows and rows.row_count > 0 else 0.0


def timelines(result: Result) -> str:
    names = result.case_names[:plot.MOST_CASES]
    left_out = len(result.case_names) - len(names)
    note = f" The first {len(names)} cases; {left_out} more are in the tables." if left_out else ""
    broad = plot.draw(result, names, graph=False, heading=False)
    narrow = comparison_plot.draw(result, names, narrow=True, heading=False)
    words = describe(result, names)
    lines = ""
    if result.replication_counts.max() > 1:
        lines = "Lines are means over replications. "
    if len(names) == 1 and lines:
        lines = "Lines are means over replications, bands hold 5 % to 95 % of them. "
    return (f"<h2>Over time</h2>\n<figure>\n"
            f"<div class=\"broad\">{inline_svg(broad, 'time', 'Run over time', words)}</div>\n"
            f"<div class=\"narrow\">{inline_svg(narrow, 'time-narrow', 'Run over time', words)}</div>\n"
            f"<figcaption>{lines}A gap in the latency is a window without a success."
            f"{note}</figcaption>\n</figure>\n")


def describe(result: Result, names: Sequence[str]) -> str:
    """The figure over time in words."""
    parts = ["Load, mean latency, success ratio, share of replications whose window kept the promise, and price against time."]
    for name in names:
        case = result.case_index(name)
        latency = plot.mean_over_replications(result.by_window("latency_mean_s", case))
        met = plot.mean_over_replications(result.by_window("qos_met", case))
        if np.isfinite(latency).any():
            parts.append(f"{name}: the mean latency moves between {plot.significant(np.nanmin(latency))} s and "
                         f"{plot.significant(np.nanmax(latency))} s; by itself "
                         f"{plot.significant(100 * np.nanmean(met))} % of the windows keep the promise.")
        else:
            parts.append(f"{name}: no request succeeds.")
    return " ".join(parts)


def workflow_section(result: Result) -> str:
    graph = workflow_graph.parse_dot(result.workflow_dot)
    if graph is None:
        return ""
    with matplotlib.rc_context(plot.style()):
        figure = workflow_graph.figure(graph, ink=plot.INK, quiet=plot.QUIET)
    calls = "; ".join(f"{graph.nodes[edge.source].label} to {graph.nodes[edge.target].label}" for edge in graph.edges)
    drawing = inline_svg(figure, "workflow", "Workflow graph", calls.replace("\n", " "))
    return f"<h2>Workflow</h2>\n<figure class=\"wide\">\n<div class=\"graph\">{drawing}</div>\n</figure>\n"


def functions(result: Result) -> str:
    """Three tables per case, a line per function: calls, what they use, and the instances."""
    if not np.any(result.summary["function"] >= 0):
        return ""
    parts = ["<h2>By function</h2>\n"]
    metrics = result.metrics[OF_FUNCTIONS]
    calls = [metric for metric in metrics if metric.topic in CALLS]
    instances = [metric for metric in metrics if metric.topic in INSTANCES]
    resources = [metric for metric in metrics if metric not in calls and metric not in instances]
    for case in range(len(result.case_names)):
        parts.append(f"<h3>{case_heading(result, case)}</h3>\n")
        parts.append(functions_table(result, case, calls, knobs=False,
                                     caption="Calls, with latencies as their callers see them."))
        parts.append(functions_table(result, case, resources, knobs=True,
                                     caption="Configuration, and what was used of it."))
        if instances:
            parts.append(functions_table(result, case, instances, knobs=False, caption="Instances."))
    return "".join(parts)


def functions_table(result: Result, case: int, metrics: list[ShownMetric], *, knobs: bool, caption: str) -> str:
    """A line per function; most metrics that are all zero are only named in the caption."""
    count = len(result.function_names)
    head = ["", *(heading(title, unit, below=True) for title, unit, _ in KNOBS if knobs)]
    rows = [[escape(name), *(knob_cells(result, case, function) if knobs else [])]
            for function, name in enumerate(result.function_names)]
    zero = []
    for metric in metrics:
        column = [summary_row(result, case, function, metric.name) for function in range(count)]
        if all(row is None or row.is_zero() for row in column) and may_be_omitted(metric):
            zero.append(metric.title)
            continue
        head.append(heading(metric.title, metric.unit, below=True))
        for cells, row in zip(rows, column):
            cells.append(cell(row, metric.scale))
    note = f" Omitted, all zero: {', '.join(zero)}." if zero else ""
    return table(head, rows, caption=escape(caption + note))


KNOBS = [("CPU limit", "millicores", "cpu_millicores"), ("memory limit", "MiB", "memory_mib"),
         ("replicas", "", "replicas"), ("concurrency", "", "concurrency")]


def knob_cells(result: Result, case: int, function: int) -> list[str]:
    """The function's configuration; a range where a policy moves a knob."""
    rows = (result.functions["case"] == case) & (result.functions["function"] == function)
    cells = []
    for _, _, column in KNOBS:
        values = np.unique(result.functions[column][rows])
        ends = ["no limit" if column == "concurrency" and value == 0 else f"{value:g}" for value in values[[0, -1]]]
        cells.append(f"<td>{ends[0] if len(values) == 1 else ' to '.join(ends)}</td>")
    return cells


def provenance(result: Result) -> str:
    rows = []
    for name, value in result.attributes.items():
        title, unit = (name[:-2], "s") if name.endswith("_s") else (name, "")
        written = f"{value:g}" if isinstance(value, float) else str(value)
        rows.append([heading(title.replace("_", " "), unit), f'<td class="text">{escape(written) or "–"}</td>'])
    for case, name in enumerate(result.case_names):
        count, warm_up_s = int(result.replication_counts[case]), float(result.warm_up_s[case])
        left_out = f", the first {warm_up_s:g} s left out as warm-up" if warm_up_s > 0 else ""
        rows.append([f"case “{escape(name)}”",
                     f'<td class="text">{count} replication{"s" if count != 1 else ""}{left_out}</td>'])
    inputs = [[escape(path), f'<td class="text"><code>{escape(digest)}</code></td>'] for path, digest in result.inputs]
    files = table(["input file", "SHA-256"], inputs) if inputs else "<p>No input files.</p>\n"
    return (f"<h2>Where this comes from</h2>\n{table(['', ''], rows)}{files}"
            "<details>\n<summary>The experiment, every value spelled out</summary>\n"
            f"<pre>{escape(result.resolved)}</pre>\n</details>\n")


@dataclass(frozen=True)
class SummaryRow:
    mean: float
    low: float
    high: float

    def is_zero(self) -> bool:
        return self.mean == 0

    def is_cut(self) -> bool:
        """Whether the interval ends where a share does, at 0 or 1, so that it is not symmetric."""
        return abs((self.high - self.mean) - (self.mean - self.low)) > 1e-9 * abs(self.high - self.low)


def summary_row(result: Result, case: int, function: int, metric: str) -> SummaryRow | None:
    rows = result.summary.where(case=case, function=function, metric=metric)
    if rows.row_count == 0:
        return None
    return SummaryRow(*(float(rows[name][0]) for name in ("mean", "low", "high")))


def cell(row: SummaryRow | None, scale: float) -> str:
    if row is None:
        return "<td>–</td>"
    text = estimate(scale * row.mean, scale * (row.high - row.low) / 2)
    if row.is_cut():
        text = between(scale * row.mean, scale * row.low, scale * row.high)
    return f"<td>{text}</td>"


def heading(title: str, unit: str, *, below: bool = False) -> str:
    if not unit:
        return escape(title)
    return f"{escape(title)}{'<br>' if below else ' '}<span class=\"unit\">[{escape(unit)}]</span>"


def case_heading(result: Result, case: int) -> str:
    swatch = ""
    if case < plot.MOST_CASES:
        swatch = f'<span class="swatch" style="background: var(--c{case % len(plot.COLOURS)})"></span>'
    return swatch + escape(result.case_names[case])


def table(head: list[str], rows: list[list[str]], *, caption: str = "") -> str:
    """A table; the first column holds headings, the others whole cells or their contents. All of it is HTML."""
    lines = [f"<caption>{caption}</caption>"] if caption else []
    if any(head):
        titles = "".join(f'<th scope="col">{title}</th>' if title else "<td></td>" for title in head)
        lines.append(f"<thead><tr>{titles}</tr></thead>")
    lines.append("<tbody>")
    for first, *others in rows:
        cells = [other if other.startswith("<td") else f"<td>{other}</td>" for other in others]
        lines.append(f'<tr><th scope="row">{first}</th>{"".join(cells)}</tr>')
    lines.append("</tbody>")
    return '<div class="wide"><table>\n' + "\n".join(lines) + "\n</table></div>\n"


def inline_svg(figure: Figure, identifier: str, title: str, description: str) -> str:
    """A figure as an element of the page, in the page's colours, light or dark."""
    buffer = io.StringIO()
    with matplotlib.rc_context(plot.style()):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg"):], flags=re.DOTALL)
    view_box = re.search(r'viewBox="[^"]*"', svg)[0]
    svg = svg[svg.index(">") + 1:]

    # colours by the page's names for them; ids apart from those of the other figures
    svg = re.sub(re.escape(plot.INK), "currentColor", svg, flags=re.IGNORECASE)
    svg = re.sub(re.escape(plot.QUIET), "var(--quiet)", svg, flags=re.IGNORECASE)
    for index, shade in enumerate(plot.COLOURS):
        svg = re.sub(re.escape(shade), f"var(--c{index})", svg, flags=re.IGNORECASE)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{identifier}-", svg)
    return (f'<svg {view_box} role="img" aria-labelledby="{identifier}-title {identifier}-description">\n'
            f'<title id="{identifier}-title">{escape(title)}</title>\n'
            f'<desc id="{identifier}-description">{escape(description)}</desc>{svg.rstrip()}')


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.Parser("faasconf.report", "Write a self-contained HTML page with tables and figures.",
                            example="python3 -m faasconf.report run.h5 --out run.html")
    parser.add_argument("result", help="result file of faasconf simulate")
    parser.add_argument("--out", required=True, help="file to write")
    return command.run(parser, arguments, _report)


def _report(options: command.Options) -> None:
    text = page(load(options.result))
    with command.written_aside(Path(options.out)) as part:
        part.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
