"""Joining the waitlist, changing what one waits for, leaving it. Rows are locked, and told of once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from crm.bookings.actions import writing
from crm.bookings.availability.wall import instant, moment_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking, WaitlistEntry
from crm.contacts.models import Contact
from ops import clock
from ops.events.actions import emit
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many
from tenants.audit import actions as audit

OVER: Final = "waitlist.over"
MOST_SERVICES: Final = 5
# Of one guest.
MOST_ENTRIES: Final = 10
LONGEST_DAYS: Final = 366
State = WaitlistEntry.State
FIELDS: Final = (
    "service_ids", "professional_ids", "from_date", "to_date", "weekdays", "from_minute", "to_minute", "note",
)  # fmt: skip


class Wrong(ValueError):
    """What was wished cannot be waited for; `field` names it, `code` says why."""

    def __init__(self, field: str, code: str, words: str) -> None:
        super().__init__(words)
        self.field, self.code, self.words = field, code, words


class Stale(Exception):
    """Somebody else changed it meanwhile; `entry` is how it is now."""

    def __init__(self, entry: WaitlistEntry) -> None:
        super().__init__("the entry was changed meanwhile")
        self.entry = entry


class Over(Exception):
    """They wait no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody waits for, by the keys of rows. No professionals: anyone. No weekdays: every day."""

    service_ids: Sequence[int]
    from_date: date
    to_date: date
    professional_ids: Sequence[int] = ()
    weekdays: Sequence[int] = ()
    from_minute: int = 0
    to_minute: int = 1440
    note: str = ""


def join(
    contact: Contact, wanted: Wanted, *, by: Any, source: str = "", booking: Booking | None = None
) -> WaitlistEntry:
    """Let the guest wait; who waits for the same already goes on waiting with these wishes. `booking`: the visit
    that they would give up for an earlier one.

    For pages, flows and programs alike: `source` is portal, page, flow, api. Raises Wrong.
    """
    check(wanted)
    if booking is not None and booking.contact_id != contact.pk:
        raise Wrong("booking", "not_theirs", "The visit must be the guest's own.")
    with transaction.atomic():
        # Of two who press at once the second finds what the first wrote.
        # Whoever has an entry's lock and writes a visit of the guest is not kept waiting: no deadlock.
        Contact.objects.select_for_update(no_key=True).only("pk").get(pk=contact.pk)
        mine = list(WaitlistEntry.objects.select_for_update().filter(contact=contact, closed_at=None).order_by("pk"))
        for one in mine:
            if _same(one, wanted) and (booking is None or one.booking_id in (None, booking.pk)):
                if booking is not None and one.booking_id is None:
                    one.booking, one.version = booking, one.version + 1
                    one.save(update_fields=["booking", "version"])
                return _write(one, wanted, by)
        if len(mine) >= MOST_ENTRIES:
            raise Wrong("", "too_many", f"Must be at most {MOST_ENTRIES} for one guest.")
        entry = WaitlistEntry(contact=contact, booking=booking, source=source[:20], **_values(wanted))
        entry.save()
        _set_timer(entry)
        _told("joined", entry, by)
        return entry


@transaction.atomic
def change(entry: WaitlistEntry, wanted: Wanted, *, by: Any, version: int | None = None) -> WaitlistEntry:
    """Other wishes; the place in the line stays. Raises Wrong, Stale, Over."""
    fresh = locked(entry.pk)
    if version is not None and fresh.version != version:
        raise Stale(fresh)
    if fresh.closed_at:
        raise Over
    check(wanted, since=fresh.from_date)
    return _write(fresh, wanted, by)


@transaction.atomic
def leave(entry: WaitlistEntry, *, by: Any, reason: str = "left") -> WaitlistEntry:
    """They wait no more. What is offered to them right now goes to the next (`offering.withdraw` before it)."""
    return close(locked(entry.pk), reason, by=by)


def close(fresh: WaitlistEntry, reason: str, *, by: Any) -> WaitlistEntry:
    """End it: booked, taken, left, removed or expired. Under its lock."""
    if fresh.closed_at:
        return fresh
    fresh.state = State.BOOKED if reason in ("booked", "taken") else State.OVER
    fresh.reason, fresh.closed_at, fresh.version = reason, clock.now(), fresh.version + 1
    fresh.save(update_fields=["state", "reason", "closed_at", "version"])
    if reason != "expired":
        # The timer itself is finished by whoever fires it.
        cancel_many(current_salon_id(), OVER, [str(fresh.pk)])
    _told("over", fresh, by, reason=reason)
    return fresh


def expire(pks: Sequence[int]) -> None:
    """The last day of these is over, if that is still so."""
    for pk in sorted(pks):
        fresh = WaitlistEntry.objects.select_for_update().filter(pk=pk, closed_at=None).first()
        if fresh is not None and ends_at(fresh, catalogue()) <= clock.now():
            close(fresh, "expired", by=None)


def locked(pk: int) -> WaitlistEntry:
    """The entry, nobody else changing it."""
    WaitlistEntry.objects.select_for_update().only("pk").get(pk=pk)
    return WaitlistEntry.objects.select_related("contact", "booking").get(pk=pk)


def ends_at(entry: WaitlistEntry, known: Catalogue) -> Any:
    """The end of its last day in the salon."""
    return moment_of(instant(known.zone, entry.to_date.toordinal() + 1, 0))


def check(wanted: Wanted, *, since: date | None = None) -> None:
    """Raises Wrong."""
    known = catalogue()
    today = clock.now().astimezone(known.zone).date()
    if not 1 <= len(wanted.service_ids) <= MOST_SERVICES or len(set(wanted.service_ids)) != len(wanted.service_ids):
        raise Wrong("services", "count", f"Must be 1 to {MOST_SERVICES} services, each once.")
    for pk in wanted.service_ids:
        one = known.services.get(pk)
        if one is None or one.is_archived or one.is_add_on:
            raise Wrong("services", "not_offered", "This service is not offered any more.")
        who = [person for person in known.people.values() if pk in person.shapes and not person.is_archived]
        if wanted.professional_ids:
            who = [person for person in who if person.pk in wanted.professional_ids]
        if not who:
            raise Wrong("professionals", "nobody", "Nobody of these offers the service.")
    if any(pk not in known.people or known.people[pk].is_archived for pk in wanted.professional_ids):
        raise Wrong("professionals", "not_there", "This professional takes no bookings.")
    if not wanted.from_date <= wanted.to_date:
        raise Wrong("to_date", "order", "Must not be before the first day.")
    if wanted.to_date < today:
        raise Wrong("to_date", "past", "This day is over.")
    if wanted.to_date > today + timedelta(days=LONGEST_DAYS):
        raise Wrong("to_date", "too_far", "Must be within a year.")
    if since is None and wanted.from_date < today - timedelta(days=LONGEST_DAYS):
        raise Wrong("from_date", "past", "This day is over.")
    if not all(0 <= day <= 6 for day in wanted.weekdays):
        raise Wrong("weekdays", "range", "Must be 0 (Monday) to 6.")
    if not 0 <= wanted.from_minute < wanted.to_minute <= 1440:
        raise Wrong("to_minute", "order", "Must end after it begins, within the day.")


def _values(wanted: Wanted) -> dict[str, Any]:
    return {
        "service_ids": list(wanted.service_ids),
        "professional_ids": sorted(set(wanted.professional_ids)),
        "from_date": wanted.from_date,
        "to_date": wanted.to_date,
        "weekdays": sorted(set(wanted.weekdays)),
        "from_minute": wanted.from_minute,
        "to_minute": wanted.to_minute,
        "note": wanted.note[:300],
    }


def _same(entry: WaitlistEntry, wanted: Wanted) -> bool:
    """The same services on days that meet: the second press of a button, or the same wish once more."""
    return (
        entry.service_ids == list(wanted.service_ids)
        and entry.professional_ids == sorted(set(wanted.professional_ids))
        and entry.from_date <= wanted.to_date
        and entry.to_date >= wanted.from_date
    )


def _write(fresh: WaitlistEntry, wanted: Wanted, by: Any) -> WaitlistEntry:
    values = _values(wanted)
    changed = [name for name in FIELDS if getattr(fresh, name) != values[name]]
    if not changed:
        return fresh
    before = _facts(fresh)
    for name in changed:
        setattr(fresh, name, values[name])
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    if "to_date" in changed:
        cancel_many(current_salon_id(), OVER, [str(fresh.pk)])
        _set_timer(fresh)
    _told("changed", fresh, by, before=before)
    return fresh


def _set_timer(entry: WaitlistEntry) -> None:
    due = ends_at(entry, catalogue())
    set_many(current_salon_id(), [NewTimer(OVER, str(entry.pk), due, entry.version)])


def _facts(entry: WaitlistEntry) -> dict[str, Any]:
    known = catalogue()
    return {
        "services": [known.services[pk].name for pk in entry.service_ids if pk in known.services],
        "professionals": [known.people[pk].name for pk in entry.professional_ids if pk in known.people],
        "from_date": str(entry.from_date),
        "to_date": str(entry.to_date),
        "weekdays": list(entry.weekdays),
        "from_minute": entry.from_minute,
        "to_minute": entry.to_minute,
    }


def _told(what: str, entry: WaitlistEntry, by: Any, *, before: Mapping[str, Any] | None = None, **more: Any) -> None:
    facts = _facts(entry)
    audit.record(f"waitlist.{what}", subject=entry.public_id, by=by, before=before, after=facts | more)
    payload = {
        **facts,
        **more,
        "state": str(entry.state),
        "contact_id": entry.contact_id,
        "version": entry.version,
        "source": entry.source,
        "by": writing.kind_of(by),
    }
    emit(f"waitlist.{what}", subject=entry.public_id, payload=payload)
