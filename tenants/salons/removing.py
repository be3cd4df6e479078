"""Removing a closed salon for good: its schema, its rows on the public side, its files."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from ops import clock, vault
from ops.salon import inside
from ops.storage import storage
from tenants.audit.models import AuditEntry
from tenants.operators.models import OperatorAct
from tenants.salons.hosts import forget
from tenants.salons.models import Salon
from tenants.salons.schemas import drop_schema

log = logging.getLogger(__name__)
# So long its people can think again.
KEPT = timedelta(days=30)
# Every public table with a salon's rows, also those that come later: by the name of the column. What the erasure ledger
# was told stays: ids, whose absence would mean that the database was restored.
_TABLES = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN pg_class t ON t.oid = format('public.%I', c.table_name)::regclass
    WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
      AND c.table_name <> 'erasure'
      AND (c.column_name = 'salon_id' OR (c.table_name = 'domain' AND c.column_name = 'tenant_id'))
    ORDER BY c.table_name
"""


class NotYet(Exception):
    """It may not be removed; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go."""

    salon: Salon
    closed_at: datetime | None
    rows: dict[str, int]
    files: int

    def refusal(self, kept: timedelta = KEPT) -> str:
        """Why not; empty where it may."""
        return _refusal(self.salon, self.closed_at, kept)


def plan(salon: Salon) -> Plan:
    """Look what belongs to it; nothing is changed."""
    rows = {}
    with connection.cursor() as cursor:
        for table, column in _tables():
            cursor.execute(f'SELECT count(*) FROM public."{table}" WHERE "{column}" = %s', [salon.pk])
            if count := int(cursor.fetchone()[0]):
                rows[table] = count
    return Plan(salon, closed_at(salon), rows, sum(1 for _key in _files(salon.pk)))


def closed_at(salon: Salon) -> datetime | None:
    """When it was closed, by its own log."""
    with inside(salon.pk):
        return AuditEntry.objects.filter(action="salon.closed").order_by("-pk").values_list("at", flat=True).first()


def due(kept: timedelta = KEPT) -> Iterator[Plan]:
    """The closed salons whose time is over."""
    for salon in Salon.objects.filter(state=Salon.State.CLOSED).order_by("pk"):
        if not _refusal(salon, closed_at(salon), kept):
            yield plan(salon)


def remove_next() -> int:
    """Remove the next closed salon whose time is over; how many. One that cannot be keeps no other from it."""
    for found in due():
        try:
            remove(found)
        except Exception:
            log.exception("the closed salon %d could not be removed", found.salon.pk)
        else:
            return 1
    return 0


def remove(found: Plan, kept: timedelta = KEPT) -> None:
    """Remove everything of it; what was stopped halfway is done by the next try. Raises NotYet."""
    if why := found.refusal(kept):
        raise NotYet(why)
    salon = found.salon
    # Files first: as long as the row is there, another try finds those that were left.
    for key in list(_files(salon.pk)):
        storage().delete(key)
    vault.destroy_salon(salon.pk)
    with transaction.atomic():
        if not Salon.objects.select_for_update().filter(pk=salon.pk, state=Salon.State.CLOSED).exists():
            return  # somebody else was faster
        _delete_rows(salon.pk)
        with connection.cursor() as cursor:
            # What still waits to be checked would hold the tables.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        drop_schema(salon.pk)
        Salon.objects.filter(pk=salon.pk).delete()
        OperatorAct.objects.create(
            user_id=0,
            email="",
            action="salon.deleted",
            kind="salons.salon",
            subjects=[str(salon.pk)],
            details={"slug": salon.slug, "rows": found.rows, "files": found.files},
        )
    forget()


def _refusal(salon: Salon, closed: datetime | None, kept: timedelta) -> str:
    if salon.state != Salon.State.CLOSED:
        return f"it is {salon.state}; close it first"
    if closed is None:
        return "when it was closed stands nowhere"
    until = closed + kept
    return f"it was closed on {closed:%Y-%m-%d} and stays until {until:%Y-%m-%d}" if until > clock.now() else ""


def _delete_rows(salon_id: int) -> None:
    left = _tables()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cadeira.audit_prunes = 'on'")
        while left:
            again = []
            for table, column in left:
                try:
                    with transaction.atomic():
                        cursor.execute(f'DELETE FROM public."{table}" WHERE "{column}" = %s', [salon_id])
                except IntegrityError:
                    # Rows of another table point to these; they go first.
                    again.append((table, column))
            if len(again) == len(left):
                raise RuntimeError(f"rows of {', '.join(table for table, _column in again)} cannot be removed")
            left = again
        cursor.execute("SET LOCAL cadeira.audit_prunes = 'off'")


def _tables() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return list(cursor.fetchall())


def _files(salon_id: int) -> Iterator[str]:
    return storage().listed(f"{int(salon_id)}/")
