"""What our HDF5 files are made of, as plain Python and NumPy."""

from __future__ import annotations

import fcntl
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import h5py
import numpy as np
import numpy.typing as npt

from faasconf._error import Error, reading
from faasconf.table import Table


MOST_EXPANSION = 1100  # of what the file stores of a dataset; deflate reaches 1032
_MOST_BYTES = 4 << 30  # of a column
_MOST_CHUNK_BYTES = 16 << 20
_SMALL_BYTES = 1 << 20  # may come of nothing
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}


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
    with reading(f"{path}: cannot be read"):
        file = h5py.File(path, "r")
    with file:
        with reading(f"{path}: a damaged HDF5 file"):
            kind = format_of(file) or "file"
        with reading(f"{path}: a damaged {kind}"):
            yield file


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


def names(group: h5py.Group) -> list[str]:
    """Names in a group, in the order in which they were made, or sorted where the group does not know it.

    In the order of their index, native to it: for any other libhdf5 1.10 makes a table, and where the group is damaged
    it frees of that what it did not fill.
    """
    tracked = group.id.get_create_plist().get_link_creation_order() & h5py.h5p.CRT_ORDER_TRACKED
    index = h5py.h5.INDEX_CRT_ORDER if tracked else h5py.h5.INDEX_NAME
    found: list[str] = []
    group.id.links.iterate(lambda name: found.append(name.decode()), idx_type=index, order=h5py.h5.ITER_NATIVE)
    return found if tracked else sorted(found)


def attributes(file: h5py.File) -> dict[str, Any]:
    """The attributes of a file as plain Python; read as `names`."""
    found: list[str] = []
    h5py.h5a.iterate(file["/"].id, lambda name, *_: found.append(name.decode()), order=h5py.h5.ITER_NATIVE)
    return {name: plain(file.attrs[name]) for name in sorted(found)}


def _check_links(file: h5py.Group, path: str) -> None:
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        name = "/".join(parts[:end])
        link = file.get(name, getlink=True)
        if link is None:
            raise Error(f"{file.file.filename}: a damaged {format_of(file.file)}: expected {path}, got none")
        if not isinstance(link, h5py.HardLink):
            raise Error(f"{file.file.filename}: {name}: expected an object of the file, got a link to another place, "
                        "which is not followed")


def dataset(file: h5py.Group, path: str) -> h5py.Dataset:
    """A dataset that lies in this file as a whole, and expands to no more than compression explains."""
    def refuse(got: str) -> Error:
        return Error(f"{file.file.filename}: {path}: {got}")

    _check_links(file, path)
    found = file[path]
    if not isinstance(found, h5py.Dataset):
        raise refuse("expected a dataset, got another object")
    properties = found.id.get_create_plist()
    if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count() > 0:
        raise refuse("expected values in the file, got ones in another file, which is not read")
    if any(properties.get_filter(i)[0] not in _FILTERS for i in range(properties.get_nfilters())):
        raise refuse("expected no filters but deflate, shuffle and Fletcher's checksum, got another")
    size = found.id.get_type().get_size()
    if found.chunks is not None and math.prod(found.chunks) * size > _MOST_CHUNK_BYTES:
        raise refuse(f"expected chunks of at most {_MOST_CHUNK_BYTES >> 20} MiB")
    stored = found.id.get_storage_size()
    if math.prod(found.shape or ()) * size > min(_SMALL_BYTES + MOST_EXPANSION * stored, _MOST_BYTES):
        raise refuse(f"expected at most {_MOST_BYTES >> 30} GiB and {MOST_EXPANSION} times the {stored} bytes that the "
                     f"file stores of it, got {found.shape} values of {size} bytes")
    if found.dtype.kind == "O":
        raise refuse("expected texts of fixed length")
    return found


def text(file: h5py.Group, path: str) -> str:
    value = dataset(file, path)[()]
    return value.decode() if isinstance(value, bytes) else str(value)


def texts(file: h5py.Group, path: str) -> list[str]:
    return _texts(dataset(file, path))


def _texts(column: h5py.Dataset) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in column[()]]


def _numbers(column: h5py.Dataset) -> npt.NDArray[Any]:
    """The values of a column; whole numbers of which some are absent are float64, with NaN."""
    values = column[()]
    absent = values == column.attrs["absent"] if "absent" in column.attrs else np.zeros(values.shape, dtype=bool)
    return np.where(absent, np.nan, values) if absent.any() else values


def table(file: h5py.File, name: str) -> Table:
    columns, units = {}, {}
    _check_links(file, name)
    for column in names(file[name]):
        found = dataset(file, f"{name}/{column}")
        columns[column] = np.array(_texts(found)) if found.dtype.kind == "S" else _numbers(found)
        units[column] = plain(found.attrs.get("unit", ""))
    if len({len(values) for values in columns.values()}) > 1:
        raise Error(f"{file.filename}: a damaged {format_of(file)}: the columns of /{name} differ in length")
    return Table(columns, units)
