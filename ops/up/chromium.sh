#!/bin/sh
# Have Debian's Chromium for the browser tests, if it can be had; without it those tests are skipped and say so.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && timeout 300 apt-get install -q -y --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
fi
echo "There is no Chromium: browser tests are skipped (sudo apt-get install chromium adds it)."
[ "${CI:-}" = true ] && exit 1
exit 0
