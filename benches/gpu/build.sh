#!/usr/bin/env bash
# Builds everything that a machine with a GPU needs into one folder to carry there:  build.sh [FOLDER]
# It needs cargo, a C++ compiler and binutils here; there, glibc 2.34, libgcc_s, libcuda.so.1 and python3.
# PROFILE=dev builds in a hurry, to see that it works.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
profile=${PROFILE:-release}
made=$target/${profile/#dev/debug}
mkdir -p "${1:-$root/target/gpu-bench}"
out=$(cd "${1:-$root/target/gpu-bench}" && pwd)

cd "$root"
cargo rustc --quiet --profile "$profile" --package weighbridge-capi --lib --crate-type cdylib
cargo build --quiet --profile "$profile" --package weighbridge-cli
# Line tables are of no use there, and weigh more than the code.
strip --strip-debug -o "$out/libweighbridge.so" "$made/libweighbridge_capi.so"
strip --strip-debug -o "$out/weighbridge" "$made/weighbridge"

# libstdc++ travels inside the programs. libgcc_s does not: the library needs it anyway, and a static one would ask for
# a newer C library, as would parts of libstdc++ that nothing calls.
flags=(-std=c++17 -O2 -Wall -Wextra -Werror -pthread -s -static-libstdc++ -Wl,--gc-sections)
"${CXX:-g++}" "${flags[@]}" -o "$out/gpu-ceiling" "$here/ceiling.cpp" -ldl
"${CXX:-g++}" "${flags[@]}" -o "$out/gpu-peers" "$here/peers.cpp" -ldl
"${CXX:-g++}" "${flags[@]}" -o "$out/gpu-ours" "$here/ours.cpp" -I "$root/include" -L "$out" -lweighbridge -ldl \
  "-Wl,-rpath,\$ORIGIN"
cp "$here"/{run,rows,table,bars,machine,make_weights}.py "$out"

# A newer symbol of the C library would only be noticed there.
programs=("$out"/{gpu-ceiling,gpu-peers,gpu-ours,weighbridge,libweighbridge.so})
newest=$(objdump -T "${programs[@]}" | grep -o 'GLIBC_2\.[0-9]*' | sort --version-sort | tail -n 1)
if [ "$(printf '%s\n' "$newest" GLIBC_2.34 | sort --version-sort | tail -n 1)" != GLIBC_2.34 ]; then
  echo "needs $newest, newer than the GLIBC_2.34 that is promised" >&2
  exit 1
fi
echo "$out: $(du -sh "$out" | cut -f1), needs $newest"
