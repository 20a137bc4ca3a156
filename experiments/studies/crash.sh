#!/usr/bin/env bash
# what is left when a command ends or fails at any call that changes a file; 20 minutes of CPU time
# builds: faasconf faasconf-train faasconf_faults
every=${EVERY:-1}
settings="EVERY=$every"
usual="EVERY=1"
source experiments/studies/study.sh

once faults.txt "$python" tests/faults/crash_points.py --program "$program" --every "$every" --offset 0 \
  --faults build/release/tests/faults/libfaasconf_faults.so

page "Crashes at each call that changes a file"
cat <<'END'
Each command that writes is run with small settings. At one of its calls that make, write, rename, remove, resize or
synchronise a file below its folder, in turns at each of them, one of five things happens:

* killed: the process ends instead of the call
* torn: it ends after half of a write, or after another call
* full: no space is left from this call on
* broken: the call is an input/output error
* stopped: SIGTERM comes before it

Then each file must be the old or the new one, and those of a folder of trace files must be of one run; the next start must
come to the bytes of an undisturbed run, with no file left over; and the program must have ended with the code and the
sentence of [its reference](../reference/files.md).

END
cat "$folder/faults.txt"
