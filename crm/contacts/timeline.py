"""What happened with a guest, newest first: one list over many tables, by the moment and never by page number.

Each source gives at most a page of its own, so that a page of all of them costs the same wherever it lies.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.consent.models import ConsentEntry, Purpose
from crm.contacts.models import Contact, ContactMerge, Note
from crm.contacts.shown import change, people
from ops import clock
from tenants.audit.models import AuditEntry

SIZE = 30
# Walking one guest's messages back from a moment, by their index; so many are looked at for one page.
_MESSAGES = """
    SELECT (m.at AT TIME ZONE %s)::date AS day, m.direction, count(*), max(m.at) FROM (
        SELECT at, direction FROM message WHERE contact_id = %s AND at < %s ORDER BY id DESC LIMIT %s) m
    GROUP BY day, m.direction ORDER BY day DESC
"""
_LOOKED_AT = 2000
_RUNS = """
    SELECT f.name, f.public_id, e.public_id, e.status, e.started_at
    FROM flow_execution e JOIN flow f ON f.id = e.flow_id
    WHERE e.contact_id = %s AND e.started_at < %s ORDER BY e.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of it."""

    at: datetime
    icon: str
    text: str
    by: str = ""
    url: str = ""
    quote: str = ""
    # Before and after, of a change.
    parts: tuple[dict[str, Any], ...] = ()


Source = Callable[[Contact, datetime, dict[str, str]], Sequence[Moment]]


def page(contact: Contact, *, before: datetime | None = None, sees_runs: bool = False) -> tuple[list[Moment], str]:
    """A page of it, and the moment that the next one lies before; empty when there is none."""
    until = before or clock.now() + timedelta(minutes=1)
    names = people()
    sources = [*SOURCES, _runs] if sees_runs else SOURCES
    found = sorted((one for source in sources for one in source(contact, until, names)), key=lambda one: one.at)
    found.reverse()
    return found[:SIZE], found[SIZE - 1].at.isoformat() if len(found) > SIZE else ""


def _messages(contact: Contact, until: datetime, _names: dict[str, str]) -> list[Moment]:
    """Each day is one line; the day that `until` lies in was shown whole with what came before."""
    zone = timezone.get_current_timezone()
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, [str(zone), contact.pk, until, _LOOKED_AT])
        rows = cursor.fetchall()
    days: dict[Any, dict[str, Any]] = {}
    for day, direction, count, at in rows:
        one = days.setdefault(day, {"at": at, "in": 0, "out": 0})
        one[direction] = one.get(direction, 0) + count
        one["at"] = max(one["at"], at)
    return [
        Moment(
            one["at"],
            "message-circle",
            ", ".join(
                words
                for words in (
                    ngettext("%(n)d message from the guest", "%(n)d messages from the guest", one["in"])
                    % {"n": one["in"]}
                    if one["in"]
                    else "",
                    ngettext("%(n)d from the salon", "%(n)d from the salon", one["out"]) % {"n": one["out"]}
                    if one["out"]
                    else "",
                )
                if words
            ),
        )
        for one in list(days.values())[: SIZE + 1]
    ]


def _notes(contact: Contact, until: datetime, _names: dict[str, str]) -> list[Moment]:
    rows = Note.objects.filter(contact=contact, at__lt=until).select_related("by").order_by("-pk")[: SIZE + 1]
    return [Moment(row.at, "note", _("Note"), by=row.by.name if row.by else "", quote=row.text[:400]) for row in rows]


def _changes(contact: Contact, until: datetime, names: dict[str, str]) -> list[Moment]:
    lines = AuditEntry.objects.filter(subject=str(contact.public_id), at__lt=until).order_by("-id")[: SIZE + 1]
    found = []
    for line in lines:
        told = change(line, names)
        if line.action == "contact.created":
            found.append(Moment(line.at, "user-plus", _("Written down"), by=told["by"]))
        elif line.action == "contact.changed":
            parts = tuple(told["parts"])
            found.append(Moment(line.at, "pencil", _("Changed"), by=told["by"], parts=parts))
    return found


def _consents(contact: Contact, until: datetime, _names: dict[str, str]) -> list[Moment]:
    rows = ConsentEntry.objects.filter(contact_id=contact.pk, at__lt=until).order_by("-id")[: SIZE + 1]
    lines: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        words = (row.at, str(row.get_state_display()), row.evidence)
        label = str(Purpose(row.purpose).label)
        if label not in lines.setdefault(words, []):
            lines[words].append(label)
    return [
        Moment(at, "shield-check", f"{state}: {', '.join(purposes)}", quote=evidence)
        for (at, state, evidence), purposes in lines.items()
    ]


def _merges(contact: Contact, until: datetime, _names: dict[str, str]) -> list[Moment]:
    rows = ContactMerge.objects.filter(kept=contact, at__lt=until).select_related("by").order_by("-at")[: SIZE + 1]
    return [
        Moment(
            row.at,
            "git-branch",
            _("Joined with a double that was taken apart again") if row.undone_at else _("Joined with a double"),
            by=row.by.name if row.by else "",
            quote=str((row.before.get("gone") or {}).get("name", "")),
        )
        for row in rows
    ]


def _deals(contact: Contact, until: datetime, _names: dict[str, str]) -> list[Moment]:
    from crm.deals.models import DealMove  # deals are built on contacts, not the other way round

    rows = (
        DealMove.objects.filter(deal__contact=contact, at__lt=until)
        .select_related("deal", "from_stage", "to_stage", "by")
        .order_by("-id")[: SIZE + 1]
    )
    return [
        Moment(
            row.at,
            "flag",
            _("Deal “%(deal)s” moved to %(stage)s") % {"deal": row.deal.title, "stage": row.to_stage.name}
            if row.from_stage
            else _("Deal “%(deal)s” began in %(stage)s") % {"deal": row.deal.title, "stage": row.to_stage.name},
            by=row.by.name if row.by else "",
        )
        for row in rows
    ]


def _runs(contact: Contact, until: datetime, _names: dict[str, str]) -> list[Moment]:
    # By their table: crm knows no flows.
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [contact.pk, until, SIZE + 1])
        return [
            Moment(at, "sitemap", name, quote=_state(status), url=reverse("flows:execution", args=[flow, run]))
            for name, flow, run, status, at in cursor.fetchall()
        ]


def _state(status: str) -> str:
    return {
        "completed": _("Completed"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "running": _("Running"),
        "waiting": _("Waiting"),
    }.get(status, status)


SOURCES: list[Source] = [_messages, _notes, _changes, _consents, _merges, _deals]


def read_moment(text: str) -> datetime | None:
    """A moment of an address; None for what is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
