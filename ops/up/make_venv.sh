#!/bin/sh
# Make .venv hold exactly what a hashed lock names: `ops/up/make_venv.sh demo|dev`. Quick when nothing changed.
set -eu
cd "$(dirname "$0")/../.."
lock="requirements/$1.lock"
python=.venv/bin/python
stamp=".venv/cadeira-$1"

new_enough() { "$@" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
fail() { printf 'Error: %s\n' "$1" >&2; exit 1; }

sum=$( (sha256sum "$lock" 2>/dev/null || shasum -a 256 "$lock") | cut -d ' ' -f 1)
if new_enough "$python" && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then
    exit 0
fi

uv=$(command -v uv || true)
# A Python that cannot be reached or is not active (a version manager's shim) fails here and the next one is tried.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer. Name another one, or leave PYTHON out."
        echo "$PYTHON"
        return
    fi
    without_venv=
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        if new_enough "$candidate"; then
            if [ -n "$uv" ] || can_make_venv "$candidate"; then
                echo "$candidate"
                return
            fi
            without_venv=$candidate
        fi
    done
    if [ -n "$without_venv" ]; then
        fail "$without_venv cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python3-venv"
    fi
    fail "Cadeira needs Python 3.11 or newer, and none was found ($(python3 --version 2>&1 || true)). \
Install one (Debian 12 and later have it: sudo apt-get install python3 python3-venv), or name it: PYTHON=/path/to/python3.11 make up"
}

mkdir .venv 2>/dev/null || true
[ -w .venv ] || fail "Cannot write to $PWD/.venv. Give yourself write permission to this folder, or clone it to one of your own."
if ! new_enough "$python" || { [ -z "$uv" ] && ! "$python" -m pip --version >/dev/null 2>&1; }; then
    base=$(find_python)
    echo "making .venv with $("$base" --version 2>&1)"
    if [ -n "$uv" ]; then
        UV_PYTHON_DOWNLOADS=never "$uv" venv --quiet --clear --python "$base" .venv || fail "uv could not make .venv; see above."
    else
        "$base" -m venv --clear .venv || fail "$base could not make .venv; see above."
    fi
fi

total=$(grep -c '==' "$lock")
log=.venv/install.log
echo "installing the packages of $lock (at most $total; half a minute or so)"
if [ -n "$uv" ] && UV_PYTHON_DOWNLOADS=never "$uv" pip install --quiet --python "$python" --require-hashes -r "$lock" >"$log" 2>&1; then
    :
else
    "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null 2>&1 || fail "There is no pip in .venv. Remove it with \`make clean\` and start again."
    "$python" -m pip install --disable-pip-version-check --progress-bar off --no-deps --require-hashes -r "$lock" >"$log" 2>&1 &
    pid=$!
    trap 'kill $pid 2>/dev/null; exit 130' INT TERM
    shown=0
    while kill -0 $pid 2>/dev/null; do
        sleep 1
        found=$(grep -c '^Collecting' "$log" || true)
        if [ "$((found - shown))" -ge 25 ]; then
            shown=$found
            echo "  $found packages fetched"
        fi
    done
    if ! wait $pid; then
        tail -n 5 "$log" >&2
        if grep -q 'No space left' "$log"; then
            fail "The disk is full. Free about 1 GB and start again."
        elif grep -q -e 'No matching distribution' -e 'Could not find a version' "$log"; then
            fail "A package of $lock is not to be had for $("$python" --version) on $(uname -sm). Check the network and pip's settings, or take another Python: make clean; PYTHON=python3.11 make up"
        elif grep -q 'DO NOT MATCH THE HASHES' "$log"; then
            fail "A downloaded package is not the one that $lock pins. Do not use it; check the package source in pip's settings."
        fi
        fail "The packages could not be installed; the whole story is in $PWD/$log. Check the network and start again."
    fi
fi
# dev.lock holds all of demo.lock.
if [ "$1" = dev ]; then
    ( (sha256sum requirements/demo.lock 2>/dev/null || shasum -a 256 requirements/demo.lock) | cut -d ' ' -f 1) >.venv/cadeira-demo
fi
echo "$sum" >"$stamp"
