"""Tags as things of their own: their names, their colours, and who carries them."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.contacts.models import Contact, Tag
from tenants.audit import actions as audit

LONGEST = 40
MOST_ON_ONE = 50
COLOURS = ("", "green", "blue", "yellow", "red", "purple", "orange", "teal")
# Where counting ends: "1,000+" says enough.
COUNTED = 1000
_COUNTS = """
    SELECT t.id, n.count FROM unnest(%s::bigint[], %s::text[]) AS t(id, name), LATERAL (
        SELECT count(*) FROM (
            SELECT FROM contact c WHERE c.tags @> ARRAY[t.name]::varchar[] AND c.merged_into_id IS NULL LIMIT %s
        ) AS carriers
    ) n
"""


class NotPossible(Exception):
    """What somebody wants of a tag cannot be done; the words say why."""


def normal(text: str) -> str:
    """A tag as it is kept: one line without spaces around it."""
    return " ".join(text.replace("\0", "").replace(",", " ").split())[:LONGEST].strip()


def read(text: str) -> list[str]:
    """Tags in a line, with commas between them; those the salon has are spelled as it spells them."""
    given = list(dict.fromkeys(tag for part in text.split(",") if (tag := normal(part))))
    known = {tag.casefold(): tag for tag in Tag.objects.values_list("name", flat=True)} if given else {}
    return list(dict.fromkeys(known.get(tag.casefold(), tag) for tag in given))


def counts(tags: list[Tag]) -> dict[int, int]:
    """How many contacts carry each, by its id; COUNTED + 1 for more than can be counted at once."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [[tag.pk for tag in tags], [tag.name for tag in tags], COUNTED + 1])
        return dict(cursor.fetchall())


@transaction.atomic
def create(name: str, colour: str, *, by: Any) -> Tag:
    """A tag that nobody carries yet. Raises NotPossible."""
    name = _checked(name, colour)
    tag, is_new = Tag.objects.get_or_create(name=name, defaults={"colour": colour})
    if not is_new:
        raise NotPossible(_("There is a tag of that name."))
    audit.record("tag.created", subject=tag.public_id, by=by, after={"name": name})
    return tag


@transaction.atomic
def change(tag: Tag, name: str, colour: str, *, by: Any) -> int:
    """Another name, for all who carry it, or another colour; how many contacts changed. Raises NotPossible."""
    name = _checked(name, colour)
    # Whoever puts it on a contact at this moment waits, or is seen here.
    old = Tag.objects.select_for_update().get(pk=tag.pk)
    if Tag.objects.filter(name=name).exclude(pk=tag.pk).exists():
        raise NotPossible(_("There is a tag of that name. Merge the two instead."))
    changed = _replace(old.name, name) if old.name != name else 0
    Tag.objects.filter(pk=tag.pk).update(name=name, colour=colour)
    audit.record(
        "tag.changed",
        subject=tag.public_id,
        by=by,
        before={"name": old.name, "colour": old.colour},
        after={"name": name, "colour": colour, "contacts": changed},
    )
    return changed


@transaction.atomic
def merge(tag: Tag, into: Tag, *, by: Any) -> int:
    """Whoever carries the one carries the other instead; how many contacts changed."""
    if tag.pk == into.pk:
        raise NotPossible(_("Choose another tag to merge it into."))
    list(Tag.objects.select_for_update().filter(pk__in=[tag.pk, into.pk]).order_by("pk"))
    changed = _replace(tag.name, into.name)
    Tag.objects.filter(pk=tag.pk).delete()
    audit.record(
        "tag.merged", subject=into.public_id, by=by, before={"name": tag.name}, after={"name": into.name, "n": changed}
    )
    return changed


@transaction.atomic
def delete(tag: Tag, *, by: Any) -> int:
    """Nobody carries it any more; how many did."""
    changed = _replace(tag.name, None)
    Tag.objects.filter(pk=tag.pk).delete()
    audit.record("tag.deleted", subject=tag.public_id, by=by, before={"name": tag.name, "contacts": changed})
    return changed


def names(limit: int = 200) -> list[str]:
    """The salon's tags, for a list to choose from."""
    return list(Tag.objects.order_by("name").values_list("name", flat=True)[:limit])


def coloured(limit: int = 200) -> dict[str, str]:
    """The same with their colours."""
    return dict(Tag.objects.order_by("name").values_list("name", "colour")[:limit])


def colours_of(names: set[str]) -> dict[str, str]:
    """The colour of each of these."""
    return dict(Tag.objects.filter(name__in=names).values_list("name", "colour")) if names else {}


def _checked(name: str, colour: str) -> str:
    name = normal(name)
    if not name:
        raise NotPossible(_("Give the tag a name."))
    if colour not in COLOURS:
        raise NotPossible(_("Choose one of the colours."))
    return name


def _replace(old: str, new: str | None) -> int:
    """One statement over all who carry it; a row that somebody changes meanwhile is read anew by the database."""
    table = Contact._meta.db_table
    with connection.cursor() as cursor:
        if new is None:
            cursor.execute(
                f"UPDATE {table} SET version = version + 1, tags = array_remove(tags, %s) "
                "WHERE tags @> ARRAY[%s]::varchar[]",
                [old, old],
            )
        else:
            # Who has both keeps one of them, in its place.
            cursor.execute(
                f"UPDATE {table} SET version = version + 1, tags = CASE WHEN tags @> ARRAY[%s]::varchar[] "
                "THEN array_remove(tags, %s) ELSE array_replace(tags, %s, %s) END WHERE tags @> ARRAY[%s]::varchar[]",
                [new, old, old, new, old],
            )
        return int(cursor.rowcount)
