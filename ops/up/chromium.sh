#!/bin/sh
# Have Debian's Chromium for the browser tests, if it can be had; without it those tests are skipped and say so.
# The one without a window does the same pages with a third of the work; any other will do.
have() {
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}
install() {
    [ "$(id -u)" = 0 ] && have apt-get || return 1
    echo "installing $1 for the browser tests"
    DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -q -y --no-install-recommends "$1" >/dev/null 2>&1
}
have chromium-headless-shell && exit 0
[ "$(id -u)" = 0 ] && have apt-get && timeout 100 apt-get update -q >/dev/null 2>&1
install chromium-headless-shell && exit 0
have chromium chromium-browser google-chrome && exit 0
install chromium && exit 0
echo "There is no Chromium: browser tests are skipped (sudo apt-get install chromium-headless-shell adds it)."
[ "${CI:-}" = true ] && exit 1
exit 0
