"""Every command that writes files, with settings that take the least time.

A command is run in a folder that has its inputs, and, but for a training, what a run with another seed wrote before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SIMULATE = "simulate parallel --users 2 --duration 1m --replications 2 --quiet"
SYNTHESIZE = "trace synthesize --functions 20"
CALIBRATE = ("calibrate --measurements measured.csv --mapping mapping.yaml --workflow workflow.yaml --holdout 0 "
             "--budget 12 --members 2 --windows 1 --replications 2 --quiet")
TRAIN = ("train train-parallel --quiet --set training.steps_per_iteration=2 --set training.environments=2 "
         "--set training.episode=3 --set training.steps=24 --set training.shards=2 "
         "--set training.selection.every=8 --set training.selection.users=[11] --set training.selection.windows=3")

HERE = Path(__file__).resolve().parent
INPUTS = [*sorted((HERE / "data").iterdir()), HERE.parent.parent / "experiments/configs/stack.yml"]


@dataclass(frozen=True)
class Writer:
    """A command; `{seed}` stands where the number of a run belongs that writes something else."""

    name: str
    command: str
    inputs: tuple[str, ...] = ()  # commands that make them
    goes_on: Mapping[str, str] = field(default_factory=dict)  # a file: the option that goes on from it
    working: tuple[str, ...] = ()  # beginnings of files that a run has for itself, or completes step by step
    folder: str = ""  # its files appear together
    overwrites: bool = True  # otherwise it is not run before, with another seed
    needs_torch: bool = False
    slow: bool = False  # takes half a second or more

    def words(self, seed: int) -> list[str]:
        return self.command.replace("{seed}", str(seed)).split()


WRITERS = [
    Writer("simulate", f"{SIMULATE} --seed {{seed}} --out run.h5"),
    Writer("evaluate", "evaluate parallel --config demo-lean.yaml --users 2 --windows 2 --seeds 2 --quiet "
           "--seed {seed} --out e.h5"),
    Writer("predict", "predict parallel --in demo-configurations.csv --replications 2 --quiet --seed {seed} "
           "--out p.csv"),
    Writer("search", "search workflow.yaml --users 1 --promise published --instances fresh --windows 38400 --quiet "
           "--seed {seed} --out table.yaml", slow=True),
    Writer("calibrate", f"{CALIBRATE} --seed {{seed}} --out c.yaml --predictions c.csv",
           goes_on={"c.yaml.checkpoint": "--resume"}, working=("c.yaml.checkpoint",)),
    Writer("export-csv", "export-csv run{seed}.h5 --out csv",
           tuple(f"{SIMULATE} --seed {seed} --out run{seed}.h5" for seed in (1, 2))),
    Writer("workflow init", "workflow init --from stack.yml --out w.yaml", overwrites=False),
    Writer("trace synthesize", f"{SYNTHESIZE} --seed {{seed}} --out t.h5"),
    Writer("trace synthesize to a folder", f"{SYNTHESIZE} --seed {{seed}} --out day", folder="day"),
    Writer("trace convert", "trace convert day{seed} --out t.h5",
           tuple(f"{SYNTHESIZE} --seed {seed} --out day{seed}" for seed in (1, 2))),
    Writer("trace convert to a folder", "trace convert t{seed}.h5 --out day",
           tuple(f"{SYNTHESIZE} --seed {seed} --out t{seed}.h5" for seed in (1, 2)), folder="day"),
    Writer("trace select", "trace select t.h5 --sample 5 --seed {seed} --out s.h5", (f"{SYNTHESIZE} --out t.h5",)),
    Writer("trace profile", "trace profile t.h5 --function {seed} --out profile.csv", (f"{SYNTHESIZE} --out t.h5",)),
    Writer("trace replay", "trace replay t.h5 --seed {seed} --out functions.csv", (f"{SYNTHESIZE} --out t.h5",)),
    Writer("train", f"{TRAIN} --set seed={{seed}} --out training",
           goes_on={"training/last.ckpt": "--resume", "training/best.ckpt": "--resume"}, working=("training",),
           overwrites=False, needs_torch=True, slow=True),
    Writer("export", "export training/last.ckpt --quiet --out p.fcp", (f"{TRAIN} --out training",), overwrites=False,
           needs_torch=True, slow=True),
]
