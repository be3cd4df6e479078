"""Writing a plan: a few statements for a whole batch, in the transaction of its progress."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from crm.consent.models import Source
from crm.consent.register import Address, Word, addresses_of, record_many
from crm.contacts import identities
from crm.contacts.actions import note_tags
from crm.contacts.identities import Key
from crm.contacts.importing.people import Refusal
from crm.contacts.importing.planning import Plan, Target
from crm.contacts.models import ContactImport, ImportRow
from crm.contacts.models.importing import CHANGED_BY, MADE_BY
from ops import clock

# Of a row that was refused so much is kept: enough to know it again, and not the file a second time.
_KEPT_OF_CELL, _KEPT_OF_ROW = 300, 8_000


class TakenMeanwhile(Exception):
    """Somebody wrote to the salon from one of these numbers at this moment; the batch is planned anew."""


def write(plan: Plan, one: ContactImport, *, portfolios: Sequence[str], by: str) -> None:
    """Everything that the plan says of contacts. Raises TakenMeanwhile."""
    fresh = [target for target in plan.targets if target.is_new]
    known = [target for target in plan.targets if not target.is_new and target.changed]
    note_tags(sorted({tag for target in plan.targets if "tags" in target.before for tag in target.tags}))
    _create(fresh, one.public_id)
    _add_phones([*fresh, *(target for target in known if "phone" in target.before)], portfolios)
    _change(known, one.public_id)
    _record([target for target in plan.targets if target.said], one, portfolios, by)


def write_refusals(refusals: Sequence[Refusal], one: ContactImport) -> None:
    """What was not taken; a row that was noted before a crash is there already."""
    by_row: dict[int, ImportRow] = {}
    for refusal in refusals:
        row = by_row.get(refusal.row.number)
        if row is None:
            by_row[refusal.row.number] = ImportRow(
                contact_import=one,
                row=refusal.row.number,
                field=refusal.field[:60],
                reason=refusal.reason[:300],
                cells=_kept(refusal.row.cells),
                is_partly=refusal.is_partly,
            )
        elif refusal.reason not in row.reason:
            row.reason = f"{row.reason} {refusal.reason}"[:300]
            row.is_partly = row.is_partly and refusal.is_partly
    ImportRow.objects.bulk_create(by_row.values(), ignore_conflicts=True)


def _kept(cells: Sequence[str]) -> list[str]:
    kept, left = [], _KEPT_OF_ROW
    for cell in cells:
        kept.append(cell[: min(_KEPT_OF_CELL, left)].replace("\0", "␀"))
        left -= len(kept[-1])
    return kept


def _create(fresh: Sequence[Target], import_id: UUID) -> None:
    if not fresh:
        return
    made_by = json.dumps({MADE_BY: str(import_id)})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contact "
            "(public_id, name, language, birthday, tags, fields, preferences, attribution, created_at) "
            "SELECT public_id, name, language, birthday, ARRAY(SELECT jsonb_array_elements_text(tags)), "
            "fields, preferences, %s::jsonb, %s "
            "FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::date[], %s::jsonb[], %s::jsonb[], %s::jsonb[]) "
            "AS new(public_id, name, language, birthday, tags, fields, preferences) RETURNING public_id, id",
            [made_by, clock.now(), [one.public_id for one in fresh], *_columns(fresh)],
        )
        ids = dict(cursor.fetchall())
    for one in fresh:
        one.id = ids[one.public_id]


def _add_phones(targets: Sequence[Target], portfolios: Sequence[str]) -> None:
    wanted = {Key(portfolio, "phone", one.phone): one.id for one in targets for portfolio in portfolios}
    if identities.write(wanted) != len(wanted):
        raise TakenMeanwhile


def _change(known: Sequence[Target], import_id: UUID) -> None:
    if not known:
        return
    changed_by = json.dumps({CHANGED_BY: str(import_id)})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contact c SET name = new.name, language = new.language, birthday = new.birthday, "
            "tags = ARRAY(SELECT jsonb_array_elements_text(new.tags)), fields = new.fields, "
            "preferences = new.preferences, attribution = c.attribution || %s::jsonb, version = c.version + 1 "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::jsonb[], %s::jsonb[], %s::jsonb[]) "
            "AS new(id, name, language, birthday, tags, fields, preferences) WHERE c.id = new.id",
            [changed_by, [one.id for one in known], *_columns(known)],
        )


def _columns(targets: Sequence[Target]) -> list[list[object]]:
    return [
        [one.name for one in targets],
        [one.language for one in targets],
        [one.birthday for one in targets],
        [json.dumps(one.tags) for one in targets],
        [json.dumps(one.fields) for one in targets],
        [json.dumps(one.preferences) for one in targets],
    ]


def _record(targets: Sequence[Target], one: ContactImport, portfolios: Sequence[str], by: str) -> None:
    """What guests agreed to or forbade, with its proof, the file and the row."""
    if not targets:
        return
    known = addresses_of([target.id for target in targets])
    words = []
    for target in targets:
        addresses = known.get(target.id) or [Address(portfolio, "phone", target.phone) for portfolio in portfolios]
        for purpose, (state, person) in target.said.items():
            proof = f"{person.proof} " if person.proof else ""
            words.append(
                Word(
                    contact_id=target.id,
                    contact_public_id=target.public_id,
                    addresses=addresses,
                    purposes=[purpose],
                    state=state,
                    source=Source.IMPORT,
                    evidence=f"{proof}({one.file_name}, {person.row.number})",
                    by=by,
                    at=person.said_at,
                )
            )
    record_many(words)
