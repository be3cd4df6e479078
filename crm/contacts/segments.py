"""Saved filters: who belongs to one is asked anew each time."""

from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.contacts import filters
from crm.contacts.models import Contact, Segment
from crm.contacts.sharing import SEGMENT
from ops import clock
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.sharing.queries import visible
from tenants.sharing.rights import Right

LONGEST_NAME = 80
MOST = 200
# Up to here people are counted one by one; beyond it the database's own estimate says enough.
COUNTED = 10_000


class NotPossible(Exception):
    """What somebody wants of a segment cannot be done; the words say why."""


def members(segment: Segment, *, among: QuerySet[Contact] | None = None) -> QuerySet[Contact]:
    """Who belongs to it. Raises filters.Wrong."""
    found: QuerySet[Contact] = filters.matching(segment.filter, among).filter(blocked_at=None)
    return found


def live(who: Any, right: Right = Right.VIEW) -> list[Segment]:
    """Those in use with which they may do this, by name."""
    rows = Segment.objects.filter(archived_at=None).order_by("name", "pk")
    return list(visible(who, rows, SEGMENT, right)[:MOST])


def count(contacts: QuerySet[Contact]) -> tuple[int, bool]:
    """How many, and whether that is exact: beyond COUNTED the planner's estimate is taken."""
    try:
        sql, params = contacts.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0, True
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (plan,) = cursor.fetchone()
        estimate = int(plan[0]["Plan"]["Plan Rows"])
        if estimate > COUNTED:
            return estimate, False
        cursor.execute(f"SELECT count(*) FROM ({sql} LIMIT {COUNTED + 1}) AS some_of_them", params)
        (exact,) = cursor.fetchone()
    return (int(exact), True) if exact <= COUNTED else (max(estimate, COUNTED), False)


@transaction.atomic
def save(name: str, filter: filters.Filter, *, by: Member, segment: Segment | None = None) -> Segment:
    """A new segment, or another name and filter for one. Raises NotPossible and filters.Wrong."""
    name = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
    if not name:
        raise NotPossible(_("Give the segment a name."))
    others = Segment.objects.filter(archived_at=None)
    if others.filter(name__iexact=name).exclude(pk=segment.pk if segment else 0).exists():
        raise NotPossible(_("There is a segment of that name."))
    filters.where(filter)
    if segment is None:
        if others.count() >= MOST:
            raise NotPossible(_("At most %(most)d segments, please.") % {"most": MOST})
        made = Segment.objects.create(name=name, filter=filter, created_by=by)
        audit.record("segment.created", subject=made.public_id, by=by, after={"name": name, "filter": filter})
        return made
    before = {"name": segment.name, "filter": segment.filter}
    segment.name, segment.filter = name, filter
    segment.save(update_fields=["name", "filter"])
    audit.record(
        "segment.changed", subject=segment.public_id, by=by, before=before, after={"name": name, "filter": filter}
    )
    return segment


@transaction.atomic
def archive(segment: Segment, *, on: bool, by: Member) -> None:
    """Offer it no more, or again."""
    segment.archived_at = clock.now() if on else None
    segment.save(update_fields=["archived_at"])
    audit.record("segment.archived" if on else "segment.restored", subject=segment.public_id, by=by)


def by_public_id(public_id: Any, who: Any) -> Segment | None:
    """One in use that they may see; None for what is none."""
    try:
        rows = Segment.objects.filter(public_id=UUID(str(public_id)), archived_at=None)
        return visible(who, rows, SEGMENT).first()
    except ValueError:
        return None
