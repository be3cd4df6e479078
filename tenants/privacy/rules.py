"""What a rule of retention is; each app has its own in `RETENTION` of its privacy.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tenants.privacy.declaring import Words

DELETE = "delete"

# Takes away what is older than a moment, at most so many, in the way the salon chose; how many. Called inside the salon
# and a transaction, again and again until it takes less than it may.
Run = Callable[[datetime, int, str], int]


@dataclass(frozen=True)
class Rule:
    """One kind of thing that is not kept for ever."""

    kind: str
    label: Words
    hint: Words
    # 0: for ever.
    days: int
    run: Run
    # Less than this makes no sense, or the law forbids it.
    least: int = 1
    hows: tuple[tuple[str, Words], ...] = ()
    at_once: int = 1000
    order: int = 50
