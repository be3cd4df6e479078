"""More than a plan allows, as after a downgrade or a trial: nothing is deleted.

The oldest things stay as they are. What is beyond the limit can be looked at and taken out, and works again with a
larger plan or when older ones are put away.

What is counted stands in PLAN_THINGS (config/lists.py): functions that give a salon's living rows, called inside of it.
"""

from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from billing.plans.models import PlanVersion
from billing.plans.names import LIMITS, THINGS
from billing.plans.queries import limit_of
from billing.subscriptions.refusing import Refused, read_only_words
from ops.salon import run_in_salon

_KEEP_S: Final = 5.0
# Going over twenty thousand of them takes a while, and hardly anybody puts contacts away.
_KEEP_CONTACTS_S: Final = 60.0
# No thing of which some are older: files stay, and no new ones come (billing.quotas).
STORAGE: Final = "storage_mb"


@dataclass(frozen=True, slots=True)
class Over:
    """Of what a salon has more than a plan allows."""

    name: str
    used: int
    limit: int

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        return str(LIMITS[self.name])

    @property
    def beyond(self) -> int:
        """How many would only be looked at."""
        return self.used - self.limit


def living(name: str) -> QuerySet[Any]:
    """The rows that count, the oldest first. Inside the salon."""
    rows: QuerySet[Any] = import_string(settings.PLAN_THINGS[name])()
    return rows.order_by("pk")


def over(salon_id: int, version: PlanVersion | None = None) -> list[Over]:
    """What is beyond the limits of a version, or of the plan that the salon has."""

    def look() -> list[Over]:
        found = []
        for name in (*THINGS, STORAGE):
            limit = version.limit(name) if version is not None else limit_of(salon_id, name)
            if limit is not None and (used := _how_many(name)) > limit:
                found.append(Over(name, used, int(limit)))
        return found

    return run_in_salon(salon_id, look)


def is_over(salon_id: int, name: str, pk: int) -> bool:
    """Whether this thing is beyond the limit of the salon's plan; a few seconds old. Inside the salon."""
    first = first_over(salon_id, name)
    return first is not None and pk >= first


def require(salon_id: int, name: str, pk: int) -> None:
    """Raises Refused where this thing can only be looked at. Inside the salon."""
    if is_over(salon_id, name, pk):
        raise Refused(read_only_words(name), code="beyond_plan", name=name)


def first_over(salon_id: int, name: str) -> int | None:
    """The oldest thing that is beyond the limit, and so are all that are younger; None where nothing is."""
    limit = limit_of(salon_id, name)
    if limit is None:
        return None
    keep_s = _KEEP_CONTACTS_S if name == "contacts" else _KEEP_S
    return _first(salon_id, name, int(limit), int(monotonic() / keep_s))


def _how_many(name: str) -> int:
    if name in THINGS:
        return living(name).count()
    return int(import_string(settings.USAGE_GAUGES[name])())


@lru_cache(maxsize=4096)
def _first(_salon_id: int, name: str, limit: int, _slice: int) -> int | None:
    return next(iter(living(name).values_list("pk", flat=True)[limit : limit + 1]), None)


def forget() -> None:
    """Count anew, in this process."""
    _first.cache_clear()
