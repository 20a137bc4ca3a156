"""The workflow's graph, laid out in layers from left to right.

Graphviz is no dependency: what we draw are small graphs without cycles, in the few words of its language that the
program writes.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path as Curve

QUOTED = r'"(?:[^"\\]|\\.)*"'
MARKUP = r"<(?:[^<>]|<[^<>]*>)*>"
NAME = rf"{QUOTED}|[A-Za-z0-9_.\x80-\uffff]+"
ATTRIBUTES = rf"\[(?:{QUOTED}|{MARKUP}|[^\]\"<])*\]"
STATEMENTS = re.compile(rf"(?:{QUOTED}|{ATTRIBUTES}|[^;{{}}\n\"\[])+")
STATEMENT = re.compile(rf"\s*(?P<names>(?:{NAME})(?:\s*->\s*(?:{NAME}))*)\s*(?P<attributes>{ATTRIBUTES})?\s*")
ATTRIBUTE = re.compile(rf"([A-Za-z_]+)\s*=\s*({MARKUP}|{NAME})")
GAP = 2.2  # between layers, in letter heights, at least: room for an arrow
ARROW = 0.8  # from the bend to the box
DEFAULTS = ("graph", "node", "edge", "digraph", "strict", "subgraph")
MARKS = {"point": "o", "circle": "o", "doublecircle": "o", "diamond": "D"}  # where no function is called


@dataclass
class Node:
    label: str
    shape: str = "box"
    dashed: bool = False


@dataclass
class Edge:
    source: str
    target: str
    label: str = ""
    dashed: bool = False


@dataclass
class Graph:
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def parse_dot(text: str) -> Graph | None:
    """Read nodes and edges; None if there are none.

    Examples
    --------
    >>> graph = parse_dot('digraph { a [label="A"]; \\n a -> b [label="0.5"] }')
    >>> graph.nodes["a"].label, [(edge.source, edge.target, edge.label) for edge in graph.edges]
    ('A', [('a', 'b', '0.5')])
    """
    graph = Graph()
    for statement in STATEMENTS.findall(text):
        match = STATEMENT.fullmatch(statement)
        if not match:
            continue
        names = [_unquote(name) for name in re.findall(NAME, match["names"])]
        if names[0].lower() in DEFAULTS or (len(names) == 1 and match["attributes"] is None):
            continue
        attributes = {key: _unquote(value) for key, value in ATTRIBUTE.findall((match["attributes"] or "")[1:-1])}
        dashed = "dash" in attributes.get("style", "") or "dot" in attributes.get("style", "")
        for name in names:
            graph.nodes.setdefault(name, Node(label=name))
        if len(names) == 1:
            shape = attributes.get("shape", graph.nodes[names[0]].shape)
            graph.nodes[names[0]] = Node(attributes.get("label", names[0]), shape, dashed)
        for source, target in zip(names, names[1:]):
            graph.edges.append(Edge(source, target, attributes.get("label", ""), dashed))
    return graph if graph.nodes else None


def _unquote(name: str) -> str:
    if name.startswith("<"):
        return html.unescape(re.sub(r"<[^<>]*>", "", re.sub(r"<br\s*/?>", "\n", name[1:-1])))
    if not name.startswith('"'):
        return name
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nlr" else match[1], name[1:-1])


@dataclass
class Layout:
    """Places of nodes, and of the bends of edges that pass a layer."""

    layer: dict[str, int]
    height: dict[str, float]                 # in rows, 0 in the middle
    chains: list[list[str]]                  # by edge: source, bends, target


def lay_out(graph: Graph) -> Layout:
    """Layers by the longest path from a source; within a layer, an order with few crossings (Sugiyama's method)."""
    forward = _without_cycles(graph)
    layer = {name: 0 for name in graph.nodes}
    for _ in graph.nodes:
        for source, target in forward:
            layer[target] = max(layer[target], layer[source] + 1)

    # an edge over several layers gets a bend in each, so that it goes around the nodes there
    chains = []
    for number, edge in enumerate(graph.edges):
        first, last = layer[edge.source], layer[edge.target]
        bends = [f"\0{number}.{between}" for between in range(first + 1, last)]
        layer.update({bend: first + 1 + i for i, bend in enumerate(bends)})
        chains.append([edge.source, *bends, edge.target])
    links = [(a, b) for chain in chains for a, b in zip(chain, chain[1:]) if layer[a] < layer[b]]
    ranks = [[name for name in layer if layer[name] == depth] for depth in range(max(layer.values()) + 1)]

    # each layer in the order of its neighbours' middles, there and back
    place = {name: float(i) for rank in ranks for i, name in enumerate(rank)}
    for sweep in range(8):
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            near = {name: [place[a] for a, b in links if b == name] if sweep % 2 == 0
                    else [place[b] for a, b in links if a == name] for name in rank}
            rank.sort(key=lambda name: float(np.mean(near[name])) if near[name] else place[name])
            place.update({name: float(i) for i, name in enumerate(rank)})

    # then heights: close to the neighbours, a row apart, each layer about the middle line
    height = {name: i - (len(rank) - 1) / 2 for rank in ranks for i, name in enumerate(rank)}
    return Layout(layer, height, chains)


def _without_cycles(graph: Graph) -> list[tuple[str, str]]:
    """The edges, less those that lead back."""
    targets: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for edge in graph.edges:
        targets[edge.source].append(edge.target)
    state: dict[str, int] = {}  # 1: on the path, 2: done
    forward = []
    for root in graph.nodes:
        stack = [] if root in state else [(root, iter(targets[root]))]
        if stack:
            state[root] = 1
        while stack:
            name, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[name] = 2
                stack.pop()
            elif state.get(target) != 1:
                forward.append((name, target))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(targets[target])))
    return forward


