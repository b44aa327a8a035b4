#!/bin/sh
# Installs the peers below target/peers, or $PEERS: a venv, release/ and bin/b3sum.
# Every version is pinned; running it again changes nothing. Torch brings gigabytes.
set -e
cd "$(dirname "$0")"
peers=${PEERS:-$PWD/../../target/peers}

[ -e "$peers/venv" ] || python3 -m venv "$peers/venv"
"$peers/venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
cargo build --release --locked --target-dir "$peers"
cargo install --quiet --locked b3sum --version 1.8.7 --root "$peers"
