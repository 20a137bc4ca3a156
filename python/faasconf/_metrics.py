"""The metrics of a result: their names, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from faasconf import hdf5
from faasconf.table import Table

END_TO_END = "end to end"
OF_FUNCTIONS = "function"

# Names that summaries had before, still understood: old name -> name.
FORMERLY = {
    "latency_mean": "latency_mean_s", "latency_p50": "latency_p50_s", "latency_p75": "latency_p75_s",
    "latency_p95": "latency_p95_s", "latency_p99": "latency_p99_s", "throughput": "throughput_per_s",
    "cost_window": "cost_window_usd", "cost_execution": "cost_execution_usd", "execution_mean": "execution_mean_s",
    "received": "received_bytes_per_s", "transmitted": "transmitted_bytes_per_s",
}


@dataclass(frozen=True)
class ShownMetric:
    """How a metric is shown: ``scale`` times its value, in ``unit``.

    Attributes
    ----------
    name : str
    title : str
    unit : str
        Empty where there is none.
    scale : float
    topic : str
        The topic, such as ``latency`` or ``losses``; empty where the file does not say.
    better : str
        ``more``, ``less`` or ``neither``.
    """

    name: str
    title: str
    unit: str = ""
    scale: float = 1.0
    topic: str = ""
    better: str = "neither"


class Summary(Table):
    """A summary, which is also asked by the names that metrics had before."""

    def where(self, **values: Any) -> Table:
        if "metric" in values:
            values["metric"] = FORMERLY.get(values["metric"], values["metric"])
        return super().where(**values)


def read_summary(file: h5py.File) -> Summary:
    """Read the summary of a result, with the names of today."""
    columns = hdf5.table(file, "summary")
    names = np.array([FORMERLY.get(name, name) for name in columns["metric"].tolist()])
    return Summary(dict(columns) | {"metric": names}, columns.units)


def read_metrics(file: h5py.File, summary: Table) -> dict[str, list[ShownMetric]]:
    """Read how the metrics of the summary are shown, end to end and of functions, in order."""
    if "run/metrics" not in file:
        return {END_TO_END: _plain(summary.where(function=-1)), OF_FUNCTIONS: _plain(summary.where(function=0))}
    columns = hdf5.table(file, "run/metrics")
    return {kind: [ShownMetric(*row) for row in zip(*(columns.where(of=kind)[name].tolist() for name in
                                                 ("name", "title", "shown_unit", "scale", "topic", "better")))]
            for kind in (END_TO_END, OF_FUNCTIONS)}


def _plain(rows: Table) -> list[ShownMetric]:
    """Metrics of a file that does not say how they are shown."""
    units = dict(zip(rows["metric"].tolist(), rows["unit"].tolist()))
    return [ShownMetric(name, name.replace("_", " "), "" if unit == "1" else unit) for name, unit in units.items()]
