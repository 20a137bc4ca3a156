"""Evaluations: policies side by side, each under each load with each seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from faasconf import hdf5
from faasconf._error import Error
from faasconf._record import Record, record_of_hdf5

FORMAT = "faasconf-evaluation"
NEWEST_FORMAT_VERSION = 1


@dataclass(frozen=True)
class Evaluation:
    """What ``faasconf evaluate --out`` wrote.

    Attributes
    ----------
    path : Path
    record : Record
        What it is, and where it comes from.
    workflow : str
    policies, knows, protocols, loads, criteria : list of str
    scores : ndarray of float64, shape (policies, loads, seeds, criteria)
        NaN where a run has no value.
    summary : dict of str to ndarray of float64, shape (policies, criteria)
        ``mean``, ``low``, ``high``, ``difference``, ``difference_low``, ``difference_high`` and the others of the file.
    """

    path: Path
    record: Record = field(repr=False)
    workflow: str
    policies: list[str]
    knows: list[str]
    protocols: list[str]
    loads: list[str]
    criteria: list[str]
    scores: np.ndarray
    summary: dict[str, np.ndarray]

    def of(self, criterion: str) -> int:
        return self.criteria.index(criterion)


def load(path: Path) -> Evaluation:
    """Read what ``faasconf evaluate --out`` wrote; raises Error where it is something else."""
    return hdf5.load(path, "an evaluation", FORMAT, read)


def read(file: h5py.File, path: Path) -> Evaluation:
    """Read the open file of an evaluation."""
    hdf5.check_version(file, NEWEST_FORMAT_VERSION)
    names = {key: hdf5.texts(file, f"run/{key}") for key in ("policies", "knows", "protocols", "loads", "criteria")}
    shape = (len(names["policies"]), len(names["loads"]), int(file.attrs["seeds"]))
    scores = np.stack([hdf5.dataset(file, f"runs/{criterion}")[:].reshape(shape) for criterion in names["criteria"]], axis=-1)
    cells = (len(names["policies"]), len(names["criteria"]))
    summary = {key: hdf5.dataset(file, f"summary/{key}")[:].reshape(cells)
               for key in hdf5.names(file["summary"]) if key not in ("policy", "criterion")}
    return Evaluation(path=path, record=record_of_hdf5(file), workflow=str(hdf5.plain(file.attrs["workflow"])),
                      scores=scores, summary=summary, **names)
