"""Saving what a page of two people at once was about: over the other's, or not at all."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from crm.bookings.actions import blocking, offering
from crm.bookings.offers.seen import Clash, SeenForm, by_whom

T = TypeVar("T")
TRIES = 3


class Clashed(Exception):
    """Somebody else changed some of the same fields; nothing was written."""

    def __init__(self, row: Any, shown: dict[str, Any], clashes: Sequence[Clash]) -> None:
        super().__init__("changed meanwhile")
        self.row, self.shown, self.clashes = row, shown, list(clashes)

    def context(self) -> dict[str, Any]:
        """For the template."""
        return {"clashes": self.clashes, "who_else": by_whom(getattr(self.row, "public_id", "booking_policy"))}


def save(form: SeenForm, act: Callable[[int | None], T], known: Callable[[Any], dict[str, Any]]) -> T:
    """Do it over the version that the page showed. What others changed elsewhere in the row does not matter.

    Raises Clashed.
    """
    version = form.cleaned_data["version"]
    for tried in range(1, TRIES + 1):
        try:
            return act(version)
        except (offering.Stale, blocking.Stale) as stale:
            there = known(stale.row)
            if form.is_as(there):
                # It was sent twice.
                return cast(T, stale.row)
            shown, clashes = form.merged(there)
            if clashes or tried == TRIES:
                raise Clashed(stale.row, shown, clashes) from None
            version = getattr(stale.row, "version", None)
    raise AssertionError("tried in vain")
