import html.parser
import re

import h5py
import numpy as np
import pytest
import synthetic

import faasconf
from faasconf import intervals, report

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(html.parser.HTMLParser):
    """Elements of a page; every one must be closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text(result):
    return report.page(result)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_the_page_needs_nothing_but_itself(text, page):
    assert not page.all("script") and not page.all("link") and not page.all("iframe") and not page.all("img")
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "data", "srcset", "action"):
            assert attributes.get(name, "#").startswith("#")
    assert "url(http" not in text and "@import" not in text and "http://" not in text and "https://" not in text


def test_ids_are_unique_and_references_meet_them(text, page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    references = re.findall(r'href="#([^"]+)"', text) + re.findall(r"url\(#([^)]+)\)", text)
    assert references and set(references) <= set(ids)


def test_figures_have_a_title_and_a_description(page):
    figures = page.all("svg")
    assert len(figures) == 3, "for a screen, for a phone, and the workflow"
    for figure in figures:
        assert figure["role"] == "img" and len(figure["aria-labelledby"].split()) == 2
    assert "QoS is met in" in page.text and "resize to update" in page.text


def test_names_and_inputs_are_escaped(tmp_path):
    evil = "<script>alert('x')</script>&\""
    path = synthetic.write_result(tmp_path / "run.h5", cases=[evil, "b"], functions=[evil], replications=2,
                                  window_count=3, dot='digraph { "<script>a" -> "b"; }')
    text = report.page(faasconf.load(path))
    page = Page(text)
    assert not page.all("script")
    assert "<script>" not in text and "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;&quot;" in text
    assert "azure <day 1>.csv" in page.text


def test_tables_have_intervals_functions_and_provenance(result, page):
    for expected in (*result.case_names, *result.function_names, "periods that kept the promise", "a" * 64, "seed: 7", "0.1.0"):
        assert expected in page.text
    rows = result.summary.where(case=0, function=-1, metric="latency_mean_s")
    assert intervals.estimate(rows["mean"][0], rows["mean"][0] - rows["low"][0]) in page.text


def test_cases_are_compared_in_pairs(result, page):
    first, second = (result.replications.where(case=case)["latency_mean_s"] for case in (0, 1))
    assert intervals.estimate(*intervals.mean_interval(second - first), signed=True) in page.text


@pytest.fixture
def compared(tmp_path):
    """Two cases after a warm-up of 60 s in a file that tells totals and how exact percentiles are."""
    path = synthetic.write_result(tmp_path / "compared.h5", window_count=12, silent=(0, 0))
    with h5py.File(path, "r+") as file:
        names = [name.decode() for name in file["run/metrics/name"][()]]
        kinds = ["total" if name in ("arrivals", "failures") else "value" for name in names]
        file.create_dataset("run/metrics/kind", data=synthetic.fixed_text(kinds))
        file["run/metrics/kind"].attrs["unit"] = ""
        file["run/warm_up_s"][()] = [60, 60]
        file.create_dataset("summary/resolution", data=np.full(len(file["summary/mean"]), 5.0))
        file["summary/resolution"].attrs["unit"] = ""
    return faasconf.load(path)


def test_totals_of_a_comparison_are_per_hour(compared):
    text = report.page(compared)
    assert "Counted: 5 minutes of every case, after a warm-up of 60 s; totals per hour." in text
    arrivals = compared.summary.where(case=0, function=-1, metric="arrivals")
    half_width = (arrivals["high"][0] - arrivals["low"][0]) / 2
    assert intervals.estimate(12 * arrivals["mean"][0], 12 * half_width) in text


def test_differences_contain_the_resolution(compared):
    first, second = (compared.replications.where(case=case)["latency_mean_s"] for case in (0, 1))
    mean, half_width = intervals.mean_interval(second - first)
    assert half_width < 10
    assert intervals.estimate(mean, 10.0, signed=True) in report.page(compared)


def test_colours_follow_the_page_not_the_figure(text):
    svg = text[text.index("<svg"):]
    assert "var(--c0)" in svg and "currentColor" in svg
    assert "#0072b2" not in svg and "#1f2328" not in svg


def test_the_same_result_makes_the_same_page(result, text):
    assert report.page(result) == text


@pytest.mark.parametrize("options", [
    {"replications": 1}, {"cases": ["only"]}, {"dot": ""}, {"silent": (0, 170)}, {"window_count": 1},
    {"cases": [f"case {i}" for i in range(20)], "window_count": 3},
], ids=["one replication", "one case", "no graph", "no success", "one window", "many cases"])
def test_unusual_results_are_reported(tmp_path, options):
    path = synthetic.write_result(tmp_path / "run.h5", **{"replications": 2} | options)
    Page(report.page(faasconf.load(path)))


def test_the_command_writes_a_whole_file_or_none(result_path, tmp_path, capsys):
    out = tmp_path / "run.html"
    assert report.main([str(result_path), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").endswith("</html>\n")
    assert report.main([str(tmp_path / "no.h5"), "--out", str(tmp_path / "no.html")]) == 2
    assert report.main([str(result_path), "--out", str(tmp_path / "no" / "run.html")]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.html"]
    assert capsys.readouterr().err.count("\n") == 2


# Oracle: tables of Student's t, P(T <= t) = 0.975.
@pytest.mark.parametrize("dof, t", [(1, 12.70620), (2, 4.30265), (3, 3.18245), (4, 2.77645), (30, 2.04227),
                                    (121, 1.97976)])
def test_student_t_agrees_with_the_tables(dof, t):
    assert intervals.student_t(dof) == pytest.approx(t, abs=1e-5)


def test_an_interval_that_is_cut_where_a_share_ends_shows_both_ends():
    assert report.cell(report.SummaryRow(0.95, 0.31, 1.0), 100) == "<td>95 [31, 100]</td>"
    assert report.cell(report.SummaryRow(2.0, 1.5, 2.5), 1) == "<td>2.00 ± 0.50</td>"


def test_a_phone_has_a_figure_of_its_own_and_names_that_stay(text):
    assert text.count('<div class="narrow">') == 1 and "@media (max-width: 700px)" in text
    assert "position: sticky" in text


def test_the_page_begins_with_whether_each_case_kept_the_promise(tmp_path):
    path = tmp_path / "verdicts.h5"
    synthetic.write_result(path)
    assert faasconf.load(path).verdicts == [], "a file from before there were any"
    names = faasconf.load(path).case_names
    with h5py.File(path, "r+") as file:
        file["run"].create_dataset("verdicts", data=synthetic.fixed_text([f"promise kept by {name} <" for name in names]))
    page = Page(report.page(faasconf.load(path)))
    for name in names:
        assert f"{name}: promise kept by {name} <" in page.text
