#!/usr/bin/env bash
# Installs everything that building and testing rad needs, and nothing twice: Debian packages, then
# LibTorch and the two CUDA runtime libraries it loads, unpacked under $RAD_DEPS (default: .deps in this
# checkout). Downloads are pinned by version and SHA-256; a prefix appears whole or not at all.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=${RAD_DEPS:-$root/.deps}

packages=(
  g++ cmake ninja-build ccache mold pkg-config python3 python3-pip unzip ca-certificates
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libabsl-dev
  librocksdb-dev prometheus-cpp-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev
  libpcre2-dev libre2-dev libpng-dev libssl-dev libgtest-dev libgmock-dev libgloo-dev
)
# Used by tests alone: promtool lints /metrics, clang-format checks the style, ip makes networks to be cut.
test_packages=(prometheus clang-format iproute2)

# name version sha256 of each wheel (CPython tags do not matter: only the C++ parts are used)
wheels=(
  "torch 2.11.0 7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"
  "nvidia-cuda-runtime 13.0.96 7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"
  "nvidia-cuda-cupti 13.0.85 4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"
)

say() { printf 'install_deps: %s\n' "$*" >&2; }

install_debian_packages() {
  local missing=() name
  for name in "${packages[@]}" "${test_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { say "root is needed to install: ${missing[*]}"; exit 1; }
    sudo=(sudo)
  fi
  say "installing ${#missing[@]} Debian packages"
  "${sudo[@]}" apt-get update -qq
  # policy-rc.d 101 keeps a package's own daemon (the Prometheus server) from starting.
  local policy=/usr/sbin/policy-rc.d made_policy=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
    "${sudo[@]}" chmod 755 "$policy"
    made_policy=1
  fi
  local rc=0
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || rc=$?
  [ -z "$made_policy" ] || "${sudo[@]}" rm -f "$policy"
  [ "$rc" = 0 ] || { say "apt-get failed ($rc)"; exit "$rc"; }
}

# fetch_wheel NAME VERSION SHA256 FOLDER: downloads one wheel and checks it before anything reads it.
fetch_wheel() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.11 --implementation cp --abi cp311 --abi none \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 \
    --platform any \
    --dest "$4" "$1==$2"
  local file
  file=$(find "$4" -name "$(tr - _ <<<"$1")-$2-*.whl")
  echo "$3  $file" | sha256sum --check --quiet ||
    { say "$1 $2: SHA-256 differs from the pinned $3; not using it"; exit 1; }
  printf '%s\n' "$file"
}

install_libtorch() {
  local stamp
  stamp=$(printf '%s\n' "${wheels[@]}" | sha256sum | cut -c1-16)
  [ "$(cat "$deps/libtorch/.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  say "fetching LibTorch (about 550 MB) into $deps"
  mkdir -p "$deps"
  local work wheel name version sha file
  work=$(mktemp -d "$deps/libtorch.XXXXXX")
  # shellcheck disable=SC2064  # expanded now: the trap outlives the local variable
  trap "rm -rf '$work'" EXIT
  mkdir "$work/tree"
  for wheel in "${wheels[@]}"; do
    read -r name version sha <<<"$wheel"
    file=$(fetch_wheel "$name" "$version" "$sha" "$work")
    unzip -q -o "$file" -d "$work/tree"
    rm "$file"
  done
  rm -rf "$work/tree/torch/test" "$work/tree/torchgen" "$work/tree/functorch"
  echo "$stamp" >"$work/tree/.stamp"
  rm -rf "$deps/libtorch"
  mv "$work/tree" "$deps/libtorch"
}

install_debian_packages
install_libtorch
say "ready: $deps"
