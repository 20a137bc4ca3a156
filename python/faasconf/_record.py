"""What an output says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import h5py

from faasconf import hdf5

CSV_COMMENT = "# faasconf: "


@dataclass(frozen=True)
class Record:
    """What an output is, which program and which model made it, and from what.

    Files from before faasconf wrote records have none of what they do not say: ``""``, ``None`` or an empty list.

    Attributes
    ----------
    format : str
        ``"faasconf-result"``.
    format_version : int
    faasconf_version, faasconf_revision : str
        Of the program that wrote it.
    model_version : int or None
        Raised whenever the same experiment and seed give other numbers.
    seed : int or None
        None also where nothing is drawn.
    inputs : list of (str, str)
        Path and SHA-256 of every file that was read.
    job : str
        YAML: the verb, and under it every option that decides what is computed, defaults included.
    experiment : str
        YAML: the experiment, every value spelled out; empty where the job runs none.
    identity : str
        SHA-256 of model version, seed, digests of the inputs, job and experiment: same identity, same numbers.
    """

    format: str
    format_version: int = 1
    faasconf_version: str = ""
    faasconf_revision: str = ""
    model_version: int | None = None
    seed: int | None = None
    inputs: list[tuple[str, str]] = field(default_factory=list)
    job: str = field(default="", repr=False)
    experiment: str = field(default="", repr=False)
    identity: str = ""

    @property
    def verb(self) -> str:
        """The job without its options: ``"trace replay"``."""
        return self.job.partition(":")[0].strip('"')


def record_of_fields(fields: Mapping[str, Any]) -> Record:
    """Make a record of what JSON or YAML holds."""
    seed, model_version = fields.get("seed"), fields.get("model_version")
    return Record(
        format=fields["format"], format_version=int(fields["format_version"]),
        faasconf_version=fields.get("faasconf_version") or "", faasconf_revision=fields.get("faasconf_revision") or "",
        model_version=None if model_version is None else int(model_version),
        seed=None if seed is None else int(seed),
        inputs=[(entry["path"], entry["sha256"]) for entry in fields.get("inputs") or []],
        job=fields.get("job") or "", experiment=fields.get("experiment") or "", identity=fields.get("identity") or "")


def fields_of_record(record: Record) -> dict[str, Any]:
    """What record_of_fields makes the record of."""
    return vars(record) | {"inputs": [{"path": path, "sha256": digest} for path, digest in record.inputs]}


def record_of_json(text: str) -> Record:
    return record_of_fields(json.loads(text))


def record_of_hdf5(file: h5py.File) -> Record:
    """Read the record of the file of an experiment."""
    inputs = (zip(hdf5.texts(file, "run/inputs/path"), hdf5.texts(file, "run/inputs/sha256"))
              if "run/inputs" in file else ())
    return record_of_fields({
        **hdf5.attributes(file),
        "inputs": [{"path": path, "sha256": digest} for path, digest in inputs],
        "job": hdf5.text(file, "run/job") if "run/job" in file else "",
        "experiment": hdf5.text(file, "run/resolved") if "run/resolved" in file else ""})
