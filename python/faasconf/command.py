"""What the command-line modules share: options, exit codes, whole files or none."""

from __future__ import annotations

import argparse
import itertools
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from faasconf._error import Error

Options = argparse.Namespace


class Parser(argparse.ArgumentParser):
    """Misuse is one line on stderr."""

    def __init__(self, module: str, summary: str, *, example: str):
        super().__init__(prog=f"python3 -m {module}", description=summary, epilog=f"example:\n  {example}",
                         formatter_class=argparse.RawDescriptionHelpFormatter)

    def error(self, message: str) -> None:
        raise Error(message)


def run(parser: Parser, arguments: Sequence[str] | None, action: Callable[[Options], None]) -> int:
    """Do what the arguments ask for.

    Returns
    -------
    int
        0 done, 1 failed (what cannot be written), 2 misused (options, input).
    """
    try:
        action(parser.parse_args(arguments))
    except (Error, OSError) as error:
        message = " ".join(str(error).split("\n"))
        print(f"faasconf: {message}", file=sys.stderr)
        return 2 if isinstance(error, Error) else 1
    return 0


def _start_of(process: int | str) -> int:
    """When a process began, in clock ticks since the machine did; 0 where that cannot be known."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return int(text.rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


def _is_gone(process: int, start: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    now = _start_of(process)
    return now != 0 != start and now != start


def _remove_left_overs(folder: Path) -> None:
    """Remove what processes of this user and host that are gone left of unfinished files, as the program does."""
    for path in folder.glob("*.part-*"):
        made = re.fullmatch(r".+\.part-(\d+)-(\d+)-\d+-(.+)", path.name)
        if made is None or made[3] != socket.gethostname() or not _is_gone(int(made[1]), int(made[2])):
            continue
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and path.stat().st_uid == os.geteuid():
                path.unlink()


def _create_part(path: Path) -> tuple[Path, int]:
    """A name beside `path` that is this process's alone, and the file of this name, open."""
    for number in itertools.count(1):
        part = path.with_name(f"{path.name}.part-{os.getpid()}-{_start_of('self')}-{number}-{socket.gethostname()}")
        with suppress(FileExistsError):
            return part, os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    raise AssertionError


def _synchronise_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; it takes the place of `path` when all went well, and is gone if not."""
    part = None
    try:
        _remove_left_overs(path.parent)
        part, descriptor = _create_part(path)
        try:
            yield part
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(part, path)
        _synchronise_folder(path.parent)
    except OSError as error:
        raise OSError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
