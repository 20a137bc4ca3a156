#!/usr/bin/env bash
# how often the 95 % intervals of percentiles above 4,096 requests hold the exact values; 1 minute of CPU time
# builds: faasconf_study_percentile_coverage
runs=${RUNS:-2000}
duration=${DURATION:-1h}
replications=${REPLICATIONS:-10}
settings="RUNS=$runs DURATION=$duration REPLICATIONS=$replications"
usual="RUNS=2000 DURATION=1h REPLICATIONS=10"
source experiments/studies/study.sh

block=100
for ((first = 1; first <= runs; first += block)); do
  once "$first.csv" build/release/tests/studies/faasconf_study_percentile_coverage \
    "$first" $((runs - first + 1 < block ? runs - first + 1 : block)) "$duration" "$replications"
done

page "Coverage of the intervals of percentiles"
cat <<END
M/M/10 with 2 requests per second and a mean service of 3 s (offered load 6), simulated with \`faasconf simulate\`'s own
defaults: the warm-up that MSER-5 finds, windows of 30 s, Student's t over $replications replications of $duration, whose percentiles
come from the sketch. Each run has another seed. The exact percentiles are those of the response time of
M/M/c, \`tests/sim/model/queueing_theory.hpp\`.

END
cat <<'END'
| percentile | exact | runs | 95 % intervals that hold it | mean estimate | mean half-width |
|---|---|---|---|---|---|
END
cat "$folder"/*.csv | awk -F, '
  { exact[$1] = $2; runs[$1] += $3; held[$1] += $4; estimate[$1] += $5; half[$1] += $6 }
  END {
    for (p = 1; p <= 3; ++p) {
      key = p == 1 ? "0.5" : p == 2 ? "0.95" : "0.99"
      n = runs[key]; share = held[key] / n
      printf "| %g | %.4f s | %d | %.2f %% ± %.2f | %+.3f %% | %.2f %% |\n", 100 * key, exact[key], n, 100 * share,
        196 * sqrt(share * (1 - share) / n), 100 * (estimate[key] / n / exact[key] - 1), 100 * half[key] / n / exact[key]
    }
  }'
cat <<'END'

Mean estimate: against the exact value. Mean half-width: of the exact value; the sketch alone allows 0.20 %.

Estimates are a little low for two reasons. A run begins empty, and MSER-5, which looks at means, often leaves nothing
out: with `--warm-up 2m`, 1,000 runs are off by -0.01, -0.06 and -0.16 %, with `--warm-up 0s` by -0.10, -0.14 and -0.24 %.
What remains at the 99th percentile is the order statistic's own bias: of 7,200 requests it has an expected rank of
0.98987 instead of 0.99.
END
