"""What the command-line modules share: options, exit codes, whole files or none."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; it takes the place of `path` when all went well, and is gone if not."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        raise OSError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
