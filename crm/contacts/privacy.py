"""What is known of guests, and whose it is."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from channels_wa.messages.models import Identity
from crm.contacts import identities
from crm.contacts.importing import ending
from crm.contacts.models import Contact, ContactImport
from crm.contacts.privacy_imports import files_with
from crm.contacts.privacy_rules import RETENTION  # noqa: F401
from tenants.privacy.declaring import BY_NAME, LAST, OF_CONTACT, ROWS, Nothing, Table
from tenants.privacy.whom import Person

TABLES = [
    Table(
        "contact",
        holds=("name", "language", "tags", "fields", "attribution", "birthday", "preferences"),
        also=("public_id", "created_at", "seen_at", "blocked_at"),
        why=_("To know whom one talks to, and what they like"),
        where="t.id = ANY(%(c)s)",
        order=LAST,
        label=_("Contact"),
    ),
    Table(
        "note",
        holds=("text",),
        also=("at", "edited_at", "is_pinned"),
        why=_("What the team writes down for each other"),
        where=OF_CONTACT,
        order=ROWS,
        label=_("Notes of the team"),
    ),
    Table(
        "contact_merge",
        holds=("before",),
        why=_("To take a merge back"),
        where="t.kept_id = ANY(%(c)s) OR t.gone_id = ANY(%(c)s)",
        in_export=False,
        order=ROWS,
        label=_("Merges of contacts"),
    ),
    Table(
        "contact_import_row",
        holds=("cells", "reason"),
        why=_("Rows of a list that could not be taken, to be mended"),
        kept=_("90 days after the list was brought"),
        where="t.cells::text LIKE ANY(%(likes)s)",
        order=BY_NAME,
        label=_("Rows of lists"),
    ),
    Table(
        "contact_import",
        holds=("trial",),
        why=_("Examples of what a list would change, and the list's file until it was taken"),
        kept=_("7 days after the list was brought"),
        where="t.trial::text LIKE ANY(%(likes)s)",
        blank={"trial": "'{}'::jsonb"},
        stays=_("That a list was brought, by whom, and how many rows it had: no guest stands in that."),
        order=BY_NAME,
        in_export=False,
        is_of_many=True,
        label=_("Examples of lists"),
    ),
    Nothing("tag", _("words of the salon's own")),
    Nothing("custom_field", _("names of fields, not what stands in them")),
    Nothing("segment", _("filters of the salon's own")),
]


def find_person(public_id: UUID) -> Person | None:
    """The contact, whichever of their ids it is, with those that had become part of them."""
    found = Contact.with_merged.filter(public_id=public_id).only("pk", "merged_into_id").first()
    if found is None:
        return None
    kept = found.merged_into_id or found.pk
    rows = list(Contact.with_merged.filter(pk=kept)) + list(Contact.with_merged.filter(merged_into_id=kept))
    ids = tuple(row.pk for row in rows)
    names = Identity.with_former.filter(contact_id__in=ids).values_list("portfolio", "kind", "value", "former_at")
    # A phone that is somebody else's by now finds nothing of this one's any more.
    others = {
        value
        for (value,) in Identity.objects.filter(value__in=[name[2] for name in names])
        .exclude(contact_id__in=ids)
        .values_list("value")
    }
    return Person(
        ids=ids,
        public_ids=tuple(row.public_id for row in rows),
        identities=tuple(dict.fromkeys(name[:3] for name in names if name[2] not in others)),
        name=rows[0].name,
    )


def people_with(hashes: list[str], hash_all: Any, before: Any) -> list[UUID]:
    """Contacts older than a moment with an identity of one of these hashes: for a restored database."""
    wanted, found = set(hashes), set()
    rows = Identity.with_former.filter(created_at__lte=before).values_list("contact_id", "value")
    for some in _chunks(rows.iterator(chunk_size=2000)):
        made = hash_all([value for _contact, value in some])
        found |= {contact for (contact, _value), one in zip(some, made, strict=True) if one in wanted}
    return list(Contact.objects.filter(pk__in=found).values_list("public_id", flat=True))


def lock_people() -> None:
    """Nobody is kept and nobody merged until the transaction ends."""
    identities.hold_still(alone=True)


def before_erasure(person: Person) -> None:
    """From this moment on their phone leads to nobody: who writes is somebody new."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity WHERE contact_id = ANY(%s)", [list(person.ids)])


def also_erase(person: Person) -> dict[str, int]:
    """Lists in which they stand and that nobody has taken yet are thrown away."""
    found = files_with(person)
    for one in found:
        ending.cancel(one, by=None)
        ContactImport.objects.filter(pk=one.pk).update(trial={})
    return {"import_file": len(found)}


def still_there(person: Person) -> dict[str, int]:
    """Lists with them in it."""
    return {"import_file": len(files_with(person))}


def _chunks(rows: Any) -> Any:
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == 2000:
            yield some
            some = []
    if some:
        yield some
