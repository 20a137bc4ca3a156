"""Writes azure-demo-day.csv: five invented functions over a day, in the schema of the Azure Functions 2019 data set.

    python3 experiments/configs/make_demo_day.py            write the file beside this script
    python3 experiments/configs/make_demo_day.py --check    fail if the file is not what this script writes

The shape follows the real data (a diurnal baseline about half of the peak, Poisson counts, a timer, a sparse queue);
no number comes from it. The first function's busiest 85 minutes, 12:00 to 13:24, resemble the load of the FaaSConf
paper's Fig. 7: mostly level, a dip around minute 19, a burst around minute 34.
"""

import hashlib
import math
import random
import sys
from pathlib import Path

FILE = Path(__file__).resolve().parent / "azure-demo-day.csv"
MINUTES = 1440
REPLAY = range(720, 720 + 85)


def anonymous(name):
    return hashlib.sha256(f"faasconf demo {name}".encode()).hexdigest()


def poisson(mean, rng):
    """Knuth's way; random() is the same in every Python, the other samplers need not be."""
    count, product, limit = 0, rng.random(), math.exp(-mean)
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def diurnal(minute):
    """From .5 at 03:00 to 1 at 15:00."""
    return 0.75 - 0.25 * math.cos(2 * math.pi * (minute - 180) / MINUTES)


def shop(rng):
    """http, busy; twice as busy over lunch, with a dip and a burst."""
    dip = {18: 75, 19: 44, 20: 75}
    burst = {33: 130, 34: 176, 35: 150, 36: 125}
    counts = []
    for minute in range(MINUTES):
        mean = 55 * diurnal(minute)
        if minute in REPLAY:
            at = minute - REPLAY.start
            mean = {**dip, **burst}.get(at, 102 + 8 * math.sin(2 * math.pi * at / 41))
        counts.append(poisson(mean, rng))
    return counts


def timer(rng):
    """Every five minutes, exactly."""
    return [int(minute % 5 == 0) for minute in range(MINUTES)]


def queue(rng):
    """Empty but for some forty bursts a day."""
    return [1 + poisson(6, rng) if rng.random() < 40 / MINUTES else 0 for _ in range(MINUTES)]


def site(rng):
    """http, a call now and then, more by day."""
    return [poisson(0.6 * diurnal(minute) ** 4, rng) for minute in range(MINUTES)]


def sensors(rng):
    """event, steady."""
    return [poisson(9, rng) for _ in range(MINUTES)]


# owner, app, function, trigger, counts
FUNCTIONS = [
    ("owner 1", "app 1", "shop", "http", shop),
    ("owner 1", "app 1", "clean-up", "timer", timer),
    ("owner 1", "app 2", "letters", "queue", queue),
    ("owner 2", "app 3", "site", "http", site),
    ("owner 2", "app 4", "sensors", "event", sensors),
]


def demo_day():
    rows = [["HashOwner", "HashApp", "HashFunction", "Trigger", *range(1, MINUTES + 1)]]
    for owner, app, function, trigger, counts in FUNCTIONS:
        # a stream of its own for each function: another one disturbs none
        rng = random.Random(f"faasconf demo {function}")
        rows.append([anonymous(owner), anonymous(app), anonymous(function), trigger, *counts(rng)])
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if FILE.read_bytes() != demo_day():
            sys.exit(f"{FILE.name}: expected what {Path(__file__).name} writes, got other bytes")
    elif not sys.argv[1:]:
        FILE.write_bytes(demo_day())
    else:
        sys.exit(__doc__)
