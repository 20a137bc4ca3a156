#!/usr/bin/env bash
# How well calibrated workflows predict windows that were held out, over several splits: the tables of docs/explanation/calibration.md.
#
#   experiments/configs/calibration-accuracy.sh PROGRAM DATA FOLDER [SPLITS]
#
# PROGRAM is faasconf; DATA holds openfaas/windows.csv, openfaas/workflow_windows.csv and faasconf/parallel_10users.csv;
# fits go to FOLDER, and what is there already is not fitted again. Four splits of all take more than an hour on two
# cores; BUDGET=20 gives a first impression.
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,8p' "$0"; exit 2; }
program=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
cd "$3"

fit() {  # NAME MEASUREMENTS MAPPING WORKFLOW WINDOWS SPLIT
  local name=$1-$6 budget=()
  [ -n "${BUDGET:-}" ] && budget=(--budget "$BUDGET")
  [ -e "$name.jsonl" ] && return
  "$program" calibrate --measurements "$data/$2" --mapping "$3" --workflow "$4" --windows "$5" --seed "$6" "${budget[@]}" \
    --out "$name.yaml" --json >"$name.part"
  mv "$name.part" "$name.jsonl"
}

for split in $(seq "${4:-4}"); do
  fit function openfaas/windows.csv openfaas-closed-mapping openfaas-function 4 "$split"
  fit workflow openfaas/workflow_windows.csv openfaas-workflow-mapping openfaas-workflow 4 "$split"
  fit parallel faasconf/parallel_10users.csv paper-parallel-mapping parallel 2 "$split"
done

python3 - <<'END'
import collections, glob, json, statistics

found = collections.defaultdict(lambda: collections.defaultdict(list))
for file in sorted(glob.glob("*-*.jsonl")):
    for line in open(file):
        row = json.loads(line)
        if row.get("held_out") is True and "target" in row:
            for key in ("r2", "mape", "mae", "spearman", "coverage"):
                found[file.split("-")[0], row["target"]][key].append(row[key])
print(f"{'fit':10}{'held-out target':34}{'splits':>7}{'R2':>8}{'MAPE [%]':>10}{'MAE':>9}{'Spearman':>10}{'coverage [%]':>14}")
for (fit, target), values in found.items():
    mean = {key: statistics.fmean(all_splits) for key, all_splits in values.items()}
    print(f"{fit:10}{target:34}{len(values['r2']):7}{mean['r2']:8.3f}{100 * mean['mape']:10.1f}{mean['mae']:9.3f}"
          f"{mean['spearman']:10.3f}{100 * mean['coverage']:14.1f}")
END
