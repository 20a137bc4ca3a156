"""`faasconf.load` opens every kind of file: those of today and, in tests/data/records, those from before records."""

import gzip
import dataclasses
import hashlib
import json
import pickle
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import h5py
import pytest
from matplotlib.figure import Figure

import faasconf
from faasconf import plot, report
from faasconf._record import record_of_fields

OLD = Path(__file__).parents[1] / "data/records"


def by_contents(text, inputs):
    """A text in quotes, or the digests of the inputs at the path that it is."""
    digests = [digest for path, digest in inputs if path == text[1] or text[1] and path.startswith(text[1] + "/")]
    return f'"{" ".join(digests)}"' if digests else text[0]


def expected_identity(record):
    """By the definition in docs/reference/records.md."""
    seed = "null" if record.seed is None else record.seed
    inputs = "".join(f"input: {digest}\n" for _, digest in record.inputs)
    experiment = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda text: by_contents(text, record.inputs), record.experiment)
    text = f"model_version: {record.model_version}\nseed: {seed}\n{inputs}job:\n{record.job}experiment:\n{experiment}"
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def old_result(tmp_path):
    path = tmp_path / "result.h5"
    path.write_bytes(gzip.decompress((OLD / "result.h5.gz").read_bytes()))
    return faasconf.load(path)


def test_a_result_from_before_records_is_read(old_result):
    assert isinstance(old_result, faasconf.Result)
    assert old_result.case_names == ["middle"] and old_result.windows.row_count == 1
    assert old_result.record.format == "faasconf-result" and old_result.record.seed == 3
    assert old_result.record.model_version is None and old_result.record.identity == ""
    assert old_result.record.experiment == old_result.resolved != ""
    assert old_result.spans.row_count > 0


def test_the_metrics_of_a_result_from_before_have_the_names_of_today(old_result):
    assert {"latency_mean_s", "cost_window_usd"} <= {metric.name for metric in old_result.metrics["end to end"]}
    assert "received_bytes_per_s" in {metric.name for metric in old_result.metrics["function"]}
    assert "latency mean s" in report.page(old_result)


def test_an_evaluation_from_before_records_is_read():
    made = faasconf.load(OLD / "evaluation.h5")
    assert isinstance(made, faasconf.Evaluation)
    assert made.loads == ["5 users", "10 users"] and made.scores.shape == (2, 2, 2, 8)
    assert made.record.seed == 1 and "workflow:" in made.record.experiment


def test_a_search_table_from_before_records_is_read():
    made = faasconf.load(OLD / "table.yaml")
    assert isinstance(made, faasconf.SearchTable)
    assert made.configurations == {2: {"f": {"cpu": "50m", "memory": "128Mi", "replicas": "1", "concurrency": "2"}}}
    assert made.record.format == "faasconf-table"


def test_a_search_table_by_rates_is_read(tmp_path):
    written = (OLD / "table.yaml").read_text()
    (tmp_path / "table.yaml").write_text(written.replace("users: 2", "rate: 2.5/s"))
    assert list(faasconf.load(tmp_path / "table.yaml").configurations) == [2.5]


def test_a_calibrated_workflow_from_before_records_is_read():
    made = faasconf.load(OLD / "calibrated.yaml")
    assert isinstance(made, faasconf.CalibratedWorkflow)
    assert made.workflow["name"] == "openfaas-function"
    assert made.calibration["measurements"]["rows"] == "18"
    assert made.record.inputs == [("openfaas-closed-loop.csv", made.calibration["measurements"]["sha256"])]


@pytest.mark.parametrize(("name", "kind", "rows"), [
    ("predictions.csv", faasconf.Predictions, 2), ("profile.csv", faasconf.Profile, 20),
    ("functions.csv", faasconf.Replay, 12)])
def test_a_table_from_before_records_is_read(name, kind, rows):
    made = faasconf.load(OLD / name)
    assert isinstance(made, kind)
    assert made.table.row_count == rows
    assert made.record.identity == ""


def test_numbers_of_a_table_are_numbers_and_names_are_text():
    table = faasconf.load(OLD / "predictions.csv").table
    assert table["latency_mean_s"].tolist() == [0.43659616795714284, 0.1751675027896502]
    assert table["f.cpu"].tolist() == ["100m", "400m"]
    assert table["extrapolates"].tolist() == ["", ""]


