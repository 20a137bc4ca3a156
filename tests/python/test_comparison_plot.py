import matplotlib.colors
import numpy as np
import pytest
import synthetic

import faasconf
from faasconf import comparison_plot, plot


def panels(figure):
    """Without the panels of the load, which come first."""
    return [axes for axes in figure.axes if not axes.get_title(loc="left").startswith("Load")]


def test_several_cases_are_small_multiples(result):
    figure = plot.draw(result)
    assert figure.bbox.width == 1600
    assert len(figure.axes) == 3 + 3 * len(result.case_names)
    lines = {patch.get_edgecolor()[:3] for axes in figure.axes[3:] for patch in axes.patches if not patch.get_fill()}
    assert lines == {matplotlib.colors.to_rgb(shade) for shade in plot.COLOURS[:2]}


def test_the_same_quantity_has_the_same_axes_in_every_row(result):
    drawn = plot.draw(result).axes[3:]
    for column in range(3):
        assert len({drawn[row * 3 + column].get_ylim() for row in range(2)}) == 1
    assert len({axes.get_xlim() for axes in drawn}) == 1


def test_replicas_are_drawn(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=2, window_count=5)
    drawn = plot.draw(faasconf.load(path)).axes[8]  # of "large"
    line = [patch for patch in drawn.patches if not patch.get_fill()][0]
    assert np.allclose(line.get_data().values, 2 * len(synthetic.FUNCTIONS))


def test_windows_that_break_the_promise_have_a_mark(result):
    marked = [line for axes in plot.draw(result).axes[3:] for line in axes.lines if line.get_marker() == "x"]
    assert len(marked) == len(result.case_names)
    assert sum(len(line.get_xdata()) for line in marked) > 0


def test_on_a_phone_panels_stand_below_each_other(result):
    figure = comparison_plot.draw(result, narrow=True)
    assert figure.get_figwidth() == pytest.approx(390 / 96)
    boxes = [axes.get_position() for axes in figure.axes]
    assert len({round(box.x0, 6) for box in boxes}) == 1
    assert all(upper.y0 > lower.y1 for upper, lower in zip(boxes, boxes[1:]))
    sizes = [text.get_fontsize() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
    assert min(sizes) >= 7.5, "points, of 4/3 pixels"


def test_the_title_states_the_finding(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=2, window_count=5)
    result = faasconf.load(path)
    result.verdicts[:] = ["promise broken: 1 of 10", "promise kept: 10 of 10"]
    title = plot.draw(result).texts
    assert any("Only large keeps the promise" in text.get_text() for text in title)
    assert any(text.get_text().startswith("\u2717 small: broken") for text in title)


def test_long_runs_are_put_together():
    means, edges = comparison_plot.binned(np.arange(2880.0), 30.0 * np.arange(2881))
    assert len(means) <= comparison_plot.MOST_BINS and len(edges) == len(means) + 1
    assert means[0] == np.mean(np.arange(18)) and edges[-1] == 86400
