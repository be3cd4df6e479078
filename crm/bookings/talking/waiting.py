"""A guest waits for a place, as flows let them: {"outcome": "waiting" | "none" | "error", "waiting": {…}}."""

from datetime import date, timedelta
from typing import Any, Final

from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.talking.acts import SOURCE, Guest
from crm.bookings.talking.choices import person_key, services_in_order
from crm.bookings.waitlist import actions
from ops import clock

JSON = dict[str, Any]
MOST_DAYS: Final = 365


def join(asked: JSON, guest: Guest) -> JSON:
    """{"services": [ids], "professional": id or null for anyone, "days": 14}. Once, however often it is asked."""
    if guest.contact is None:
        return {"outcome": "error", "why": "no_guest"}
    known, today = catalogue(), clock.now().astimezone(catalogue().zone).date()
    wanted = wish(asked, known, today)
    if wanted is None:
        return {"outcome": "none"}
    try:
        entry = actions.join(guest.contact, wanted, by=guest.contact, source=SOURCE)
    except actions.Wrong as wrong:
        # Neither may be of a service that was put away while the guest talked.
        return {"outcome": "error", "why": wrong.code} if wrong.code == "too_many" else {"outcome": "none"}
    return {"outcome": "waiting", "waiting": told(wanted, known, str(entry.public_id))}


def wish(asked: JSON, known: Catalogue, today: date) -> actions.Wanted | None:
    """What is waited for; nothing where none of it is offered, or whoever was named takes no guests any more."""
    services = services_in_order(asked.get("services"), known)
    named = asked.get("professional")
    who = person_key(named, known)
    if not services or (named and who is None):
        return None
    days = asked.get("days")
    ahead = min(max(days, 1), MOST_DAYS) if isinstance(days, int) else 14
    return actions.Wanted(
        service_ids=services,
        professional_ids=[who] if who else [],
        from_date=today,
        to_date=today + timedelta(days=ahead - 1),
    )


def told(wanted: actions.Wanted, known: Catalogue, key: str) -> JSON:
    """What a flow keeps of it."""
    return {
        "id": key,
        "services": ", ".join(known.services[pk].name for pk in wanted.service_ids),
        "from_date": wanted.from_date.isoformat(),
        "to_date": wanted.to_date.isoformat(),
    }
