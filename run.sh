#!/usr/bin/env bash
# One door to everything: ./run.sh help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'END'
usage: ./run.sh VERB [ARGUMENT...]

  demo             a day of load: a table of configurations beside autoscalers; verdicts, prices, a picture, a page
  test  [ARG...]   build, then run all tests, plainly and under sanitizers; arguments go to ctest (-R sim)
  check [ARG...]   the same, and each fuzz target for 10 s
  fuzz  [SECONDS]  build and run each fuzz target for 10 minutes, one after the other; the last lines are a table
  build [PRESET]   build everything: release (default), dev, sanitize, tsan or fuzz
  bench [ARG...]   build and run the benchmarks; arguments go to them (--benchmark_filter=EventQueue)
  study [NAME]     compute what is too slow for a test and write docs/studies/NAME.md; without a name, list the studies
  format [--check] let clang-format settle the layout of the C++ files, or only say where it would
  docs             write the reference of the C++ headers to build/docs
  help             print this

On Debian 12, what is missing is installed with apt first (through sudo unless you are root).
FAASCONF_INSTALL=no goes on without.
END
}

say() { printf 'run.sh: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

jobs=$(nproc)
python=/usr/bin/python3  # the one that apt's Python packages serve

# what is missing, and what for
missing=()
reasons=()

need() {  # REASON PACKAGE...
  local reason=$1 package lacking=()
  shift
  command -v dpkg-query >/dev/null || return 0
  for package; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || lacking+=("$package")
  done
  [ ${#lacking[@]} -eq 0 ] && return 0
  missing+=("${lacking[@]}")
  reasons+=("$reason: ${lacking[*]}")
}

need_to_build() {
  need "to compile" g++ cmake ninja-build ccache
  need "libraries" libboost-program-options-dev libeigen3-dev libhdf5-dev liblzma-dev libnlopt-cxx-dev \
    libopenblas0-serial libyaml-cpp-dev libzip-dev libzstd-dev nlohmann-json3-dev zlib1g-dev
  need "Python module, figures and reports" pybind11-dev python3-dev python3-numpy python3-h5py python3-matplotlib
  need "black boxes beside a calibration" python3-sklearn
}

need_to_train() {
  need "to train policies" libopenmpi-dev libtorch-dev openmpi-bin
}

need_to_test() {
  need_to_build
  need_to_train
  need "tests and benchmarks" libgtest-dev libgmock-dev libbenchmark-dev python3-pytest
}

install_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  [ "${FAASCONF_INSTALL:-yes}" = no ] && { say "going on without: ${missing[*]}"; return 0; }
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null \
      || die "neither root nor sudo; please have these packages installed: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing with apt${as_root[*]:+ through sudo}:"
  printf '  %s\n' "${reasons[@]}" >&2
  mkdir -p build
  local log=build/apt.log apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
  apt_unlocked update && apt_unlocked install --no-install-recommends "${missing[@]}" \
    || { tail -n 20 "$log" >&2; die "apt could not install them; its log is $log"; }
}

# Another process may hold apt's lock, as unattended upgrades do after the machine has started: half an hour at most.
apt_unlocked() {  # ARGUMENT...
  local tries=${FAASCONF_APT_TRIES:-360} said=no
  until "${apt[@]}" "$@" >"$log" 2>&1; do
    grep -q 'Could not get lock\|Unable to acquire' "$log" && [ $((tries -= 1)) -gt 0 ] || return 1
    [ $said = yes ] || say "apt is locked by another process; waiting for it"
    said=yes
    sleep "${FAASCONF_APT_WAIT:-5}"
  done
}

configure() {  # PRESET [-DOPTION=VALUE...]
  local preset=$1 log=build/configure-$1.log
  mkdir -p build
  cmake --preset "$preset" -DPython_EXECUTABLE=$python "${@:2}" >"$log" 2>&1 \
    || { cat "$log" >&2; die "cmake could not configure the preset $preset"; }
}

build() {  # PRESET [TARGET...]
  local preset=$1
  shift
  cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"} >&2 || die "the $preset build failed"
}

demo() {
  need_to_build
  install_missing
  # leave an existing build as it is: it may have the tests
  [ -e build/release/build.ninja ] || configure release -DFAASCONF_BUILD_TESTS=OFF -DFAASCONF_BUILD_BENCHMARKS=OFF \
    -DFAASCONF_WITH_TORCH=OFF
  build release faasconf _core
  export PYTHON=$python PYTHONPATH=$PWD/build/release/python
  exec bash experiments/configs/demo.sh "$PWD/build/release/faasconf" "$@"
}

need_to_fuzz() {
  need_to_build
  need "to fuzz" clang-14 libclang-rt-14-dev
}

run_ctest() {  # TREE... -- [ARG...]: one ctest over several trees, hence one summary
  mkdir -p build/ctest
  : >build/ctest/CTestTestfile.cmake
  for (( ; $# > 0; )); do
    [ "$1" != -- ] || { shift; break; }
    printf 'subdirs("%s")\n' "$PWD/build/$1" >>build/ctest/CTestTestfile.cmake
    shift
  done
  exec ctest --test-dir build/ctest -j "$jobs" --output-on-failure "$@"
}

build_tests() {
  configure release
  configure sanitize
  build release
  build sanitize faasconf_tests
}

run_tests() {
  need_to_test
  install_missing
  build_tests
  run_ctest release sanitize -- "$@"
}

check() {
  need_to_test
  need_to_fuzz
  install_missing
  build_tests
  configure fuzz -DFAASCONF_FUZZ_SECONDS=10
  build fuzz faasconf_fuzzers
  run_ctest release sanitize fuzz -- "$@"
}

fuzz() {
  local seconds=${1:-600} target name corpus log executions rows=()
  case $seconds in '' | *[!0-9]*) die "fuzz: expected a number of seconds, got \"$seconds\"" ;; esac
  need_to_fuzz
  install_missing
  configure fuzz
  build fuzz faasconf_fuzzers
  mkdir -p build/fuzz/found
  while read -r target corpus; do
    name=${target#faasconf_}
    log=build/fuzz/found/$name.log
    mkdir -p "build/fuzz/found/$name"
    say "$name: $seconds s"
    UBSAN_OPTIONS=print_stacktrace=1 "build/fuzz/tests/fuzz/$target" -max_total_time="$seconds" -timeout=10 \
      -rss_limit_mb=2048 -artifact_prefix="build/fuzz/found/$name/" -print_final_stats=1 \
      "build/fuzz/found/$name" "tests/fuzz/$corpus" >"$log" 2>&1 \
      || { tail -n 40 "$log" >&2; die "$name found something: build/fuzz/found/$name has it, $log says what"; }
    executions=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    rows+=("| \`$target\` | $executions |")
  done < <(sed -nE 's/^faasconf_add_fuzzer\((\S+) \S+ (\S+) .*/\1 \2/p' tests/fuzz/CMakeLists.txt)
  printf '%s\n' "| target | executions in $seconds s |" '|---|---|' "${rows[@]}"
}

build_preset() {
  local preset=${1:-release}
  case $preset in
    dev | release | sanitize | tsan) ;;
    fuzz) need_to_fuzz ;;
    *) die "no preset \"$preset\"; expected dev, release, sanitize, tsan or fuzz" ;;
  esac
  need_to_test
  install_missing
  configure "$preset"
  build "$preset"
}

bench() {
  need_to_test
  install_missing
  configure release
  build release faasconf_benchmarks
  exec build/release/tests/benchmarks/faasconf_benchmarks "$@"
}

list_studies() {
  local script
  for script in experiments/studies/*.sh; do
    case $script in */study.sh) continue ;; esac
    printf '%-21s %s\n' "$(basename "$script" .sh)" "$(sed -n '2s/^# //p' "$script")"
  done
}

