#!/usr/bin/env bash
# 85 minutes of one function's load on the workflow Parallel, under a lean and an ample configuration, and
# under three autoscalers that start from one of them.
#
#   ./run.sh demo                                        builds the program first
#   experiments/configs/demo.sh PROGRAM [OPTION...]      the options go to faasconf simulate
set -euo pipefail

program=${1:-${FAASCONF:?"the path of the program faasconf, here or as the first argument"}}
program=$(realpath "$program")
shift || true
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=build/demo
real=${FAASCONF_SHARED:-../shared}/data/azure/azure2019_series_40d07b_d01-d07.csv
if [ -e "$real" ]; then
  load=("$real" --function 40d07b --day 1)
  echo "demo: the load is a real one: a function of the Azure Functions 2019 trace, day 1, its busiest 85 minutes" >&2
else
  load=(experiments/configs/azure-demo-day.csv --function 1)
  echo "demo: the load is a generated one: a function of azure-demo-day.csv, its busiest 85 minutes" >&2
fi

mkdir -p "$out"
rm -f "$out"/demo.{h5,png,html}  # a picture of an earlier run would pass for this one's
"$program" trace profile "${load[@]}" --length 85m --min-users 5 --max-users 16 --out "$out/profile.csv"
"$program" simulate parallel --profile "$out/profile.csv" \
  --config experiments/configs/demo-lean.yaml --config experiments/configs/demo-ample.yaml \
  --policy fixed --policy openfaas:demo-lean --policy hpa:demo-ample --policy kpa:demo-lean \
  --window 30s --replications 10 \
  --out "$out/demo.h5" --plot "$out/demo.png" --report "$out/demo.html" "$@"

echo
for made in "the numbers:demo.h5" "the picture:demo.png" "the page:demo.html"; do
  file=$out/${made#*:}
  if [ -e "$file" ]; then echo "${made%%:*}: $PWD/$file"; else echo "${made%%:*}: not made"; fi
done
