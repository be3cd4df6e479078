"""A guest's own visits: the next one, one of several, how they come."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from crm.bookings.actions.states import items_of_many, may_still_change
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking, BookingItem
from crm.bookings.reminders import words as shared
from crm.bookings.talking import words
from crm.bookings.talking.choices import PAGE, page
from crm.bookings.talking.matching import named
from crm.bookings.talking.wishes import wished
from crm.contacts.models import Contact
from ops import clock

JSON = dict[str, Any]
State = Booking.State
AHEAD: Final = (State.BOOKED, State.CONFIRMED)
CAME: Final = (State.DONE, State.ARRIVED, State.BOOKED, State.CONFIRMED)
# So many gaps between visits tell how somebody comes; two on one day are one visit.
GAPS: Final = 6


def visits(asked: JSON, contact: Contact | None) -> JSON:
    """{"which": "next" | "choose" | "last" | "given", "booking": id, "language", "said", "pick", "after"}"""
    language = words.language_for(str(asked.get("language") or ""))
    which = asked.get("which")
    if which == "given":
        found = visit_of(contact, asked.get("booking"))
        return {"picked": told([found], language)[0]} if found else {"none": True}
    if which == "last":
        last = past(contact).order_by("-starts_at", "-pk").first() if contact else None
        return {"picked": told([last], language)[0]} if last else {"none": True}
    rows = list(ahead(contact)[: 3 * PAGE if which == "choose" else 1]) if contact else []
    if not rows:
        return {"none": True}
    facts = told(rows, language)
    if which != "choose" or len(rows) == 1:
        return {"picked": facts[0]}
    options = [
        {
            "id": f"v{row.pk}",
            "title": shared.row(language, _local(row)),
            "description": ", ".join(filter(None, [fact["services"], fact["professional"]])),
            "value": fact,
            "button": words.said(language, "see_visits"),
        }
        for row, fact in zip(rows, facts, strict=True)
    ]
    return _chosen(asked, language, options, rows)


def _chosen(asked: JSON, language: str, options: list[JSON], rows: Sequence[Booking]) -> JSON:
    if pick := asked.get("pick"):
        return next(
            ({"picked": one["value"]} for one in options if one["id"] == pick), page(options, 0, language, "more")
        )
    if said := str(asked.get("said") or ""):
        zone = catalogue().zone
        wish = wished(said, language, zone)
        places = [place for place, row in enumerate(rows) if wish and wish[0].fits(row.starts_at.astimezone(zone))]
        places = places or named(
            said, [f"{one['value']['services']} {one['value']['professional']}" for one in options]
        )
        if not places:
            return {"unclear": True}
        if len(places) == 1:
            return {"picked": options[places[0]]["value"]}
        return page([options[place] for place in places], 0, language, "more")
    after = asked.get("after")
    return page(options, after if isinstance(after, int) and 0 <= after < len(options) else 0, language, "more")


def ahead(contact: Contact) -> QuerySet[Booking]:
    """Their visits to come, the next one first."""
    found = Booking.objects.filter(contact=contact, state__in=AHEAD, starts_at__gt=clock.now())
    return found.order_by("starts_at", "pk")


def past(contact: Contact) -> QuerySet[Booking]:
    """Those that took place, as far as anybody knows."""
    return Booking.objects.filter(contact=contact, state__in=CAME, starts_at__lte=clock.now())


def visit_of(contact: Contact | None, public_id: Any) -> Booking | None:
    """One of the guest's own by its id, however it stands; none of anybody else's."""
    try:
        wanted = UUID(str(public_id))
    except ValueError:
        return None
    return Booking.objects.filter(public_id=wanted, contact=contact).first() if contact else None


def told(rows: Sequence[Booking], language: str) -> list[JSON]:
    """Each visit as flows know it."""
    items = items_of_many([row.pk for row in rows])
    return [_told(row, items[row.pk], language) for row in rows]


def _told(row: Booking, items: Sequence[BookingItem], language: str) -> JSON:
    local = _local(row)
    return {
        "id": str(row.public_id),
        "state": str(row.state),
        "starts_at": local.isoformat(),
        "ends_at": row.ends_at.astimezone(ZoneInfo(row.zone)).isoformat(),
        "date": local.date().isoformat(),
        "time": f"{local:%H:%M}",
        "when": shared.when(language, local),
        "services": ", ".join(item.service.name for item in items),
        "professional": ", ".join(dict.fromkeys(item.professional.name for item in items)),
        "price": words.price(row.price_minor, row.currency, language) if row.price_minor else "",
        "price_minor": row.price_minor,
        "currency": row.currency,
        "deposit": words.price(row.deposit_minor, row.currency, language) if row.deposit_minor else "",
        "service_ids": [str(item.service.public_id) for item in items],
        "may_change": row.state in AHEAD and row.starts_at > clock.now() and may_still_change(row),
    }


def rhythm(asked: JSON, contact: Contact | None) -> JSON:
    """{"visits": 3}: {"outcome": known | unknown | booked, "rhythm": {…}}. The gap is the lower median of the last
    ones, in days; a guest with fewer visits than that has no rhythm yet."""
    language = words.language_for(str(asked.get("language") or ""))
    needed = asked.get("visits") if isinstance(asked.get("visits"), int) else 3
    zone = catalogue().zone
    moments = past(contact).order_by("-starts_at").values_list("starts_at", flat=True)[: 4 * GAPS] if contact else []
    days = sorted({moment.astimezone(zone).date() for moment in moments}, reverse=True)[: GAPS + 1]
    coming = ahead(contact).first() if contact else None
    found: JSON = {"visits": len(days), "last": days[0].isoformat() if days else None}
    found["next"] = told([coming], language)[0] if coming else None
    gap = gap_of(days) if len(days) >= max(int(needed or 3), 2) else None
    found["days"] = gap
    if gap is not None:
        due = days[0] + timedelta(days=gap)
        found["due"] = due.isoformat()
        found["overdue_days"] = (clock.now().astimezone(zone).date() - due).days
    outcome = "booked" if coming else "known" if gap is not None else "unknown"
    return {"outcome": outcome, "rhythm": found}


def gap_of(days: Sequence[date]) -> int:
    """The lower median of the gaps between days, the latest first."""
    return median_low([(later - earlier).days for later, earlier in pairwise(days)])


def _local(row: Booking) -> datetime:
    return row.starts_at.astimezone(UTC).astimezone(ZoneInfo(row.zone))
