#!/usr/bin/env bash
# how far simulated transitions are off those of a real OpenFaaS gateway; some seconds, needs data/openfaas-transitions
# builds: faasconf_study_transitions
settings="20 seeds a sequence"
usual=$settings
source experiments/studies/study.sh
need_data openfaas-transitions/windows.csv

once table.md build/release/tests/studies/faasconf_study_transitions

page "Errors of transitions"
cat <<'END'
Fifteen sequences of windows on a real OpenFaaS gateway, whose configuration changed under load between one window and
the next, against the same sequences simulated: users or arrivals as they were, the same distributions for all sequences.
Errors of windows by what was sent when they began: `put` (an update), `up` and `down` (scaling), `none`. Chance: the mean
size of the errors if one run of the simulation is taken for what was measured. [What a change
takes](../explanation/transitions.md) explains the model and reads the table.

END
cat "$folder/table.md"
