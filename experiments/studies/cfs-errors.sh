#!/usr/bin/env bash
# how far models of a CPU limit are off what a real OpenFaaS gateway does; half a minute, needs data/openfaas
# builds: faasconf_study_cfs_errors
settings="20 simulated windows per measured one"
usual=$settings
source experiments/studies/study.sh
need_data openfaas/windows.csv

once table.md build/release/tests/studies/faasconf_study_cfs_errors

page "Errors of models of a CPU limit"
cat <<'END'
Windows of a real OpenFaaS gateway against the same windows simulated, with the work and the costs that the report on the
measurements states, and nothing fitted. Errors of a window's mean, median and 95th percentile of latency in %: their mean
over the windows, and in parentheses the mean of their size. Errors of the success ratio and the CPU utilization are in
percentage points, the mean of their size. [What a CPU limit does](../explanation/cpu-limits.md) explains the models and
reads the table.

END
cat "$folder/table.md"
