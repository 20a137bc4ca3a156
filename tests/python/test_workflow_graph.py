import numpy as np
import pytest

from faasconf.workflow_graph import Graph, Node, figure, lay_out, parse_dot


def edges(graph):
    return [(edge.source, edge.target) for edge in graph.edges]


def test_quotes_chains_attributes_and_defaults_are_understood():
    graph = parse_dot('''digraph "my workflow" {
      rankdir=LR; node [shape=box, style="rounded"]; edge [color=gray];
      "a \\"quoted\\"; {name}" [label="A\\nB"];
      "a \\"quoted\\"; {name}" -> b -> c [label="p = 0.3", style=dashed]
      subgraph cluster_0 { label="x"; d; b -> d; }
      join [shape=point, label=""];
    }''')
    assert graph.nodes['a "quoted"; {name}'].label == "A\nB"
    assert edges(graph) == [('a "quoted"; {name}', "b"), ("b", "c"), ("b", "d")]
    assert graph.edges[0].label == "p = 0.3" and graph.edges[1].dashed
    assert graph.nodes["join"].shape == "point"
    assert set(graph.nodes) == {'a "quoted"; {name}', "b", "c", "d", "join"}


def test_markup_in_labels_becomes_lines():
    graph = parse_dot('digraph { n3 [label=<a &amp; b<br/><font point-size="10">failure; ignored</font>>]; n3 -> n4 }')
    assert graph.nodes["n3"].label == "a & b\nfailure; ignored"
    assert edges(graph) == [("n3", "n4")]


@pytest.mark.parametrize("text", ["", "digraph {}", "no graph at all", "digraph { rankdir=LR; node [shape=box]; }"])
def test_nothing_to_draw_is_none(text):
    assert parse_dot(text) is None


def test_layers_follow_the_longest_path():
    graph = parse_dot("digraph { a -> b; b -> c; a -> c; c -> d }")
    layout = lay_out(graph)
    assert [layout.layer[name] for name in "abcd"] == [0, 1, 2, 3]
    assert len(layout.chains[2]) == 3  # a -> c bends around b
    assert layout.height[layout.chains[2][1]] != layout.height["b"]


def test_branches_lie_about_the_middle_line():
    layout = lay_out(parse_dot("digraph { a -> b; a -> c; a -> d; b -> e; c -> e; d -> e }"))
    assert sorted(layout.height[name] for name in "bcd") == [-1, 0, 1]
    assert layout.height["a"] == layout.height["e"] == 0


def test_branches_do_not_cross():
    layout = lay_out(parse_dot("digraph { a -> x; a -> y; y -> y1; x -> x1; y1 -> y2; x1 -> x2 }"))
    assert (layout.height["x"] < layout.height["y"]) == (layout.height["x1"] < layout.height["y1"])
    assert (layout.height["x1"] < layout.height["y1"]) == (layout.height["x2"] < layout.height["y2"])


def test_no_edge_crosses_a_node_that_it_passes():
    graph = parse_dot("""digraph { start [shape=circle]; start -> front; front -> database; front -> long_name; front -> b;
      b -> long_name; b -> c; c -> database; long_name -> database; front -> c [label="×5"]; b -> database }""")
    axes = figure(graph, ink="black", quiet="gray").axes[0]
    boxes = {}
    for text in axes.texts:
        if text.get_text() in graph.nodes:
            boxes[text.get_text()] = text.get_window_extent().transformed(axes.transData.inverted())
    assert set(boxes) == set(graph.nodes) - {"start"}
    for edge, patch in zip(graph.edges, axes.patches, strict=True):
        points = np.concatenate([line for line in patch.get_path().to_polygons(closed_only=False)])
        for name in set(boxes) - {edge.source, edge.target}:
            assert not any(boxes[name].contains(*point) for point in points), (edge, name)


def test_a_cycle_does_not_hang():
    layout = lay_out(parse_dot("digraph { a -> b; b -> c; c -> a; c -> c }"))
    assert [layout.layer[name] for name in "abc"] == [0, 1, 2]


def test_a_single_node_is_a_graph():
    assert lay_out(Graph({"a": Node("a")}, [])).height == {"a": 0}
