"""Compares the values that two builds of the program write: every number and every word, with the same bits.

    python3 tests/same_values.py OLD_PROGRAM NEW_PROGRAM FOLDER [NAME...]

Runs each case below with both programs, each in a folder of its own under FOLDER, and compares what they print and
write: HDF5 datasets and attributes, CSV columns, JSON lines, YAML entries, policy files; what a folder has already is not run again. Headers, provenance and columns
that only the new program writes may differ; RENAMED lists renamed keys. Prints one line per case; exit code 1 where a
value differs or is gone. Needs NumPy and h5py.
"""

import csv
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np

CONFIGS = Path(__file__).resolve().parent.parent / "experiments" / "configs"
TWO_LOADS = "--users 12,23 --seeds 2 --windows 20"

# Name of a case, and its commands; outputs are named relative to the case's folder.
CASES = {
    "simulate": [
        "simulate parallel --users 10 --duration 20m --replications 3 --seed 3 --spans --out run.h5 --json > run.jsonl",
        "export-csv run.h5 --out csv",
        "simulate parallel-cfs --users 12 --duration 10m --replications 2 --redeploy --out cfs.h5 > cfs.txt",
        "simulate scale-to-zero --duration 20m --replications 2 --out zero.h5 --json > zero.jsonl",
        "simulate sequential --rate 0.5/s --duration 10m --replications 2 --attribution started --out open.h5",
        "simulate branch --users 8 --duration 10m --replications 2 --redeploy --attribution paper --out branch.h5",
        "simulate tcktapp --users 8 --duration 10m --replications 2 --threads 2 --out tckt.h5",
        "simulate parallel --users 30 --duration 20m --replications 2 --policy fixed --policy hpa --policy kpa "
        "--policy openfaas --config demo-lean.yaml --out policies.h5 --json > policies.jsonl",
        "simulate parallel --users 20 --precision 5% --duration 10m --out precise.h5",
    ],
    "search": ["search parallel --users 10,20 --windows 40000 --seed 2 --out table.yaml --json > search.jsonl"],
    "evaluate": [
        f"evaluate parallel --config demo-lean.yaml --config demo-ample.yaml --policy fixed --policy hpa:demo-lean "
        f"{TWO_LOADS} --carry-over --out evaluation.h5 --json > evaluation.jsonl",
        "export-csv evaluation.h5 --out csv",
        "search parallel --users 15 --windows 40000 --seed 4 --out table.yaml",
        f"evaluate parallel --table table.yaml --table table.yaml:last --config demo-lean.yaml {TWO_LOADS} "
        "--out tables.h5 --json > tables.jsonl",
    ],
    "train": [
        "train train-parallel --quiet --threads 1 --set training.steps=4096 --set training.environments=16 "
        "--set training.shards=1 --set training.selection.every=2048 --out training",
        "export training/last.ckpt --quiet --out exported.fcp",
        f"evaluate parallel --bundle training/best.fcp --promise published --instances fresh {TWO_LOADS} "
        "--out bundle.h5 --json > bundle.jsonl",
    ],
    "replay": [
        "trace synthesize --functions 300 --seed 3 --out day.h5",
        "trace inspect day.h5 --json > inspect.json",
        "trace convert day.h5 --out day",
        "trace select day.h5 --sample 40 --seed 2 --out some.h5",
        "trace replay day.h5 --start-up 1s --out fixed.csv --json > fixed.json",
        "trace replay day.h5 --concurrency 0 --start-up 1s --policy hybrid --out hybrid.csv --json > hybrid.json",
        "trace replay some.h5 --nodes 4 --clusters 2 --cpu-request 250m --cpu-share 0.5 --evict-idle --billing azure "
        "--out clusters.csv --json > clusters.json",
    ],
    "calibrate": [
        "predict parallel --in {configs}/demo-configurations.csv --out predictions.csv",
        "calibrate --measurements {configs}/openfaas-closed-loop.csv --mapping openfaas-closed-mapping "
        "--workflow openfaas-function --budget 40 --holdout 0.3 --out calibrated.yaml --json > calibrated.jsonl",
    ],
}

# What has another name now: old -> new.
RENAMED = {
    "latency_mean": "latency_mean_s", "latency_p50": "latency_p50_s", "latency_p75": "latency_p75_s",
    "latency_p95": "latency_p95_s", "latency_p99": "latency_p99_s", "execution_mean": "execution_mean_s",
    "received": "received_bytes_per_s", "transmitted": "transmitted_bytes_per_s", "throughput": "throughput_per_s",
    "cost_window": "cost_window_usd", "cost_execution": "cost_execution_usd",
    "successes": "completions", "successes_lo": "completions_lo", "successes_hi": "completions_hi",
    # what a policy knows of the load
    "nothing": "none", "its past": "history", "the last window": "history", "its past, smoothed": "forecast",
    "its past, by season": "forecast", "the next window": "perfect",
}

# Where a file comes from, and what a clock says: no values.
PROVENANCE = re.compile(r"^inputs$|^settings$|^origin$|steps_per_s$|record|version|revision|identity|seconds|per_second|resolved|_dot$|wall|elapsed|experiment\.yaml")


