"""`python -m ops.services run|stop|clean`: the embedded services on the command line.

`run -- COMMAND` runs a command with DATABASE_URL and REDIS_URL set; `make test` is made of it.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from ops.services.clean import clean
from ops.services.run import running_services, stop_recorded
from ops.services.trouble import Trouble


def _say(line: str) -> None:
    print(line, flush=True)


def _run(state_dir: Path, command: list[str]) -> int:
    """Run a command beside the services; its exit code."""
    with running_services(state_dir, say=_say) as (database_url, redis_url):
        environ = os.environ | {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "STATE_DIR": str(state_dir)}
        child = subprocess.Popen(command, env=environ)
        # Ctrl-C reaches the child by itself (one terminal); a plain kill reaches only us.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        return child.wait()


def main() -> int:
    """Read the command line and obey; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ops.services", description=__doc__)
    parser.add_argument("verb", choices=["run", "stop", "clean"])
    parser.add_argument("--state", type=Path, default=Path(os.environ.get("STATE_DIR") or ".state"))
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    asked, command = parser.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    state_dir = asked.state.resolve()
    try:
        if asked.verb == "run":
            return _run(state_dir, command)
        if asked.verb == "stop":
            stop_recorded(state_dir)
        else:
            for folder in clean(state_dir):
                _say(f"removed {folder}")
    except Trouble as trouble:
        print(f"Error: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
