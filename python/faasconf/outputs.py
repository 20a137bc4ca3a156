"""What the verbs write beside results and evaluations, as typed objects; `faasconf.load` makes them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py

from faasconf import hdf5
from faasconf._error import Error
from faasconf._record import CSV_COMMENT, Record, record_of_fields, record_of_json
from faasconf.table import Table, table_of_csv

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


class Fit(Rows):
    """What was measured and what is predicted, row by row: ``faasconf calibrate --predictions``."""


@dataclass(frozen=True)
class SearchTable(Output):
    """The configuration for each number of users: ``faasconf search --out``.

    Attributes
    ----------
    configurations : dict of dict of Knobs
        By number of users, then function.
    """

    configurations: dict[int, dict[str, Knobs]] = field(repr=False)


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
        return read_policy(self.path / f"{name}.fcp")


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
    if record is None or record.format not in _CSV_KINDS:
        return None
    origin = next((line.partition(":")[2].strip() for line in comments if line.startswith("# origin:")), "")
    return _CSV_KINDS[record.format][0](path, record, table_of_csv(rows, str(path)), origin)


def _record_of_header(header: str) -> Record | None:
    if ",latency_mean_s_lo," in header and header.endswith(",extrapolates"):
        return Record("faasconf-predictions")
    return next((Record(name) for name, (_, start) in _CSV_KINDS.items() if start and header.startswith(start)), None)


def read_yaml(path: Path, tree: Mapping[str, Any]) -> Output | None:
    """Read one of our YAML files; None where it is none."""
    found = record_of_fields(tree["record"]) if "record" in tree else None
    if "table" in tree:
        entries = {int(entry["users"]): entry["configuration"]["functions"] for entry in tree["table"]}
        return SearchTable(path, found or Record("faasconf-table"), entries)
    if "calibration" in tree:
        record = found or Record("faasconf-workflow", inputs=[(tree["calibration"]["measurements"]["file"],
                                                               tree["calibration"]["measurements"]["sha256"])])
        return CalibratedWorkflow(path, record, dict(tree), tree["calibration"])
    if "functions" in tree and found is not None:
        return FoundConfiguration(path, found, tree["functions"])
    return None


def read_checkpoint(path: Path, fields: Mapping[str, Any]) -> SearchCheckpoint | None:
    """Read the checkpoint of a calibration; None where it is none."""
    name, _, version = str(fields.get("format", "")).rpartition(" ")
    if name != "faasconf calibration checkpoint":
        return None
    record = Record("faasconf-calibration-checkpoint", int(version), identity=fields["identity"])
    return SearchCheckpoint(path, record_of_fields(fields["record"]) if "record" in fields else record,
                            fields["search"])


def read_trace_store(file: h5py.File, path: Path) -> TraceStore:
    """Read what an open trace store says of itself."""
    attributes = {name: hdf5.plain(value) for name, value in file.attrs.items()}
    written = attributes.pop("record", "")
    record = record_of_json(written) if written else Record("faasconf-trace", attributes["format_version"])
    return TraceStore(path, record, attributes)


def read_policy(path: Path) -> Policy:
    """Read what a policy says of itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next((name for name in archive.namelist() if name.endswith("/faasconf/metadata.json")), None)
            if name is None:
                raise Error(f"{path}: expected a policy of faasconf, got an archive without its metadata")
            metadata = json.loads(archive.read(name))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        if isinstance(error, Error):
            raise
        raise Error(f"{path}: expected a policy of faasconf, got a damaged or another file: {error}") from error
    training = metadata.get("training", {})
    if "record" in training:
        fields = {**training["record"], "experiment": training["experiment"]}
        return Policy(path, record_of_fields(fields), metadata)
    record = Record("faasconf-policy", metadata["format"], seed=training.get("seed"),
                    experiment=training.get("experiment", ""))
    return Policy(path, record, metadata)


def read_training(path: Path) -> Training:
    """Read the folder of a training."""
    try:
        experiment, _, written = (path / "experiment.yaml").read_text(encoding="utf-8").partition("\nrecord:\n")
        lines = (path / "log.jsonl").read_text(encoding="utf-8").splitlines()
        log = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise Error(f"{path}: expected the folder of a training, with experiment.yaml and log.jsonl: {error}") \
            from error
    experiment = experiment.rstrip("\n") + "\n"
    record = Record("faasconf-training", experiment=experiment)
    if written:
        fields = yaml_tree(path / "experiment.yaml", "record:\n" + written)["record"]
        record = record_of_fields({**fields, "experiment": experiment})
    return Training(path, record, experiment, log)


def yaml_tree(path: Path, text: str) -> dict[str, Any]:
    """Read YAML; `path` is for messages."""
    try:
        from faasconf import _core
    except ImportError as error:
        raise Error(f"{path}: YAML is read by the compiled module faasconf._core, which is missing: {error}") from error
    tree = _core.read_yaml(text, str(path))
    return tree if isinstance(tree, dict) else {}