def test_a_profile_says_where_it_comes_from():
    made = faasconf.load(OLD / "profile.csv")
    assert made.origin.startswith("file azure-demo-day.csv, sha256 ")
    assert made.table["users"].max() == 44


def test_a_trace_store_from_before_records_is_read():
    made = faasconf.load(OLD / "trace.h5")
    assert isinstance(made, faasconf.TraceStore)
    assert made.attributes["functions"] == 12 and made.attributes["days"] == 1
    assert made.record.format == "faasconf-trace"


def test_a_checkpoint_from_before_records_is_read():
    made = faasconf.load(OLD / "calibrated.yaml.checkpoint")
    assert isinstance(made, faasconf.SearchCheckpoint)
    assert len(made.record.identity) == 64 and made.search["evaluations"] > 0


def test_a_training_from_before_records_is_read():
    made = faasconf.load(OLD / "training")
    assert isinstance(made, faasconf.Training)
    assert [line["kind"] for line in made.log] == ["train", "selection", "selection"]
    assert "method: ppo" in made.experiment
    assert made.policy().metadata["workflow"]["agents"] == ["f"]


def test_a_policy_from_before_records_is_read():
    made = faasconf.load(OLD / "training/best.fcp")
    assert isinstance(made, faasconf.Policy)
    assert made.record.format == "faasconf-policy" and made.record.seed == 3
    assert "method: ppo" in made.record.experiment


def test_a_checkpoint_has_the_record_of_its_fit(tmp_path):
    fields = json.loads((OLD / "calibrated.yaml.checkpoint").read_text())
    fields["record"] = {"format": "faasconf-calibration-checkpoint", "format_version": 1, "seed": 4,
                        "job": "calibrate: {budget: 42}\n"}
    (tmp_path / "c.checkpoint").write_text(json.dumps(fields))
    made = faasconf.load(tmp_path / "c.checkpoint")
    assert isinstance(made, faasconf.SearchCheckpoint)
    assert made.record.seed == 4 and made.record.verb == "calibrate"


RECORD = {"format": "faasconf-result", "format_version": 1, "faasconf_version": "1.2", "model_version": 3, "seed": 7,
          "identity": "ab" * 32, "inputs": [{"path": "größer (1).yaml", "sha256": "cd" * 32}],
          "job": "simulate: {warm_up: 2m}\n", "experiment": "workflow:\n  name: \"a \\\\ & <b>\"\n"}


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_has_the_record_of_what_it_shows(tmp_path, kind):
    (tmp_path / "rows.csv").write_text("# faasconf: " + json.dumps(RECORD) + "\na,b\n")
    plot.write_figure(str(tmp_path / f"f.{kind}"), tmp_path / "rows.csv", Figure)
    made = faasconf.load(tmp_path / f"f.{kind}")
    assert isinstance(made, faasconf.FigureFile)
    assert made.record == record_of_fields(RECORD | {"format": "faasconf-figure"})


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_of_what_has_no_record_has_none(tmp_path, kind):
    (tmp_path / "rows.csv").write_text("a,b\n")
    plot.write_figure(str(tmp_path / f"f.{kind}"), tmp_path / "rows.csv", Figure)
    with pytest.raises(faasconf.Error, match="a figure or a page without a record"):
        faasconf.load(tmp_path / f"f.{kind}")


class Calls:
    """Would run a function of its choice, were it read as any pickle."""

    def __reduce__(self):
        return (Path.mkdir, (Path("made by a checkpoint"),))


