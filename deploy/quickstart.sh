#!/usr/bin/env bash
# From a bare Debian 12 to a distilled student: installs, builds, fetches a teacher and text, and runs
# examples/quickstart.yaml through a coordinator and a worker on this machine. Interrupted, it goes on where it
# was. Further arguments go to radctl, as in: deploy/quickstart.sh --set student.head_budget=3
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" # the example's paths are relative to it

deploy/install_deps.sh
cmake --preset release >/dev/null
cmake --build --preset release -j "$(nproc)" --target radctl rad-coordinator rad-worker rad-executor
deploy/fetch_teacher.sh
deploy/fetch_text.sh
exec build/release/bin/radctl run deploy/examples/quickstart.yaml --local "$@"
