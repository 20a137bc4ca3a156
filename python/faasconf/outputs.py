"""What the verbs write beside results and evaluations, as typed objects; `faasconf.load` makes them."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py

from faasconf import hdf5
from faasconf._error import Error, reading
from faasconf._record import CSV_COMMENT, Record, record_of_fields, record_of_json
from faasconf.table import Table, table_of_csv

_MOST_MEMBER_BYTES = 64 << 20
_MOST_EXPANSION = 100  # of a member of an archive; torch stores without compression
_SMALL_BYTES = 1 << 20
_DIGEST = 64  # hexadecimal digits
_SEAL = b"faasconf sha256 "  # before the digest that a checkpoint of a training ends with

Knobs = dict[str, str]  # as written: {"cpu": "770m", "memory": "512Mi", "replicas": "2", "concurrency": "3"}


@dataclass(frozen=True)
class Output:
    """A file that faasconf wrote.

    Attributes
    ----------
    path : Path
    record : Record
        What it is, and where it comes from.
    """

    path: Path
    record: Record = field(repr=False)


@dataclass(frozen=True)
class Rows(Output):
    """A table as CSV.

    Attributes
    ----------
    table : Table
        The columns; a number that is absent is NaN.
    origin : str
        What the comment ``# origin:`` above the header says; empty without one.
    """

    table: Table = field(repr=False)
    origin: str = ""


class Predictions(Rows):
    """Configurations and loads with what is predicted for them: ``faasconf predict --out``."""


class Profile(Rows):
    """A load over time, ``start_s`` and ``users`` or ``rate_per_s``: ``faasconf trace profile --out``."""


class Replay(Rows):
    """A row per function of a replayed trace: ``faasconf trace replay --out``."""


class ExportedTable(Rows):
    """A table of a result or an evaluation: ``faasconf export-csv``."""


class Fit(Rows):
    """What was measured and what is predicted, row by row: ``faasconf calibrate --predictions``."""


@dataclass(frozen=True)
class SearchTable(Output):
    """The configuration for each load: ``faasconf search --out``.

    Attributes
    ----------
    configurations : dict of dict of Knobs
        By number of users, or by requests per second where the table goes by rates; then by function.
    """

    configurations: dict[float, dict[str, Knobs]] = field(repr=False)


@dataclass(frozen=True)
class FoundConfiguration(Output):
    """The configuration for all numbers of users: ``faasconf search --static --out``.

    Attributes
    ----------
    functions : dict of Knobs
        By function.
    """

    functions: dict[str, Knobs] = field(repr=False)


@dataclass(frozen=True)
class CalibratedWorkflow(Output):
    """A workflow with fitted values: ``faasconf calibrate --out``.

    Attributes
    ----------
    workflow : dict
        The file as it is, scalars as text.
    calibration : dict
        From which measurements, how sure the values are, and an ensemble that fits as well.
    """

    workflow: dict[str, Any] = field(repr=False)
    calibration: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class SearchCheckpoint(Output):
    """Where a calibration that was interrupted goes on.

    Attributes
    ----------
    search : dict
        The state of the search.
    """

    search: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class TrainingCheckpoint(Output):
    """Where a training goes on: ``best.ckpt`` or ``last.ckpt``; its weights are read by ``faasconf export``.

    Attributes
    ----------
    experiment : str
        What is trained, as YAML.
    best : float or None
        Score of the best evaluation so far.
    """

    experiment: str = field(repr=False)
    best: float | None


@dataclass(frozen=True)
class TrainingExperiment(Output):
    """What was trained: ``experiment.yaml`` of a training.

    Attributes
    ----------
    experiment : str
        YAML.
    """

    experiment: str = field(repr=False)


@dataclass(frozen=True)
class TrainingLog(Output):
    """How a training went: ``log.jsonl``.

    Attributes
    ----------
    lines : list of dict
        A line each few seconds (``kind`` is ``"train"``) and for each evaluation (``"selection"``).
    """

    lines: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class TraceFolder(Output):
    """A trace in the files of the Azure Functions 2019 data set: ``faasconf trace convert``, ``select`` and so on.

    Attributes
    ----------
    origin : str
        Where the trace is from, and what was done to it.
    files : list of str
        Names of its files in the folder.
    """

    origin: str
    files: list[str]


@dataclass(frozen=True)
class TraceStore(Output):
    """What a trace store says of its contents: ``faasconf trace convert``, ``select`` or ``synthesize``.

    Attributes
    ----------
    attributes : dict
        ``origin``, ``digest`` of the contents, ``days``, ``functions``, ``apps``, ``cells``, ``calls``,
        ``invocations``.
    """

    attributes: dict[str, Any]


@dataclass(frozen=True)
class Policy(Output):
    """A trained policy: ``best.fcp`` or ``last.fcp`` of a training.

    Attributes
    ----------
    metadata : dict
        What the policy is and what it was trained for: workflow, agents, features, ranges of the knobs.
    """

    metadata: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Training(Output):
    """The folder of a training: ``faasconf train --out``.

    Attributes
    ----------
    experiment : str
        What was trained, as YAML.
    log : list of dict
        A line each few seconds (``kind`` is ``"train"``) and for each evaluation (``"selection"``).
    """

    experiment: str = field(repr=False)
    log: list[dict[str, Any]] = field(repr=False)

    def policy(self, name: str = "best") -> Policy:
        """Read a policy of this training, ``"best"`` or ``"last"``."""
        policy = read_archive(self.path / f"{name}.fcp")
        if not isinstance(policy, Policy):
            raise Error(f"{policy.path}: expected a policy, got a checkpoint")
        return policy


def _kind_of_csv(name: str) -> type[Rows] | None:
    if name.startswith(("faasconf-result-", "faasconf-evaluation-")):
        return ExportedTable
    return _CSV_KINDS[name][0] if name in _CSV_KINDS else None


# Format of what was written before there were records, by the beginning of its header line.
_CSV_KINDS: dict[str, tuple[type[Rows], str]] = {
    "faasconf-predictions": (Predictions, ""),
    "faasconf-profile": (Profile, "start_s,"),
    "faasconf-replay": (Replay, "owner,app,function,trigger,calls,"),
    "faasconf-fit": (Fit, "line,held_out,target,measured,predicted,"),
}


def read_csv(path: Path, text: str) -> Rows | None:
    """Read one of our tables; None where it is none."""
    lines = text.removeprefix("\ufeff").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rows = [line for line in lines if line and not line.startswith("#")]
    written = [line.removeprefix(CSV_COMMENT) for line in comments if line.startswith(CSV_COMMENT)]
    record = record_of_json(written[0]) if written else _record_of_header(rows[0] if rows else "")
    kind = _kind_of_csv(record.format) if record is not None else None
    if record is None or kind is None:
        return None
    origin = next((line.partition(":")[2].strip() for line in comments if line.startswith("# origin:")), "")
    return kind(path, record, table_of_csv(rows, str(path)), origin)


def _record_of_header(header: str) -> Record | None:
    if ",latency_mean_s_lo," in header and header.endswith(",extrapolates"):
        return Record("faasconf-predictions")
    return next((Record(name) for name, (_, start) in _CSV_KINDS.items() if start and header.startswith(start)), None)


def _load_of(entry: Mapping[str, Any]) -> float:
    """Users, or requests per second where the table goes by rates: ``5/s`` as the program writes them."""
    return int(entry["users"]) if "users" in entry else float(str(entry["rate"]).removesuffix("/s"))


def read_yaml(path: Path, tree: Mapping[str, Any]) -> Output | None:
    """Read one of our YAML files; None where it is none."""
    found = record_of_fields(tree["record"]) if "record" in tree else None
    if "table" in tree:
        entries = {_load_of(entry): entry["configuration"]["functions"] for entry in tree["table"]}
        return SearchTable(path, found or Record("faasconf-table"), entries)
    if "calibration" in tree:
        record = found or Record("faasconf-workflow", inputs=[(tree["calibration"]["measurements"]["file"],
                                                               tree["calibration"]["measurements"]["sha256"])])
        return CalibratedWorkflow(path, record, dict(tree), tree["calibration"])
    if found is None:
        return None
    if found.format == "faasconf-configuration":
        return FoundConfiguration(path, found, tree["functions"])
    if found.format == "faasconf-trace-folder":
        return TraceFolder(path, found, tree["origin"], tree["files"])
    return None


def read_checkpoint(path: Path, text: str, fields: Mapping[str, Any]) -> SearchCheckpoint | None:
    """Read the checkpoint of a calibration; None where it is none."""
    name, _, version = str(fields.get("format", "")).rpartition(" ")
    if name != "faasconf calibration checkpoint":
        return None
    if int(version) > 1:  # the first had no digest
        _check_seal(path, text.encode(), b',"sha256":"', b'"}\n')
    record = Record("faasconf-calibration-checkpoint", int(version), identity=fields["identity"])
    return SearchCheckpoint(path, record_of_fields(fields["record"]) if "record" in fields else record,
                            fields["search"])


def read_trace_store(file: h5py.File, path: Path) -> TraceStore:
    """Read what an open trace store says of itself."""
    attributes = hdf5.attributes(file)
    written = attributes.pop("record", "")
    record = record_of_json(written) if written else Record("faasconf-trace", attributes["format_version"])
    return TraceStore(path, record, attributes)


def read_archive(path: Path) -> Policy | TrainingCheckpoint:
    """Read what a policy or the checkpoint of a training says of itself."""
    with reading(f"{path}: expected a policy of faasconf, or a checkpoint, got a damaged or another file"), \
            zipfile.ZipFile(path) as archive:
        members = {name.partition("/")[2]: name for name in archive.namelist()}
        if "extra/faasconf/metadata.json" in members:
            return _policy(path, json.loads(_member(path, archive, members["extra/faasconf/metadata.json"])))
        if "data.pkl" in members:
            return _checkpoint(path, _member(path, archive, members["data.pkl"]))
    raise Error(f"{path}: expected a policy of faasconf, or a checkpoint, got an archive without its metadata")


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    member = archive.getinfo(name)
    if member.file_size > min(_MOST_MEMBER_BYTES, _SMALL_BYTES + _MOST_EXPANSION * member.compress_size):
        raise Error(f"{path}: {name}: expected at most {_MOST_MEMBER_BYTES >> 20} MiB and {_MOST_EXPANSION} times its "
                    f"compressed size, got {member.file_size} bytes")
    return archive.read(name)


class _Inert:
    """In the place of whatever a checkpoint has beside texts and numbers."""

    def __init__(self, *_: object):
        self.attributes: dict[str, Any] = {}

    def __setstate__(self, attributes: Any) -> None:
        self.attributes = attributes

    def __setitem__(self, key: object, value: object) -> None:
        pass


class _Attributes(pickle.Unpickler):
    """Reads the texts and numbers of a checkpoint; it imports nothing and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        return _Inert

    def persistent_load(self, storage: Any) -> None:
        return None


