"""What input that cannot be used raises; a module of its own, so that `_core` can raise it too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Error(ValueError):
    """Bad input: says where, what was expected and what came."""


Error.__module__ = "faasconf"


@contextmanager
def reading(said: str) -> Iterator[None]:
    """Make whatever goes wrong while a file is read one Error that begins with what is `said`.

    A damaged file may raise nearly anything in the libraries that read it: RecursionError, MemoryError, zlib.error.
    """
    try:
        yield
    except Error:
        raise
    except Exception as error:
        raise Error(f"{said}: {error!r}") from error