def test_a_checkpoint_is_read_without_running_what_is_in_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile(tmp_path / "last.ckpt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Calls()))
    with pytest.raises(faasconf.Error, match="a damaged or another file"):
        faasconf.load(tmp_path / "last.ckpt")
    assert not (tmp_path / "made by a checkpoint").exists()


def other_hdf5(path):
    with h5py.File(path, "w") as file:
        file.attrs["format"] = "something else"


def other_archive(path):
    shutil.make_archive(str(path.with_suffix("")), "zip", OLD / "training")
    path.with_suffix(".zip").rename(path)


@pytest.mark.parametrize(("make", "reason"), [
    (lambda path: path.write_text("a,b\n1,2\n"), "expected a file that faasconf wrote, got another"),
    (lambda path: path.write_text(""), "expected a file that faasconf wrote"),
    (lambda path: path.write_text('{"format": "another"}'), "expected a file that faasconf wrote"),
    (lambda path: path.write_bytes(b"\xff\xfe\x00"), "expected a file that faasconf wrote"),
    (lambda path: path.mkdir(), "expected the folder of a training"),
    (other_hdf5, "HDF5 of the format \"something else\""),
    (other_archive, "an archive without its metadata"),
    (lambda path: None, "no such file"),
], ids=["csv", "empty", "json", "bytes", "folder", "hdf5", "zip", "missing"])
def test_what_is_none_of_ours_is_one_clear_error(tmp_path, make, reason):
    make(tmp_path / "file")
    with pytest.raises(faasconf.Error, match=reason):
        faasconf.load(tmp_path / "file")


def test_a_damaged_record_is_one_clear_error(tmp_path):
    (tmp_path / "p.csv").write_text("# faasconf: {\"format\": \n" + (OLD / "profile.csv").read_text())
    with pytest.raises(faasconf.Error, match="p.csv: .*record"):
        faasconf.load(tmp_path / "p.csv")


def test_a_newer_format_of_any_kind_is_refused(tmp_path):
    record = "# faasconf: {\"format\": \"faasconf-profile\", \"format_version\": 2}\n"
    (tmp_path / "p.csv").write_text(record + (OLD / "profile.csv").read_text())
    with pytest.raises(faasconf.Error, match="format version 2, but this faasconf reads up to 1"):
        faasconf.load(tmp_path / "p.csv")


# --- written today

program = pytest.mark.skipif(shutil.which("faasconf") is None, reason="the program faasconf is not on the PATH")


def written(folder, *arguments):
    subprocess.run(["faasconf", *map(str, arguments)], check=True, capture_output=True, cwd=folder)


def check(record, verb):
    assert record.verb == verb
    assert record.model_version >= 1 and record.faasconf_version != ""
    assert record.identity == expected_identity(record)


@program
def test_a_result_says_which_run_it_is(tmp_path):
    written(tmp_path, "simulate", "branch", "--duration", "1m", "--replications", "2", "--seed", "3", "--warm-up", "0s",
            "--out", "run.h5")
    record = faasconf.load(tmp_path / "run.h5").record
    check(record, "simulate")
    assert record.seed == 3 and "duration: 1m" in record.experiment and "warm_up: 0s" in record.job


@program
def test_identity_knows_neither_threads_nor_paths_but_the_seed(tmp_path):
    run = ["simulate", "branch", "--duration", "1m", "--replications", "2", "--warm-up", "0s"]
    written(tmp_path, *run, "--seed", "3", "--threads", "1", "--out", "a.h5")
    written(tmp_path, *run, "--seed", "3", "--threads", "2", "--out", "b.h5")
    written(tmp_path, *run, "--seed", "4", "--threads", "1", "--out", "c.h5")
    a, b, c = (faasconf.load(tmp_path / f"{name}.h5").record.identity for name in "abc")
    assert a == b != c


@program
def test_an_evaluation_says_which_policies_and_loads_it_is_of(tmp_path):
    written(tmp_path, "evaluate", "openfaas-function", "--users", "5", "--windows", "3", "--seeds", "2", "--policy",
            "fixed", "--policy", "hpa", "--out", "e.h5")
    record = faasconf.load(tmp_path / "e.h5").record
    check(record, "evaluate")
    assert "users: [\"5 x 4\"]" in record.job and "- {hpa: " in record.experiment


@program
def test_a_search_table_says_how_it_was_searched_for(tmp_path):
    written(tmp_path, "search", "openfaas-function", "--users", "2", "--windows", "40000", "--promise",
            "served_share>=60%, period=window, periods>=50%", "--out", "t.yaml")
    made = faasconf.load(tmp_path / "t.yaml")
    check(made.record, "search")
    assert made.record.format == "faasconf-table" and "windows: 40000" in made.record.job
    assert "served_share>=60%" in made.record.experiment
    old = faasconf.load(OLD / "table.yaml")
    assert made.configurations.keys() == old.configurations.keys()
    written(tmp_path, "evaluate", "openfaas-function", "--users", "2", "--windows", "3", "--seeds", "2", "--table",
            "t.yaml", "--out", "e.h5")
    assert faasconf.load(tmp_path / "e.h5").record.inputs[1] == (
        "t.yaml", hashlib.sha256((tmp_path / "t.yaml").read_bytes()).hexdigest())


@program
def test_the_same_job_has_the_same_identity_in_another_folder(tmp_path):
    run = ["evaluate", "openfaas-function", "--users", "2", "--windows", "3", "--seeds", "2"]
    records = []
    for name, table in (("a", "t.yaml"), ("b/c", tmp_path / "b/c/t.yaml"), ("d", "t.yaml")):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        text = (OLD / "table.yaml").read_text()
        (folder / "t.yaml").write_text(text if name != "d" else text.replace("replicas: 1", "replicas: 2"))
        written(folder, *run, "--table", table, "--out", "e.h5")
        records.append(faasconf.load(folder / "e.h5").record)
        check(records[-1], "evaluate")
    assert records[0].identity == records[1].identity != records[2].identity
    assert records[0].experiment != records[1].experiment


@program
def test_tables_and_the_page_of_a_result_have_its_record(tmp_path):
    written(tmp_path, "simulate", "branch", "--duration", "1m", "--replications", "2", "--seed", "3", "--warm-up", "0s",
            "--out", "run.h5")
    written(tmp_path, "export-csv", "run.h5", "--out", "tables")
    record = faasconf.load(tmp_path / "run.h5").record
    windows = faasconf.load(tmp_path / "tables/windows.csv")
    assert isinstance(windows, faasconf.ExportedTable)
    assert windows.record == dataclasses.replace(record, format="faasconf-result-windows")
    assert windows.table["latency_mean_s"].tolist() == \
        faasconf.load(tmp_path / "run.h5").windows["latency_mean_s"].tolist()
    (tmp_path / "page.html").write_text(report.page(faasconf.load(tmp_path / "run.h5")))
    page = faasconf.load(tmp_path / "page.html")
    assert page.record == dataclasses.replace(record, format="faasconf-figure")


@program
def test_predictions_say_of_which_workflow_and_table_they_are(tmp_path):
    (tmp_path / "in.csv").write_text("f.cpu,f.memory,f.replicas,f.concurrency,users\n100m,128Mi,1,1,2\n")
    written(tmp_path, "predict", OLD / "calibrated.yaml", "--in", "in.csv", "--replications", "2", "--out", "p.csv")
    made = faasconf.load(tmp_path / "p.csv")
    check(made.record, "predict")
    assert [Path(path).name for path, _ in made.record.inputs] == ["calibrated.yaml", "in.csv"]
    old = faasconf.load(OLD / "predictions.csv").table
    assert made.table["latency_mean_s"][0] == pytest.approx(old["latency_mean_s"][0], rel=0.02)
    # what was predicted is a table of configurations again
    written(tmp_path, "predict", OLD / "calibrated.yaml", "--in", "p.csv", "--replications", "2", "--out", "again.csv")


@program
def test_what_comes_of_a_trace_says_so(tmp_path):
    written(tmp_path, "trace", "synthesize", "--functions", "12", "--out", "t.h5")
    store = faasconf.load(tmp_path / "t.h5")
    check(store.record, "trace synthesize")
    assert store.record.seed == 1 and "functions: 12" in store.record.job
    assert store.attributes["digest"] == faasconf.load(OLD / "trace.h5").attributes["digest"]
    written(tmp_path, "trace", "select", "t.h5", "--trigger", "http", "--out", "s.h5")
    check(faasconf.load(tmp_path / "s.h5").record, "trace select")
    written(tmp_path, "trace", "convert", "s.h5", "--out", "csv")
    folder = faasconf.load(tmp_path / "csv")
    assert isinstance(folder, faasconf.TraceFolder)
    check(folder.record, "trace convert")
    assert folder.origin == faasconf.load(tmp_path / "s.h5").attributes["origin"]
    assert all((tmp_path / "csv" / name).exists() for name in folder.files) and len(folder.files) == 3

    written(tmp_path, "trace", "replay", "t.h5", "--out", "f.csv")
    replay = faasconf.load(tmp_path / "f.csv")
    check(replay.record, "trace replay")
    assert replay.record.inputs == [("t.h5", hashlib.sha256((tmp_path / "t.h5").read_bytes()).hexdigest())]
    assert "keep_alive: 10m" in replay.record.job and "threads" not in replay.record.job
    assert (replay.table["calls"] == faasconf.load(OLD / "functions.csv").table["calls"]).all()

    written(tmp_path, "trace", "profile", "azure-demo-day.csv", "--length", "20m", "--out", "p.csv")
    profile = faasconf.load(tmp_path / "p.csv")
    check(profile.record, "trace profile")
    assert profile.record.seed is None
    assert (profile.table["users"] == faasconf.load(OLD / "profile.csv").table["users"]).all()


@program
def test_a_calibration_says_from_what_it_was_fitted(tmp_path):
    written(tmp_path, "calibrate", "--measurements", "openfaas-closed-loop.csv", "--mapping", "openfaas-closed-mapping",
            "--workflow", "openfaas-function", "--budget", "0", "--members", "2", "--replications", "2", "--out",
            "c.yaml", "--predictions", "m.csv")
    made, fit = faasconf.load(tmp_path / "c.yaml"), faasconf.load(tmp_path / "m.csv")
    assert isinstance(made, faasconf.CalibratedWorkflow) and isinstance(fit, faasconf.Fit)
    for record in (made.record, fit.record):
        check(record, "calibrate")
        assert [Path(path).name for path, _ in record.inputs] == [
            "openfaas-closed-loop.csv", "openfaas-closed-mapping.yaml", "openfaas-function.yaml"]
    assert made.record.identity == fit.record.identity
    # it is a workflow still
    written(tmp_path, "simulate", "c.yaml", "--duration", "1m", "--replications", "1", "--warm-up", "0s")


def refusal(path):
    with pytest.raises(faasconf.Error) as refused:
        faasconf.load(path)
    return str(refused.value)


def changed(tmp_path, change):
    path = tmp_path / "r.h5"
    path.write_bytes(gzip.decompress((OLD / "result.h5.gz").read_bytes()))
    with h5py.File(path, "r+", libver="latest") as file:
        change(file)
    return path


def test_no_link_is_followed_out_of_a_file(tmp_path):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["x"] = [b"secret"]

    def link(file):
        del file["run/cases"]
        file["run/cases"] = h5py.ExternalLink(str(other), "/x")

    assert "which is not followed" in refusal(changed(tmp_path, link))


def test_no_values_are_read_from_another_file(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(bytes(80))

    def elsewhere(file):
        del file["windows/price"]
        file.create_dataset("windows/price", (10,), "f8", external=[(str(other), 0, 80)])

    assert "which is not read" in refusal(changed(tmp_path, elsewhere))


def test_a_column_that_expands_beyond_measure_is_refused(tmp_path):
    def expand(file):
        del file["windows/price"]
        file.create_dataset("windows/price", (2**34,), "f8", chunks=(8192,))

    assert "times the 0 bytes that the file stores of it" in refusal(changed(tmp_path, expand))


def test_a_member_of_an_archive_that_expands_beyond_measure_is_refused(tmp_path):
    path = tmp_path / "p.fcp"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("policy/extra/faasconf/metadata.json", " " * 20_000_000 + "{}")
    assert "times its compressed size" in refusal(path)


@pytest.mark.parametrize("name", ["deep.json", "deep.fcp"])
def test_json_that_is_nested_deep_is_refused(tmp_path, name):
    deep = '{"format":' + "[" * 100_000 + "]" * 100_000 + "}"
    if name == "deep.json":
        (tmp_path / name).write_text(deep)
    else:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("policy/extra/faasconf/metadata.json", deep)
    assert name in refusal(tmp_path / name)


def test_a_checkpoint_with_a_changed_digit_is_refused(tmp_path):
    path = tmp_path / "c.checkpoint"
    body = '{"format":"faasconf calibration checkpoint 2","identity":"x","search":{"step":0.25},"sha256":"'
    path.write_text(body + hashlib.sha256(body.encode()).hexdigest() + '"}\n')
    assert faasconf.load(path).search == {"step": 0.25}
    path.write_text(path.read_text().replace("0.25", "0.26"))
    assert "its digest is of other contents" in refusal(path)
