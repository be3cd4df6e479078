"""`python -m tests.up.drive RUN_DIR`: a supervisor over three small programs, for the tests beside it."""

import sys
from pathlib import Path

from ops.up.program import Command, child_environ
from ops.up.supervisor import Stopped, Supervisor

STEADY = "import signal; signal.pause()"
# A child of its own that ignores the polite signal: only a kill of the whole group ends it.
PARENT = (
    "import signal, subprocess, sys;"
    "subprocess.Popen([sys.executable, '-c', 'import signal; signal.signal(15, signal.SIG_IGN); signal.pause()']);"
    "signal.pause()"
)
DEAF = "import signal; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w').close(); signal.pause()"


def program(name: str, code: str, folder: Path, *arguments: str) -> Command:
    """A program that is ready at once."""
    command = Command(name, name, ["-c", code, *arguments], folder / f"{name}.log", child_environ(folder), lambda: True)
    command.stop_timeout_s = 0.5
    return command


def main(folder: Path) -> None:
    """Watch until told to stop."""
    supervisor = Supervisor(folder, lambda line: print(line, flush=True), lambda: None)
    deaf_is_deaf = folder / "deaf"
    try:
        supervisor.start(
            program("steady", STEADY, folder),
            program("parent", PARENT, folder),
            program("deaf", f"import sys; {DEAF}", folder, str(deaf_is_deaf)),
        )
        supervisor.until_ready(["steady", "parent", "deaf"])
        supervisor.watch()
    except Stopped:
        supervisor.stop([["steady"], ["parent", "deaf"]])
    print("stopped", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
