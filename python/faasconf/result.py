"""Result files, as NumPy columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from faasconf import hdf5
from faasconf._error import Error
from faasconf._record import Record, record_of_hdf5
from faasconf._metrics import ShownMetric, read_metrics, read_summary
from faasconf.table import Table

FORMAT = "faasconf-result"
NEWEST_FORMAT_VERSION = 1


@dataclass(frozen=True)
class Result:
    """A result file; `load` makes it.

    Attributes
    ----------
    path : Path
    record : Record
        What it is, and where it comes from.
    attributes : dict
        Of the whole run: ``workflow``, ``seed``, ``window_s``, ``duration_s``, ``attribution``, ``qos_latency_s``,
        ``qos_successes_per_30s``, ``faasconf_version``, ``faasconf_revision``, ``format_version``.
    case_names, function_names : list of str
        The columns ``case`` and ``function`` hold indices into these.
    warm_up_s : float64, shape (n_cases,), seconds
        The windows that start before are no part of the summary; the same for all cases.
    replication_counts : int64, shape (n_cases,)
    verdicts : list of str
        Whether each case kept the promise, in a sentence; empty in files that were written before there were any.
    windows : Table
        One row per case, replication and window. What is absent, such as the latency of a window without a success,
        is NaN.
    functions : Table
        One row per case, replication, window and function.
    replications : Table
        One row per case and replication: the windows after the warm-up as one.
    summary : Table
        One row per case, function (-1: end to end) and metric: mean over replications and its 95 % interval, which
        contains the ``resolution`` of percentiles of more than 4,096 requests.
    metrics : dict of str to list of ShownMetric
        How the metrics of the summary are shown, in order: ``"end to end"`` and ``"function"``.
    inputs : list of (str, str)
        Path and SHA-256 of every file that the run was made from.
    resolved : str
        The experiment, every value spelled out, as YAML.
    workflow_dot : str
        The workflow's graph as Graphviz reads it.
    """

    path: Path
    record: Record = field(repr=False)
    attributes: dict[str, Any]
    case_names: list[str]
    function_names: list[str]
    warm_up_s: npt.NDArray[np.float64]
    replication_counts: npt.NDArray[np.int64]
    verdicts: list[str] = field(repr=False)
    windows: Table = field(repr=False)
    functions: Table = field(repr=False)
    replications: Table = field(repr=False)
    summary: Table = field(repr=False)
    metrics: dict[str, list[ShownMetric]] = field(repr=False)
    inputs: list[tuple[str, str]] = field(repr=False)
    resolved: str = field(repr=False)
    workflow_dot: str = field(repr=False)

    @cached_property
    def spans(self) -> Table | None:
        """One row per call; None unless the run was asked for them. Read when first used."""
        with hdf5.opened(self.path) as file:
            return hdf5.table(file, "spans") if "spans" in file else None

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
    return hdf5.load(Path(path), "a result file", FORMAT, read)


def read(file: h5py.File, path: Path) -> Result:
    """Read an open result file."""
    hdf5.check_version(file, NEWEST_FORMAT_VERSION)
    record = record_of_hdf5(file)
    summary = read_summary(file)
    return Result(
        path=path,
        record=record,
        attributes=hdf5.attributes(file),
        case_names=hdf5.texts(file, "run/cases"),
        function_names=hdf5.texts(file, "run/functions"),
        warm_up_s=hdf5.dataset(file, "run/warm_up_s")[()].astype(np.float64),
        replication_counts=hdf5.dataset(file, "run/replications")[()].astype(np.int64),
        verdicts=hdf5.texts(file, "run/verdicts") if "run/verdicts" in file else [],
        windows=hdf5.table(file, "windows"),
        functions=hdf5.table(file, "functions"),
        replications=hdf5.table(file, "replications"),
        summary=summary,
        metrics=read_metrics(file, summary),
        inputs=record.inputs,
        resolved=record.experiment,
        workflow_dot=hdf5.text(file, "run/workflow_dot"),
    )


def _count(indices: npt.NDArray[Any]) -> int:
    return int(indices.max()) + 1 if len(indices) else 0