def _checkpoint(path: Path, pickled: bytes) -> TrainingCheckpoint:
    notes = _Attributes(io.BytesIO(pickled)).load().attributes
    if notes["format"] > 1:  # the first had no digest
        _check_seal(path, path.read_bytes(), _SEAL, b"")
    experiment = notes["experiment"]
    record = Record("faasconf-training-checkpoint", notes["format"], experiment=experiment)
    if notes.get("record"):
        record = record_of_fields({**json.loads(notes["record"]), "experiment": experiment})
    return TrainingCheckpoint(path, record, experiment, notes["best"] if notes["has_best"] else None)


def _check_seal(path: Path, content: bytes, before: bytes, after: bytes) -> None:
    """Raise an Error unless a file ends with the digest of all that stands before it."""
    body = content[:len(content) - _DIGEST - len(after)]
    digest = hashlib.sha256(body).hexdigest().encode()
    if not body.endswith(before) or content != body + digest + after:
        raise Error(f"{path}: a damaged checkpoint: its digest is of other contents")


def _policy(path: Path, metadata: dict[str, Any]) -> Policy:
    training = metadata.get("training", {})
    if "record" in training:
        fields = {**training["record"], "experiment": training["experiment"]}
        return Policy(path, record_of_fields(fields), metadata)
    record = Record("faasconf-policy", metadata["format"], seed=training.get("seed"),
                    experiment=training.get("experiment", ""))
    return Policy(path, record, metadata)


