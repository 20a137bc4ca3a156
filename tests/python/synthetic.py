"""A result file as faasconf::experiments::ResultWriter lays it out, with made-up numbers."""

import h5py
import numpy as np


def fixed_text(texts):
    """As the program writes a text, or a list of them."""
    return np.bytes_(texts.encode()) if isinstance(texts, str) else np.array([text.encode() for text in texts], "S")


CASES = ["small", "large"]
FUNCTIONS = ["orchestrator", "starter", "rgb", "resize", "update", "resnet", "mobilenet"]
DOT = """digraph "parallel" {
  rankdir=LR;
  node [shape=box];
  "orchestrator" -> "starter" [label="ignore"];
  "starter" -> "rgb";
  "rgb" -> "resize";
  "resize" -> "update";
  "update" -> "resnet";
  "update" -> "mobilenet";
}
"""
RESOLVED = "workflow: parallel\nworkload: {closed_loop: {users: 20}}  # <script>alert(1)</script>\nseed: 7\n"
QOS_LATENCY_S = 13.0
COUNTS = ["arrivals", "completions", "rejections", "timeouts", "failures", "oom_kills", "in_flight"]
LATENCIES = ["latency_mean_s", "latency_p50_s", "latency_p75_s", "latency_p95_s", "latency_p99_s"]
UNITS = {name: "s" for name in ["start_s", "length_s", "execution_mean_s", *LATENCIES]} | {
    "success_ratio": "1", "price": "1", "periods_kept": "1", "memory_share": "1", "throttled_share": "1",
    "offered_rate_per_s": "requests/s", "throughput_per_s": "requests/s", "cpu_millicores": "millicores",
    "memory_mib": "MiB"}

METRIC_COLUMNS = ("of", "name", "unit", "title", "shown_unit", "scale", "topic", "better")
METRICS = [
    ("end to end", "arrivals", "requests", "arrivals", "requests", 1.0, "load", "neither"),
    ("end to end", "latency_mean_s", "s", "latency mean", "s", 1.0, "latency", "less"),
    ("end to end", "success_ratio", "1", "success ratio", "%", 100.0, "success", "more"),
    ("end to end", "periods_kept", "1", "periods that kept the promise", "%", 100.0, "promise", "more"),
    ("end to end", "failures", "requests", "failures", "requests", 1.0, "losses", "less"),
    ("end to end", "price", "1", "price (the paper's)", "", 1.0, "cost", "less"),
    ("function", "arrivals", "calls", "arrivals", "", 1.0, "load", "neither"),
    ("function", "latency_mean_s", "s", "latency mean", "s", 1.0, "latency", "less"),
    ("function", "failures", "calls", "failures", "", 1.0, "losses", "less"),
]


