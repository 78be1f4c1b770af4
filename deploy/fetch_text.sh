#!/usr/bin/env bash
# Fetches some English prose to train on: the Debian package `anarchism` (a free FAQ, 7 MB of HTML), turned into
# plain text in ${RAD_DEPS:-.deps}/text. The package is unpacked, not installed; apt checks its signature. The
# folder appears whole or not at all; one that is there is kept.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=${RAD_DEPS:-$root/.deps}
package=anarchism

say() { printf 'fetch_text: %s\n' "$*" >&2; }

if [ -s "$deps/text/SOURCE" ]; then
  say "there already: $deps/text"
  exit 0
fi

say "fetching the Debian package $package"
mkdir -p "$deps"
work=$(mktemp -d "$deps/text.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/fetched" "$work/html" "$work/text"
chmod 755 "$work" "$work/text"
chmod 777 "$work/fetched" # apt fetches as its own user where it can
fetch() { (cd "$work/fetched" && apt-get download -qq "$package"); }
refresh() { if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo apt-get update -qq; fi; }
# The list of packages may be absent or old: then a second try after refreshing it.
fetch 2>/dev/null || { refresh && fetch; } || {
  say "apt-get download $package failed"
  exit 1
}
deb=$(find "$work/fetched" -name "${package}_*.deb")
dpkg-deb -x "$deb" "$work/html"
python3 "$root/deploy/html_to_text.py" "$work/html" "$work/text"
(cd "$work/fetched" && sha256sum ./*.deb) >"$work/text/SOURCE"
if [ -e "$deps/text" ]; then
  say "$deps/text is there but was not made by this script; move it away"
  exit 1
fi
mv "$work/text" "$deps/text"
say "ready: $deps/text ($(du -sh "$deps/text" | cut -f1))"
