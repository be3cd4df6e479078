"""What happened with a guest, newest first: one list over many tables, by the moment and never by page number.

Each source gives at most a page of its own, so that a page of all of them costs the same wherever it lies. Of equal
moments the source and the row decide, so that a page begins exactly where the one before it ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.consent.models import ConsentEntry, Purpose
from crm.contacts.models import Contact, ContactImport, ContactMerge
from crm.contacts.models.importing import CHANGED_BY, MADE_BY
from crm.contacts.shown import change, people
from crm.inbox.rights import Who, sees_all_talks, visible_conversations, visible_notes
from ops import clock
from ops.instants import read_instant
from tenants.audit.models import AuditEntry
from tenants.sharing.queries import closed_to, visible

SIZE = 30
# Walking one guest's messages back from a moment, by their index; so many are looked at for one page.
_MESSAGES = """
    SELECT (m.at AT TIME ZONE %s)::date AS day, m.direction, count(*), max(m.at) FROM (
        SELECT at, direction FROM message WHERE contact_id = %s AND at <= %s AND at < %s
        AND (%s::bigint[] IS NULL OR conversation_id = ANY(%s::bigint[])) ORDER BY id DESC LIMIT %s) m
    GROUP BY day, m.direction ORDER BY day DESC
"""
_LOOKED_AT = 2000
_RUNS = """
    SELECT f.name, f.public_id, e.public_id, e.status, e.started_at, e.id
    FROM flow_execution e JOIN flow f ON f.id = e.flow_id
    WHERE e.contact_id = %s AND NOT f.public_id = ANY(%s::uuid[])
      AND (e.started_at, %s, e.id) < (%s, %s, %s)
    ORDER BY e.started_at DESC, e.id DESC LIMIT %s
"""
_CHANGES = ("contact.created", "contact.changed")


class Place(NamedTuple):
    """Where a page ends: at a row of a source (its place among SOURCES), and the last day whose messages were told."""

    at: datetime
    source: int
    pk: int
    day: date | None = None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.pk}~{self.day or ''}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Of an address; None for what is none."""
        parts = text.split("~")
        try:
            at, source, pk, day = parts
            when = read_instant(at)
            place = cls(when, int(source), int(pk), date.fromisoformat(day) if day else None) if when else None
        except ValueError:
            return None
        # At the ends of time a day more or less would be none.
        is_one = (
            place is not None
            and 1970 <= place.at.year < 9999
            and 0 <= place.source <= _AFTER_ALL
            and abs(place.pk) < 2**62
        )
        return place if is_one else None


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
    pk: int = 0
    source: int = 0
    # Of a line that tells of a day's messages.
    day: date | None = None

    @property
    def key(self) -> tuple[datetime, int, int]:
        """What it is sorted by."""
        return (self.at, self.source, self.pk)


class Reader(NamedTuple):
    """Who reads it, and what the people in it are called."""

    who: Who
    names: dict[str, str]


Source = Callable[[Contact, Place, Reader], Sequence[Moment]]


def page(
    contact: Contact, *, who: Who, before: Place | None = None, sees_runs: bool = False
) -> tuple[list[Moment], str]:
    """A page of it as they may see it, and the place that the next one lies before; empty when there is none."""
    place = before or Place(clock.now() + timedelta(minutes=1), _AFTER_ALL, 0)
    reader = Reader(who, people())
    found = [
        replace(one, source=number)
        for number, source in enumerate(SOURCES)
        if source is not _runs or sees_runs
        for one in source(contact, place, reader)
    ]
    found = sorted((one for one in found if one.key < place[:3]), key=lambda one: one.key, reverse=True)
    told = [one for one in found if one.day]
    is_cut = sum(one.pk for one in told) >= _LOOKED_AT
    if is_cut:
        # Older messages were not looked at: what lies before the last of them waits for the next page.
        found = [one for one in found if one.key >= told[-1].key]
    shown = found[:SIZE]
    if len(found) <= SIZE and not is_cut:
        return shown, ""
    last, days = shown[-1], [one.day for one in shown if one.day]
    return shown, str(Place(last.at, last.source, last.pk, min(days) if days else place.day))


def _before(rows: QuerySet[Any], place: Place, source: Source) -> Any:
    """The rows of a source before a place, the latest first, one more than a page."""
    number = SOURCES.index(source)
    older = Q(at__lt=place.at)
    if number < place.source:
        older |= Q(at=place.at)
    elif number == place.source:
        older |= Q(at=place.at, pk__lt=place.pk)
    return rows.filter(older).order_by("-at", "-pk")[: SIZE + 1]


