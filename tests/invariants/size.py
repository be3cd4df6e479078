"""How long the tests run: short in `make test`, SOAK_MESSAGES in `make soak`."""

import os

SOAK = int(os.environ.get("SOAK_MESSAGES") or 0)


def size(short: int, share: float = 1.0) -> int:
    """A count: `short`, or this share of SOAK_MESSAGES where that is more."""
    return max(short, int(SOAK * share))
