"""Ends or fails each command that writes at calls that change files, and looks at what is left.

    python3 tests/faults/crash_points.py --program build/release/faasconf --faults .../libfaasconf_faults.so

After each fault the files are the old or the new ones, and the next start comes to what an undisturbed run writes, with
no file left over. `--every 1` takes each call, as `./run.sh study crash` does; `--random N` so many of all, drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from commands import INPUTS, WRITERS, Writer  # noqa: E402

KINDS = ["killed", "torn", "full", "broken", "stopped"]
ENDED = 99  # exit code that the preloaded library ends a process with
ROOT = Path(__file__).resolve().parent.parent.parent

Files = dict[str, bytes]


class Violation(Exception):
    """What should not be."""


@dataclass(frozen=True)
class Tools:
    program: Path
    faults: Path
    scratch: Path


@dataclass(frozen=True)
class Ran:
    code: int
    err: str


def run(tools: Tools, folder: Path, words: list[str], **faults: str | int) -> Ran:
    settings = {f"FAULT_{name.upper()}": str(to) for name, to in faults.items()}
    environment = dict(os.environ, TMPDIR=str(folder), **settings)
    if faults:
        environment.update(LD_PRELOAD=str(tools.faults), FAULT_FOLDER=str(folder))
    done = subprocess.run([tools.program, *words], cwd=folder, env=environment, capture_output=True, timeout=120,
                          check=False)
    return Ran(done.returncode, done.stderr.decode(errors="replace"))


def without_times(log: bytes) -> bytes:
    """What a training's log says again in each run: but for speeds and the lines that come every few seconds."""
    lines = [json.loads(line) for line in log.splitlines()]
    return json.dumps([line for line in lines if line.get("kind") != "train"], sort_keys=True).encode()


