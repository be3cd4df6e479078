"""Are the vendored front-end files those the lock names? `python -m portal.frame.vendored`, part of `make check`."""

import hashlib
import json
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
LICENCES = {"MIT", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Apache-2.0"}
OWN_FILES = {"vendor.lock.json", "update.py"}


def problems(vendor: Path = VENDOR) -> list[str]:
    """Each difference between the files and the lock, as a sentence; empty when all is well."""
    libraries = json.loads((vendor / "vendor.lock.json").read_text())["libraries"]
    locked: dict[str, str] = {name: digest for library in libraries for name, digest in library["files"].items()}
    found = {str(path.relative_to(vendor)): path for path in vendor.rglob("*") if path.is_file()}
    there = {name: path for name, path in found.items() if name not in OWN_FILES and "__pycache__" not in name}
    wrong = [f"{name} is locked but missing" for name in sorted(locked.keys() - there.keys())]
    wrong += [f"{name} is not in vendor.lock.json" for name in sorted(there.keys() - locked.keys())]
    wrong += [
        f"{name} differs from its locked hash"
        for name in sorted(locked.keys() & there.keys())
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != locked[name]
    ]
    wrong += [
        f"{library['name']}: licence {library['licence']} is not one we may ship"
        for library in libraries
        if library["licence"] not in LICENCES
    ]
    return wrong


def main() -> int:
    """Print the differences; 1 if there are any."""
    found = problems()
    for problem in found:
        print(f"static/vendor: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
