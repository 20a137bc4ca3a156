"""Columns by name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from faasconf._error import Error


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


def table_of_csv(lines: Iterable[str], where: str) -> Table:
    """Read CSV with a header line.

    A column of numbers is float64, NaN where it is empty; any other is text. Units are empty: the names end with them.
    """
    rows = list(csv.reader(lines))
    header, cells = (rows[0], rows[1:]) if rows else ([], [])
    for number, row in enumerate(cells, 1):
        if len(row) != len(header):
            raise Error(f"{where}: row {number}: expected {len(header)} columns as in the header, got {len(row)}")
    columns = zip(*cells) if cells else ([] for _ in header)
    return Table({name: _column(values) for name, values in zip(header, columns)}, dict.fromkeys(header, ""))


def _column(values: Iterable[str]) -> npt.NDArray[Any]:
    texts = list(values)
    try:
        numbers = np.array([float(text or "nan") for text in texts])
    except ValueError:
        return np.array(texts)
    return np.array(texts) if texts and np.isnan(numbers).all() else numbers
