"""Contacts as rows of text, a page at a time by their ids: memory and locks are those of one page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.consent.models import Purpose
from crm.consent.queries import states
from crm.contacts import fields
from crm.contacts.forms import PREFERENCES
from crm.contacts.importing.columns import CONSENT, TARGETS
from crm.contacts.models import Contact, CustomField
from crm.contacts.names import mask
from crm.contacts.shown import words

SIZE = 2000
_IDENTITIES = """
    SELECT contact_id, kind, value FROM identity WHERE contact_id = ANY(%s) AND former_at IS NULL ORDER BY id
"""
_READ = (
    "pk", "public_id", "name", "language", "birthday", "tags", "fields", "preferences", "blocked_at", "seen_at",
    "created_at",
)  # fmt: skip


def pages(contacts: QuerySet[Contact], *, zone: ZoneInfo, is_masked: bool) -> Iterator[list[list[str]]]:
    """The header, then everybody."""
    known = fields.live()
    yield [header(known)]
    last = 0
    while rows := list(contacts.filter(pk__gt=last).order_by("pk").values_list(*_READ)[:SIZE]):
        last = rows[-1][0]
        ids = [row[0] for row in rows]
        phones, others = _addresses(ids, is_masked=is_masked)
        around = _Around(phones, others, states(ids), known, zone)
        yield [_row(row, around) for row in rows]
        if len(rows) < SIZE:
            return


def header(known: list[CustomField]) -> list[str]:
    """What the columns are called; an import knows each of these names in every language."""
    return [
        str(TARGETS["id"]),
        str(TARGETS["name"]),
        str(TARGETS["phone"]),
        _("Other phones"),
        _("WhatsApp id"),
        str(TARGETS["language"]),
        str(TARGETS["birthday"]),
        str(TARGETS["tags"]),
        *(str(TARGETS[f"wish.{key}"]) for key, _label in PREFERENCES),
        *(one.name for one in known),
        *(str(CONSENT[f"consent.{purpose.value}"]) for purpose in Purpose),
        _("Blocked since"),
        _("Wrote last"),
        _("Contact since"),
    ]


class _Around(NamedTuple):
    """What is known of the contacts of a page beside their rows."""

    phones: dict[int, list[str]]
    others: dict[int, list[str]]
    said: dict[tuple[int, str], str]
    fields: list[CustomField]
    zone: ZoneInfo


def _row(row: tuple[Any, ...], around: _Around) -> list[str]:
    phones, zone = around.phones.get(row[0], []), around.zone
    pk, public_id, name, language, birthday, tags, values, wishes, blocked_at, seen_at, created_at = row
    return [
        str(public_id),
        name,
        phones[0] if phones else "",
        ", ".join(phones[1:]),
        ", ".join(around.others.get(pk, [])),
        language,
        birthday.isoformat() if birthday else "",
        ", ".join(tags),
        *(str(wishes.get(key) or "") for key, _label in PREFERENCES),
        *(_value(values.get(one.key)) for one in around.fields),
        *(around.said.get((pk, purpose.value), "") for purpose in Purpose),
        _moment(blocked_at, zone),
        _moment(seen_at, zone),
        _moment(created_at, zone),
    ]


def _value(value: object) -> str:
    return words(value) if isinstance(value, bool | list) else "" if value is None else str(value)


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    """With the salon's zone: 2026-11-20T14:03:00-03:00."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def _addresses(ids: list[int], *, is_masked: bool) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Phones, and other names, of each contact; each once however many portfolios know it."""
    phones: dict[int, list[str]] = {}
    others: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITIES, [ids])
        for contact_id, kind, value in cursor.fetchall():
            shown = mask(value) if is_masked and kind == "phone" else value
            found = (phones if kind == "phone" else others).setdefault(contact_id, [])
            if shown not in found:
                found.append(shown)
    return phones, others
