#!/usr/bin/env bash
# how well calibrated workflows predict held-out windows, over several splits; over an hour on two cores, needs data/openfaas and data/faasconf
# builds: faasconf
splits=${SPLITS:-4}
settings="SPLITS=$splits BUDGET=${BUDGET:-default}"
usual="SPLITS=4 BUDGET=default"
source experiments/studies/study.sh
need_data openfaas/windows.csv faasconf/parallel_10users.csv

fit() {  # NAME MEASUREMENTS MAPPING WORKFLOW WINDOWS SPLIT
  local budget=()
  [ -n "${BUDGET:-}" ] && budget=(--budget "$BUDGET")
  once "$1-$6.jsonl" "$program" calibrate --measurements "$data/$2" --mapping "$3" --workflow "$4" --windows "$5" --seed "$6" \
    "${budget[@]}" --out "$folder/$1-$6.yaml" --json
}

for ((split = 1; split <= splits; ++split)); do
  fit function openfaas/windows.csv openfaas-closed-mapping openfaas-function 4 "$split"
  fit workflow openfaas/workflow_windows.csv openfaas-workflow-mapping openfaas-workflow 4 "$split"
  fit parallel faasconf/parallel_10users.csv paper-parallel-mapping parallel 2 "$split"
done

page "Accuracy of calibrated workflows"
cat <<'END'
The mean over the splits of how well fits predict windows that were held out. [Calibration](../explanation/calibration.md)
says what is fitted to what.

| fit | held-out target | splits | R2 | MAPE [%] | MAE | Spearman | coverage of 90 % intervals [%] |
|---|---|---|---|---|---|---|---|
END
"$python" - "$folder" <<'END'
import collections, json, pathlib, statistics, sys

found = collections.defaultdict(lambda: collections.defaultdict(list))
for file in sorted(pathlib.Path(sys.argv[1]).glob("*-*.jsonl")):
    for line in file.open():
        row = json.loads(line)
        if row.get("held_out") is True and "target" in row:
            for key in ("r2", "mape", "mae", "spearman", "coverage"):
                found[file.stem.rsplit("-", 1)[0], row["target"]][key].append(row[key])
for (fit, target), values in found.items():
    mean = {key: statistics.fmean(of_splits) for key, of_splits in values.items()}
    print(f"| {fit} | {target} | {len(values['r2'])} | {mean['r2']:.3f} | {100 * mean['mape']:.1f} | {mean['mae']:.3f} "
          f"| {mean['spearman']:.3f} | {100 * mean['coverage']:.1f} |")
END
