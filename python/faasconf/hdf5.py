"""What our HDF5 files are made of, as plain Python and NumPy."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import h5py
import numpy as np
import numpy.typing as npt

from faasconf._error import Error
from faasconf.table import Table


def check_readable(path: Path) -> None:
    """Raise an Error that says why a file cannot be read, where that has nothing to do with what is in it."""
    if path.is_dir():
        raise Error(f"{path}: expected a file, got a directory")
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Error(f"{path}: no such file") from error
    except OSError as error:
        raise Error(f"{path}: cannot be opened: {error.strerror}") from error
    with file:
        if _is_locked(file):
            raise Error(f"{path}: is locked by another program, which has it open for writing: wait until it is closed "
                        "(HDF5_USE_FILE_LOCKING=FALSE in the environment reads it all the same)")


def _is_locked(file: BinaryIO) -> bool:
    if os.environ.get("HDF5_USE_FILE_LOCKING") in ("FALSE", "0"):
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    return False


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open a file; what is wrong inside it becomes one Error."""
    check_readable(path)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise Error(f"{path}: cannot be read: {error}") from error
    with file:
        try:
            yield file
        except (KeyError, OSError, RuntimeError, ValueError) as error:
            if isinstance(error, Error):
                raise
            raise Error(f"{path}: a damaged {format_of(file) or 'file'}: {error}") from error


Kind = TypeVar("Kind")


def load(path: Path, what: str, format_name: str, read: Callable[[h5py.File, Path], Kind]) -> Kind:
    """Read a file of one format with `read`.

    Raises
    ------
    Error
        When the file is missing, unreadable, of another format, or damaged. `what` names the format in messages:
        "a result file".
    """
    check_readable(path)
    if not is_hdf5(path):
        raise Error(f"{path}: expected {what}, got a damaged or another file")
    with opened(path) as file:
        found = format_of(file)
        if found != format_name:
            raise Error(f"{path}: expected {what}, format \"{format_name}\", got \"{found}\"")
        return read(file, path)


def is_hdf5(path: Path) -> bool:
    try:
        return bool(h5py.is_hdf5(path))
    except OSError:
        return False


def format_of(file: h5py.File) -> str:
    """What the file says it is; empty where it says nothing."""
    return str(plain(file.attrs.get("format", "")))


def check_version(file: h5py.File, newest: int) -> None:
    version = int(file.attrs["format_version"])
    if not 1 <= version <= newest:
        raise Error(f"{file.filename}: format version {version}, but this faasconf reads up to {newest}; "
                    "a newer faasconf wrote it")


def plain(value: Any) -> Any:
    """Return an attribute as plain Python."""
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0 else value


def text(dataset: h5py.Dataset) -> str:
    value = dataset[()]
    return value.decode() if isinstance(value, bytes) else str(value)


def texts(dataset: h5py.Dataset) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in dataset[()]]


def _numbers(dataset: h5py.Dataset) -> npt.NDArray[Any]:
    """The values of a column; whole numbers of which some are absent are float64, with NaN."""
    values = dataset[()]
    absent = values == dataset.attrs["absent"] if "absent" in dataset.attrs else np.zeros(values.shape, dtype=bool)
    return np.where(absent, np.nan, values) if absent.any() else values


def table(file: h5py.File, name: str) -> Table:
    columns, units = {}, {}
    for column, dataset in file[name].items():
        is_text = dataset.dtype.kind in "OS"
        columns[column] = np.array(texts(dataset)) if is_text else _numbers(dataset)
        units[column] = plain(dataset.attrs.get("unit", ""))
    if len({len(values) for values in columns.values()}) > 1:
        raise Error(f"{file.filename}: a damaged {format_of(file)}: the columns of /{name} differ in length")
    return Table(columns, units)
