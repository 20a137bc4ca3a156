"""Serverless workflows: simulate them, and read, draw and report the results.

`load` opens whatever the program wrote; `Experiment` and `simulate` run the simulator from Python. Figures and pages are
made by ``python3 -m faasconf.plot`` and ``python3 -m faasconf.report``.
"""

import warnings
from typing import TYPE_CHECKING, Any

from faasconf._error import Error
from faasconf._record import Record
from faasconf.evaluation import Evaluation
from faasconf.figures import FigureFile
from faasconf.outputs import (CalibratedWorkflow, ExportedTable, Fit, FoundConfiguration, Policy, Predictions, Profile,
                              Replay, SearchCheckpoint, SearchTable, TraceFolder, TraceStore, Training,
                              TrainingCheckpoint, TrainingExperiment, TrainingLog)
from faasconf.records import load
from faasconf.result import Result
from faasconf.table import Table

if TYPE_CHECKING:
    from faasconf._core import Configuration, Experiment, Metric, Run, metrics, simulate

__all__ = ["CalibratedWorkflow", "Configuration", "Error", "Evaluation", "Experiment", "ExportedTable", "FigureFile",
           "Fit", "FoundConfiguration", "Metric", "Policy", "Predictions", "Profile", "Record", "Replay", "Result",
           "Run", "SearchCheckpoint", "SearchTable", "Table", "TraceFolder", "TraceStore", "Training",
           "TrainingCheckpoint", "TrainingExperiment", "TrainingLog", "load", "metrics", "simulate"]


def __getattr__(name: str) -> Any:
    if name == "Scenario":
        warnings.warn("faasconf.Scenario is now called faasconf.Experiment", DeprecationWarning, stacklevel=2)
        name = "Experiment"
    # the compiled module only when it is asked for: results are read, drawn and reported by any Python
    if name in ("Configuration", "Experiment", "Metric", "Run", "metrics", "simulate"):
        from faasconf import _core
        return getattr(_core, name)
    raise AttributeError(f"module 'faasconf' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
