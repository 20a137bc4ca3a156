"""Result files, as NumPy columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from faasconf._error import Error

FORMAT = "faasconf-result"
NEWEST_FORMAT_VERSION = 1


class Table(Mapping[str, npt.NDArray[Any]]):
    """Columns of equal length by name.

    Attributes
    ----------
    units : dict of str
        Unit of every column by its name; ``""`` for names and indices, ``"1"`` for shares.
    """

    def __init__(self, columns: dict[str, npt.NDArray[Any]], units: dict[str, str]):
        self._columns = columns
        self.units = units

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"no column \"{name}\"; expected one of {', '.join(self)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def row_count(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def where(self, **values: Any) -> Table:
        """Return the rows in which the named columns have these values."""
        chosen = np.ones(self.row_count, dtype=bool)
        for name, value in values.items():
            chosen &= self[name] == value
        return Table({name: column[chosen] for name, column in self.items()}, self.units)

    def __repr__(self) -> str:
        return f"<Table of {self.row_count} rows: {', '.join(self)}>"


@dataclass(frozen=True)
class Result:
    """A result file; `load` makes it.

    Attributes
    ----------
    path : Path
    attributes : dict
        Of the whole run: ``workflow``, ``seed``, ``window_s``, ``duration_s``, ``attribution``, ``qos_latency_s``,
        ``qos_successes_per_30s``, ``faasconf_version``, ``faasconf_revision``, ``format_version``.
    case_names, function_names : list of str
        The columns ``case`` and ``function`` hold indices into these.
    warm_up_s : float64, shape (n_cases,), seconds
        The windows before are no part of the summary.
    replication_counts : int64, shape (n_cases,)
    windows : Table
        One row per case, replication and window. What is absent, such as the latency of a window without a success,
        is NaN.
    functions : Table
        One row per case, replication, window and function.
    replications : Table
        One row per case and replication: the windows after the warm-up as one.
    summary : Table
        One row per case, function (-1: end to end) and metric: mean over replications and its 95 % interval.
    inputs : list of (str, str)
        Path and SHA-256 of every file that the run was made from.
    resolved : str
        The experiment, every value spelled out, as YAML.
    workflow_dot : str
        The workflow's graph as Graphviz reads it.
    """

    path: Path
    attributes: dict[str, Any]
    case_names: list[str]
    function_names: list[str]
    warm_up_s: npt.NDArray[np.float64]
    replication_counts: npt.NDArray[np.int64]
    windows: Table = field(repr=False)
    functions: Table = field(repr=False)
    replications: Table = field(repr=False)
    summary: Table = field(repr=False)
    inputs: list[tuple[str, str]] = field(repr=False)
    resolved: str = field(repr=False)
    workflow_dot: str = field(repr=False)

    @cached_property
    def spans(self) -> Table | None:
        """One row per call; None unless the run was asked for them. Read when first used."""
        with _open(self.path) as file:
            return _table(file, "spans") if "spans" in file else None

    def case_index(self, name: str) -> int:
        """Return the index of a case by its name."""
        if name not in self.case_names:
            raise Error(f"{self.path}: no case \"{name}\"; expected one of {', '.join(self.case_names)}")
        return self.case_names.index(name)

    def by_window(self, column: str, case: int) -> npt.NDArray[np.float64]:
        """Return a column of `windows` as a matrix.

        Returns
        -------
        float64, shape (n_replications, n_windows)
            NaN where a replication has no such window or the window no such value.
        """
        rows = self.windows.where(case=case)
        values = np.full((int(self.replication_counts[case]), _count(self.windows["window"])), np.nan)
        values[rows["replication"].astype(int), rows["window"].astype(int)] = rows[column]
        return values

    @cached_property
    def window_edges_s(self) -> npt.NDArray[np.float64]:
        """Start of every window and end of the last one: float64, shape (n_windows + 1,), seconds."""
        length = float(self.attributes["window_s"])
        return np.arange(_count(self.windows["window"]) + 1) * length


def load(path: str | Path) -> Result:
    """Read a result file.

    Raises
    ------
    Error
        When the file is missing, unreadable, no result, or written in a newer format.
    """
    path = Path(path)
    with _open(path) as file:
        try:
            run = file["run"]
            return Result(
                path=path,
                attributes={name: _plain(value) for name, value in file.attrs.items()},
                case_names=_texts(run["cases"]),
                function_names=_texts(run["functions"]),
                warm_up_s=run["warm_up_s"][()].astype(np.float64),
                replication_counts=run["replications"][()].astype(np.int64),
                windows=_table(file, "windows"),
                functions=_table(file, "functions"),
                replications=_table(file, "replications"),
                summary=_table(file, "summary"),
                inputs=list(zip(_texts(run["inputs/path"]), _texts(run["inputs/sha256"]))),
                resolved=_text(run["resolved"]),
                workflow_dot=_text(run["workflow_dot"]),
            )
        except (KeyError, OSError, RuntimeError) as error:
            raise Error(f"{path}: a damaged result file: {error}") from error


def _open(path: Path) -> h5py.File:
    if not path.exists():
        raise Error(f"{path}: no such file")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        reason = "not a result file (HDF5 expected)" if not _is_hdf5(path) else f"cannot be read: {error}"
        raise Error(f"{path}: {reason}") from error
    found = _plain(file.attrs.get("format", ""))
    version = int(file.attrs.get("format_version", 0))
    if found != FORMAT:
        file.close()
        raise Error(f"{path}: not a result file: expected format \"{FORMAT}\", got \"{found}\"")
    if not 1 <= version <= NEWEST_FORMAT_VERSION:
        file.close()
        raise Error(f"{path}: format version {version}, but this faasconf reads up to {NEWEST_FORMAT_VERSION}; "
                    "a newer faasconf wrote it")
    return file


def _is_hdf5(path: Path) -> bool:
    try:
        return bool(h5py.is_hdf5(path))
    except OSError:
        return False


def _plain(value: Any) -> Any:
    """An attribute as plain Python."""
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0 else value


def _text(dataset: h5py.Dataset) -> str:
    value = dataset[()]
    return value.decode() if isinstance(value, bytes) else str(value)


def _texts(dataset: h5py.Dataset) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in dataset[()]]


def _table(file: h5py.File, name: str) -> Table:
    columns, units = {}, {}
    for column, dataset in file[name].items():
        text = dataset.dtype.kind in "OS"
        columns[column] = np.array(_texts(dataset)) if text else dataset[()]
        units[column] = _plain(dataset.attrs.get("unit", ""))
    if len({len(values) for values in columns.values()}) > 1:
        raise Error(f"{file.filename}: a damaged result file: the columns of /{name} differ in length")
    return Table(columns, units)


def _count(indices: npt.NDArray[Any]) -> int:
    return int(indices.max()) + 1 if len(indices) else 0
