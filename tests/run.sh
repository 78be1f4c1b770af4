#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. Options go to ctest, as in
#   tests/run.sh -L unit        tests/run.sh -R tokenizer
# Two options measure instead, and print JSON lines; what follows them goes to the program that measures:
#   tests/run.sh --load         what many jobs and workers cost a coordinator, with a table on stderr
#   tests/run.sh --recovery     how soon a service that trains goes on after its processes are killed
# The last line is "N passed, N failed, N skipped"; a test that needs a GPU is skipped where there is none.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
say() { printf '== %s\n' "$*" >&2; }

deploy/install_deps.sh
deploy/fetch_teacher.sh # the tests run a real model

measure() { # PROGRAM ARGUMENT...
  cmake --preset release >&2
  cmake --build --preset release -j "$(nproc)" --target all "$1" >&2
  exec env RAD_BIN="$root/build/release/bin" OMP_WAIT_POLICY=passive build/release/bin/"$1" "${@:2}"
}
case "${1:-}" in
  --load) measure coordinator_load "${@:2}" ;;
  --recovery) measure recovery_figures "${@:2}" ;;
esac

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
