#!/usr/bin/env bash
# A day of one function's load on the workflow Parallel in the users' game (headline.yaml): a table of configurations by
# load that is asked every 5 s, the best fixed configuration, and the autoscalers of Kubernetes, Knative and OpenFaaS on
# its instances. What each costs per month, and who keeps the promise.
#
#   ./run.sh demo                                        builds the program first
#   experiments/configs/demo.sh PROGRAM [OPTION...]      the options go to faasconf simulate
set -euo pipefail

program=${1:-${FAASCONF:?"the path of the program faasconf, here or as the first argument"}}
program=$(realpath "$program")
shift || true
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=build/demo
configs=experiments/configs
mkdir -p "$out"
rm -f "$out"/demo.{h5,png,html}  # a picture of an earlier run would pass for this one's

echo "demo: the load is a generated one: a function of azure-demo-day.csv over its day, as 3 to 30 users" >&2
"$program" trace profile "$configs/azure-demo-day.csv" --function 1 --start 00:00 --length 24h --min-users 3 \
  --max-users 30 --out "$out/profile.csv" >/dev/null
"$program" simulate headline --profile "$out/profile.csv" --config "$configs/demo-fixed.yaml" \
  --policy "table:$configs/demo-table.yaml:last,interval=5s" --policy fixed \
  --policy hpa --policy hpa:target_utilization=0.5 --policy kpa:target_share=0.2 \
  --policy openfaas-autoscaler:type=capacity,target=2 \
  --replications 10 --out "$out/demo.h5" --plot "$out/demo.png" --report "$out/demo.html" "$@"

echo
for made in "the numbers:demo.h5" "the picture:demo.png" "the page:demo.html"; do
  file=$out/${made#*:}
  if [ -e "$file" ]; then echo "${made%%:*}: $PWD/$file"; else echo "${made%%:*}: not made"; fi
done
