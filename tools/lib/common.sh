# Shared by the scripts of tools/ and .ci/: `source` it. Sets `root`, the project's folder, and goes there.
# shellcheck shell=bash

script=$(realpath "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit

export DEBIAN_FRONTEND=noninteractive
export MULTISTATE_DATA_DIR=${MULTISTATE_DATA_DIR:-$root/data}

# A step of the work, with the time since the script began.
say() {
  printf '[%3d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"
}

fail() {
  printf '%s: %s\n' "$(basename "$script")" "$*" >&2
  exit 1
}

# The block of comments at the top of the script is its --help.
print_help() {
  sed -n '2,/^[^#]/ { /^[^#]/q; s/^# \{0,1\}//; p }' "$script"
}

# Compile jobs: one a core, and one a gigabyte of free memory.
default_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  local jobs=$((cores < memory ? cores : memory))
  echo $((jobs > 1 ? jobs : 1))
}

require_number() {
  [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "$1: '$2' is not a number of 1 or more"
}

# Runs a command; its output goes to build/logs/<name>.log and to the screen only if it fails.
quietly() {
  local log="$root/build/logs/$1.log"
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    fail "failed: $* (all of its output: $log)"
  fi
}

# build_preset PRESET JOBS [TARGET...]: configures and builds.
build_preset() {
  local preset=$1 jobs=$2
  shift 2
  say "build: preset $preset, $jobs jobs (build/logs/build-$preset.log)"
  quietly "configure-$preset" cmake --preset "$preset"
  quietly "build-$preset" cmake --build --preset "$preset" --parallel "$jobs" ${@:+--target "$@"}
}

# test_preset PRESET [LOG]: runs a test preset and leaves ctest's closing line in `closing_line`. Returns ctest's verdict.
test_preset() {
  local log="$root/build/logs/test-$1.log" verdict=0
  mkdir -p "$(dirname "$log")"
  ctest --preset "$1" --output-log "$log" </dev/null || verdict=$?
  # shellcheck disable=SC2034  # for the caller
  closing_line=$(grep -E 'tests passed' "$log") || closing_line="no test was run"
  return $verdict
}