def _messages(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    """Each day is one line; a day that was told is told whole. Its number is that of its messages."""
    zone = timezone.get_current_timezone()
    told = datetime.combine(place.day, datetime.min.time(), tzinfo=zone) if place.day else place.at + timedelta(days=1)
    talks = None
    if not sees_all_talks(reader.who):
        talks = list(visible_conversations(reader.who).filter(contact=contact).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, [str(zone), contact.pk, place.at, told, talks, talks, _LOOKED_AT])
        rows = cursor.fetchall()
    days: dict[date, dict[str, Any]] = {}
    for day, direction, count, at in rows:
        one = days.setdefault(day, {"at": at, "in": 0, "out": 0})
        one[direction] = one.get(direction, 0) + count
        one["at"] = max(one["at"], at)
    return [
        Moment(one["at"], "message-circle", _counted(one["in"], one["out"]), pk=one["in"] + one["out"], day=day)
        for day, one in days.items()
    ]


def _counted(received: int, sent: int) -> str:
    said = []
    if received:
        words = ngettext("%(n)d message from the guest", "%(n)d messages from the guest", received)
        said.append(words % {"n": received})
    if sent:
        said.append(ngettext("%(n)d from the salon", "%(n)d from the salon", sent) % {"n": sent})
    return ", ".join(said)


def _notes(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    rows = _before(visible_notes(reader.who).filter(contact=contact).select_related("by"), place, _notes)
    return [
        Moment(row.at, "note", _("Note"), by=row.by.name if row.by else "", quote=row.text[:400], pk=row.pk)
        for row in rows
    ]


def _changes(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    own = AuditEntry.objects.filter(subject=str(contact.public_id), action__in=_CHANGES)
    lines = _before(own, place, _changes)
    found = []
    for line in lines:
        told = change(line, reader.names)
        if line.action == "contact.created":
            found.append(Moment(line.at, "user-plus", _("Written down"), by=told["by"], pk=line.pk))
        else:
            parts = tuple(told["parts"])
            found.append(Moment(line.at, "pencil", _("Changed"), by=told["by"], parts=parts, pk=line.pk))
    return found


def _consents(contact: Contact, place: Place, _reader: Reader) -> list[Moment]:
    # Rows of one word stand together, so those of the moment itself are all read; the page leaves out what was told.
    rows = ConsentEntry.objects.filter(contact_id=contact.pk, at__lte=place.at).order_by("-at", "-pk")[: SIZE * 2]
    lines: dict[tuple[Any, ...], list[ConsentEntry]] = {}
    for row in rows:
        lines.setdefault((row.at, str(row.get_state_display()), row.evidence), []).append(row)
    return [
        Moment(
            at,
            "shield-check",
            f"{state}: {', '.join(dict.fromkeys(str(Purpose(one.purpose).label) for one in said))}",
            quote=evidence,
            pk=said[0].pk,
        )
        for (at, state, evidence), said in lines.items()
    ]


def _merges(contact: Contact, place: Place, _reader: Reader) -> list[Moment]:
    rows = _before(ContactMerge.objects.filter(kept=contact).select_related("by"), place, _merges)
    return [
        Moment(
            row.at,
            "git-branch",
            _("Joined with a double that was taken apart again") if row.undone_at else _("Joined with a double"),
            by=row.by.name if row.by else "",
            quote=str((row.before.get("gone") or {}).get("name", "")),
            pk=row.pk,
        )
        for row in rows
    ]


def _deals(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    from crm.deals.models import DealMove  # deals are built on contacts, not the other way round

    moves = visible(
        reader.who, DealMove.objects.filter(deal__contact=contact), "pipeline", field="deal__pipeline__public_id"
    )
    rows = _before(moves.select_related("deal", "from_stage", "to_stage", "by"), place, _deals)
    return [
        Moment(
            row.at,
            "flag",
            _("Deal “%(deal)s” moved to %(stage)s") % {"deal": row.deal.title, "stage": row.to_stage.name}
            if row.from_stage
            else _("Deal “%(deal)s” began in %(stage)s") % {"deal": row.deal.title, "stage": row.to_stage.name},
            by=row.by.name if row.by else "",
            url=reverse("deals:deal", args=[row.deal.public_id]),
            pk=row.pk,
        )
        for row in rows
    ]


def _lists(contact: Contact, _place: Place, _reader: Reader) -> list[Moment]:
    """The list they came by, and the last one that changed them."""
    made, changed = contact.attribution.get(MADE_BY), contact.attribution.get(CHANGED_BY)
    ids = [one for one in (made, changed) if isinstance(one, str)]
    rows = {str(row.public_id): row for row in ContactImport.objects.filter(public_id__in=ids).select_related("by")}
    found = []
    for public_id, words in ((made, _("Came by the list %(file)s")), (changed, _("Changed by the list %(file)s"))):
        if row := rows.get(str(public_id)):
            at = contact.created_at if public_id == made else row.ended_at or row.created_at
            by = row.by.name if row.by else ""
            found.append(Moment(at, "upload", words % {"file": row.file_name}, by=by, pk=row.pk))
    return found


def _runs(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    # By their table: crm knows no flows.
    with connection.cursor() as cursor:
        closed = list(closed_to(reader.who, "flow"))
        cursor.execute(_RUNS, [contact.pk, closed, SOURCES.index(_runs), *place[:3], SIZE + 1])
        return [
            Moment(at, "sitemap", name, quote=_state(status), url=reverse("flows:execution", args=[flow, run]), pk=pk)
            for name, flow, run, status, at, pk in cursor.fetchall()
        ]


def _bookings(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    from crm.bookings.guests import timeline  # bookings are built on contacts, not the other way round

    rows = _before(timeline.moves(contact, reader.who), place, _bookings)
    return [Moment(row.at, **timeline.told_move(row), pk=row.pk) for row in rows]


def _reminders(contact: Contact, place: Place, reader: Reader) -> list[Moment]:
    from crm.bookings.guests import timeline

    rows = list(_before(timeline.reminders(contact, reader.who), place, _reminders))
    told = timeline.told_reminders(rows)
    return [Moment(row.at, **line, pk=row.pk) for row, line in zip(rows, told, strict=True)]


def _state(status: str) -> str:
    return {
        "completed": _("Completed"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "running": _("Running"),
        "waiting": _("Waiting"),
    }.get(status, status)


# Their order decides between equal moments and stands in addresses: put new ones at the end.
SOURCES: list[Source] = [_messages, _notes, _changes, _consents, _merges, _deals, _runs, _lists, _bookings, _reminders]
_AFTER_ALL = len(SOURCES)
