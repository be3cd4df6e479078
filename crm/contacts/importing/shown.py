"""A list as its page shows it."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.consent.models import State as Said
from crm.contacts import fields
from crm.contacts.importing import columns, ending
from crm.contacts.importing.options import Options
from crm.contacts.models import ContactImport, CustomField, ImportRow
from crm.contacts.names import as_seen
from crm.contacts.shown import words

State = ContactImport.State
SIZE = 50
STATES = {
    State.UPLOADED: (gettext_lazy("To be set up"), "yellow"),
    State.CHECKING: (gettext_lazy("Being checked"), "blue"),
    State.CHECKED: (gettext_lazy("Checked, not imported"), "yellow"),
    State.RUNNING: (gettext_lazy("Being imported"), "blue"),
    State.DONE: (gettext_lazy("Imported"), "green"),
    State.CANCELLED: (gettext_lazy("Cancelled"), ""),
    State.FAILED: (gettext_lazy("Failed"), "red"),
}
WORKING = (State.CHECKING, State.RUNNING)
_CHANGES = {
    "preferences": gettext_lazy("Wishes"),
    "fields": gettext_lazy("Fields"),
}


def line(one: ContactImport) -> dict[str, Any]:
    """In the list of lists."""
    label, tone = STATES[State(one.state)]
    return {
        "public_id": one.public_id,
        "pk": one.pk,
        "name": one.file_name,
        "state": one.state,
        "label": label,
        "tone": tone,
        "by": one.by.name if one.by else "",
        "created_at": one.created_at,
        "ended_at": one.ended_at,
        "error": one.error,
        **ending.counts_of(one),
    }


def about(one: ContactImport) -> dict[str, Any]:
    """All that its page says while it is worked on and afterwards."""
    options = Options.read(one.options)
    total = one.rows_total or options.lines
    is_trial = one.state in (State.CHECKING, State.CHECKED)
    return {
        **line(one),
        "is_working": one.state in WORKING,
        "is_trial": is_trial,
        "row": one.row,
        "total": max(total, one.row) if total else 0,
        "counts": _counts(one, is_trial=is_trial),
        "examples": _examples(one) if one.state == State.CHECKED else {},
        "was_written": one.state in (State.RUNNING, State.DONE) or (one.state != State.CHECKED and one.created > 0),
        "new_fields": [options.headers[number] for number in options.of(columns.NEW)],
        "is_over": one.state in ending.ENDED,
        "may_run": one.state == State.CHECKED and one.created + one.changed + one.repeated > 0,
    }


def _counts(one: ContactImport, *, is_trial: bool) -> list[tuple[str, int, str]]:
    """Words, number, tone."""
    if is_trial:
        names = (_("Will be created"), _("Will be changed"), _("Stay as they are"))
        more = (_("Repeated in the file"), _("Are refused"), _("Taken without a part"))
    else:
        names = (_("Created"), _("Changed"), _("Stayed as they were"))
        more = (_("Repeated in the file"), _("Refused"), _("Taken without a part"))
    numbers = (one.created, one.changed, one.unchanged, one.repeated, one.refused, one.partly)
    tones = ("green", "blue", "", "", "red" if one.refused else "", "yellow" if one.partly else "")
    found = list(zip((*names, *more), numbers, tones, strict=True))
    # The last three only say something where there are any.
    return [*found[:3], *(entry for entry in found[3:] if entry[1] or entry[0] == more[1])]


def _examples(one: ContactImport) -> dict[str, list[dict[str, Any]]]:
    known = fields.live()
    examples = one.trial.get("examples") or {}
    return {
        "created": [{**entry, "phone": as_seen(entry["phone"])} for entry in examples.get("created", [])],
        "changed": [
            {**entry, "phone": as_seen(entry["phone"]), "changes": _changes(entry["changes"], known, one)}
            for entry in examples.get("changed", [])
        ],
    }


def _changes(changes: list[list[Any]], known: list[CustomField], one: ContactImport) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for name, before, after in changes:
        if name in ("fields", "preferences") and isinstance(after, dict):
            old = before if isinstance(before, dict) else {}
            found += [
                (_label(name, key, known, one), words(old.get(key)), words(value))
                for key, value in after.items()
                if old.get(key) != value
            ]
        elif name.startswith("consent."):
            found.append((columns.label_of(name), "", str(Said(after).label)))
        else:
            found.append((columns.label_of(name, known), words(before), words(after)))
    return found


def _label(name: str, key: str, known: list[CustomField], one: ContactImport) -> str:
    if name == "preferences":
        return columns.label_of(f"wish.{key}")
    place = key.removeprefix(f"{columns.NEW}:")
    headers = Options.read(one.options).headers
    if place != key and place.isdecimal() and int(place) < len(headers):
        return headers[int(place)]
    return columns.label_of(f"field.{key}", known)


def reasons(one: ContactImport) -> list[tuple[str, int]]:
    """Which columns the refusals are about, and how many each."""
    known = fields.live()
    rows = ImportRow.objects.filter(contact_import=one).order_by().values("field")
    found = rows.annotate(count=Count("pk")).order_by("-count", "field").values_list("field", "count")
    return [(columns.label_of(field, known) if field else _("The row itself"), count) for field, count in found]


def refusals(one: ContactImport, *, after: int = 0) -> tuple[list[dict[str, Any]], int]:
    """A page of the rows that were refused, by their numbers, and after which number the next comes; 0: none."""
    known = fields.live()
    rows = list(ImportRow.objects.filter(contact_import=one, row__gt=after).order_by("row")[: SIZE + 1])
    found = [
        {
            "row": row.row,
            "field": columns.label_of(row.field, known) if row.field else "",
            "reason": row.reason,
            "is_partly": row.is_partly,
            "cells": " · ".join(as_seen(cell) for cell in row.cells if cell.strip())[:200],
        }
        for row in rows[:SIZE]
    ]
    return found, rows[SIZE - 1].row if len(rows) > SIZE else 0
