#!/usr/bin/env bash
# what every command does with damaged inputs, and faasconf.load with damaged files; 10 minutes of CPU time
# builds: faasconf faasconf_damage_tests _core
inputs=${INPUTS:-1000}
seed=${SEED:-1}
settings="INPUTS=$inputs SEED=$seed"
usual="INPUTS=1000 SEED=1"
source experiments/studies/study.sh

mkdir -p "$folder/scratch"
export TMPDIR=$folder/scratch FAASCONF_DAMAGE=$inputs FAASCONF_DAMAGE_SEED=$seed
once commands.txt build/release/tests/faults/faasconf_damage_tests --gtest_filter='*Damage*'
once load.txt "$python" -m pytest -q -p no:cacheprovider tests/python/test_damage.py

page "Damaged inputs"
cat <<'END'
Small files of each kind with bits flipped, their end missing, parts doubled, missing, zeroed or put elsewhere, and numbers
replaced (`tests/faults/damaged.hpp`), each read by the command that users would give it to. Every one was refused with one
sentence and exit code 2, or was read: to the same result where the file carries checksums, and else to one whose record
names the digest of what was read. Interrupted: the damage asked for more than a second of work. Names are those of
`tests/faults/damage_test.cpp`.

| command and input | inputs | refused | interrupted |
|---|---|---|---|
END
sed -nE 's/^(\w+): ([0-9]+) inputs, ([0-9]+) refused, ([0-9]+) interrupted.*/| `\1` | \2 | \3 | \4 |/p' "$folder/commands.txt"
cat <<END

\`faasconf.load\` opened or refused $inputs damaged copies of each of $(sed -n 's/^\([0-9]*\) passed.*/\1/p' "$folder/load.txt") files in \`tests/data/records\`.
END
