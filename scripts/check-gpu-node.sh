#!/bin/bash
# Checks WebGPU in Node on Debian 13 without a graphics card, on Mesa's software renderer lavapipe.
#
# Packs inkgrad, installs it in an empty folder next to gpu.js and webgpu, and then, with every Node:
#   1. webgpu 0.2.9, which crashes, is rejected with an explanation
#   2. `inkgrad doctor --check --backend webgpu`: every op agrees with the reference
#   3. a short training on webgpu has the losses of the CPU backend
#
# Usage: scripts/check-gpu-node.sh [NODE...]    paths of Node executables; default: the one in PATH
#
# Requires root (debootstrap, chroot, mount), Linux, debootstrap, npm, `npm ci` in this repository, a
# network and 1 GB. ROOT is the folder of the Debian system; it is created if it does not exist, and
# kept. Mounts exist only in the mount namespaces of the commands that need them, so they disappear
# with them, however this script ends.

set -euo pipefail

ROOT=${ROOT:-/var/tmp/inkgrad-debian13}
PACKAGES=mesa-vulkan-drivers,libvulkan1,libatomic1 # libatomic1: Node 26
GPU_JS=gpu.js@2.24.1
WEBGPU=webgpu@0.6.2
REPOSITORY=$(cd "$(dirname "$0")/.." && pwd)
CLI=node_modules/inkgrad/dist/src/app/cli.js

fail() {
  echo "check-gpu-node: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || fail 'run it as root: it uses chroot and mount'
for tool in debootstrap unshare chroot npm; do
  command -v "$tool" > /dev/null || fail "$tool is not installed"
done
[ $# -gt 0 ] || set -- "$(command -v node)"

# Creates the Debian system under another name first: an interrupted one is not used.
create_root() {
  rm -rf "$ROOT.partial"
  unshare --mount debootstrap --variant=minbase --include="$PACKAGES" trixie "$ROOT.partial"
  mv "$ROOT.partial" "$ROOT"
}

# Installs packages in a new folder of the Debian system: install NAME PACKAGE...
install() {
  mkdir "$work/$1"
  echo '{ "private": true }' > "$work/$1/package.json"
  (cd "$work/$1" && npm install --silent --legacy-peer-deps "${@:2}")
}

# Runs inkgrad in the Debian system: inkgrad NODE FOLDER ARGUMENT...
inkgrad() {
  INKGRAD_OFFLINE=1 unshare --mount bash -euc '
    root=$1 node=$2 folder=$3
    shift 3
    mount -t proc proc "$root/proc"
    mount --bind "$node" "$root/mnt/node"
    exec chroot "$root" /bin/bash -c "cd \"\$1\" && shift && exec /mnt/node \"\$@\"" bash "$folder" "$@"
  ' bash "$ROOT" "$(realpath "$1")" "${work#"$ROOT"}/$2" "$CLI" "${@:3}"
}

[ -d "$ROOT" ] || create_root
touch "$ROOT/mnt/node"
work=$(mktemp -d "$ROOT/tmp/inkgrad-XXXXXX")
trap 'rm -rf "$work"' EXIT

tarball=$(cd "$REPOSITORY" && npm pack --silent --pack-destination "$work" | tail -n 1)
install old "$work/$tarball" "$GPU_JS" webgpu@0.2.9
install current "$work/$tarball" "$GPU_JS" "$WEBGPU"

check_rejection() {
  local message
  if message=$(inkgrad "$1" old doctor --backend webgpu 2>&1); then
    fail "webgpu 0.2.9 was accepted: $message"
  fi
  [[ $message == *'webgpu 0.2.9 in '*' is too old'* ]] ||
    fail "the explanation for webgpu 0.2.9 is missing: $message"
}

# Trains the same steps on both backends and compares the losses.
check_training() {
  local backend
  for backend in webgpu wasm; do
    inkgrad "$1" current train --backend "$backend" --out "$backend" --limit 100 \
      --val-fraction 0.5 --epochs 1 --batch-size 8
  done
  node --input-type=module - "$work/current" << 'END'
import { readFileSync } from 'node:fs';
const folder = process.argv[2];
const losses = ['webgpu', 'wasm'].map((backend) => {
  const epoch = JSON.parse(readFileSync(`${folder}/${backend}/metrics.jsonl`, 'utf8'));
  return [epoch.trainLoss, epoch.valLoss];
});
console.log(`losses    webgpu ${losses[0].join(' ')}, wasm ${losses[1].join(' ')}`);
const agree = losses[0].every((loss, i) => Math.abs(loss / losses[1][i] - 1) < 1e-4);
if (!agree) throw new Error('the losses differ by more than 1e-4');
END
  rm -r "$work/current/webgpu" "$work/current/wasm"
}

for node in "$@"; do
  echo "== Node $("$node" --version), Debian $(cat "$ROOT/etc/debian_version"), $WEBGPU"
  check_rejection "$node"
  inkgrad "$node" current doctor --check --backend webgpu
  check_training "$node"
done
echo 'check-gpu-node: all checks passed'
