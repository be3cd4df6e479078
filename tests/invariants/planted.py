"""`python -m tests.invariants.planted [fault …]`: plants each fault in turn; one that no test notices is an error."""

import os
import subprocess
import sys
from pathlib import Path

from ops.services.run import running_services
from tests.invariants.planting import FAULTS
from tests.product import ROOT

NO_TESTS_FAILED, TESTS_FAILED = 0, 1


def main(names: list[str]) -> int:
    """Run the tests of each fault beside one set of services; 1 when one stays green."""
    unnoticed = []
    state_dir = Path(os.environ.get("STATE_DIR") or ROOT / ".state" / "test")
    with running_services(state_dir, external={}) as (database_url, redis_url):
        environ = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "STATE_DIR": str(state_dir)}
        for name in names or FAULTS:
            code, end = _run(name, environ)
            noticed = code == TESTS_FAILED
            print(f"{'red  ' if noticed else 'GREEN'}  {name}: {end}", flush=True)
            if not noticed:
                unnoticed.append(name)
    return 1 if unnoticed else 0


def _run(name: str, environ: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "tests.invariants.planting", "-x", "--tb=line", *FAULTS[name][1]]
    ended = subprocess.run(
        command, cwd=ROOT, env={**environ, "PLANTED": name}, capture_output=True, text=True, check=False, timeout=180
    )
    said = [line for line in ended.stdout.splitlines() if "Error" in line or line.startswith("E ")]
    return ended.returncode, (said or ended.stdout.strip().splitlines() or ["no output"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