study() {  # [NAME]: settings are variables (SPLITS=1 ./run.sh study calibration-accuracy)
  [ $# -ge 1 ] || { list_studies; return; }
  local script=experiments/studies/$1.sh page=docs/studies/$1.md targets
  [ "$1" != study ] && [ -e "$script" ] || die "no study \"$1\"; ./run.sh study lists them"
  need_to_test
  install_missing
  configure release
  read -ra targets < <(sed -n 's/^# builds: //p' "$script")
  build release "${targets[@]}"
  mkdir -p docs/studies build/studies
  PYTHON=$python PYTHONPATH=$PWD/build/release/python bash "$script" >"build/studies/$1.md" \
    || die "the study $1 ended early; the same command goes on from there"
  mv "build/studies/$1.md" "$page"
  say "see $page"
}

format() {
  need "to format" clang-format
  install_missing
  local how=(-i)
  case ${1:-} in
    '') ;;
    --check) how=(--dry-run --Werror) ;;
    *) die "format: expected --check or nothing, got \"$1\"" ;;
  esac
  git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0 -r clang-format "${how[@]}" \
    || die "some files are not as clang-format writes them; ./run.sh format rewrites them"
}

docs() {
  need "to write the reference" doxygen graphviz
  install_missing
  mkdir -p build/docs
  doxygen .doxygen >build/docs/doxygen.log || die "doxygen failed; its log is build/docs/doxygen.log"
  say "see build/docs/html/index.html"
}

case ${1:-help} in
  demo) demo "${@:2}" ;;
  test) run_tests "${@:2}" ;;
  check) check "${@:2}" ;;
  fuzz) fuzz "${@:2}" ;;
  build) build_preset "${@:2}" ;;
  bench) bench "${@:2}" ;;
  study) study "${@:2}" ;;
  format) format "${@:2}" ;;
  docs) docs ;;
  help | -h | --help) usage ;;
  *) usage >&2; say "no verb \"$1\""; exit 2 ;;
esac
