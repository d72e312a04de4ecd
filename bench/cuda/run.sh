#!/usr/bin/env bash
# Proves the GPU providers on a machine with an NVIDIA GPU and no package registry: see README.md beside this file.
#   bench/cuda/run.sh PARTS OUT
# PARTS holds bin/node and node_modules (with CUDA's provider library beside ONNX Runtime's); results go to OUT.
# A step that fails is noted and the next one goes on: what a driver refuses is a result too.
set -uo pipefail

if [ $# -ne 2 ]; then
  echo "usage: bench/cuda/run.sh PARTS OUT" >&2
  exit 1
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
parts=$(cd "$1" && pwd) || exit 1
mkdir -p "$2" && out=$(cd "$2" && pwd) || exit 1
python=${PYTHON:-python3}
cd "$root" || exit 1

for needed in "$parts/bin/node" "$parts/node_modules" out/main/cli.js; do
  if [ ! -e "$needed" ]; then
    echo "$needed is missing; bench/cuda/README.md says how to make it" >&2
    exit 1
  fi
done
[ -e node_modules ] || ln -s "$parts/node_modules" node_modules

# CUDA and cuDNN as pip installs them: site-packages/nvidia/<part>/lib.
cuda=$("$python" -c '
import glob, os, sysconfig
print(":".join(sorted(glob.glob(os.path.join(sysconfig.get_paths()["purelib"], "nvidia", "*", "lib")))))')
export LD_LIBRARY_PATH="$cuda${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

quantscope() { timeout "$1" "$parts/bin/node" out/main/cli.js --home "$out/home" "${@:2}"; }
step() {
  echo "== $1"
  local start=$SECONDS
  "${@:2}"
  echo "== $1: exit $? after $((SECONDS - start)) s"
}

nvidia-smi >"$out/nvidia-smi.txt" 2>&1
quantscope 120 providers --json >"$out/providers.json" 2>"$out/providers.log" || cat "$out/providers.log"
# cuBLAS rounds float32 products to TF32 unless it is told not to: the error of fp32@cuda with and without.
step "providers" quantscope 120 providers 2>&1 | tee "$out/providers.txt"
NVIDIA_TF32_OVERRIDE=0 step "providers without TF32" quantscope 120 providers 2>&1 | tee "$out/providers-no-tf32.txt"
step "run" quantscope 480 run bench/cuda/spec.json --out "$out" 2>&1 | tee "$out/run.txt"

webgpu=$("$parts/bin/node" -p '
  JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).providers.find((each) => each.provider === "webgpu").usable
' "$out/providers.json")
if [ "$webgpu" = true ]; then
  step "run on WebGPU" quantscope 100 run bench/cuda/spec-webgpu.json --out "$out/webgpu" 2>&1 | tee "$out/run-webgpu.txt"
else
  echo "WebGPU does not work here: providers.json says why"
fi
rm -rf "$out/home"
ls -l "$out"
