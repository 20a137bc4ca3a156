"""Serverless workflows: simulate them, and read, draw and report the results.

`load` reads a result file; `Scenario` and `simulate` run the simulator from Python. Figures and pages are made by
``python3 -m faasconf.plot`` and ``python3 -m faasconf.report``.
"""

from typing import TYPE_CHECKING, Any

from faasconf._error import Error
from faasconf.result import Result, Table, load

if TYPE_CHECKING:
    from faasconf._core import Configuration, Run, Scenario, simulate

__all__ = ["Configuration", "Error", "Result", "Run", "Scenario", "Table", "load", "simulate"]


def __getattr__(name: str) -> Any:
    # the compiled module only when it is asked for: results are read, drawn and reported by any Python
    if name in ("Configuration", "Run", "Scenario", "simulate"):
        from faasconf import _core
        return getattr(_core, name)
    raise AttributeError(f"module 'faasconf' has no attribute '{name}'")