def files_of(folder: Path, *, whole: bool = False) -> Files:
    """Contents by path; of whole runs, logs without times."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if "tfevents" in name:
            continue
        found[name] = b"" if path.is_dir() else path.read_bytes()
        if whole and path.name == "log.jsonl":
            found[name] = without_times(found[name])
    return found


def is_part(name: str) -> bool:
    return ".part-" in name


def is_left_over(name: str) -> bool:
    return is_part(name) or name.endswith("lock")


class Case:
    """A command, what it starts from, and what a run that nothing disturbs comes to."""

    def __init__(self, tools: Tools, writer: Writer):
        self.tools = tools
        self.writer = writer
        self.place = Path(tempfile.mkdtemp(prefix=writer.name.replace(" ", "-") + "-", dir=tools.scratch))
        self.start = self.place / "start"
        self.start.mkdir()
        for path in INPUTS:
            shutil.copy(path, self.start)
        for command in writer.inputs:
            self.expect_done(self.start, command.split())
        if writer.overwrites:
            self.expect_done(self.start, writer.words(2))
        self.old = files_of(self.start)
        whole = self.copy("whole")
        self.expect_done(whole, writer.words(1))
        self.new = files_of(whole)
        self.end = files_of(whole, whole=True)
        counted = self.copy("counted")
        self.expect_done(counted, writer.words(1), count=self.place / "calls")
        self.calls = int((self.place / "calls").read_text().split()[-1])
        if files_of(counted, whole=True) != self.end:
            raise Violation(f"{writer.name}: two runs differ")

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.start, self.place / name))

    def expect_done(self, folder: Path, words: list[str], **faults: str | int | Path) -> None:
        ran = run(self.tools, folder, words, **faults)
        if ran.code != 0:
            raise Violation(f"{' '.join(words)}: exit code {ran.code}: {ran.err}")

    def check(self, kind: str, call: int) -> None:
        """One fault, and the next start."""
        folder = self.copy(f"{kind}-{call}")
        ran = run(self.tools, folder, self.writer.words(1), kind=kind, at=call)
        left = files_of(folder)
        self.check_end(kind, ran, folder)
        self.check_files(left)
        if self.writer.name == "workflow init" and left == self.new:
            return  # it overwrites nothing
        words = self.writer.words(1)
        words += next((option for file, option in self.writer.goes_on.items() if (folder / file).exists()), "").split()
        self.expect_done(folder, words)
        end = files_of(folder, whole=True)
        if end != self.end:
            raise Violation("the next start comes to other files: " + differing(end, self.end))
        shutil.rmtree(folder)

    def check_end(self, kind: str, ran: Ran, folder: Path) -> None:
        if kind in ("killed", "torn"):
            expected = ran.code == ENDED
        elif kind == "stopped":
            expected = ran.code == 143 and not any(map(is_left_over, files_of(folder)))
        else:
            expected = ran.code == 1 and ran.err.startswith("faasconf: ")
        # a fault may come too late to change anything, or be of no harm: what could not be removed goes at the next start
        left = {name: file for name, file in files_of(folder, whole=True).items() if not is_part(name)}
        if not expected and not (ran.code == 0 and left == self.end):
            raise Violation(f"exit code {ran.code}: {ran.err}")

    def check_files(self, left: Files) -> None:
        """Each is the old or the new one, and those of a folder are of one run."""
        names = [name for name in {*left, *self.old, *self.new}
                 if not is_part(name) and not name.startswith(self.writer.working or ("\0",))]
        for name in names:
            if left.get(name) not in (self.old.get(name), self.new.get(name)):
                raise Violation(f"{name} is neither the old nor the new one")
        together = [name for name in names if self.writer.folder and name.startswith(self.writer.folder + "/")]
        if not any(all(left.get(name) == files.get(name) for name in together) for files in (self.old, self.new)):
            raise Violation(f"{self.writer.folder} has files of two runs")


def differing(found: Files, expected: Files) -> str:
    def how(name: str) -> str:
        return "missing" if name not in found else "left over" if name not in expected else "another"

    return ", ".join(f"{name} is {how(name)}" for name in sorted({*found, *expected})
                     if found.get(name) != expected.get(name))


def commit() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "0"


def points(cases: list[Case], options: argparse.Namespace) -> Iterator[tuple[Case, str, int]]:
    if options.random:
        draw = random.Random(options.seed)
        every = [(case, kind, call) for case in cases for kind in KINDS for call in range(1, case.calls + 1)]
        yield from draw.sample(every, min(options.random, len(every)))
        return
    for case in cases:
        first = options.offset % min(options.every, case.calls)
        for turn, call in enumerate(range(1 + first, case.calls + 1, options.every)):
            # where there are many calls, or slow ones, one kind of fault for each, in turns
            one = options.every > 1 and (case.writer.slow or case.calls > 2 * options.every)
            for kind in [KINDS[(turn + options.offset) % len(KINDS)]] if one else KINDS:
                yield case, kind, call


def check(point: tuple[Case, str, int]) -> str:
    case, kind, call = point
    try:
        case.check(kind, call)
    except (Violation, subprocess.TimeoutExpired) as problem:
        return f"{case.writer.name}: {kind} at call {call} of {case.calls}: {problem}"
    return ""


def prepare(tools: Tools, options: argparse.Namespace) -> list[Case]:
    has_torch = (tools.program.parent / "faasconf-train").exists()
    writers = [writer for writer in WRITERS if has_torch or not writer.needs_torch]
    writers = [writer for writer in writers if not options.command or writer.name in options.command]
    with ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(lambda writer: Case(tools, writer), writers))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--faults", type=Path, required=True)
    parser.add_argument("--command", action="append", help="this one only, by its name; may be repeated")
    parser.add_argument("--every", type=int, default=10, help="take one of so many calls")
    parser.add_argument("--offset", type=int, help="the first one; without it, drawn from the commit")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="instead, draw N faults")
    parser.add_argument("--seed", type=int, default=1, help="of those that are drawn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.offset is None:
        options.offset = int(commit()[:8], 16) % options.every
    with tempfile.TemporaryDirectory(prefix="faasconf-faults-") as scratch:
        tools = Tools(options.program.resolve(), options.faults.resolve(), Path(scratch))
        cases = prepare(tools, options)
        chosen = list(points(cases, options))
        with ThreadPoolExecutor(options.jobs) as pool:
            problems = [problem for problem in pool.map(check, chosen) if problem]
    counts = Counter(case.writer.name for case, _, _ in chosen)
    print("| command | calls that change files | faults tried |\n|---|--:|--:|")
    for case in cases:
        print(f"| {case.writer.name} | {case.calls} | {counts[case.writer.name]} |")
    print(f"\n{len(chosen)} faults" + (f", drawn with seed {options.seed}" if options.random else
                                      f", every call in {options.every}, offset {options.offset}")
          + f": {len(problems)} violations")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
