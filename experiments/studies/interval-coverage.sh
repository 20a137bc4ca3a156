#!/usr/bin/env bash
# how often the 90 % intervals of a calibration hold the truth, on simulated systems; 13 minutes on two cores
# builds: faasconf_study_interval_coverage
systems=${SYSTEMS:-40}
evaluations=${EVALUATIONS:-120}
settings="SYSTEMS=$systems EVALUATIONS=$evaluations"
usual="SYSTEMS=40 EVALUATIONS=120"
source experiments/studies/study.sh

for ((system = 0; system < systems; ++system)); do
  once "$system.csv" env TMPDIR="$folder" build/release/tests/studies/faasconf_study_interval_coverage \
    "$system" "$evaluations"
done

page "Coverage of the intervals of a calibration"
cat <<'END'
A workflow of two functions whose values are known is simulated under 200 random configurations as if it had been
measured, and fitted to 70 % of these rows, again for each system with other random numbers. Share of the 90 % intervals
that hold the truth:

| of | intervals | hold the truth |
|---|---|---|
END
cat "$folder"/*.csv | awk -F, '{ values += $1; held += $2; targets += $3; covered += $4 }
  END { printf "| the three fitted values | %d | %.1f %% |\n", values, 100 * held / values
        printf "| held-out windows, by target | %d targets | %.1f %% |\n", targets, 100 * covered / targets }'
