"""What happened with a guest's visits, as lines of their timeline (crm.contacts.timeline)."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from crm.bookings.calendar import words
from crm.bookings.models import BookingMove, Reminder
from crm.bookings.reminders.hearing import shown
from crm.bookings.rights import visible_bookings
from crm.contacts.models import Contact
from crm.inbox.rights import Who
from tenants.access.roles import Permission
from tenants.members.models import Member

ICONS: Final = {
    "booked": "calendar",
    "held": "lock",
    "confirmed": "check",
    "arrived": "user-check",
    "done": "circle-check",
    "cancelled": "circle-x",
    "no_show": "ban",
    "expired": "hourglass",
    "moved": "switch-horizontal",
}
_NOT_TOLD: Final = ("changed",)
Line = dict[str, Any]


def moves(contact: Contact, who: Who) -> QuerySet[BookingMove]:
    """Changes of their visits that this member may see."""
    rows = BookingMove.objects.filter(booking__in=_seen(contact, who)).exclude(what__in=_NOT_TOLD)
    return rows.select_related("booking", "by")


def reminders(contact: Contact, who: Who) -> QuerySet[Reminder]:
    """Reminders that went out, by when they did."""
    rows = Reminder.objects.filter(booking__in=_seen(contact, who), sent_at__isnull=False)
    return rows.select_related("booking").annotate(at=F("sent_at"))


def told_move(row: BookingMove) -> Line:
    """One change: what, who, and from when to when."""
    booking, after = row.booking, row.after or {}
    when = _when(after.get("starts_at"), booking.zone) or _when(booking.starts_at.isoformat(), booking.zone)
    what = str(words.DID.get(row.what, row.what))
    by = row.by.name if row.by else "" if row.by_kind == "system" else str(words.BY.get(row.by_kind, ""))
    before = _when((row.before or {}).get("starts_at"), booking.zone)
    is_moved = row.what == "moved" and before and before != when
    return {
        "icon": ICONS.get(row.what, "calendar"),
        "text": _("Visit of %(when)s: %(what)s") % {"when": before if is_moved else when, "what": what.lower()},
        "quote": _services(after),
        "by": by,
        "url": reverse("calendar:booking", args=[booking.public_id]),
        "parts": ({"label": _("Time"), "before": before, "after": when},) if is_moved else (),
    }


def told_reminders(rows: list[Reminder]) -> list[Line]:
    """Reminders, how far each is, and what was answered."""
    states = shown(rows)
    found = []
    for row in rows:
        booking = row.booking
        said = [str(words.REMINDER.get(states[row.pk], states[row.pk])), str(words.CHANNEL.get(row.channel, ""))]
        if row.answer:
            said.append(str(words.ANSWER.get(row.answer, row.answer)))
        text = _("Reminder of the visit of %(when)s") % {"when": _when(booking.starts_at.isoformat(), booking.zone)}
        found.append(
            {
                "icon": "bell",
                "text": text,
                "quote": " · ".join(filter(None, said)),
                "url": reverse("calendar:booking", args=[booking.public_id]),
            }
        )
    return found


def _seen(contact: Contact, who: Who) -> QuerySet[Any]:
    rows = visible_bookings(who).filter(contact=contact)
    if isinstance(who, Member) and not who.may(Permission.BOOKINGS_SEE):
        rows = rows.none()
    return rows.values("pk")


def _services(after: Line) -> str:
    items = after.get("items") or []
    services = ", ".join(str(one.get("service", "")) for one in items)
    people = ", ".join(dict.fromkeys(str(one.get("professional", "")) for one in items))
    return " · ".join(filter(None, [services, people]))


def _when(text: Any, zone: str) -> str:
    try:
        local = datetime.fromisoformat(str(text)).astimezone(ZoneInfo(zone))
    except ValueError:
        return ""
    return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"