# Of columns, and of the fields of a compound type.
ROWS = (list, tuple, np.ndarray)


def names_now(name):
    """The names that something may have now; of a line of text, the line with them."""
    return [name, RENAMED.get(name) or re.sub(r"\w+", lambda word: RENAMED.get(word[0], word[0]), name)]


class Comparison:
    def __init__(self):
        self.compared = 0
        self.differences = []

    def check(self, place, old, new):
        if isinstance(old, dict) and isinstance(new, dict):
            for key, value in old.items():
                found = next((name for name in names_now(key) if name in new), None)
                if PROVENANCE.search(key):
                    continue
                if found is None:
                    self.differences.append(f"{place}.{key}: gone")
                else:
                    self.check(f"{place}.{key}", value, new[found])
        elif isinstance(old, ROWS) and isinstance(new, ROWS):
            if len(old) != len(new):
                self.differences.append(f"{place}: {len(old)} entries, now {len(new)}")
            for i, (a, b) in enumerate(zip(old, new)):
                self.check(f"{place}[{i}]", a, b)
        else:
            self.compared += 1
            same = old == new or (old != old and new != new) or new in names_now(old if isinstance(old, str) else "")
            if not same:
                self.differences.append(f"{place}: {old!r}, now {new!r}")


def bits(array):
    """The values of a dataset, comparable bit by bit."""
    return array.view(np.uint64).tolist() if array.dtype == np.float64 else array.tolist()


def words(items):
    return [item.decode().rstrip("\0") if isinstance(item, bytes) else item for item in items]


def read_hdf5(path):
    found = {}
    with h5py.File(path) as file:
        found["attributes"] = {key: value.decode() if isinstance(value, bytes) else np.asarray(value).tolist()
                               for key, value in file.attrs.items()}

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                found[name] = words(np.atleast_1d(item[()]).tolist()) if item.dtype.kind in "SO" else bits(np.atleast_1d(item[()]))

        file.visititems(visit)
    # a column's name is the last part of its path
    return nested(found)


def nested(found):
    tree = {}
    for path, value in found.items():
        *groups, leaf = path.split("/")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[leaf] = value
    return tree


def read_csv(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.reader(lines))
    columns = {}
    for i, name in enumerate(rows[0] if rows else []):
        columns[name if name not in columns else f"{name} {i}"] = [row[i] if i < len(row) else None for row in rows[1:]]
    return columns


def read_lines(path):
    kept = []
    for line in path.read_text().splitlines():
        try:
            parsed = json.loads(line)
        except ValueError:
            parsed = line
        # a training logs what it learns every few seconds: which iterations that are, the clock decides
        if not (isinstance(parsed, dict) and ("record" in parsed or parsed.get("kind") == "train")):
            kept.append(parsed)
    return kept


def read_yaml(path):
    """Lines of a file without its record, which is one block."""
    kept, inside = [], False
    for line in path.read_text().splitlines():
        if not line.startswith((" ", "#")):
            inside = line.startswith("record:")
        if not inside and not line.startswith("#"):
            kept.append(line)
    return kept


def read_bundle(path):
    with zipfile.ZipFile(path) as archive:
        weights = [name for name in archive.namelist() if name.endswith("faasconf/weights")]
        return {"weights": [archive.read(name).hex() for name in weights]}


def read(path):
    kinds = {".h5": read_hdf5, ".csv": read_csv, ".jsonl": read_lines, ".json": read_lines, ".yaml": read_yaml,
             ".fcp": read_bundle, ".txt": read_lines}
    return kinds[path.suffix](path) if path.suffix in kinds else None


def run(program, commands, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("demo-lean.yaml", "demo-ample.yaml"):
        (folder / name).write_text((CONFIGS / name).read_text())
    for command in commands:
        text = command.format(configs=CONFIGS)
        done = subprocess.run(f'"{program}" {text}', shell=True, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{program} {text}\nends with {done.returncode}: {done.stderr}")


def compare(old_folder, new_folder):
    comparison = Comparison()
    for old in sorted(path for path in old_folder.rglob("*") if path.is_file()):
        name = old.relative_to(old_folder).as_posix()
        if PROVENANCE.search(name):
            continue
        new = new_folder / name
        if not new.exists():
            comparison.differences.append(f"{name}: gone")
            continue
        values = read(old)
        if values is not None:
            comparison.check(name, values, read(new))
    return comparison


def main(old_program, new_program, folder, *chosen):
    different = False
    for name, commands in CASES.items():
        if chosen and name not in chosen:
            continue
        folders = [Path(folder).resolve() / side / name for side in ("old", "new")]
        for program, place in zip((old_program, new_program), folders):
            if not (place / "whole").exists():
                run(Path(program).resolve(), commands, place)
                (place / "whole").touch()
        comparison = compare(*folders)
        verdict = "the same" if not comparison.differences else f"{len(comparison.differences)} DIFFER"
        print(f"{name:10} {comparison.compared:9,} values: {verdict}", flush=True)
        for difference in comparison.differences[:20]:
            print(f"    {difference}")
        different |= bool(comparison.differences)
    return 1 if different else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
