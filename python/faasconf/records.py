"""`load` opens whatever faasconf wrote: a file says by its record what it is, one from before by its form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

from faasconf import evaluation, figures, hdf5, outputs, result
from faasconf._error import Error, reading

_HDF5_KINDS: dict[str, Callable[[h5py.File, Path], Any]] = {
    result.FORMAT: result.read,
    evaluation.FORMAT: evaluation.read,
    "faasconf-trace": outputs.read_trace_store,
}
_NEWEST_FORMAT_VERSIONS = {"faasconf-calibration-checkpoint": 2, "faasconf-training-checkpoint": 2}  # of others 1
_MOST_BYTES = 1 << 30  # of a text that is read into memory


def load(path: str | Path) -> result.Result | evaluation.Evaluation | outputs.Output:
    """Open what faasconf wrote.

    Returns
    -------
    Result
        Of ``faasconf simulate --out``.
    Evaluation
        Of ``faasconf evaluate --out``.
    SearchTable, FoundConfiguration
        Of ``faasconf search --out``.
    Predictions
        Of ``faasconf predict --out``.
    CalibratedWorkflow, Fit, SearchCheckpoint
        Of ``faasconf calibrate --out``, ``--predictions``, and the checkpoint beside it.
    Profile, Replay, TraceStore, TraceFolder
        Of ``faasconf trace profile``, ``replay``, and ``convert``, ``select`` or ``synthesize``.
    Training, Policy, TrainingExperiment, TrainingLog, TrainingCheckpoint
        Of ``faasconf train --out``: the folder, and the files in it: a policy, ``experiment.yaml``, ``log.jsonl``, a
        checkpoint.
    ExportedTable
        Of ``faasconf export-csv``.
    FigureFile
        A figure that ``--plot`` drew, or the page of ``--report``.

    Each has a ``record``: what it is, and where it comes from.

    Raises
    ------
    Error
        When it is missing, unreadable, nothing that faasconf wrote, or written in a newer format.
    """
    path = Path(path)
    with reading(f"{path}: a damaged record or file"):
        if not path.exists():
            raise Error(f"{path}: no such file")
        read = _load(path)
        newest = _NEWEST_FORMAT_VERSIONS.get(read.record.format, 1)
        if read.record.format_version > newest:
            raise Error(f"{path}: format version {read.record.format_version}, but this faasconf reads up to {newest}; "
                        "a newer faasconf wrote it")
    return read


def _load(path: Path) -> Any:
    if path.is_dir():
        return outputs.read_folder(path)
    hdf5.check_readable(path)
    if hdf5.is_hdf5(path):
        return _load_hdf5(path)
    start = _first_bytes(path)
    if start.startswith(b"PK\x03\x04"):
        return outputs.read_archive(path)
    return _load_figure(path) if start.startswith((b"\x89PNG", b"%PDF", b"<")) else _load_text(path)


def _refuse(path: Path, got: str) -> Error:
    return Error(f"{path}: expected a file that faasconf wrote, got {got}")


def _load_hdf5(path: Path) -> Any:
    with hdf5.opened(path) as file:
        read = _HDF5_KINDS.get(hdf5.format_of(file))
        if read is None:
            raise _refuse(path, f"HDF5 of the format \"{hdf5.format_of(file)}\"")
        return read(file, path)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise Error(f"{path}: cannot be read: {error}") from error


def _load_figure(path: Path) -> figures.FigureFile:
    read = figures.read(path, path.read_bytes())
    if read is None:
        raise _refuse(path, "a figure or a page without a record")
    return read


def _load_text(path: Path) -> outputs.Output:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _refuse(path, "one too large to be one")
        text = path.read_text(encoding="utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise _refuse(path, "another") from error
    except OSError as error:
        raise Error(f"{path}: cannot be read: {error}") from error
    read = outputs.read_csv(path, text) or _read_json(path, text) or _read_yaml(path, text)
    if read is None:
        raise _refuse(path, "another")
    return read


def _read_json(path: Path, text: str) -> outputs.Output | None:
    if text.startswith('{"kind":"record"'):
        return outputs.read_log(path, text)
    if not text.startswith("{"):
        return None
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    return outputs.read_checkpoint(path, text, fields)


def _read_yaml(path: Path, text: str) -> outputs.Output | None:
    if not any(text.startswith(key) or "\n" + key in text for key in ("record:", "table:", "calibration:")):
        return None
    if "\ntraining:" in text and "\n  format: faasconf-training\n" in text:
        return outputs.read_training_experiment(path, text)
    return outputs.read_yaml(path, outputs.yaml_tree(path, text))