def write_result(path, *, cases=CASES, functions=FUNCTIONS, replications=20, window_count=170, window_s=30.0, dot=DOT,
                 load="users", seed=7, silent=(60, 64), qos_latency_s=QOS_LATENCY_S, transitions=False):
    """Write a result of made-up numbers: the first case is the poorest, and has no success in the silent windows.

    With transitions an instance of every function starts in the second window, and another drains for half of it.
    """
    changes = (np.arange(window_count) == 1) * float(transitions)
    random = np.random.default_rng(seed)
    minutes = np.arange(window_count) * window_s / 60
    users = np.round(28 + 12 * np.sin(minutes / 85 * 2 * np.pi) + 4 * np.sin(minutes / 7))
    windows, function_rows, totals, summary = [], [], [], []
    for case in range(len(cases)):
        for replication in range(replications):
            rows = made_up_windows(random, users, window_s, load, poverty=len(cases) - 1 - case,
                                   silent=silent if case == 0 else (0, 0))
            key = {"case": np.full(window_count, case), "replication": np.full(window_count, replication),
                   "window": np.arange(window_count)}
            windows.append(key | rows)
            for function in range(len(functions)):
                function_rows.append(key | {
                    "function": np.full(window_count, function), "cpu_millicores": np.full(window_count, 500.0),
                    "memory_mib": np.full(window_count, 512.0), "replicas": np.full(window_count, 1 + case),
                    "concurrency": np.full(window_count, 4 * case)}
                    | {name: rows[name] for name in [*COUNTS, *LATENCIES]}
                    | {"instances": 1.0 + case + 0.5 * changes, "starting_mean": changes, "outdated_mean": 0 * changes,
                       "draining_mean": 0.5 * changes})
            totals.append({"case": [case], "replication": [replication]}
                          | {name: [mean_or_absent(values)] for name, values in rows.items() if name != "qos_met"}
                          | {"periods_kept": [np.mean(rows["qos_met"])]})
        own = joined([row for row in totals if row["case"] == [case]])
        for function in range(-1, len(functions)):
            for metric, unit, column in (("latency_mean_s", "s", "latency_mean_s"), ("price", "1", "price"),
                                         ("success_ratio", "1", "success_ratio"),
                                         ("periods_kept", "1", "periods_kept"),
                                         ("arrivals", "requests", "arrivals"), ("failures", "requests", "failures")):
                if function >= 0 and metric in ("success_ratio", "price", "periods_kept"):
                    continue
                mean, half = own[column].mean(), 2 * own[column].std() / max(1, replications) ** 0.5
                half = half if replications > 1 else np.nan
                summary.append((case, function, metric, unit, mean, mean - half, mean + half, replications))

    with h5py.File(path, "w", track_order=True) as file:
        file.attrs.update(format="faasconf-result", format_version=1, faasconf_version="0.1.0", faasconf_revision="",
                          seed=seed, attribution="completed", window_s=window_s, duration_s=window_count * window_s,
                          workflow="parallel", qos_latency_s=qos_latency_s, qos_successes_per_30s=20.0)
        run = file.create_group("run")
        run.create_dataset("resolved", data=fixed_text(RESOLVED))
        run.create_dataset("workflow_dot", data=fixed_text(dot))
        run.create_dataset("inputs/path", data=fixed_text(["demo.yaml", "azure <day 1>.csv"]))
        run.create_dataset("inputs/sha256", data=fixed_text(["0" * 64, "a" * 64]))
        run.create_dataset("cases", data=fixed_text(cases))
        run.create_dataset("functions", data=fixed_text(functions))
        run.create_dataset("warm_up_s", data=np.zeros(len(cases)))
        run.create_dataset("replications", data=np.full(len(cases), replications))
        write_table(file, "run/metrics", dict(zip(METRIC_COLUMNS, zip(*METRICS))))
        write_table(file, "windows", joined(windows))
        write_table(file, "functions", joined(function_rows))
        write_table(file, "replications", joined(totals))
        names = ("case", "function", "metric", "unit", "mean", "low", "high", "replications")
        write_table(file, "summary", dict(zip(names, zip(*summary))))
    return path


def made_up_windows(random, users, window_s, load, *, poverty, silent):
    count = len(users)
    strain = 1 + 1.5 * poverty
    latency = (4 + users / 12 * strain) * random.lognormal(0, 0.12, count)
    success = np.clip(1.35 - users / 44 * strain / 4 + random.normal(0, 0.03, count), 0, 1)
    requests = random.poisson(60, count)
    completions = np.round(requests * success).astype(int)
    completions[slice(*silent)] = 0
    none = completions == 0
    latency[none] = np.nan
    zero = np.zeros(count, dtype=int)
    return {
        "start_s": np.arange(count) * window_s, "length_s": np.full(count, window_s),
        "users": users if load == "users" else np.zeros(count),
        "offered_rate_per_s": users / 10 if load == "rate" else np.zeros(count),
        "arrivals": requests, "completions": completions, "rejections": requests - completions, "timeouts": zero,
        "failures": zero, "oom_kills": zero, "in_flight": zero,
        **{name: latency * factor for name, factor in zip(LATENCIES, (1, 0.9, 1.2, 1.5, 2))},
        "throughput_per_s": completions / window_s, "success_ratio": completions / np.maximum(requests, 1),
        "qos_met": (~none & (np.nan_to_num(latency) <= QOS_LATENCY_S) & (completions >= 20)).astype(int),
        "price": np.full(count, 3.0 - 0.6 * poverty),
    }


def mean_or_absent(values):
    return np.nanmean(values) if np.isfinite(values).any() else np.nan


def joined(parts):
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def write_table(file, name, columns):
    group = file.create_group(name, track_order=True)
    for column, values in columns.items():
        values = np.asarray(values)
        text = values.dtype.kind == "U"
        dataset = group.create_dataset(column, data=fixed_text(values.tolist()) if text else values)
        dataset.attrs["unit"] = UNITS.get(column, "")
