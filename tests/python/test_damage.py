"""Damaged files: `faasconf.load` gives what is in them or raises faasconf.Error, and the interpreter lives on.

Each batch runs in a process of its own. Its last line names the input with which it ended; the same seed makes the same
inputs: PYTHONPATH=... python3 tests/python/test_damage.py FILE FIRST COUNT. As many as FAASCONF_DAMAGE says of each.
"""

import gzip
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

OLD = Path(__file__).parents[1] / "data/records"
COUNT = int(os.environ.get("FAASCONF_DAMAGE", "60"))
FILES = ["result.h5.gz", "evaluation.h5", "trace.h5", "training/best.fcp", "training/log.jsonl", "table.yaml",
         "calibrated.yaml", "calibrated.yaml.checkpoint", "predictions.csv", "profile.csv"]


def contents(path):
    data = Path(path).read_bytes()
    return gzip.decompress(data) if str(path).endswith(".gz") else data


def damaged(data, seed):
    """Flip bits, cut, double a part, or put a part of it elsewhere."""
    draw = random.Random(seed)
    data = bytearray(data)
    how = draw.randrange(5)
    for _ in range(draw.choice([1, 1, 1, 2, 8])):
        place = draw.randrange(len(data))
        size = draw.randrange(1, 1 + min(64, len(data)))
        if how == 0:
            data[place] ^= 1 << draw.randrange(8)
        elif how == 1:
            data[place] = draw.choice([0, 255, 127, ord("-"), ord("9")])
        elif how == 2:
            del data[max(1, place):]
        elif how == 3:
            data[place:place] = data[place:place + size]
        else:
            source = draw.randrange(len(data))
            data[place:place + size] = data[source:source + size]
    return bytes(data)


def load_damaged(path, first, count):
    import faasconf
    data = contents(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(path).name.removesuffix(".gz")
        for seed in range(first, first + count):
            print(f"{path}: input {seed}", flush=True)
            copy.write_bytes(damaged(data, seed))
            try:
                read = faasconf.load(copy)
                getattr(read, "spans", None)
            except faasconf.Error as error:
                assert str(copy) in str(error)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_in_one_sentence(name):
    done = subprocess.run([sys.executable, __file__, str(OLD / name), "0", str(COUNT)], capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1:]} {done.stderr[-2000:]}"


if __name__ == "__main__":
    load_damaged(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
