"""Places where a test may make the process die, to prove that nothing is lost there."""

import os

EXIT_CODE = 137
_name, _, _nth = os.environ.get("CRASH_AT", "").partition(":")
_left = int(_nth or 1)


def failpoint(name: str) -> None:
    """Die here, as by `kill -9`, when CRASH_AT=name[:n] names this place for the n-th time; else nothing."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left <= 0:
        os._exit(EXIT_CODE)