def row_count(graph: Graph) -> float:
    """Rows of the widest layer, and of one that lies as far from the middle."""
    return 1 + 2 * max(abs(height) for height in lay_out(graph).height.values())


def figure(graph: Graph, *, ink: str, quiet: str) -> Figure:
    """A figure of the graph alone, as high as its widest layer needs."""
    result = Figure(figsize=(12.8, 0.45 + 0.55 * row_count(graph)), dpi=125)
    FigureCanvasAgg(result)  # measures texts, without a display
    draw(result.add_axes([0.012, 0.01, 0.976, 0.98]), graph, ink=ink, quiet=quiet)
    return result


def _layer_widths(graph: Graph, layout: Layout) -> list[float]:
    """Width of each layer's widest node, in letter heights."""
    widths = [1.0] * (max(layout.layer.values()) + 1)
    for name, node in graph.nodes.items():
        label, *notes = node.label.split("\n")
        width = 1.0 if node.shape in MARKS else max([0.62 * len(label) + 1.4, *(0.5 * len(note) for note in notes)])
        widths[layout.layer[name]] = max(widths[layout.layer[name]], width)
    return widths


def draw(axes: Axes, graph: Graph, *, ink: str, quiet: str, fontsize: float = 10.5) -> None:
    """Draw a graph over the whole of some axes."""
    layout = lay_out(graph)
    axes.set_axis_off()
    rows = max(abs(height) for height in layout.height.values())
    widths = _layer_widths(graph, layout)
    gaps = [max(GAP, rows)] * (len(widths) - 1)  # the farther up and down, the more room
    for edge in graph.edges:
        start = layout.layer[edge.source]
        if edge.label and start < len(gaps):
            gaps[start] = max(gaps[start], GAP + 0.55 * len(edge.label))
    middles = np.cumsum(widths) - np.array(widths) / 2 + np.cumsum([0, *gaps])
    total = sum(widths) + sum(gaps)
    axes.set_xlim(0, total)
    axes.set_ylim(rows + 0.6, -rows - 0.6)
    # the largest letters with which layers and rows, a box high and perhaps a note, fit
    row_share = 0.28 if any("\n" in node.label for node in graph.nodes.values()) else 0.4
    extent = axes.get_window_extent()
    points = 72 / axes.figure.dpi
    size = min(fontsize, extent.width * points / total, row_share * extent.height * points / (2 * rows + 1.2))

    # nodes; edges begin and end at their boxes
    to_data_width = total / extent.width
    renderer = axes.figure.canvas.get_renderer()
    half_width = {}
    for name, node in graph.nodes.items():
        x, y = middles[layout.layer[name]], layout.height[name]
        if node.shape in MARKS:
            axes.plot(x, y, marker=MARKS[node.shape], color=quiet, markersize=0.6 * size)
            if node.shape == "doublecircle":
                axes.plot(x, y, marker="o", color=quiet, markersize=size, fillstyle="none")
            if node.shape != "point" and node.label not in ("", name):
                axes.annotate(node.label, (x, y), (0, 0.7 * size), textcoords="offset points", ha="center",
                              va="bottom", fontsize=0.85 * size, color=quiet)
            half_width[name] = 0.5 * size / points * to_data_width
            continue
        label, *notes = node.label.split("\n")
        text = axes.text(x, y, label, ha="center", va="center", fontsize=size, color=ink, zorder=3,
                         bbox={"boxstyle": "round,pad=0.45", "facecolor": "none", "edgecolor": quiet,
                               "linewidth": 1.2, "linestyle": "--" if node.dashed else "-"})
        axes.annotate("\n".join(notes), (x, y), (0, -1.3 * size), textcoords="offset points", ha="center", va="top",
                      fontsize=0.8 * size, color=quiet)
        box = text.get_window_extent(renderer)
        half_width[name] = (0.5 * box.width + 0.5 * size / points) * to_data_width

    for edge, chain in zip(graph.edges, layout.chains):
        # straight through a layer, beside its nodes, and bent only between two
        ends = []
        for name in chain:
            middle, half = middles[layout.layer[name]], widths[layout.layer[name]] / 2
            half = max(half, half_width.get(name, 0) + ARROW)
            ends.append((np.array([middle - half, layout.height[name]]), np.array([middle + half, layout.height[name]])))
        first = np.array([middles[layout.layer[edge.source]] + half_width[edge.source], layout.height[edge.source]])
        last = np.array([middles[layout.layer[edge.target]] - half_width[edge.target], layout.height[edge.target]])
        vertices, codes = [first], [Curve.MOVETO]
        for (_, a), (b, _) in zip(ends, ends[1:]):
            middle = (a[0] + b[0]) / 2
            vertices += [a, np.array([middle, a[1]]), np.array([middle, b[1]]), b]
            codes += [Curve.LINETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
        vertices.append(last)
        codes.append(Curve.LINETO)
        curve = Curve(vertices, codes)
        axes.add_patch(FancyArrowPatch(path=curve, arrowstyle="-|>,head_width=0.22,head_length=0.45",
                                       mutation_scale=size, color=quiet, linewidth=1.2, shrinkA=0, shrinkB=0,
                                       linestyle="--" if edge.dashed else "-"))
        if edge.label:
            # on the straight part beside the nodes of a layer, else outside of the bend where it ends
            (x0, y0), (x1, y1) = ends[1] if len(chain) > 2 else (ends[0][1], ends[1][0])
            bend = np.sign(round(y1 - y0, 6))
            axes.annotate(edge.label, (x1 if bend else (x0 + x1) / 2, y1), (-2 * abs(bend), 3 if bend <= 0 else -3),
                          textcoords="offset points", ha="right" if bend else "center",
                          va="bottom" if bend <= 0 else "top", fontsize=0.85 * size, color=quiet)
