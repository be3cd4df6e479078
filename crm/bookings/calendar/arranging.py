"""What a move in the calendar means for each service of a visit, and how the last change is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from crm.bookings.actions import moving, states
from crm.bookings.actions.booking import WrongItem, items_in_order
from crm.bookings.actions.moving import Arranged, Check
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.catalogue import Catalogue
from crm.bookings.models import Booking, BookingItem
from tenants.members.models import Member


def arranged(
    items: Sequence[BookingItem],
    by: timedelta,
    *,
    people: Mapping[int, int] | None = None,
    minutes: Mapping[int, int] | None = None,
) -> list[Arranged]:
    """All services that much later; `people` and `minutes` by place. What follows a longer one begins later too."""
    people, minutes = people or {}, minutes or {}
    found, grown = [], [(item.ends_at, minutes_of(item, minutes)) for item in items]
    for item in items:
        later = sum((more for ends, more in grown if ends <= item.starts_at), timedelta())
        length = minutes.get(item.position)
        is_same = length is None or timedelta(minutes=length) == item.ends_at - item.starts_at
        found.append(
            Arranged(
                item.service_id,
                people.get(item.position, item.professional_id),
                item.starts_at + by + later,
                None if is_same else length,
            )
        )
    return found


def minutes_of(item: BookingItem, minutes: Mapping[int, int]) -> timedelta:
    """How much longer it shall be."""
    length = minutes.get(item.position)
    return timedelta() if length is None else timedelta(minutes=length) - (item.ends_at - item.starts_at)


# The lines of the history that say where a visit stands.
STATES = frozenset(Booking.State.values)


@dataclass(frozen=True)
class Undo:
    """Taking back the last change of a visit: who does it, and what they may."""

    by: Member
    check: Check
    may_override: bool

    def of(self, row: Booking, version: int | None, known: Catalogue) -> Booking:
        """As it was before. Raises as the actions do, Stale where it was changed since `version`."""
        move = row.moves.order_by("-pk").first()
        if move is None or version is None or row.version != version or move.version != version:
            raise states.Stale(row)
        before: dict[str, Any] = move.before or {}
        if move.what == "moved":
            # Checks both where it is and where it was.
            return self._put_back(row, before, known)
        self.check({item.professional_id for item in items_in_order(row)})
        if move.what == "changed":
            values: dict[str, Any] = {
                name: before[name] for name in ("note", "guest_name", "price_minor") if name in before
            }
            return states.change_note(row, values, by=self.by, version=version)
        if move.what not in STATES:
            # What is not staff's to take back: money that came, a zone that changed.
            raise states.NotAllowed(row, "undone")
        if not before:
            return states.cancel(row, by=self.by, version=version, reason=_("Taken back"))
        return states.change_state(row, before["state"], by=self.by, version=version, reason=_("Taken back"))

    def _put_back(self, row: Booking, before: dict[str, Any], known: Catalogue) -> Booking:
        services = {str(one.public_id): pk for pk, one in known.services.items()}
        people = {str(one.public_id): pk for pk, one in known.people.items()}
        now, wanted = items_in_order(row), []
        for place, item in enumerate(before.get("items", [])):
            start, end = (datetime.fromisoformat(item[name]) for name in ("starts_at", "ends_at"))
            is_same = place < len(now) and now[place].ends_at - now[place].starts_at == end - start
            length = None if is_same else int((end - start) / timedelta(minutes=1))
            service, person = services[item["service_ref"]], people[item["professional_ref"]]
            # A length alone would not say where the professional was free in between.
            parts = () if is_same else tuple(item.get("segments") or ())
            wanted.append(Arranged(service, person, start, length, segments=parts))

        def work(override: str) -> Booking:
            return moving.arrange(
                row,
                wanted,
                by=self.by,
                version=row.version,
                override=override,
                reason=_("Taken back"),
                check=self.check,
            )

        try:
            return work(row.override_reason)
        except (WrongItem, SlotTaken):
            # Where it was there may be no place for a new visit: it is over, or outside of somebody's hours.
            if row.override_reason or not self.may_override:
                raise
            return work(_("Taken back"))
