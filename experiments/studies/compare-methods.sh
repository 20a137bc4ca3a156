#!/usr/bin/env bash
# every learning method on Parallel beside a search and a static configuration, by ten training seeds; hours on two cores
# builds: faasconf faasconf-train _core
set -euo pipefail
seeds=${SEEDS:-10}
windows=${WINDOWS:-102400}
settings="SEEDS=$seeds WINDOWS=$windows QOS_WEIGHT=${QOS_WEIGHT:-2}"  # QOS_WEIGHT=0.5 is the paper's reward
usual="SEEDS=10 WINDOWS=102400 QOS_WEIGHT=2"
[ "${1:-}" = one ] || source experiments/studies/study.sh

common=(train-parallel --quiet --threads 1
  --set "training.steps=$windows" --set training.environments=16 --set training.shards=1
  --set training.steps_per_iteration=32 --set "training.selection.every=$((windows / 10))")
# the published network, rates ten times the paper's, an update every 32 windows; QoS is worth four times the paper's
off_policy=(--set "training.qos_weight=${QOS_WEIGHT:-2}" --set training.steps_per_iteration=2
  --set training.learning.actor_rate=0.001 --set training.learning.batch=128 --set training.learning.noise=0.1
  --set training.learning.warm_up=4096)
as_published=(--set training.features=paper --set training.integers=paper --set training.steps_per_iteration=2
  --set training.learning.warm_up=4096)
strict=(--set training.qos=strict --set training.learning.violation_limit=0.03)

# the box of the published baselines: actions from .2 to .8, no limit on concurrency
box=(--set 'workflow.ranges.cpu=[600m, 1650m]' --set 'workflow.ranges.memory=[614Mi, 1690Mi]'
  --set 'workflow.ranges.replicas=[2, 6]' --set 'workflow.ranges.concurrency=[1000, 1000]')

options() {  # METHOD: prints what it takes, one word a line
  local method=${1%-unsafe} gamma rate=(--set training.learning.critic_rate=0.001) ses=(--set training.safety=ses)
  [[ $1 == *-unsafe ]] && ses=()
  case $method in
    mappo | mappo-no-attention | ppo) printf '%s\n' --set "training.method=$method" ;;
    strict-*) options "${1#strict-}"; printf '%s\n' "${strict[@]}" ;;
    attmf | attmf-modern | mf | ddpg)
      printf '%s\n' --set "training.method=$method" "${ses[@]}" "${off_policy[@]}" "${rate[@]}" ;;
    maddpg)
      printf '%s\n' --set training.method=maddpg "${ses[@]}" "${off_policy[@]}" --set training.learning.critic_rate=0.003 ;;
    *-in-published-box)
      options "${method%-in-published-box}-as-published"
      printf '%s\n' "${box[@]}" ;;
    *-as-published)
      method=${method%-as-published}
      case $method in maddpg | ddpg) gamma=0.95 ;; *) gamma=0.9 ;; esac
      printf '%s\n' --set "training.method=$method" "${ses[@]}" "${as_published[@]}" --set "training.learning.gamma=$gamma" ;;
  esac
}

train() {  # METHOD SEED
  local out=trainings/$1/$2 resume=()
  [ -e "$out/done" ] && return
  [ -e "$out/last.ckpt" ] && resume=(--resume)
  mkdir -p "trainings/$1"
  mapfile -t chosen < <(options "$1")
  "$program" train "${common[@]}" --set "seed=$((1000 + 10#$2))" "${chosen[@]}" --out "$out" "${resume[@]}" >"$out.txt"
  touch "$out/done"
}

search() {  # FILE OPTION...
  [ -e "$1" ] && return
  # it fails where nothing is within the limit with 95 % confidence, and says so in its file
  "$program" search parallel --quiet --threads 1 --out "$1.part" "${@:2}" >"$1.txt" || [ -e "$1.part" ]
  mv "$1.part" "$1"
}

published=(mappo mappo-no-attention ppo attmf attmf-unsafe attmf-modern mf mf-unsafe maddpg maddpg-unsafe ddpg
  ddpg-unsafe attmf-as-published mf-as-published maddpg-as-published ddpg-as-published)
boxed=(mf-in-published-box maddpg-in-published-box ddpg-in-published-box)
served=(strict-mappo strict-mappo-no-attention strict-ppo)
tight=(--qos strict --violation-limit 0.03)

if [ "${1:-}" = one ]; then  # a job of those below, in the folder of the results: one JOB...
  "${@:2}"
  exit
fi
script=$(realpath "$0")
note_commit
cd "$folder"
export program
{
  echo "search lookup.yaml --windows 600000"
  echo "search static.yaml --windows 1500000 --static"
  echo "search lookup-strict.yaml --windows 600000 ${tight[*]}"
  echo "search static-strict.yaml --windows 1500000 --static ${tight[*]}"
  for seed in $(seq -w "$seeds"); do
    for method in "${published[@]}" "${boxed[@]}" "${served[@]}"; do echo "train $method $seed"; done
  done
} | OPENBLAS_NUM_THREADS=1 xargs -P "$(nproc)" -L 1 bash "$script" one

evaluate() {  # NAME WORKFLOW "METHOD..." OPTION...
  local bundles=()
  for method in $3; do bundles+=(--bundle "trainings/$method"); done
  once "$1.txt" "$program" evaluate "$2" --seeds "$seeds" --users 12,17,23,28 "${@:4}" "${bundles[@]}" \
    --out "$1.h5" --plot "$1.png"
}
controls=(--config static.yaml --table lookup.yaml)
strict_controls=(--config static-strict.yaml --table lookup-strict.yaml)
evaluate published parallel "${published[*]}" "${controls[@]}"
evaluate published-box parallel "${boxed[*]}" "${box[@]}"
evaluate strict parallel "${served[*]}" "${strict_controls[@]}"
evaluate published-cfs parallel-cfs "${published[*]}" "${controls[@]}"
evaluate strict-cfs parallel-cfs "${served[*]}" "${strict_controls[@]}"

cd - >/dev/null
page "Comparison of learning methods"
cat <<'END'
Every method on Parallel with as many windows, trained at 10 to 30 users, selected at others, reported at 12, 17, 23 and 28,
beside what a long random search finds. [Learning](../explanation/learning.md) says what the methods are, and reads the
tables.
END
for table in published published-box strict published-cfs strict-cfs; do
  printf '\n## %s\n\n```\n%s\n```\n' "$table" "$(<"$folder/$table.txt")"
done
