#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. Options go to ctest, as in
#   tests/run.sh -L unit        tests/run.sh -R tokenizer
#   tests/run.sh --recovery     kills processes of a service that trains and prints, as JSON lines, how soon it goes on
# With --load it measures instead what many jobs and workers cost: JSON lines on stdout, a table on stderr; what follows
# goes to coordinator_load.
# The last line is "N passed, N failed, N skipped"; a test that needs a GPU is skipped where there is none.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
say() { printf '== %s\n' "$*" >&2; }

deploy/install_deps.sh
if [ "${1:-}" = --load ]; then
  shift
  say "building (release)"
  cmake --preset release >&2
  cmake --build --preset release -j "$(nproc)" --target rad-coordinator coordinator_load >&2
  RAD_BIN=$root/build/release/bin exec build/release/bin/coordinator_load "$@"
fi
deploy/fetch_teacher.sh # the tests run a real model

if [ "${1:-}" = --recovery ]; then
  cmake --preset release >/dev/null
  cmake --build --preset release -j "$(nproc)" --target all recovery_figures >&2
  exec env RAD_BIN=build/release/bin OMP_WAIT_POLICY=passive build/release/bin/recovery_figures "${@:2}"
fi

say "building (release)"
cmake --preset release >/dev/null
cmake --build --preset release -j "$(nproc)" --target all tests/all

if command -v nvcc >/dev/null; then
  say "building (cuda): compiled and linked here, not run"
  cmake --preset cuda >/dev/null
  cmake --build --preset cuda --target rad_cuda -j "$(nproc)"
fi

say "testing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
rc=0
ctest --test-dir build/release --output-on-failure "$@" | tee "$log" || rc=$?

# ctest prints one line a test: " 3/40 Test #7: name .....   Passed    0.01 sec"
count() { grep -cE "^ *[0-9]+/[0-9]+ Test +#[0-9]+: .*$1" "$log" || true; }
passed=$(count '   Passed ')
skipped=$(count '\*\*\*Skipped ')
failed=$(($(count ' sec *$') - passed - skipped))
if [ "$rc" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then
  say "no test ran"
  rc=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$rc"
