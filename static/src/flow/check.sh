#!/bin/sh
# Rebuild the island and compare it with what is committed. Without node it says so and passes: set-up never needs it.
set -eu
cd "$(dirname "$0")"
if ! command -v node >/dev/null 2>&1; then
    echo "flow island: not rebuilt, no node here"
    exit 0
fi
if grep -q '"resolved"' package-lock.json; then
    echo "flow island: package-lock.json names download addresses; run npm install again with the .npmrc of this folder"
    exit 1
fi
if [ ! -d node_modules ]; then
    if [ "${FLOW_INSTALL:-}" != 1 ]; then
        echo "flow island: not rebuilt, its packages are not installed (FLOW_INSTALL=1 $0 installs them)"
        exit 0
    fi
    npm ci --silent
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
node build.mjs "$out"
status=0
for file in island.js island.css LICENSES.txt; do
    cmp -s "$out/$file" "../../flow/$file" || { echo "flow island: static/flow/$file is not what its sources give; run npm run build"; status=1; }
done
exit $status
