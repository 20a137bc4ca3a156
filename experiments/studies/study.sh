# What the studies share: each sets `settings`, and `usual` for those of a whole run, and sources this in the root of the
# repository. A study keeps what it has computed in build/studies/NAME, does not compute it again, and prints its page for
# docs/studies/.
set -euo pipefail

name=$(basename "$0" .sh)
folder=$PWD/build/studies/$name
program=$PWD/build/release/faasconf
data=$(realpath -m "${FAASCONF_SHARED:-../shared}/data")
python=${PYTHON:-/usr/bin/python3}

die() { echo "$name: $*" >&2; exit 1; }

mkdir -p "$folder"
if [ -e "$folder/settings" ] && [ "$(<"$folder/settings")" != "$settings" ]; then
  die "$folder has results for other settings ($(<"$folder/settings")); remove it first"
fi
echo "$settings" >"$folder/settings"

note_commit() {  # of all that had a part in the results
  local commit
  commit=$(git describe --always --dirty --abbrev=12 --exclude='*')
  grep -qsx "$commit" "$folder/commits" || echo "$commit" >>"$folder/commits"
}

need_data() {  # FILE...: the whole data, not the extracts that ship
  local file
  for file; do [ -e "$data/$file" ] || die "$data/$file is not here; FAASCONF_SHARED may name the folder above data"; done
}

once() {  # FILE COMMAND...: FILE is what COMMAND prints, computed only where it is not there yet
  [ -e "$folder/$1" ] && return
  echo "$name: $1" >&2
  note_commit
  "${@:2}" >"$folder/$1.part"
  mv "$folder/$1.part" "$folder/$1"
}

page() {  # TITLE: begins the page, and says where its numbers come from
  local reduced=
  [ "$settings" = "$usual" ] || reduced=" (a reduced run: the whole one has $usual)"
  printf '# %s\n\n`./run.sh study %s` wrote this page. Settings: %s%s. Commit: %s.' \
    "$1" "$name" "$settings" "$reduced" "$(paste -sd, "$folder/commits")"
  if [ -e sim/core/version.hpp ]; then
    printf ' Model version: %s.' "$(grep -oP 'odel_?[vV]ersion\D*\K\d+' sim/core/version.hpp | head -n 1)"
  fi
  printf '\n\n'
}