def read_folder(path: Path) -> Training | TraceFolder:
    """Read the folder of a training, or of a trace."""
    with reading(f"{path}: expected the folder of a training, with experiment.yaml and log.jsonl, or of a trace, "
                 "with record.yaml"):
        if (path / "record.yaml").exists():
            text = (path / "record.yaml").read_text(encoding="utf-8")
            read = read_yaml(path, yaml_tree(path / "record.yaml", text))
            if isinstance(read, TraceFolder):
                return read
        made = read_training_experiment(path / "experiment.yaml",
                                        (path / "experiment.yaml").read_text(encoding="utf-8"))
        _, lines = _split_log((path / "log.jsonl").read_text(encoding="utf-8"))
    return Training(path, made.record, made.experiment, lines)


def read_training_experiment(path: Path, text: str) -> TrainingExperiment:
    """Read what was trained, which is a training file with a record behind it."""
    experiment, _, written = text.partition("\nrecord:\n")
    experiment = experiment.rstrip("\n") + "\n"
    record = Record("faasconf-training", experiment=experiment)
    if written:
        fields = yaml_tree(path, "record:\n" + written)["record"]
        record = record_of_fields({**fields, "experiment": experiment})
    return TrainingExperiment(path, record, experiment)


def _split_log(text: str) -> tuple[Record, list[dict[str, Any]]]:
    """The record of a log, and its other lines."""
    lines = [json.loads(line) for line in text.splitlines()]
    records = [record_of_fields(line["record"]) for line in lines if "record" in line]
    return records[0] if records else Record("faasconf-training-log"), [line for line in lines if "record" not in line]


def read_log(path: Path, text: str) -> TrainingLog:
    """Read the log of a training."""
    return TrainingLog(path, *_split_log(text))


def yaml_tree(path: Path, text: str) -> dict[str, Any]:
    """Read YAML; `path` is for messages."""
    try:
        from faasconf import _core
    except ImportError as error:
        raise Error(f"{path}: YAML is read by the compiled module faasconf._core, which is missing: {error}") from error
    tree = _core.read_yaml(text, str(path))
    return tree if isinstance(tree, dict) else {}
